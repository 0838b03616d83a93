/* What the rules of sql/rules/ are told by the connection rather than by parameters: views have none. */
#include "db/rules.h"

#include "sql.h"

/* Fewer rows are in their indexes sooner than these are made. */
#define INDEX_OFF_ROWS 10000

int
rules_at(struct db *db, int64_t now_utc, const char *zone, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc;

	rc = db_exec(db, sql_db_rules_at, DB_ARGS(arena_printf(&arena, "%lld", (long long)now_utc), zone), NULL, err);
	arena_done(&arena);
	return rc;
}

static int
for_tables(struct db *db, const char *sql, const char *const *tables, size_t count, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc;

	rc = db_exec(db, sql, DB_ARGS(db_array(&arena, tables, count)), NULL, err);
	arena_done(&arena);
	return rc;
}

int
rules_analyze(struct db *db, const char *const *tables, size_t count, struct err *err)
{
	return for_tables(db, sql_db_rules_analyze, tables, count, err);
}

int
rules_analyze_new(struct db *db, struct err *err)
{
	return db_exec(db, sql_db_rules_analyze_new, DB_NONE, NULL, err);
}

static int
index_off(struct db *db, const char *const *tables, size_t count, const char *filled, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc;

	rc = db_exec(db, sql_db_index_off, DB_ARGS(db_array(&arena, tables, count), filled), NULL, err);
	arena_done(&arena);
	return rc;
}

int
rules_index_off(struct db *db, const char *const *tables, size_t count, int64_t rows, struct err *err)
{
	return rows < INDEX_OFF_ROWS ? 0 : index_off(db, tables, count, "false", err);
}

int
rules_index_off_filled(struct db *db, const char *const *tables, size_t count, int64_t rows, struct err *err)
{
	return rows < INDEX_OFF_ROWS ? 0 : index_off(db, tables, count, "true", err);
}

int
rules_index_on(struct db *db, const char *const *tables, size_t count, struct err *err)
{
	return for_tables(db, sql_db_index_on, tables, count, err);
}
