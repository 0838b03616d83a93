#ifndef SALES_HINT_H
#define SALES_HINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "sales/source.h"

/* Documents that a kind was asked to look at, and which of them its reading has met already. */
struct sales_hints {
	const char *const *ids; /* in order */
	bool *met;
	size_t count, next;
};

/**
 * sales_hints_begin(arena, source), sales_hints_met(hints, id), sales_hints_next(hints):
 * All of them; one was met; the next one that was not, NULL after the last.
 */
struct sales_hints sales_hints_begin(struct arena *, const struct sales_source *) __attribute__((nonnull));
void sales_hints_met(struct sales_hints *, const char *) __attribute__((nonnull));
const char *sales_hints_next(struct sales_hints *) __attribute__((nonnull));

#endif
