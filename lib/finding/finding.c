/* Findings and controls, derived from the tables by sql/rules/70_finding.sql and 80_control.sql. */
#include "finding/finding.h"

#include <stdio.h>

#include "db/rules.h"
#include "sql.h"

#define FINDING_MANY 1000

int
finding_refresh(struct arena *arena, struct db *db, int64_t run_id, struct finding_counts *ret_counts, struct err *err)
{
	static const char *const finding[] = { "finding" };
	const char *run = arena_printf(arena, "%lld", (long long)run_id);
	struct finding_counts counts;
	struct db_row *row;
	int64_t seen;

	if (db_begin(db, err) != 0)
		return -1;
	if (rules_analyze_new(db, err) != 0)
		goto fail;
	if (db_exec(db, sql_finding_refresh_seen, DB_NONE, &seen, err) != 0)
		goto fail;
	if (db_script(db, "ANALYZE finding_seen", err) != 0)
		goto fail;
	if (db_exec(db, sql_finding_refresh_adopt, DB_NONE, NULL, err) != 0)
		goto fail;
	if (db_exec(db, sql_finding_refresh_clear, DB_ARGS(run), &counts.cleared, err) != 0)
		goto fail;
	if (rules_index_off(db, finding, 1, seen, err) != 0)
		goto fail;
	if (db_exec(db, sql_finding_refresh_open, DB_ARGS(run), &counts.opened, err) != 0)
		goto fail;
	if (rules_index_on(db, finding, 1, err) != 0)
		goto fail;
	if (counts.opened >= FINDING_MANY && rules_analyze(db, finding, 1, err) != 0)
		goto fail;
	if (db_row(arena, db, sql_finding_count, DB_NONE, &row, err) != 0)
		goto fail;
	counts.open = db_int(row, "open");
	if (db_commit(db, err) != 0)
		goto fail;
	*ret_counts = counts;
	return 0;
fail:
	db_rollback(db);
	return -1;
}

int
finding_clear_mails(struct db *db, int64_t run_id, struct err *err)
{
	char run[24];

	(void)snprintf(run, sizeof(run), "%lld", (long long)run_id);
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, db_exec(db, sql_finding_clear_mails, DB_ARGS(run), NULL, err), err);
}

int
finding_controls(struct arena *arena, struct db *db, int64_t run_id, const char **ret_untied, struct err *err)
{
	const char *run = arena_printf(arena, "%lld", (long long)run_id);
	struct db_row *row;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_finding_controls, DB_NONE, NULL, err) != 0)
		goto fail;
	if (db_exec(db, sql_finding_controls_save, DB_ARGS(run), NULL, err) != 0)
		goto fail;
	if (db_maybe(arena, db, sql_finding_untied, DB_ARGS(run), &row, err) != 0)
		goto fail;
	if (db_commit(db, err) != 0)
		goto fail;
	*ret_untied = row == NULL ? NULL
				  : arena_printf(arena, "control %s%s%s: expected %s, found %s", db_value(row, "control"),
					db_value(row, "currency")[0] == '\0' ? "" : " ", db_value(row, "currency"),
					db_value(row, "expected"), db_value(row, "actual"));
	return 0;
fail:
	db_rollback(db);
	return -1;
}
