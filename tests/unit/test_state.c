/* The rules of sql/rules against tables written by hand from the words of docs/architecture.md (tests/sql): the pure functions over all that can meet,
 * where exactly one row must fit each case (a case that none fits was forgotten, one that two fit is not clear), and the views over small ledgers.
 *
 *     MUTANTS=1   judge rules that are made wrong: for tests/mutants.py, see judge_mutants() */
#include "expect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "db/rules.h"
#include "with_db.h"

/* Each file makes a view `judged`, whose `right_so` says of each case whether it comes out as the table says. The fastest first. */
static const struct table {
	const char *file;
	int least; /* cases */
} tables[] = {
	{ "tests/sql/calendar.sql", 43 },
	{ "tests/sql/cycle.sql", 1536 + 16 + 128 },
	{ "tests/sql/unit_share.sql", 1212 },
	{ "tests/sql/notice.sql", 21 },
	{ "tests/sql/expected.sql", 28 },
	{ "tests/sql/decision.sql", 39 },
	{ "tests/sql/fresh.sql", 51 },
	{ "tests/sql/access.sql", 87 },
	{ "tests/sql/choice.sql", 39 },
	{ "tests/sql/verdict.sql", 31 },
	{ "tests/sql/given_back.sql", 398 },
	{ "tests/sql/unit_end.sql", 16384 },
	{ "tests/sql/row_gap.sql", 160380 },
	{ "tests/sql/access_state.sql", 264384 },
};
static struct with_db *w;
static bool laid[COUNT_OF(tables)];

/* (cmocka gives a test either its own state or the group's.) */
static int
open_all(void **state)
{
	void *opened;
	int rc = with_db_open(&opened);

	(void)state;
	w = opened;
	return rc;
}

static int
close_all(void **state)
{
	void *opened = w;

	(void)state;
	return with_db_close(&opened);
}

static void
test_they_are_inlined(void **state)
{
	static const char *const views[] = { "access_now", "access_gap", "unit_void" };
	size_t i;

	(void)state;
	/* One that is called for each row costs more than all the rest. */
	with_db_sql(w, "CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE plan json; BEGIN"
		       " EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) ' || query INTO plan; RETURN plan; END $$");
	for (i = 0; i < COUNT_OF(views); i++)
		expect_text(views[i],
		    with_db_text(w,
			arena_printf(&w->arena,
			    "SELECT concat_ws(' ', p LIKE '%%Function Scan%%', p ~ '(access_state|row_gap|unit_end|taken_back)[(]')"
			    " FROM pg_temp.plan_of('SELECT * FROM rule.%s') p",
			    views[i])),
		    "f f");
}

/* Put the cases of a table in, once. (As the owner of the rules, who is to make them wrong.) */
static void
lay(const struct table *table)
{
	struct err err = ERR_INIT;
	char *sql;
	size_t len;

	if (laid[table - tables])
		return;
	laid[table - tables] = true;
	expect_ok(table->file, file_read(&w->arena, "cases", table->file, 1 << 17, &sql, &len, &err), &err);
	expect_ok("now", rules_at(w->owner, WITH_DB_NOW, "Europe/Madrid", &err), &err);
	/* (Of a small ledger most of the time would be spent on planning.) */
	expect_ok("plans", db_script(w->owner, "SET join_collapse_limit = 1; SET from_collapse_limit = 1", &err), &err);
	expect_ok("begin", db_begin(w->owner, &err), &err);
	expect_ok(table->file, db_script(w->owner, sql, &err), &err);
	expect_ok("judged",
	    db_script(w->owner, arena_printf(&w->arena, "ALTER VIEW judged RENAME TO judged_%td", table - tables), &err), &err);
	expect_ok("commit", db_commit(w->owner, &err), &err);
}

/* The one value of a query over what is judged; NULL for none. */
static int
ask(const struct table *table, const char *what, const char *where, const char **ret_said, struct err *err)
{
	const char *sql = arena_printf(&w->arena, "SELECT %s FROM pg_temp.judged_%td j %s", what, table - tables, where);
	struct db_row *row;

	if (db_maybe(&w->arena, w->owner, sql, DB_NONE, &row, err) != 0)
		return -1;
	*ret_said = row != NULL ? row->values[0] : NULL;
	return 0;
}

static void
test_table(void **state)
{
	const struct table *table = *state;
	struct err err = ERR_INIT;
	const char *said;
	long cases;
	char *rest;

	lay(table);
	expect_ok(table->file,
	    ask(table,
		"count(*) || ' cases' || coalesce(', ' || nullif(count(*) FILTER (WHERE right_so IS NOT TRUE), 0) || ' wrong, as ' "
		"||"
		" min(to_jsonb(j)::text) FILTER (WHERE right_so IS NOT TRUE), '')",
		"", &said, &err),
	    &err);
	errno = 0;
	cases = strtol(said, &rest, 10);
	expect_text(table->file, rest, " cases");
	assert_true(errno == 0 && cases >= table->least);
}

/* Does a table find something wrong? (An error, or a rule that never comes to its end, is noticed as well.) */
static bool
is_noticed(const struct table *table)
{
	struct err err = ERR_INIT;
	const char *said;

	return ask(table, "'wrong'", "WHERE right_so IS NOT TRUE LIMIT 1", &said, &err) != 0 || said != NULL;
}

/* Is a rule that was made wrong noticed? A line of standard input is the file with the rule and the tables to ask, between blanks; the answer is a line
 * "# refused", "# by TABLE" or "# survived". Nothing of it stays: each is a transaction that is rolled back. */
static void
judge(const char *line)
{
	const char *path = arena_strndup(&w->arena, line, strcspn(line, " \n"));
	struct err err = ERR_INIT;
	size_t i, len;
	char *sql;

	for (i = 0; i < COUNT_OF(tables); i++)
		if (strstr(line, tables[i].file) != NULL && !laid[i]) {
			lay(&tables[i]);
			if (is_noticed(&tables[i]))
				fail_msg("%s finds the rules wrong as they are", tables[i].file);
		}
	expect_ok(path, file_read(&w->arena, "mutant", path, 1 << 18, &sql, &len, &err), &err);
	expect_ok("begin", db_begin(w->owner, &err), &err);
	if (db_script(w->owner, sql, &err) != 0) {
		print_message("# refused\n");
		return;
	}
	for (i = 0; i < COUNT_OF(tables); i++)
		if (strstr(line, tables[i].file) != NULL && is_noticed(&tables[i])) {
			print_message("# by %s\n", tables[i].file);
			return;
		}
	print_message("# survived\n");
}

static void
judge_mutants(void **state)
{
	struct err err = ERR_INIT;
	char line[4096];

	(void)state;
	expect_ok("patience", db_script(w->owner, "SET statement_timeout = '10min'", &err), &err);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		judge(line);
		(void)fflush(stdout);
		db_rollback(w->owner);
		arena_reset(&w->arena);
	}
}

int
main(void)
{
	const struct CMUnitTest mutants[] = { cmocka_unit_test(judge_mutants) };
	struct CMUnitTest tests[1 + COUNT_OF(tables)] = { cmocka_unit_test(test_they_are_inlined) };
	size_t i;

	if (getenv("MUTANTS") != NULL)
		return cmocka_run_group_tests(mutants, open_all, close_all);
	for (i = 0; i < COUNT_OF(tables); i++)
		tests[1 + i] = (struct CMUnitTest){
			.name = tables[i].file, .test_func = test_table, .initial_state = (void *)(uintptr_t)&tables[i]
		};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
