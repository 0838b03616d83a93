#ifndef LIB_BASE_ZONE_H
#define LIB_BASE_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* The system's time zone files, read by ourselves: TZ and localtime() are state of the whole process, take any unknown name for UTC
 * and race with threads that read the environment. */
struct zone;

/**
 * zone_load(name, ret_zone, err):
 * The zone of that IANA name, kept for the life of the program. Not for several threads at once.
 *
 * Errors: ERR_CONFIG naming the zone.
 */
MUST_CHECK int zone_load(const char *, const struct zone **, struct err *) __attribute__((nonnull));

/**
 * zone_read(arena, name, bytes, len, ret_zone, err):
 * The zone in the bytes of a TZif file, version 2 or later without leap seconds.
 *
 * Errors: ERR_CONFIG naming the zone.
 * Source: RFC 8536.
 */
MUST_CHECK int zone_read(struct arena *, const char *, const void *, size_t, const struct zone **, struct err *)
    __attribute__((nonnull));

/**
 * zone_offset(zone, utc):
 * Seconds east of UTC at that moment.
 */
int zone_offset(const struct zone *, int64_t) __attribute__((nonnull));

#endif
