/* Cohorts: listed, their members read, made, joined and left. Joining answers a bad row with a warning and does the others; leaving is one transaction. */
#include "moodle.h"

#include <stdlib.h>

#include "sandbox-sql.h"

static const struct param ids[] = { { .type = PARAM_INT } };
static const struct param get_params[] = {
	{ .name = "cohortids", .type = PARAM_LIST, .need = PARAM_DEFAULT, .members = ids, .count = 1 }
};
static const struct param members_params[] = { { .name = "cohortids", .type = PARAM_LIST, .members = ids, .count = 1 } };
static const struct param typed[] = { { .name = "type", .type = PARAM_RAW }, { .name = "value", .type = PARAM_RAW } };
static const struct param typed_user[] = { { .name = "type", .type = PARAM_ALPHANUMEXT }, { .name = "value", .type = PARAM_RAW } };
static const struct param joining[] = {
	{ .name = "cohorttype", .type = PARAM_STRUCT, .members = typed_user, .count = 2 },
	{ .name = "usertype", .type = PARAM_STRUCT, .members = typed_user, .count = 2 },
};
static const struct param joining_row[] = { { .type = PARAM_STRUCT, .members = joining, .count = 2 } };
static const struct param join_params[] = { { .name = "members", .type = PARAM_LIST, .members = joining_row, .count = 1 } };
static const struct param leaving[] = { { .name = "cohortid", .type = PARAM_INT }, { .name = "userid", .type = PARAM_INT } };
static const struct param leaving_row[] = { { .type = PARAM_STRUCT, .members = leaving, .count = 2 } };
static const struct param leave_params[] = { { .name = "members", .type = PARAM_LIST, .members = leaving_row, .count = 1 } };
static const struct param cohort[] = {
	{ .name = "categorytype", .type = PARAM_STRUCT, .members = typed, .count = 2 },
	{ .name = "name", .type = PARAM_RAW },
	{ .name = "idnumber", .type = PARAM_RAW },
	{ .name = "description", .type = PARAM_RAW, .need = PARAM_OPTIONAL },
	{ .name = "descriptionformat", .type = PARAM_INT, .need = PARAM_DEFAULT, .fallback = "1" },
	{ .name = "visible", .type = PARAM_BOOL, .need = PARAM_OPTIONAL },
	{ .name = "theme", .type = PARAM_RAW, .need = PARAM_OPTIONAL },
};
static const struct param cohort_row[] = { { .type = PARAM_STRUCT, .members = cohort, .count = PARAM_COUNT(cohort) } };
static const struct param create_params[] = { { .name = "cohorts", .type = PARAM_LIST, .members = cohort_row, .count = 1 } };

#define BEGIN_WRITING "BEGIN; SELECT pg_advisory_xact_lock(1)"

static bool
may(const struct moodle_call *call, const char *capability)
{
	return moodle_can(call, "moodle/cohort:manage") || moodle_can(call, capability);
}

static const char *
id_array(struct moodle_call *call)
{
	struct tree *list = tree_get(call->params, "cohortids"), *item;
	int64_t *values = ARENA_ARRAY(call->arena, (list == NULL ? 0 : list->count) + 1, int64_t);
	size_t n = 0;

	for (item = list == NULL ? NULL : list->first; item != NULL; item = item->next)
		values[n++] = (int64_t)strtoll(item->text, NULL, 10);
	return pg_int_array(call->arena, values, n);
}

static void
write_cohort(struct moodle_call *call, const struct pg_rows *rows, size_t i)
{
	struct reply *reply = call->reply;

	reply_int(reply, "id", pg_int(rows, i, 0));
	reply_text(reply, "name", pg_text(rows, i, 1));
	reply_text(reply, "idnumber", pg_text(rows, i, 2));
	reply_text(reply, "description", pg_text(rows, i, 3));
	reply_int(reply, "descriptionformat", pg_int(rows, i, 4));
	reply_bool(reply, "visible", pg_bool(rows, i, 5));
	reply_text(reply, "theme", "");
}

static int
get_cohorts(struct moodle_call *call, struct err *err)
{
	struct pg_rows *rows;
	size_t i;

	if (pg_run(call->pg, sql_cohorts, PG_ARGS(id_array(call)), &rows, err) != 0)
		return -1;
	if (pg_count(rows) > 0 && !may(call, "moodle/cohort:view")) {
		pg_free(rows);
		return moodle_fail_capability(call, "View site-wide cohorts");
	}
	reply_list(call->reply, NULL);
	for (i = 0; i < pg_count(rows); i++) {
		reply_object(call->reply, NULL);
		write_cohort(call, rows, i);
		reply_list(call->reply, "customfields");
		reply_end_list(call->reply);
		reply_end_object(call->reply);
	}
	reply_end_list(call->reply);
	pg_free(rows);
	return 0;
}

static int
get_members(struct moodle_call *call, struct err *err)
{
	struct pg_rows *rows;
	size_t i;
	int64_t cohort_id = 0;

	if (pg_run(call->pg, sql_cohort_members, PG_ARGS(id_array(call)), &rows, err) != 0)
		return -1;
	for (i = 0; i < pg_count(rows); i++)
		if (!pg_bool(rows, i, 2)) {
			pg_free(rows);
			return moodle_fail_record(call, "cohort");
		}
	if (pg_count(rows) > 0 && !may(call, "moodle/cohort:view")) {
		pg_free(rows);
		return moodle_fail_capability(call, "View site-wide cohorts");
	}
	/* A row for each member, in the order that was asked for; one without a member for a cohort that has none. */
	reply_list(call->reply, NULL);
	for (i = 0; i < pg_count(rows); i++) {
		if (pg_int(rows, i, 0) != cohort_id) {
			if (cohort_id != 0) {
				reply_end_list(call->reply);
				reply_end_object(call->reply);
			}
			cohort_id = pg_int(rows, i, 0);
			reply_object(call->reply, NULL);
			reply_int(call->reply, "cohortid", cohort_id);
			reply_list(call->reply, "userids");
		}
		if (pg_text(rows, i, 1) != NULL)
			reply_int(call->reply, NULL, pg_int(rows, i, 1));
	}
	if (cohort_id != 0) {
		reply_end_list(call->reply);
		reply_end_object(call->reply);
	}
	reply_end_list(call->reply);
	pg_free(rows);
	return 0;
}

static int
create_cohorts(struct moodle_call *call, struct err *err)
{
	struct tree *list = tree_get(call->params, "cohorts"), *item;
	struct pg_rows *rows;
	bool taken;

	if (pg_script(call->pg, BEGIN_WRITING, err) != 0)
		return -1;
	reply_list(call->reply, NULL);
	for (item = list->first; item != NULL; item = item->next) {
		const char *idnumber = tree_text(item, "idnumber"), *description = tree_text(item, "description");

		if (pg_run(call->pg, sql_cohort_taken, PG_ARGS(idnumber), &rows, err) != 0)
			return -1;
		taken = pg_bool(rows, 0, 0);
		pg_free(rows);
		if (taken)
			return moodle_fail_params(call, arena_printf(call->arena, "record already exists: idnumber=%s", idnumber));
		if (!moodle_can(call, "moodle/cohort:manage"))
			return moodle_fail_capability(call, "Create, delete and move cohorts");
		if (pg_run(call->pg, sql_cohort_create,
			PG_ARGS(tree_text(item, "name"), idnumber, description == NULL ? "" : description,
			    tree_text(item, "descriptionformat"), tree_text(item, "visible"), pg_number(call->arena, call->now)),
			&rows, err) != 0)
			return -1;
		reply_object(call->reply, NULL);
		write_cohort(call, rows, 0);
		reply_end_object(call->reply);
		pg_free(rows);
		call->written++;
	}
	reply_end_list(call->reply);
	return pg_script(call->pg, "COMMIT", err);
}

static void
warn(struct moodle_call *call, const char *code, const char *message)
{
	reply_object(call->reply, NULL);
	reply_text(call->reply, "warningcode", code);
	reply_text(call->reply, "message", message);
	reply_end_object(call->reply);
}

/* What becomes of a row: 'done', 'member', 'user', 'cohort'. */
static int
join_one(struct moodle_call *call, const struct tree *row, struct err *err)
{
	const struct tree *cohort_named = tree_get(row, "cohorttype"), *user_named = tree_get(row, "usertype");
	const char *by = tree_text(cohort_named, "type"), *value = tree_text(cohort_named, "value");
	const char *user_by = tree_text(user_named, "type"), *user = tree_text(user_named, "value"), *outcome;
	struct pg_rows *rows;

	if (pg_run(call->pg, sql_cohort_join,
		PG_ARGS(by, value, user_by, user, pg_number(call->arena, call->now), may(call, "moodle/cohort:assign") ? "t" : "f"),
		&rows, err) != 0)
		return -1;
	outcome = arena_strdup(call->arena, pg_text(rows, 0, 0));
	pg_free(rows);
	switch (outcome[0]) {
	case 'c': warn(call, "2", arena_printf(call->arena, "cohort %s=%s not exists", by, value)); break;
	case 'u': warn(call, "2", arena_printf(call->arena, "user %s=%s not exists", user_by, user)); break;
	case 'm':
		warn(call, "3", arena_printf(call->arena, "record already exists: cohort(%s=%s %s=%s)", by, value, user_by, user));
		break;
	case 'f': return moodle_fail_capability(call, "Add and remove cohort members");
	default: call->written++;
	}
	return 0;
}

static int
add_members(struct moodle_call *call, struct err *err)
{
	struct tree *item;

	if (pg_script(call->pg, BEGIN_WRITING, err) != 0)
		return -1;
	reply_object(call->reply, NULL);
	reply_list(call->reply, "warnings");
	for (item = tree_get(call->params, "members")->first; item != NULL; item = item->next)
		if (join_one(call, item, err) != 0)
			return -1;
	reply_end_list(call->reply);
	reply_end_object(call->reply);
	return pg_script(call->pg, "COMMIT", err);
}

static int
delete_members(struct moodle_call *call, struct err *err)
{
	struct tree *item;
	struct pg_rows *rows;
	char outcome;

	if (pg_script(call->pg, BEGIN_WRITING, err) != 0)
		return -1;
	for (item = tree_get(call->params, "members")->first; item != NULL; item = item->next) {
		if (pg_run(call->pg, sql_cohort_leave,
			PG_ARGS(
			    tree_text(item, "cohortid"), tree_text(item, "userid"), may(call, "moodle/cohort:assign") ? "t" : "f"),
			&rows, err) != 0)
			return -1;
		outcome = pg_text(rows, 0, 0)[0];
		pg_free(rows);
		if (outcome == 'c')
			return moodle_fail_record(call, "cohort");
		if (outcome == 'u')
			return moodle_fail_record(call, "user");
		if (outcome == 'f')
			return moodle_fail_capability(call, "Add and remove cohort members");
		call->written += outcome == 'd';
	}
	return pg_script(call->pg, "COMMIT", err);
}

const struct moodle_function moodle_cohort_functions[] = {
	{ "core_cohort_get_cohorts", get_params, PARAM_COUNT(get_params), false, get_cohorts },
	{ "core_cohort_get_cohort_members", members_params, PARAM_COUNT(members_params), false, get_members },
	{ "core_cohort_create_cohorts", create_params, PARAM_COUNT(create_params), false, create_cohorts },
	{ "core_cohort_add_cohort_members", join_params, PARAM_COUNT(join_params), false, add_members },
	{ "core_cohort_delete_cohort_members", leave_params, PARAM_COUNT(leave_params), true, delete_members },
	{ NULL, NULL, 0, false, NULL },
};
