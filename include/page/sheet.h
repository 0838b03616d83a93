#ifndef PAGE_SHEET_H
#define PAGE_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* The plain text files that describe how pages look: templates, font stacks, words of a language.
 *
 *     # a comment
 *     [kind name]
 *     key = value to the end of the line
 *      a line that begins with a blank continues the value
 *
 * Keys before the first heading belong to a section without kind. The order of sections and keys is kept. */
struct sheet_entry {
	const char *key;
	const char *value;
	unsigned line;
};

struct sheet_section {
	const char *kind; /* "" before the first heading */
	const char *name; /* "" if the heading has none */
	unsigned line;
	struct sheet_entry *entries;
	size_t entry_count;
};

struct sheet {
	const char *file;
	struct sheet_section *sections;
	size_t section_count;
};

/**
 * sheet_load(arena, file, ret_sheet, err):
 * Read and check a file.
 *
 * Errors: ERR_NOT_FOUND if it is not there; ERR_CONFIG "<file>:<line>: …" for a line that is neither comment, heading nor
 * `key = value`, a key given twice in a section, or text that is not UTF-8.
 */
MUST_CHECK int sheet_load(struct arena *, const char *, struct sheet **, struct err *) __attribute__((nonnull));

/**
 * sheet_parse(arena, file, text, len, ret_sheet, err):
 * The same for text in memory; ${file} is what errors call it.
 */
MUST_CHECK int sheet_parse(struct arena *, const char *, const char *, size_t, struct sheet **, struct err *)
    __attribute__((nonnull));

/**
 * sheet_get(section, key):
 * The entry, or NULL.
 */
const struct sheet_entry *sheet_get(const struct sheet_section *, const char *) __attribute__((nonnull));

/**
 * sheet_find(sheet, kind, name):
 * The section with that heading, or NULL.
 */
const struct sheet_section *sheet_find(const struct sheet *, const char *, const char *) __attribute__((nonnull));

/**
 * sheet_number(file, entry, low, high, ret_value, err), sheet_colour(file, entry, ret_rgb, err):
 * Read a value: a decimal number within bounds; "#rrggbb".
 *
 * Errors: ERR_CONFIG "<file>:<line>: …" naming the key.
 */
MUST_CHECK int sheet_number(const char *, const struct sheet_entry *, double, double, double *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int sheet_colour(const char *, const struct sheet_entry *, unsigned *, struct err *) __attribute__((nonnull));

#endif
