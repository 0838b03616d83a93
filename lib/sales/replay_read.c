/* Reading what is stored: open the seal, expand, hold it against its hash, read it as its kind does, write it as rows. What is wrong with one document is
 * noted, and the others go on. */
#include "replay_read.h"

#include <string.h>

#include "base/text.h"

#define MOST_NOTES 20 /* of one request */

/* The columns of a stored document, in the order of the request. */
static const char *const columns[] = { "external_id", "number", "kind", "met_us", "hash", "sealed" };
enum { EXTERNAL_ID, NUMBER, KIND, MET_US, HASH, SEALED, COLUMNS };

_Static_assert(sizeof(columns) / sizeof(columns[0]) == COLUMNS, "each column has a name");

void
replay_ask_begin(struct buf *request, int64_t first)
{
	buf_reset(request);
	buf_printf(request, "%lld", (long long)first);
	buf_char(request, '\0');
}

void
replay_ask(struct buf *request, const struct db_row *row)
{
	size_t i;

	for (i = 0; i < COLUMNS; i++) {
		buf_text(request, db_value(row, columns[i]));
		buf_char(request, '\0');
	}
}

static void
note(struct replay_answer *answer, struct buf *notes, const char *number, const char *why)
{
	if (answer->counts.unreadable + answer->counts.without > MOST_NOTES)
		return;
	buf_text(notes, number);
	buf_char(notes, '\0');
	buf_text(notes, why);
	buf_char(notes, '\0');
}

/* The payload as it was sent. */
static int
open_payload(
    struct replay_reader *reader, const char *const *fields, struct payload *payload, struct sales_stored *stored, struct err *err)
{
	size_t digits = strlen(fields[SEALED]), len;
	uint8_t *sealed = arena_alloc(&reader->one, digits / 2), *plain;

	if (digits == 0)
		return err_set(err, ERR_DATA, "what was stored of it was erased");
	BUG_UNLESS(strlen(fields[HASH]) == 2 * sizeof(payload->hash) &&
		   text_unhex(fields[HASH], 2 * sizeof(payload->hash), payload->hash));
	BUG_UNLESS(text_unhex(fields[SEALED], digits, sealed));
	payload->sealed_len = digits / 2;
	payload->sealed = sealed;
	if (payload_open(&reader->one, reader->master_key, payload, &plain, &len, err) != 0)
		return err_wrap(err, "what is stored of it is damaged");
	stored->payload = (const char *)plain;
	stored->payload_len = len;
	return 0;
}

/* One document; ${ret_taken}: it is in the batch. */
static int
read_one(struct replay_reader *reader, const char *const *fields, const char **ret_without, bool *ret_taken, struct err *err)
{
	struct sales_stored stored = { .external_id = fields[EXTERNAL_ID], .kind = fields[KIND] };
	struct ledger_known known = { .met_us = SALES_UNKNOWN };
	struct sales_reading reading;
	struct payload payload;

	if (open_payload(reader, fields, &payload, &stored, err) != 0)
		return -1;
	if (reader->kind->read(&reader->one, reader->source, &stored, &reading, err) != 0)
		return -1;
	*ret_taken = reading.document.kind != NULL;
	if (!*ret_taken)
		return 0;
	if (!text_equal(reading.document.external_id, stored.external_id))
		return err_set(err, ERR_DATA, "what is stored of it is another document, \"%.60s\"", reading.document.external_id);
	*ret_without = reading.without;
	BUG_UNLESS(text_int64(fields[MET_US], &known.met_us, err) == 0);
	known.hash = payload.hash;
	known.payload = stored.payload;
	ledger_batch_add(&reader->batch, reader->master_key, &reading.document, &known);
	return 0;
}

static int
read_next(struct replay_reader *reader, const char *const *fields, struct replay_answer *answer, struct buf *notes, struct err *err)
{
	const char *without = NULL;
	struct err why = ERR_INIT;
	bool taken = false;

	arena_reset(&reader->one);
	answer->counts.read++;
	if (read_one(reader, fields, &without, &taken, &why) != 0) {
		if (why.code != ERR_DATA && why.code != ERR_INCOMPLETE) {
			*err = why;
			return -1;
		}
		answer->counts.unreadable++;
		note(answer, notes, fields[NUMBER], why.message);
		return 0;
	}
	answer->counts.not_taken += !taken;
	if (without != NULL) {
		answer->counts.without++;
		note(answer, notes, fields[NUMBER], arena_printf(&reader->one, "it was stored without %s", without));
	}
	return 0;
}

/* Rows of each table, then the notes. */
static int
write_answer(struct replay_reader *reader, int64_t first, struct replay_answer *answer, const struct buf *notes, struct buf *out,
    struct err *err)
{
	const char *rows[LEDGER_TABLES];
	size_t i;

	for (i = 0; i < LEDGER_TABLES; i++) {
		if (ledger_batch_put(&reader->batch, (enum ledger_table)i, first, reader->tables[i], err) != 0)
			return -1;
		copy_memory_take(reader->tables[i], &rows[i], &answer->rows_len[i]);
	}
	answer->documents = reader->batch.count;
	answer->notes_len = notes->len;
	buf_add(out, answer, sizeof(*answer));
	for (i = 0; i < LEDGER_TABLES; i++)
		buf_add(out, rows[i], answer->rows_len[i]);
	buf_add(out, notes->data, notes->len);
	return 0;
}

int
replay_work(void *context, const char *request, size_t len, struct buf *out, struct err *err)
{
	struct replay_reader *reader = context;
	const char *at = request, *end = request + len, *fields[COLUMNS];
	struct replay_answer answer = { .documents = 0 };
	struct buf notes;
	int64_t first;
	size_t i;
	int rc = 0;

	buf_init(&notes, SIZE_MAX);
	BUG_UNLESS(text_int64(at, &first, err) == 0);
	ledger_batch_reset(&reader->batch);
	for (at += strlen(at) + 1; rc == 0 && at < end;) {
		for (i = 0; i < COLUMNS; i++) {
			fields[i] = at;
			at += strlen(at) + 1;
		}
		rc = read_next(reader, fields, &answer, &notes, err);
	}
	if (rc == 0)
		rc = write_answer(reader, first, &answer, &notes, out, err);
	buf_done(&notes);
	return rc;
}
