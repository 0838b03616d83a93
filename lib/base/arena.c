/* Arenas: a list of blocks, each twice the last up to a megabyte, bump-allocated. Larger requests get a block of their own. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"

#define ARENA_FIRST_BYTES ((size_t)4096)
#define ARENA_LARGEST_BYTES ((size_t)1 << 20)

struct arena_block {
	struct arena_block *next;
	size_t capacity;
	size_t used;
	max_align_t data[];
};

static void __attribute__((noreturn)) out_of_memory(void)
{
	static const char text[] = "error: out of memory\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_SYSTEM);
	_exit(EXIT_SYSTEM);
}

static struct arena_block *
block_new(size_t capacity)
{
	struct arena_block *block;

	if (capacity > SIZE_MAX - sizeof(*block))
		out_of_memory();
	block = malloc(sizeof(*block) + capacity);
	if (block == NULL)
		out_of_memory();
	block->next = NULL;
	block->capacity = capacity;
	block->used = 0;
	return block;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct arena_block *block = arena->head;
	size_t rounded, capacity;
	void *p;

	if (size > SIZE_MAX - align)
		out_of_memory();
	rounded = size == 0 ? align : (size + align - 1) / align * align;
	if (block == NULL || block->capacity - block->used < rounded) {
		capacity = block == NULL ? ARENA_FIRST_BYTES : block->capacity * 2;
		if (capacity > ARENA_LARGEST_BYTES)
			capacity = ARENA_LARGEST_BYTES;
		if (rounded > capacity / 2 && block != NULL) {
			/* A big one stands behind the head, so that the head keeps filling. */
			block = block_new(rounded);
			block->next = arena->head->next;
			arena->head->next = block;
		} else {
			block = block_new(rounded > capacity ? rounded : capacity);
			block->next = arena->head;
			arena->head = block;
		}
	}
	p = (char *)block->data + block->used;
	block->used += rounded;
	arena->used_bytes += rounded;
	memset(p, 0, rounded);
	return p;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		out_of_memory();
	return arena_alloc(arena, count * size);
}

char *
arena_strdup(struct arena *arena, const char *s)
{
	return s == NULL ? NULL : arena_strndup(arena, s, strlen(s));
}

char *
arena_strndup(struct arena *arena, const char *s, size_t n)
{
	char *copy;
	size_t len;

	if (s == NULL)
		return NULL;
	len = strnlen(s, n);
	copy = arena_alloc(arena, len + 1);
	memcpy(copy, s, len);
	return copy;
}

char *
arena_vprintf(struct arena *arena, const char *fmt, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		out_of_memory();
	text = arena_alloc(arena, (size_t)len + 1);
	(void)vsnprintf(text, (size_t)len + 1, fmt, args);
	return text;
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(arena, fmt, args);
	va_end(args);
	return text;
}

void
arena_reset(struct arena *arena)
{
	struct arena_block *keep = arena->head, *block, *next;

	arena->used_bytes = 0;
	if (keep == NULL)
		return;
	for (block = keep->next; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	keep->next = NULL;
	keep->used = 0;
}

void
arena_done(struct arena *arena)
{
	arena_reset(arena);
	free(arena->head);
	arena->head = NULL;
}
