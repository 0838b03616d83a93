/* core_reportbuilder_retrieve_report for custom reports of source "Course participants": the one standard way to read enrolment dates, as
 * sentences in the caller's language and zone. One row per enrolment, and one without a person for a method that nobody uses. */
#include "moodle.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox-sql.h"

static const struct param params[] = {
	{ .name = "reportid", .type = PARAM_INT },
	{ .name = "page", .type = PARAM_INT, .need = PARAM_DEFAULT, .fallback = "0" },
	{ .name = "perpage", .type = PARAM_INT, .need = PARAM_DEFAULT, .fallback = "10" },
};

/* Columns of sql_report_rows. */
enum {
	COURSE_ID,
	COURSE_FULL,
	COURSE_SHORT,
	COURSE_IDNUMBER,
	METHOD,
	METHOD_NAME,
	USER_ID,
	USERNAME,
	EMAIL,
	IDNUMBER,
	SUSPENDED,
	FULLNAME,
	CREATED,
	STARTED,
	ENDED,
	STATUS,
	COMPLETED,
	TIMECOMPLETED
};

static const struct {
	const char *id, *heading;
	int column;
} columns[] = {
	{ "course:shortname", "Course short name", COURSE_SHORT },
	{ "course:idnumber", "Course ID number", COURSE_IDNUMBER },
	{ "course:fullname", "Course full name", COURSE_FULL },
	{ "course:coursefullnamewithlink", "Course full name with link", COURSE_ID },
	{ "user:username", "Username", USERNAME },
	{ "user:email", "Email address", EMAIL },
	{ "user:idnumber", "ID number", IDNUMBER },
	{ "user:fullname", "Full name", FULLNAME },
	{ "user:fullnamewithlink", "Full name with link", USER_ID },
	{ "user:suspended", "Suspended", SUSPENDED },
	{ "enrol:plugin", "Plugin", METHOD },
	{ "enrol:name", "Name", METHOD_NAME },
	{ "enrolment:timecreated", "Time created", CREATED },
	{ "enrolment:timestarted", "Time started", STARTED },
	{ "enrolment:timeended", "Time ended", ENDED },
	{ "enrolment:status", "Status", STATUS },
	{ "completion:completed", "Completed", COMPLETED },
	{ "completion:timecompleted", "Time completed", TIMECOMPLETED },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static const char *
method_name(const char *method)
{
	static const struct {
		const char *method, *name;
	} names[] = { { "manual", "Manual enrolments" }, { "self", "Self enrolment" }, { "guest", "Guest access" },
		{ "course_tokens", "Course tokens" }, { "cohort", "Cohort sync" } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].method, method) == 0)
			return names[i].name;
	return method;
}

/* The text of one cell; NULL is JSON null. */
static const char *
cell(const struct moodle_call *call, const struct pg_rows *rows, size_t row, int column)
{
	const char *value = pg_text(rows, row, (size_t)column);

	switch (column) {
	case COURSE_ID:
		return arena_printf(call->arena, "<a href=\"%s\">%s</a>",
		    moodle_url(call, arena_printf(call->arena, "/course/view.php?id=%s", value)),
		    moodle_string(call, pg_text(rows, row, COURSE_FULL)));
	case COURSE_FULL:
	case COURSE_SHORT: return moodle_string(call, value);
	case METHOD:
	case METHOD_NAME: return value == NULL ? "" : method_name(value);
	case USER_ID:
		if (value == NULL)
			return "";
		return arena_printf(call->arena, "<a href=\"%s\">%s</a>",
		    moodle_url(call, arena_printf(call->arena, "/user/profile.php?id=%s", value)), pg_text(rows, row, FULLNAME));
	case SUSPENDED:
	case COMPLETED: return value == NULL ? "" : (value[0] == 't' ? "Yes" : "No");
	case CREATED:
	case STARTED:
	case ENDED:
	case TIMECOMPLETED:
		return value == NULL || strcmp(value, "0") == 0 ? "" : moodle_date(call, (int64_t)strtoll(value, NULL, 10));
	case STATUS: return value;
	default: return value == NULL ? "" : value;
	}
}

static void
write_details(struct moodle_call *call, const struct pg_rows *report)
{
	struct reply *reply = call->reply;

	reply_object(reply, "details");
	reply_text(reply, "name", pg_text(report, 0, 1));
	reply_text(reply, "source", pg_text(report, 0, 2));
	reply_int(reply, "type", 0);
	reply_bool(reply, "uniquerows", false);
	reply_text(reply, "conditiondata", pg_text(report, 0, 3));
	reply_null(reply, "settingsdata");
	reply_int(reply, "contextid", 1);
	reply_text(reply, "component", "");
	reply_text(reply, "area", "");
	reply_int(reply, "itemid", 0);
	reply_int(reply, "usercreated", pg_int(report, 0, 4));
	reply_int(reply, "id", pg_int(report, 0, 0));
	reply_int(reply, "timecreated", pg_int(report, 0, 5));
	reply_int(reply, "timemodified", pg_int(report, 0, 6));
	reply_int(reply, "usermodified", pg_int(report, 0, 7));
	reply_text(reply, "sourcename", "Course participants");
	reply_list(reply, "tags");
	reply_end_list(reply);
	reply_object(reply, "modifiedby");
	reply_int(reply, "id", pg_int(report, 0, 7));
	reply_text(reply, "email", pg_text(report, 0, 8));
	reply_text(reply, "idnumber", "");
	reply_text(reply, "phone1", "");
	reply_text(reply, "phone2", "");
	reply_text(reply, "department", "");
	reply_text(reply, "institution", "");
	reply_text(reply, "fullname", pg_text(report, 0, 9));
	reply_text(reply, "identity", pg_text(report, 0, 8));
	reply_text(
	    reply, "profileurl", moodle_url(call, arena_printf(call->arena, "/user/profile.php?id=%s", pg_text(report, 0, 7))));
	reply_text(reply, "profileimageurl", moodle_url(call, "/theme/image.php/boost/core/1/u/f1"));
	reply_text(reply, "profileimageurlsmall", moodle_url(call, "/theme/image.php/boost/core/1/u/f2"));
	reply_end_object(reply);
	reply_end_object(reply);
}

static void
write_data(struct moodle_call *call, const struct pg_rows *used, const struct pg_rows *rows, int64_t total)
{
	struct reply *reply = call->reply;
	size_t *index = ARENA_ARRAY(call->arena, pg_count(used) + 1, size_t), *order, count = 0, i, k, n;

	reply_object(reply, "data");
	reply_list(reply, "headers");
	for (i = 0; i < pg_count(used); i++) {
		for (k = 0; k < COLUMNS && strcmp(columns[k].id, pg_text(used, i, 0)) != 0; k++)
			;
		if (k == COLUMNS)
			continue;
		index[count++] = k;
		reply_text(reply, NULL, pg_text(used, i, 1) == NULL ? columns[k].heading : pg_text(used, i, 1));
	}
	reply_end_list(reply);
	reply_list(reply, "rows");
	order = fault_order(call->arena, call->effect, pg_count(rows), &n);
	for (i = 0; i < n; i++) {
		reply_object(reply, NULL);
		reply_list(reply, "columns");
		for (k = 0; k < count; k++)
			reply_text(reply, NULL, cell(call, rows, order[i], columns[index[k]].column));
		reply_end_list(reply);
		reply_end_object(reply);
	}
	reply_end_list(reply);
	reply_int(reply, "totalrowcount", total);
	reply_end_object(reply);
}

static int
retrieve_report(struct moodle_call *call, struct err *err)
{
	const char *id = tree_text(call->params, "reportid"), *sorted;
	int64_t page = tree_int(call->params, "page", 0), size = tree_int(call->params, "perpage", 10);
	struct pg_rows *report = NULL, *used = NULL, *rows = NULL, *total = NULL;
	const char *active;
	int rc = -1;

	if (pg_run(call->pg, sql_report, PG_ARGS(id), &report, err) != 0)
		goto out;
	if (pg_count(report) == 0) {
		moodle_fail_record(call, "reportbuilder_report");
		goto out;
	}
	if (!moodle_can(call, "moodle/reportbuilder:viewall")) {
		moodle_fail(call, "core_reportbuilder\\exception\\report_access_exception", "errorreportview",
		    "You cannot view this report");
		goto out;
	}
	if (size < 0) {
		moodle_fail(call, "dml_read_exception", "dmlreadexception", "Error reading from database");
		goto out;
	}
	if (pg_run(call->pg, sql_report_columns, PG_ARGS(id), &used, err) != 0)
		goto out;
	/* The only condition that the sandbox knows is the one that "Include default setup" makes. */
	active = pg_text(report, 0, 3) != NULL && strstr(pg_text(report, 0, 3), "\"enrolment:status_value\":0") != NULL ? "t" : "f";
	sorted = pg_count(used) > 0 ? pg_text(used, 0, 2) : "";
	if (pg_run(call->pg, sql_report_count, PG_ARGS(pg_number(call->arena, call->now), active), &total, err) != 0)
		goto out;
	if (pg_run(call->pg, sql_report_rows,
		PG_ARGS(pg_number(call->arena, call->now), active, sorted == NULL ? "" : sorted,
		    pg_number(call->arena, page < 0 ? 0 : page * size),
		    size == 0 ? NULL : pg_number(call->arena, size)), /* 0: all */
		&rows, err) != 0)
		goto out;
	reply_object(call->reply, NULL);
	write_details(call, report);
	write_data(call, used, rows, pg_int(total, 0, 0));
	reply_list(call->reply, "warnings");
	reply_end_list(call->reply);
	reply_end_object(call->reply);
	rc = 0;
out:
	pg_free(total);
	pg_free(rows);
	pg_free(used);
	pg_free(report);
	return rc;
}

const struct moodle_function moodle_report_functions[] = {
	{ "core_reportbuilder_retrieve_report", params, PARAM_COUNT(params), false, retrieve_report },
	{ NULL, NULL, 0, false, NULL },
};
