/* Locale files: what people read in dates, and what is said about a file that is not as it must be. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outbox/locale.h"

static void
dates_are_written_as_the_language_does(void **state)
{
	static const struct {
		const char *locale, *date, *text;
	} cases[] = {
		{ "en", "2026-08-03", "3 August 2026" },
		{ "es", "2026-08-03", "3 de agosto de 2026" },
		{ "es-MX", "2024-02-29", "29 de febrero de 2024" },
		{ "en-GB", "2026-12-31", "31 December 2026" },
		{ "en-US", "2026-12-31", "December 31, 2026" },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct locale *locale;
		struct clock_date date;

		assert_int_equal(locale_open(&arena, "templates", cases[i].locale, &locale, &err), 0);
		assert_int_equal(locale_date_parse(cases[i].date, &date, &err), 0);
		assert_string_equal(locale_date(&arena, locale, &date), cases[i].text);
		assert_string_equal(locale_direction(locale), "ltr");
		assert_memory_equal(locale_language(locale), cases[i].locale, 2);
	}
	arena_done(&arena);
}

static void
a_date_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "2026-02-29", "the calendar has no date \"2026-02-29\"" },
		{ "2026-8-03", "\"2026-8-03\" is not a date of the form YYYY-MM-DD" },
		{ "2026-08-03T00:00", "\"2026-08-03T00:00\" is not a date of the form YYYY-MM-DD" },
		{ "", "\"\" is not a date of the form YYYY-MM-DD" },
		{ "0000-01-01", "the calendar has no date \"0000-01-01\"" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct clock_date date;

		assert_int_equal(locale_date_parse(cases[i].text, &date, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void
a_bad_file_is_named_with_its_line(void **state)
{
	static const struct {
		const char *content, *message; /* message: after the path */
	} cases[] = {
		{ "formats = en\nnonsense\n", ":2: expected \"key = value\"" },
		{ "formats =\n", ":1: expected \"key = value\"" },
		{ "formats = en\n\n# note\nformats = yy\n", ":4: \"formats\" is there twice" },
		{ "word = x\n", ": there are no formats of dates and numbers for locale \"xx\"" },
		{ "formats = ../x\n", ": \"../x\" is not a language tag" },
		{ "word = a\tb\n", ":1: the value of \"word\" holds a control character" },
		{ "word = \xff\n", ": not UTF-8 text" },
	};
	char dir[] = "/tmp/ctok-locale-XXXXXX";
	char path[64], expected[256];
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/locales", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/locales/xx.txt", dir);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct locale *locale;
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		assert_true(fputs(cases[i].content, file) >= 0);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(locale_open(&arena, dir, "xx", &locale, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		(void)snprintf(expected, sizeof(expected), "%s%s", path, cases[i].message);
		assert_string_equal(err.message, expected);
	}
	assert_int_equal(unlink(path), 0);
	path[strlen(path) - strlen("/xx.txt")] = '\0';
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(dir), 0);
	arena_done(&arena);
}

static void
a_region_has_the_words_that_differ(void **state)
{
	static const char whole[] = "formats = en\nhello = Hello\nbye = Bye\n", region[] = "formats = es-MX\nbye = Adiós\n";
	char dir[] = "/tmp/ctok-locale-XXXXXX";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct locale *locale;
	const char *word = NULL, *folder, *paths[2];
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	folder = arena_printf(&arena, "%s/locales", dir);
	paths[0] = arena_printf(&arena, "%s/xx.txt", folder);
	paths[1] = arena_printf(&arena, "%s/xx-YY.txt", folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	for (i = 0; i < 2; i++) {
		FILE *file = fopen(paths[i], "w");

		assert_non_null(file);
		assert_true(fputs(i == 0 ? whole : region, file) >= 0);
		assert_int_equal(fclose(file), 0);
	}
	assert_int_equal(locale_open(&arena, dir, "xx-YY", &locale, &err), 0);
	assert_string_equal(locale_language(locale), "xx-YY");
	assert_int_equal(locale_word(locale, "hello", &word, &err), 0);
	assert_string_equal(word, "Hello");
	assert_int_equal(locale_word(locale, "bye", &word, &err), 0);
	assert_string_equal(word, "Adiós");
	assert_string_equal(
	    locale_date(&arena, locale, &(struct clock_date){ .year = 2026, .month = 8, .day = 3 }), "3 de agosto de 2026");
	assert_int_equal(locale_word(locale, "none", &word, &err), -1);
	assert_string_equal(err.message, arena_printf(&arena, "%s: there is no \"none\"", paths[1]));
	assert_int_equal(unlink(paths[0]) | unlink(paths[1]) | rmdir(folder) | rmdir(dir), 0);
	arena_done(&arena);
}

static void
a_locale_nobody_wrote_is_a_configuration_error(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct locale *locale;

	(void)state;
	assert_int_equal(locale_open(&arena, "templates", "tlh", &locale, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_string_equal(err.message, "could not read locale \"templates/locales/tlh.txt\": No such file or directory");
	err_reset(&err);
	assert_int_equal(locale_open(&arena, "templates", "../en", &locale, &err), -1);
	assert_string_equal(err.message, "\"../en\" is not a locale");
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_written_as_the_language_does),
		cmocka_unit_test(a_date_that_is_none_is_refused),
		cmocka_unit_test(a_bad_file_is_named_with_its_line),
		cmocka_unit_test(a_region_has_the_words_that_differ),
		cmocka_unit_test(a_locale_nobody_wrote_is_a_configuration_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
