#ifndef SALES_NEWEST_H
#define SALES_NEWEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "sales/source.h"

/* The newest documents that a reading found. The next one goes back to them: they must come again, or be looked up one by one. A listing that
 * lacks documents looks like one of a quiet day, and this tells the two apart. Kept as a cursor of the source. */
#define SALES_NEWEST 5

struct sales_mark {
	const char *id, *number;
	int64_t modified_us;
	bool seen;
};

struct sales_newest {
	struct arena *arena;
	struct sales_mark known[SALES_NEWEST];  /* of the last reading */
	struct sales_mark newest[SALES_NEWEST]; /* of this one, newest first */
	size_t known_count, newest_count;
};

/**
 * sales_newest_begin(arena, text):
 * Before a walk; ${text} is what the last one left (NULL: nothing). What cannot be read is not known.
 */
struct sales_newest sales_newest_begin(struct arena *, const char *) __attribute__((nonnull(1)));

/**
 * sales_newest_from(newest, from_utc):
 * From when a walk must read, so that all that are known come again: ${from_utc}, or earlier.
 */
int64_t sales_newest_from(const struct sales_newest *, int64_t) __attribute__((nonnull));

/**
 * sales_newest_note(newest, document):
 * Each document of the walk. Ids that are no plain words are not remembered, as they would have to be asked for by URL.
 */
void sales_newest_note(struct sales_newest *, const struct sales_document *) __attribute__((nonnull));

/**
 * sales_newest_text(newest):
 * What the next reading is to be told, "" if nothing was found.
 */
const char *sales_newest_text(const struct sales_newest *) __attribute__((nonnull, returns_nonnull));

#endif
