/* Papers of several pages: rows are wrapped and set under each other until a page is full, then every page is drawn with what stands on
 * it. Such papers are made one at a time, so nothing is kept from one to the next. */
#include "certificate/pages.h"

#include <math.h>
#include <string.h>

#include "adapter/pdf.h"
#include "base/text.h"
#include "certificate/draw.h"
#include "certificate/fill.h"
#include "page/mark.h"
#include "page/row.h"

#define MAX_PAGES 200

/* A row of the table on paper: the header, one of the facts', or the totals. */
struct line {
	struct page_cell *cells;
	double height, top;
	size_t page;
};

struct maker {
	struct arena *arena;
	const struct template *template;
	const struct wording *wording;
	const struct certificate_facts *facts;
	const char *values[TEMPLATE_FACT_COUNT];
	unsigned stated;
	const struct pdf_image *logo;
	bool rtl;
	struct template_item *items;       /* mirrored if need be */
	const struct template_item *table; /* NULL: the template has none */
	size_t columns;
	struct page_style *styles; /* of the columns' texts, then of their titles */
	struct line head;
	struct line *lines; /* of the facts, and the totals if there are any */
	size_t line_count, page_count;
	bool totals;
	uint32_t script; /* of the words; 0 until one was drawn */
};

/* Where a line is told of in a message. */
static const char *
name_line(struct maker *maker, size_t index)
{
	return index < maker->facts->row_count ? arena_printf(maker->arena, "row %zu", index + 1) : "the totals";
}

static enum page_align
mirrored(enum page_align align)
{
	return align == PAGE_LEFT ? PAGE_RIGHT : align == PAGE_RIGHT ? PAGE_LEFT : align;
}

/* Items as the language's direction wants them: what stands left stands right. A page's start is its right then. */
static void
place_items(struct maker *maker)
{
	const struct template *template = maker->template;
	struct template_item *item;
	size_t i;

	maker->items = ARENA_ARRAY(maker->arena, template->item_count, struct template_item);
	memcpy(maker->items, template->items, template->item_count * sizeof(*maker->items));
	for (i = 0; i < template->item_count; i++) {
		item = &maker->items[i];
		if (item->kind == TEMPLATE_TABLE)
			maker->table = item;
		if (item->kind == TEMPLATE_COLUMN)
			maker->columns++;
		if (item->kind == TEMPLATE_COLUMN || item->kind == TEMPLATE_TEXT)
			item->align = item->align == PAGE_START ? PAGE_LEFT : item->align == PAGE_END ? PAGE_RIGHT : item->align;
		if (!maker->rtl || item->kind == TEMPLATE_BACKGROUND)
			continue;
		item->align = mirrored(item->align);
		item->x = template->width - item->x;
		if (item->kind == TEMPLATE_QR)
			item->x -= item->size;
		else if (item->kind != TEMPLATE_TEXT && item->kind != TEMPLATE_ROSETTE && item->kind != TEMPLATE_DISC &&
			 item->kind != TEMPLATE_PATH)
			item->x -= item->width;
	}
}

/* The text of a cell; what a row does not state is left out. */
static const char *
cell_text(struct maker *maker, const struct template_part *part, const char *const *row)
{
	const char *text = "", *value;

	for (; part != NULL; part = part->next) {
		value = part->kind == TEMPLATE_ROW    ? row == NULL ? NULL : row[part->row]
			   : part->kind == TEMPLATE_FACT ? maker->values[part->fact]
						      : part->text;
		if (value == NULL)
			return "";
		text = arena_printf(maker->arena, "%s%s", text, value);
	}
	return text;
}

/* Wrap a line's texts. ${row} is NULL for header and totals. */
static int
fit_line(struct maker *maker, struct line *line, const char *what, const struct template_part *const *parts, const char *const *row,
    bool head, struct err *err)
{
	const struct template_item *table = maker->table, *column;
	size_t i;

	line->cells = ARENA_ARRAY(maker->arena, maker->columns, struct page_cell);
	for (i = 0; i < maker->columns; i++) {
		column = table + 1 + i;
		line->cells[i] = (struct page_cell){ .style = &maker->styles[i + (head ? maker->columns : 0)],
			.left = column->x,
			.what = arena_printf(maker->arena, "%s, column \"%s\"", what, column->name),
			.text = cell_text(maker, parts[(size_t)(column - maker->items)], row),
			.slot = { .width = column->width,
			    .size = head ? table->head_size : table->size,
			    .min_size = head ? fmin(table->head_size, table->min_size) : table->min_size,
			    .max_lines = head ? 0 : (unsigned)column->lines,
			    .leading = table->leading,
			    .align = column->align,
			    .rgb = head ? table->head_rgb : column->rgb } };
	}
	return page_row_fit(maker->arena, line->cells, maker->columns, table->padding, &line->height, err);
}

static int
fit_lines(struct maker *maker, struct err *err)
{
	const struct template_item *table = maker->table, *column;
	const char *row[TEMPLATE_ROW_COUNT];
	size_t i;

	maker->styles = ARENA_ARRAY(maker->arena, 2 * maker->columns, struct page_style);
	for (i = 0; i < maker->columns; i++) {
		column = table + 1 + i;
		maker->styles[i] = (struct page_style){
			.stack = column->stack, .language = locale_language(maker->wording->locale), .features = column->features
		};
		maker->styles[maker->columns + i] = maker->styles[i];
		maker->styles[maker->columns + i].stack = table->head_stack;
		maker->totals = maker->totals || column->total != NULL;
	}
	maker->line_count = maker->facts->row_count + (maker->totals ? 1 : 0);
	maker->lines = ARENA_ARRAY(maker->arena, maker->line_count, struct line);
	if (fit_line(maker, &maker->head, "the header", maker->wording->titles, NULL, /* head= */ true, err) != 0)
		return -1;
	for (i = 0; i < maker->facts->row_count; i++) {
		if (fill_row(maker->arena, maker->facts, maker->wording, i, row, err) != 0)
			return -1;
		if (fit_line(maker, &maker->lines[i], name_line(maker, i), maker->wording->texts, row, /* head= */ false, err) != 0)
			return -1;
	}
	if (!maker->totals)
		return 0;
	return fit_line(maker, &maker->lines[i], name_line(maker, i), maker->wording->totals, NULL, /* head= */ true, err);
}

/* Set the lines from ${from} on under each other, on the page they begin on; the totals never stand alone. */
static int
set_lines(struct maker *maker, size_t from, size_t page, struct err *err)
{
	const struct template_item *table = maker->table;
	double at = (page == 0 ? table->y : table->next_y) - maker->head.height;
	struct line *line;
	size_t i;
	bool first = true;

	for (i = from; i < maker->line_count; i++) {
		line = &maker->lines[i];
		if (at - line->height < table->bottom) {
			if (first)
				return err_set(err, ERR_DATA, "%s does not fit on a page", name_line(maker, i));
			if (maker->totals && i + 1 == maker->line_count && i >= from + 2 && maker->lines[i - 2].page == page)
				i--;
			if (++page == MAX_PAGES)
				return err_set(err, ERR_DATA, "the table takes more than %d pages", MAX_PAGES);
			at = table->next_y - maker->head.height;
			first = true;
			i--;
			continue;
		}
		line->page = page;
		line->top = at;
		at -= line->height;
		first = false;
	}
	maker->page_count = page + 1;
	return 0;
}

/* What stands below the table on the last page wants room: the last lines go to a page of their own if there is none. */
static int
set_pages(struct maker *maker, struct err *err)
{
	const struct line *last;
	size_t moved = maker->totals ? 2 : 1;

	maker->page_count = 1;
	if (maker->line_count == 0)
		return 0;
	if (set_lines(maker, 0, 0, err) != 0)
		return -1;
	last = &maker->lines[maker->line_count - 1];
	if (last->top - last->height >= maker->table->last_bottom)
		return 0;
	if (moved >= maker->line_count || maker->lines[maker->line_count - moved - 1].page + 1 != maker->page_count)
		return err_set(err, ERR_DATA, "the last row does not fit above what stands at the end of the page");
	if (maker->page_count == MAX_PAGES)
		return err_set(err, ERR_DATA, "the table takes more than %d pages", MAX_PAGES);
	return set_lines(maker, maker->line_count - moved, maker->page_count, err);
}

/* A row of the table, cell by cell; one that is empty is told of, too, so that the others stay in their columns. */
static void
draw_line(struct maker *maker, struct page *page, struct line *line, const char *role, bool striped)
{
	const struct template_item *table = maker->table;
	const struct page_box box = {
		.left = table->x, .bottom = line->top - line->height, .width = table->width, .height = line->height
	};
	size_t i;

	page_row_place(line->cells, maker->columns, table->padding, line->top);
	page_artifact(page);
	if (striped)
		page_area(page, &box, PAGE_CORNER_SQUARE, 0, table->stripe);
	for (i = 0; i < maker->columns; i++)
		if (line->cells[i].set != NULL)
			page_set_draw(page, &line->cells[i].slot, line->cells[i].set);
	page_mark_end(page);
	page_group(page, "TR");
	for (i = 0; i < maker->columns; i++) {
		if (line->cells[i].set != NULL) {
			draw_marked(page, role, &line->cells[i].slot, line->cells[i].set, locale_language(maker->wording->locale),
			    maker->script);
			continue;
		}
		page_mark(page, role, NULL, NULL);
		page_mark_end(page);
	}
	page_group_end(page);
}

static void
draw_rule(const struct maker *maker, struct page *page, double y, double thickness)
{
	const struct template_item *table = maker->table;

	if (thickness <= 0)
		return;
	page_artifact(page);
	page_rule(page, table->x, y, table->width, 0, &(struct page_pen){ .rgb = table->rule_rgb, .thickness = thickness });
	page_mark_end(page);
}

/* The part of the table that stands on a page, under its header. */
static void
draw_table(struct maker *maker, struct page *page, size_t number)
{
	const struct template_item *table = maker->table;
	struct line *line;
	size_t i;

	maker->head.top = number == 0 ? table->y : table->next_y;
	page_group(page, "Table");
	draw_line(maker, page, &maker->head, "TH", /* striped= */ false);
	draw_rule(maker, page, maker->head.top - maker->head.height, table->head_rule);
	for (i = 0; i < maker->line_count; i++) {
		line = &maker->lines[i];
		if (line->page != number)
			continue;
		draw_line(maker, page, line, "TD", table->has_stripe && i % 2 == 1 && i < maker->facts->row_count);
		if (maker->totals && i + 1 == maker->line_count)
			draw_rule(maker, page, line->top, table->head_rule);
		else if (!maker->totals || i + 2 < maker->line_count)
			draw_rule(maker, page, line->top - line->height, table->rule);
	}
	page_group_end(page);
}

/* What a page says again, or says of itself, is not read aloud with what it is about. */
static bool
is_running(const struct template_item *item, const struct template_part *parts)
{
	for (; parts != NULL; parts = parts->next)
		if (parts->kind == TEMPLATE_FACT && (parts->fact == TEMPLATE_PAGE || parts->fact == TEMPLATE_PAGES))
			return true;
	return item->on == TEMPLATE_REST;
}

static bool
is_on(const struct maker *maker, const struct template_item *item, size_t number)
{
	switch (item->on) {
	case TEMPLATE_EVERY: break;
	case TEMPLATE_FIRST: return number == 0;
	case TEMPLATE_REST: return number > 0;
	case TEMPLATE_LAST: return number + 1 == maker->page_count;
	}
	return true;
}

static int
draw_item(struct maker *maker, struct page *page, size_t index, struct err *err)
{
	const struct template_item *item = &maker->items[index];
	const struct template_part *parts = maker->wording->texts[index];
	const struct page_box box = draw_box(item);
	struct page_slot slot = draw_slot(item);
	struct page_set *set;
	const char *text;
	int rc;

	if (item->kind != TEMPLATE_TEXT && item->kind != TEMPLATE_QR) {
		text = item->on == TEMPLATE_REST ? NULL : draw_alternative(maker->arena, item, parts, maker->values);
		if (text != NULL)
			page_mark_figure(page, &box, text);
		else
			page_artifact(page);
		rc = draw_shape(page, maker->template, item, maker->logo, err);
		page_mark_end(page);
		return rc;
	}
	text = draw_join(maker->arena, parts, maker->values);
	if (item->kind == TEMPLATE_QR)
		return draw_qr(maker->arena, page, item, text, err);
	if (draw_fit(maker->arena, item, maker->wording, parts, text, &set, err) != 0)
		return -1;
	/* The words' script is that of the first of them. */
	if (maker->script == 0 && parts->kind != TEMPLATE_FACT)
		maker->script = set->lines[0]->script;
	page_artifact(page);
	page_set_draw(page, &slot, set);
	if (is_running(item, parts))
		page_set_text(page, &slot, set);
	page_mark_end(page);
	if (!is_running(item, parts))
		draw_text(page, item, set, locale_language(maker->wording->locale), maker->script);
	return 0;
}

static int
draw_page(struct maker *maker, struct page *page, size_t number, struct err *err)
{
	const struct cldr *cldr = locale_formats(maker->wording->locale);
	size_t i;

	maker->values[TEMPLATE_PAGE] = cldr_number(maker->arena, cldr, (int64_t)number + 1);
	maker->values[TEMPLATE_PAGES] = cldr_number(maker->arena, cldr, (int64_t)maker->page_count);
	for (i = 0; i < maker->template->item_count; i++) {
		const struct template_item *item = &maker->items[i];

		if (item->kind == TEMPLATE_COLUMN || !is_on(maker, item, number) ||
		    !draw_wanted(item, maker->wording->texts[i], maker->stated))
			continue;
		if (item->kind == TEMPLATE_TABLE)
			draw_table(maker, page, number);
		else if (draw_item(maker, page, i, err) != 0)
			return -1;
	}
	return buf_check(&page->content, "page", err);
}

int
pages_render(struct arena *arena, const struct template *template, const struct wording *wording,
    const struct certificate_facts *facts, const char *const *values, unsigned stated, const struct pdf_image *logo,
    struct buf *ret_pdf, struct err *err)
{
	struct maker maker = { .arena = arena,
		.template = template,
		.wording = wording,
		.facts = facts,
		.stated = stated,
		.logo = logo,
		.rtl = strcmp(locale_direction(wording->locale), "rtl") == 0,
		.page_count = 1 };
	struct page *pages;
	struct pdf_page *as_pdf;
	size_t i, begun = 0;
	int rc = -1;

	memcpy(maker.values, values, sizeof(maker.values));
	place_items(&maker);
	if (maker.table != NULL && (fit_lines(&maker, err) != 0 || set_pages(&maker, err) != 0))
		return -1;
	pages = ARENA_ARRAY(arena, maker.page_count, struct page);
	as_pdf = ARENA_ARRAY(arena, maker.page_count, struct pdf_page);
	for (; begun < maker.page_count; begun++) {
		page_init(arena, &pages[begun], template->width, template->height);
		if (draw_page(&maker, &pages[begun], begun, err) != 0) {
			begun++;
			goto out;
		}
		as_pdf[begun] = page_as_pdf(&pages[begun]);
	}
	if (pdf_write(
		&(struct pdf_document){ .title = arena_printf(arena, "%s – %s", values[TEMPLATE_LEARNER], values[TEMPLATE_ISSUER]),
		    .author = values[TEMPLATE_ISSUER],
		    .subject = values[TEMPLATE_LEARNER],
		    .language = locale_language(wording->locale),
		    .created_utc = facts->issued_utc,
		    .pages = as_pdf,
		    .page_count = maker.page_count },
		ret_pdf, err) != 0)
		goto out;
	rc = 0;
out:
	for (i = 0; i < begun; i++)
		page_done(&pages[i]);
	return rc;
}
