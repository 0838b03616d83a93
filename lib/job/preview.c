/* A preview is one transaction that is always rolled back; the transactions of those who work in it are savepoints. */
#include "job/preview.h"

#include "db/rules.h"
#include "sql.h"

int
preview(struct job *job, const struct config_tenant *tenant, int64_t as_of_utc,
    int (*fn)(struct job *, const struct config_tenant *, int64_t, struct err *), struct err *err)
{
	int rc = -1;

	if (db_preview(job->db, err) != 0)
		return -1;
	if (db_exec(job->db, sql_db_preview, DB_NONE, NULL, err) != 0)
		goto out;
	if (rules_at(job->db, as_of_utc, tenant->timezone, err) != 0)
		goto out;
	rc = fn(job, tenant, as_of_utc, err);
out:
	db_preview_end(job->db);
	return rc;
}
