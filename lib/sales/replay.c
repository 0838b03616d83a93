/* Round by round, as the merges of the past went: documents are fetched by cursor, read by a crew, staged and merged. All of it is one transaction, so the
 * memory that it takes is the database's. */
#include "sales/replay.h"

#include <string.h>

#include "base/crew.h"
#include "base/text.h"
#include "replay_read.h"
#include "sql.h"

#define REQUEST_BYTES ((size_t)512 * 1024 * 1024)
#define MANY_BYTES ((size_t)4 * 1024 * 1024) /* of one request: after a larger one fewer documents are fetched */
#define MOST_NOTES 20

struct replay {
	const struct replay_plan *plan;
	const struct sales_kind *kind;
	struct arena arena;
	struct arena fetched; /* of one request */
	struct sales_source source;
	struct replay_reader reader;
	struct crew *crew;
	struct ledger *ledger;
	struct buf request;
	const char *from_id, *into_id;
	bool copy;     /* into another ledger */
	bool few;      /* documents are large */
	int64_t asked; /* documents given to the crew, which numbers them */
	int64_t total;
	int64_t notes;
	struct replay_counts counts;
};

/* The next stored documents of the round, to a hand that is idle. */
static int
ask(struct replay *replay, bool *ret_more, struct err *err)
{
	struct db_row *rows;
	size_t count, i;

	arena_reset(&replay->fetched);
	if (db_rows(&replay->fetched, replay->plan->db, replay->few ? sql_sales_replay_fetch_few : sql_sales_replay_fetch, DB_NONE,
		&rows, &count, err) != 0)
		return -1;
	*ret_more = count > 0;
	if (count == 0)
		return 0;
	replay_ask_begin(&replay->request, replay->asked);
	for (i = 0; i < count; i++)
		replay_ask(&replay->request, &rows[i]);
	replay->asked += (int64_t)count;
	replay->few = replay->request.len > MANY_BYTES;
	if (buf_check(&replay->request, "a handful of stored documents", err) != 0)
		return -1;
	return crew_give(replay->crew, replay->request.data, replay->request.len, err);
}

static void
tell_notes(struct replay *replay, const char *at, const char *end)
{
	const char *number;

	while (at < end) {
		number = at;
		at += strlen(at) + 1;
		if (replay->notes++ < MOST_NOTES)
			replay->plan->note(replay->plan->context, number, at);
		at += strlen(at) + 1;
	}
}

/* What a hand made of its request goes to the TEMP tables. */
static int
stage(struct replay *replay, const char *bytes, struct err *err)
{
	struct ledger_rows rows[LEDGER_TABLES];
	struct replay_answer answer;
	size_t i;

	memcpy(&answer, bytes, sizeof(answer));
	bytes += sizeof(answer);
	for (i = 0; i < LEDGER_TABLES; i++) {
		rows[i] = (struct ledger_rows){ bytes, answer.rows_len[i] };
		bytes += answer.rows_len[i];
	}
	tell_notes(replay, bytes, bytes + answer.notes_len);
	replay->counts.read += answer.counts.read;
	replay->counts.not_taken += answer.counts.not_taken;
	replay->counts.without += answer.counts.without;
	replay->counts.unreadable += answer.counts.unreadable;
	replay->plan->progress(replay->plan->context, replay->counts.read, replay->total);
	return ledger_add_rows(replay->ledger, rows, answer.documents, err);
}

/* The documents of a round, read by all hands while we stage what they are done with. */
static int
read_round(struct replay *replay, const char *round, struct err *err)
{
	const char *answer = NULL;
	bool more = true;
	size_t len;

	if (db_exec(replay->plan->db, sql_sales_replay_open, DB_ARGS(round), NULL, err) != 0)
		return -1;
	for (;;) {
		while (more && crew_idle(replay->crew) > 0)
			if (ask(replay, &more, err) != 0)
				return -1;
		if (answer != NULL && stage(replay, answer, err) != 0)
			return -1;
		if (crew_waiting(replay->crew) == 0)
			break;
		if (!replay->plan->go_on(replay->plan->context))
			return err_set(err, ERR_INCOMPLETE, "stopped on request");
		if (crew_take(replay->crew, &answer, &len, err) != 0)
			return -1;
	}
	return db_exec(replay->plan->db, sql_sales_replay_close, DB_NONE, NULL, err);
}

/* What payment providers told beside documents is facts already. */
static int
stage_facts(struct replay *replay, struct err *err)
{
	static const char *const steps[] = { sql_sales_replay_subscriptions, sql_sales_replay_payouts, sql_sales_replay_balance };
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (db_exec(replay->plan->db, steps[i], DB_ARGS(replay->from_id), NULL, err) != 0)
			return -1;
	return 0;
}

static int
merge(struct replay *replay, struct err *err)
{
	int64_t changed;

	/* Of what cannot be copied all is named, and nothing is merged any more. */
	if (replay->copy && replay->counts.unreadable > 0)
		return db_script(replay->plan->db, sql_sales_stage_empty, err);
	if (ledger_merge(replay->ledger, &changed, err) != 0)
		return err_wrap(err, "could not merge the documents into the ledger");
	replay->counts.changed += changed;
	return 0;
}

static int
replay_round(struct replay *replay, const struct db_row *round, struct err *err)
{
	struct db *db = replay->plan->db;

	if (replay->copy && db_bool(round, "first") &&
	    db_exec(db, sql_sales_replay_settlements, DB_ARGS(replay->from_id, db_value(round, "run_id")), NULL, err) != 0)
		return -1;
	if (db_int(round, "documents") > 0 && read_round(replay, db_value(round, "round"), err) != 0)
		return -1;
	return merge(replay, err);
}

static int
refuse_unreadable(struct replay *replay, struct err *err)
{
	err_set(err, ERR_DATA, "%lld of %lld stored documents cannot be read: nothing goes into the ledger of source \"%s\"",
	    (long long)replay->counts.unreadable, (long long)replay->counts.read, replay->plan->into->name);
	return err_hint(err, "What an older release did not store yet is stored by \"ctok-pull-sales --source %s --full\".",
	    replay->plan->from->name);
}

static int
replay_all(struct replay *replay, struct err *err)
{
	struct db *db = replay->plan->db;
	struct db_row *rounds;
	size_t count, i;

	if (db_exec(db, replay->copy ? sql_sales_replay_history : sql_sales_replay_newest, DB_ARGS(replay->from_id), NULL, err) !=
		0 ||
	    db_exec(db, sql_sales_replay_index, DB_NONE, NULL, err) != 0 ||
	    db_rows(&replay->arena, db, sql_sales_replay_rounds, DB_NONE, &rounds, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		replay->total += db_int(&rounds[i], "documents");
	for (i = 0; i < count; i++)
		if (replay_round(replay, &rounds[i], err) != 0)
			return -1;
	if (replay->copy && (stage_facts(replay, err) != 0 || merge(replay, err) != 0))
		return -1;
	if (replay->copy && replay->counts.unreadable > 0)
		return refuse_unreadable(replay, err);
	if (replay->copy && db_exec(db, sql_sales_replay_gone, DB_ARGS(replay->from_id, replay->into_id), NULL, err) != 0)
		return -1;
	if (replay->counts.changed == 0)
		return 0;
	return ledger_audit(
	    replay->ledger, arena_printf(&replay->arena, "replay of source %s", replay->from_id), replay->counts.changed, err);
}

/* Hands are taken on before anything is open that they would hold. */
static int
begin(struct replay *replay, struct err *err)
{
	const struct replay_plan *plan = replay->plan;
	const struct ledger_plan ledger = {
		.db = plan->db, .night = plan->night, .source = plan->into, .master_key = plan->master_key, .replay = true
	};
	size_t i;

	replay->source =
	    (struct sales_source){ .config = plan->into, .currency = plan->tenant->currency, .now_utc = plan->night->now_utc };
	replay->reader = (struct replay_reader){ .kind = replay->kind, .source = &replay->source, .master_key = plan->master_key };
	ledger_batch_init(&replay->arena, &replay->reader.batch);
	for (i = 0; i < LEDGER_TABLES; i++)
		replay->reader.tables[i] = copy_memory(&replay->arena);
	if (crew_open(&replay->arena, 0, replay_work, &replay->reader, &replay->crew, err) != 0)
		return -1;
	if (db_begin(plan->db, err) != 0)
		return -1;
	return ledger_open(&ledger, &replay->ledger, err);
}

/* Both sources, of one kind that keeps what it reads. */
static int
find_sources(struct replay *replay, struct err *err)
{
	const struct replay_plan *plan = replay->plan;
	struct db_row *from, *into;

	replay->copy = !text_equal(plan->from->name, plan->into->name);
	if (!text_equal(plan->from->kind, plan->into->kind))
		return err_set(err, ERR_USAGE, "source \"%s\" is of kind \"%s\", and \"%s\" of kind \"%s\"", plan->from->name,
		    plan->from->kind, plan->into->name, plan->into->kind);
	replay->kind = sales_kind(plan->from->kind, err);
	if (replay->kind == NULL)
		return -1;
	if (replay->kind->read == NULL)
		return err_set(err, ERR_USAGE, "source \"%s\" is of kind \"%s\", of which nothing is stored raw", plan->from->name,
		    plan->from->kind);
	if (db_row(&replay->arena, plan->db, sql_sales_replay_source, DB_ARGS(plan->from->name), &from, err) != 0 ||
	    db_row(&replay->arena, plan->db, sql_sales_replay_source, DB_ARGS(plan->into->name), &into, err) != 0)
		return -1;
	replay->from_id = db_value(from, "source_id");
	replay->into_id = db_value(into, "source_id");
	if (!replay->copy || !db_bool(into, "has_any"))
		return 0;
	err_set(err, ERR_REFUSED, "the ledger of source \"%s\" is not empty", plan->into->name);
	return err_hint(err, "Give a source of a new name in the settings.");
}

int
replay_run(const struct replay_plan *plan, struct replay_counts *ret_counts, struct err *err)
{
	struct replay replay = { .plan = plan };
	int rc = -1;
	size_t i;

	buf_init(&replay.request, REQUEST_BYTES);
	if (find_sources(&replay, err) == 0 && begin(&replay, err) == 0)
		rc = replay_all(&replay, err);
	if (rc == 0 && !plan->dry_run)
		rc = db_commit(plan->db, err);
	if (rc != 0 || plan->dry_run)
		db_rollback(plan->db);
	if (rc == 0 || err->code == ERR_DATA)
		*ret_counts = replay.counts;
	crew_close(replay.crew);
	ledger_close(replay.ledger);
	for (i = 0; i < LEDGER_TABLES && replay.reader.tables[i] != NULL; i++)
		copy_memory_done(replay.reader.tables[i]);
	ledger_batch_done(&replay.reader.batch);
	buf_done(&replay.request);
	arena_done(&replay.fetched);
	arena_done(&replay.arena);
	return rc;
}
