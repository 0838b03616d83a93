#ifndef BRAKE_APPROVAL_H
#define BRAKE_APPROVAL_H

#include <stdint.h>

#include "base/err.h"
#include "db/db.h"

/* Approvals release fingerprints for 48 hours, each for being carried out once. */

/**
 * approval_backlog(db, sites, sources, ret_items, err):
 * In the transaction of going live: approve the enrolments and accounts that the trial showed for these pairs (arrays of ids, in step).
 */
MUST_CHECK int approval_backlog(struct db *, const char *, const char *, int64_t *, struct err *) __attribute__((nonnull));

#endif
