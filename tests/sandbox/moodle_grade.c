/* gradereport_user_get_grade_items: the course total. */
#include "moodle.h"

#include "sandbox-sql.h"

static const struct param params[] = { { .name = "courseid", .type = PARAM_INT },
	{ .name = "userid", .type = PARAM_INT, .need = PARAM_DEFAULT, .fallback = "0" },
	{ .name = "groupid", .type = PARAM_INT, .need = PARAM_DEFAULT, .fallback = "0" } };

static void
write_total(struct moodle_call *call, const struct pg_rows *rows, size_t i)
{
	static const char *const none[] = { "itemnumber", "idnumber", "categoryid", "outcomeid", "scaleid" };
	static const char *const off[] = { "gradehiddenbydate", "gradeneedsupdate", "gradeishidden", "gradeislocked",
		"gradeisoverridden" };
	struct reply *reply = call->reply;
	const char *raw = pg_text(rows, i, 6);
	size_t k;

	reply_object(reply, NULL);
	reply_int(reply, "id", pg_int(rows, i, 4));
	reply_null(reply, "itemname");
	reply_text(reply, "itemtype", "course");
	reply_null(reply, "itemmodule");
	reply_int(reply, "iteminstance", pg_int(rows, i, 5));
	for (k = 0; k < sizeof(none) / sizeof(none[0]); k++)
		reply_null(reply, none[k]);
	reply_bool(reply, "locked", false);
	if (raw == NULL)
		reply_null(reply, "graderaw");
	else
		reply_raw(reply, "graderaw", raw);
	reply_null(reply, "gradedatesubmitted");
	if (pg_text(rows, i, 7) == NULL)
		reply_null(reply, "gradedategraded");
	else
		reply_int(reply, "gradedategraded", pg_int(rows, i, 7));
	for (k = 0; k < sizeof(off) / sizeof(off[0]); k++)
		reply_bool(reply, off[k], false);
	reply_text(reply, "gradeformatted", raw == NULL ? "-" : pg_text(rows, i, 8));
	reply_raw(reply, "grademin", pg_text(rows, i, 9));
	reply_raw(reply, "grademax", pg_text(rows, i, 10));
	reply_text(reply, "rangeformatted", arena_printf(call->arena, "%s&ndash;%s", pg_text(rows, i, 9), pg_text(rows, i, 10)));
	reply_text(reply, "percentageformatted", raw == NULL ? "-" : arena_printf(call->arena, "%s %%", pg_text(rows, i, 11)));
	reply_text(reply, "feedback", "");
	reply_int(reply, "feedbackformat", raw == NULL ? 0 : 2);
	reply_end_object(reply);
}

static int
get_grade_items(struct moodle_call *call, struct err *err)
{
	const char *course = tree_text(call->params, "courseid"), *message;
	int64_t user = tree_int(call->params, "userid", 0);
	struct reply *reply = call->reply;
	struct pg_rows *rows;
	int may;
	size_t i;

	if (pg_run(call->pg, sql_course_completion, PG_ARGS(course), &rows, err) != 0)
		return -1;
	i = pg_count(rows);
	pg_free(rows);
	if (i == 0)
		return moodle_fail_record(call, "course");
	may = moodle_enter_course(call, tree_int(call->params, "courseid", 0), &message, err);
	if (may < 0)
		return -1;
	if (may == 0)
		return moodle_fail_login(call);
	if (user != 0 && moodle_check_user(call, user, err) != 0)
		return -1;
	if (!moodle_can(call, "moodle/grade:viewall"))
		return moodle_fail_capability(call, "View grades of other users");
	if (pg_run(call->pg, sql_grade_items, PG_ARGS(course, pg_number(call->arena, user)), &rows, err) != 0)
		return -1;
	reply_object(reply, NULL);
	reply_list(reply, "usergrades");
	for (i = 0; i < pg_count(rows); i++) {
		reply_object(reply, NULL);
		reply_int(reply, "courseid", tree_int(call->params, "courseid", 0));
		reply_text(reply, "courseidnumber", pg_text(rows, i, 0));
		reply_int(reply, "userid", pg_int(rows, i, 1));
		reply_text(reply, "userfullname", pg_text(rows, i, 2));
		reply_text(reply, "useridnumber", pg_text(rows, i, 3));
		reply_int(reply, "maxdepth", 2);
		reply_list(reply, "gradeitems");
		write_total(call, rows, i);
		reply_end_list(reply);
		reply_end_object(reply);
	}
	reply_end_list(reply);
	reply_list(reply, "warnings");
	reply_end_list(reply);
	reply_end_object(reply);
	pg_free(rows);
	return 0;
}

const struct moodle_function moodle_grade_functions[] = {
	{ "gradereport_user_get_grade_items", params, PARAM_COUNT(params), false, get_grade_items },
	{ NULL, NULL, 0, false, NULL },
};
