#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "base/err.h"
#include "db/db.h"

/**
 * migrate_run(owner, err):
 * As the owner role: apply the embedded migrations that are missing, one transaction each, then replace the rules when their
 * hash differs. Two programs at once take turns (advisory lock). Nothing to do costs one query.
 *
 * Errors: ERR_CONFIG if the database is newer than this program, or an applied migration differs from ours.
 */
MUST_CHECK int migrate_run(struct db *, struct err *) __attribute__((nonnull));

#endif
