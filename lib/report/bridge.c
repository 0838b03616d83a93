/* The way from what was sold to all documents and from these to the units, and from what was sold to the revenue that is left; per currency, with
 * the engine's figures beside sums of the cells above. */
#include "base/text.h"
#include "control.h"

enum {
	LINE_SOLD,
	LINE_SETTLING,
	LINE_TEST,
	LINE_EXPECTED,
	LINE_CHARGED,
	LINE_SHIPPING,
	LINE_UNALLOCATED,
	LINE_ODD,
	LINE_UNITS,
	LINE_MATCHED,
	LINE_OPEN,
	LINE_EXCLUDED,
	LINE_SOLD_AGAIN,
	LINE_CANCELLED,
	LINE_REFUNDED,
	LINE_REVENUE,
	LINE_HOME,
	LINE_COUNT
};

static const struct {
	const char *title, *about;
	int column;        /* of the bridge section; -1: live only */
	const char *class; /* of the units summed live; NULL: none */
	bool total;
} lines[LINE_COUNT] = {
	[LINE_SOLD] = { "Sold", "Each sale once, whatever invoices and payments tell of it; cancelled ones too.", BRIDGE_SOLD, NULL,
	    true },
	[LINE_SETTLING] = { "plus invoices and payments of sales",
	    "The same money as other systems tell it: it is no revenue again.", BRIDGE_SETTLING, NULL, false },
	[LINE_TEST] = { "plus test orders", "They moved no money; their units are excluded.", BRIDGE_TEST, NULL, false },
	[LINE_EXPECTED] = { "plus expected, not paid yet", "Orders that nobody owes and the shop waits for: see sheet Expected.",
	    BRIDGE_EXPECTED, NULL, false },
	[LINE_CHARGED] = { "Charged", "The totals of all documents, cancelled and test ones too.", BRIDGE_CHARGED, NULL, true },
	[LINE_SHIPPING] = { "less shipping", "Not part of any unit.", BRIDGE_SHIPPING, NULL, false },
	[LINE_UNALLOCATED] = { "less differences in documents", "Documents whose own totals do not add up; each is a finding.",
	    BRIDGE_UNALLOCATED, NULL, false },
	[LINE_ODD] = { "less lines without units", "Lines whose quantity is not a whole number; each is a finding.",
	    BRIDGE_ODD_LINE, NULL, false },
	[LINE_UNITS] = { "Net paid for units", "Found: the sum of sheet Access vs money.", BRIDGE_UNIT, NULL, true },
	[LINE_MATCHED] = { "    of which matched", "", -1, "matched", false },
	[LINE_OPEN] = { "    of which open", "", -1, "open", false },
	[LINE_EXCLUDED] = { "    of which excluded", "", -1, "excluded", false },
	[LINE_SOLD_AGAIN] = { "Sold, as above", "", BRIDGE_SOLD, NULL, false },
	[LINE_CANCELLED] = { "less cancelled and not paid", "What nobody paid of sales that were cancelled.", BRIDGE_CANCELLED,
	    NULL, false },
	[LINE_REFUNDED] = { "less given back",
	    "All refunds of sales and lost disputes so far. What invoices and payments tell of them is the same money.",
	    BRIDGE_REFUNDED, NULL, false },
	[LINE_REVENUE] = { "Revenue", "What was sold and is left, paid already or not.", BRIDGE_REVENUE, NULL, true },
	[LINE_HOME] = { "    in the currency of the books", "At the rate of each sale's day, see sheet Rates.", -1, NULL, false },
};

const struct cell *
bridge_of(const struct book *book, const char *currency, uint32_t *ret_index)
{
	const struct kept_row *row;

	*ret_index = 0;
	for (row = book->kept[SECTION_BRIDGE].first; row != NULL; row = row->next, (*ret_index)++)
		if (text_equal(row->cells[BRIDGE_CURRENCY].text, currency))
			return row->cells;
	return NULL;
}

static uint32_t
row_of(const struct book *book, uint32_t index, int line)
{
	return book->bridge_row + index * LINE_COUNT + (uint32_t)line;
}

/* Money of a line, in the cell of its engine's figure. */
static const struct xlsx_expr *
cell_of(struct book *book, uint32_t index, int line)
{
	return control_at(book, row_of(book, index, line), COL_EXPECTED);
}

const struct xlsx_expr *
bridge_beside_units(struct book *book, uint32_t index)
{
	return xlsx_expr_plus(&book->arena, cell_of(book, index, LINE_SHIPPING),
	    xlsx_expr_plus(&book->arena, cell_of(book, index, LINE_UNALLOCATED), cell_of(book, index, LINE_ODD)));
}

/* A line that must be what others come to: the engine's difference, the live one from the cells, and the check. */
static int
write_identity(struct book *book, uint32_t row, int64_t engine, const struct xlsx_expr *expr, int64_t found, const char *currency,
    struct err *err)
{
	const struct xlsx_range check = { book->control, row, row, COL_CHECK, COL_CHECK };

	if (control_amount(book, row, COL_DIFFERENCE, engine, currency, XLSX_TOTAL, err) != 0)
		return -1;
	if (control_formula(book, row, COL_LIVE, expr, found, currency, XLSX_TOTAL, err) != 0)
		return -1;
	if (control_check(book, row, engine, found, currency, err) != 0)
		return -1;
	return xlsx_flag(book->xlsx, &check, NULL, err);
}

/* Sold, what settles it, tests and what is expected are all documents. */
static int
write_charged(struct book *book, const struct cell *cells, uint32_t index, struct err *err)
{
	int64_t difference = cells[BRIDGE_CHARGED].number - cells[BRIDGE_SOLD].number - cells[BRIDGE_SETTLING].number -
			     cells[BRIDGE_TEST].number - cells[BRIDGE_EXPECTED].number;
	const struct xlsx_expr *expr =
	    xlsx_expr_minus(&book->arena, cell_of(book, index, LINE_CHARGED), cell_of(book, index, LINE_SOLD));

	expr = xlsx_expr_minus(&book->arena, expr, cell_of(book, index, LINE_SETTLING));
	expr = xlsx_expr_minus(&book->arena, expr, cell_of(book, index, LINE_TEST));
	expr = xlsx_expr_minus(&book->arena, expr, cell_of(book, index, LINE_EXPECTED));
	return write_identity(
	    book, row_of(book, index, LINE_CHARGED), difference, expr, difference, cells[BRIDGE_CURRENCY].text, err);
}

/* Charged less what is not a unit's, against the units: the engine's and the sheet's. */
static int
write_units(struct book *book, const struct cell *cells, uint32_t index, int64_t found, struct err *err)
{
	int64_t both = cells[BRIDGE_CHARGED].number - cells[BRIDGE_SHIPPING].number - cells[BRIDGE_UNALLOCATED].number -
		       cells[BRIDGE_ODD_LINE].number;
	const struct xlsx_expr *expr =
	    xlsx_expr_minus(&book->arena, cell_of(book, index, LINE_CHARGED), cell_of(book, index, LINE_SHIPPING));

	expr = xlsx_expr_minus(&book->arena, expr, cell_of(book, index, LINE_UNALLOCATED));
	expr = xlsx_expr_minus(&book->arena, expr, cell_of(book, index, LINE_ODD));
	expr = xlsx_expr_minus(&book->arena, expr, control_at(book, row_of(book, index, LINE_UNITS), COL_ACTUAL));
	return write_identity(book, row_of(book, index, LINE_UNITS), both - cells[BRIDGE_UNIT].number, expr, both - found,
	    cells[BRIDGE_CURRENCY].text, err);
}

/* Sold less what was cancelled or given back. */
static int
write_revenue(struct book *book, const struct cell *cells, uint32_t index, struct err *err)
{
	int64_t difference = cells[BRIDGE_REVENUE].number - cells[BRIDGE_SOLD].number + cells[BRIDGE_CANCELLED].number +
			     cells[BRIDGE_REFUNDED].number;
	const struct xlsx_expr *expr =
	    xlsx_expr_plus(&book->arena, cell_of(book, index, LINE_REVENUE), cell_of(book, index, LINE_CANCELLED));

	expr = xlsx_expr_plus(&book->arena, expr, cell_of(book, index, LINE_REFUNDED));
	expr = xlsx_expr_minus(&book->arena, expr, cell_of(book, index, LINE_SOLD_AGAIN));
	return write_identity(
	    book, row_of(book, index, LINE_REVENUE), difference, expr, difference, cells[BRIDGE_CURRENCY].text, err);
}

/* Nothing where some sale has no rate: part of a sum is none. */
static int
write_home(struct book *book, const struct cell *cells, uint32_t row, struct err *err)
{
	const char *home = cells[BRIDGE_HOME].text;

	if (cells[BRIDGE_HOME_MINOR].null)
		return book_text(book, book->control, row, COL_FROM, XLSX_BAD,
		    arena_printf(&book->arena, book_say(book, "Not added up: %s without a rate."),
			book_number(book, cells[BRIDGE_UNRATED].number)),
		    err);
	return control_amount(book, row, COL_EXPECTED, cells[BRIDGE_HOME_MINOR].number, home, XLSX_BODY, err);
}

static int
write_line(struct book *book, const struct cell *cells, uint32_t index, int which, struct err *err)
{
	uint32_t row = row_of(book, index, which);
	const char *currency = cells[BRIDGE_CURRENCY].text;
	const struct book_where money[] = { { ACCESS_CURRENCY, currency }, { ACCESS_CLASS, lines[which].class }, { -1, NULL } };
	enum xlsx_style style = lines[which].total ? XLSX_TOTAL : XLSX_BODY;
	int64_t found = tally_get(&book->tables[SECTION_ACCESS].tally, lines[which].class, currency, TALLY_ANY_PART, 1);
	uint16_t i;

	for (i = 0; i < COL_COUNT; i++)
		if (book_text(book, book->control, row, i, style,
			i == COL_CONTROL    ? book_say(book, lines[which].title)
			: i == COL_HOLDS    ? book_say(book, lines[which].about)
			: i == COL_CURRENCY ? which == LINE_HOME ? cells[BRIDGE_HOME].text : currency
					    : "",
			err) != 0)
			return -1;
	if (lines[which].column >= 0 &&
	    control_amount(book, row, COL_EXPECTED, cells[lines[which].column].number, currency, style, err) != 0)
		return -1;
	if ((lines[which].class != NULL || which == LINE_UNITS) &&
	    control_formula(
		book, row, COL_ACTUAL, book_sum(book, SECTION_ACCESS, ACCESS_NET, money), found, currency, style, err) != 0)
		return -1;
	switch (which) {
	case LINE_CHARGED: return write_charged(book, cells, index, err);
	case LINE_UNITS: return write_units(book, cells, index, found, err);
	case LINE_REVENUE: return write_revenue(book, cells, index, err);
	case LINE_HOME: return write_home(book, cells, row, err);
	default: return 0;
	}
}

/* The revenue of all currencies in that of the books, where there are several and every sale has its rate. */
static int
write_all(struct book *book, struct err *err)
{
	uint32_t row = row_of(book, (uint32_t)book->kept[SECTION_BRIDGE].count, 0), index = 0;
	const struct xlsx_expr *expr = NULL, *cell;
	const struct kept_row *kept;
	const char *home = "";
	int64_t sum = 0;
	bool whole = true;

	if (book->kept[SECTION_BRIDGE].count < 2)
		return 0;
	for (kept = book->kept[SECTION_BRIDGE].first; kept != NULL; kept = kept->next, index++) {
		home = kept->cells[BRIDGE_HOME].text;
		cell = cell_of(book, index, LINE_HOME);
		expr = expr == NULL ? cell : xlsx_expr_plus(&book->arena, expr, cell);
		whole = whole && !kept->cells[BRIDGE_HOME_MINOR].null &&
			!__builtin_add_overflow(sum, kept->cells[BRIDGE_HOME_MINOR].number, &sum);
	}
	if (book_text(book, book->control, row, COL_CONTROL, XLSX_TOTAL, book_say(book, "Revenue, all currencies"), err) != 0)
		return -1;
	if (book_text(book, book->control, row, COL_CURRENCY, XLSX_TOTAL, home, err) != 0)
		return -1;
	if (!whole)
		return book_text(
		    book, book->control, row, COL_FROM, XLSX_BAD, book_say(book, "Not added up: rates are missing."), err);
	return control_formula(book, row, COL_EXPECTED, expr, sum, home, XLSX_TOTAL, err);
}

int
bridge_write(struct book *book, struct err *err)
{
	const struct kept_row *row;
	uint32_t index = 0;
	uint16_t i;
	int line;
	static const char *const titles[COL_COUNT] = { "From what was sold to units and revenue", "", "Currency", "Engine",
		"Live, from the sheets", "Difference, engine", "Difference, live", "Must be 0", "" };

	if (book->kept[SECTION_BRIDGE].count == 0)
		return 0;
	if (xlsx_height(book->xlsx, book->control, book->bridge_row - 1, 30, err) != 0)
		return -1;
	for (i = 0; i < COL_COUNT; i++) {
		const struct xlsx_cell cell = { .style = XLSX_HEADER,
			.wrap = true,
			.text = book_say(book, titles[i]),
			.right = i >= COL_EXPECTED && i <= COL_CHECK };

		if (xlsx_put(book->xlsx, book->control, book->bridge_row - 1, i, &cell, err) != 0)
			return -1;
	}
	for (row = book->kept[SECTION_BRIDGE].first; row != NULL; row = row->next, index++)
		for (line = 0; line < LINE_COUNT; line++)
			if (write_line(book, row->cells, index, line, err) != 0)
				return -1;
	return write_all(book, err);
}
