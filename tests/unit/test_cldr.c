/* Formats of languages: what people read in dates, numbers, amounts and plurals, and where lines may be broken. What ICU writes may change
 * with its version; only what has been so for many years is expected here, and that nothing comes out that a page could not print. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "adapter/cldr.h"

static const struct cldr *
formats(const char *name)
{
	struct err err = ERR_INIT;
	const struct cldr *cldr;

	if (cldr_open(name, &cldr, &err) != 0)
		fail_msg("%s", err.message);
	return cldr;
}

static void
dates_numbers_and_amounts_are_written_as_the_language_does(void **state)
{
	static const struct {
		const char *name, *date, *number, *money;
		bool rtl;
	} cases[] = {
		{ "en-001", "3 August 2026", "1,234,567", "€1,234.50", false },
		{ "en-US", "August 3, 2026", "1,234,567", "€1,234.50", false },
		{ "es", "3 de agosto de 2026", "1.234.567", "1234,50\u00a0€", false },
		{ "de", "3. August 2026", "1.234.567", "1.234,50\u00a0€", false },
		/* A narrow blank in ICU's own. */
		{ "fr", "3 août 2026", "1\u00a0234\u00a0567", "1\u00a0234,50\u00a0€", false },
		{ "pl", "3 sierpnia 2026", "1\u00a0234\u00a0567", "1234,50\u00a0€", false },
		{ "ja", "2026年8月3日", "1,234,567", "€1,234.50", false },
		{ "ar", "٣ أغسطس ٢٠٢٦", "١٬٢٣٤٬٥٦٧", NULL, true },
		{ "he", "3 באוגוסט 2026", "1,234,567", NULL, true },
		{ "th", NULL, "1,234,567", NULL, false },
	};
	const struct clock_date day = { .year = 2026, .month = 8, .day = 3, .hour = 23 };
	const struct money money = { 123450, "EUR" };
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct cldr *cldr = formats(cases[i].name);
		const char *date = cldr_date(&arena, cldr, &day);

		if (cases[i].date != NULL)
			assert_string_equal(date, cases[i].date);
		/* Never that of another calendar: 2569 in Thailand. */
		assert_true(strstr(date, "2026") != NULL || strstr(date, "٢٠٢٦") != NULL);
		assert_string_equal(cldr_number(&arena, cldr, 1234567), cases[i].number);
		if (cases[i].money != NULL)
			assert_string_equal(cldr_money(&arena, cldr, &money), cases[i].money);
		assert_int_equal(cldr_rtl(cldr), cases[i].rtl);
		assert_ptr_equal(formats(cases[i].name), cldr);
	}
	arena_done(&arena);
}

static void
amounts_keep_all_their_digits(void **state)
{
	static const struct {
		struct money money;
		const char *text;
	} cases[] = {
		{ { 9223372036854775807, "USD" }, "US$92,233,720,368,547,758.07" },
		{ { -1, "EUR" }, "-€0.01" },
		{ { 0, "EUR" }, "€0.00" },
		{ { 120000, "JPY" }, "JP¥120,000" },
		{ { 1234567, "KWD" }, "KWD\u00a01,234.567" },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(cldr_money(&arena, formats("en-001"), &cases[i].money), cases[i].text);
	arena_done(&arena);
}

static void
days_before_1582_are_those_of_the_same_calendar(void **state)
{
	static const struct clock_date first = { .year = 1, .month = 1, .day = 1 }, last = { .year = 9999, .month = 12, .day = 31 },
				       leap = { .year = 1200, .month = 2, .day = 29 };
	struct arena arena = ARENA_INIT;

	(void)state;
	assert_string_equal(cldr_date(&arena, formats("en-001"), &first), "1 January 1");
	assert_string_equal(cldr_date(&arena, formats("en-001"), &leap), "29 February 1200");
	assert_string_equal(cldr_date(&arena, formats("en-001"), &last), "31 December 9999");
	arena_done(&arena);
}

static void
plurals_take_the_forms_of_the_language(void **state)
{
	enum {
		ZERO = 1 << CLDR_ZERO,
		ONE = 1 << CLDR_ONE,
		TWO = 1 << CLDR_TWO,
		FEW = 1 << CLDR_FEW,
		MANY = 1 << CLDR_MANY,
		OTHER = 1 << CLDR_OTHER
	};
	static const struct {
		const char *name;
		unsigned forms;
		int64_t number;
		enum cldr_plural form;
	} cases[] = {
		{ "en", ONE | OTHER, 1, CLDR_ONE },
		{ "en", ONE | OTHER, 0, CLDR_OTHER },
		/* "un millón de días" is a form of its own, which no count here takes. */
		{ "es", ONE | OTHER, 1000000, CLDR_MANY },
		{ "fr", ONE | OTHER, 0, CLDR_ONE },
		{ "pl", ONE | FEW | MANY, 22, CLDR_FEW },
		{ "pl", ONE | FEW | MANY, 12, CLDR_MANY },
		{ "ar", ZERO | ONE | TWO | FEW | MANY | OTHER, 0, CLDR_ZERO },
		{ "ar", ZERO | ONE | TWO | FEW | MANY | OTHER, 111, CLDR_MANY },
		{ "ga", ONE | TWO | FEW | MANY | OTHER, 7, CLDR_MANY },
		{ "ja", OTHER, 1, CLDR_OTHER },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(cldr_plurals(formats(cases[i].name)), cases[i].forms);
		assert_int_equal(cldr_plural(formats(cases[i].name), cases[i].number), cases[i].form);
	}
	assert_string_equal(cldr_plural_name(CLDR_FEW), "few");
}

static void
lines_are_broken_where_the_script_allows(void **state)
{
	static const struct {
		const char *text;
		size_t count, places[8];
	} cases[] = {
		{ "", 1, { 0 } },
		{ "one two", 2, { 4, 7 } },
		{ "well-known", 2, { 5, 10 } },
		{ "a\u00a0b", 1, { 4 } },
		/* Not before a full stop. */
		{ "日本。語", 3, { 3, 9, 12 } },
	};
	struct arena arena = ARENA_INIT;
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t *places = cldr_breaks(&arena, formats("ja"), cases[i].text, &count);

		assert_int_equal(count, cases[i].count);
		assert_memory_equal(places, cases[i].places, count * sizeof(size_t));
	}
	arena_done(&arena);
}

static void
a_language_nobody_knows_is_refused(void **state)
{
	static const struct {
		const char *name, *message;
	} cases[] = {
		{ "tlh", "there are no formats of dates and numbers for locale \"tlh\"" },
		{ "xx-YY", "there are no formats of dates and numbers for locale \"xx-YY\"" },
		{ "es_MX", "\"es_MX\" is not a language tag" },
		{ "", "\"\" is not a language tag" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		const struct cldr *cldr = NULL;

		assert_int_equal(cldr_open(cases[i].name, &cldr, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_string_equal(err.message, cases[i].message);
		assert_null(cldr);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_numbers_and_amounts_are_written_as_the_language_does),
		cmocka_unit_test(amounts_keep_all_their_digits),
		cmocka_unit_test(days_before_1582_are_those_of_the_same_calendar),
		cmocka_unit_test(plurals_take_the_forms_of_the_language),
		cmocka_unit_test(lines_are_broken_where_the_script_allows),
		cmocka_unit_test(a_language_nobody_knows_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
