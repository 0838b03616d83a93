#ifndef LIB_CONFIG_FAULT_H
#define LIB_CONFIG_FAULT_H

#include <stddef.h>

#include "base/arena.h"

/* Everything wrong with a configuration, collected so that a person mends it in one go. */
struct fault {
	const char *file; /* NULL: the text says where */
	unsigned line;
	const char *text;
};

struct fault_list {
	struct arena *arena;
	struct fault *items;
	size_t count, capacity;
};

/**
 * fault_add(list, file, line, fmt, …):
 * Put down one thing that is wrong.
 */
void fault_add(struct fault_list *, const char *, unsigned, const char *, ...) __attribute__((format(printf, 4, 5), nonnull(1, 4)));

/**
 * fault_sort(list):
 * In the order of the lines, files in the order of their first fault; equal places keep their order.
 */
void fault_sort(struct fault_list *) __attribute__((nonnull));

/**
 * fault_text(arena, fault):
 * "file:line: text".
 */
const char *fault_text(struct arena *, const struct fault *) __attribute__((nonnull));

#endif
