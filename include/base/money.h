#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* An amount is a count of minor units of an ISO 4217 currency: 12.34 EUR is {1234, "EUR"}, 120 JPY is {120, "JPY"}. */
struct money {
	int64_t minor;
	char currency[4];
};

enum money_rounding {
	MONEY_EXACT,  /* more decimals than the currency has is an error, unless they are zeros */
	MONEY_HALF_UP /* only where a source declares that it sends computed doubles; half away from zero */
};

/**
 * money_exponent(currency, ret_exponent, err):
 * Decimals of the currency's minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
 *
 * Errors: ERR_DATA if the code is not an active ISO 4217 currency (upper case).
 * Source: ISO 4217 list one.
 */
MUST_CHECK int money_exponent(const char *, int *, struct err *) __attribute__((nonnull));

/**
 * money_parse(text, currency, rounding, ret_money, err):
 * Decimal text as sources send it: optional minus, digits, optional point and digits. Nothing else: no
 * exponent, sign plus, blank, comma or missing digit. Never through a double.
 *
 * Errors: ERR_DATA naming the text, the currency and the reason; overflow is an error.
 */
MUST_CHECK int money_parse(const char *, const char *, enum money_rounding, struct money *, struct err *) __attribute__((nonnull));

/**
 * money_parse_pair(text, ret_money, err):
 * "99.00 EUR", as settings write it.
 */
MUST_CHECK int money_parse_pair(const char *, struct money *, struct err *) __attribute__((nonnull));

/**
 * money_text(arena, money):
 * "12.34 EUR"; money_decimal(arena, money): "12.34".
 */
char *money_text(struct arena *, const struct money *) __attribute__((nonnull, returns_nonnull));
char *money_decimal(struct arena *, const struct money *) __attribute__((nonnull, returns_nonnull));

/**
 * money_add(a, b, ret_sum, err), money_times(a, count, ret_product, err):
 * Checked arithmetic.
 *
 * Errors: ERR_DATA for different currencies or overflow.
 */
MUST_CHECK int money_add(const struct money *, const struct money *, struct money *, struct err *) __attribute__((nonnull));
MUST_CHECK int money_times(const struct money *, int64_t, struct money *, struct err *) __attribute__((nonnull));

#endif
