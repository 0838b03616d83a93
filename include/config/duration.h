#ifndef CONFIG_DURATION_H
#define CONFIG_DURATION_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* ISO 8601 durations. A term is counted on the calendar, a span is exact. */
struct duration {
	int years, months, weeks, days;
};

/**
 * duration_term(text, ret_duration, err):
 * A term `PnYnMnWnD`: at least one part, in this order, whole numbers up to 9999, not all 0.
 *
 * Errors: ERR_DATA naming the text and the reason.
 * Source: ISO 8601, 5.5.2; PostgreSQL reads the same text as an interval.
 */
MUST_CHECK int duration_term(const char *, struct duration *, struct err *) __attribute__((nonnull));

/**
 * duration_span(text, ret_seconds, err):
 * A span `PnDTnHnMnS`, in seconds; a day is 24 hours. PT0S is none and allowed.
 *
 * Errors: ERR_DATA naming the text and the reason.
 */
MUST_CHECK int duration_span(const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * duration_text(arena, seconds):
 * A span in its largest whole unit: 900 gives "PT15M", 93600 "PT26H".
 */
char *duration_text(struct arena *, int64_t) __attribute__((nonnull, returns_nonnull));

#endif
