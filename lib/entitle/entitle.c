/* From sales to rights. The order of the set-based steps of sql/entitle/; each explains itself there. */
#include "entitle/entitle.h"

#include "db/rules.h"
#include "entitle/deal.h"
#include "outbox/outbox.h"
#include "party/party.h"
#include "sql.h"

#define ENTITLE_MANY 1000

int
entitle_begin(struct db *db, bool full, struct err *err)
{
	if (db_exec(db, sql_entitle_sweep, DB_ARGS(full ? "on" : "off"), NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_dirty_make, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_decision_end, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_decision_begin, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, full ? sql_entitle_look_documents_all : sql_entitle_look_documents, DB_NONE, NULL, err) != 0)
		return -1;
	if (full && db_exec(db, sql_entitle_dirty_all, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_script(db, "ANALYZE look_document", err) != 0)
		return -1;
	if (deal_payouts(db, err) != 0)
		return -1;
	return deal_reckon(db, err);
}

/* What ${sql} answers. */
static int
ask(struct db *db, const char *sql, bool *ret_yes, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct db_row *row;
	int rc = db_row(&arena, db, sql, DB_NONE, &row, err);

	if (rc == 0)
		*ret_yes = db_bool(row, "yes");
	arena_done(&arena);
	return rc;
}

/* What people decided gives rights rules of their own: grants, and corrected policies. */
static int
decide(struct db *db, int64_t *fresh, struct err *err)
{
	int64_t granted;
	bool any;

	if (ask(db, sql_entitle_decision_any, &any, err) != 0)
		return -1;
	if (!any)
		return 0;
	if (db_exec(db, sql_entitle_decision_rules, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_decision_policies, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_decision_fresh, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_decision_grants_back, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_decision_grants, DB_NONE, &granted, err) != 0)
		return -1;
	*fresh += granted;
	return 0;
}

int
entitle_reckon(struct db *db, struct entitle_counts *ret_counts, struct err *err)
{
	static const char *const entitlement[] = { "entitlement" }, *const access[] = { "access" };
	struct entitle_counts counts = { 0, 0, 0 };
	int64_t none, changed, pairs, fresh, forgotten;
	bool few, moved;

	if (db_exec(db, sql_entitle_pin_targets, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_join_targets, DB_NONE, NULL, err) != 0)
		return -1;
	if (ask(db, sql_entitle_look_few, &few, err) != 0)
		return -1;
	if (db_exec(db, few ? sql_entitle_unit_verdicts_few : sql_entitle_unit_verdicts, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_script(db, "ANALYZE unit_now", err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_forget_trial, DB_NONE, &forgotten, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_fresh_entitlements, DB_NONE, &fresh, err) != 0)
		return -1;
	if (decide(db, &fresh, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_dirty_fresh, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_update_revocations, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_dirty_collect, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_dirty_distinct, DB_NONE, &pairs, err) != 0)
		return -1;
	if (db_script(db,
		"DROP TABLE dirty_pair; ALTER TABLE dirty_once RENAME TO dirty_pair; ANALYZE dirty_pair; ANALYZE fresh_entitlement",
		err) != 0)
		return -1;
	if (party_accounts(db, err) != 0)
		return -1;
	/* Whose account is known by now may have completed what a gate waits for. */
	if (db_exec(db, sql_entitle_gate_note, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_gate_open, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_reckon_terms, DB_NONE, &counts.units, err) != 0)
		return -1;
	if (db_script(db, "ANALYZE reckoned", err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_move_entitlements, DB_NONE, NULL, err) != 0)
		return -1;
	if (rules_index_off(db, entitlement, 1, fresh, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_add_entitlements, DB_NONE, &counts.fresh, err) != 0)
		return -1;
	if (rules_index_on(db, entitlement, 1, err) != 0)
		return -1;
	if (counts.fresh >= ENTITLE_MANY)
		if (rules_analyze(db, entitlement, 1, err) != 0)
			return -1;
	if (ask(db, sql_entitle_pair_few, &few, err) != 0)
		return -1;
	if (db_exec(db, few ? sql_entitle_access_few : sql_entitle_access_many, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_script(db, "ANALYZE access_wanted", err) != 0)
		return -1;
	if (rules_index_off(db, access, 1, pairs, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_reckon_access, DB_NONE, &changed, err) != 0)
		return -1;
	if (rules_index_on(db, access, 1, err) != 0)
		return -1;
	if (changed >= ENTITLE_MANY)
		if (rules_analyze(db, access, 1, err) != 0)
			return -1;
	if (ask(db, sql_entitle_persons_moved, &moved, err) != 0)
		return -1;
	if ((forgotten > 0 || moved) && db_exec(db, sql_entitle_forget_access, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_reckon_none, DB_NONE, &none, err) != 0)
		return -1;
	counts.changed = changed + none;
	if (db_exec(db, sql_entitle_debt_cure, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_debt_open, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_dirty_clear, DB_NONE, NULL, err) != 0)
		return -1;
	*ret_counts = counts;
	return 0;
}

int
entitle_notices(
    struct arena *arena, struct db *db, const struct night *night, const char *locale, int64_t *ret_notices, struct err *err)
{
	struct db_row *rows, *row;
	const char **moot;
	size_t count, i;
	int64_t withdrawn;

	if (db_rows(arena, db, sql_entitle_notices_moot, DB_NONE, &rows, &count, err) != 0)
		return -1;
	moot = ARENA_ARRAY(arena, count, const char *);
	for (i = 0; i < count; i++)
		moot[i] = db_value(&rows[i], "event");
	if (outbox_withdraw(arena, db, moot, count, &withdrawn, err) != 0)
		return -1;
	if (outbox_stage(db, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_notices, DB_ARGS(locale), NULL, err) != 0)
		return -1;
	if (db_row(arena, db, sql_entitle_expiring_days, DB_NONE, &row, err) != 0)
		return -1;
	if (db_int(row, "days") > 0 && db_exec(db, sql_entitle_expiring, DB_ARGS(locale, db_value(row, "days")), NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_held, DB_ARGS(locale), NULL, err) != 0)
		return -1;
	return outbox_add_staged(arena, db, night, ret_notices, err);
}

int
entitle_told(struct arena *arena, struct db *db, const struct night *night, const char *locale, const char *actions,
    int64_t *ret_mails, struct err *err)
{
	const char *run = arena_printf(arena, "%lld", (long long)night->run_id);

	if (outbox_stage(db, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_ended, DB_ARGS(locale, run, actions), NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_begun, DB_ARGS(locale, run, actions), NULL, err) != 0)
		return -1;
	return outbox_add_staged(arena, db, night, ret_mails, err);
}
