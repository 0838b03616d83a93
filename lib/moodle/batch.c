/* Send, halve, read back. A queue of segments over the rows' order: a refused segment of several rows is replaced by its halves, a
 * segment in doubt goes to reading back and what was not done is queued once more. */
#include "moodle/batch.h"

#include <string.h>

#include "moodle/answer.h"

/* A server whose client gave up goes on with the batch: let it come to its end before reading back. It may take longer still: what is
 * refused when it is sent again may have arrived meanwhile, so it is read back once more. */
#define SETTLE_MS 5000

struct segment {
	struct segment *next;
	size_t *rows;
	size_t count;
	bool repeated; /* was in doubt once already */
	bool looked;   /* refused when it was repeated, and read back after that: what is left of it was not done */
	const char *errorcode, *reason; /* of that refusal; NULL: none */
};

struct sending {
	struct arena *arena; /* of the caller: texts */
	struct arena own;    /* segments */
	struct batch *batch;
	struct segment *queue, **tail;
	struct segment *doubtful;
	struct segment **sent; /* of the wave, by request */
	size_t *barred;        /* rows whose course is closed, with their verdict in batch->rows */
	size_t barred_count;
	struct err fatal; /* concerns no row: stop */
};

static struct segment *
new_segment(struct sending *sending, size_t *rows, size_t count, bool repeated)
{
	struct segment *segment = ARENA_NEW(&sending->own, struct segment);

	segment->rows = rows;
	segment->count = count;
	segment->repeated = repeated;
	return segment;
}

static void
queue_last(struct sending *sending, struct segment *segment)
{
	*sending->tail = segment;
	sending->tail = &segment->next;
}

static void
queue_first(struct sending *sending, struct segment *segment)
{
	if (sending->queue == NULL)
		sending->tail = &segment->next;
	segment->next = sending->queue;
	sending->queue = segment;
}

static void
settle(struct sending *sending, const struct segment *segment, enum outcome outcome, const char *errorcode, const char *reason)
{
	size_t i;

	for (i = 0; i < segment->count; i++) {
		struct batch_row *row = &sending->batch->rows[segment->rows[i]];

		row->outcome = outcome;
		row->errorcode = errorcode;
		row->reason = reason;
	}
}

static void
doubt(struct sending *sending, struct segment *segment, const char *reason)
{
	settle(sending, segment, OUTCOME_DOUBT, NULL, reason);
	segment->next = sending->doubtful;
	sending->doubtful = segment;
}

/* Halves go before what waits: a bad row that stands alone soon tells about others of its course. */
static void
halve(struct sending *sending, const struct segment *segment)
{
	size_t half = segment->count / 2, i;

	for (i = 0; i < 2; i++) {
		struct segment *part = i == 0 ? new_segment(sending, segment->rows + half, segment->count - half, segment->repeated)
					      : new_segment(sending, segment->rows, half, segment->repeated);

		part->looked = segment->looked;
		queue_first(sending, part);
	}
}

static int
sent_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct sending *sending = context;
	struct batch *batch = sending->batch;
	struct segment *segment = sending->sent[index];
	struct err failure = ERR_INIT;

	(void)err;
	if (reply->json != NULL) {
		if (batch->took == NULL || batch->took(batch->context, segment->rows, segment->count, reply->json, &failure) == 0)
			settle(sending, segment, OUTCOME_DONE, NULL, NULL);
		else
			doubt(sending, segment, arena_strdup(sending->arena, failure.message));
		return 0;
	}
	if (reply->errorcode != NULL && reply->err.code != ERR_SERVICE && !answer_barred(reply->errorcode)) {
		char *errorcode = arena_strdup(sending->arena, reply->errorcode);

		/* The hint names the capabilities that the account lacks: whoever reads the finding wants them. */
		const char *reason = reply->err.hint[0] == '\0'
					 ? arena_strdup(sending->arena, reply->err.message)
					 : arena_printf(sending->arena, "%s HINT: %s", reply->err.message, reply->err.hint);

		if (segment->repeated && !segment->looked) {
			segment->errorcode = errorcode;
			segment->reason = reason;
			doubt(sending, segment, reason);
			return 0;
		}
		if (segment->count > 1) {
			halve(sending, segment);
			return 0;
		}
		settle(sending, segment, OUTCOME_REFUSED, errorcode, reason);
		if (batch->same_course != NULL && answer_barred_course(errorcode))
			sending->barred[sending->barred_count++] = segment->rows[0];
		return 0;
	}
	/* Sent, and no answer that can be read. */
	if (reply->err.code == ERR_DOUBT || reply->err.code == ERR_DATA) {
		doubt(sending, segment, arena_strdup(sending->arena, reply->err.message));
		return 0;
	}
	/* Nothing was done and it concerns no row: stop after this wave. */
	if (sending->fatal.code == ERR_NONE)
		sending->fatal = reply->err;
	return 0;
}

/* Drop from the segment the rows whose course another row proved closed; they share its verdict. */
static void
drop_barred(struct sending *sending, struct segment *segment)
{
	struct batch *batch = sending->batch;
	size_t i, b, kept = 0;

	for (i = 0; i < segment->count; i++) {
		size_t row = segment->rows[i];

		for (b = 0; b < sending->barred_count; b++)
			if (batch->same_course(batch->context, row, sending->barred[b]))
				break;
		if (b == sending->barred_count)
			segment->rows[kept++] = row;
		else
			batch->rows[row] = batch->rows[sending->barred[b]];
	}
	segment->count = kept;
}

/* Take segments off the queue and send them together. */
static int
send_wave(struct sending *sending, struct moodle *moodle, struct arena *turn, size_t most, struct err *err)
{
	struct moodle_request *requests = ARENA_ARRAY(turn, most, struct moodle_request);
	struct batch *batch = sending->batch;
	size_t count = 0;

	while (sending->queue != NULL && count < most) {
		struct segment *segment = sending->queue;

		sending->queue = segment->next;
		if (sending->queue == NULL)
			sending->tail = &sending->queue;
		segment->next = NULL;
		if (sending->barred_count > 0)
			drop_barred(sending, segment);
		if (segment->count == 0)
			continue;
		batch->ask(batch->context, turn, segment->rows, segment->count, &requests[count]);
		requests[count].writes = true;
		sending->sent[count++] = segment;
	}
	return count == 0 ? 0 : moodle_call_all(turn, moodle, requests, count, sent_done, sending, err);
}

/* Read back what is in doubt, and queue again, once, what was not done. */
static int
read_back(struct sending *sending, struct moodle *moodle, struct err *err)
{
	struct batch *batch = sending->batch;
	struct segment *segment;

	moodle_sleep(moodle, SETTLE_MS);
	while ((segment = sending->doubtful) != NULL) {
		size_t *again = ARENA_ARRAY(&sending->own, segment->count, size_t);
		size_t count = 0, i;

		if (batch->find(batch->context, segment->rows, segment->count, err) != 0)
			return err_wrap(err, "could not read back what was sent");
		sending->doubtful = segment->next;
		for (i = 0; i < segment->count; i++) {
			struct batch_row *row = &batch->rows[segment->rows[i]];

			if (row->outcome == OUTCOME_OPEN && segment->reason != NULL && segment->count == 1) {
				*row = (struct batch_row){ OUTCOME_REFUSED, segment->errorcode, segment->reason };
				continue;
			}
			if (row->outcome == OUTCOME_OPEN && segment->repeated && segment->reason == NULL)
				row->outcome = OUTCOME_DOUBT;
			else if (row->outcome == OUTCOME_OPEN)
				again[count++] = segment->rows[i];
			if (row->outcome != OUTCOME_DOUBT)
				row->reason = NULL;
		}
		if (count > 0) {
			struct segment *rest = new_segment(sending, again, count, /* repeated= */ true);

			rest->looked = segment->reason != NULL;
			queue_last(sending, rest);
		}
	}
	return 0;
}

int
batch_send(struct arena *arena, struct moodle *moodle, struct batch *batch, struct err *err)
{
	size_t most = (size_t)moodle_config(moodle)->connections;
	struct arena turn = ARENA_INIT;
	struct sending sending;
	size_t *rows, from, open = 0, i;
	int rc = -1;

	memset(&sending, 0, sizeof(sending));
	sending.arena = arena;
	sending.batch = batch;
	sending.tail = &sending.queue;
	sending.sent = ARENA_ARRAY(&sending.own, most, struct segment *);
	sending.barred = ARENA_ARRAY(&sending.own, batch->count, size_t);
	rows = ARENA_ARRAY(&sending.own, batch->count, size_t);
	for (i = 0; i < batch->count; i++)
		if (batch->rows[i].outcome == OUTCOME_OPEN)
			rows[open++] = i;
	for (from = 0; from < open; from += batch->size)
		queue_last(&sending, new_segment(&sending, rows + from, open - from < batch->size ? open - from : batch->size,
					 /* repeated= */ false));
	while (sending.queue != NULL || sending.doubtful != NULL) {
		arena_reset(&turn);
		if (send_wave(&sending, moodle, &turn, most, err) != 0)
			goto out;
		if (sending.fatal.code != ERR_NONE) {
			*err = sending.fatal;
			goto out;
		}
		/* Nothing new is sent while something is in doubt: the site may be drowning. */
		if (sending.doubtful != NULL && read_back(&sending, moodle, err) != 0)
			goto out;
	}
	rc = 0;
out:
	arena_done(&turn);
	arena_done(&sending.own);
	return rc;
}
