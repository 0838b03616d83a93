#ifndef ADAPTER_BIDI_H
#define ADAPTER_BIDI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/**
 * bidi_levels(text, count, ret_rtl, ret_levels, err):
 * Embedding levels of one line of code points (odd: right to left), ${count} of them into ${ret_levels}. The direction of
 * the line is that of its first strong character, left to right if it has none; ${ret_rtl} tells which.
 *
 * Errors: ERR_DATA if the line is too long.
 * Source: Unicode Standard Annex #9, rules P2 to L1.
 */
MUST_CHECK int bidi_levels(const uint32_t *, size_t, bool *, uint8_t *, struct err *) __attribute__((nonnull));

#endif
