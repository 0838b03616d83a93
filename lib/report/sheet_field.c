/* Fields: what sales say beside names and money, as far as the settings keep it. */
#include "book.h"

static const struct table_column columns[] = {
	{ FIELD_DOCUMENT, "Document", 12, false, -1, 0 },
	{ FIELD_SOLD_ON, "Sold on", 11, false, -1, 0 },
	{ FIELD_SOURCE, "Source", 10, false, -1, 0 },
	{ FIELD_NAME, "Field", 16, false, -1, 0 },
	{ FIELD_VALUE, "It says", 36, true, -1, 0 },
	{ FIELD_ABOUT, "Of whom", 9, false, -1, 0 },
	{ FIELD_WHO, "Person", 21, false, -1, 0 },
	{ FIELD_EMAIL, "E-mail", 25, false, -1, 0 },
	{ FIELD_PRODUCT, "Product", 36, true, -1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	(void)cells;
	(void)column;
	return XLSX_BODY;
}

const struct table_spec field_spec = {
	.name = "Fields",
	.about =
	    "One row per field of a sale that the settings keep: of the whole document it is the buyer's, of a line the learner's.",
	.rows_are = "fields",
	.tab_rgb = 0x5b6f2f,
	.fixed_columns = 1,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = FIELD_ABOUT,
	.currency = -1,
	.sums = { -1, 0 },
	.style = style,
	.optional = true,
	.says = (const int[]){ FIELD_ABOUT, SAYS_END },
};
