/* Renewals: whose paid time is over soon, and what it was sold for last. Nobody has bought any of it yet. */
#include "book.h"

static const struct table_column columns[] = {
	{ RENEWAL_PERSON, "Person", 24, false, -1, 0 },
	{ RENEWAL_EMAIL, "E-mail", 28, false, -1, 0 },
	{ RENEWAL_COURSE, "Course", 14, false, -1, 0 },
	{ RENEWAL_PRODUCT, "Product", 30, true, -1, 0 },
	{ RENEWAL_SOURCE, "Source", 10, false, -1, 0 },
	{ RENEWAL_DOCUMENT, "Document", 14, false, -1, 0 },
	{ RENEWAL_UNTIL, "Paid until", 12, false, -1, 0 },
	{ RENEWAL_FROM, "Renews from", 12, false, -1, 0 },
	{ RENEWAL_CURRENCY, "Currency", 9, false, -1, 0 },
	{ RENEWAL_PRICE, "Net, last time", 14, false, 0, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	(void)cells;
	(void)column;
	return XLSX_BODY;
}

const struct table_spec renewal_spec = {
	.name = "Renewals",
	.about =
	    "One row per access that ends within 90 days, or is over and kept for its grace. What renews by itself is not here.",
	.rows_are = "accesses",
	.tab_rgb = 0x4f7a7a,
	.fixed_columns = 1,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = RENEWAL_COURSE,
	.currency = RENEWAL_CURRENCY,
	.sums = { RENEWAL_PRICE },
	.style = style,
	.optional = true,
};
