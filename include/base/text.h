#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/**
 * text_character(s, left):
 * Length in bytes of the well-formed UTF-8 character at ${s}, of which ${left} bytes may be read; 0 if there is none.
 *
 * Source: RFC 3629, section 4.
 */
size_t text_character(const char *, size_t) __attribute__((nonnull));

/**
 * text_utf8_valid(s, len):
 * Is this well-formed UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF)?
 *
 * Source: RFC 3629, section 4.
 */
bool text_utf8_valid(const char *, size_t) __attribute__((nonnull));

/**
 * text_next(s, ret_code_point):
 * Decode one code point of valid UTF-8 and return the position after it; at the end it returns ${s} and 0.
 */
const char *text_next(const char *, uint32_t *) __attribute__((nonnull));

/**
 * text_put(code_point, ret_bytes[4]):
 * Encode; returns the number of bytes.
 */
size_t text_put(uint32_t, char *) __attribute__((nonnull));

/**
 * text_count(s):
 * Code points of valid UTF-8.
 */
size_t text_count(const char *) __attribute__((nonnull));

/**
 * text_has_control(s):
 * Does it hold a C0 or C1 control character or DEL?
 */
bool text_has_control(const char *) __attribute__((nonnull));

/**
 * text_trim(arena, s):
 * A copy without leading and trailing white space (ASCII, U+00A0, U+1680, U+2000–U+200B, U+2028/9, U+202F,
 * U+205F, U+3000, U+FEFF).
 */
char *text_trim(struct arena *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * text_equal(a, b), text_starts(s, prefix), text_ends(s, suffix):
 * Byte comparisons; NULL equals only NULL.
 */
bool text_equal(const char *, const char *);
bool text_starts(const char *, const char *) __attribute__((nonnull));
bool text_ends(const char *, const char *) __attribute__((nonnull));

/**
 * text_int64(s, ret_value, err):
 * The whole of ${s} as a decimal integer: optional minus, digits, nothing else.
 *
 * Errors: ERR_DATA naming the text.
 */
MUST_CHECK int text_int64(const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * text_distance(a, len, b):
 * Edits (Levenshtein) between the first ${len} bytes of ${a} and ${b}, for "did you mean"; SIZE_MAX for names of 64 bytes or more.
 */
size_t text_distance(const char *, size_t, const char *) __attribute__((nonnull));

/**
 * text_hex(arena, bytes, len):
 * Lower-case hex digits.
 */
char *text_hex(struct arena *, const void *, size_t) __attribute__((nonnull, returns_nonnull));

/**
 * text_unhex(hex, len, ret_bytes):
 * The bytes of ${len} digits, half as many; false if anything but pairs of lower-case digits stands there.
 */
bool text_unhex(const char *, size_t, void *) __attribute__((nonnull));

#endif
