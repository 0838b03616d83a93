/* When to try again. Pure but for the seed: the caller sleeps, so tests need not. */
#include "base/retry.h"

#include "base/clock.h"

/* splitmix64: enough to spread clients apart, and repeatable from a seed. */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

bool
retry_next(const struct retry *policy, struct retry_state *state, int64_t server_wait_ms, int64_t *ret_wait_ms)
{
	int64_t wait;
	unsigned i;

	if (state->tries == 0)
		state->random = policy->seed != 0 ? policy->seed : (uint64_t)clock_mono_ms() | 1;
	state->tries++;
	if (state->tries >= policy->max_tries)
		return false;
	wait = policy->base_ms;
	for (i = 1; i < state->tries && wait < policy->cap_ms; i++)
		wait *= 2;
	if (wait > policy->cap_ms)
		wait = policy->cap_ms;
	/* Half is certain, half is chance. */
	if (wait > 1)
		wait = wait / 2 + (int64_t)(next_random(&state->random) % (uint64_t)(wait - wait / 2 + 1));
	if (server_wait_ms > wait)
		wait = server_wait_ms < policy->cap_ms ? server_wait_ms : policy->cap_ms;
	if (state->waited_ms + wait > policy->max_total_ms)
		return false;
	state->waited_ms += wait;
	*ret_wait_ms = wait;
	return true;
}
