/* Level 2: the custom report for dates, status and completions; the listings for ids and roles. */
#include "stage.h"

#include <inttypes.h>
#include <string.h>

#include "moodle/report.h"
#include "sql.h"

struct report_sink {
	struct stage_sink *sink;
	bool account_suspended; /* the report tells it */
};

static int
put_report_row(const struct report_row *row, void *context, struct err *err)
{
	struct report_sink *to = context;
	struct copy *copy = to->sink->copy;

	copy_text(copy, row->course);
	copy_text(copy, row->username);
	copy_text(copy, row->method);
	stage_put_bool(copy, row->active);
	copy_int(copy, row->suspended ? 1 : 0);
	copy_int(copy, row->started);
	copy_int(copy, row->ended);
	copy_int(copy, row->created);
	if (row->account_suspended < 0) {
		copy_null(copy);
	} else {
		to->account_suspended = true;
		stage_put_bool(copy, row->account_suspended == 1);
	}
	copy_int(copy, row->completed);
	return copy_row(copy, err);
}

static int
fill_report(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	struct report_sink to = { sink, false };

	if (report_each(stage->moodle, moodle_config(stage->moodle)->report, REPORT_PAGE_ROWS, put_report_row, &to, err) != 0)
		return -1;
	*(bool *)context = to.account_suspended;
	return 0;
}

static int
read_report(struct stage *stage, bool *ret_account_suspended, struct err *err)
{
	if (db_exec(stage->db, sql_moodle_report_begin, DB_NONE, NULL, err) != 0)
		return -1;
	if (stage_copy(stage, "COPY read_report FROM STDIN", fill_report, ret_account_suspended, err) != 0)
		return err_wrap(err, "could not read site \"%s\" by its report", stage->name);
	return db_script(stage->db, sql_moodle_stage_analyze_read, err);
}

/* Where listing and report disagree. */
struct difference {
	struct stage_ids courses;
	int64_t unreported; /* first course with somebody who is listed only; 0: none */
	int64_t lost;       /* first course with somebody who is reported only and whom the mirror knows; 0: none */
};

static int
compare(struct arena *arena, struct stage *stage, struct difference *difference, struct err *err)
{
	struct db_row *rows;
	size_t i;

	memset(difference, 0, sizeof(*difference));
	if (db_rows(arena, stage->db, sql_moodle_mismatch, DB_ARGS(stage_number(arena, stage->site_id)), &rows,
		&difference->courses.count, err) != 0)
		return -1;
	difference->courses.ids = ARENA_ARRAY(arena, difference->courses.count, int64_t);
	for (i = 0; i < difference->courses.count; i++) {
		int64_t course = db_int(&rows[i], "course_id");

		difference->courses.ids[i] = course;
		if (difference->unreported == 0 && db_int(&rows[i], "unreported") > 0)
			difference->unreported = course;
		if (difference->lost == 0 && db_int(&rows[i], "lost") > 0)
			difference->lost = course;
	}
	return 0;
}

static int
check_report(struct arena *arena, struct stage *stage, struct err *err)
{
	struct db_row *row;

	if (db_maybe(arena, stage->db, sql_moodle_shown_twice, DB_NONE, &row, err) != 0)
		return -1;
	if (row != NULL)
		return err_set(err, ERR_CONFIG,
		    "courses %s and %s of site \"%s\" both show in reports as \"%s\", which cannot tell them apart",
		    db_value(row, "one"), db_value(row, "other"), stage->name, db_value(row, "shown"));
	if (db_maybe(arena, stage->db, sql_moodle_manual_unseen, DB_NONE, &row, err) != 0)
		return -1;
	if (row != NULL) {
		(void)err_set(err, ERR_INCOMPLETE,
		    "report %" PRId64 " of site \"%s\" shows no \"Manual enrolments\" of course \"%s\", which has that method",
		    moodle_config(stage->moodle)->report, stage->name, db_value(row, "shortname"));
		return err_hint(
		    err, "Check that the report has no filter, and that the English name of the method is not customised.");
	}
	return 0;
}

/* Listing and report are two answers to the same question at two moments. People come and go in between, so courses in which they
 * differ are listed again and, if somebody is still listed only, the report is read again. What differs then is a fault. */
static int
settle_report(struct arena *arena, struct stage *stage, bool *account_suspended, struct err *err)
{
	struct difference difference;

	if (compare(arena, stage, &difference, err) != 0)
		return -1;
	if (difference.courses.count == 0)
		return 0;
	if (stage_web_participants(arena, stage, &difference.courses, err) != 0 || compare(arena, stage, &difference, err) != 0)
		return -1;
	if (difference.unreported == 0 && difference.lost == 0)
		return 0;
	if (read_report(stage, account_suspended, err) != 0 || compare(arena, stage, &difference, err) != 0)
		return -1;
	if (difference.unreported != 0) {
		(void)err_set(err, ERR_INCOMPLETE, "report %" PRId64 " of site \"%s\" lacks participants of course %" PRId64,
		    moodle_config(stage->moodle)->report, stage->name, difference.unreported);
		return err_hint(err,
		    "Check that the report has no condition, and that the account of the token has no filter stored for it "
		    "(open the report as that account and reset its filters).");
	}
	if (difference.lost != 0)
		return err_set(err, ERR_INCOMPLETE,
		    "list of participants of course %" PRId64 " of site \"%s\" lacks some whom the report shows", difference.lost,
		    stage->name);
	return 0;
}

int
stage_report(struct arena *arena, struct stage *stage, struct err *err)
{
	const char *site_id = stage_number(arena, stage->site_id);
	bool account_suspended = false;

	if (stage_web_courses(arena, stage, err) != 0 || db_exec(stage->db, sql_moodle_scope_all, DB_NONE, NULL, err) != 0 ||
	    stage_web_scope(arena, stage, err) != 0)
		return -1;
	if (read_report(stage, &account_suspended, err) != 0 || check_report(arena, stage, err) != 0 ||
	    settle_report(arena, stage, &account_suspended, err) != 0)
		return -1;
	if (stage_web_accounts(arena, stage, /* all= */ !account_suspended, err) != 0)
		return -1;
	if (db_exec(stage->db, sql_moodle_enrolments_level2, DB_ARGS(site_id), NULL, err) != 0 ||
	    db_exec(stage->db, sql_moodle_completions_level2, DB_ARGS(site_id), NULL, err) != 0)
		return -1;
	return stage_web_lookups(arena, stage, err);
}
