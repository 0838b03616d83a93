#ifndef CERTIFICATE_CAGE_H
#define CERTIFICATE_CAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* What drawing one certificate may take. Writing files, and more than a few open at once, are never allowed. */
struct cage_limits {
	unsigned processor_s;
	unsigned wall_ms;
	size_t memory_bytes; /* beyond what the process has at its start */
};

/* Ten thousand times what a certificate takes, and the memory of the largest fonts ten times over. */
#define CAGE_LIMITS ((struct cage_limits){ .processor_s = 10, .wall_ms = 60000, .memory_bytes = (size_t)1 << 30 })

/**
 * cage_enter(limits, limited), cage_leave():
 * From now on this process has that much time; files and memory are limited for good the first time, which ${limited} remembers. Then it may
 * wait for as long as it likes.
 */
void cage_enter(const struct cage_limits *, bool *) __attribute__((nonnull));
void cage_leave(void);

/**
 * cage_cause(arena, limits, lost):
 * What a process died of, in words that go behind "it": ${lost} is the signal, or its exit code below 0.
 */
const char *cage_cause(struct arena *, const struct cage_limits *, int) __attribute__((nonnull, returns_nonnull));

#endif
