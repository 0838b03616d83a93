/* Level 3: plain listings, and completions learner by learner. */
#include "stage.h"

#include <inttypes.h>

#include "base/clock.h"
#include "moodle/completion.h"
#include "sql.h"

static int
fill_completions(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	const struct completion *list = ((const struct completion **)context)[0];
	size_t i;

	(void)stage;
	for (i = 0; list[i].course_id != 0; i++) {
		if (list[i].state != COMPLETION_YES)
			continue;
		arena_reset(&sink->row);
		copy_int(sink->copy, list[i].course_id);
		copy_int(sink->copy, list[i].user_id);
		copy_text(sink->copy, clock_iso(&sink->row, list[i].completed_at));
		if (copy_row(sink->copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
read_completions(struct arena *arena, struct stage *stage, struct err *err)
{
	const char *site_id = stage_number(arena, stage->site_id);
	struct completion *list;
	struct db_row *rows;
	size_t count, i;

	if (db_rows(arena, stage->db, sql_moodle_completions_wanted, DB_ARGS(site_id), &rows, &count, err) != 0)
		return -1;
	list = ARENA_ARRAY(arena, count + 1, struct completion);
	for (i = 0; i < count; i++) {
		list[i].course_id = db_int(&rows[i], "course_id");
		list[i].user_id = db_int(&rows[i], "user_id");
	}
	if (completion_read(arena, stage->moodle, list, count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		if (list[i].state == COMPLETION_UNKNOWN)
			return err_set(err, ERR_INCOMPLETE,
			    "could not read whether user %" PRId64 " completed course %" PRId64 " of site \"%s\": %s",
			    list[i].user_id, list[i].course_id, stage->name, list[i].reason);
	if (stage_copy(stage, "COPY read_completion FROM STDIN", fill_completions, &list, err) != 0)
		return -1;
	return db_exec(stage->db, sql_moodle_completions_level3, DB_ARGS(site_id), NULL, err);
}

/* Everybody is active or not: the whole listing and its two halves must agree. People come and go between them, so courses in which
 * they differ are listed again; what differs then is a fault. */
static int
settle_halves(struct arena *arena, struct stage *stage, struct err *err)
{
	struct stage_ids courses;

	if (stage_ids(arena, stage, sql_moodle_halves, DB_NONE, "course_id", &courses, err) != 0)
		return -1;
	if (courses.count == 0)
		return 0;
	if (stage_web_participants(arena, stage, &courses, err) != 0 ||
	    stage_ids(arena, stage, sql_moodle_halves, DB_NONE, "course_id", &courses, err) != 0)
		return -1;
	if (courses.count > 0)
		return err_set(err, ERR_INCOMPLETE,
		    "lists of the active and of the other participants of course %" PRId64 " of site \"%s\" do not add up to all",
		    courses.ids[0], stage->name);
	return 0;
}

int
stage_plain(struct arena *arena, struct stage *stage, struct err *err)
{
	if (stage_web_courses(arena, stage, err) != 0 ||
	    db_exec(stage->db, sql_moodle_scope_wanted, DB_ARGS(stage_number(arena, stage->site_id), stage_web_rules(arena, stage)),
		NULL, err) != 0)
		return -1;
	if (stage_web_scope(arena, stage, err) != 0 || settle_halves(arena, stage, err) != 0)
		return -1;
	if (stage_web_accounts(arena, stage, /* all= */ true, err) != 0)
		return -1;
	if (db_exec(stage->db, sql_moodle_enrolments_level3, DB_NONE, NULL, err) != 0 || read_completions(arena, stage, err) != 0)
		return -1;
	return stage_web_lookups(arena, stage, err);
}
