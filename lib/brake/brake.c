/* The judgement: count what waits per scope, compare, record what is held. What is carried out decides nothing: programs that act take
 * what is not held. */
#include "brake/brake.h"

#include "base/arena.h"
#include "sql.h"

int
brake_begin(struct db *db, struct err *err)
{
	return db_exec(db, sql_brake_items, DB_NONE, NULL, err);
}

int
brake_count(struct db *db, int64_t run_id, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc;

	rc = db_exec(db, sql_brake_count, DB_ARGS(arena_printf(&arena, "%lld", (long long)run_id)), NULL, err);
	arena_done(&arena);
	return rc;
}

int
brake_hold(struct db *db, int64_t run_id, const char *kinds, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc = -1;

	if (brake_count(db, run_id, err) != 0)
		goto out;
	if (db_exec(db, sql_brake_hold, DB_ARGS(arena_printf(&arena, "%lld", (long long)run_id), kinds), NULL, err) != 0)
		goto out;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
brake_end(struct db *db, struct err *err)
{
	return db_script(db, "DROP TABLE pg_temp.brake_count, pg_temp.brake_item", err);
}
