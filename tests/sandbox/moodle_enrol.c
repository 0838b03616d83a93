/* Enrolments: core_enrol_get_enrolled_users, enrol_manual_enrol_users, enrol_manual_unenrol_users. The writing ones are one transaction:
 * the first bad row ends the call and nothing is done. Moodle goes row by row; here the batch is looked at as a set, with the same outcome. */
#include "moodle_user.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sandbox-sql.h"

static const struct param option[] = { { .name = "name", .type = PARAM_ALPHANUMEXT }, { .name = "value", .type = PARAM_RAW } };
static const struct param option_row[] = { { .type = PARAM_STRUCT, .members = option, .count = 2 } };
static const struct param enrolled_params[] = {
	{ .name = "courseid", .type = PARAM_INT },
	{ .name = "options", .type = PARAM_LIST, .need = PARAM_OPTIONAL, .members = option_row, .count = 1 },
};
static const struct param enrolment[] = {
	{ .name = "roleid", .type = PARAM_INT },
	{ .name = "userid", .type = PARAM_INT },
	{ .name = "courseid", .type = PARAM_INT },
	{ .name = "timestart", .type = PARAM_INT, .need = PARAM_OPTIONAL },
	{ .name = "timeend", .type = PARAM_INT, .need = PARAM_OPTIONAL },
	{ .name = "suspend", .type = PARAM_INT, .need = PARAM_OPTIONAL },
};
static const struct param enrolment_row[] = { { .type = PARAM_STRUCT, .members = enrolment, .count = PARAM_COUNT(enrolment) } };
static const struct param enrol_params[] = { { .name = "enrolments", .type = PARAM_LIST, .members = enrolment_row, .count = 1 } };
static const struct param unenrolment[] = {
	{ .name = "userid", .type = PARAM_INT },
	{ .name = "courseid", .type = PARAM_INT },
	{ .name = "roleid", .type = PARAM_INT, .need = PARAM_OPTIONAL },
};
static const struct param unenrolment_row[] = {
	{ .type = PARAM_STRUCT, .members = unenrolment, .count = PARAM_COUNT(unenrolment) }
};
static const struct param unenrol_params[] = {
	{ .name = "enrolments", .type = PARAM_LIST, .members = unenrolment_row, .count = 1 }
};

/* Writers go one after the other: two batches of the same people would wait for each other's rows. */
#define BEGIN_WRITING "BEGIN; SELECT pg_advisory_xact_lock(1)"

struct listing {
	const char *group, *capability, *from, *number, *sort, *direction;
	bool active, suspended;
	unsigned fields;
};

static bool
is_true(const char *value)
{
	return value[0] != '\0' && strcmp(value, "0") != 0;
}

/* As PHP's (int): the leading digits. */
static const char *
cast(struct moodle_call *call, const char *value)
{
	return pg_number(call->arena, (int64_t)strtoll(value, NULL, 10));
}

static int
read_options(struct moodle_call *call, struct listing *listing, const char **ret_userfields)
{
	static const char *const sorts[] = { "id", "firstname", "lastname", "siteorder", NULL };
	struct tree *options = tree_get(call->params, "options"), *item;
	size_t i;

	*ret_userfields = NULL;
	for (item = options == NULL ? NULL : options->first; item != NULL; item = item->next) {
		const char *name = tree_text(item, "name"), *value = tree_text(item, "value");

		if (strcmp(name, "withcapability") == 0) {
			listing->capability = value[0] == '\0' ? NULL : value;
		} else if (strcmp(name, "groupid") == 0) {
			listing->group = cast(call, value);
		} else if (strcmp(name, "onlyactive") == 0) {
			listing->active = is_true(value);
		} else if (strcmp(name, "onlysuspended") == 0) {
			listing->suspended = is_true(value);
		} else if (strcmp(name, "userfields") == 0) {
			*ret_userfields = value;
		} else if (strcmp(name, "limitfrom") == 0) {
			listing->from = cast(call, value)[0] == '-' ? "0" : cast(call, value);
		} else if (strcmp(name, "limitnumber") == 0) {
			listing->number = cast(call, value)[0] == '-' ? "0" : cast(call, value);
		} else if (strcmp(name, "sortby") == 0) {
			for (i = 0; sorts[i] != NULL && strcmp(sorts[i], value) != 0; i++)
				;
			if (sorts[i] == NULL)
				return moodle_fail_params(
				    call, arena_printf(call->arena,
					      "Invalid value for sortby parameter (value: %s), allowed values are: "
					      "id,firstname,lastname,siteorder",
					      value));
			listing->sort = sorts[i];
		} else if (strcmp(name, "sortdirection") == 0) {
			if (strcmp(value, "ASC") != 0 && strcmp(value, "DESC") != 0 && strcmp(value, "asc") != 0 &&
			    strcmp(value, "desc") != 0)
				return moodle_fail_params(call, "Invalid value for sortdirection parameter");
			listing->direction = value[0] == 'D' || value[0] == 'd' ? "DESC" : "ASC";
		}
	}
	return 0;
}

static int
check_listing(struct moodle_call *call, const struct listing *listing, const char *course, struct err *err)
{
	struct pg_rows *rows;
	const char *message;
	size_t found;
	int may;

	if (pg_run(call->pg, sql_course_completion, PG_ARGS(course), &rows, err) != 0)
		return -1;
	found = pg_count(rows);
	pg_free(rows);
	if (found == 0)
		return moodle_fail_record(call, "course");
	may = moodle_enter_course(call, (int64_t)strtoll(course, NULL, 10), &message, err);
	if (may < 0)
		return -1;
	if (may == 0)
		return moodle_fail_plain(call, "errorcoursecontextnotvalid",
		    arena_printf(call->arena,
			"You cannot execute functions in the course context (course id:%s). The context error message was: %s",
			course, message));
	if (!moodle_can(call, "moodle/course:viewparticipants") && !moodle_can(call, "moodle/course:enrolreview"))
		return moodle_fail_capability(call, "View participants");
	if (listing->capability != NULL && !moodle_can(call, "moodle/role:review"))
		return moodle_fail_capability(call, "Review permissions for others");
	if (listing->group != NULL && strcmp(listing->group, "0") != 0 && !moodle_can(call, "moodle/site:accessallgroups"))
		return moodle_fail_capability(call, "Access all groups");
	if ((listing->active || listing->suspended) && !moodle_can(call, "moodle/course:enrolreview"))
		return moodle_fail_capability(call, "Review course enrolments");
	if (listing->active && listing->suspended)
		return moodle_fail(call, "core\\exception\\coding_exception", "codingerror",
		    "Coding error detected, it must be fixed by a programmer: "
		    "Both onlyactive and onlysuspended are set, this is probably not what you want!");
	return 0;
}

static int
get_enrolled_users(struct moodle_call *call, struct err *err)
{
	struct listing listing = {
		.group = "0", .from = "0", .number = "0", .sort = "id", .direction = "ASC", .fields = FIELD_ALL
	};
	const char *course = tree_text(call->params, "courseid"), *userfields;
	struct pg_rows *rows;
	size_t i, n, *order;
	bool with_lists;

	if (read_options(call, &listing, &userfields) != 0 || check_listing(call, &listing, course, err) != 0)
		return -1;
	if (userfields != NULL && moodle_user_fields(call, userfields, &listing.fields) != 0)
		return -1;
	with_lists = (listing.fields & (FIELD_ROLES | FIELD_GROUPS | FIELD_COURSES)) != 0;
	if (pg_run_once(call->pg, sql_enrolled_users,
		PG_ARGS(course, listing.active ? "t" : "f", listing.suspended ? "t" : "f", pg_number(call->arena, call->now),
		    listing.group, listing.capability, listing.from, listing.number, listing.sort, listing.direction,
		    with_lists ? "t" : "f"),
		&rows, err) != 0)
		return -1;
	reply_list(call->reply, NULL);
	order = fault_order(call->arena, call->effect, pg_count(rows), &n);
	for (i = 0; i < n; i++)
		if (pg_int(rows, order[i], USER_ID) == call->user_id || moodle_can(call, "moodle/user:viewdetails"))
			moodle_write_user(call, rows, order[i], listing.fields, /* in_course= */ true);
	reply_end_list(call->reply);
	pg_free(rows);
	return 0;
}

/* The columns of a batch as array literals. */
struct batch {
	size_t count;
	const char *roles, *users, *courses, *starts, *ends, *suspends;
};

static void
read_batch(struct moodle_call *call, struct batch *batch)
{
	static const struct {
		const char *name;
		size_t offset;
	} columns[] = { { "roleid", offsetof(struct batch, roles) }, { "userid", offsetof(struct batch, users) },
		{ "courseid", offsetof(struct batch, courses) }, { "timestart", offsetof(struct batch, starts) },
		{ "timeend", offsetof(struct batch, ends) }, { "suspend", offsetof(struct batch, suspends) } };
	struct tree *list = tree_get(call->params, "enrolments"), *item;
	int64_t *values = ARENA_ARRAY(call->arena, list->count + 1, int64_t);
	size_t i, n;

	batch->count = list->count;
	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		n = 0;
		for (item = list->first; item != NULL; item = item->next)
			values[n++] = tree_int(item, columns[i].name, 0);
		*(const char **)(void *)((char *)batch + columns[i].offset) = pg_int_array(call->arena, values, n);
	}
}

static int
refuse_row(struct moodle_call *call, const char *reason, const char *user, const char *course, const char *role)
{
	if (strcmp(reason, "context") == 0)
		return moodle_fail_params(call, "Context does not exist");
	if (strcmp(reason, "course") == 0)
		return moodle_fail_record(call, "course");
	if (strcmp(reason, "access") == 0)
		return moodle_fail_login(call);
	if (strcmp(reason, "enrol") == 0)
		return moodle_fail_capability(call, "Enrol users");
	if (strcmp(reason, "unenrol") == 0)
		return moodle_fail_capability(call, "Unenrol users from the course");
	if (strcmp(reason, "unknown") == 0)
		return moodle_fail_user(call);
	if (strcmp(reason, "deleted") == 0)
		return moodle_fail_plain(call, "userdeleted", "error/userdeleted");
	if (strcmp(reason, "unconfirmed") == 0)
		return moodle_fail_plain(call, "usernotconfirmed", "User not confirmed");
	if (strcmp(reason, "guest") == 0)
		return moodle_fail_plain(call, "guestsarenotallowed", "The guest user is not allowed to do this");
	if (strcmp(reason, "role") == 0)
		return moodle_fail_plain(call, "wsusercannotassign",
		    arena_printf(call->arena,
			"You don't have the permission to assign this role (%s) to this user (%s) in this course (%s).", role, user,
			course));
	return moodle_fail_plain(call, "wsnoinstance",
	    arena_printf(
		call->arena, "Manual enrolment plugin instance doesn't exist or is disabled for the course (id = %s)", course));
}

static int
check_batch(struct moodle_call *call, const struct batch *batch, bool enrol, struct err *err)
{
	struct pg_rows *rows;
	int rc = 0;

	if (pg_run(call->pg, sql_enrol_check,
		PG_ARGS(batch->roles, batch->users, batch->courses, enrol ? "t" : "f",
		    moodle_can(call, "moodle/course:view") ? "t" : "f",
		    moodle_can(call, "moodle/course:viewhiddencourses") ? "t" : "f",
		    moodle_can(call, enrol ? "enrol/manual:enrol" : "enrol/manual:unenrol") ? "t" : "f", call->roles,
		    pg_number(call->arena, call->user_id), pg_number(call->arena, call->now), call->password_expired ? "t" : "f",
		    moodle_can(call, "moodle/role:assign") ? "t" : "f"),
		&rows, err) != 0)
		return -1;
	if (pg_count(rows) > 0)
		rc = refuse_row(call, pg_text(rows, 0, 0), arena_strdup(call->arena, pg_text(rows, 0, 1)),
		    arena_strdup(call->arena, pg_text(rows, 0, 2)), arena_strdup(call->arena, pg_text(rows, 0, 3)));
	pg_free(rows);
	return rc;
}

static int
enrol_users(struct moodle_call *call, struct err *err)
{
	struct batch batch;
	struct pg_rows *rows;

	read_batch(call, &batch);
	if (pg_script(call->pg, BEGIN_WRITING, err) != 0)
		return -1;
	if (check_batch(call, &batch, /* enrol= */ true, err) != 0)
		return -1;
	if (pg_run(call->pg, sql_enrol_users,
		PG_ARGS(batch.roles, batch.users, batch.courses, batch.starts, batch.ends, batch.suspends,
		    pg_number(call->arena, call->now), pg_number(call->arena, call->user_id)),
		&rows, err) != 0)
		return -1;
	call->written = pg_int(rows, 0, 0);
	pg_free(rows);
	return pg_script(call->pg, "COMMIT", err);
}

static int
unenrol_users(struct moodle_call *call, struct err *err)
{
	struct batch batch;
	struct pg_rows *rows;

	read_batch(call, &batch);
	if (pg_script(call->pg, BEGIN_WRITING, err) != 0)
		return -1;
	if (check_batch(call, &batch, /* enrol= */ false, err) != 0)
		return -1;
	if (pg_run(call->pg, sql_unenrol_users, PG_ARGS(batch.users, batch.courses), &rows, err) != 0)
		return -1;
	call->written = pg_int(rows, 0, 0);
	pg_free(rows);
	if (pg_run(call->pg, sql_unenrol_cleanup, PG_ARGS(batch.users, batch.courses), NULL, err) != 0)
		return -1;
	return pg_script(call->pg, "COMMIT", err);
}

const struct moodle_function moodle_enrol_functions[] = {
	{ "core_enrol_get_enrolled_users", enrolled_params, PARAM_COUNT(enrolled_params), false, get_enrolled_users },
	{ "enrol_manual_enrol_users", enrol_params, PARAM_COUNT(enrol_params), true, enrol_users },
	{ "enrol_manual_unenrol_users", unenrol_params, PARAM_COUNT(unenrol_params), true, unenrol_users },
	{ NULL, NULL, 0, false, NULL },
};
