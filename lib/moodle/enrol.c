/* Writing manual enrolments. Nothing is decided here: rows come from a saved plan. */
#include "moodle/enrol.h"

#include <string.h>

#define FIELDS_PER_ENROL 6
#define FIELDS_PER_UNENROL 2

struct sending {
	struct arena *arena;
	struct moodle *moodle;
	struct reader *reader;
	int64_t now_utc;
	struct enrol_row *enrols; /* one of both */
	struct unenrol_row *unenrols;
	struct batch_row *results;
};

static void
enrol_ask(void *context, struct arena *arena, const size_t *rows, size_t count, struct moodle_request *request)
{
	struct sending *sending = context;
	size_t i;

	moodle_request_init(request, arena, "enrol_manual_enrol_users");
	for (i = 0; i < count; i++) {
		const struct enrol_row *row = &sending->enrols[rows[i]];

		/* Optional keys first: should the request be cut in here in spite of all, the row lacks a mandatory one and fails. */
		params_int(&request->params, row->start, "enrolments[%zu][timestart]", i);
		params_int(&request->params, row->end, "enrolments[%zu][timeend]", i);
		params_int(&request->params, row->suspend ? 1 : 0, "enrolments[%zu][suspend]", i);
		params_int(&request->params, row->role_id, "enrolments[%zu][roleid]", i);
		params_int(&request->params, row->user_id, "enrolments[%zu][userid]", i);
		params_int(&request->params, row->course_id, "enrolments[%zu][courseid]", i);
	}
}

static void
unenrol_ask(void *context, struct arena *arena, const size_t *rows, size_t count, struct moodle_request *request)
{
	struct sending *sending = context;
	size_t i;

	moodle_request_init(request, arena, "enrol_manual_unenrol_users");
	for (i = 0; i < count; i++) {
		params_int(&request->params, sending->unenrols[rows[i]].user_id, "enrolments[%zu][userid]", i);
		params_int(&request->params, sending->unenrols[rows[i]].course_id, "enrolments[%zu][courseid]", i);
	}
}

/* Both functions answer null; anything else is not their answer. */
static int
took_null(void *context, const size_t *rows, size_t count, const struct json *answer, struct err *err)
{
	(void)context;
	(void)rows;
	(void)count;
	if (answer->kind != JSON_NULL)
		return err_set(err, ERR_DATA, "the answer is %s instead of null", json_kind_name(answer));
	return 0;
}

static bool
same_course(void *context, size_t a, size_t b)
{
	struct sending *sending = context;

	if (sending->enrols != NULL)
		return sending->enrols[a].course_id == sending->enrols[b].course_id &&
		       sending->enrols[a].role_id == sending->enrols[b].role_id;
	return sending->unenrols[a].course_id == sending->unenrols[b].course_id;
}

/* Is the row as it was sent, as far as the read level shows? At level 2 moments are whole minutes, and a start in the minute of
 * creation reads as 0. */
static enum outcome
judge(const struct sending *sending, const struct enrol_row *row, const struct read_seen *seen)
{
	int64_t unit = reader_level(sending->reader) == 1 ? 1 : 60;
	bool active = !row->suspend && row->start <= sending->now_utc && (row->end == 0 || row->end > sending->now_utc);

	if (reader_level(sending->reader) == 3) {
		if (!seen->present || seen->active != active)
			return OUTCOME_OPEN;
		/* It looks the same before and after: sending it again changes nothing but may mail the learner. */
		return row->was_active != active ? OUTCOME_FOUND : OUTCOME_DOUBT;
	}
	if (!seen->present || seen->status != (row->suspend ? 1 : 0) || seen->end / unit != row->end / unit)
		return OUTCOME_OPEN;
	if (seen->start / unit == row->start / unit)
		return OUTCOME_FOUND;
	return unit == 60 && seen->start == 0 && seen->created / unit == row->start / unit ? OUTCOME_FOUND : OUTCOME_OPEN;
}

static int
find(void *context, const size_t *rows, size_t count, struct err *err)
{
	struct sending *sending = context;
	struct read_key *keys = ARENA_ARRAY(sending->arena, count, struct read_key);
	struct read_seen *seen;
	size_t i;

	for (i = 0; i < count; i++) {
		if (sending->enrols != NULL) {
			const struct enrol_row *row = &sending->enrols[rows[i]];

			keys[i] = (struct read_key){ row->course_id, row->user_id, row->username };
		} else {
			const struct unenrol_row *row = &sending->unenrols[rows[i]];

			keys[i] = (struct read_key){ row->course_id, row->user_id, row->username };
		}
	}
	if (reader_rows(sending->arena, sending->reader, keys, count, /* completion= */ false, sending->now_utc, &seen, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		sending->results[rows[i]].outcome = sending->enrols != NULL ? judge(sending, &sending->enrols[rows[i]], &seen[i])
						    : seen[i].present       ? OUTCOME_OPEN
									    : OUTCOME_FOUND;
	return 0;
}

static size_t
batch_size(struct moodle *moodle, size_t fields)
{
	return params_rows(fields, (size_t)moodle_config(moodle)->batch);
}

int
enrol_send(struct arena *arena, struct moodle *moodle, struct reader *reader, struct enrol_row *rows, size_t count, int64_t now_utc,
    struct err *err)
{
	struct batch_row *results = ARENA_ARRAY(arena, count, struct batch_row);
	struct sending sending = { arena, moodle, reader, now_utc, rows, NULL, results };
	struct batch batch = { .count = count,
		.size = batch_size(moodle, FIELDS_PER_ENROL),
		.rows = results,
		.context = &sending,
		.ask = enrol_ask,
		.took = took_null,
		.find = find,
		.same_course = same_course };
	size_t i;
	int rc;

	for (i = 0; i < count; i++) {
		results[i] = rows[i].result;
		if (results[i].outcome != OUTCOME_OPEN)
			continue;
		if (rows[i].start < 0 || rows[i].end < 0)
			results[i] = (struct batch_row){ OUTCOME_REFUSED, "", "the enrolment has a moment before 1970" };
		else if (rows[i].end != 0 && rows[i].end <= rows[i].start)
			results[i] = (struct batch_row){ OUTCOME_REFUSED, "", "the enrolment would end before it starts" };
	}
	rc = batch_send(arena, moodle, &batch, err);
	for (i = 0; i < count; i++)
		rows[i].result = results[i];
	return rc;
}

int
enrol_remove(struct arena *arena, struct moodle *moodle, struct reader *reader, struct unenrol_row *rows, size_t count,
    int64_t now_utc, struct err *err)
{
	struct batch_row *results = ARENA_ARRAY(arena, count, struct batch_row);
	struct sending sending = { arena, moodle, reader, now_utc, NULL, rows, results };
	struct batch batch = { .count = count,
		.size = batch_size(moodle, FIELDS_PER_UNENROL),
		.rows = results,
		.context = &sending,
		.ask = unenrol_ask,
		.took = took_null,
		.find = find,
		.same_course = same_course };
	size_t i;
	int rc;

	for (i = 0; i < count; i++)
		results[i] = rows[i].result;
	rc = batch_send(arena, moodle, &batch, err);
	for (i = 0; i < count; i++)
		rows[i].result = results[i];
	return rc;
}
