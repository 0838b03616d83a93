#ifndef LIB_REPORT_TALLY_H
#define LIB_REPORT_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Counts and sums of a table's rows by group (class, risk, state), currency and sheet, kept while the rows stream by. */
#define TALLY_SUMS 2
#define TALLY_ROWS (-1) /* as a sum's number: how many rows */
#define TALLY_ANY_PART UINT32_MAX

struct tally_line {
	const char *group;
	const char *currency; /* "" for none */
	uint32_t part;        /* which of the table's sheets */
	int64_t rows;
	int64_t sums[TALLY_SUMS];
};

struct tally {
	struct tally_line *lines;
	size_t count, capacity, last;
};

/**
 * tally_add(arena, tally, group, currency, part, values, err):
 * Count a row. NULL for ${group} or ${currency} is "".
 *
 * Errors: ERR_DATA for a sum that no longer fits, or thousands of groups.
 */
MUST_CHECK int tally_add(struct arena *, struct tally *, const char *, const char *, uint32_t, const int64_t[TALLY_SUMS],
    struct err *) __attribute__((nonnull(1, 2, 6, 7)));

/**
 * tally_get(tally, group, currency, part, which):
 * The sum number ${which}, or TALLY_ROWS, over all lines that fit; NULL and TALLY_ANY_PART fit all.
 */
int64_t tally_get(const struct tally *, const char *, const char *, uint32_t, int) __attribute__((nonnull(1)));

/**
 * tally_currencies(arena, tally, ret_count):
 * The currencies met, in alphabetical order.
 */
const char **tally_currencies(struct arena *, const struct tally *, size_t *) __attribute__((nonnull));

#endif
