/* The night in a few lines: which run did what, whole lists, each class of findings once. */
#include "expect.h"

#include "base/exit.h"
#include "db/rules.h"
#include "finding/summary.h"
#include "with_db.h"

static const char *
summary(struct with_db *w)
{
	struct err err = ERR_INIT;
	const char *text = NULL;

	expect_ok("rules_at", rules_at(w->db, WITH_DB_NOW, "Europe/Madrid", &err), &err);
	expect_ok("summary", summary_text(&w->arena, w->db, &w->config, &w->night, EXIT_OK, &text, &err), &err);
	return text;
}

/* A step of the night, that ended with ${exit_code}. */
static void
step(struct with_db *w, const char *program, int exit_code, const char *counts)
{
	with_db_sql(w,
	    arena_printf(&w->arena,
		"INSERT INTO ctok.run (tenant_id, run_id, night_id, program, effective_at, known_at, ended_at, exit_code, counts)"
		" OVERRIDING SYSTEM VALUE"
		" SELECT tenant_id, 700 + count(*), %lld, '%s', now(), now(), now(), %d, '%s' FROM ctok.run GROUP BY tenant_id",
		(long long)w->night.id, program, exit_code, counts));
}

static void
finding(struct with_db *w, const char *class, const char *risk, int64_t risk_minor, const char *currency)
{
	with_db_sql(
	    w, arena_printf(&w->arena,
		   "INSERT INTO ctok.finding (tenant_id, finding_id, class, risk, risk_minor, currency, first_seen, opened_run)"
		   " SELECT ctok.current_tenant(), 'F' || count(*), '%s', '%s', %lld, '%s', '2026-04-30T03:00:00Z', 1"
		   " FROM ctok.finding",
		   class, risk, (long long)risk_minor, currency));
}

static void
test_runs_are_named_and_lists_are_whole(void **state)
{
	struct with_db *w = *state;

	with_db_sql(w, "UPDATE ctok.run SET program = 'ctok-nightly'");
	step(w, "ctok-pull-sales", 0, "{}");
	step(w, "ctok-pull-moodle", 0,
	    "{\"courses\": 1200, \"users\": 98000, \"enrolments\": 345678, \"completions\": 45678, \"lookups\": 1234, \"changed\": "
	    "98765, \"moved\": 0}");
	step(w, "ctok-apply", 65, "{\"enrol\": 4, \"refused_for_a_reason_that_takes_long_to_say\": 1, \"account_refused\": 2}");
	expect_text("each step with its run", summary(w),
	    arena_printf(&w->arena,
		"night %lld of 2026-05-01T03:00:00Z ended: well (exit 0)\n"
		"tenant acme\n"
		"  ctok-pull-sales  run 701: nothing to do\n"
		"  ctok-pull-moodle run 702: users 98000, changed 98765, courses 1200, lookups 1234,\n"
		"                   enrolments 345678, completions 45678\n"
		"! ctok-apply       run 703: some items failed: see sheet Exceptions (enrol 4, account refused 2,\n"
		"                   refused for a reason that takes long to say 1)\n",
		(long long)w->night.id));
}

static void
test_a_class_is_listed_once(void **state)
{
	struct with_db *w = *state;
	int i;

	with_db_sql(w, "UPDATE ctok.run SET program = 'ctok-nightly'");
	finding(w, "ALREADY_ENROLLED", "paid_without_access", 9900, "EUR");
	finding(w, "ALREADY_ENROLLED", "access_without_money", 0, "");
	finding(w, "ALREADY_ENROLLED", "paid_without_access", 4000, "JPY");
	finding(w, "END_WAITS", "access_without_money", 100, "EUR");
	expect_text("with the money of all currencies", summary(w),
	    arena_printf(&w->arena,
		"night %lld of 2026-05-01T03:00:00Z ended: well (exit 0)\n"
		"tenant acme\n"
		"  open findings:\n"
		"        3 ALREADY_ENROLLED       99.00 EUR + 4000 JPY at risk, since 2026-04-30\n"
		"        1 END_WAITS              1.00 EUR at risk, since 2026-04-30\n",
		(long long)w->night.id));
	for (i = 0; i < 9; i++)
		finding(w, arena_printf(&w->arena, "CLASS_%d", i), "none", 0, "");
	assert_non_null(
	    strstr(summary(w), "        1 CLASS_6                 since 2026-04-30\n          and 2 more classes: see sheet "
			       "Exceptions\n"));
	assert_null(strstr(summary(w), "CLASS_7"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_runs_are_named_and_lists_are_whole, with_db_fresh),
		cmocka_unit_test_setup(test_a_class_is_listed_once, with_db_fresh),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
