/* The audit log. Rows are added as things happen; just before the commit the transaction's rows become one batch, whose digest
 * covers theirs and the batch before. Changing, adding or taking out a row or a batch later breaks the chain from there on. */
#include "db/audit.h"

#include "base/arena.h"
#include "session.h"
#include "sql.h"

int
audit_add(struct db *db, int64_t run_id, const char *what, const char *subject, const char *detail_json, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct db_audit *audit = db_audit(db);
	struct db_row *row;
	int rc = -1;

	BUG_UNLESS(db_in_transaction(db));
	BUG_UNLESS(!audit->sealed);
	if (audit->batch_id == 0) {
		if (db_row(&arena, db, sql_db_audit_batch, DB_NONE, &row, err) != 0)
			goto out;
		audit->batch_id = db_int(row, "batch_id");
	}
	if (db_exec(db, sql_db_audit_add,
		DB_ARGS(arena_printf(&arena, "%lld", (long long)audit->batch_id),
		    arena_printf(&arena, "%lld", (long long)audit->rows + 1), arena_printf(&arena, "%lld", (long long)run_id), what,
		    subject, detail_json),
		NULL, err) != 0)
		goto out;
	audit->rows++;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
audit_seal(struct db *db, int64_t run_id, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct db_audit *audit = db_audit(db);
	int rc = -1;

	if (audit->rows == 0)
		return 0;
	BUG_UNLESS(!audit->sealed);
	if (db_exec(db, sql_db_audit_lock, DB_NONE, NULL, err) != 0)
		goto out;
	if (db_exec(db, sql_db_audit_seal,
		DB_ARGS(arena_printf(&arena, "%lld", (long long)audit->batch_id), arena_printf(&arena, "%lld", (long long)run_id)),
		NULL, err) != 0)
		goto out;
	audit->sealed = true;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
audit_verify(struct arena *arena, struct db *db, int64_t *ret_batches, struct err *err)
{
	struct db_row *row;

	if (db_row(arena, db, sql_db_audit_verify, DB_NONE, &row, err) != 0)
		return -1;
	if (db_value(row, "fault") != NULL)
		return err_set(
		    err, ERR_DATA, "batch %s of the audit log does not fit: %s", db_value(row, "batch_id"), db_value(row, "fault"));
	*ret_batches = db_int(row, "batches");
	return 0;
}
