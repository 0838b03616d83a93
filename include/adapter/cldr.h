#ifndef ADAPTER_CLDR_H
#define ADAPTER_CLDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/money.h"

/* How languages write dates, numbers, amounts and plurals, and where their lines may be broken: the Unicode CLDR, through ICU. A
 * version of ICU may write something in another way than the one before, so what must stay as it is (a certificate) is kept as it was
 * written. Blanks that are not to be broken at come out as U+00A0, which every font has, never as a narrow one. */
struct cldr;

/* Forms that a noun takes with a number. Each language uses some of them. */
enum cldr_plural { CLDR_ZERO, CLDR_ONE, CLDR_TWO, CLDR_FEW, CLDR_MANY, CLDR_OTHER };
#define CLDR_PLURALS 6

/**
 * cldr_open(name, ret_cldr, err):
 * The formats of a language tag ("es", "es-MX"). They are made once and kept for as long as the program runs: there are few.
 *
 * Errors: ERR_CONFIG naming a tag that is none, or a language that the CLDR knows no formats of.
 */
MUST_CHECK int cldr_open(const char *, const struct cldr **, struct err *) __attribute__((nonnull));

/**
 * cldr_rtl(cldr):
 * Is it written from right to left?
 */
bool cldr_rtl(const struct cldr *) __attribute__((nonnull));

/**
 * cldr_date(arena, cldr, date):
 * A day of the Gregorian calendar with the month as a word: "3 August 2026", "3 de agosto de 2026", "2026年8月3日".
 */
char *cldr_date(struct arena *, const struct cldr *, const struct clock_date *) __attribute__((nonnull, returns_nonnull));

/**
 * cldr_number(arena, cldr, number):
 * A whole number with its groups: "12,345".
 */
char *cldr_number(struct arena *, const struct cldr *, int64_t) __attribute__((nonnull, returns_nonnull));

/**
 * cldr_money(arena, cldr, money):
 * An amount with the sign or code of its currency, and all the decimals it has: "€12.50", "12,50 €".
 */
char *cldr_money(struct arena *, const struct cldr *, const struct money *) __attribute__((nonnull, returns_nonnull));

/**
 * cldr_plural(cldr, number), cldr_plurals(cldr), cldr_plural_name(plural):
 * The form that goes with a whole number; the forms that whole numbers below a million take, as bits `1 << form`; "few".
 */
enum cldr_plural cldr_plural(const struct cldr *, int64_t) __attribute__((nonnull));
unsigned cldr_plurals(const struct cldr *) __attribute__((nonnull));
const char *cldr_plural_name(enum cldr_plural) __attribute__((returns_nonnull));

/**
 * cldr_breaks(arena, cldr, text, ret_count):
 * Where a new line may begin in one line of text: ascending positions in bytes, the last one being its end.
 *
 * Source: Unicode Standard Annex 14.
 */
size_t *cldr_breaks(struct arena *, const struct cldr *, const char *, size_t *) __attribute__((nonnull, returns_nonnull));

#endif
