/* The only writer of the ledger's tables: what was staged is merged by a row of set-based statements, sql/sales/merge_*.sql. */
#include "ledger_state.h"

#include "db/audit.h"
#include "db/rules.h"
#include "sql.h"

#define MANY_DOCUMENTS 1000 /* after which the planner's statistics are brought in step */

const char *
ledger_number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%lld", (long long)value);
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
		{ sql_sales_merge_no, NOTHING },
		{ sql_sales_stage_analyze, NOTHING },
		{ sql_sales_merge_late, NOTHING },
		{ sql_sales_merge_stale, SOURCE },
		{ sql_sales_merge_contacts, NOTHING },
		{ sql_sales_merge_products, SOURCE },
		{ sql_sales_merge_pick, SOURCE },
		{ sql_sales_stage_analyze_pick, NOTHING },
		{ sql_sales_merge_rows_new, SOURCE },
		{ sql_sales_merge_rows, SOURCE },
		{ sql_sales_stage_analyze_row, NOTHING },
		{ sql_sales_merge_line_changes, NOTHING },
		{ sql_sales_merge_reference_changes, NOTHING },
		{ sql_sales_merge_field_changes, NOTHING },
		{ sql_sales_merge_fuller, SOURCE_RUN },
		{ sql_sales_merge_unchanged, NOTHING },
	};
	struct db_row *row;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (run_step(ledger, steps[i].sql, steps[i].wants, err) != 0)
			return -1;
	}
	if (db_row(&ledger->arena, ledger->plan.db, sql_sales_merge_count, DB_ARGS(ledger->source_id), &row, err) != 0)
		return -1;
	*ret_changed = db_int(row, "changed");
	ledger->fresh = db_int(row, "fresh");
	ledger->late = db_int(row, "late");
	ledger->rewritten = db_int(row, "rewritten");
	return 0;
}

/* Tables that the rows of new documents go to. Payloads last: one that is known already is found by its key. */
static const char *const filled[] = { "document", "document_version", "line", "unit", "document_reference", "kept_field",
	"payload" };
#define FILLED (sizeof(filled) / sizeof(filled[0]))

/* A first reading, or one that adds half of what is there or more, makes the indexes at the end. */
static int
indexes_off(struct ledger *ledger, int64_t changed, struct err *err)
{
	struct db *db = ledger->plan.db;
	struct db_row *row;

	if (rules_index_off(db, filled, FILLED, changed, err) != 0 ||
	    db_row(&ledger->arena, db, sql_sales_merge_large, DB_ARGS(ledger_number(&ledger->arena, ledger->fresh)), &row, err) !=
		0)
		return -1;
	return db_bool(row, "yes") ? rules_index_off_filled(db, filled, FILLED - 1, ledger->fresh, err) : 0;
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
	size_t i;

	if (indexes_off(ledger, changed, err) != 0)
		return -1;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (run_step(ledger, steps[i].sql, steps[i].wants, err) != 0)
			return -1;
	}
	if (rules_index_on(ledger->plan.db, filled, FILLED, err) != 0)
		return -1;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (run_step(ledger, known[i].sql, known[i].wants, err) != 0)
			return -1;
	}
	return changed >= MANY_DOCUMENTS ? rules_analyze(ledger->plan.db, tables, sizeof(tables) / sizeof(tables[0]), err) : 0;
}

int
ledger_merge(struct ledger *ledger, int64_t *ret_changed, struct err *err)
{
	int64_t changed = 0;

	if (find_repeated(ledger, err) != 0 || find_reused(ledger, err) != 0)
		return -1;
	if (ledger->flushed > 0 && find_changes(ledger, &changed, err) != 0)
		return -1;
	if (changed > 0 && write_changes(ledger, changed, err) != 0)
		return -1;
	if (ledger_money_merge(ledger, err) != 0 || db_script(ledger->plan.db, sql_sales_stage_empty, err) != 0)
		return -1;
	ledger->flushed = 0;
	*ret_changed = changed;
	return 0;
}

int
ledger_audit(struct ledger *ledger, const char *subject, int64_t changed, struct err *err)
{
	if (audit_add(ledger->plan.db, ledger->plan.night->run_id, "ledger changed", subject,
		arena_printf(&ledger->arena, "{\"source\":%s,\"documents\":%lld,\"changed\":%lld}", ledger->source_id,
		    (long long)ledger->read, (long long)changed),
		err) != 0)
		return -1;
	return audit_seal(ledger->plan.db, ledger->plan.night->run_id, err);
}
