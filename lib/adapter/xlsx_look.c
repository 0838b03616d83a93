/* The look of workbooks. Colours are calm: slate, and tints that stay readable on a grey-scale print. */
#include "xlsx_look.h"

#define INK 0x1f2933
#define GREY 0x6b7785
#define RULE 0xd3dae1
#define SLATE 0x2f4858
#define TINT 0xeef2f5
#define GREEN 0x1e6b3c
#define GREEN_TINT 0xe3f2e8
#define AMBER 0x8a5a00
#define AMBER_TINT 0xfdf1d8
#define RED 0xa3262a
#define RED_TINT 0xfae3e3
#define NONE 0xffffffffu

enum upright { MIDDLE, TOP, BOTTOM };

static const struct look {
	double points;
	bool bold;
	uint32_t ink, fill;
	uint32_t rule; /* below the cell */
	enum upright upright;
	bool inset; /* text keeps a little away from the number at its left */
	bool centre;
} looks[XLSX_STYLES] = {
	[XLSX_BODY] = { .points = 10, .ink = INK, .fill = NONE, .rule = RULE, .inset = true },
	[XLSX_BARE] = { .points = 10, .ink = INK, .fill = NONE, .rule = NONE, .upright = TOP },
	[XLSX_STRONG] = { .points = 10, .bold = true, .ink = INK, .fill = NONE, .rule = NONE, .upright = TOP },
	[XLSX_QUIET] = { .points = 9, .ink = GREY, .fill = NONE, .rule = NONE, .upright = BOTTOM },
	[XLSX_TITLE] = { .points = 18, .bold = true, .ink = SLATE, .fill = NONE, .rule = NONE },
	[XLSX_SUBTITLE] = { .points = 10, .ink = GREY, .fill = NONE, .rule = NONE },
	[XLSX_SECTION] = { .points = 12, .bold = true, .ink = SLATE, .fill = NONE, .rule = SLATE },
	[XLSX_HEADER] = { .points = 10, .bold = true, .ink = 0xffffff, .fill = SLATE, .rule = NONE, .inset = true },
	[XLSX_TOTAL] = { .points = 10, .bold = true, .ink = INK, .fill = TINT, .rule = RULE, .inset = true },
	[XLSX_GOOD] = { .points = 10, .bold = true, .ink = GREEN, .fill = GREEN_TINT, .rule = RULE, .inset = true },
	[XLSX_WARN] = { .points = 10, .bold = true, .ink = AMBER, .fill = AMBER_TINT, .rule = RULE, .inset = true },
	[XLSX_BAD] = { .points = 10, .bold = true, .ink = RED, .fill = RED_TINT, .rule = RULE, .inset = true },
	[XLSX_VERDICT] = { .points = 16, .bold = true, .ink = INK, .fill = TINT, .rule = NONE, .centre = true },
	[XLSX_CLAIM] = { .points = 11, .ink = INK, .fill = TINT, .rule = NONE, .inset = true },
	[XLSX_SIGN] = { .points = 10, .ink = INK, .fill = NONE, .rule = GREY, .upright = BOTTOM },
};

static const char *const money_formats[XLSX_LOOK_MAX_EXPONENT + 1] = { "#,##0;[Red]-#,##0", "#,##0.0;[Red]-#,##0.0",
	"#,##0.00;[Red]-#,##0.00", "#,##0.000;[Red]-#,##0.000", "#,##0.0000;[Red]-#,##0.0000" };

static lxw_format *
make_format(lxw_workbook *workbook, enum xlsx_style style, enum xlsx_type type, int exponent, bool wrap)
{
	const struct look *look = &looks[style];
	lxw_format *format = workbook_add_format(workbook);

	BUG_UNLESS(format != NULL);
	format_set_font_size(format, look->points);
	format_set_font_color(format, look->ink);
	if (look->bold)
		format_set_bold(format);
	if (look->fill != NONE)
		format_set_bg_color(format, look->fill);
	if (look->rule != NONE) {
		format_set_bottom(format, LXW_BORDER_THIN);
		format_set_bottom_color(format, look->rule);
	}
	format_set_align(format, look->upright == MIDDLE ? LXW_ALIGN_VERTICAL_CENTER
				 : look->upright == TOP  ? LXW_ALIGN_VERTICAL_TOP
							 : LXW_ALIGN_VERTICAL_BOTTOM);
	if (look->centre) {
		format_set_align(format, LXW_ALIGN_CENTER);
	} else if (type == XLSX_TEXT || type == XLSX_DATE || type == XLSX_DATETIME) {
		format_set_align(format, LXW_ALIGN_LEFT);
		if (look->inset)
			format_set_indent(format, 1);
	} else {
		format_set_align(format, LXW_ALIGN_RIGHT);
	}
	if (wrap)
		format_set_text_wrap(format);
	if (style == XLSX_HEADER)
		return format; /* titles are text; the type only aligns them above their column */
	if (type == XLSX_INTEGER)
		format_set_num_format(format, "#,##0;[Red]-#,##0");
	else if (type == XLSX_MONEY)
		format_set_num_format(format, money_formats[exponent]);
	else if (type == XLSX_DATE)
		format_set_num_format(format, "yyyy-mm-dd");
	else if (type == XLSX_DATETIME)
		format_set_num_format(format, "yyyy-mm-dd hh:mm");
	else if (type == XLSX_PERCENT)
		format_set_num_format(format, "0.0%");
	else
		format_set_num_format(format, "@"); /* an edited text cell stays text */
	return format;
}

lxw_format *
xlsx_look(struct xlsx_looks *looked, lxw_workbook *workbook, enum xlsx_style style, enum xlsx_type type, int exponent, bool wrap)
{
	lxw_format **slot = &looked->formats[style][type][exponent][wrap ? 1 : 0];

	if (*slot == NULL)
		*slot = make_format(workbook, style, type, exponent, wrap);
	return *slot;
}

lxw_format *
xlsx_look_flag(struct xlsx_looks *looked, lxw_workbook *workbook, bool good)
{
	lxw_format **slot = &looked->flags[good ? 1 : 0];

	if (*slot == NULL) {
		*slot = workbook_add_format(workbook);
		BUG_UNLESS(*slot != NULL);
		format_set_font_color(*slot, good ? GREEN : RED);
		format_set_bg_color(*slot, good ? GREEN_TINT : RED_TINT);
	}
	return *slot;
}
