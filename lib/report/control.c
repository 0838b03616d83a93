/* Control: the identities that must hold, with the engine's figures beside live formulas over the workbook's own cells. */
#include "base/money.h"
#include "base/text.h"
#include "control.h"

#define HEADER_ROW 2

static const struct xlsx_column columns[COL_COUNT] = {
	{ "Control", 31, XLSX_TEXT, true },
	{ "What must hold", 58, XLSX_TEXT, true },
	{ "Currency", 9, XLSX_TEXT, false },
	{ "Expected", 17, XLSX_MONEY, false },
	{ "Found", 17, XLSX_MONEY, false },
	{ "Difference, engine", 13, XLSX_MONEY, false },
	{ "Difference, live", 13, XLSX_MONEY, false },
	{ "Must be 0", 13, XLSX_MONEY, false },
	{ "The live difference is reckoned from", 40, XLSX_TEXT, true },
};

static int64_t
units(const struct book *book, const char *class, const char *currency, int which)
{
	return tally_get(&book->tables[SECTION_ACCESS].tally, class, currency, TALLY_ANY_PART, which);
}

/* What the live formula of write_live() comes to. */
static int64_t
reckon(const struct book *book, const struct cell *cells)
{
	const char *code = cells[CONTROL_CODE].text;
	int64_t expected = cells[CONTROL_EXPECTED].number;
	const struct cell *bridge;
	uint32_t ignored;

	if (text_equal(code, "UNITS_OF_LINES"))
		return expected - units(book, NULL, NULL, 0);
	if (text_equal(code, "UNITS_CLASSED"))
		return expected - units(book, "matched", NULL, TALLY_ROWS) - units(book, "open", NULL, TALLY_ROWS) -
		       units(book, "excluded", NULL, TALLY_ROWS);
	if (text_equal(code, "OPEN_IN_FINDINGS"))
		return units(book, "open", NULL, TALLY_ROWS) -
		       tally_get(&book->tables[SECTION_EXCEPTION].tally, NULL, NULL, TALLY_ANY_PART, 0);
	if (text_equal(code, "PAYOUTS"))
		return tally_get(&book->tables[SECTION_PAYOUT].tally, NULL, cells[CONTROL_CURRENCY].text, TALLY_ANY_PART, 1);
	bridge = bridge_of(book, cells[CONTROL_CURRENCY].text, &ignored);
	if (text_equal(code, "MONEY_OF_UNITS") && bridge != NULL)
		return expected - bridge[BRIDGE_SHIPPING].number - bridge[BRIDGE_UNALLOCATED].number -
		       bridge[BRIDGE_ODD_LINE].number - units(book, NULL, cells[CONTROL_CURRENCY].text, 1);
	return expected - cells[CONTROL_ACTUAL].number;
}

int
control_reckon(struct book *book, struct err *err)
{
	const struct kept *kept = &book->kept[SECTION_CONTROL];
	const struct kept_row *row;
	struct control_line *line;
	int exponent;

	book->controls = ARENA_ARRAY(&book->arena, kept->count, struct control_line);
	for (row = kept->first; row != NULL; row = row->next) {
		line = &book->controls[book->control_count++];
		line->cells = row->cells;
		line->currency = row->cells[CONTROL_CURRENCY].text[0] == '\0' ? NULL : row->cells[CONTROL_CURRENCY].text;
		if (line->currency != NULL && money_exponent(line->currency, &exponent, err) != 0)
			return -1;
		line->live = reckon(book, row->cells);
		if (line->live != 0 || row->cells[CONTROL_EXPECTED].number != row->cells[CONTROL_ACTUAL].number)
			book->untied++;
	}
	return 0;
}

int
control_sheet(struct book *book, struct err *err)
{
	struct xlsx_column *said = ARENA_ARRAY(&book->arena, COL_COUNT, struct xlsx_column);
	struct xlsx_sheet_def def = { .name = book_say(book, "Control"),
		.columns = said,
		.column_count = COL_COUNT,
		.header_row = HEADER_ROW,
		.data_rows = (uint32_t)book->control_count,
		.fixed_columns = 1,
		.tab_rgb = 0x1e6b3c,
		.footer = book->footer,
		.page_word = book_say(book, "page"),
		.of_word = book_say(book, "of") };
	int i;

	for (i = 0; i < COL_COUNT; i++) {
		said[i] = columns[i];
		said[i].title = book_say(book, columns[i].title);
	}
	book->control_row = HEADER_ROW + 1;
	/* An empty row and one of titles stand between the tables. */
	book->bridge_row = book->control_row + (uint32_t)book->control_count + 2;
	return xlsx_sheet(book->xlsx, &def, &book->control, err);
}

struct xlsx_range
control_checks(const struct book *book)
{
	uint32_t rows = book->control_count == 0 ? 1 : (uint32_t)book->control_count;

	return (struct xlsx_range){ book->control, book->control_row, book->control_row + rows - 1, COL_CHECK, COL_CHECK };
}

const struct xlsx_expr *
control_at(struct book *book, uint32_t row, uint16_t column)
{
	return xlsx_expr_cell(&book->arena, book->xlsx, book->control, row, column);
}

static const struct xlsx_expr *
live(struct book *book, const struct control_line *line, uint32_t row, const char **ret_from)
{
	static const struct book_where all[] = { { -1, NULL } };
	static const struct book_where matched[] = { { ACCESS_CLASS, "matched" }, { -1, NULL } };
	static const struct book_where open[] = { { ACCESS_CLASS, "open" }, { -1, NULL } };
	static const struct book_where excluded[] = { { ACCESS_CLASS, "excluded" }, { -1, NULL } };
	const struct book_where money[] = { { ACCESS_CURRENCY, line->currency }, { -1, NULL } };
	const char *code = line->cells[CONTROL_CODE].text;
	struct arena *arena = &book->arena;
	const struct xlsx_expr *found;
	uint32_t index;

	if (text_equal(code, "UNITS_OF_LINES")) {
		*ret_from = book_say(book, "Expected, and the quantities on sheet Access vs money");
		return xlsx_expr_minus(
		    arena, control_at(book, row, COL_EXPECTED), book_sum(book, SECTION_ACCESS, ACCESS_QUANTITY, all));
	}
	if (text_equal(code, "UNITS_CLASSED")) {
		*ret_from = book_say(book, "Expected, and the classes on sheet Access vs money");
		found = xlsx_expr_plus(arena, book_count(book, SECTION_ACCESS, matched),
		    xlsx_expr_plus(arena, book_count(book, SECTION_ACCESS, open), book_count(book, SECTION_ACCESS, excluded)));
		return xlsx_expr_minus(arena, control_at(book, row, COL_EXPECTED), found);
	}
	if (text_equal(code, "OPEN_IN_FINDINGS")) {
		*ret_from = book_say(book, "Open rows on sheet Access vs money, and open units on sheet Exceptions");
		return xlsx_expr_minus(
		    arena, book_count(book, SECTION_ACCESS, open), book_sum(book, SECTION_EXCEPTION, EXCEPTION_UNITS, all));
	}
	if (text_equal(code, "MONEY_OF_UNITS") && bridge_of(book, line->currency, &index) != NULL) {
		*ret_from = book_say(book, "Expected, the lines below, and net paid on sheet Access vs money");
		found = bridge_beside_units(book, index);
		return xlsx_expr_minus(arena, control_at(book, row, COL_EXPECTED),
		    xlsx_expr_plus(arena, found, book_sum(book, SECTION_ACCESS, ACCESS_NET, money)));
	}
	if (text_equal(code, "PAYOUTS") && book->tables[SECTION_PAYOUT].parts > 0) {
		const struct book_where payouts[] = { { PAYOUT_CURRENCY, line->currency }, { -1, NULL } };

		*ret_from = book_say(book, "The live residuals on sheet Payouts");
		return book_sum(book, SECTION_PAYOUT, PAYOUT_LIVE, payouts);
	}
	*ret_from = book_say(book, "Expected and found, on this row");
	return xlsx_expr_minus(arena, control_at(book, row, COL_EXPECTED), control_at(book, row, COL_ACTUAL));
}

/* Sums of doubles carry noise below the last decimal, which is no difference. */
static const struct xlsx_expr *
rounded(struct book *book, const struct xlsx_expr *expr, const char *currency)
{
	struct err ignored = ERR_INIT;
	int exponent = 0;

	if (currency != NULL && money_exponent(currency, &exponent, &ignored) != 0)
		exponent = 2; /* the cell itself refuses such a currency */
	return xlsx_expr_round(&book->arena, expr, exponent);
}

int
control_amount(
    struct book *book, uint32_t row, uint16_t column, int64_t value, const char *currency, enum xlsx_style style, struct err *err)
{
	struct xlsx_cell cell = book_amount(value, currency, style);

	return xlsx_put(book->xlsx, book->control, row, column, &cell, err);
}

int
control_formula(struct book *book, uint32_t row, uint16_t column, const struct xlsx_expr *expr, int64_t value, const char *currency,
    enum xlsx_style style, struct err *err)
{
	struct xlsx_cell cell = book_amount(value, currency, style);

	return xlsx_formula(book->xlsx, book->control, row, column, rounded(book, expr, currency), &cell, err);
}

static int64_t
magnitude(int64_t value)
{
	return value < 0 ? -value : value;
}

int
control_check(struct book *book, uint32_t row, int64_t engine, int64_t found, const char *currency, struct err *err)
{
	const struct xlsx_range both = { book->control, row, row, COL_DIFFERENCE, COL_LIVE };
	const struct xlsx_expr *expr = xlsx_expr_sum_abs(&book->arena, book->xlsx, &both);

	return control_formula(book, row, COL_CHECK, expr, magnitude(engine) + magnitude(found), currency, XLSX_TOTAL, err);
}

static int
write_control(struct book *book, const struct control_line *line, uint32_t row, struct err *err)
{
	const struct cell *cells = line->cells;
	int64_t difference = cells[CONTROL_EXPECTED].number - cells[CONTROL_ACTUAL].number;
	const char *from;
	const struct xlsx_expr *expr = live(book, line, row, &from);
	const struct xlsx_cell explanation = {
		.type = XLSX_TEXT, .style = XLSX_BODY, .text = book_say(book, cells[CONTROL_EXPLANATION].text), .wrap = true
	};
	const struct xlsx_cell origin = { .type = XLSX_TEXT, .style = XLSX_BODY, .text = from, .wrap = true };

	if (xlsx_height(book->xlsx, book->control, row, 29, err) != 0)
		return -1;
	if (book_text(book, book->control, row, COL_CONTROL, XLSX_TOTAL, book_say(book, cells[CONTROL_TITLE].text), err) != 0)
		return -1;
	if (xlsx_put(book->xlsx, book->control, row, COL_HOLDS, &explanation, err) != 0)
		return -1;
	if (book_text(book, book->control, row, COL_CURRENCY, XLSX_BODY, cells[CONTROL_CURRENCY].text, err) != 0)
		return -1;
	if (control_amount(book, row, COL_EXPECTED, cells[CONTROL_EXPECTED].number, line->currency, XLSX_BODY, err) != 0)
		return -1;
	if (control_amount(book, row, COL_ACTUAL, cells[CONTROL_ACTUAL].number, line->currency, XLSX_BODY, err) != 0)
		return -1;
	if (control_amount(book, row, COL_DIFFERENCE, difference, line->currency, XLSX_BODY, err) != 0)
		return -1;
	if (control_formula(book, row, COL_LIVE, expr, line->live, line->currency, XLSX_BODY, err) != 0)
		return -1;
	if (control_check(book, row, difference, line->live, line->currency, err) != 0)
		return -1;
	return xlsx_put(book->xlsx, book->control, row, COL_FROM, &origin, err);
}

int
control_write(struct book *book, struct err *err)
{
	struct xlsx_range checks = control_checks(book);
	const char *about;
	size_t i;

	if (xlsx_height(book->xlsx, book->control, 0, 27, err) != 0)
		return -1;
	if (book_text(book, book->control, 0, 0, XLSX_TITLE, book_say(book, "Control"), err) != 0)
		return -1;
	about = arena_printf(&book->arena,
	    book_say(book, "%s, as of %s: the run ties when every check is 0. Engine: reckoned in the database. Live: reckoned by "
			   "this workbook "
			   "from its cells."),
	    book->tenant, book->now);
	if (xlsx_height(book->xlsx, book->control, 1, 20, err) != 0)
		return -1;
	if (book_text(book, book->control, 1, 0, XLSX_SUBTITLE, about, err) != 0)
		return -1;
	if (xlsx_header(book->xlsx, book->control, err) != 0)
		return -1;
	for (i = 0; i < book->control_count; i++)
		if (write_control(book, &book->controls[i], book->control_row + (uint32_t)i, err) != 0)
			return -1;
	if (xlsx_flag(book->xlsx, &checks, NULL, err) != 0)
		return -1;
	return bridge_write(book, err);
}
