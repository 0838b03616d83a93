/* Who lets through what the brakes hold. An approval names fingerprints, not rows: what a later plan wants again is the same change. */
#include "brake/approval.h"

#include "adapter/json.h"
#include "base/text.h"
#include "db/audit.h"
#include "sql.h"

int
approval_backlog(struct db *db, const char *sites, const char *sources, int64_t *ret_items, struct err *err)
{
	return db_exec(db, sql_brake_backlog, DB_ARGS(sites, sources), ret_items, err);
}

static bool
blank(struct arena *arena, const char *text)
{
	return text == NULL || text_trim(arena, text)[0] == '\0';
}

static int
check(struct arena *arena, struct db *db, const struct approval_ask *ask, struct err *err)
{
	struct db_row *row;

	if (blank(arena, ask->who)) {
		(void)err_set(err, ERR_USAGE, "an approval needs the name of whoever answers for it");
		return err_hint(err, "Give it with --name.");
	}
	if (blank(arena, ask->reason)) {
		(void)err_set(err, ERR_USAGE, "an approval needs a reason");
		return err_hint(err, "Give it with --reason.");
	}
	if (db_row(arena, db, sql_brake_names, DB_ARGS(ask->kind, ask->site, ask->course), &row, err) != 0)
		return -1;
	if (!db_bool(row, "kind")) {
		(void)err_set(err, ERR_USAGE, "there is no kind \"%s\"", ask->kind);
		return err_hint(err, "Kinds are enrol, create_account, rename, suspend, unenrol, revoke, void, issue and mail; "
				     "without --kind all of "
				     "these. What somebody took away in Moodle is let go by kind taken_away only.");
	}
	if (!db_bool(row, "site"))
		return err_set(err, ERR_USAGE, "there is no site \"%s\"", ask->site);
	if (!db_bool(row, "course"))
		return err_set(err, ERR_USAGE, "there is no course \"%s\"", ask->course);
	return 0;
}

static const char *
group_text(struct arena *arena, const struct db_row *row)
{
	const char *site = db_value(row, "site"), *course = db_value(row, "course"), *where = "";

	if (course[0] != '\0')
		where = arena_printf(arena, " in course %s of site %s", course, site);
	else if (site[0] != '\0')
		where = arena_printf(arena, " on site %s", site);
	return arena_printf(arena, "%s %s%s", db_value(row, "items"), db_value(row, "words"), where);
}

/* What was approved is on record in the approval; the audit log points at it, for it holds no names. */
static int
audit(struct arena *arena, struct db *db, int64_t run_id, const struct approval_ask *ask, const struct db_row *approved,
    struct err *err)
{
	return audit_add(db, run_id, "approve", arena_printf(arena, "approval %s", db_value(approved, "approval_id")),
	    arena_printf(arena, "{\"kind\":%s,\"site\":%s,\"course\":%s,\"released\":%s}",
		json_quote(arena, ask->kind != NULL ? ask->kind : "all"), json_quote(arena, ask->site != NULL ? ask->site : "all"),
		json_quote(arena, ask->course != NULL ? ask->course : "all"), db_value(approved, "items")),
	    err);
}

int
approval_make(struct arena *arena, struct db *db, int64_t run_id, const struct approval_ask *ask, struct approval *ret_approval,
    struct err *err)
{
	struct db_row *rows, *approved;
	struct approval approval = { 0 };
	size_t i;

	if (check(arena, db, ask, err) != 0)
		return -1;
	if (db_rows(arena, db, sql_brake_approvable, DB_ARGS(ask->kind, ask->site, ask->course), &rows, &approval.count, err) != 0)
		return -1;
	if (approval.count == 0)
		return err_set(err, ERR_NOT_FOUND, "nothing %sis held",
		    ask->kind != NULL || ask->site != NULL || ask->course != NULL ? "of this kind and scope " : "");
	approval.groups = ARENA_ARRAY(arena, approval.count, struct approval_group);
	for (i = 0; i < approval.count; i++)
		approval.groups[i] = (struct approval_group){ group_text(arena, &rows[i]), db_value(&rows[i], "why") };
	if (db_row(arena, db, sql_brake_approve,
		DB_ARGS(ask->kind, ask->site, ask->course, text_trim(arena, ask->who), text_trim(arena, ask->reason)), &approved,
		err) != 0)
		return -1;
	approval.items = db_int(approved, "items");
	approval.until = db_value(approved, "until");
	if (audit(arena, db, run_id, ask, approved, err) != 0)
		return -1;
	*ret_approval = approval;
	return 0;
}

int
approval_end(struct db *db, int64_t run_id, struct err *err)
{
	if (db_exec(db, sql_brake_lift, DB_NONE, NULL, err) != 0)
		return -1;
	return audit_seal(db, run_id, err);
}
