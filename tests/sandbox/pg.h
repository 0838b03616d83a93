#ifndef SANDBOX_PG_H
#define SANDBOX_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* The sandbox's own face of libpq: it serves many threads at once and keeps statements prepared, which the programs do not need.
 * Values travel as text. */
struct pg;
struct pg_rows;

/**
 * pg_pool_open(conninfo, err), pg_pool_close():
 * From now on pg_take() hands out connections to ${conninfo}; one is opened at once to prove it.
 */
MUST_CHECK int pg_pool_open(const char *, struct err *) __attribute__((nonnull));
void pg_pool_close(void);

/**
 * pg_take(ret_pg, err), pg_give(pg):
 * Borrow a connection, and give it back; an open transaction is rolled back.
 */
MUST_CHECK int pg_take(struct pg **, struct err *) __attribute__((nonnull));
void pg_give(struct pg *);

/**
 * pg_run(pg, sql, values, count, ret_rows, err):
 * Run one statement, prepared at its first use on this connection; ${ret_rows} may be NULL when no rows are wanted.
 *
 * Owns:   pg_free() the rows.
 * Errors: ERR_DATA for a refused value (classes 22 and 23), see pg_state(); ERR_SERVICE lost connection; ERR_BUG else.
 */
MUST_CHECK int pg_run(struct pg *, const char *, const char *const *, size_t, struct pg_rows **, struct err *)
    __attribute__((nonnull(1, 2, 6)));

/**
 * pg_run_once(pg, sql, values, count, ret_rows, err):
 * As pg_run(), but planned for these very values: for statements whose conditions depend on which of them are given.
 */
MUST_CHECK int pg_run_once(struct pg *, const char *, const char *const *, size_t, struct pg_rows **, struct err *)
    __attribute__((nonnull(1, 2, 6)));

#define PG_ARGS(...) (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)
#define PG_NONE NULL, 0

/**
 * pg_script(pg, sql, err):
 * Several statements without parameters, in one transaction unless they say otherwise.
 */
MUST_CHECK int pg_script(struct pg *, const char *, struct err *) __attribute__((nonnull));

/**
 * pg_ask(pg, sql, ret_rows, err):
 * As pg_run() without parameters and without preparing: for statements that come from outside.
 */
MUST_CHECK int pg_ask(struct pg *, const char *, struct pg_rows **, struct err *) __attribute__((nonnull));

/**
 * pg_copy(pg, statement, text, len, err):
 * Run `COPY … FROM STDIN` with ${text} in COPY's text format.
 */
MUST_CHECK int pg_copy(struct pg *, const char *, const char *, size_t, struct err *) __attribute__((nonnull));

/**
 * pg_state(pg):
 * SQLSTATE of the last failure, "" if none.
 */
const char *pg_state(const struct pg *) __attribute__((nonnull));

/**
 * pg_count(rows), pg_columns(rows), pg_column(rows, column), pg_touched(rows):
 * Rows, columns, a column's name, and the rows that a command wrote.
 */
size_t pg_count(const struct pg_rows *) __attribute__((nonnull));
size_t pg_columns(const struct pg_rows *) __attribute__((nonnull));
const char *pg_column(const struct pg_rows *, size_t) __attribute__((nonnull));
int64_t pg_touched(const struct pg_rows *) __attribute__((nonnull));

/**
 * pg_text(rows, row, column), pg_int(…), pg_bool(…):
 * A value; SQL null gives NULL, 0, false. Borrowed from ${rows}.
 */
const char *pg_text(const struct pg_rows *, size_t, size_t) __attribute__((nonnull));
int64_t pg_int(const struct pg_rows *, size_t, size_t) __attribute__((nonnull));
bool pg_bool(const struct pg_rows *, size_t, size_t) __attribute__((nonnull));

void pg_free(struct pg_rows *);

/**
 * pg_int_array(arena, items, count), pg_text_array(arena, items, count):
 * Array literals for `$1::bigint[]`, `$1::text[]`; a NULL text is SQL null.
 */
char *pg_int_array(struct arena *, const int64_t *, size_t) __attribute__((nonnull(1), returns_nonnull));
char *pg_text_array(struct arena *, const char *const *, size_t) __attribute__((nonnull(1), returns_nonnull));

/**
 * pg_number(arena, value):
 * ${value} as parameter text.
 */
char *pg_number(struct arena *, int64_t) __attribute__((nonnull, returns_nonnull));

#endif
