/* Transactions: of a night, whose fence each commit checks; of a preview, within which they are savepoints; and whose rows they see. */
#include <stdio.h>

#include "sql.h"
#include "wire.h"

static void
forget_transaction(struct db *db)
{
	db->audit = (struct db_audit){ 0, 0, false };
}

int
db_preview(struct db *db, struct err *err)
{
	BUG_UNLESS(!db_in_transaction(db));
	forget_transaction(db);
	/* One picture for all, as whoever wants one inside cannot ask for it later. */
	if (db_exec(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE", DB_NONE, NULL, err) != 0)
		return -1;
	db->preview = PREVIEW_BETWEEN;
	return 0;
}

void
db_preview_end(struct db *db)
{
	db->preview = PREVIEW_NONE;
	db_rollback(db);
}

int
db_begin(struct db *db, struct err *err)
{
	if (db->preview != PREVIEW_NONE) {
		BUG_UNLESS(db->preview == PREVIEW_BETWEEN);
		forget_transaction(db);
		if (db_exec(db, "SAVEPOINT preview", DB_NONE, NULL, err) != 0)
			return -1;
		db->preview = PREVIEW_INSIDE;
		return 0;
	}
	BUG_UNLESS(!db_in_transaction(db));
	forget_transaction(db);
	return db_exec(db, db->fence != 0 ? "BEGIN READ WRITE" : "BEGIN", DB_NONE, NULL, err);
}

static const char night_over[] = "this run's night is over: another one has begun since";

/* The row is locked until the transaction's end, so that nobody takes the night over between this check and the commit. */
static int
check_fence(struct db *db, struct err *err)
{
	char fence[24];
	int64_t held;

	(void)snprintf(fence, sizeof(fence), "%lld", (long long)db->fence);
	if (db_exec(db, sql_db_fence, DB_ARGS(fence), &held, err) != 0)
		return -1;
	if (held != 1)
		return err_set(err, ERR_BUSY, night_over);
	return 0;
}

int
db_holds_night(struct db *db, struct err *err)
{
	char fence[24];
	int64_t held;

	BUG_UNLESS(!db_in_transaction(db));
	if (db->fence == 0)
		return 0;
	(void)snprintf(fence, sizeof(fence), "%lld", (long long)db->fence);
	if (db_exec(db, sql_db_night_holds, DB_ARGS(fence), &held, err) != 0)
		return -1;
	return held == 1 ? 0 : err_set(err, ERR_BUSY, night_over);
}

int
db_commit(struct db *db, struct err *err)
{
	BUG_UNLESS(db_in_transaction(db) && db->preview != PREVIEW_BETWEEN);
	/* Rows that were recorded but not chained would be outside the audit log. */
	BUG_UNLESS(db->audit.rows == 0 || db->audit.sealed);
	if (PQtransactionStatus(db->conn) == PQTRANS_INERROR) {
		db_rollback(db);
		return err_set(err, ERR_BUG, "cannot commit: a statement of the transaction failed before");
	}
	if (db->fence != 0 && check_fence(db, err) != 0) {
		db_rollback(db);
		return -1;
	}
	forget_transaction(db);
	if (db->preview != PREVIEW_NONE) {
		db->preview = PREVIEW_BETWEEN;
		return db_exec(db, "RELEASE SAVEPOINT preview", DB_NONE, NULL, err);
	}
	return db_exec(db, "COMMIT", DB_NONE, NULL, err);
}

void
db_rollback(struct db *db)
{
	struct err ignored = ERR_INIT;

	copy_abort(db->copy.db != NULL ? &db->copy : NULL);
	forget_transaction(db);
	if (db->preview == PREVIEW_BETWEEN)
		return;
	if (db->preview == PREVIEW_INSIDE) {
		db->preview = PREVIEW_BETWEEN;
		/* Should this fail, the connection is gone and nothing is kept either way. */
		if (db_script(db, "ROLLBACK TO SAVEPOINT preview; RELEASE SAVEPOINT preview", &ignored) != 0)
			err_reset(&ignored);
		return;
	}
	if (db_in_transaction(db) && db_exec(db, "ROLLBACK", DB_NONE, NULL, &ignored) != 0)
		return; /* the connection is gone, and the transaction with it */
}

int
db_end(struct db *db, int rc, struct err *err)
{
	if (rc == 0 && db_commit(db, err) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

int
db_join(struct db *db, int64_t fence, struct err *err)
{
	if (db_exec(db, fence != 0 ? "SET default_transaction_read_only = on" : "SET default_transaction_read_only = off", DB_NONE,
		NULL, err) != 0)
		return -1;
	db->fence = fence;
	return 0;
}

int
db_tenant(struct db *db, int64_t tenant_id, struct err *err)
{
	char id[24] = "";

	if (tenant_id != 0)
		(void)snprintf(id, sizeof(id), "%lld", (long long)tenant_id);
	return db_exec(db, sql_db_tenant, DB_ARGS(id), NULL, err);
}
