/* Sheets of rows: the title, a line that says what the rows are, totals that stay in sight, column titles, rows. */
#include <string.h>

#include "base/text.h"
#include "book.h"

#define MAX_TEXT 1000 /* characters of a cell; nobody reads more in a table */
#define MAX_LINES 8   /* and of a row */
#define LETTERS 1.2   /* that fit where a column counts 1: it counts digits of a larger size */
#define FIRST_TOTAL_ROW 2

/* One total per currency and, with a single currency, one of what the filter shows. */
static uint32_t
total_rows(const struct table *table)
{
	if (table->spec->currency < 0)
		return 0;
	return (uint32_t)table->currency_count + (table->currency_count == 1 ? 1 : 0);
}

static enum xlsx_type
cell_type(enum section section, int column)
{
	switch (section_defs[section].columns[column].type) {
	case CELL_INTEGER: return XLSX_INTEGER;
	case CELL_MONEY: return XLSX_MONEY;
	case CELL_DATE: return XLSX_DATE;
	case CELL_DATETIME: return XLSX_DATETIME;
	case CELL_TEXT: break;
	}
	return XLSX_TEXT;
}

int
table_sheets(struct book *book, enum section section, struct err *err)
{
	struct table *table = &book->tables[section];
	const struct table_spec *spec = table->spec;
	struct xlsx_column *columns = ARENA_ARRAY(&book->arena, spec->column_count, struct xlsx_column);
	struct xlsx_sheet_def def = { .columns = columns,
		.column_count = spec->column_count,
		.fixed_columns = spec->fixed_columns,
		.tab_rgb = spec->tab_rgb,
		.footer = book->footer,
		.page_word = book_say(book, "page"),
		.of_word = book_say(book, "of") };
	int64_t left = table->rows;
	uint32_t part;
	size_t i;

	for (i = 0; i < spec->column_count; i++)
		columns[i] = (struct xlsx_column){ book_say(book, spec->columns[i].title), spec->columns[i].width,
			cell_type(section, spec->columns[i].from), spec->columns[i].wrap };
	table->parts = (uint32_t)((table->rows + book->rows_per_sheet - 1) / book->rows_per_sheet);
	if (table->parts == 0 && spec->optional)
		return 0;
	if (table->parts == 0)
		table->parts = 1;
	table->currencies = tally_currencies(&book->arena, &table->tally, &table->currency_count);
	table->header_row = FIRST_TOTAL_ROW + total_rows(table) + (total_rows(table) > 0 ? 1 : 0);
	def.header_row = table->header_row;
	for (part = 0; part < table->parts; part++, left -= book->rows_per_sheet) {
		def.name = part == 0 ? book_say(book, spec->name)
				     : arena_printf(&book->arena, "%s (%u)", book_say(book, spec->name), part + 1);
		def.data_rows = left > book->rows_per_sheet ? book->rows_per_sheet : (uint32_t)left;
		if (xlsx_sheet(book->xlsx, &def, &table->sheets[part], err) != 0)
			return -1;
	}
	return 0;
}

/* "Total EUR" over the rows of this sheet, or "Shown by the filter" when ${currency} is NULL. */
static int
total_row(struct book *book, enum section section, uint32_t part, uint32_t row, const char *currency, struct err *err)
{
	struct table *table = &book->tables[section];
	const struct table_spec *spec = table->spec;
	const char *only = table->currencies[0];
	const struct xlsx_expr *expr;
	struct xlsx_where where;
	struct xlsx_range range;
	struct xlsx_cell value = { .style = XLSX_TOTAL };
	uint16_t i;

	value.text = currency == NULL   ? book_say(book, "Shown by the filter")
		     : table->parts > 1 ? arena_printf(&book->arena, book_say(book, "Total %s, this sheet"), currency)
					: arena_printf(&book->arena, book_say(book, "Total %s"), currency);
	for (i = 0; i < spec->column_count; i++, value.text = NULL) {
		if (spec->columns[i].total < 0) {
			if (xlsx_put(book->xlsx, table->sheets[part], row, i, &value, err) != 0)
				return -1;
			continue;
		}
		range = book_range(book, section, spec->columns[i].from, part);
		value = book_amount(tally_get(&table->tally, NULL, currency, part, spec->columns[i].total),
		    cell_type(section, spec->columns[i].from) == XLSX_MONEY ? (currency != NULL ? currency : only) : NULL,
		    XLSX_TOTAL);
		if (currency == NULL) {
			expr = xlsx_expr_shown_sum(&book->arena, book->xlsx, &range);
		} else {
			where = (struct xlsx_where){ book_range(book, section, spec->currency, part), currency };
			expr = xlsx_expr_sum_where(&book->arena, book->xlsx, &range, &where, 1);
		}
		if (xlsx_formula(book->xlsx, table->sheets[part], row, i, expr, &value, err) != 0)
			return -1;
		value = (struct xlsx_cell){ .style = XLSX_TOTAL };
	}
	return 0;
}

int
table_head(struct book *book, enum section section, uint32_t part, struct err *err)
{
	struct table *table = &book->tables[section];
	int sheet = table->sheets[part];
	uint32_t row = FIRST_TOTAL_ROW;
	const char *about;
	size_t i;

	if (xlsx_height(book->xlsx, sheet, 0, 27, err) != 0)
		return -1;
	if (book_text(book, sheet, 0, 0, XLSX_TITLE, xlsx_sheet_name(book->xlsx, sheet), err) != 0)
		return -1;
	about = arena_printf(&book->arena, book_say(book, "%s, as of %s: %s %s. %s"), book->tenant, book->now,
	    book_number(book, table->rows), book_say(book, table->spec->rows_are), book_say(book, table->spec->about));
	if (xlsx_height(book->xlsx, sheet, 1, 20, err) != 0)
		return -1;
	if (book_text(book, sheet, 1, 0, XLSX_SUBTITLE, about, err) != 0)
		return -1;
	for (i = 0; i < table->currency_count && total_rows(table) > 0; i++)
		if (total_row(book, section, part, row++, table->currencies[i], err) != 0)
			return -1;
	if (total_rows(table) > table->currency_count && total_row(book, section, part, row, NULL, err) != 0)
		return -1;
	return xlsx_header(book->xlsx, sheet, err);
}

/* Long texts end with an ellipsis: a workbook is for reading, and a cell has its limit. */
static const char *
shorten(struct arena *arena, const char *text)
{
	const char *at = text;
	uint32_t c;
	int i;

	if (strlen(text) <= MAX_TEXT)
		return text;
	for (i = 0; i < MAX_TEXT - 1 && *at != '\0'; i++)
		at = text_next(at, &c);
	return *at == '\0' ? text : arena_printf(arena, "%.*s…", (int)(at - text), text);
}

static const char *
shown(struct arena *arena, const struct book *book, enum section section, int column, const struct cell *cells)
{
	return shorten(arena, book_cell(arena, book, section, column, cells[column].text));
}

int
table_row(struct book *book, enum section section, const struct cell *cells, struct err *err)
{
	struct table *table = &book->tables[section];
	const struct table_spec *spec = table->spec;
	uint32_t part = (uint32_t)(table->written / book->rows_per_sheet);
	uint32_t row = table->header_row + 1 + (uint32_t)(table->written % book->rows_per_sheet);
	struct arena arena = ARENA_INIT;
	struct xlsx_cell value;
	unsigned lines = 1, needs;
	uint16_t i;
	int rc = 0;

	/* A spreadsheet does not always fit the height by itself, and never in print. */
	for (i = 0; i < spec->column_count; i++) {
		if (!spec->columns[i].wrap || cells[spec->columns[i].from].null)
			continue;
		needs = book_lines(shown(&arena, book, section, spec->columns[i].from, cells), spec->columns[i].width * LETTERS);
		if (needs > lines)
			lines = needs;
	}
	if (lines > 1)
		rc = xlsx_height(book->xlsx, table->sheets[part], row, 13.5 * (lines < MAX_LINES ? lines : MAX_LINES) + 2, err);
	for (i = 0; i < spec->column_count && rc == 0; i++) {
		const struct cell *cell = &cells[spec->columns[i].from];

		value = (struct xlsx_cell){ .type = cell_type(section, spec->columns[i].from),
			.style = spec->style(cells, spec->columns[i].from),
			.wrap = spec->columns[i].wrap,
			.empty = cell->null,
			.number = cell->number,
			.date = cell->date };
		if (value.type == XLSX_TEXT && !cell->null)
			value.text = shown(&arena, book, section, spec->columns[i].from, cells);
		if (value.type == XLSX_MONEY)
			value.currency = cells[spec->columns[i].currency != 0 ? spec->columns[i].currency : spec->currency].text;
		rc = spec->live != NULL && spec->columns[i].from == spec->live_column && !cell->null
			 ? xlsx_formula(
			       book->xlsx, table->sheets[part], row, i, spec->live(&arena, book, part, row, cells), &value, err)
			 : xlsx_put(book->xlsx, table->sheets[part], row, i, &value, err);
	}
	table->written++;
	arena_done(&arena);
	return rc;
}
