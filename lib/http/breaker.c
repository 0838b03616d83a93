/* The breaker: after five requests in a row that failed for a passing reason nothing is sent for a minute, then one
 * request may try. Each failed probe doubles the pause, up to a quarter of an hour. Pure; the client keeps and stores it. */
#include "breaker.h"

#define FAILURES_TO_OPEN 5
#define PAUSE_S 60
#define LONGEST_PAUSE_S 900

enum breaker_state
breaker_state(const struct http_breaker *breaker, int64_t now_utc)
{
	if (breaker->failures < FAILURES_TO_OPEN)
		return BREAKER_CLOSED;
	/* A stored moment too far away comes from a clock that was wrong: it must not lock anything out. */
	if (breaker->open_until_utc > now_utc && breaker->open_until_utc <= now_utc + LONGEST_PAUSE_S)
		return BREAKER_OPEN;
	return BREAKER_PROBE;
}

void
breaker_banned(struct http_breaker *breaker, int64_t now_utc, int64_t pause_s)
{
	if (breaker->failures < FAILURES_TO_OPEN)
		breaker->failures = FAILURES_TO_OPEN;
	breaker->open_until_utc = now_utc + (pause_s < LONGEST_PAUSE_S ? pause_s : LONGEST_PAUSE_S);
}

void
breaker_failed(struct http_breaker *breaker, int64_t now_utc)
{
	int64_t pause = PAUSE_S;
	unsigned i;

	if (breaker->failures < 1000)
		breaker->failures++;
	if (breaker->failures < FAILURES_TO_OPEN)
		return;
	for (i = FAILURES_TO_OPEN; i < breaker->failures && pause < LONGEST_PAUSE_S; i++)
		pause *= 2;
	breaker->open_until_utc = now_utc + (pause < LONGEST_PAUSE_S ? pause : LONGEST_PAUSE_S);
}

bool
breaker_passed(struct http_breaker *breaker)
{
	if (breaker->failures == 0)
		return false;
	breaker->failures = 0;
	breaker->open_until_utc = 0;
	return true;
}
