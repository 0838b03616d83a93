#ifndef LIB_SALES_DROP_H
#define LIB_SALES_DROP_H

#include <stdio.h>

#include "base/arena.h"
#include "sales/source.h"

/* Sources that are fed: files put into a folder, each taken once, whole or not at all. */

/* What a file holds: rows, and what its sales or movements come to, by currency. */
#define DROP_CURRENCIES 32

struct drop_sums {
	bool counted; /* of what is declared: `rows` is */
	int64_t rows;
	struct drop_total {
		char currency[4];
		int64_t minor;
	} totals[DROP_CURRENCIES];
	size_t total_count;
	bool beyond; /* more than can be added up here */
};

/* What is wrong with a file, place by place. `first` names the place only; the lines, which stay beside the file, also say what stands there. */
struct drop_faults {
	struct arena arena;
	const char **lines;
	size_t count, kept;
	const char *first;
	struct drop_sums sums, declared; /* found by this look; said by the file itself, or one beside it */
};

/**
 * drop_fault(faults, where, what):
 * Put down one thing that is wrong; the first thousand are kept.
 */
void drop_fault(struct drop_faults *, const char *, const char *) __attribute__((nonnull));

/**
 * drop_count(faults), drop_add(faults, currency, minor):
 * One row of the file more; what a sale or movement in it comes to.
 */
void drop_count(struct drop_faults *) __attribute__((nonnull));
void drop_add(struct drop_faults *, const char *, int64_t) __attribute__((nonnull));

/* How the files of a kind are read. */
struct drop {
	const char *what; /* "sales": what a file tells */
	/* Read a file; what it tells goes to the sink, NULL for a look alone. What is wrong with parts of it goes to the faults; then not all
	 * was handed on. ERR_DATA if it cannot be read as such a file at all; the sink's. */
	int (*read)(
	    FILE *, const char *name, const struct sales_source *, struct drop_faults *, const struct sales_sink *, struct err *);
	/* Asked after the file was handed on: put down what of it contradicts what is known already. NULL: nothing can. */
	int (*judge)(const struct sales_source *, struct drop_faults *, const struct sales_sink *, struct err *);
};

/**
 * drop_pull(drop, source, sink, err):
 * Take the first file that is neither taken nor still being written; `sink->again` asks for the next one.
 *
 * Errors: ERR_INCOMPLETE for a file that is rejected, and while one lies in rejected/.
 */
MUST_CHECK int drop_pull(const struct drop *, const struct sales_source *, const struct sales_sink *, struct err *)
    __attribute__((nonnull));

/**
 * drop_greet(arena, source, sink, ret_says, err):
 * Can the folder be read and written, and what lies in it.
 */
MUST_CHECK int drop_greet(struct arena *, const struct sales_source *, const struct sales_sink *, const char **, struct err *)
    __attribute__((nonnull));

#endif
