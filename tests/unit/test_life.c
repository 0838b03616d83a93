/* Lives of accesses through the real statements (tests/support/life.c): as the model says of every history of a few events (tests/sql/life_model.sql), and in
 * random worlds as an independent oracle says, which was written from the design and the contracts alone (tests/support/life_oracle.py).
 *
 *     LIFE_WORLDS=N LIFE_SEED=S   how many (150), from which seed (1); the long proof of tests/soak.sh takes 100,000
 *     LIFE_EVENTS=N LIFE_ALL=N LIFE_SHARE=N   the model's histories: how long they get (3), all of those up to so many (2), how many others (60)
 *     LIFE_COMPARE=OPTIONS   more options of life_compare.py */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include "life.h"
#include "life_model.h"
#include "shell.h"

/* What the project says where the design leaves it open (docs/architecture.md); Q as in life_worlds.md, O as in life_oracle.py. */
#define ANSWERS ""
/* Defects that are known (life_compare.py): "--without NAME". */
#define WITHOUT ""

static const char *
asked(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value != NULL ? value : otherwise;
}

static int
write_edge(const struct db_row *row, void *context, struct err *err)
{
	if (fprintf(context, "%s\t%s\t%s\t%s\t%s\n", row->values[0], row->values[1], row->values[2], row->values[3],
		row->values[4]) < 0)
		return err_set(err, ERR_CREATE, "could not write the graph");
	return 0;
}

/* The model plays the pure functions, by facts as it knows them; views and statements say the same of a ledger. */
static void
test_the_model_agrees(void **state)
{
	static const struct life_options options = { .mail_after_s = 0 };
	struct with_db *w = *state;
	const char *dir = w->state_dir, *worlds = arena_printf(&w->keep, "%s/stories.jsonl", dir);
	const char *graph = arena_printf(&w->keep, "%s/graph.tsv", dir), *said = arena_printf(&w->keep, "%s/model.tsv", dir);
	const char *engine = arena_printf(&w->keep, "%s/stories.tsv", dir);
	FILE *file = fopen(graph, "w");
	struct err err = ERR_INIT;

	assert_non_null(file);
	life_model(w, atoi(asked("LIFE_EVENTS", "3")), "2026-01-01Z", /* short_tail= */ false, NULL);
	expect_ok("graph",
	    db_each(w->owner,
		"SELECT n.id::text, n.step::text, n.s::text, coalesce(e.event, ''), coalesce(e.to_id::text, '') FROM node n LEFT "
		"JOIN edge e USING (id)",
		DB_NONE, write_edge, file, &err),
	    &err);
	db_rollback(w->owner);
	assert_int_equal(fclose(file), 0);
	shell(arena_printf(&w->keep, "python3 tests/support/life_story.py %s %s %s %s %s <%s", asked("LIFE_ALL", "2"),
	    asked("LIFE_SHARE", "60"), asked("LIFE_SEED", "1"), worlds, said, graph));
	life_play(w, worlds, engine, &options);
	shell(arena_printf(&w->keep, "python3 tests/support/life_compare.py %s %s %s --columns status,timeend %s", worlds, engine,
	    said, asked("LIFE_COMPARE", "")));
}

/* Worlds of one seed share calendar and rules; of many, each seed's are a play of their own. */
#define WORLDS_AT_ONCE 2000

static void
play_worlds(struct with_db *w, const char *what)
{
	static const struct life_options options = { .mail_after_s = 1800 };
	const char *dir = w->state_dir;
	const char *thrown = arena_printf(&w->keep, "%s/worlds.jsonl", dir), *engine = arena_printf(&w->keep, "%s/engine.tsv", dir);

	shell(arena_printf(&w->keep, "python3 tests/support/%s >%s", what, thrown));
	life_play(w, thrown, engine, &options);
	shell(arena_printf(&w->keep, "python3 tests/support/life_oracle.py " ANSWERS " <%s >%s/oracle.tsv", thrown, dir));
	shell(arena_printf(&w->keep, "python3 tests/support/life_compare.py %s %s %s/oracle.tsv " WITHOUT " %s", thrown, engine,
	    dir, asked("LIFE_COMPARE", "")));
}

static void
test_an_oracle_agrees(void **state)
{
	int64_t worlds = atoi(asked("LIFE_WORLDS", "150")), seed = atoi(asked("LIFE_SEED", "1"));

	for (; worlds > 0; seed++, worlds -= WORLDS_AT_ONCE) {
		assert_int_equal(with_db_fresh(state), 0);
		play_worlds(*state, arena_printf(&((struct with_db *)*state)->keep, "life_dice.py %lld %lld", (long long)seed,
					(long long)(worlds < WORLDS_AT_ONCE ? worlds : WORLDS_AT_ONCE)));
	}
}

/* Cases reckoned by hand, which the oracle and the engine are held against. */
static void
test_what_was_reckoned_by_hand(void **state)
{
	shell("python3 tests/support/test_life_oracle.py");
	play_worlds(*state, "test_life_oracle.py --worlds");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_the_model_agrees, with_db_fresh),
		cmocka_unit_test_setup(test_what_was_reckoned_by_hand, with_db_fresh),
		cmocka_unit_test(test_an_oracle_agrees),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
