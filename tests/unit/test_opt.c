/* Options: what a table declares is parsed, everything else is refused with its reason. */
#include "base/opt.h"

#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

static const struct opt own[] = {
	{ .name = "plan", .type = OPT_ID, .help = "Plan to apply; the newest released one by default." },
	{ .name = "max", .type = OPT_COUNT, .help = "Stop after this many actions." },
	{ .name = "as-of",
	    .type = OPT_MOMENT,
	    .help = "Look at the world as it was then: a moment with its zone, or a date for its 00:00 UTC." },
	{ .name = "output", .type = OPT_FILE, .help = "Where to write.", .value = "F.pdf" },
	OPT_END,
};
static const struct opt common[] = {
	{ .name = "tenant", .type = OPT_TEXT, .help = "Only this tenant.", .value = "NAME" },
	{ .name = "dry-run", .type = OPT_FLAG, .help = "Send nothing." },
	{ .name = "only", .type = OPT_TEXTS, .help = "What.", .value = "KEY=VALUE" },
	{ .name = "help", .type = OPT_FLAG, .help = "Show this." },
	OPT_END,
};
static const struct opt needed[] = {
	{ .name = "since", .type = OPT_MOMENT, .help = "From when.", .required = true },
	OPT_END,
};
static const struct opt *const tables[] = { own, common, needed };

/* argv of up to 8 words; the first is the program. */
static int
parse(struct arena *arena, size_t table_count, const char *const *words, size_t max_args, struct opt_set **ret, struct err *err)
{
	char *argv[10] = { NULL };
	int argc = 0;

	argv[argc++] = arena_strdup(arena, "ctok-x");
	while (*words != NULL)
		argv[argc++] = arena_strdup(arena, *words++);
	return opt_parse(arena, tables, table_count, argc, argv, max_args, ret, err);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
values_of_each_type(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct opt_set *set;
	const char *const *args;
	size_t count;
	int64_t utc = 7;

	(void)state;
	expect_ok("all",
	    parse(&arena, 2,
		WORDS("--plan=12", "first", "--max", "0", "--as-of=2026-08-03T16:05+02:00", "--output", "-", "--dry-run"), 2, &set,
		&err),
	    &err);
	assert_int_equal(opt_count(set, "plan", 3), 12);
	assert_int_equal(opt_count(set, "max", 3), 0);
	assert_true(opt_moment(set, "as-of", &utc));
	assert_int_equal(utc, 1785765900);
	expect_text("a file", opt_text(set, "output"), "-");
	assert_true(opt_flag(set, "dry-run"));
	assert_false(opt_flag(set, "help"));
	assert_null(opt_text(set, "tenant"));
	args = opt_args(set, &count);
	assert_int_equal(count, 1);
	expect_text("an argument", args[0], "first");

	expect_ok("none", parse(&arena, 2, (const char *const[]){ NULL }, 0, &set, &err), &err);
	assert_int_equal(opt_count(set, "plan", 3), 3);
	assert_false(opt_moment(set, "as-of", &utc));
	assert_int_equal(utc, 1785765900);
	(void)opt_args(set, &count);
	assert_int_equal(count, 0);

	expect_ok("a date", parse(&arena, 2, WORDS("--as-of", "2026-08-03"), 0, &set, &err), &err);
	assert_true(opt_moment(set, "as-of", &utc));
	assert_int_equal(utc, 1785715200);

	expect_ok("after --", parse(&arena, 2, WORDS("--tenant", "a=b", "--", "--plan", "-"), 2, &set, &err), &err);
	expect_text("a value with =", opt_text(set, "tenant"), "a=b");
	args = opt_args(set, &count);
	assert_int_equal(count, 2);
	expect_text("plain --plan", args[0], "--plan");
	expect_text("plain -", args[1], "-");

	expect_ok("a list", parse(&arena, 2, WORDS("--only", "a=1", "--only=b=2"), 0, &set, &err), &err);
	args = opt_texts(set, "only", &count);
	assert_int_equal(count, 2);
	expect_text("its first", args[0], "a=1");
	expect_text("its second", args[1], "b=2");
	expect_ok("no list", parse(&arena, 2, WORDS("--dry-run"), 0, &set, &err), &err);
	(void)opt_texts(set, "only", &count);
	assert_int_equal(count, 0);

	expect_ok("a flag twice", parse(&arena, 2, WORDS("--dry-run", "--dry-run"), 0, &set, &err), &err);
	expect_ok("help waives what is required", parse(&arena, 3, WORDS("--help"), 0, &set, &err), &err);
	arena_done(&arena);
}

static void
refusals(void **state)
{
	static const struct {
		const char *title;
		const char *words[3];
		const char *message, *hint;
	} cases[] = {
		{ "a letter too many", { "--plann" }, "option \"--plann\" is not known", "Did you mean --plan?" },
		{ "letters swapped", { "--dyr-run" }, "option \"--dyr-run\" is not known", "Did you mean --dry-run?" },
		{ "an abbreviation", { "--dry" }, "option \"--dry\" is not known", "Did you mean --dry-run?" },
		{ "with a value", { "--tenants=acme" }, "option \"--tenants\" is not known", "Did you mean --tenant?" },
		{ "nothing like it", { "--frobnicate" }, "option \"--frobnicate\" is not known",
		    "Run \"ctok-x --help\" for the options." },
		{ "one dash", { "-h" }, "option \"-h\" is not known", "Run \"ctok-x --help\" for the options." },
		{ "one dash, whole name", { "-plan" }, "option \"-plan\" is not known", "Did you mean --plan?" },
		{ "no value", { "--plan" }, "option --plan needs a value: ID", "" },
		{ "no value of its own word", { "--output" }, "option --output needs a value: F.pdf", "" },
		{ "a flag with a value", { "--dry-run=yes" }, "option --dry-run takes no value", "" },
		{ "twice", { "--plan=1", "--plan=2" }, "option --plan is given twice", "" },
		{ "an id of 0", { "--plan=0" }, "option --plan: 0 is less than 1", "" },
		{ "a negative count", { "--max", "-1" }, "option --max: -1 is less than 0", "" },
		{ "a count that is none", { "--max=many" }, "option --max: \"many\" is not a whole number", "" },
		{ "a count too large", { "--max=9223372036854775808" },
		    "option --max: \"9223372036854775808\" is too large a number", "" },
		{ "an empty text", { "--tenant=" }, "option --tenant: the value is empty", "" },
		{ "bytes that are no UTF-8", { "--tenant=\377" }, "option --tenant: the value is not UTF-8", "" },
		{ "a moment without zone", { "--as-of=2026-08-03T16:05" },
		    "option --as-of: \"2026-08-03T16:05\" is not a date and time: it has no time zone", "" },
		{ "no such day", { "--as-of=2026-08-32" },
		    "option --as-of: \"2026-08-32\" is not a date: the calendar has no such day", "" },
		{ "an argument too many", { "a", "b" }, "argument \"b\" is not expected",
		    "Run \"ctok-x --help\" for the options." },
	};
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct opt_set *set = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		err_reset(&err);
		assert_int_equal(parse(&arena, 2, cases[i].words, 1, &set, &err), -1);
		expect_err(cases[i].title, &err, ERR_USAGE, cases[i].message);
		expect_text(cases[i].title, err.hint, cases[i].hint);
		assert_null(set);
	}
	err_reset(&err);
	assert_int_equal(parse(&arena, 3, WORDS("--dry-run"), 1, &set, &err), -1);
	expect_err("required", &err, ERR_USAGE, "option --since is required");
	arena_done(&arena);
}

static void
help_is_wrapped(void **state)
{
	char text[2000] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(f);
	opt_help(f, tables, 2);
	assert_int_equal(fclose(f), 0);
	expect_text("help", text,
	    "  --plan ID             Plan to apply; the newest released one by default.\n"
	    "  --max N               Stop after this many actions.\n"
	    "  --as-of TIME          Look at the world as it was then: a moment with its\n"
	    "                        zone, or a date for its 00:00 UTC.\n"
	    "  --output F.pdf        Where to write.\n"
	    "  --tenant NAME         Only this tenant.\n"
	    "  --dry-run             Send nothing.\n"
	    "  --only KEY=VALUE      What.\n"
	    "  --help                Show this.\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_each_type),
		cmocka_unit_test(refusals),
		cmocka_unit_test(help_is_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
