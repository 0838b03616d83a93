#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "reply.h"
#include "tree.h"
#include "web.h"

/* Faults: what goes wrong with the n-th request that matches. */
struct fault_effect {
	int64_t shuffle_seed;   /* listings in another order; -1: no */
	int64_t short_by;       /* listings without their last rows; -1: no */
	int64_t repeat;         /* the first so many rows again at the end */
	int64_t max_input_vars; /* PHP's limit for this request; 0: the switch's */
	int64_t late_ms;        /* answer so late, after the work was done */
	int64_t cut_bytes;      /* of the answer's body, then close; -1: all, -2: half */
	bool drop;              /* do the work, then close without an answer */
	bool gateway;           /* a proxy answers 504, the work is done all the same */
	int64_t behind_ms;      /* so long after that */
	const char *switch_on;  /* a switch to set afterwards: the site goes down; NULL: none */
	const char *sql;        /* run afterwards: the world changes under the client's feet */
};

/**
 * fault_add(fields, err), fault_clear(), fault_list(reply):
 * Plan one from control fields (kind, match, skip, count and the kind's own); forget all; write them with their hits into an open list.
 *
 * Kinds: status (status, retry_after or retry_date, type html or json), html, refuse, timeout (ms), late (ms), drop, cut (bytes), short (n), empty,
 * repeat (n), shuffle (seed), max_input_vars (n), sql (sql), gateway (ms), slow (ms), switch (name).
 * Errors: ERR_USAGE naming the field.
 */
MUST_CHECK int fault_add(const struct tree *, struct err *) __attribute__((nonnull));
void fault_clear(void);
void fault_list(struct reply *) __attribute__((nonnull));

/**
 * fault_take(request, answer, ret_effect):
 * Count ${request} against every planned fault. True if one of them answers it, so that nothing else is done; otherwise ${ret_effect} says what
 * is to happen.
 */
bool fault_take(struct web_request *, struct web_answer *, struct fault_effect *) __attribute__((nonnull));

/**
 * fault_finish(effect, answer):
 * What happens to a finished answer: waiting, cutting, dropping.
 */
void fault_finish(const struct fault_effect *, struct web_answer *) __attribute__((nonnull));

/**
 * fault_order(arena, effect, count, ret_count):
 * The indexes 0…${count}-1 in the order in which a listing's rows are to be written.
 */
size_t *fault_order(struct arena *, const struct fault_effect *, size_t, size_t *) __attribute__((nonnull, returns_nonnull));

#endif
