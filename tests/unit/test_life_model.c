/* Every history of a few events, played with the pure functions of an access alone (tests/sql/life_model.sql): nobody loses what is paid for, nobody keeps
 * what is not. What the judgements are worth is tried with functions that are wrong.
 *
 *     LIFE_EVENTS=N   how many events (3); the long proof of tests/soak.sh takes 6 */
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "with_db.h"

/* A wrong rule: text of a function replaced by another. */
struct wrong {
	const char *function;
	const char *from, *to;
};

static const char *
of_owner(struct with_db *w, const char *sql)
{
	struct err err = ERR_INIT;
	struct db_row *row;

	expect_ok(sql, db_row(&w->arena, w->owner, sql, DB_NONE, &row, &err), &err);
	return row->values[0] != NULL ? row->values[0] : "";
}

/* Play all histories of so many events, from that day on, in a transaction that the caller rolls back. Tail is 1 night; ${wrong} NULL: the rules as they are. */
static void
play(struct with_db *w, int64_t events, const char *day, const struct wrong *wrong)
{
	struct err err = ERR_INIT;
	char *model;
	size_t len;

	expect_ok("begin", db_begin(w->owner, &err), &err);
	expect_ok("tail",
	    db_script(w->owner,
		"CREATE OR REPLACE FUNCTION rule.tail(renews boolean) RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN "
		"interval '1 day'",
		&err),
	    &err);
	if (wrong != NULL) {
		expect_text(wrong->from,
		    of_owner(w, arena_printf(&w->arena,
				    "SELECT count(*)::text FROM pg_proc WHERE pronamespace = 'rule'::regnamespace AND "
				    "proname = '%s' AND strpos(prosrc, $$%s$$) > 0",
				    wrong->function, wrong->from)),
		    "1");
		expect_ok(wrong->from,
		    db_script(w->owner,
			arena_printf(&w->arena,
			    "DO $do$ BEGIN EXECUTE (SELECT replace(pg_get_functiondef(oid), $$%s$$, $$%s$$) FROM pg_proc"
			    " WHERE pronamespace = 'rule'::regnamespace AND proname = '%s'); END $do$",
			    wrong->from, wrong->to, wrong->function),
			&err),
		    &err);
	}
	expect_ok("settings",
	    db_script(w->owner,
		arena_printf(&w->arena, "SET LOCAL model.events = '%lld'; SET LOCAL model.day = '%s'", (long long)events, day),
		&err),
	    &err);
	expect_ok("model", file_read(&w->arena, "model", "tests/sql/life_model.sql", 1 << 16, &model, &len, &err), &err);
	expect_ok("play", db_script(w->owner, model, &err), &err);
}

/* Of each verdict how often, and the shortest story. */
static const char *
verdicts(struct with_db *w)
{
	return of_owner(w,
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
	play(w, events, "2026-01-01Z", NULL);
	/* Twelve events, and seven of them about the first of several sales; each is tried wherever the others lead. */
	print_message("# %s\n",
	    of_owner(w,
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
	static const struct wrong wrong = { "row_gap", "time_end < wanted_end", "time_end > wanted_end" };
	static const char *const nodes =
	    "SELECT md5(string_agg(concat_ws('/', n.step, n.s, v.bad), ' ' ORDER BY n.s)) || ' ' || count(*) || ' ' ||"
	    " count(v.bad) FROM node n LEFT JOIN verdict v USING (id)";
	struct with_db *w = *state;
	const char *first, *second;

	play(w, 2, "2026-01-01Z", NULL);
	first = of_owner(w, nodes);
	db_rollback(w->owner);
	play(w, 2, "2028-02-28Z", NULL);
	second = of_owner(w, nodes);
	db_rollback(w->owner);
	expect_text("the same states", second, first);
	play(w, 3, "2026-10-24Z", &wrong);
	first = of_owner(w, nodes);
	db_rollback(w->owner);
	play(w, 3, "2027-12-31Z", &wrong);
	second = of_owner(w, nodes);
	db_rollback(w->owner);
	expect_text("and verdicts", second, first);
}

static void
test_wrong_rules_are_found(void **state)
{
	static const struct {
		struct wrong wrong;
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

		play(w, cases[i].events, "2026-01-01Z", &cases[i].wrong);
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

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
