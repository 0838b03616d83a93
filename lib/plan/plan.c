/* The saved plan: what a run wants changed in Moodle. What is decided is in sql/rules/50_gap.sql; here it is written down. */
#include "plan/plan.h"

#include "sql.h"

int
plan_settle(struct db *db, int64_t run_id, struct plan_counts *ret_counts, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char *run = arena_printf(&arena, "%lld", (long long)run_id);
	int rc = -1;

	if (db_exec(db, sql_plan_settle, DB_ARGS(run), &ret_counts->settled, err) != 0)
		goto out;
	if (db_exec(db, sql_plan_reopen, DB_NONE, NULL, err) != 0)
		goto out;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
plan_make(struct db *db, int64_t run_id, struct plan_counts *ret_counts, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char *run = arena_printf(&arena, "%lld", (long long)run_id);
	int rc = -1;

	if (db_exec(db, sql_plan_wanted, DB_NONE, NULL, err) != 0)
		goto out;
	if (db_script(db, "ANALYZE action_wanted", err) != 0)
		goto out;
	if (db_exec(db, sql_plan_supersede, DB_ARGS(run), &ret_counts->superseded, err) != 0)
		goto out;
	if (db_exec(db, sql_plan_add, DB_ARGS(run), &ret_counts->added, err) != 0)
		goto out;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
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
