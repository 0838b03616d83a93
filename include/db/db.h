#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* A connection to PostgreSQL. Values travel as text; parameters only as $1…; SQL comes from sql/ ("sql.h"). */
struct db;

struct db_args {
	const char *const *values; /* NULL element: SQL null */
	size_t count;
	int64_t timeout_ms; /* 0: the connection's default */
};

#define DB_NONE (&(const struct db_args){ NULL, 0, 0 })
#define DB_ARGS(...) \
	(&(const struct db_args){ \
	    (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), 0 })

/* One row of a result. Values are NULL for SQL null. */
struct db_row {
	size_t count;
	const char *const *names;
	const char *const *values;
};

/**
 * db_connect(conninfo, password, name, ret_db, err):
 * Connect to a server by libpq conninfo (${password} may be NULL), as application ${name}. UTF-8, time zone UTC, ISO dates,
 * ISO 8601 durations, search_path = ctok, rule, pg_temp; statements end after an hour, waits for a lock after 30 s.
 *
 * Errors: ERR_SERVICE if it cannot be reached, ERR_CONFIG if it refuses us.
 */
MUST_CHECK int db_connect(const char *, const char *, const char *, struct db **, struct err *)
    __attribute__((nonnull(1, 3, 4, 5)));

/**
 * db_close(db):
 * Roll back what is open and disconnect; NULL does nothing.
 */
void db_close(struct db *);

/**
 * db_exec(db, sql, args, ret_affected, err):
 * Run one statement that returns no rows we want; ${ret_affected} (may be NULL) is the number of rows it touched.
 *
 * Errors: ERR_SERVICE lost connection or time-out, ERR_BUSY lock time-out, deadlock or SQLSTATE CT075 raised by our SQL,
 * ERR_REFUSED no privilege, ERR_DATA constraint or data, ERR_IO disk full, ERR_BUG syntax and the like. The message is the
 * server's with its DETAIL, on one line and without the values of rows, which may be personal data.
 */
MUST_CHECK int db_exec(struct db *, const char *, const struct db_args *, int64_t *, struct err *)
    __attribute__((nonnull(1, 2, 3, 5)));

/**
 * db_row(arena, db, sql, args, ret_row, err):
 * Run ${sql} and require exactly one row. Owns: ${ret_row} lives as long as ${arena}.
 *
 * Errors: ERR_NOT_FOUND on no row, ERR_BUG on two or more.
 */
MUST_CHECK int db_row(struct arena *, struct db *, const char *, const struct db_args *, struct db_row **, struct err *)
    __attribute__((nonnull));

/**
 * db_maybe(arena, db, sql, args, ret_row, err):
 * As db_row(), but no row gives NULL.
 */
MUST_CHECK int db_maybe(struct arena *, struct db *, const char *, const struct db_args *, struct db_row **, struct err *)
    __attribute__((nonnull));

/**
 * db_each(db, sql, args, fn, context, err):
 * Call ${fn} for each row, streaming (memory does not grow with the result). The row is valid during the call only.
 * A non-zero return of ${fn} (with ${err} set) ends the loop; the rows left are read and dropped, the transaction goes on. No
 * other statement may run on ${db} meanwhile.
 */
MUST_CHECK int db_each(struct db *, const char *, const struct db_args *, int (*)(const struct db_row *, void *, struct err *),
    void *, struct err *) __attribute__((nonnull(1, 2, 3, 4, 6)));

/**
 * db_rows(arena, db, sql, args, ret_rows, ret_count, err):
 * All rows at once, for results known to be small.
 */
MUST_CHECK int db_rows(struct arena *, struct db *, const char *, const struct db_args *, struct db_row **, size_t *, struct err *)
    __attribute__((nonnull));

/**
 * db_script(db, sql, err):
 * Several statements without parameters, as migrations and rules are.
 */
MUST_CHECK int db_script(struct db *, const char *, struct err *) __attribute__((nonnull));

/**
 * db_begin(db, err), db_commit(db, err), db_rollback(db), db_end(db, rc, err):
 * A transaction; db_begin() inside one is a bug. db_commit() of a failed transaction is an error, and after any failure of
 * db_commit() nothing is open. When the connection knows its night (night_begin(), night_join()), db_commit() first checks the
 * fence and fails with ERR_BUSY if it is stale; and so that nothing escapes that check, the server then refuses every write
 * (also CREATE TEMP TABLE) outside db_begin() … db_commit(). db_rollback() without a transaction does nothing. db_end() commits if
 * ${rc}, the outcome of what was done inside, is 0, rolls back if not, and returns the outcome of the whole.
 */
MUST_CHECK int db_begin(struct db *, struct err *) __attribute__((nonnull));
MUST_CHECK int db_commit(struct db *, struct err *) __attribute__((nonnull));
void db_rollback(struct db *) __attribute__((nonnull));
MUST_CHECK int db_end(struct db *, int, struct err *) __attribute__((nonnull));

/**
 * db_preview(db, err), db_preview_end(db):
 * Between the two nothing is kept: db_begin() … db_commit() inside work as ever, and see one picture of the database, but the end rolls
 * all of it back. No transaction may be open at either.
 */
MUST_CHECK int db_preview(struct db *, struct err *) __attribute__((nonnull));
void db_preview_end(struct db *) __attribute__((nonnull));

/**
 * db_holds_night(db, err):
 * Does the connection's night still hold the lock? To be asked before what no commit can take back, as a request that writes. Not inside
 * a transaction. A connection without a night holds what it needs.
 *
 * Errors: ERR_BUSY if another night has begun since; ERR_SERVICE if the database cannot be asked.
 */
MUST_CHECK int db_holds_night(struct db *, struct err *) __attribute__((nonnull));

/**
 * db_tenant(db, tenant_id, err):
 * Row-level security shows and admits only this tenant from now on (setting `ctok.tenant`); 0: none. A rollback takes back what
 * was set inside the transaction.
 */
MUST_CHECK int db_tenant(struct db *, int64_t, struct err *) __attribute__((nonnull));

/**
 * db_array(arena, items, count):
 * A PostgreSQL array literal of texts, for one `unnest($1::bigint[], …)` parameter.
 */
char *db_array(struct arena *, const char *const *, size_t) __attribute__((nonnull(1), returns_nonnull));

/**
 * db_int(value, ret, err), db_value(row, name):
 * Read a column: as integer; by name (asking for an unknown name is a bug).
 */
const char *db_value(const struct db_row *, const char *) __attribute__((nonnull));
int64_t db_int(const struct db_row *, const char *) __attribute__((nonnull)); /* SQL null gives 0 */
bool db_bool(const struct db_row *, const char *) __attribute__((nonnull));

#endif
