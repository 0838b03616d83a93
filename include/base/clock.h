#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Moments are seconds since 1970-01-01T00:00:00Z (`…_utc`); the proleptic Gregorian calendar, no leap seconds.
 * The years are 1 to 9999: a moment outside them is taken as the nearest one inside. */
#define CLOCK_MIN_UTC INT64_C(-62135596800)
#define CLOCK_MAX_UTC INT64_C(253402300799)

struct clock_date {
	int year, month, day;     /* month and day from 1 */
	int hour, minute, second; /* 0…23, 0…59, 0…59 */
	int micros;               /* 0…999999 */
};

/**
 * clock_now():
 * The wall clock. The only place that reads it; a job reads it once and passes it down.
 */
int64_t clock_now(void);

/**
 * clock_mono_ms():
 * A clock for durations that never goes back, in milliseconds.
 */
int64_t clock_mono_ms(void);

/**
 * clock_sleep_ms(ms):
 * Sleep; ends early when a signal arrives.
 */
void clock_sleep_ms(int64_t);

/**
 * clock_to_utc(date), clock_from_utc(utc):
 * Between calendar and seconds, both in UTC (micros are dropped, respectively 0).
 */
int64_t clock_to_utc(const struct clock_date *) __attribute__((nonnull));
struct clock_date clock_from_utc(int64_t);

/**
 * clock_valid(date):
 * Does the calendar have this date and time (29 February, 24:00 not)? Years 1 to 9999.
 */
bool clock_valid(const struct clock_date *) __attribute__((nonnull));

/**
 * clock_parse(s, ret_utc, ret_micros, err):
 * An ISO 8601 date-time: `YYYY-MM-DDTHH:MM[:SS[.f…]]` with Z, ±HH:MM or ±HHMM; 0–9 fraction digits (beyond six
 * are dropped). ${ret_micros} may be NULL. A time without a zone is an error.
 *
 * Errors: ERR_DATA naming the text and what is wrong with it.
 * Source: RFC 3339 section 5.6; Squarespace sends 1–3 or more fraction digits and webhooks without seconds.
 */
MUST_CHECK int clock_parse(const char *, int64_t *, int *, struct err *) __attribute__((nonnull(1, 2, 4)));

/**
 * clock_parse_date(s, ret_utc, err):
 * A date `YYYY-MM-DD`, as its 00:00 UTC.
 *
 * Errors: ERR_DATA naming the text and what is wrong with it.
 */
MUST_CHECK int clock_parse_date(const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * clock_iso(arena, utc):
 * "2026-08-03T14:05:11Z".
 */
char *clock_iso(struct arena *, int64_t) __attribute__((nonnull, returns_nonnull));

/**
 * clock_zone_check(zone, err):
 * Is ${zone} an IANA name that this system knows ("Europe/Madrid", "UTC")?
 *
 * Errors: ERR_CONFIG naming the zone.
 */
MUST_CHECK int clock_zone_check(const char *, struct err *) __attribute__((nonnull));

/**
 * clock_in_zone(zone, utc, ret_date, ret_offset_s, err):
 * The wall-clock time people in ${zone} read at ${utc}; ${ret_offset_s} (may be NULL) is seconds east of UTC.
 */
MUST_CHECK int clock_in_zone(const char *, int64_t, struct clock_date *, int *, struct err *) __attribute__((nonnull(1, 3, 5)));

/**
 * clock_from_zone(zone, date, ret_utc, err):
 * The moment at which people in ${zone} read ${date} (micros are dropped). Of an hour that comes twice in autumn the first one; a time
 * that spring leaves out is taken as if the clocks had not been changed yet.
 */
MUST_CHECK int clock_from_zone(const char *, const struct clock_date *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * clock_rfc5322(arena, utc):
 * "Mon, 03 Aug 2026 14:05:11 +0000".
 */
char *clock_rfc5322(struct arena *, int64_t) __attribute__((nonnull, returns_nonnull));

/**
 * clock_weekday(date):
 * 0 = Sunday … 6 = Saturday.
 */
int clock_weekday(const struct clock_date *) __attribute__((nonnull));

#endif
