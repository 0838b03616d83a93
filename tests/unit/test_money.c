/* Money: exact in, exact out, every refusal with its reason. */
#include "base/money.h"

#include "expect.h"

struct parse_case {
	const char *title, *text, *currency;
	enum money_rounding rounding;
	int64_t minor;
	const char *message; /* NULL: it parses */
};

static const struct parse_case parse_cases[] = {
	{ "two decimals", "12.34", "EUR", MONEY_EXACT, 1234, NULL },
	{ "no decimals are filled up", "12", "EUR", MONEY_EXACT, 1200, NULL },
	{ "one decimal is filled up", "12.5", "EUR", MONEY_EXACT, 1250, NULL },
	{ "zeros beyond the currency's decimals change nothing", "12.3400000", "EUR", MONEY_EXACT, 1234, NULL },
	{ "leading zeros change nothing", "00012.34", "EUR", MONEY_EXACT, 1234, NULL },
	{ "a minus sign", "-1.05", "EUR", MONEY_EXACT, -105, NULL },
	{ "minus zero is zero", "-0.00", "EUR", MONEY_EXACT, 0, NULL },
	{ "yen have no decimals", "120", "JPY", MONEY_EXACT, 120, NULL },
	{ "yen with zeros as decimals", "120.00", "JPY", MONEY_EXACT, 120, NULL },
	{ "dinars have three", "1.005", "KWD", MONEY_EXACT, 1005, NULL },
	{ "four decimals", "1.0001", "CLF", MONEY_EXACT, 10001, NULL },
	{ "what a double would spoil", "90071992547409.93", "EUR", MONEY_EXACT, 9007199254740993, NULL },
	{ "the largest", "92233720368547758.07", "EUR", MONEY_EXACT, INT64_MAX, NULL },
	{ "the smallest", "-92233720368547758.08", "EUR", MONEY_EXACT, INT64_MIN, NULL },
	{ "half rounds up", "1.005", "EUR", MONEY_HALF_UP, 101, NULL },
	{ "half rounds away from zero", "-1.005", "EUR", MONEY_HALF_UP, -101, NULL },
	{ "below half rounds down", "1.00499999999999", "EUR", MONEY_HALF_UP, 100, NULL },
	{ "below half of a negative", "-1.0049", "EUR", MONEY_HALF_UP, -100, NULL },
	{ "rounding carries", "9.995", "EUR", MONEY_HALF_UP, 1000, NULL },
	{ "rounding to whole yen", "120.5", "JPY", MONEY_HALF_UP, 121, NULL },
	{ "rounding a tiny negative gives zero", "-0.001", "EUR", MONEY_HALF_UP, 0, NULL },
	{ "too many decimals", "12.345", "EUR", MONEY_EXACT, 0, "\"12.345\" is not an amount in EUR: it has more than 2 decimals" },
	{ "decimals of yen", "12.3", "JPY", MONEY_EXACT, 0, "\"12.3\" is not an amount in JPY: it has more than 0 decimals" },
	{ "beyond the largest", "92233720368547758.08", "EUR", MONEY_EXACT, 0,
	    "\"92233720368547758.08\" is not an amount in EUR: it is too large" },
	{ "beyond the smallest", "-92233720368547758.09", "EUR", MONEY_EXACT, 0,
	    "\"-92233720368547758.09\" is not an amount in EUR: it is too large" },
	{ "too large before its decimals", "92233720368547759", "EUR", MONEY_EXACT, 0,
	    "\"92233720368547759\" is not an amount in EUR: it is too large" },
	{ "too large by rounding", "92233720368547758.075", "EUR", MONEY_HALF_UP, 0,
	    "\"92233720368547758.075\" is not an amount in EUR: it is too large" },
	{ "twenty digits", "99999999999999999999", "EUR", MONEY_EXACT, 0,
	    "\"99999999999999999999\" is not an amount in EUR: it is too large" },
	{ "empty", "", "EUR", MONEY_EXACT, 0, "\"\" is not an amount in EUR: it does not begin with a digit" },
	{ "only a sign", "-", "EUR", MONEY_EXACT, 0, "\"-\" is not an amount in EUR: it does not begin with a digit" },
	{ "a plus sign", "+1", "EUR", MONEY_EXACT, 0, "\"+1\" is not an amount in EUR: it does not begin with a digit" },
	{ "no digit before the point", ".5", "EUR", MONEY_EXACT, 0,
	    "\".5\" is not an amount in EUR: it does not begin with a digit" },
	{ "no digit after the point", "5.", "EUR", MONEY_EXACT, 0, "\"5.\" is not an amount in EUR: no digit follows the point" },
	{ "an exponent", "1e2", "EUR", MONEY_EXACT, 0,
	    "\"1e2\" is not an amount in EUR: only digits and one point may follow the first digit" },
	{ "a comma", "1,5", "EUR", MONEY_EXACT, 0,
	    "\"1,5\" is not an amount in EUR: only digits and one point may follow the first digit" },
	{ "two points", "1.2.3", "EUR", MONEY_EXACT, 0,
	    "\"1.2.3\" is not an amount in EUR: only digits and one point may follow the first digit" },
	{ "a blank before", " 1", "EUR", MONEY_EXACT, 0, "\" 1\" is not an amount in EUR: it does not begin with a digit" },
	{ "a blank after", "1 ", "EUR", MONEY_EXACT, 0,
	    "\"1 \" is not an amount in EUR: only digits and one point may follow the first digit" },
	{ "hexadecimal", "0x10", "EUR", MONEY_EXACT, 0,
	    "\"0x10\" is not an amount in EUR: only digits and one point may follow the first digit" },
	{ "digits of another script", "\331\241", "EUR", MONEY_EXACT, 0,
	    "\"\331\241\" is not an amount in EUR: it does not begin with a digit" },
	{ "no number", "NaN", "EUR", MONEY_EXACT, 0, "\"NaN\" is not an amount in EUR: it does not begin with a digit" },
	{ "a currency in lower case", "1", "eur", MONEY_EXACT, 0, "\"eur\" is not an ISO 4217 currency" },
	{ "gold has no minor unit", "1", "XAU", MONEY_EXACT, 0, "\"XAU\" is not an ISO 4217 currency" },
	{ "no currency", "1", "", MONEY_EXACT, 0, "\"\" is not an ISO 4217 currency" },
};

static void
parses_decimal_text(void **state)
{
	const struct parse_case *c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(parse_cases); i++) {
		struct err err = ERR_INIT;
		struct money money = { 77, "???" };

		c = &parse_cases[i];
		if (c->message == NULL) {
			expect_ok(c->title, money_parse(c->text, c->currency, c->rounding, &money, &err), &err);
			if (money.minor != c->minor)
				fail_msg("%s: expected %lld, found %lld", c->title, (long long)c->minor, (long long)money.minor);
			assert_string_equal(money.currency, c->currency);
			continue;
		}
		assert_int_equal(money_parse(c->text, c->currency, c->rounding, &money, &err), -1);
		expect_err(c->title, &err, ERR_DATA, c->message);
		/* A result is untouched on failure. */
		assert_int_equal(money.minor, 77);
	}
}

static void
parses_amounts_of_settings(void **state)
{
	static const struct {
		const char *title, *text;
		int64_t minor;
		const char *message;
	} cases[] = {
		{ "euros", "99.00 EUR", 9900, NULL },
		{ "yen", "1200 JPY", 1200, NULL },
		{ "no blank", "99.00EUR", 0, "\"99.00EUR\" is not an amount of money: it must be written as \"99.00 EUR\"" },
		{ "no currency", "99.00", 0, "\"99.00\" is not an amount of money: it must be written as \"99.00 EUR\"" },
		{ "currency first", "EUR 99", 0, "\"EUR 99\" is not an amount of money: it must be written as \"99.00 EUR\"" },
		{ "two blanks", "99  EUR", 0, "\"99 EUR\" is not an amount of money: it must be written as \"99.00 EUR\"" },
		{ "too long", "0000000000000000000000000000000000000000000000000000000000000001 EUR", 0,
		    "\"0000000000000000000000000000000000000000000000000000000000000001\" is not an amount of money: it must be "
		    "written as \"99.00 EUR\"" },
		{ "no such currency", "99 EUX", 0, "\"EUX\" is not an ISO 4217 currency" },
		{ "too many decimals", "99.001 EUR", 0, "\"99.001\" is not an amount in EUR: it has more than 2 decimals" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct money money = { 77, "???" };

		if (cases[i].message == NULL) {
			expect_ok(cases[i].title, money_parse_pair(cases[i].text, &money, &err), &err);
			assert_int_equal(money.minor, cases[i].minor);
			continue;
		}
		assert_int_equal(money_parse_pair(cases[i].text, &money, &err), -1);
		expect_err(cases[i].title, &err, ERR_DATA, cases[i].message);
	}
}

static void
writes_what_it_read(void **state)
{
	static const struct {
		struct money money;
		const char *text;
	} cases[] = {
		{ { 1234, "EUR" }, "12.34 EUR" },
		{ { 5, "EUR" }, "0.05 EUR" },
		{ { -5, "EUR" }, "-0.05 EUR" },
		{ { -100, "EUR" }, "-1.00 EUR" },
		{ { 0, "EUR" }, "0.00 EUR" },
		{ { 120, "JPY" }, "120 JPY" },
		{ { -1, "JPY" }, "-1 JPY" },
		{ { 1005, "KWD" }, "1.005 KWD" },
		{ { 10001, "UYW" }, "1.0001 UYW" },
		{ { INT64_MAX, "EUR" }, "92233720368547758.07 EUR" },
		{ { INT64_MIN, "EUR" }, "-92233720368547758.08 EUR" },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct money again;
		char *text = money_text(&arena, &cases[i].money);

		expect_text("as text", text, cases[i].text);
		expect_ok("read again", money_parse_pair(text, &again, &err), &err);
		assert_int_equal(again.minor, cases[i].money.minor);
	}
	assert_string_equal(money_decimal(&arena, &cases[0].money), "12.34");
	arena_done(&arena);
}

static void
knows_the_decimals_of_each_currency(void **state)
{
	static const struct {
		const char *currency;
		int exponent;
	} cases[] = { { "EUR", 2 }, { "USD", 2 }, { "GBP", 2 }, { "HUF", 2 }, { "TWD", 2 }, { "MRU", 2 }, { "ZWG", 2 },
		{ "XCG", 2 }, { "JPY", 0 }, { "KRW", 0 }, { "CLP", 0 }, { "ISK", 0 }, { "UGX", 0 }, { "XOF", 0 }, { "VND", 0 },
		{ "PYG", 0 }, { "BHD", 3 }, { "TND", 3 }, { "IQD", 3 }, { "CLF", 4 }, { "UYW", 4 }, { "HRK", 2 }, { "BGN", 2 } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		int exponent = -1;

		expect_ok(cases[i].currency, money_exponent(cases[i].currency, &exponent, &err), &err);
		assert_int_equal(exponent, cases[i].exponent);
	}
}

static void
arithmetic_is_checked(void **state)
{
	struct money a = { INT64_MAX - 1, "EUR" }, one = { 1, "EUR" }, two = { 2, "EUR" }, yen = { 1, "JPY" }, result = { 0, "" };
	struct err err = ERR_INIT;

	(void)state;
	expect_ok("up to the largest", money_add(&a, &one, &result, &err), &err);
	assert_int_equal(result.minor, INT64_MAX);
	assert_string_equal(result.currency, "EUR");
	assert_int_equal(money_add(&a, &two, &result, &err), -1);
	expect_err("beyond the largest", &err, ERR_DATA, "a sum of money in EUR is too large");
	err_reset(&err);
	assert_int_equal(money_add(&a, &yen, &result, &err), -1);
	expect_err("two currencies", &err, ERR_DATA, "cannot add JPY to EUR");
	err_reset(&err);
	expect_ok("times", money_times(&two, -21, &result, &err), &err);
	assert_int_equal(result.minor, -42);
	assert_int_equal(money_times(&a, 2, &result, &err), -1);
	expect_err("times beyond the largest", &err, ERR_DATA, "2 times an amount in EUR is too large");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_decimal_text),
		cmocka_unit_test(parses_amounts_of_settings),
		cmocka_unit_test(writes_what_it_read),
		cmocka_unit_test(knows_the_decimals_of_each_currency),
		cmocka_unit_test(arithmetic_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
