/* Progress: how far learners are in each course; and where they stop. A share of nothing is empty, not 0. */
#include "base/text.h"
#include "book.h"

static const struct table_column columns[] = {
	{ PROGRESS_SITE, "Site", 14, false, -1, 0 },
	{ PROGRESS_COURSE, "Course", 36, true, -1, 0 },
	{ PROGRESS_LEARNERS, "Learners", 10, false, -1, 0 },
	{ PROGRESS_NOT_STARTED, "Not started", 10, false, -1, 0 },
	{ PROGRESS_IN_PROGRESS, "In progress", 10, false, -1, 0 },
	{ PROGRESS_COMPLETED, "Completed", 11, false, -1, 0 },
	{ PROGRESS_RATE, "Completed, %", 11, false, -1, 0 },
	{ PROGRESS_ACTIVITIES, "Activities", 10, false, -1, 0 },
	{ PROGRESS_MEAN, "Mean progress, %", 11, false, -1, 0 },
	{ PROGRESS_GRADED, "Graded", 9, false, -1, 0 },
	{ PROGRESS_GRADE, "Mean grade, %", 11, false, -1, 0 },
	{ PROGRESS_LAST, "Last seen", 16, false, -1, 0 },
	{ PROGRESS_OTHERS, "Enrolled otherwise", 11, false, -1, 0 },
	{ PROGRESS_READ, "As of", 16, false, -1, 0 },
};

static const struct table_column steps[] = {
	{ DROPOFF_SITE, "Site", 14, false, -1, 0 },
	{ DROPOFF_COURSE, "Course", 36, true, -1, 0 },
	{ DROPOFF_PLACE, "Activity", 10, false, -1, 0 },
	{ DROPOFF_KIND, "Kind of activity", 16, false, -1, 0 },
	{ DROPOFF_REACHED, "Got so far", 11, false, -1, 0 },
	{ DROPOFF_SHARE, "Of all, %", 10, false, -1, 0 },
	{ DROPOFF_STOPPED, "Stopped here", 11, false, -1, 0 },
};

static enum xlsx_style
style(const struct cell *cells, int column)
{
	return column == PROGRESS_OTHERS && cells[PROGRESS_OTHERS].number > 0 ? XLSX_WARN : XLSX_BODY;
}

static enum xlsx_style
plain(const struct cell *cells, int column)
{
	(void)cells;
	(void)column;
	return XLSX_BODY;
}

const struct table_spec progress_spec = {
	.name = "Progress",
	.about = "Whoever was sold a course, once for each term that was completed and for the newest one. Means leave out what is "
		 "not graded and courses without "
		 "activities. Enrolled otherwise: may enter, by no sale.",
	.rows_are = "courses",
	.tab_rgb = 0x2f6f7a,
	.fixed_columns = 2,
	.columns = columns,
	.column_count = sizeof(columns) / sizeof(columns[0]),
	.group = PROGRESS_SITE,
	.currency = -1,
	.sums = { -1, -1 },
	.style = style,
	.optional = true,
};

const struct table_spec dropoff_spec = {
	.name = "Drop-off",
	.about = "Activities in the order of the course, 0 for none: how many learners did this one or a later one, and for how "
		 "many who have not completed the "
		 "course it is the last one.",
	.rows_are = "activities",
	.tab_rgb = 0x2f6f7a,
	.fixed_columns = 2,
	.columns = steps,
	.column_count = sizeof(steps) / sizeof(steps[0]),
	.group = DROPOFF_SITE,
	.currency = -1,
	.sums = { -1, -1 },
	.style = plain,
	.optional = true,
};
