#ifndef BASE_RETRY_H
#define BASE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* When and how long to wait before the next try, as data. */
struct retry {
	int64_t max_total_ms; /* give up when the waits so far plus the next would pass this */
	int64_t base_ms;      /* first wait, before jitter; doubles each time */
	int64_t cap_ms;       /* longest single wait, also for a server's Retry-After */
	unsigned max_tries;   /* tries in all, the first one counted */
	uint64_t seed;        /* of the jitter; 0 takes one from the clock */
};

struct retry_state {
	unsigned tries; /* made so far */
	int64_t waited_ms;
	uint64_t random;
};

/**
 * retry_next(policy, state, server_wait_ms, ret_wait_ms):
 * After a failed try: is another one due, and after how long? Full jitter between half and the whole of the
 * doubled wait; ${server_wait_ms} (a Retry-After, or -1) raises it, capped.
 */
bool retry_next(const struct retry *, struct retry_state *, int64_t, int64_t *) __attribute__((nonnull));

#endif
