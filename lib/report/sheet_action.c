/* Actions: what the night planned and did in Moodle. */
#include "base/text.h"
#include "book.h"

static const struct table_column columns[] = {
	{ ACTION_ID, "Action", 9, false, -1, 0 },
	{ ACTION_KIND, "What", 22, false, -1, 0 },
	{ ACTION_STATE, "State", 24, false, -1, 0 },
	{ ACTION_PERSON, "Person", 22, false, -1, 0 },
	{ ACTION_EMAIL, "E-mail", 30, false, -1, 0 },
	{ ACTION_SITE, "Site", 12, false, -1, 0 },
	{ ACTION_COURSE, "Course", 14, false, -1, 0 },
	{ ACTION_BEFORE, "Before", 40, false, -1, 0 },
	{ ACTION_AFTER, "After", 40, false, -1, 0 },
	{ ACTION_REASON, "Why", 38, false, -1, 0 },
	{ ACTION_ENDED_AT, "Ended at", 16, false, -1, 0 },
	{ ACTION_FAILURE, "Details", 34, true, -1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	const char *code = cells[ACTION_CODE].text;

	if (column != ACTION_STATE)
		return XLSX_BODY;
	if (text_equal(code, "refused"))
		return XLSX_BAD;
	if (text_equal(code, "held") || text_equal(code, "skipped"))
		return XLSX_WARN;
	return XLSX_BODY;
}

const struct table_spec action_spec = {
	.name = "Actions",
	.about = "What the night planned and did in Moodle, and what still waits.",
	.rows_are = "actions",
	.tab_rgb = 0x1e6b3c,
	.fixed_columns = 2,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = ACTION_CODE,
	.currency = -1,
	.sums = { -1, -1 },
	.style = style,
	.says = (const int[]){ ACTION_KIND, ACTION_STATE, ACTION_REASON, SAYS_END },
	.says_parts = (const int[]){ ACTION_BEFORE, ACTION_AFTER, SAYS_END },
};
