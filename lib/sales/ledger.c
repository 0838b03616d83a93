/* A pull: its window, its cursors, and what it says of documents that went or came back. Staging is ledger_stage.c, merging ledger_merge.c. */
#include "ledger_state.h"

#include "adapter/json.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "sql.h"

#define CURSOR_BYTES ((size_t)16 * 1024 * 1024)
#define LEAST_OVERLAP_S 600
#define SETTLE_S 60 /* the last minute may still change under the reader */

/* Run ${work} as one transaction. */
static int
in_transaction(struct ledger *ledger, int (*work)(struct ledger *, void *, struct err *), void *context, struct err *err)
{
	struct db *db = ledger->plan.db;

	if (db_begin(db, err) != 0)
		return -1;
	if (work(ledger, context, err) != 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, err);
}

static int
begin_pull(struct ledger *ledger, void *context, struct err *err)
{
	struct db_row *row;

	(void)context;
	if (db_script(ledger->plan.db, sql_sales_stage_make, err) != 0)
		return -1;
	if (db_row(&ledger->arena, ledger->plan.db, sql_sales_pull_begin,
		DB_ARGS(ledger->source_id, ledger->run_id, ledger_number(&ledger->arena, ledger->from_utc),
		    ledger_number(&ledger->arena, ledger->to_utc)),
		&row, err) != 0)
		return -1;
	ledger->pull_id = db_value(row, "pull_id");
	return 0;
}

/* The window of this pull: what may have changed since the last complete one, or everything since the source's start. */
static int
find_window(struct ledger *ledger, struct err *err)
{
	const struct config_source *source = ledger->plan.source;
	int64_t overlap_s = source->overlap_s > LEAST_OVERLAP_S ? source->overlap_s : LEAST_OVERLAP_S, start_utc;
	struct db_row *row;

	if (db_maybe(&ledger->arena, ledger->plan.db, sql_sales_window, DB_ARGS(source->name), &row, err) != 0)
		return -1;
	if (row == NULL)
		return err_set(err, ERR_NOT_FOUND, "source \"%s\" is not in the database", source->name);
	if (clock_parse_date(source->start != NULL ? source->start : "2000-01-01", &start_utc, err) != 0)
		return err_wrap(err, "setting \"start\" of source \"%s\"", source->name);
	ledger->source_id = db_value(row, "source_id");
	ledger->had_documents = db_bool(row, "has_documents");
	ledger->start_utc = start_utc;
	ledger->to_utc = ledger->plan.night->now_utc - SETTLE_S;
	ledger->from_utc = start_utc;
	if (!ledger->plan.full && db_value(row, "watermark_utc") != NULL)
		ledger->from_utc = db_int(row, "watermark_utc") - overlap_s;
	/* A clock that was set back, or a start in the future: the window must not be empty. */
	if (ledger->from_utc > ledger->to_utc - overlap_s)
		ledger->from_utc = ledger->to_utc - overlap_s;
	return 0;
}

static int
load_cursors(struct ledger *ledger, struct err *err)
{
	struct sales_cursor *cursors;
	struct db_row *rows;
	size_t count, i;

	if (ledger->plan.reset)
		return 0;
	if (db_rows(&ledger->arena, ledger->plan.db, sql_sales_cursors, DB_ARGS(ledger->source_id), &rows, &count, err) != 0)
		return -1;
	cursors = ARENA_ARRAY(&ledger->arena, count, struct sales_cursor);
	for (i = 0; i < count; i++)
		cursors[i] = (struct sales_cursor){ db_value(&rows[i], "name"), db_value(&rows[i], "value") };
	ledger->had = cursors;
	ledger->had_count = count;
	return 0;
}

int
ledger_open(const struct ledger_plan *plan, struct ledger **ret_ledger, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct ledger *ledger = ARENA_NEW(&arena, struct ledger);

	BUG_UNLESS(plan->night->run_id != 0);
	ledger->arena = arena;
	ledger->plan = *plan;
	ledger->run_id = ledger_number(&ledger->arena, plan->night->run_id);
	ledger_batch_init(&ledger->arena, &ledger->documents);
	ledger->present = ARENA_ARRAY(&ledger->arena, LEDGER_BATCH_DOCUMENTS, const char *);
	buf_init(&ledger->absent, CURSOR_BYTES);
	buf_init(&ledger->cursors, CURSOR_BYTES);
	if (find_window(ledger, err) != 0 ||
	    (plan->replay ? db_script(plan->db, sql_sales_stage_make, err) != 0
			  : load_cursors(ledger, err) != 0 || in_transaction(ledger, begin_pull, NULL, err) != 0)) {
		ledger_close(ledger);
		return -1;
	}
	*ret_ledger = ledger;
	return 0;
}

void
ledger_close(struct ledger *ledger)
{
	struct arena arena;

	if (ledger == NULL)
		return;
	ledger_batch_done(&ledger->documents);
	buf_done(&ledger->absent);
	buf_done(&ledger->cursors);
	/* The ledger lies in its own arena. */
	arena = ledger->arena;
	arena_done(&arena);
}

void
ledger_window(const struct ledger *ledger, int64_t *ret_from_utc, int64_t *ret_to_utc)
{
	*ret_from_utc = ledger->from_utc;
	*ret_to_utc = ledger->to_utc;
}

void
ledger_cursors(const struct ledger *ledger, const struct sales_cursor **ret_cursors, size_t *ret_count)
{
	*ret_cursors = ledger->had;
	*ret_count = ledger->had_count;
}

void
ledger_absent(void *context, const char *external_id)
{
	struct ledger *ledger = context;
	struct arena arena = ARENA_INIT;

	buf_printf(&ledger->absent, "%s%s", ledger->absent.len > 0 ? "," : "", json_quote(&arena, external_id));
	arena_done(&arena);
}

void
ledger_cursor(void *context, const char *name, const char *value)
{
	struct ledger *ledger = context;
	struct arena arena = ARENA_INIT;

	buf_printf(
	    &ledger->cursors, "%s%s:%s", ledger->cursors.len > 0 ? "," : "", json_quote(&arena, name), json_quote(&arena, value));
	arena_done(&arena);
}

void
ledger_whole(void *context)
{
	struct ledger *ledger = context;

	ledger->whole = true;
}

void
ledger_until(void *context, int64_t utc)
{
	struct ledger *ledger = context;

	ledger->until_utc = utc == CLOCK_MIN_UTC ? "" : ledger_number(&ledger->arena, utc);
}

void
ledger_declared(void *context, int64_t declared, int64_t taken)
{
	struct ledger *ledger = context;

	ledger->declares = true;
	ledger->declared += declared;
	ledger->taken += taken;
	ledger->short_of |= taken < declared;
}

/* What was asked for and is not there any more; and, after a whole reading, what that did not find. */
static int
find_gone(struct ledger *ledger, int64_t *ret_gone, struct err *err)
{
	struct db *db = ledger->plan.db;
	int64_t absent = 0, unseen = 0;

	BUG_UNLESS(!ledger->absent.overflow);
	if (ledger->absent.len > 0 &&
	    db_exec(db, sql_sales_merge_absent,
		DB_ARGS(ledger->source_id, ledger->run_id, arena_printf(&ledger->arena, "[%s]", ledger->absent.data)), &absent,
		err) != 0)
		return -1;
	if (ledger->whole &&
	    db_exec(db, sql_sales_merge_gone,
		DB_ARGS(ledger->source_id, ledger->run_id, ledger_number(&ledger->arena, ledger->start_utc)), &unseen, err) != 0)
		return -1;
	*ret_gone = absent + unseen;
	return 0;
}

/* Fields that the settings name no more. */
static int
forget_fields(struct ledger *ledger, struct err *err)
{
	const struct config_source *source = ledger->plan.source;
	const char **names = ARENA_ARRAY(&ledger->arena, source->field_count, const char *);
	size_t i;

	for (i = 0; i < source->field_count; i++)
		names[i] = source->fields[i].name;
	return db_exec(ledger->plan.db, sql_sales_merge_fields_unnamed,
	    DB_ARGS(ledger->source_id, db_array(&ledger->arena, names, source->field_count)), NULL, err);
}

static int
keep_cursors(struct ledger *ledger, struct err *err)
{
	if (ledger->cursors.len == 0)
		return 0;
	BUG_UNLESS(!ledger->cursors.overflow);
	return db_exec(ledger->plan.db, sql_sales_merge_cursors,
	    DB_ARGS(ledger->source_id, arena_printf(&ledger->arena, "{%s}", ledger->cursors.data)), NULL, err);
}

/* What the source declared, and what came of it; NULL: it does not say. */
static const char *
declared_of(struct ledger *ledger, int64_t rows)
{
	return ledger->declares ? ledger_number(&ledger->arena, rows) : NULL;
}

static int
merge(struct ledger *ledger, void *context, struct err *err)
{
	struct ledger_counts *counts = context;

	if (find_gone(ledger, &counts->gone, err) != 0 ||
	    db_exec(ledger->plan.db, sql_sales_merge_back, DB_ARGS(ledger->source_id), NULL, err) != 0 ||
	    forget_fields(ledger, err) != 0 || keep_cursors(ledger, err) != 0 || ledger_ahead_merge(ledger, err) != 0 ||
	    ledger_merge(ledger, &counts->changed, err) != 0)
		return -1;
	if (counts->changed > 0 &&
	    ledger_audit(ledger, arena_printf(&ledger->arena, "pull %s", ledger->pull_id), counts->changed, err) != 0)
		return -1;
	if (db_exec(ledger->plan.db, sql_sales_merge_done,
		DB_ARGS(ledger->pull_id, ledger_number(&ledger->arena, ledger->read),
		    ledger_number(&ledger->arena, counts->changed), ledger_number(&ledger->arena, ledger->late),
		    ledger_number(&ledger->arena, ledger->rewritten), declared_of(ledger, ledger->declared),
		    declared_of(ledger, ledger->taken)),
		NULL, err) != 0)
		return -1;
	return db_exec(ledger->plan.db, sql_sales_merge_watermark, DB_ARGS(ledger->pull_id, ledger->until_utc), NULL, err);
}

int
ledger_commit(struct ledger *ledger, struct ledger_counts *ret_counts, struct err *err)
{
	struct ledger_counts counts = { .changed = 0 };

	if ((ledger->plan.full || ledger->whole) && ledger->read == 0 && ledger->had_documents)
		return err_set(err, ERR_INCOMPLETE, "a full reading found nothing, although the ledger has orders of this source");
	if (ledger->short_of)
		return err_set(err, ERR_INCOMPLETE, "the source declared %lld rows, and %lld came", (long long)ledger->declared,
		    (long long)ledger->taken);
	if (ledger_flush(ledger, err) != 0)
		return -1;
	if (in_transaction(ledger, merge, &counts, err) != 0)
		return err_wrap(err, "could not merge %lld orders into the ledger", (long long)ledger->read);
	counts.documents = ledger->read;
	counts.late = ledger->late;
	counts.rewritten = ledger->rewritten;
	*ret_counts = counts;
	return 0;
}

static int
write_failure(struct ledger *ledger, void *context, struct err *err)
{
	const struct err *why = context;

	return db_exec(ledger->plan.db, sql_sales_pull_fail,
	    DB_ARGS(ledger->pull_id, why->message, ledger_number(&ledger->arena, ledger->read),
		declared_of(ledger, ledger->declared), declared_of(ledger, ledger->taken)),
	    NULL, err);
}

int
ledger_fail(struct ledger *ledger, const struct err *why, struct err *err)
{
	struct err copy = *why;

	return in_transaction(ledger, write_failure, &copy, err);
}
