/* Deals: what was sold, invoiced and paid of each sale that several systems know. */
#include "base/text.h"
#include "book.h"

static const struct table_column columns[] = {
	{ DEAL_SALE, "Sale", 14, false, -1, 0 },
	{ DEAL_SOURCE, "Source", 10, false, -1, 0 },
	{ DEAL_SOLD_ON, "Sold on", 11, false, -1, 0 },
	{ DEAL_STATE, "Deal", 13, false, -1, 0 },
	{ DEAL_CURRENCY, "Currency", 9, false, -1, 0 },
	{ DEAL_SOLD, "Sold for", 13, false, 0, 0 },
	{ DEAL_INVOICES, "Invoices", 22, true, -1, 0 },
	{ DEAL_INVOICED, "Invoiced", 13, false, -1, 0 },
	{ DEAL_PAYMENTS, "Payments", 22, true, -1, 0 },
	{ DEAL_PAID, "Paid", 13, false, -1, 0 },
	{ DEAL_REFUNDED, "Refunded, sale", 13, false, -1, 0 },
	{ DEAL_PAID_BACK, "Refunded, payments", 13, false, -1, 0 },
	{ DEAL_DIFFERENCE, "Largest difference", 13, false, 1, 0 },
	{ DEAL_REVENUE, "Revenue", 13, false, -1, DEAL_HOME },
	{ DEAL_HOME, "In", 6, false, -1, 0 },
	{ DEAL_RATES, "Rates", 34, true, -1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	if (column == DEAL_STATE && text_equal(cells[DEAL_CODE].text, "differs"))
		return XLSX_BAD;
	return XLSX_BODY;
}

const struct table_spec deal_spec = {
	.name = "Deals",
	.about = "One row per sale that invoices or payments were found for; it is revenue once. What differs stands on sheet "
		 "Exceptions, with what to do.",
	.rows_are = "deals",
	.tab_rgb = 0x2f6f8f,
	.fixed_columns = 1,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = DEAL_CODE,
	.currency = DEAL_CURRENCY,
	.sums = { DEAL_SOLD, DEAL_DIFFERENCE },
	.style = style,
	.optional = true,
	.says = (const int[]){ DEAL_STATE, SAYS_END },
	.says_parts = (const int[]){ DEAL_RATES, SAYS_END },
};
