#ifndef DB_COPY_H
#define DB_COPY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* COPY FROM STDIN in text format, into a TEMP table. */
struct copy;

/**
 * copy_open(db, statement, ret_copy, err):
 * Begin `COPY table (columns) FROM STDIN`. Until copy_finish() or copy_abort() nothing else may run on ${db}.
 */
MUST_CHECK int copy_open(struct db *, const char *, struct copy **, struct err *) __attribute__((nonnull));

/**
 * copy_text(copy, value), copy_int(copy, value), copy_null(copy), copy_bytes(copy, bytes, len):
 * The next field of the row, escaped; copy_bytes() writes a bytea. Buffered.
 */
void copy_text(struct copy *, const char *) __attribute__((nonnull(1))); /* NULL writes SQL null */
void copy_int(struct copy *, int64_t) __attribute__((nonnull));
void copy_null(struct copy *) __attribute__((nonnull));
void copy_bytes(struct copy *, const void *, size_t) __attribute__((nonnull(1)));

/**
 * copy_row(copy, err):
 * End the row; sends when the buffer is full.
 */
MUST_CHECK int copy_row(struct copy *, struct err *) __attribute__((nonnull));

/**
 * copy_finish(copy, ret_rows, err):
 * End the COPY and free ${copy}, also on failure.
 */
MUST_CHECK int copy_finish(struct copy *, int64_t *, struct err *) __attribute__((nonnull(1, 3)));

/**
 * copy_memory(arena), copy_memory_take(copy, ret_bytes, ret_len), copy_memory_done(copy):
 * Rows that are kept in memory, for copy_rows() of whoever has a connection; the struct lies in ${arena}. What copy_memory_take() hands out is
 * good until the next row.
 */
struct copy *copy_memory(struct arena *) __attribute__((nonnull, returns_nonnull));
void copy_memory_take(struct copy *, const char **, size_t *) __attribute__((nonnull));
void copy_memory_done(struct copy *) __attribute__((nonnull));

/**
 * copy_rows(copy, bytes, len, err):
 * Whole rows that were written by copy_memory().
 */
MUST_CHECK int copy_rows(struct copy *, const char *, size_t, struct err *) __attribute__((nonnull));

/**
 * copy_abort(copy):
 * Give up: the statement fails, the transaction must be rolled back. NULL does nothing.
 */
void copy_abort(struct copy *);

/**
 * copy_out(db, statement, fn, context, err):
 * Stream a `COPY … TO STDOUT`: ${fn} gets each line of text format without its newline.
 */
MUST_CHECK int copy_out(struct db *, const char *, int (*)(const char *, size_t, void *, struct err *), void *, struct err *)
    __attribute__((nonnull(1, 2, 3, 5)));

#endif
