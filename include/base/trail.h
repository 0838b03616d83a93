#ifndef BASE_TRAIL_H
#define BASE_TRAIL_H

#include <stddef.h>

/* Which file is at hand, so that whoever finds a process dead can say over what it died. */

#define TRAIL_BYTES 512

/**
 * trail_keep(place):
 * From now on copy the names of files that are marked into ${place}, TRAIL_BYTES of memory that outlives the process (shared with its
 * parent). NULL: keep none.
 */
void trail_keep(char *);

/**
 * trail_mark(path):
 * This file is at hand. Costs a comparison if it was the last one, too; ${path} must stay as it is for as long as it is in use.
 */
void trail_mark(const char *) __attribute__((nonnull));

#endif
