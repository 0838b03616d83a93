/* Exact money: counts of minor units, decimal text in and out, every operation checked. Nothing here is a double. */
#include "base/money.h"

#include <stddef.h>
#include <string.h>

struct currency {
	char code[4];
	int8_t exponent;
};

/* ISO 4217 list one, by code. What has no minor unit (gold, SDR, test and bond codes) is left out: no sale is made in it.
 * The last group left the list since 2020; documents of earlier years bear them, and their exponent stays what it was. */
static const struct currency currencies[] = { { "AED", 2 }, { "AFN", 2 }, { "ALL", 2 }, { "AMD", 2 }, { "AOA", 2 }, { "ARS", 2 },
	{ "AUD", 2 }, { "AWG", 2 }, { "AZN", 2 }, { "BAM", 2 }, { "BBD", 2 }, { "BDT", 2 }, { "BHD", 3 }, { "BIF", 0 },
	{ "BMD", 2 }, { "BND", 2 }, { "BOB", 2 }, { "BOV", 2 }, { "BRL", 2 }, { "BSD", 2 }, { "BTN", 2 }, { "BWP", 2 },
	{ "BYN", 2 }, { "BZD", 2 }, { "CAD", 2 }, { "CDF", 2 }, { "CHE", 2 }, { "CHF", 2 }, { "CHW", 2 }, { "CLF", 4 },
	{ "CLP", 0 }, { "CNY", 2 }, { "COP", 2 }, { "COU", 2 }, { "CRC", 2 }, { "CUP", 2 }, { "CVE", 2 }, { "CZK", 2 },
	{ "DJF", 0 }, { "DKK", 2 }, { "DOP", 2 }, { "DZD", 2 }, { "EGP", 2 }, { "ERN", 2 }, { "ETB", 2 }, { "EUR", 2 },
	{ "FJD", 2 }, { "FKP", 2 }, { "GBP", 2 }, { "GEL", 2 }, { "GHS", 2 }, { "GIP", 2 }, { "GMD", 2 }, { "GNF", 0 },
	{ "GTQ", 2 }, { "GYD", 2 }, { "HKD", 2 }, { "HNL", 2 }, { "HTG", 2 }, { "HUF", 2 }, { "IDR", 2 }, { "ILS", 2 },
	{ "INR", 2 }, { "IQD", 3 }, { "IRR", 2 }, { "ISK", 0 }, { "JMD", 2 }, { "JOD", 3 }, { "JPY", 0 }, { "KES", 2 },
	{ "KGS", 2 }, { "KHR", 2 }, { "KMF", 0 }, { "KPW", 2 }, { "KRW", 0 }, { "KWD", 3 }, { "KYD", 2 }, { "KZT", 2 },
	{ "LAK", 2 }, { "LBP", 2 }, { "LKR", 2 }, { "LRD", 2 }, { "LSL", 2 }, { "LYD", 3 }, { "MAD", 2 }, { "MDL", 2 },
	{ "MGA", 2 }, { "MKD", 2 }, { "MMK", 2 }, { "MNT", 2 }, { "MOP", 2 }, { "MRU", 2 }, { "MUR", 2 }, { "MVR", 2 },
	{ "MWK", 2 }, { "MXN", 2 }, { "MXV", 2 }, { "MYR", 2 }, { "MZN", 2 }, { "NAD", 2 }, { "NGN", 2 }, { "NIO", 2 },
	{ "NOK", 2 }, { "NPR", 2 }, { "NZD", 2 }, { "OMR", 3 }, { "PAB", 2 }, { "PEN", 2 }, { "PGK", 2 }, { "PHP", 2 },
	{ "PKR", 2 }, { "PLN", 2 }, { "PYG", 0 }, { "QAR", 2 }, { "RON", 2 }, { "RSD", 2 }, { "RUB", 2 }, { "RWF", 0 },
	{ "SAR", 2 }, { "SBD", 2 }, { "SCR", 2 }, { "SDG", 2 }, { "SEK", 2 }, { "SGD", 2 }, { "SHP", 2 }, { "SLE", 2 },
	{ "SOS", 2 }, { "SRD", 2 }, { "SSP", 2 }, { "STN", 2 }, { "SVC", 2 }, { "SYP", 2 }, { "SZL", 2 }, { "THB", 2 },
	{ "TJS", 2 }, { "TMT", 2 }, { "TND", 3 }, { "TOP", 2 }, { "TRY", 2 }, { "TTD", 2 }, { "TWD", 2 }, { "TZS", 2 },
	{ "UAH", 2 }, { "UGX", 0 }, { "USD", 2 }, { "USN", 2 }, { "UYI", 0 }, { "UYU", 2 }, { "UYW", 4 }, { "UZS", 2 },
	{ "VED", 2 }, { "VES", 2 }, { "VND", 0 }, { "VUV", 0 }, { "WST", 2 }, { "XAD", 2 }, { "XAF", 0 }, { "XCD", 2 },
	{ "XCG", 2 }, { "XOF", 0 }, { "XPF", 0 }, { "YER", 2 }, { "ZAR", 2 }, { "ZMW", 2 }, { "ZWG", 2 },
	/* Withdrawn since 2020. */
	{ "ANG", 2 }, { "BGN", 2 }, { "CUC", 2 }, { "HRK", 2 }, { "SLL", 2 }, { "ZWL", 2 } };

int
money_exponent(const char *currency, int *ret_exponent, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(currencies) / sizeof(currencies[0]); i++)
		if (strcmp(currencies[i].code, currency) == 0) {
			*ret_exponent = currencies[i].exponent;
			return 0;
		}
	return err_set(err, ERR_DATA, "\"%.16s\" is not an ISO 4217 currency", currency);
}

static int
not_amount(const char *text, const char *currency, const char *reason, struct err *err)
{
	return err_set(err, ERR_DATA, "\"%.64s\" is not an amount in %s: %s", text, currency, reason);
}

/* Append a digit to a count of minor units, towards minus infinity: the smallest number has no positive twin. */
static bool
push_digit(int64_t *minor, char digit)
{
	return !__builtin_mul_overflow(*minor, 10, minor) && !__builtin_sub_overflow(*minor, digit - '0', minor);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int
money_parse(const char *text, const char *currency, enum money_rounding rounding, struct money *ret_money, struct err *err)
{
	const char *p = text;
	struct money money = { 0, "" };
	bool negative = *p == '-', dropped = false;
	int exponent, decimals = 0;
	char first_dropped = '0';

	if (money_exponent(currency, &exponent, err) != 0)
		return -1;
	if (negative)
		p++;
	if (!is_digit(*p))
		return not_amount(text, currency, "it does not begin with a digit", err);
	for (; is_digit(*p); p++)
		if (!push_digit(&money.minor, *p))
			return not_amount(text, currency, "it is too large", err);
	if (*p == '.') {
		p++;
		if (!is_digit(*p))
			return not_amount(text, currency, "no digit follows the point", err);
		for (; is_digit(*p); p++, decimals++) {
			if (decimals < exponent) {
				if (!push_digit(&money.minor, *p))
					return not_amount(text, currency, "it is too large", err);
				continue;
			}
			if (decimals == exponent)
				first_dropped = *p;
			dropped = dropped || *p != '0';
		}
	}
	if (*p != '\0')
		return not_amount(text, currency, "only digits and one point may follow the first digit", err);
	if (dropped && rounding == MONEY_EXACT)
		return err_set(
		    err, ERR_DATA, "\"%.64s\" is not an amount in %s: it has more than %d decimals", text, currency, exponent);
	for (; decimals < exponent; decimals++)
		if (!push_digit(&money.minor, '0'))
			return not_amount(text, currency, "it is too large", err);
	/* Half away from zero; the count is negative here. */
	if (first_dropped >= '5' && __builtin_sub_overflow(money.minor, 1, &money.minor))
		return not_amount(text, currency, "it is too large", err);
	if (!negative && __builtin_sub_overflow(0, money.minor, &money.minor))
		return not_amount(text, currency, "it is too large", err);
	memcpy(money.currency, currency, sizeof(money.currency));
	*ret_money = money;
	return 0;
}

int
money_parse_pair(const char *text, struct money *ret_money, struct err *err)
{
	const char *blank = strchr(text, ' ');
	char amount[64], currency[4];

	if (blank == NULL || (size_t)(blank - text) >= sizeof(amount) || strlen(blank + 1) != 3)
		return err_set(err, ERR_DATA, "\"%.64s\" is not an amount of money: it must be written as \"99.00 EUR\"", text);
	memcpy(amount, text, (size_t)(blank - text));
	amount[blank - text] = '\0';
	memcpy(currency, blank + 1, sizeof(currency));
	return money_parse(amount, currency, MONEY_EXACT, ret_money, err);
}

char *
money_decimal(struct arena *arena, const struct money *money)
{
	struct err err = ERR_INIT;
	uint64_t minor = money->minor < 0 ? -(uint64_t)money->minor : (uint64_t)money->minor, unit = 1;
	const char *sign = money->minor < 0 ? "-" : "";
	int exponent = 0, i;

	/* A money value is made by money_parse() or read from our own tables: its currency is known. */
	BUG_UNLESS(money_exponent(money->currency, &exponent, &err) == 0);
	if (exponent == 0)
		return arena_printf(arena, "%s%llu", sign, (unsigned long long)minor);
	for (i = 0; i < exponent; i++)
		unit *= 10;
	return arena_printf(
	    arena, "%s%llu.%0*llu", sign, (unsigned long long)(minor / unit), exponent, (unsigned long long)(minor % unit));
}

char *
money_text(struct arena *arena, const struct money *money)
{
	return arena_printf(arena, "%s %s", money_decimal(arena, money), money->currency);
}

int
money_add(const struct money *a, const struct money *b, struct money *ret_sum, struct err *err)
{
	struct money sum = *a;

	if (strcmp(a->currency, b->currency) != 0)
		return err_set(err, ERR_DATA, "cannot add %s to %s", b->currency, a->currency);
	if (__builtin_add_overflow(a->minor, b->minor, &sum.minor))
		return err_set(err, ERR_DATA, "a sum of money in %s is too large", a->currency);
	*ret_sum = sum;
	return 0;
}

int
money_times(const struct money *a, int64_t count, struct money *ret_product, struct err *err)
{
	struct money product = *a;

	if (__builtin_mul_overflow(a->minor, count, &product.minor))
		return err_set(err, ERR_DATA, "%lld times an amount in %s is too large", (long long)count, a->currency);
	*ret_product = product;
	return 0;
}
