/* What the rules of sql/rules/ are told by the connection rather than by parameters: views have none. */
#include "db/rules.h"

#include "sql.h"

int
rules_at(struct db *db, int64_t now_utc, const char *zone, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc;

	rc = db_exec(db, sql_db_rules_at, DB_ARGS(arena_printf(&arena, "%lld", (long long)now_utc), zone), NULL, err);
	arena_done(&arena);
	return rc;
}

int
rules_analyze(struct db *db, const char *const *tables, size_t count, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc;

	rc = db_exec(db, sql_db_rules_analyze, DB_ARGS(db_array(&arena, tables, count)), NULL, err);
	arena_done(&arena);
	return rc;
}
