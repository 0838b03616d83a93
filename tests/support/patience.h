#ifndef TESTS_PATIENCE_H
#define TESTS_PATIENCE_H

/* Under tools that slow a program down (tests/sanitize.sh) every wait is PATIENCE times as long. */
#include <stdint.h>
#include <stdlib.h>

static inline int64_t
patience(int64_t ms)
{
	const char *times = getenv("PATIENCE");

	return times != NULL && atoi(times) > 1 ? ms * atoi(times) : ms;
}

#endif
