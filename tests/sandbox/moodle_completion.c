/* core_completion_get_course_completion_status, core_completion_get_activities_completion_status. */
#include "moodle.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox-sql.h"

#define CRITERIA_SELF 1
#define CRITERIA_ACTIVITY 4

static const struct param params[] = { { .name = "courseid", .type = PARAM_INT }, { .name = "userid", .type = PARAM_INT } };

static int
check(struct moodle_call *call, bool *ret_tracked, struct err *err)
{
	int64_t course = tree_int(call->params, "courseid", 0);
	struct pg_rows *rows;
	const char *message;
	int may;

	if (pg_run(call->pg, sql_course_completion, PG_ARGS(tree_text(call->params, "courseid")), &rows, err) != 0)
		return -1;
	if (pg_count(rows) == 0) {
		pg_free(rows);
		return moodle_fail_record(call, "course");
	}
	*ret_tracked = pg_int(rows, 0, 0) == 1;
	pg_free(rows);
	if (moodle_check_user(call, tree_int(call->params, "userid", 0), err) != 0)
		return -1;
	may = moodle_enter_course(call, course, &message, err);
	if (may < 0)
		return -1;
	return may == 1 ? 0 : moodle_fail_login(call);
}

static void
write_criterion(struct moodle_call *call, const struct pg_rows *rows, size_t i)
{
	struct reply *reply = call->reply;
	bool activity = pg_int(rows, i, 0) == CRITERIA_ACTIVITY, complete = pg_text(rows, i, 1) != NULL;
	const char *title = activity ? "Activity completion" : "Self completion", *link = title;

	if (activity)
		link = arena_printf(call->arena, "<a href=\"%s\">%s</a>",
		    moodle_url(call, arena_printf(call->arena, "/mod/%s/view.php?id=%s", pg_text(rows, i, 2), pg_text(rows, i, 3))),
		    moodle_string(call, pg_text(rows, i, 4)));
	reply_object(reply, NULL);
	reply_int(reply, "type", pg_int(rows, i, 0));
	reply_text(reply, "title", title);
	reply_text(reply, "status", complete ? "Yes" : "No");
	reply_bool(reply, "complete", complete);
	if (complete)
		reply_int(reply, "timecompleted", pg_int(rows, i, 1));
	else
		reply_null(reply, "timecompleted");
	reply_object(reply, "details");
	reply_text(reply, "type", title);
	reply_text(reply, "criteria", link);
	reply_text(reply, "requirement", "Marking yourself complete");
	reply_text(reply, "status", "");
	reply_end_object(reply);
	reply_end_object(reply);
}

static int
get_course_status(struct moodle_call *call, struct err *err)
{
	const char *course = tree_text(call->params, "courseid"), *user = tree_text(call->params, "userid");
	struct reply *reply = call->reply;
	struct pg_rows *state = NULL, *criteria = NULL;
	bool tracked;
	int rc = -1;
	size_t i;

	if (check(call, &tracked, err) != 0)
		return -1;
	if ((!tracked && strcmp(course, "1") != 0) ||
	    (!moodle_can(call, "report/completion:view") && tree_int(call->params, "userid", 0) != call->user_id))
		return moodle_fail_plain(call, "cannotviewreport", "You cannot view this report");
	if (pg_run(call->pg, sql_completion_state, PG_ARGS(course, user, pg_number(call->arena, call->now)), &state, err) != 0)
		goto out;
	if (!pg_bool(state, 0, 0)) {
		moodle_fail_plain(call, "usernotenroled", "User is not enrolled in this course");
		goto out;
	}
	if (pg_run(call->pg, sql_completion_criteria, PG_ARGS(course, user), &criteria, err) != 0)
		goto out;
	if (pg_count(criteria) == 0) {
		moodle_fail_plain(call, "nocriteriaset", "No completion criteria set for this course");
		goto out;
	}
	reply_object(reply, NULL);
	reply_object(reply, "completionstatus");
	reply_bool(reply, "completed", pg_bool(state, 0, 1));
	reply_int(reply, "aggregation", pg_int(state, 0, 2));
	reply_list(reply, "completions");
	for (i = 0; i < pg_count(criteria); i++)
		write_criterion(call, criteria, i);
	reply_end_list(reply);
	reply_end_object(reply);
	reply_list(reply, "warnings");
	reply_end_list(reply);
	reply_end_object(reply);
	rc = 0;
out:
	pg_free(criteria);
	pg_free(state);
	return rc;
}

static int
get_activities_status(struct moodle_call *call, struct err *err)
{
	const char *course = tree_text(call->params, "courseid"), *user = tree_text(call->params, "userid");
	struct reply *reply = call->reply;
	struct pg_rows *state = NULL, *rows = NULL;
	bool tracked, active;
	int rc = -1;
	size_t i;

	if (check(call, &tracked, err) != 0)
		return -1;
	if (tree_int(call->params, "userid", 0) != call->user_id && !moodle_can(call, "report/progress:view"))
		return moodle_fail_capability(call, "View activity completion reports");
	if (pg_run(call->pg, sql_completion_state, PG_ARGS(course, user, pg_number(call->arena, call->now)), &state, err) != 0)
		goto out;
	active = pg_bool(state, 0, 0);
	if (pg_run(call->pg, sql_activities, PG_ARGS(course, user), &rows, err) != 0)
		goto out;
	reply_object(reply, NULL);
	reply_list(reply, "statuses");
	for (i = 0; tracked && i < pg_count(rows); i++) {
		const char *module = pg_text(rows, i, 1);

		if (!moodle_can(call, arena_printf(call->arena, "mod/%s:view", module)))
			continue;
		reply_object(reply, NULL);
		reply_int(reply, "cmid", pg_int(rows, i, 0));
		reply_text(reply, "modname", module);
		reply_int(reply, "instance", pg_int(rows, i, 2));
		reply_int(reply, "state", pg_int(rows, i, 4));
		reply_int(reply, "timecompleted", pg_int(rows, i, 5));
		reply_int(reply, "tracking", pg_int(rows, i, 3));
		reply_null(reply, "overrideby");
		reply_bool(reply, "valueused", false);
		reply_bool(reply, "hascompletion", true);
		reply_bool(reply, "isautomatic", pg_int(rows, i, 3) == 2);
		reply_bool(reply, "istrackeduser", active);
		reply_bool(reply, "uservisible", true);
		reply_list(reply, "details");
		reply_end_list(reply);
		reply_bool(reply, "isoverallcomplete", pg_int(rows, i, 4) != 0);
		reply_end_object(reply);
	}
	reply_end_list(reply);
	reply_list(reply, "warnings");
	reply_end_list(reply);
	reply_end_object(reply);
	rc = 0;
out:
	pg_free(rows);
	pg_free(state);
	return rc;
}

const struct moodle_function moodle_completion_functions[] = {
	{ "core_completion_get_course_completion_status", params, PARAM_COUNT(params), false, get_course_status },
	{ "core_completion_get_activities_completion_status", params, PARAM_COUNT(params), false, get_activities_status },
	{ NULL, NULL, 0, false, NULL },
};
