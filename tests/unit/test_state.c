/* The life of an access: the pure functions of sql/rules (02_term.sql, 20_refund.sql, 38_state.sql) against tables written by hand from the words of
 * docs/architecture.md ("Terms", "Refunds"), over all that can meet (tests/sql). Of each table exactly one row must fit each case: a case that none fits
 * was forgotten, one that two fit is not clear. */
#include "expect.h"

#include "base/file.h"
#include "with_db.h"

static void
test_they_are_inlined(void **state)
{
	struct with_db *w = *state;
	static const char *const views[] = { "access_now", "access_gap", "unit_void" };
	size_t i;

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

/* Cases that do not come out as the table says, with one of them in full; no fewer than ${least} must have been tried. */
static void
expect_table(struct with_db *w, const char *file, int least)
{
	struct err err = ERR_INIT;
	char *sql;
	size_t len;

	expect_ok(file, file_read(&w->arena, "cases", file, 1 << 16, &sql, &len, &err), &err);
	with_db_sql(w, "DROP TABLE IF EXISTS judged");
	with_db_sql(w, sql);
	expect_text(file,
	    with_db_text(w, arena_printf(&w->arena,
				"SELECT CASE WHEN count(*) < %d THEN 'only ' || count(*) || ' cases' WHEN "
				"bool_and(coalesce(right_so, false)) THEN ''"
				" ELSE (count(*) FILTER (WHERE right_so IS NOT TRUE)) || ' of ' || count(*) || ', as ' || "
				"(min(to_jsonb(j)::text)"
				" FILTER (WHERE right_so IS NOT TRUE)) END FROM judged j",
				least)),
	    "");
}

static void
test_what_ends_a_unit(void **state)
{
	expect_table(*state, "tests/sql/unit_end.sql", 16384);
}

static void
test_how_long_a_cycle_is(void **state)
{
	expect_table(*state, "tests/sql/cycle.sql", 1536 + 16 + 128);
}

static void
test_what_state_an_access_is_in(void **state)
{
	expect_table(*state, "tests/sql/access_state.sql", 50000);
}

static void
test_what_moodle_lacks(void **state)
{
	expect_table(*state, "tests/sql/row_gap.sql", 160000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_are_inlined),
		cmocka_unit_test(test_what_ends_a_unit),
		cmocka_unit_test(test_how_long_a_cycle_is),
		cmocka_unit_test(test_what_state_an_access_is_in),
		cmocka_unit_test(test_what_moodle_lacks),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
