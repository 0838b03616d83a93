/* What is expected: asked for and not sold yet. No money of it stands on any other sheet as sold. */
#include "book.h"

static const struct table_column columns[] = {
	{ EXPECTED_PRODUCT, "Product", 36, true, -1, 0 },
	{ EXPECTED_COURSES, "Courses", 18, true, -1, 0 },
	{ EXPECTED_SOURCE, "Source", 10, false, -1, 0 },
	{ EXPECTED_WHAT, "What it is", 20, true, -1, 0 },
	{ EXPECTED_DOCUMENTS, "Documents", 11, false, -1, 0 },
	{ EXPECTED_SEATS, "Seats", 9, false, 1, 0 },
	{ EXPECTED_CURRENCY, "Currency", 9, false, -1, 0 },
	{ EXPECTED_VALUE, "Value", 14, false, 0, 0 },
	{ EXPECTED_SINCE, "Oldest of", 11, false, -1, 0 },
	{ EXPECTED_UNTIL, "Next one ends", 13, false, -1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	(void)cells;
	(void)column;
	return XLSX_BODY;
}

const struct table_spec expected_spec = {
	.name = "Expected",
	.about = "One row per product: what is asked for and neither invoiced nor paid. It gives no access and is no revenue.",
	.rows_are = "products",
	.tab_rgb = 0x4f7a7a,
	.fixed_columns = 1,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = EXPECTED_WHAT,
	.currency = EXPECTED_CURRENCY,
	.sums = { EXPECTED_VALUE, EXPECTED_SEATS },
	.style = style,
	.optional = true,
	.says = (const int[]){ EXPECTED_WHAT, SAYS_END },
};
