#ifndef SANDBOX_WORLD_H
#define SANDBOX_WORLD_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "pg.h"

/* A made-up academy with a shop: who bought what, and what Moodle already held. The same specification gives the same world. */
struct world_spec {
	uint64_t seed;
	int64_t sales;     /* up to now */
	int64_t days;      /* they are spread over */
	int64_t ahead;     /* days after now for which sales, refunds and completions are planned */
	int64_t start_utc; /* the first day */
	int64_t now_utc;   /* start + days */
};

/**
 * world_parse(text, today_utc, ret_spec, err):
 * Read `seed=N,sales=N[,start=ISO][,days=N][,ahead=N]`. Without a start the world ends at ${today_utc}.
 *
 * Errors: ERR_USAGE naming the part.
 */
MUST_CHECK int world_parse(const char *, int64_t, struct world_spec *, struct err *) __attribute__((nonnull));

/**
 * world_make(arena, pg, spec, err):
 * Generate it into the tables of schema `world`, and from there into Moodle's and the shop's. Inside the caller's transaction.
 */
MUST_CHECK int world_make(struct arena *, struct pg *, const struct world_spec *, struct err *) __attribute__((nonnull));

/**
 * world_rules(out):
 * The product rules of the world as the `products` setting of a tenant.
 */
void world_rules(struct buf *) __attribute__((nonnull));

#endif
