#ifndef ADAPTER_UNICODE_H
#define ADAPTER_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* What needs the Unicode tables. Text given here is valid UTF-8 (text_utf8_valid()); anything else is a bug of the caller. */

/**
 * unicode_nfc(arena, s):
 * Normalisation form C.
 *
 * Source: Unicode Standard Annex 15.
 */
char *unicode_nfc(struct arena *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * unicode_fold(arena, s):
 * For comparing without regard to case: full case folding, then form C. "Straße" and "STRASSE" give the same.
 */
char *unicode_fold(struct arena *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * unicode_lower(arena, s):
 * Lower case, letter by letter and in no particular language, in form C. Unlike folding it keeps "ß".
 */
char *unicode_lower(struct arena *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * unicode_visible(code_point):
 * Does it print something of its own: no control or format character, blank, line separator or unassigned code point?
 */
bool unicode_visible(uint32_t);

/**
 * unicode_columns(code_point):
 * Columns it takes where every letter has the same width: 0 for marks and what does not print, 2 for the wide letters of East Asia.
 *
 * Source: Unicode Standard Annex 11.
 */
int unicode_columns(uint32_t);

/**
 * unicode_direction(code_point):
 * 1 for a letter written from left to right, -1 for one from right to left, 0 for what goes with its neighbours.
 *
 * Source: Unicode Standard Annex 9, table 4: strong types.
 */
int unicode_direction(uint32_t);

/**
 * unicode_domain_ascii(arena, domain, ret_ascii, err):
 * A domain name in the form of the DNS, lower case: "Bücher.example" gives "xn--bcher-kva.example".
 *
 * Errors: ERR_DATA naming the reason: an empty or too long label, a character no host name has. The name itself may be personal
 * data and is left to the caller.
 * Source: UTS 46, non-transitional, with the host-name rules of STD 3.
 */
MUST_CHECK int unicode_domain_ascii(struct arena *, const char *, char **, struct err *) __attribute__((nonnull));

#endif
