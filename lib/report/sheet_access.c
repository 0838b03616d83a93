/* Access vs money: every unit sold, once, with what was paid for it and the access it gives. */
#include "base/text.h"
#include "book.h"

static const struct table_column columns[] = {
	{ ACCESS_UNIT, "Unit", 8, false, -1, 0 },
	{ ACCESS_DOCUMENT, "Document", 12, false, -1, 0 },
	{ ACCESS_SOLD_ON, "Sold on", 11, false, -1, 0 },
	{ ACCESS_SOURCE, "Source", 9, false, -1, 0 },
	{ ACCESS_BUYER, "Buyer", 21, false, -1, 0 },
	{ ACCESS_LEARNER, "Learner", 21, false, -1, 0 },
	{ ACCESS_EMAIL, "Learner's e-mail", 25, false, -1, 0 },
	{ ACCESS_PRODUCT, "Product", 36, true, -1, 0 },
	{ ACCESS_COURSE, "Course", 12, false, -1, 0 },
	{ ACCESS_QUANTITY, "Quantity", 9, false, 0, 0 },
	{ ACCESS_CURRENCY, "Currency", 9, false, -1, 0 },
	{ ACCESS_NET, "Net paid", 13, false, 1, 0 },
	{ ACCESS_CLASS, "Class", 10, false, -1, 0 },
	{ ACCESS_REASON, "Reason", 34, false, -1, 0 },
	{ ACCESS_FINDING, "Finding", 18, false, -1, 0 },
	{ ACCESS_FROM, "Access from", 11, false, -1, 0 },
	{ ACCESS_TO, "Access to", 11, false, -1, 0 },
	{ ACCESS_MOODLE, "In Moodle", 13, false, -1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	if (column == ACCESS_CLASS && text_equal(cells[ACCESS_CLASS].text, "open"))
		return XLSX_WARN;
	return XLSX_BODY;
}

const struct table_spec access_spec = {
	.name = "Access vs money",
	.about = "One row per unit sold; net paid is its share of the document: after discounts, tax included, shipping excluded.",
	.rows_are = "units",
	.tab_rgb = 0x2f4858,
	.fixed_columns = 2,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = ACCESS_CLASS,
	.currency = ACCESS_CURRENCY,
	.sums = { ACCESS_QUANTITY, ACCESS_NET },
	.style = style,
	.says = (const int[]){ ACCESS_CLASS, ACCESS_REASON, SAYS_END },
	.says_parts = (const int[]){ ACCESS_MOODLE, SAYS_END },
};
