#ifndef ENTITLE_LIVE_H
#define ENTITLE_LIVE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/**
 * live_begin(arena, db, site, source, since_utc, ret_pairs, ret_approved, err):
 * From now on facts since ${since_utc} are acted on, for each pair of site and source that product rules connect and that is still in
 * trial; ${site} and ${source} narrow that down, NULL for all. Older facts stay on record and are never acted on. ${ret_pairs} is how
 * many pairs went live. The next reconcile looks at their documents again. The enrolments and accounts that the plan shows for their
 * sales are approved for 48 hours, so that no brake holds the backlog; ${ret_approved} is how many these are.
 *
 * Errors: ERR_NOT_FOUND if no rule connects what was named.
 */
MUST_CHECK int live_begin(struct arena *, struct db *, const char *, const char *, int64_t, int64_t *, int64_t *, struct err *)
    __attribute__((nonnull(1, 2, 6, 7, 8)));

/**
 * live_backfill(arena, db, site, source, since_utc, ret_moved, err):
 * Facts since ${since_utc} are acted on from now on, for the pairs of site and source that are live (narrowed down as above): go-live is
 * moved back, never forward. ${ret_moved} is for how many pairs it was. The next reconcile looks at the documents in between again.
 *
 * Errors: ERR_NOT_FOUND if nothing that was named is live.
 */
MUST_CHECK int live_backfill(struct arena *, struct db *, const char *, const char *, int64_t, int64_t *, struct err *)
    __attribute__((nonnull(1, 2, 6, 7)));

#endif
