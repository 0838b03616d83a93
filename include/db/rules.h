#ifndef DB_RULES_H
#define DB_RULES_H

#include <stdint.h>

#include "base/err.h"
#include "db/db.h"

/**
 * rules_at(db, now_utc, zone, err):
 * Tell the rules of sql/rules/ the moment they judge by (rule.now()) and the tenant's calendar (rule.zone()), for this connection.
 * ${zone} must have been checked (clock_zone_check()).
 */
MUST_CHECK int rules_at(struct db *, int64_t, const char *, struct err *) __attribute__((nonnull));

/**
 * rules_analyze(db, tables, count, err):
 * After a large load, in its transaction: bring the planner's statistics of these tables (schema ctok) in step, so that the next
 * set-based step is not planned for an empty table.
 */
MUST_CHECK int rules_analyze(struct db *, const char *const *, size_t, struct err *) __attribute__((nonnull));

/**
 * rules_analyze_new(db, err):
 * In a transaction: the same for all tables that have rows and were never looked at, however few, or grew to more than twice their size since.
 */
MUST_CHECK int rules_analyze_new(struct db *, struct err *) __attribute__((nonnull));

/**
 * rules_index_off(db, tables, count, rows, err), rules_index_on(db, tables, count, err):
 * In a transaction, around statements that put about ${rows} rows into each of these tables (schema ctok): when they are many and a table
 * is empty, its indexes are made at the end, at once, which costs a fraction. Between the two nothing may need an index: ON CONFLICT does.
 * Uniqueness is checked by rules_index_on(), with the error that the statement would have had.
 */
MUST_CHECK int rules_index_off(struct db *, const char *const *, size_t, int64_t, struct err *) __attribute__((nonnull));
MUST_CHECK int rules_index_on(struct db *, const char *const *, size_t, struct err *) __attribute__((nonnull));

/**
 * rules_index_off_filled(db, tables, count, rows, err):
 * As rules_index_off(), for tables that need not be empty: worth it where at least half as many rows come as are there. What looks up old rows
 * meanwhile must do so by joins. A table that somebody else is using keeps its indexes: it is not waited for.
 */
MUST_CHECK int rules_index_off_filled(struct db *, const char *const *, size_t, int64_t, struct err *) __attribute__((nonnull));

#endif
