/* Cohorts: which there are, who is a member, and changes of that. Joining is no transaction of all rows, leaving is one; both may be repeated. */
#include "moodle/cohort.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "moodle/answer.h"

#define ROWS_PER_REQUEST 100
#define FIELDS_JOIN 4
#define FIELDS_LEAVE 2

struct listed {
	struct arena *arena;
	struct cohort *cohorts;
	size_t count;
};

static int
list_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct listed *listed = context;
	size_t i;

	(void)index;
	if (reply->json == NULL) {
		*err = reply->err;
		return -1;
	}
	if (reply->json->kind != JSON_ARRAY)
		return err_set(err, ERR_DATA, "cohorts are %s instead of an array", json_kind_name(reply->json));
	listed->cohorts = ARENA_ARRAY(listed->arena, reply->json->count, struct cohort);
	for (i = 0; i < reply->json->count; i++) {
		const char *idnumber;
		int64_t id;

		if (json_int(&reply->json->items[i], "id", &id, err) != 0 ||
		    json_text_or_null(&reply->json->items[i], "idnumber", &idnumber, err) != 0)
			return -1;
		if (idnumber != NULL && idnumber[0] != '\0')
			listed->cohorts[listed->count++] = (struct cohort){ id, arena_strdup(listed->arena, idnumber) };
	}
	return 0;
}

int
cohort_list(struct arena *arena, struct moodle *moodle, struct cohort **ret_cohorts, size_t *ret_count, struct err *err)
{
	struct listed listed = { .arena = arena };
	struct moodle_request request;

	moodle_request_init(&request, arena, "core_cohort_get_cohorts");
	request.settings = MOODLE_RAW;
	if (moodle_call_all(arena, moodle, &request, 1, list_done, &listed, err) != 0)
		return err_wrap(err, "could not list the cohorts of site \"%s\"", moodle_config(moodle)->name);
	*ret_cohorts = listed.cohorts;
	*ret_count = listed.count;
	return 0;
}

struct members {
	struct arena *arena;
	const int64_t *cohorts;
	int64_t **users;
	size_t *counts;
};

/* A request for each cohort: one with many members is long enough. */
static int
members_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct members *members = context;
	const struct json *users;
	int64_t id;
	size_t i;

	if (reply->json == NULL) {
		*err = reply->err;
		return -1;
	}
	if (reply->json->kind != JSON_ARRAY || reply->json->count != 1)
		return err_set(err, ERR_DATA, "the members of a cohort are not a list of one cohort");
	if (json_int(&reply->json->items[0], "cohortid", &id, err) != 0 ||
	    json_list(&reply->json->items[0], "userids", &users, err) != 0)
		return -1;
	if (id != members->cohorts[index])
		return err_set(err, ERR_DATA, "asked for cohort %" PRId64 ", told of %" PRId64, members->cohorts[index], id);
	members->users[index] = ARENA_ARRAY(members->arena, users->count, int64_t);
	for (i = 0; i < users->count; i++)
		if (users->items[i].kind != JSON_NUMBER || text_int64(users->items[i].text, &members->users[index][i], err) != 0)
			return err_set(err, ERR_DATA, "a member of cohort %" PRId64 " is no number", id);
	members->counts[index] = users->count;
	return 0;
}

int
cohort_members(struct arena *arena, struct moodle *moodle, const int64_t *cohorts, size_t count, int64_t **ret_users,
    size_t *ret_counts, struct err *err)
{
	struct members members = { arena, cohorts, ret_users, ret_counts };
	struct moodle_request *list = ARENA_ARRAY(arena, count, struct moodle_request);
	size_t i;

	for (i = 0; i < count; i++) {
		moodle_request_init(&list[i], arena, "core_cohort_get_cohort_members");
		params_int(&list[i].params, cohorts[i], "cohortids[0]");
	}
	if (moodle_call_all(arena, moodle, list, count, members_done, &members, err) != 0)
		return err_wrap(err, "could not read the members of cohorts of site \"%s\"", moodle_config(moodle)->name);
	return 0;
}

static int
find_cohort(struct arena *arena, struct moodle *moodle, const char *idnumber, int64_t *ret_id, struct err *err)
{
	struct cohort *cohorts;
	size_t count, i;

	*ret_id = 0;
	if (cohort_list(arena, moodle, &cohorts, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		if (strcmp(cohorts[i].idnumber, idnumber) == 0 && (*ret_id == 0 || cohorts[i].id < *ret_id))
			*ret_id = cohorts[i].id;
	return 0;
}

static int
made_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	int64_t *id = context;

	(void)index;
	if (reply->json == NULL) {
		*err = reply->err;
		return -1;
	}
	if (reply->json->kind != JSON_ARRAY || reply->json->count != 1)
		return err_set(err, ERR_DATA, "the answer does not tell of the new cohort");
	return json_int(&reply->json->items[0], "id", id, err);
}

int
cohort_make(struct arena *arena, struct moodle *moodle, const char *idnumber, int64_t *ret_id, struct err *err)
{
	struct moodle_request request;
	struct err ignored = ERR_INIT;
	int rc;

	if (find_cohort(arena, moodle, idnumber, ret_id, err) != 0)
		return -1;
	if (*ret_id != 0)
		return 0;
	moodle_request_init(&request, arena, "core_cohort_create_cohorts");
	params_text(&request.params, "system", "cohorts[0][categorytype][type]");
	params_text(&request.params, "", "cohorts[0][categorytype][value]");
	params_text(&request.params, idnumber, "cohorts[0][name]");
	params_text(&request.params, idnumber, "cohorts[0][idnumber]");
	request.writes = true;
	rc = moodle_call_all(arena, moodle, &request, 1, made_done, ret_id, err);
	/* Whatever went wrong: is it there by now? */
	if (rc != 0 && find_cohort(arena, moodle, idnumber, ret_id, &ignored) == 0 && *ret_id != 0) {
		err_reset(err);
		rc = 0;
	}
	return rc == 0 ? 0 : err_wrap(err, "could not make cohort \"%s\" on site \"%s\"", idnumber, moodle_config(moodle)->name);
}

struct sending {
	struct arena *arena;
	struct moodle *moodle;
	struct cohort_row *rows;
	struct batch_row *results;
	struct batch_row *warned; /* by row; OUTCOME_OPEN: not warned of */
	bool joins;
};

static void
send_ask(void *context, struct arena *arena, const size_t *rows, size_t count, struct moodle_request *request)
{
	const struct sending *sending = context;
	size_t i;

	moodle_request_init(
	    request, arena, sending->joins ? "core_cohort_add_cohort_members" : "core_cohort_delete_cohort_members");
	for (i = 0; i < count; i++) {
		const struct cohort_row *row = &sending->rows[rows[i]];

		if (sending->joins) {
			params_text(&request->params, "id", "members[%zu][cohorttype][type]", i);
			params_int(&request->params, row->cohort_id, "members[%zu][cohorttype][value]", i);
			params_text(&request->params, "id", "members[%zu][usertype][type]", i);
			params_int(&request->params, row->user_id, "members[%zu][usertype][value]", i);
		} else {
			params_int(&request->params, row->cohort_id, "members[%zu][cohortid]", i);
			params_int(&request->params, row->user_id, "members[%zu][userid]", i);
		}
	}
}

/* A warning names its row in its text alone. */
static bool
is_about(struct sending *sending, const struct cohort_row *row, const char *message, bool *ret_member)
{
	struct arena *arena = sending->arena;

	*ret_member = text_equal(message,
	    arena_printf(arena, "record already exists: cohort(id=%" PRId64 " id=%" PRId64 ")", row->cohort_id, row->user_id));
	return *ret_member || text_equal(message, arena_printf(arena, "cohort id=%" PRId64 " not exists", row->cohort_id)) ||
	       text_equal(message, arena_printf(arena, "user id=%" PRId64 " not exists", row->user_id));
}

static int
join_took(void *context, const size_t *rows, size_t count, const struct json *answer, struct err *err)
{
	struct sending *sending = context;
	const struct json *warnings;
	size_t i, r;

	if (json_list(answer, "warnings", &warnings, err) != 0)
		return -1;
	for (i = 0; i < warnings->count; i++) {
		const char *message;
		bool known = false, member;

		if (json_text(&warnings->items[i], "message", &message, err) != 0)
			return -1;
		for (r = 0; r < count; r++) {
			if (!is_about(sending, &sending->rows[rows[r]], message, &member))
				continue;
			known = true;
			sending->warned[rows[r]] =
			    member ? (struct batch_row){ OUTCOME_FOUND, NULL, NULL }
				   : (struct batch_row){ OUTCOME_REFUSED, "", arena_strdup(sending->arena, message) };
		}
		if (!known)
			return err_set(err, ERR_DATA, "the answer warns of something that was not sent: %s", message);
	}
	return 0;
}

/* Who may not write to a cohort may not for anybody. */
static bool
same_cohort(void *context, size_t a, size_t b)
{
	const struct sending *sending = context;

	return sending->rows[a].cohort_id == sending->rows[b].cohort_id;
}

static int
send_find(void *context, const size_t *rows, size_t count, struct err *err)
{
	struct sending *sending = context;
	int64_t *cohorts = ARENA_ARRAY(sending->arena, count, int64_t);
	int64_t **users = ARENA_ARRAY(sending->arena, count, int64_t *);
	size_t *counts = ARENA_ARRAY(sending->arena, count, size_t), n = 0, i, c, u;

	for (i = 0; i < count; i++) {
		for (c = 0; c < n && cohorts[c] != sending->rows[rows[i]].cohort_id; c++)
			;
		if (c == n)
			cohorts[n++] = sending->rows[rows[i]].cohort_id;
	}
	if (cohort_members(sending->arena, sending->moodle, cohorts, n, users, counts, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		const struct cohort_row *row = &sending->rows[rows[i]];

		for (c = 0; cohorts[c] != row->cohort_id; c++)
			;
		for (u = 0; u < counts[c] && users[c][u] != row->user_id; u++)
			;
		sending->results[rows[i]].outcome = (u < counts[c]) == sending->joins ? OUTCOME_FOUND : OUTCOME_OPEN;
	}
	return 0;
}

static int
send_rows(struct arena *arena, struct moodle *moodle, bool joins, struct cohort_row *rows, size_t count, struct err *err)
{
	struct batch_row *results = ARENA_ARRAY(arena, count, struct batch_row);
	struct sending sending = { arena, moodle, rows, results, ARENA_ARRAY(arena, count, struct batch_row), joins };
	struct batch batch = { .count = count,
		.rows = results,
		.context = &sending,
		.size = params_rows(joins ? FIELDS_JOIN : FIELDS_LEAVE, ROWS_PER_REQUEST),
		.ask = send_ask,
		.took = joins ? join_took : NULL,
		.find = send_find,
		.same_course = same_cohort };
	size_t i;
	int rc;

	rc = batch_send(arena, moodle, &batch, err);
	for (i = 0; i < count; i++) {
		bool warned = results[i].outcome == OUTCOME_DONE && sending.warned[i].outcome != OUTCOME_OPEN;

		rows[i].result = warned ? sending.warned[i] : results[i];
		rows[i].was_there = warned && rows[i].result.outcome == OUTCOME_FOUND;
	}
	return rc;
}

int
cohort_join(struct arena *arena, struct moodle *moodle, struct cohort_row *rows, size_t count, struct err *err)
{
	return send_rows(arena, moodle, /* joins= */ true, rows, count, err);
}

int
cohort_leave(struct arena *arena, struct moodle *moodle, struct cohort_row *rows, size_t count, struct err *err)
{
	return send_rows(arena, moodle, /* joins= */ false, rows, count, err);
}
