/* The only writer of the ledger's tables. What was staged (ledger_stage.c) is merged by a row of set-based statements, sql/sales/merge_*.sql. */
#include "ledger_state.h"

#include "adapter/json.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "db/audit.h"
#include "db/rules.h"
#include "sql.h"

#define CURSOR_BYTES ((size_t)16 * 1024 * 1024)
#define LEAST_OVERLAP_S 600
#define SETTLE_S 60         /* the last minute may still change under the reader */
#define MANY_DOCUMENTS 1000 /* after which the planner's statistics are brought in step */

static const char *
number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%lld", (long long)value);
}

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
		DB_ARGS(ledger->source_id, ledger->run_id, number(&ledger->arena, ledger->from_utc),
		    number(&ledger->arena, ledger->to_utc)),
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
	ledger->run_id = number(&ledger->arena, plan->night->run_id);
	ledger->staged = ARENA_ARRAY(&ledger->arena, BATCH_DOCUMENTS, struct staged);
	ledger->present = ARENA_ARRAY(&ledger->arena, BATCH_DOCUMENTS, const char *);
	buf_init(&ledger->absent, CURSOR_BYTES);
	buf_init(&ledger->cursors, CURSOR_BYTES);
	if (find_window(ledger, err) != 0 || load_cursors(ledger, err) != 0 || in_transaction(ledger, begin_pull, NULL, err) != 0) {
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
	arena_done(&ledger->batch);
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

	ledger->until_utc = utc == CLOCK_MIN_UTC ? "" : number(&ledger->arena, utc);
}

/* The steps of the merge in their order, and which of source and run are their parameters. */
enum step_args { NOTHING, SOURCE, RUN, SOURCE_RUN };

static int
run_step(struct ledger *ledger, const char *sql, enum step_args wants, struct err *err)
{
	struct db *db = ledger->plan.db;

	switch (wants) {
	case NOTHING: return db_exec(db, sql, DB_NONE, NULL, err);
	case SOURCE: return db_exec(db, sql, DB_ARGS(ledger->source_id), NULL, err);
	case RUN: return db_exec(db, sql, DB_ARGS(ledger->run_id), NULL, err);
	case SOURCE_RUN: break;
	}
	return db_exec(db, sql, DB_ARGS(ledger->source_id, ledger->run_id), NULL, err);
}

static int
find_repeated(struct ledger *ledger, struct err *err)
{
	struct db_row *row;

	if (db_maybe(&ledger->arena, ledger->plan.db, sql_sales_merge_repeated, DB_NONE, &row, err) != 0)
		return -1;
	if (row == NULL)
		return 0;
	return err_set(err, ERR_INCOMPLETE,
	    "order \"%s\" came %s times in the same version: pages were repeated, and others may be lost", db_value(row, "number"),
	    db_value(row, "times"));
}

static int
find_reused(struct ledger *ledger, struct err *err)
{
	struct db_row *row;

	if (db_maybe(&ledger->arena, ledger->plan.db, sql_sales_merge_reused, DB_ARGS(ledger->source_id), &row, err) != 0)
		return -1;
	if (row == NULL)
		return 0;
	(void)err_set(err, ERR_INCOMPLETE,
	    "id \"%s\" was order \"%s\" and is now another one, \"%s\": the shop gives its ids out again",
	    db_value(row, "external_id"), db_value(row, "was"), db_value(row, "number"));
	return err_hint(err, "If the shop was set back, read it as a source with a new name, and set closed = true for \"%s\".",
	    ledger->plan.source->name);
}

/* What differs from the ledger; the rest is dropped. */
static int
find_changes(struct ledger *ledger, int64_t *ret_changed, struct err *err)
{
	static const struct {
		const char *sql;
		enum step_args wants;
	} steps[] = {
		{ sql_sales_merge_memory, NOTHING },
		{ sql_sales_stage_analyze, NOTHING },
		{ sql_sales_merge_late, NOTHING },
		{ sql_sales_merge_stale, SOURCE },
		{ sql_sales_merge_contacts, NOTHING },
		{ sql_sales_merge_products, SOURCE },
		{ sql_sales_merge_pick, SOURCE },
		{ sql_sales_stage_analyze_pick, NOTHING },
		{ sql_sales_merge_rows, SOURCE },
		{ sql_sales_stage_analyze_row, NOTHING },
		{ sql_sales_merge_line_changes, NOTHING },
		{ sql_sales_merge_reference_changes, NOTHING },
		{ sql_sales_merge_field_changes, NOTHING },
		{ sql_sales_merge_unchanged, NOTHING },
	};
	struct db_row *row;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (run_step(ledger, steps[i].sql, steps[i].wants, err) != 0)
			return -1;
	}
	if (db_row(&ledger->arena, ledger->plan.db, sql_sales_merge_count, DB_NONE, &row, err) != 0)
		return -1;
	*ret_changed = db_int(row, "changed");
	return 0;
}

static int
write_changes(struct ledger *ledger, int64_t changed, struct err *err)
{
	static const struct {
		const char *sql;
		enum step_args wants;
	} steps[] = {
		{ sql_sales_merge_documents_new, SOURCE_RUN },
		{ sql_sales_stage_analyze_pick, NOTHING },
		{ sql_sales_merge_documents_old, RUN },
		{ sql_sales_merge_payloads, SOURCE_RUN },
		{ sql_sales_merge_versions, RUN },
		{ sql_sales_merge_lines_new, NOTHING },
		{ sql_sales_merge_units_new, NOTHING },
		{ sql_sales_merge_references_new, NOTHING },
		{ sql_sales_merge_fields_new, NOTHING },
	}, known[] = {
		{ sql_sales_merge_lines_gone, NOTHING },
		{ sql_sales_merge_lines, NOTHING },
		{ sql_sales_merge_units_gone, NOTHING },
		{ sql_sales_merge_units, NOTHING },
		{ sql_sales_merge_references_gone, NOTHING },
		{ sql_sales_merge_references, NOTHING },
		{ sql_sales_merge_fields_gone, NOTHING },
		{ sql_sales_merge_fields, NOTHING },
		{ sql_sales_merge_payments, RUN },
		{ sql_sales_merge_movements, RUN },
		{ sql_sales_merge_notes_waited, SOURCE },
		{ sql_sales_merge_credits, SOURCE_RUN },
		{ sql_sales_merge_credit_rest, SOURCE_RUN },
		{ sql_sales_merge_refunded, SOURCE },
		{ sql_sales_merge_dirty, NOTHING },
	};
	static const char *const tables[] = { "contact", "product", "document", "document_version", "payload", "line", "unit",
		"document_reference", "kept_field", "movement", "dirty_document" };
	static const char *const filled[] = { "document", "document_version", "payload", "line", "unit", "document_reference",
		"kept_field" };
	size_t i;

	if (rules_index_off(ledger->plan.db, filled, sizeof(filled) / sizeof(filled[0]), changed, err) != 0)
		return -1;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (run_step(ledger, steps[i].sql, steps[i].wants, err) != 0)
			return -1;
	}
	if (rules_index_on(ledger->plan.db, filled, sizeof(filled) / sizeof(filled[0]), err) != 0)
		return -1;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (run_step(ledger, known[i].sql, known[i].wants, err) != 0)
			return -1;
	}
	if (changed >= MANY_DOCUMENTS && rules_analyze(ledger->plan.db, tables, sizeof(tables) / sizeof(tables[0]), err) != 0)
		return -1;
	if (audit_add(ledger->plan.db, ledger->plan.night->run_id, "ledger changed",
		arena_printf(&ledger->arena, "pull %s", ledger->pull_id),
		arena_printf(&ledger->arena, "{\"source\":%s,\"documents\":%lld,\"changed\":%lld}", ledger->source_id,
		    (long long)ledger->documents, (long long)changed),
		err) != 0)
		return -1;
	return audit_seal(ledger->plan.db, ledger->plan.night->run_id, err);
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
	    db_exec(db, sql_sales_merge_gone, DB_ARGS(ledger->source_id, ledger->run_id, number(&ledger->arena, ledger->start_utc)),
		&unseen, err) != 0)
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

static int
merge(struct ledger *ledger, void *context, struct err *err)
{
	struct ledger_counts *counts = context;
	int64_t *changed = &counts->changed;

	if (find_repeated(ledger, err) != 0 || find_reused(ledger, err) != 0 || find_gone(ledger, &counts->gone, err) != 0)
		return -1;
	if (run_step(ledger, sql_sales_merge_back, SOURCE, err) != 0 || forget_fields(ledger, err) != 0 ||
	    keep_cursors(ledger, err) != 0)
		return -1;
	if (ledger->documents > 0 && find_changes(ledger, changed, err) != 0)
		return -1;
	if (*changed > 0 && write_changes(ledger, *changed, err) != 0)
		return -1;
	if (ledger_money_merge(ledger, err) != 0)
		return -1;
	if (db_exec(ledger->plan.db, sql_sales_merge_done,
		DB_ARGS(ledger->pull_id, number(&ledger->arena, ledger->documents), number(&ledger->arena, *changed)), NULL,
		err) != 0)
		return -1;
	if (db_exec(ledger->plan.db, sql_sales_merge_watermark, DB_ARGS(ledger->pull_id, ledger->until_utc), NULL, err) != 0)
		return -1;
	return db_script(ledger->plan.db, sql_sales_stage_empty, err);
}

int
ledger_commit(struct ledger *ledger, struct ledger_counts *ret_counts, struct err *err)
{
	struct ledger_counts counts = { .changed = 0 };

	if ((ledger->plan.full || ledger->whole) && ledger->documents == 0 && ledger->had_documents)
		return err_set(err, ERR_INCOMPLETE, "a full reading found nothing, although the ledger has orders of this source");
	if (ledger_flush(ledger, err) != 0)
		return -1;
	if (in_transaction(ledger, merge, &counts, err) != 0)
		return err_wrap(err, "could not merge %lld orders into the ledger", (long long)ledger->documents);
	counts.documents = ledger->documents;
	*ret_counts = counts;
	return 0;
}

static int
write_failure(struct ledger *ledger, void *context, struct err *err)
{
	const struct err *why = context;

	return db_exec(ledger->plan.db, sql_sales_pull_fail,
	    DB_ARGS(ledger->pull_id, why->message, number(&ledger->arena, ledger->documents)), NULL, err);
}

int
ledger_fail(struct ledger *ledger, const struct err *why, struct err *err)
{
	struct err copy = *why;

	return in_transaction(ledger, write_failure, &copy, err);
}
