/* The saved plan: what a run wants changed in Moodle. What is decided is in sql/rules/50_gap.sql; here it is written down. */
#include "plan/plan.h"

#include "brake/brake.h"
#include "db/rules.h"
#include "sql.h"

#define PLAN_MANY 1000

int
plan_settle(struct db *db, int64_t run_id, struct plan_counts *ret_counts, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char *run = arena_printf(&arena, "%lld", (long long)run_id);
	int64_t accounts, cohorts;
	int rc = -1;

	if (db_exec(db, sql_plan_settle, DB_ARGS(run), &ret_counts->settled, err) != 0)
		goto out;
	if (db_exec(db, sql_plan_settle_accounts, DB_ARGS(run), &accounts, err) != 0)
		goto out;
	ret_counts->settled += accounts;
	if (db_exec(db, sql_plan_settle_cohorts, DB_ARGS(run), &cohorts, err) != 0)
		goto out;
	ret_counts->settled += cohorts;
	if (db_exec(db, sql_plan_reopen, DB_NONE, NULL, err) != 0)
		goto out;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

/* Release what was approved, then let the brakes judge all that waits, not only what is new: a wave is one wave however many plans it took
 * to build up. */
static int
judge(struct db *db, int64_t run_id, struct err *err)
{
	if (db_exec(db, sql_plan_release, DB_NONE, NULL, err) != 0)
		return -1;
	if (brake_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_plan_judged, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_script(db, "ANALYZE brake_item", err) != 0)
		return -1;
	if (brake_hold(db, run_id, BRAKE_PLAN, err) != 0)
		return -1;
	if (db_exec(db, sql_plan_hold, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_plan_hold_accounts, DB_NONE, NULL, err) != 0)
		return -1;
	return brake_end(db, err);
}

int
plan_make(struct db *db, int64_t run_id, struct plan_counts *ret_counts, struct err *err)
{
	static const char *const action[] = { "action" };
	struct arena arena = ARENA_INIT;
	const char *run = arena_printf(&arena, "%lld", (long long)run_id);
	struct db_row *row;
	int64_t wanted, said;
	int rc = -1;

	if (db_row(&arena, db, sql_entitle_pair_few, DB_NONE, &row, err) != 0)
		goto out;
	if (db_exec(db, db_bool(row, "yes") ? sql_plan_gap_few : sql_plan_gap_many, DB_NONE, NULL, err) != 0)
		goto out;
	if (db_exec(db, sql_plan_account_wanted, DB_NONE, &said, err) != 0)
		goto out;
	if (said > 0 && db_script(db, "ANALYZE account_wanted", err) != 0)
		goto out;
	if (db_exec(db, sql_plan_cohort_forget, DB_NONE, NULL, err) != 0 ||
	    db_exec(db, sql_plan_cohort_wanted, DB_NONE, NULL, err) != 0)
		goto out;
	if (db_exec(db, sql_plan_wanted, DB_NONE, &wanted, err) != 0)
		goto out;
	if (db_script(db, "ANALYZE action_wanted", err) != 0)
		goto out;
	if (db_exec(db, sql_plan_supersede, DB_ARGS(run), &ret_counts->superseded, err) != 0)
		goto out;
	if (rules_index_off(db, action, 1, wanted, err) != 0)
		goto out;
	if (db_exec(db, sql_plan_add, DB_ARGS(run), &ret_counts->added, err) != 0)
		goto out;
	if (said > 0 && db_exec(db, sql_plan_add_changes, DB_NONE, NULL, err) != 0)
		goto out;
	/* The planner must hear of so many before they are judged. */
	if (ret_counts->added >= PLAN_MANY && rules_analyze(db, action, 1, err) != 0)
		goto out;
	if (judge(db, run_id, err) != 0)
		goto out;
	if (rules_index_on(db, action, 1, err) != 0)
		goto out;
	if (plan_held(&arena, db, &ret_counts->held, err) != 0)
		goto out;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
plan_release(struct db *db, struct err *err)
{
	if (db_exec(db, sql_plan_release, DB_NONE, NULL, err) != 0)
		return -1;
	return db_exec(db, sql_plan_hold_accounts, DB_NONE, NULL, err);
}

int
plan_expire(struct db *db, struct err *err)
{
	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_plan_expire, DB_NONE, NULL, err) != 0 || db_commit(db, err) != 0) {
		db_rollback(db);
		return -1;
	}
	return 0;
}

int
plan_held(struct arena *arena, struct db *db, int64_t *ret_actions, struct err *err)
{
	struct db_row *row;

	if (db_row(arena, db, sql_plan_held, DB_NONE, &row, err) != 0)
		return -1;
	*ret_actions = db_int(row, "held");
	return 0;
}

int
plan_ready(struct arena *arena, struct db *db, const char *site, int64_t *ret_actions, struct err *err)
{
	struct db_row *row;

	if (db_row(arena, db, sql_plan_ready, DB_ARGS(site), &row, err) != 0)
		return -1;
	*ret_actions = db_int(row, "actions");
	return 0;
}
