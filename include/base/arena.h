#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/* A region of memory freed at once. Nothing taken from it is freed alone. Out of memory ends the program
 * with exit code 71. */
struct arena {
	struct arena_block *head;
	size_t used_bytes; /* of everything handed out since the last reset */
};

#define ARENA_INIT \
	{ \
		NULL, 0 \
	}

/**
 * arena_alloc(arena, size):
 * Return ${size} zeroed bytes, aligned for any type; size 0 gives a valid pointer.
 *
 * Owns: lives until arena_reset() or arena_done().
 */
void *arena_alloc(struct arena *, size_t) __attribute__((nonnull, returns_nonnull));

/**
 * arena_array(arena, count, size):
 * As arena_alloc() for ${count} elements; an overflow of the product ends the program (71).
 */
void *arena_array(struct arena *, size_t, size_t) __attribute__((nonnull, returns_nonnull));

/**
 * arena_strdup(arena, s), arena_strndup(arena, s, n):
 * Copy a string; ${s} NULL gives NULL.
 */
char *arena_strdup(struct arena *, const char *) __attribute__((nonnull(1)));
char *arena_strndup(struct arena *, const char *, size_t) __attribute__((nonnull(1)));

/**
 * arena_printf(arena, fmt, …), arena_vprintf(arena, fmt, args):
 * Format into fresh memory.
 */
char *arena_printf(struct arena *, const char *, ...) __attribute__((format(printf, 2, 3), nonnull(1, 2), returns_nonnull));
char *arena_vprintf(struct arena *, const char *, va_list) __attribute__((format(printf, 2, 0), nonnull(1, 2), returns_nonnull));

/**
 * arena_reset(arena):
 * Give everything back, keeping one block for the next turn of a loop.
 */
void arena_reset(struct arena *) __attribute__((nonnull));

/**
 * arena_done(arena):
 * Give everything back to the system.
 */
void arena_done(struct arena *) __attribute__((nonnull));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))

#endif
