/* Who lets through what the brakes hold. */
#include "brake/approval.h"

#include "sql.h"

int
approval_backlog(struct db *db, const char *sites, const char *sources, int64_t *ret_items, struct err *err)
{
	return db_exec(db, sql_brake_backlog, DB_ARGS(sites, sources), ret_items, err);
}
