#ifndef SAMPLE_SNAPSHOT_H
#define SAMPLE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* A made-up snapshot of a report: names in many scripts, refunds, open items, two currencies, and controls that tie. The same numbers
 * give the same file. */
struct sample {
	int64_t units;
	int64_t actions;
	bool trial;
	bool preview;
	const char *locale; /* NULL: a snapshot of before it was kept */
	int64_t payouts;
	int64_t fields;
	int64_t deals;
	int64_t rates;
	int64_t expected;
	int64_t renewals;
	int64_t courses; /* with progress */
	int64_t untie;   /* this many units less than the control expects */
};

MUST_CHECK int sample_snapshot_write(const struct sample *, const char *, struct err *) __attribute__((nonnull));

#endif
