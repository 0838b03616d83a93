/* Whether tests/mutants.py tells a rule that no test holds from one that a test does: a handful of mutants, one of which must survive because nothing of
 * what is asked here looks at it. All of them are for tests/soak.sh. */
#include "expect.h"

#include "base/arena.h"
#include "shell.h"

static void
test_mutants_are_judged(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	expect_text("a handful", shell_output(&arena, "python3 tests/mutants.py --handful --judges test_state || test $? = 1"),
	    "killed unit_end: SELECT [least ▶ greatest] ( x.back_at by test_state\n"
	    "survived source_fresh: AND t.last_complete_at [>= ▶ >] rule.tonight (\n"
	    "killed access_state: OR now [< ▶ <=] g.due_at ) by test_state\n"
	    "refused access_state: ) , ['infinity' ▶ 'another'] ) AS\n"
	    "# 4 mutants: 2 killed, 1 survived, 1 refused; 1 not as they should be\n");
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mutants_are_judged) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
