/* One item of a template on a page. Which items are drawn, and what is kept from one page to the next, is render.c's. */
#include "certificate/draw.h"

#include <string.h>

#include "adapter/qr.h"
#include "base/text.h"
#include "outbox/locale.h"
#include "page/mark.h"

bool
draw_wanted(const struct template_item *item, const struct template_part *parts, unsigned stated)
{
	unsigned facts = item->when;

	for (; parts != NULL; parts = parts->next)
		if (parts->kind == TEMPLATE_FACT)
			facts |= 1u << parts->fact;
	return (facts & ~stated) == 0 && (item->unless & stated) == 0;
}

enum template_scope
draw_scope(const struct template_part *parts)
{
	enum template_scope scope = TEMPLATE_STEADY;

	for (; parts != NULL; parts = parts->next)
		if (parts->kind == TEMPLATE_FACT && template_fact_scope(parts->fact) > scope)
			scope = template_fact_scope(parts->fact);
	return scope;
}

char *
draw_join(struct arena *arena, const struct template_part *parts, const char *const *values)
{
	const struct template_part *part;
	size_t len = 0;
	char *text, *at;

	for (part = parts; part != NULL; part = part->next)
		len += strlen(part->kind == TEMPLATE_FACT ? values[part->fact] : part->text);
	at = text = arena_alloc(arena, len + 1);
	for (part = parts; part != NULL; part = part->next) {
		len = strlen(part->kind == TEMPLATE_FACT ? values[part->fact] : part->text);
		memcpy(at, part->kind == TEMPLATE_FACT ? values[part->fact] : part->text, len);
		at += len;
	}
	*at = '\0';
	return text;
}

struct page_slot
draw_slot(const struct template_item *item)
{
	return (struct page_slot){ .x = item->x,
		.y = item->y,
		.width = item->width,
		.size = item->size,
		.min_size = item->min_size,
		.break_below = item->break_below,
		.max_lines = (unsigned)item->lines,
		.lines_size = item->lines_size,
		.leading = item->leading,
		.rise = item->rise,
		.drop = item->drop,
		.align = item->align,
		.grow = item->grow,
		.rgb = item->rgb };
}

int
draw_fit(struct arena *arena, const struct template_item *item, const struct wording *wording, const struct template_part *parts,
    const char *text, struct page_set **ret_set, struct err *err)
{
	struct page_style style = { .stack = item->stack,
		.language = locale_language(wording->locale),
		.features = item->features,
		.tracking = item->tracking };
	struct page_slot slot = draw_slot(item);
	const char *what;

	/* A fact on its own goes by its name, and positions in messages are positions in it. */
	if (parts != NULL && parts->kind == TEMPLATE_FACT && parts->next == NULL)
		what = template_fact_name(parts->fact);
	else
		what = arena_printf(arena, "text \"%s\"", item->name);
	return page_fit(arena, &style, &slot, what, text, ret_set, err);
}

int
draw_shape(struct page *page, const struct template *template, const struct template_item *item, const struct pdf_image *logo,
    struct err *err)
{
	struct page_pen pen = { .rgb = item->rgb, .thickness = item->thickness };
	struct page_box box = { .left = item->x, .bottom = item->y - item->height, .width = item->width, .height = item->height };

	switch (item->kind) {
	case TEMPLATE_RULE: page_rule(page, item->x, item->y, item->width, item->swell, &pen); break;
	case TEMPLATE_FRAME: page_frame(page, &box, item->corner, item->radius, &pen); break;
	case TEMPLATE_BAND:
		page_band(page, &(struct page_band){ .box = box,
				    .height = item->depth,
				    .wave = item->wave,
				    .strands = (unsigned)item->strands,
				    .twist = item->twist,
				    .pen = pen });
		break;
	case TEMPLATE_ROSETTE:
		page_rosette(page, &(struct page_rosette){ .x = item->x,
				       .y = item->y,
				       .inner = item->inner,
				       .outer = item->radius,
				       .petals = (unsigned)item->petals,
				       .strands = (unsigned)item->strands,
				       .twist = item->twist,
				       .pen = pen });
		break;
	case TEMPLATE_DISC:
		page_disc(page, item->x, item->y, item->radius, (unsigned)item->scallops, item->depth, item->rgb);
		break;
	case TEMPLATE_PATH:
		if (page_path(page, item->x, item->y, item->scale, item->rgb, item->data, err) != 0)
			return err_wrap(err, "%s:%u", template->file, item->line);
		break;
	case TEMPLATE_AREA: page_area(page, &box, item->corner, item->radius, item->rgb); break;
	case TEMPLATE_IMAGE: page_image(page, &box, item->align, item->is_logo ? logo : item->image); break;
	case TEMPLATE_BACKGROUND: page_cover(page, &box, item->image); break;
	case TEMPLATE_TABLE:
	case TEMPLATE_COLUMN:
	case TEMPLATE_TEXT:
	case TEMPLATE_QR: err_bug("a text is not a shape", __FILE__, __LINE__);
	}
	return 0;
}

/* Which language a line is in, where it is not the page's ${language}: what its letters show, else only their script ("und-Arab"). */
static const char *
language_of(const struct page_line *line, const char *language, uint32_t script, char room[9])
{
	const uint32_t han = shape_script_tag("Hani");

	if (line->language != NULL)
		return strncmp(line->language, language, 2) == 0 ? NULL : line->language;
	if (line->script == 0 || line->script == script ||
	    (line->script == han && (text_starts(language, "zh") || text_starts(language, "ja") || text_starts(language, "ko"))))
		return NULL;
	memcpy(room, "und-", 4);
	shape_script_name(line->script, room + 4);
	return room;
}

/* What the set says, where the text behind it is not in the order it is read in; NULL where it is. */
static const char *
said(struct arena *arena, const struct page_set *set)
{
	const char *text = set->lines[0]->text;
	bool reversed = set->lines[0]->reversed;
	size_t i;

	for (i = 1; i < set->line_count; i++) {
		text = arena_printf(arena, "%s %s", text, set->lines[i]->text);
		reversed = reversed || set->lines[i]->reversed;
	}
	return reversed ? text : NULL;
}

void
draw_marked(struct page *page, const char *role, const struct page_slot *slot, const struct page_set *set, const char *language,
    uint32_t script)
{
	char room[9];

	page_mark(page, role, language_of(set->lines[0], language, script, room), said(page->arena, set));
	page_set_text(page, slot, set);
	page_mark_end(page);
}

void
draw_text(struct page *page, const struct template_item *item, const struct page_set *set, const char *language, uint32_t script)
{
	const struct page_slot slot = draw_slot(item);

	draw_marked(page, item->role == TEMPLATE_HEADING ? "H1" : "P", &slot, set, language, script);
}

const char *
draw_alternative(
    struct arena *arena, const struct template_item *item, const struct template_part *parts, const char *const *values)
{
	if (item->kind != TEMPLATE_IMAGE)
		return NULL;
	if (parts != NULL)
		return draw_join(arena, parts, values);
	return item->is_logo ? values[TEMPLATE_ISSUER] : NULL;
}

struct page_box
draw_box(const struct template_item *item)
{
	return (struct page_box){ .left = item->x, .bottom = item->y - item->height, .width = item->width, .height = item->height };
}

int
draw_qr(struct arena *arena, struct page *page, const struct template_item *item, const char *text, struct err *err)
{
	struct page_box box = { .left = item->x, .bottom = item->y - item->size, .width = item->size, .height = item->size };
	bool address = text_starts(text, "https://") || text_starts(text, "http://");
	struct qr qr;

	if (qr_encode(arena, text, &qr, err) != 0)
		return -1;
	if (address)
		page_group(page, "Link");
	page_mark_figure(page, &box, arena_printf(arena, "QR: %s", text));
	page_qr(page, &box, item->rgb, &qr);
	page_mark_end(page);
	if (address) {
		page_link(page, &box, text);
		page_group_end(page);
	}
	return 0;
}
