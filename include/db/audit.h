#ifndef DB_AUDIT_H
#define DB_AUDIT_H

#include <stdint.h>

#include "base/err.h"
#include "db/db.h"

/* The audit log chains batches: one head per tenant and transaction over its rows' ordered digests. */

/**
 * audit_add(db, run_id, what, subject, detail_json, err):
 * Record one thing done, without personal data, in the open transaction.
 */
MUST_CHECK int audit_add(struct db *, int64_t, const char *, const char *, const char *, struct err *) __attribute__((nonnull));

/**
 * audit_seal(db, run_id, err):
 * Chain the rows of this transaction: call it once, just before db_commit().
 */
MUST_CHECK int audit_seal(struct db *, int64_t, struct err *) __attribute__((nonnull));

/**
 * audit_verify(arena, db, ret_batches, err):
 * Recompute the whole chain of the tenant.
 *
 * Errors: ERR_DATA naming the first batch that does not fit.
 */
MUST_CHECK int audit_verify(struct arena *, struct db *, int64_t *, struct err *) __attribute__((nonnull));

#endif
