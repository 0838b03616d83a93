/* Every history of a few events, played with the pure functions of an access alone (tests/sql/life_model.sql): nobody loses what is paid for, nobody keeps
 * what is not. What the judgements are worth is tried with functions that are wrong.
 *
 *     LIFE_EVENTS=N   how many events (3); the long proof of tests/soak.sh takes 6
 *     LIFE_RIGHT=1    only the rules as they are: for tests/mutants.py, which makes them wrong in its own way */
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "life_model.h"

/* Of each verdict how often, and the shortest story. */
static const char *
verdicts(struct with_db *w)
{
	return life_model_text(w,
	    "SELECT coalesce(string_agg(v.bad || ' ' || v.times || ', as ' || pg_temp.story(v.id), '; ' ORDER BY v.bad DESC), '')"
	    " FROM (SELECT v.bad, count(*) AS times, (min(ARRAY[n.step, v.id]))[2] AS id FROM verdict v JOIN node n USING (id)"
	    " GROUP BY v.bad) v");
}

static void
test_every_history(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	const char *asked = getenv("LIFE_EVENTS");
	int64_t events = 3;

	if (asked != NULL)
		expect_ok("LIFE_EVENTS", text_int64(asked, &events, &err), &err);
	life_model(w, events, "2026-01-01Z", /* short_tail= */ true, NULL);
	/* Twelve events, and seven of them about the first of several sales; each is tried wherever the others lead. */
	print_message("# %s\n",
	    life_model_text(w,
		arena_printf(&w->arena,
		    "SELECT format('%%s histories of %lld events by %%s policies: %%s states, each played once', (SELECT sum(19 ^ "
		    "n)::bigint FROM generate_series(1, %lld) n), count(*) FILTER (WHERE step = 0), count(*)) FROM node",
		    (long long)events, (long long)events)));
	expect_text("nobody loses what is paid for, nobody keeps what is not", verdicts(w), "");
	db_rollback(w->owner);
}

/* What lets two histories be one: the rules know no day. (Within a day they are the same by what they are told.) */
static void
test_a_life_is_the_same_a_day_later(void **state)
{
	static const struct life_wrong wrong = { "row_gap", "time_end < wanted_end", "time_end > wanted_end" };
	static const char *const nodes =
	    "SELECT md5(string_agg(concat_ws('/', n.step, n.s, v.bad), ' ' ORDER BY n.s)) || ' ' || count(*) || ' ' ||"
	    " count(v.bad) FROM node n LEFT JOIN verdict v USING (id)";
	struct with_db *w = *state;
	const char *first, *second;

	life_model(w, 2, "2026-01-01Z", /* short_tail= */ true, NULL);
	first = life_model_text(w, nodes);
	db_rollback(w->owner);
	life_model(w, 2, "2028-02-28Z", /* short_tail= */ true, NULL);
	second = life_model_text(w, nodes);
	db_rollback(w->owner);
	expect_text("the same states", second, first);
	life_model(w, 3, "2026-10-24Z", /* short_tail= */ true, &wrong);
	first = life_model_text(w, nodes);
	db_rollback(w->owner);
	life_model(w, 3, "2027-12-31Z", /* short_tail= */ true, &wrong);
	second = life_model_text(w, nodes);
	db_rollback(w->owner);
	expect_text("and verdicts", second, first);
}

static void
test_wrong_rules_are_found(void **state)
{
	static const struct {
		struct life_wrong wrong;
		int events;
		const char *found; /* the beginning of what the model says */
	} cases[] = {
		/* A renewal that does not move the end; a row that Moodle ends before its time. */
		{ { "term_chain_step", "greatest(so_far, sold_at)", "sold_at" }, 3, "lost " },
		{ { "row_gap", "time_end < wanted_end", "time_end > wanted_end" }, 3, "lost " },
		{ { "access_state", "ELSE rule.moodle_end(s.tail_end) END", "ELSE rule.moodle_end(s.tail_end) - 3 * 86400 END" }, 1,
		    "lost " },
		/* Grace that lasts a night too long; an end that never comes; money that was given or taken back. */
		{ { "access_state", "now < g.due_at)", "now <= g.due_at)" }, 2, "free " },
		{ { "row_gap", "WHEN wanted = 'suspended' THEN 'suspend'", "" }, 3, "free " },
		{ { "unit_end", "least(unpaid_at, ended_at, overdue_at, disabled_at) AS",
		      "least(ended_at, overdue_at, disabled_at) AS" },
		    3, "free " },
		{ { "unit_end", "least(cancelled_at, refunded_at, lost_at) AS", "least(cancelled_at, lost_at) AS" }, 2,
		    "free 12, as pay · refund all · night (grace 0, kept while disputed)" },
	};
	struct with_db *w = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *said;

		life_model(w, cases[i].events, "2026-01-01Z", /* short_tail= */ true, &cases[i].wrong);
		said = verdicts(w);
		expect_text(cases[i].wrong.from, arena_strndup(&w->arena, said, strlen(cases[i].found)), cases[i].found);
		db_rollback(w->owner);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_history),
		cmocka_unit_test(test_a_life_is_the_same_a_day_later),
		cmocka_unit_test(test_wrong_rules_are_found),
	};
	const struct CMUnitTest right[] = { cmocka_unit_test(test_every_history) };

	if (getenv("LIFE_RIGHT") != NULL)
		return cmocka_run_group_tests(right, with_db_open, with_db_close);
	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
