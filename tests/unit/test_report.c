/* Snapshots and workbooks: from the database through the snapshot to a workbook that two independent readers agree with. */
#include "report/report.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/report/snapshot.h"
#include "adapter/gzip.h"
#include "base/file.h"
#include "base/text.h"
#include "db/rules.h"
#include "expect.h"
#include "finding/finding.h"
#include "sample_snapshot.h"
#include "sql.h"
#include "with_db.h"

static struct arena arena = ARENA_INIT;

static const char *
at(const struct with_db *w, const char *name)
{
	return arena_printf(&arena, "%s/%s", w->state_dir, name);
}

/* Run a witness of tests/support on a workbook; its answer must begin with ${expected}. */
static void
witness(const char *script, const char *workbook, const char *option, const char *expected)
{
	const char *found = "";
	char line[1000];
	FILE *pipe = popen(arena_printf(&arena, "/usr/bin/python3 tests/support/%s '%s' %s 2>&1", script, workbook, option), "r");
	int status;

	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe) != NULL)
		found = arena_printf(&arena, "%s%s", found, line);
	status = pclose(pipe);
	if (status != 0 || !text_starts(found, expected))
		fail_msg("%s %s, status %d:\n%s", script, workbook, status, found);
}

/* ---- the database ---- */

static void
build_world(struct with_db *w)
{
	struct err err = ERR_INIT;
	char *sql;
	size_t len;

	with_db_sql(w, arena_printf(&arena,
			   "CREATE TEMP TABLE IF NOT EXISTS me (t bigint, s bigint, i bigint, r bigint); DELETE FROM me;"
			   " INSERT INTO me VALUES (%lld, %lld, %lld, %lld);",
			   (long long)w->tenant_id, (long long)w->source_id, (long long)w->site_id, (long long)w->night.run_id));
	expect_ok("world", file_read(&arena, "world", "tests/fixtures/report_world.sql", 1 << 16, &sql, &len, &err), &err);
	with_db_sql(w, sql);
}

/* Findings, controls, snapshot and workbook, as the job makes them. */
static struct report_summary
report(struct with_db *w, const char *name, const char **ret_untied)
{
	struct report_summary summary = { 0 };
	struct finding_counts counts;
	struct err err = ERR_INIT;
	const char *snapshot = at(w, arena_printf(&arena, "%s.snapshot", name)),
		   *xlsx = at(w, arena_printf(&arena, "%s.xlsx", name));

	expect_ok("rules", rules_at(w->db, WITH_DB_NOW, "Europe/Madrid", &err), &err);
	expect_ok("findings", finding_refresh(&arena, w->db, w->night.run_id, &counts, &err), &err);
	expect_ok("controls", finding_controls(&arena, w->db, w->night.run_id, ret_untied, &err), &err);
	expect_ok("snapshot", report_snapshot_write(w->db, w->night.run_id, snapshot, &err), &err);
	expect_ok("render", report_render(snapshot, xlsx, REPORT_ROWS_PER_SHEET, &summary, &err), &err);
	return summary;
}

static void
a_world_in_the_database_becomes_a_workbook_that_ties(void **state)
{
	struct with_db *w = *state;
	struct report_summary summary;
	const char *untied;

	build_world(w);
	summary = report(w, "world", &untied);
	expect_text("controls", untied, NULL);
	assert_true(summary.ties);
	assert_int_equal(summary.units, 6);
	assert_int_equal(summary.open_units, 2);
	assert_int_equal(summary.actions, 1);
	witness("check_workbook.py", at(w, "world.xlsx"), "", "ties: Exceptions ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_world_in_the_database_becomes_a_workbook_that_ties, with_db_fresh),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
