#ifndef DB_STORE_H
#define DB_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"

/* Our own database: where it is, how it is made ready. */

/**
 * store_open(arena, config, program, ret_db, err):
 * Connect to the database of ${config} as the program role: the embedded cluster (made and started on demand, a leftover
 * server adopted) or the configured conninfo; bring the schema up to this program's (migrate_run()). A conninfo's user must be a
 * member of the roles ctok_owner and ctok_program. Close ${ret_db} with db_close(), then call store_release() once for each open.
 *
 * Errors: ERR_CONFIG for a newer schema, another major version of PostgreSQL, a wrong conninfo; ERR_SERVICE; ERR_SYSTEM.
 */
MUST_CHECK int store_open(struct arena *, const struct config *, const char *, struct db **, struct err *) __attribute__((nonnull));

/**
 * store_sync(db, config, err):
 * Bring the tables `tenant`, `site` and `source` in step with ${config}; ids are stable by name, what left the config is marked
 * gone, never deleted. Writes only what differs. Afterwards the connection has no tenant. (Product rules: entitle_sync_rules().)
 */
MUST_CHECK int store_sync(struct db *, const struct config *, struct err *) __attribute__((nonnull));

/**
 * store_tenant_id(arena, db, name, ret_id, err):
 * Errors: ERR_NOT_FOUND.
 */
MUST_CHECK int store_tenant_id(struct arena *, struct db *, const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * store_release(config):
 * The program is done with the embedded server; the last one to leave stops it. Nothing to do for a conninfo.
 */
void store_release(const struct config *) __attribute__((nonnull));

#endif
