/* Sources: how fresh and how complete what we know is. */
#include "base/text.h"
#include "book.h"

static const struct table_column columns[] = {
	{ SOURCE_NAME, "Name", 16, false, -1, 0 },
	{ SOURCE_KIND, "Source or site", 12, false, -1, 0 },
	{ SOURCE_TYPE, "Type", 32, true, -1, 0 },
	{ SOURCE_MODE, "Mode", 12, false, -1, 0 },
	{ SOURCE_OUTCOME, "Last reading", 13, false, -1, 0 },
	{ SOURCE_FROM, "Window from", 16, false, -1, 0 },
	{ SOURCE_TO, "Window to", 16, false, -1, 0 },
	{ SOURCE_DECLARED, "Rows declared", 10, false, -1, 0 },
	{ SOURCE_ROWS, "Rows read", 10, false, -1, 0 },
	{ SOURCE_CHANGED, "New or changed", 10, false, -1, 0 },
	{ SOURCE_LATE, "Late", 8, false, -1, 0 },
	{ SOURCE_REWRITTEN, "Rewritten", 10, false, -1, 0 },
	{ SOURCE_LAST_COMPLETE, "Last complete", 16, false, -1, 0 },
	{ SOURCE_WATERMARK, "Read up to", 16, false, -1, 0 },
	{ SOURCE_AGE, "Age in hours", 9, false, -1, 0 },
	{ SOURCE_FAILURE, "Why it is not complete", 46, true, -1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	const char *outcome = cells[SOURCE_OUTCOME].text;

	if (column == SOURCE_OUTCOME && text_equal(outcome, "complete"))
		return XLSX_GOOD;
	if (column == SOURCE_OUTCOME && text_equal(outcome, "incomplete"))
		return XLSX_BAD;
	if (column == SOURCE_OUTCOME && !text_equal(outcome, "closed"))
		return XLSX_WARN;
	return column == SOURCE_AGE && text_equal(outcome, "stale") ? XLSX_WARN : XLSX_BODY;
}

const struct table_spec source_spec = {
	.name = "Sources",
	.about = "A reading that is not complete counts for nothing. Late: new, and sold before what was read already. Rewritten: "
		 "known, and changed.",
	.rows_are = "sources and sites",
	.tab_rgb = 0x6b7785,
	.fixed_columns = 1,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = SOURCE_OUTCOME,
	.currency = -1,
	.sums = { -1, -1 },
	.style = style,
	.says = (const int[]){ SOURCE_KIND, SOURCE_MODE, SOURCE_OUTCOME, SAYS_END },
	.says_parts = (const int[]){ SOURCE_TYPE, SAYS_END },
};
