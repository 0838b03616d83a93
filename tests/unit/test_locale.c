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

#define MONTHS \
	"month.1=a\nmonth.2=b\nmonth.3=c\nmonth.4=d\nmonth.5=e\nmonth.6=f\nmonth.7=g\nmonth.8=h\nmonth.9=i\nmonth.10=j\nmonth.11=" \
	"k\n"

static void
a_bad_file_is_named_with_its_line(void **state)
{
	static const struct {
		const char *content, *message; /* message: after the path */
	} cases[] = {
		{ "language = xx\nnonsense\n", ":2: expected \"key = value\"" },
		{ "language =\n", ":1: expected \"key = value\"" },
		{ "language = xx\n\n# note\nlanguage = yy\n", ":4: \"language\" is there twice" },
		{ "language = xx\n", ": there is no \"direction\"" },
		{ "language = ../x\ndirection = ltr\ndate = {day}{month}{year}\n", ": \"language\" is not a language tag" },
		{ "language = xx\ndirection = up\ndate = {day}{month}{year}\n", ": \"direction\" is neither \"ltr\" nor \"rtl\"" },
		{ "language = xx\ndirection = ltr\ndate = {day} {month}\n",
		    ": \"date\" must hold {day}, {month} and {year} and no other braces" },
		{ "language = xx\ndirection = ltr\ndate = {day}{month}{year}{week}\n",
		    ": \"date\" must hold {day}, {month} and {year} and no other braces" },
		{ "language = xx\ndirection = ltr\ndate = {day}{month}{year}\n" MONTHS, ": there is no \"month.12\"" },
		{ "language = xx\ndirection = ltr\nword = a\tb\n", ":3: the value of \"word\" holds a control character" },
		{ "language = \xff\n", ": not UTF-8 text" },
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
		cmocka_unit_test(a_locale_nobody_wrote_is_a_configuration_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
