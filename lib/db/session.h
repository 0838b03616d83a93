#ifndef DB_SESSION_H
#define DB_SESSION_H

/* What the rest of lib/db may ask of a connection, without seeing libpq. Private to lib/db. */
#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"

/* The audit batch of the open transaction: 0 until its first row, forgotten when the transaction ends. */
struct db_audit {
	int64_t batch_id;
	int64_t rows;
	bool sealed;
};

/**
 * db_ping(conninfo):
 * Does a server answer there and take sessions?
 */
bool db_ping(const char *) __attribute__((nonnull));

/**
 * db_check_conninfo(conninfo, err):
 * Errors: ERR_CONFIG if it cannot be parsed or holds a password.
 */
MUST_CHECK int db_check_conninfo(const char *, struct err *) __attribute__((nonnull));

/**
 * db_join(db, fence, err):
 * From now on every commit checks ${fence}, and nothing can be written outside a transaction. 0 takes that back.
 */
MUST_CHECK int db_join(struct db *, int64_t, struct err *) __attribute__((nonnull));

/**
 * db_in_transaction(db), db_audit(db):
 * Between db_begin() and its end? What was recorded in it?
 */
bool db_in_transaction(const struct db *) __attribute__((nonnull));
struct db_audit *db_audit(struct db *) __attribute__((nonnull, returns_nonnull));

#endif
