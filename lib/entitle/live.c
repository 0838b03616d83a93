/* From trial to live. */
#include "entitle/live.h"

#include "brake/approval.h"
#include "sql.h"

int
live_begin(struct arena *arena, struct db *db, const char *site, const char *source, int64_t since_utc, int64_t *ret_pairs,
    int64_t *ret_approved, struct err *err)
{
	struct db_row *row;
	int64_t approved = 0;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_row(arena, db, sql_entitle_live_begin, DB_ARGS(site, source, arena_printf(arena, "%lld", (long long)since_utc)),
		&row, err) != 0)
		goto fail;
	if (db_int(row, "pairs") == 0) {
		(void)err_set(err, ERR_NOT_FOUND, "no product rule connects source \"%s\" with site \"%s\"",
		    source != NULL ? source : "(any)", site != NULL ? site : "(any)");
		goto fail;
	}
	if (db_int(row, "begun") > 0 && approval_backlog(db, db_value(row, "sites"), db_value(row, "sources"), &approved, err) != 0)
		goto fail;
	if (db_commit(db, err) != 0)
		goto fail;
	*ret_pairs = db_int(row, "begun");
	*ret_approved = approved;
	return 0;
fail:
	db_rollback(db);
	return -1;
}

int
live_backfill(struct arena *arena, struct db *db, const char *site, const char *source, int64_t since_utc, int64_t *ret_moved,
    struct err *err)
{
	struct db_row *row;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_row(arena, db, sql_entitle_live_backfill, DB_ARGS(site, source, arena_printf(arena, "%lld", (long long)since_utc)),
		&row, err) != 0)
		goto fail;
	if (db_int(row, "pairs") == 0) {
		(void)err_set(err, ERR_NOT_FOUND, "source \"%s\" is not live on site \"%s\"", source != NULL ? source : "(any)",
		    site != NULL ? site : "(any)");
		goto fail;
	}
	if (db_commit(db, err) != 0)
		goto fail;
	*ret_moved = db_int(row, "moved");
	return 0;
fail:
	db_rollback(db);
	return -1;
}
