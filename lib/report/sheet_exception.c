/* Exceptions: the open findings, each with who, what, how much, how long, and what to do next. */
#include "base/text.h"
#include "book.h"

#define OLD_DAYS 30

static const struct table_column columns[] = {
	{ EXCEPTION_ID, "Finding", 18, false, -1, 0 },
	{ EXCEPTION_CLASS, "What is wrong", 27, true, -1, 0 },
	{ EXCEPTION_RISK, "Kind of risk", 20, false, -1, 0 },
	{ EXCEPTION_CURRENCY, "Currency", 9, false, -1, 0 },
	{ EXCEPTION_MONEY, "Money at risk", 14, false, 1, 0 },
	{ EXCEPTION_UNITS, "Open units", 10, false, 0, 0 },
	{ EXCEPTION_PERSON, "Person", 19, true, -1, 0 },
	{ EXCEPTION_EMAIL, "E-mail", 26, true, -1, 0 },
	{ EXCEPTION_COURSE, "Course", 11, true, -1, 0 },
	{ EXCEPTION_ORIGIN, "Source or site", 11, true, -1, 0 },
	{ EXCEPTION_DOCUMENT, "Document", 11, true, -1, 0 },
	{ EXCEPTION_PRODUCT, "Product", 24, true, -1, 0 },
	{ EXCEPTION_FIRST_SEEN, "First seen", 11, false, -1, 0 },
	{ EXCEPTION_AGE, "Age in days", 8, false, -1, 0 },
	{ EXCEPTION_ADVICE, "What to do next", 42, true, -1, 0 },
	{ EXCEPTION_DETAIL, "Details", 22, true, -1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	if (column == EXCEPTION_RISK && text_equal(cells[EXCEPTION_RISK].text, RISK_PAID))
		return XLSX_BAD;
	if (column == EXCEPTION_RISK && text_equal(cells[EXCEPTION_RISK].text, RISK_ACCESS))
		return XLSX_WARN;
	if (column == EXCEPTION_AGE && cells[EXCEPTION_AGE].number >= OLD_DAYS)
		return XLSX_WARN;
	return XLSX_BODY;
}

const struct table_spec exception_spec = {
	.name = "Exceptions",
	.about = "Open items, the most money first; each stays here under the same number until it clears.",
	.rows_are = "open findings",
	.tab_rgb = 0xa3262a,
	.fixed_columns = 2,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = EXCEPTION_RISK,
	.currency = EXCEPTION_CURRENCY,
	.sums = { EXCEPTION_UNITS, EXCEPTION_MONEY },
	.style = style,
	.says = (const int[]){ EXCEPTION_CLASS, EXCEPTION_RISK, EXCEPTION_ADVICE, SAYS_END },
};
