/* core_completion_get_course_completion_status. It fails with `usernotenroled` for suspended, expired and future enrolments although
 * the learner may have completed the course, so it has to be asked before an enrolment ends. */
#include "moodle/completion.h"

#include <inttypes.h>
#include <string.h>

#include "moodle/answer.h"

#define FUNCTION "core_completion_get_course_completion_status"

struct reading {
	struct arena *arena;
	struct completion *list;
};

/* Completed when all criteria are met (or one, as the course says): Moodle tells whether, the criteria tell when. */
static int
read_status(const struct json *answer, struct completion *completion, struct err *err)
{
	const struct json *status = json_get(answer, "completionstatus"), *completed, *criteria;
	int64_t latest = 0, at;
	size_t i;

	completed = json_get(status, "completed");
	if (completed == NULL || completed->kind != JSON_BOOL)
		return err_set(err, ERR_DATA, "\"completed\" is %s instead of true or false", json_kind_name(completed));
	if (!completed->truth) {
		completion->state = COMPLETION_NO;
		return 0;
	}
	if (json_list(status, "completions", &criteria, err) != 0)
		return -1;
	for (i = 0; i < criteria->count; i++) {
		if (json_is_null(json_get(&criteria->items[i], "timecompleted")))
			continue;
		if (json_int(&criteria->items[i], "timecompleted", &at, err) != 0)
			return -1;
		if (at > latest)
			latest = at;
	}
	if (latest == 0)
		return err_set(err, ERR_DATA, "the course is completed, but no criterion has a moment");
	completion->state = COMPLETION_YES;
	completion->completed_at = latest;
	return 0;
}

static int
read_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct reading *reading = context;
	struct completion *completion = &reading->list[index];
	struct err failure = ERR_INIT;

	completion->state = COMPLETION_UNKNOWN;
	completion->completed_at = 0;
	completion->reason = NULL;
	if (reply->json != NULL) {
		if (read_status(reply->json, completion, &failure) != 0)
			completion->reason = arena_strdup(reading->arena, failure.message);
		return 0;
	}
	if (reply->errorcode == NULL || answer_barred(reply->errorcode) || reply->err.code == ERR_SERVICE) {
		*err = reply->err;
		return -1;
	}
	if (strcmp(reply->errorcode, "nocriteriaset") == 0)
		completion->state = COMPLETION_NONE;
	else if (strcmp(reply->errorcode, "usernotenroled") == 0)
		completion->state = COMPLETION_NOT_ENROLLED;
	else
		/* `cannotviewreport` too: completion is off, which the caller knew, or report/completion:view is missing. */
		completion->reason = arena_strdup(reading->arena, reply->err.message);
	return 0;
}

int
completion_read(struct arena *arena, struct moodle *moodle, struct completion *list, size_t count, struct err *err)
{
	struct arena turn = ARENA_INIT;
	size_t most = moodle_wave(moodle), from, i;
	int rc = -1;

	for (from = 0; from < count; from += most) {
		size_t n = count - from < most ? count - from : most;
		struct reading reading = { arena, list + from };
		struct moodle_request *requests;

		arena_reset(&turn);
		requests = ARENA_ARRAY(&turn, n, struct moodle_request);
		for (i = 0; i < n; i++) {
			moodle_request_init(&requests[i], &turn, FUNCTION);
			params_int(&requests[i].params, list[from + i].course_id, "courseid");
			params_int(&requests[i].params, list[from + i].user_id, "userid");
		}
		if (moodle_call_all(&turn, moodle, requests, n, read_done, &reading, err) != 0) {
			(void)err_wrap(err, "could not read completions of site \"%s\"", moodle_config(moodle)->name);
			goto out;
		}
	}
	rc = 0;
out:
	arena_done(&turn);
	return rc;
}
