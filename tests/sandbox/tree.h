#ifndef SANDBOX_TREE_H
#define SANDBOX_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* What PHP makes of the fields of a request: texts and arrays of them, in order of arrival, after its own limits. */
struct tree {
	const char *key;
	size_t key_len;
	bool is_array;
	const char *text; /* NUL-terminated; may hold NULs inside, see len */
	size_t len;
	struct tree *first, *last, *next; /* elements of an array */
	int64_t top;                      /* the greatest whole-number key so far, -1 if none */
	size_t count;
};

/**
 * tree_new(arena):
 * An empty array.
 */
struct tree *tree_new(struct arena *) __attribute__((nonnull, returns_nonnull));

/**
 * tree_form(arena, tree, text, len, limit):
 * Add the fields of an urlencoded body or query string, at most ${limit} of them: PHP drops the rest silently.
 *
 * Source: PHP, main/php_variables.c; the contract's _limits cases.
 */
void tree_form(struct arena *, struct tree *, const char *, size_t, size_t) __attribute__((nonnull));

/**
 * tree_multipart(arena, tree, boundary, text, len, limit):
 * As tree_form() for a multipart/form-data body; files are ignored.
 */
void tree_multipart(struct arena *, struct tree *, const char *, const char *, size_t, size_t) __attribute__((nonnull));

/**
 * tree_merge(base, over):
 * Top-level names of ${over} replace those of ${base}.
 */
void tree_merge(struct tree *, struct tree *) __attribute__((nonnull));

/**
 * tree_get(tree, key), tree_text(tree, key), tree_drop(tree, key):
 * An element or NULL; its text, NULL if absent or an array; take it out.
 */
struct tree *tree_get(const struct tree *, const char *) __attribute__((nonnull));
const char *tree_text(const struct tree *, const char *) __attribute__((nonnull));
void tree_drop(struct tree *, const char *) __attribute__((nonnull));

/**
 * tree_int(tree, key, fallback), tree_has(tree, key):
 * A value that was validated as whole number.
 */
int64_t tree_int(const struct tree *, const char *, int64_t) __attribute__((nonnull));
bool tree_has(const struct tree *, const char *) __attribute__((nonnull));

/**
 * tree_put(arena, tree, key, text):
 * Add or replace a text.
 */
void tree_put(struct arena *, struct tree *, const char *, const char *) __attribute__((nonnull));

#endif
