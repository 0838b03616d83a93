/* Payouts: what each is made of, and what nothing explains. */
#include "base/money.h"
#include "base/text.h"
#include "book.h"

static const struct table_column columns[] = {
	{ PAYOUT_ID, "Payout", 18, false, -1, 0 },
	{ PAYOUT_SOURCE, "Source", 10, false, -1, 0 },
	{ PAYOUT_CREATED, "Paid out on", 11, false, -1, 0 },
	{ PAYOUT_ARRIVES, "Announced for", 11, false, -1, 0 },
	{ PAYOUT_STATUS, "State", 20, true, -1, 0 },
	{ PAYOUT_ENTRIES, "Entries", 9, false, -1, 0 },
	{ PAYOUT_CURRENCY, "Currency", 9, false, -1, 0 },
	{ PAYOUT_CHARGES, "Charges", 13, false, -1, 0 },
	{ PAYOUT_REFUNDS, "Given back", 13, false, -1, 0 },
	{ PAYOUT_DISPUTES, "Disputes", 13, false, -1, 0 },
	{ PAYOUT_FEES, "Fees", 13, false, -1, 0 },
	{ PAYOUT_RESERVE, "Reserve", 13, false, -1, 0 },
	{ PAYOUT_READERS, "Card readers", 13, false, -1, 0 },
	{ PAYOUT_FAILED, "Failed payouts", 13, false, -1, 0 },
	{ PAYOUT_OTHER, "Other", 13, false, -1, 0 },
	{ PAYOUT_AMOUNT, "Payout amount", 13, false, 0, 0 },
	{ PAYOUT_BANK_ON, "At the bank on", 11, false, -1, 0 },
	{ PAYOUT_BANK, "Bank amount", 13, false, -1, 0 },
	{ PAYOUT_BANK_DIFFERENCE, "Bank difference", 13, false, -1, 0 },
	{ PAYOUT_RESIDUAL, "Residual, engine", 13, false, 1, 0 },
	{ PAYOUT_LIVE, "Residual, live", 13, false, 1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	if ((column == PAYOUT_RESIDUAL || column == PAYOUT_LIVE || column == PAYOUT_BANK_DIFFERENCE) && cells[column].number != 0)
		return XLSX_BAD;
	return XLSX_BODY;
}

/* The amount less all that it is made of, from the cells of the row. */
static const struct xlsx_expr *
residual(struct arena *arena, const struct book *book, uint32_t part, uint32_t row, const struct cell *cells)
{
	const struct xlsx_range amount = book_range(book, SECTION_PAYOUT, PAYOUT_AMOUNT, part),
				first = book_range(book, SECTION_PAYOUT, PAYOUT_CHARGES, part),
				last = book_range(book, SECTION_PAYOUT, PAYOUT_OTHER, part);
	const struct xlsx_range parts = { first.sheet, row, row, first.column, last.column };
	struct err ignored = ERR_INIT;
	int exponent = 0;

	if (money_exponent(cells[PAYOUT_CURRENCY].text, &exponent, &ignored) != 0)
		exponent = 2; /* the cell itself refuses such a currency */
	return xlsx_expr_round(arena,
	    xlsx_expr_minus(arena, xlsx_expr_cell(arena, book->xlsx, amount.sheet, row, amount.column),
		xlsx_expr_sum(arena, book->xlsx, &parts)),
	    exponent);
}

const struct table_spec payout_spec = {
	.name = "Payouts",
	.about = "One row per payout of a payment provider; the residual is what its parts do not explain, and must be 0.",
	.rows_are = "payouts",
	.tab_rgb = 0x5b4b8a,
	.fixed_columns = 1,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = PAYOUT_STATUS,
	.currency = PAYOUT_CURRENCY,
	.sums = { PAYOUT_AMOUNT, PAYOUT_RESIDUAL },
	.style = style,
	.live = residual,
	.live_column = PAYOUT_LIVE,
	.optional = true,
	.says = (const int[]){ PAYOUT_STATUS, SAYS_END },
};
