/* Rates: what amounts in other currencies were converted at, so that each can be reckoned again. */
#include "base/text.h"
#include "book.h"

static const struct table_column columns[] = {
	{ RATE_DAY, "Day", 11, false, -1, 0 },
	{ RATE_CURRENCY, "Currency", 9, false, -1, 0 },
	{ RATE_DOCUMENTS, "Documents", 11, false, 1, 0 },
	{ RATE_AMOUNT, "Amount", 14, false, 0, 0 },
	{ RATE_RATE, "Rate", 30, false, -1, 0 },
	{ RATE_OF, "Rate of", 11, false, -1, 0 },
	{ RATE_PUBLISHER, "Published by", 26, true, -1, 0 },
	{ RATE_CONVERTED, "Converted", 14, false, -1, RATE_TO },
	{ RATE_TO, "In", 6, false, -1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	return column == RATE_RATE && cells[RATE_OF].null ? XLSX_BAD : XLSX_BODY;
}

const struct table_spec rate_spec = {
	.name = "Rates",
	.about = "Invoices and payments in another currency than their sale, and sales in another one than the books, by day. What "
		 "has no rate is never "
		 "added up.",
	.rows_are = "days",
	.tab_rgb = 0x7a6a2f,
	.fixed_columns = 1,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = RATE_TO,
	.currency = RATE_CURRENCY,
	.sums = { RATE_AMOUNT, RATE_DOCUMENTS },
	.style = style,
	.optional = true,
	.says = (const int[]){ SAYS_END },
	.says_parts = (const int[]){ RATE_RATE, SAYS_END },
};
