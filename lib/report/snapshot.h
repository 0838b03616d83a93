#ifndef LIB_REPORT_SNAPSHOT_H
#define LIB_REPORT_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "section.h"

/* The file of a snapshot: gzip of lines. First `ctok-report<TAB>version`; then each section as `s<TAB>name<TAB>column:type…`, its rows
 * as `r<TAB>` and PostgreSQL's COPY text format, `e<TAB>name<TAB>rows`; last `z<TAB>lines`. What is not exactly this is an error. */
#define SNAPSHOT_VERSION 9
#define SNAPSHOT_MAX_LINE ((size_t)4 << 20)

struct cell {
	bool null;
	const char *text;       /* CELL_TEXT */
	int64_t number;         /* CELL_INTEGER, CELL_MONEY */
	struct clock_date date; /* CELL_DATE, CELL_DATETIME */
};

struct snapshot; /* being read, or written */

/**
 * snapshot_create(path, ret_snapshot, err):
 * Write a snapshot that snapshot_publish() puts at ${path}.
 */
MUST_CHECK int snapshot_create(const char *, struct snapshot **, struct err *) __attribute__((nonnull));

/**
 * snapshot_begin(snapshot, section, err), snapshot_add(snapshot, line, len, err), snapshot_end(snapshot, err):
 * A section; a row of it in COPY text format, without newline.
 */
MUST_CHECK int snapshot_begin(struct snapshot *, enum section, struct err *) __attribute__((nonnull));
MUST_CHECK int snapshot_add(struct snapshot *, const char *, size_t, struct err *) __attribute__((nonnull));
MUST_CHECK int snapshot_end(struct snapshot *, struct err *) __attribute__((nonnull));

/**
 * snapshot_publish(snapshot, err):
 * All sections are written: finish the file, fsync, rename.
 */
MUST_CHECK int snapshot_publish(struct snapshot *, struct err *) __attribute__((nonnull));

/**
 * snapshot_open(path, ret_snapshot, err):
 * Read a snapshot from its beginning.
 */
MUST_CHECK int snapshot_open(const char *, struct snapshot **, struct err *) __attribute__((nonnull));

/**
 * snapshot_next(snapshot, ret_section, ret_cells, err):
 * The next row, whatever its section; NULL after the last one, when the whole file was found right. ${ret_cells} has the section's
 * columns and is valid until the next call.
 *
 * Errors: ERR_DATA naming the line and what is wrong with it.
 */
MUST_CHECK int snapshot_next(struct snapshot *, enum section *, const struct cell **, struct err *) __attribute__((nonnull));

/**
 * snapshot_close(snapshot):
 * NULL does nothing; what was written and not published is gone.
 */
void snapshot_close(struct snapshot *);

#endif
