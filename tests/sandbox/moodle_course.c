/* core_course_get_courses, core_course_get_courses_by_field. */
#include "moodle.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox-sql.h"

static const struct param id_list[] = { { .type = PARAM_INT } };
static const struct param ids_option[] = {
	{ .name = "ids", .type = PARAM_LIST, .need = PARAM_OPTIONAL, .members = id_list, .count = 1 }
};
static const struct param get_courses_params[] = {
	{ .name = "options", .type = PARAM_STRUCT, .need = PARAM_OPTIONAL, .members = ids_option, .count = 1 },
};
static const struct param by_field_params[] = {
	{ .name = "field", .type = PARAM_ALPHA, .need = PARAM_DEFAULT, .fallback = "" },
	{ .name = "value", .type = PARAM_RAW, .need = PARAM_DEFAULT, .fallback = "" },
};

/* Columns of sql_courses. */
enum {
	ID,
	CATEGORY,
	SORTORDER,
	FULLNAME,
	SHORTNAME,
	IDNUMBER,
	SUMMARY,
	SUMMARYFORMAT,
	FORMAT,
	SHOWGRADES,
	NEWSITEMS,
	STARTDATE,
	ENDDATE,
	MAXBYTES,
	SHOWREPORTS,
	VISIBLE,
	GROUPMODE,
	GROUPMODEFORCE,
	DEFAULTGROUPING,
	LANG,
	THEME,
	MARKER,
	LEGACYFILES,
	CALENDARTYPE,
	TIMECREATED,
	TIMEMODIFIED,
	REQUESTED,
	CACHEREV,
	ENABLECOMPLETION,
	COMPLETIONNOTIFY,
	SHOWDATES,
	SHOWCONDITIONS,
	CATEGORYNAME,
	CONTEXT,
	METHODS,
	OPTIONS,
	SECTIONS,
	CONTACTS
};

/* Format options come as "name=value|name=value"; whole numbers are numbers, but the last one's type differs between the functions. */
static void
write_format_options(struct moodle_call *call, const char *text, bool with_indentation)
{
	struct reply *reply = call->reply;
	char *copy, *item, *rest = NULL, *equals;

	if (text == NULL) {
		reply_absent_list(reply, "courseformatoptions");
		return;
	}
	reply_list(reply, "courseformatoptions");
	copy = arena_strdup(call->arena, text);
	for (item = strtok_r(copy, "|", &rest); item != NULL; item = strtok_r(NULL, "|", &rest)) {
		equals = strchr(item, '=');
		*equals = '\0';
		if (strcmp(item, "indentation") == 0 && !with_indentation)
			continue;
		reply_object(reply, NULL);
		reply_text(reply, "name", item);
		if (strcmp(item, "indentation") == 0)
			reply_text(reply, "value", equals + 1);
		else
			reply_int(reply, "value", strtoll(equals + 1, NULL, 10));
		reply_end_object(reply);
	}
	reply_end_list(reply);
}

static int64_t
summary_format(const struct moodle_call *call, const struct pg_rows *rows, size_t i)
{
	return call->raw ? pg_int(rows, i, SUMMARYFORMAT) : 1;
}

static void
write_course(struct moodle_call *call, const struct pg_rows *rows, size_t i)
{
	struct reply *reply = call->reply;
	bool may_update = moodle_can(call, "moodle/course:update");

	reply_object(reply, NULL);
	reply_int(reply, "id", pg_int(rows, i, ID));
	reply_text(reply, "shortname", moodle_string(call, pg_text(rows, i, SHORTNAME)));
	reply_int(reply, "categoryid", pg_int(rows, i, CATEGORY));
	if (may_update)
		reply_int(reply, "categorysortorder", pg_int(rows, i, SORTORDER));
	else
		reply_absent(reply, "categorysortorder");
	reply_text(reply, "fullname", moodle_string(call, pg_text(rows, i, FULLNAME)));
	reply_text(reply, "displayname", moodle_string(call, pg_text(rows, i, FULLNAME)));
	if (may_update)
		reply_text(reply, "idnumber", pg_text(rows, i, IDNUMBER));
	else
		reply_absent(reply, "idnumber");
	reply_text(reply, "summary", pg_text(rows, i, SUMMARY));
	reply_int(reply, "summaryformat", summary_format(call, rows, i));
	reply_text(reply, "format", pg_text(rows, i, FORMAT));
	if (may_update) {
		reply_int(reply, "showgrades", pg_int(rows, i, SHOWGRADES));
		reply_int(reply, "newsitems", pg_int(rows, i, NEWSITEMS));
	} else {
		reply_absent(reply, "showgrades");
		reply_absent(reply, "newsitems");
	}
	reply_int(reply, "startdate", pg_int(rows, i, STARTDATE));
	reply_int(reply, "enddate", pg_int(rows, i, ENDDATE));
	if (may_update) {
		reply_int(reply, "numsections", pg_int(rows, i, SECTIONS));
		reply_int(reply, "maxbytes", pg_int(rows, i, MAXBYTES));
		reply_int(reply, "showreports", pg_int(rows, i, SHOWREPORTS));
		reply_int(reply, "visible", pg_int(rows, i, VISIBLE));
		if (strcmp(pg_text(rows, i, FORMAT), "site") != 0)
			reply_int(reply, "hiddensections", 1);
		else
			reply_absent(reply, "hiddensections");
		reply_int(reply, "groupmode", pg_int(rows, i, GROUPMODE));
		reply_int(reply, "groupmodeforce", pg_int(rows, i, GROUPMODEFORCE));
		reply_int(reply, "defaultgroupingid", pg_int(rows, i, DEFAULTGROUPING));
		reply_int(reply, "timecreated", pg_int(rows, i, TIMECREATED));
		reply_int(reply, "timemodified", pg_int(rows, i, TIMEMODIFIED));
		reply_int(reply, "enablecompletion", pg_int(rows, i, ENABLECOMPLETION));
		reply_int(reply, "completionnotify", pg_int(rows, i, COMPLETIONNOTIFY));
		reply_text(reply, "lang", pg_text(rows, i, LANG));
		reply_text(reply, "forcetheme", pg_text(rows, i, THEME));
		write_format_options(call, pg_text(rows, i, OPTIONS), /* with_indentation= */ false);
	}
	reply_bool(reply, "showactivitydates", pg_bool(rows, i, SHOWDATES));
	if (pg_text(rows, i, SHOWCONDITIONS) == NULL)
		reply_null(reply, "showcompletionconditions");
	else
		reply_bool(reply, "showcompletionconditions", pg_bool(rows, i, SHOWCONDITIONS));
	reply_end_object(reply);
}

static int
fetch(struct moodle_call *call, const char *field, const char *value, struct pg_rows **ret_rows, struct err *err)
{
	return pg_run_once(call->pg, sql_courses, PG_ARGS(field, value), ret_rows, err);
}

static int
get_courses(struct moodle_call *call, struct err *err)
{
	struct tree *options = tree_get(call->params, "options"), *ids = options == NULL ? NULL : tree_get(options, "ids"), *item;
	struct pg_rows *rows;
	const char *list = "", *message;
	size_t i, n, *order;
	int rc = -1, may;

	if (ids != NULL)
		for (item = ids->first; item != NULL; item = item->next)
			list = arena_printf(call->arena, "%s%s%s", list, list[0] == '\0' ? "" : ",", item->text);
	if (fetch(call, ids == NULL ? "" : "ids", list, &rows, err) != 0)
		return -1;
	for (i = 0; i < pg_count(rows); i++) {
		may = moodle_enter_course(call, pg_int(rows, i, ID), &message, err);
		if (may < 0)
			goto out;
		if (may == 0) {
			moodle_fail_plain(call, "errorcoursecontextnotvalid",
			    arena_printf(call->arena,
				"You cannot execute functions in the course context (course id:%s). The context error message was: "
				"%s",
				pg_text(rows, i, ID), message));
			goto out;
		}
		if (pg_int(rows, i, ID) != 1 && !moodle_can(call, "moodle/course:view")) {
			moodle_fail_capability(call, "View courses without participation");
			goto out;
		}
	}
	reply_list(call->reply, NULL);
	order = fault_order(call->arena, call->effect, pg_count(rows), &n);
	for (i = 0; i < n; i++)
		write_course(call, rows, order[i]);
	reply_end_list(call->reply);
	rc = 0;
out:
	pg_free(rows);
	return rc;
}

static void
write_filters(struct reply *reply)
{
	static const char *const names[] = { "displayh5p", "activitynames", "mathjaxloader", "emoticon", "urltolink",
		"mediaplugin" };
	size_t i;

	reply_list(reply, "filters");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		reply_object(reply, NULL);
		reply_text(reply, "filter", names[i]);
		reply_int(reply, "localstate", 0);
		reply_int(reply, "inheritedstate", 1);
		reply_end_object(reply);
	}
	reply_end_list(reply);
}

static void
write_split(struct moodle_call *call, const char *key, const char *text)
{
	char *copy, *item, *rest = NULL;

	reply_list(call->reply, key);
	if (text != NULL) {
		copy = arena_strdup(call->arena, text);
		for (item = strtok_r(copy, ",", &rest); item != NULL; item = strtok_r(NULL, ",", &rest))
			reply_text(call->reply, NULL, item);
	}
	reply_end_list(call->reply);
}

/* "id:name|id:name" */
static void
write_contacts(struct moodle_call *call, const char *text)
{
	char *copy, *item, *rest = NULL, *colon;

	reply_list(call->reply, "contacts");
	if (text != NULL) {
		copy = arena_strdup(call->arena, text);
		for (item = strtok_r(copy, "|", &rest); item != NULL; item = strtok_r(NULL, "|", &rest)) {
			colon = strchr(item, ':');
			*colon = '\0';
			reply_object(call->reply, NULL);
			reply_int(call->reply, "id", strtoll(item, NULL, 10));
			reply_text(call->reply, "fullname", colon + 1);
			reply_end_object(call->reply);
		}
	}
	reply_end_list(call->reply);
}

static void
write_course_by_field(struct moodle_call *call, const struct pg_rows *rows, size_t i, bool may_view)
{
	struct reply *reply = call->reply;

	reply_object(reply, NULL);
	reply_int(reply, "id", pg_int(rows, i, ID));
	reply_text(reply, "fullname", moodle_string(call, pg_text(rows, i, FULLNAME)));
	reply_text(reply, "displayname", moodle_string(call, pg_text(rows, i, FULLNAME)));
	reply_text(reply, "shortname", moodle_string(call, pg_text(rows, i, SHORTNAME)));
	reply_text(reply, "courseimage",
	    moodle_url(
		call, arena_printf(call->arena, "/pluginfile.php/%s/course/generated/course.svg", pg_text(rows, i, CONTEXT))));
	reply_int(reply, "categoryid", pg_int(rows, i, CATEGORY));
	reply_text(reply, "categoryname", pg_text(rows, i, CATEGORYNAME) == NULL ? "" : pg_text(rows, i, CATEGORYNAME));
	reply_int(reply, "sortorder", pg_int(rows, i, SORTORDER));
	reply_text(reply, "summary", pg_text(rows, i, SUMMARY));
	reply_int(reply, "summaryformat", summary_format(call, rows, i));
	reply_list(reply, "summaryfiles");
	reply_end_list(reply);
	reply_list(reply, "overviewfiles");
	reply_end_list(reply);
	reply_bool(reply, "showactivitydates", pg_bool(rows, i, SHOWDATES));
	if (pg_text(rows, i, SHOWCONDITIONS) == NULL)
		reply_null(reply, "showcompletionconditions");
	else
		reply_bool(reply, "showcompletionconditions", pg_bool(rows, i, SHOWCONDITIONS));
	write_contacts(call, pg_text(rows, i, CONTACTS));
	write_split(call, "enrollmentmethods", pg_text(rows, i, METHODS));
	if (may_view) {
		bool may_update = moodle_can(call, "moodle/course:update");

		if (may_update)
			reply_text(reply, "idnumber", pg_text(rows, i, IDNUMBER));
		reply_text(reply, "format", pg_text(rows, i, FORMAT));
		reply_int(reply, "showgrades", pg_int(rows, i, SHOWGRADES));
		reply_int(reply, "newsitems", pg_int(rows, i, NEWSITEMS));
		reply_int(reply, "startdate", pg_int(rows, i, STARTDATE));
		reply_int(reply, "enddate", pg_int(rows, i, ENDDATE));
		reply_int(reply, "maxbytes", pg_int(rows, i, MAXBYTES));
		reply_int(reply, "showreports", pg_int(rows, i, SHOWREPORTS));
		reply_int(reply, "visible", pg_int(rows, i, VISIBLE));
		reply_int(reply, "groupmode", pg_int(rows, i, GROUPMODE));
		reply_int(reply, "groupmodeforce", pg_int(rows, i, GROUPMODEFORCE));
		reply_int(reply, "defaultgroupingid", pg_int(rows, i, DEFAULTGROUPING));
		reply_int(reply, "enablecompletion", pg_int(rows, i, ENABLECOMPLETION));
		reply_int(reply, "completionnotify", pg_int(rows, i, COMPLETIONNOTIFY));
		reply_text(reply, "lang", pg_text(rows, i, LANG));
		reply_text(reply, "theme", pg_text(rows, i, THEME));
		reply_int(reply, "marker", pg_int(rows, i, MARKER));
		if (may_update) {
			reply_int(reply, "legacyfiles", pg_int(rows, i, LEGACYFILES));
			reply_text(reply, "calendartype", pg_text(rows, i, CALENDARTYPE));
			reply_int(reply, "timecreated", pg_int(rows, i, TIMECREATED));
			reply_int(reply, "timemodified", pg_int(rows, i, TIMEMODIFIED));
			reply_int(reply, "requested", pg_int(rows, i, REQUESTED));
			reply_int(reply, "cacherev", pg_int(rows, i, CACHEREV));
		}
		write_filters(reply);
		if (strcmp(pg_text(rows, i, FORMAT), "site") != 0)
			write_format_options(call, pg_text(rows, i, OPTIONS), /* with_indentation= */ true);
	}
	reply_end_object(reply);
}

static int
get_courses_by_field(struct moodle_call *call, struct err *err)
{
	static const char *const fields[] = { "id", "ids", "shortname", "idnumber", "category", "sectionid", "" };
	const char *field = tree_text(call->params, "field"), *value = tree_text(call->params, "value"), *message;
	struct pg_rows *rows;
	size_t i, n, *order;
	int may, rc = -1;

	for (i = 0; strcmp(field, fields[i]) != 0; i++)
		if (fields[i][0] == '\0')
			return moodle_fail_params(call, "Invalid field name");
	if (strcmp(field, "id") == 0 || strcmp(field, "category") == 0)
		value = pg_number(call->arena, (int64_t)strtoll(value, NULL, 10)); /* Moodle casts */
	/* Of a list of ids it makes SQL, unseen. */
	if (strcmp(field, "ids") == 0 && (value[0] == '\0' || value[strspn(value, "0123456789,")] != '\0'))
		return moodle_fail(call, "dml_read_exception", "dmlreadexception", "Error reading from database");
	if (fetch(call, field, value, &rows, err) != 0)
		return -1;
	reply_object(call->reply, NULL);
	reply_list(call->reply, "courses");
	order = fault_order(call->arena, call->effect, pg_count(rows), &n);
	for (i = 0; i < n; i++) {
		if (!(pg_int(rows, order[i], VISIBLE) != 0 || moodle_can(call, "moodle/course:viewhiddencourses")))
			continue;
		may = moodle_enter_course(call, pg_int(rows, order[i], ID), &message, err);
		if (may < 0)
			goto out;
		write_course_by_field(call, rows, order[i], may == 1);
	}
	reply_end_list(call->reply);
	reply_list(call->reply, "warnings");
	reply_end_list(call->reply);
	reply_end_object(call->reply);
	rc = 0;
out:
	pg_free(rows);
	return rc;
}

const struct moodle_function moodle_course_functions[] = {
	{ "core_course_get_courses", get_courses_params, PARAM_COUNT(get_courses_params), false, get_courses },
	{ "core_course_get_courses_by_field", by_field_params, PARAM_COUNT(by_field_params), false, get_courses_by_field },
	{ NULL, NULL, 0, false, NULL },
};
