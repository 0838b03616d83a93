/* Whether tests/mutants.py tells a rule that no test holds from one that a test does: a handful of mutants, one of which must survive because it says the
 * same in other words. All of them are for tests/soak.sh. */
#include "expect.h"

#include "base/arena.h"
#include "shell.h"

static void
test_mutants_are_judged(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	expect_text("a handful", shell_output(&arena, "python3 tests/mutants.py --handful --judges ''"),
	    "killed unit_end: SELECT [least ▶ greatest] ( x.back_at by tests/sql/unit_end.sql\n"
	    "survived unit_verdict: 1 THEN ['nobody' ▶ 'another'] WHEN r.learner: any word but \"form\" and \"buyer\" is nobody\n"
	    "killed row_gap: AND time_end [<= ▶ <] now_s THEN by tests/sql/calendar.sql\n"
	    "refused access_now: w.next_start , ['infinity' ▶ 'another'] ) ,\n"
	    "# 4 mutants: 2 killed, 1 survived, 1 refused; 0 not as they should be\n");
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mutants_are_judged) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
