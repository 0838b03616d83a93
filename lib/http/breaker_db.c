/* The breaker's memory in the database. */
#include "http/breaker_db.h"

#include "sql.h"

static int
load(void *context, const char *called, struct http_breaker *ret_breaker, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct db_row *row;
	int rc = -1;

	if (db_maybe(&arena, context, sql_http_breaker_load, DB_ARGS(called), &row, err) != 0)
		goto out;
	if (row != NULL)
		*ret_breaker = (struct http_breaker){ (unsigned)db_int(row, "failures"), db_int(row, "open_until_utc") };
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

static int
save(void *context, const char *called, const struct http_breaker *breaker, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct db *db = context;
	int rc = -1;

	if (db_begin(db, err) != 0)
		goto out;
	if (db_exec(db, sql_http_breaker_save,
		DB_ARGS(called, arena_printf(&arena, "%u", breaker->failures),
		    arena_printf(&arena, "%lld", (long long)breaker->open_until_utc)),
		NULL, err) != 0) {
		db_rollback(db);
		goto out;
	}
	rc = db_commit(db, err);
out:
	arena_done(&arena);
	return rc;
}

struct http_breaker_store
http_breaker_db(struct db *db)
{
	return (struct http_breaker_store){ load, save, db };
}
