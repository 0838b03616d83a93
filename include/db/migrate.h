#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include <stdbool.h>

#include "base/err.h"
#include "db/db.h"

struct sql_file; /* of the generated "sql.h" */

/* Migrations and rules, each a list in order of name that ends with a NULL name. */
struct migrate_set {
	const struct sql_file *migrations;
	const struct sql_file *rules;
};

/* This program's own: sql/migrations and sql/rules. */
extern const struct migrate_set migrate_ours;

/**
 * migrate_run(owner, err):
 * As the owner role: apply the embedded migrations that are missing, one transaction each, then replace the rules when their
 * hash differs. Two programs at once take turns (advisory lock). Nothing to do costs two small queries.
 *
 * Rules live in schema `rule`, which is dropped and made again as a whole; their files run in order of name with
 * search_path = rule, ctok. Nothing outside that schema may depend on it.
 *
 * Errors: ERR_CONFIG if the database is newer than this program, or an applied migration differs from ours.
 */
MUST_CHECK int migrate_run(struct db *, struct err *) __attribute__((nonnull));

/**
 * migrate_pending(db, set, ret_pending, err), migrate_apply(owner, set, err):
 * Is there anything to do (the program role may ask)? Do it, as migrate_run() does, with any set.
 */
MUST_CHECK int migrate_pending(struct db *, const struct migrate_set *, bool *, struct err *) __attribute__((nonnull));
MUST_CHECK int migrate_apply(struct db *, const struct migrate_set *, struct err *) __attribute__((nonnull));

#endif
