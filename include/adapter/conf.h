#ifndef ADAPTER_CONF_H
#define ADAPTER_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* A configuration file as a neutral tree in an arena: what stands where, without any meaning. */
enum conf_kind { CONF_TEXT, CONF_INT, CONF_BOOL, CONF_FLOAT, CONF_GROUP, CONF_LIST };

struct conf_node {
	const char *name; /* NULL for an element of a list */
	enum conf_kind kind;
	const char *text; /* CONF_TEXT: valid UTF-8 without control characters */
	int64_t integer;
	bool truth;
	const char *file; /* where it stands */
	unsigned line;
	size_t count; /* of a group's settings, a list's elements */
	struct conf_node *children;
};

/**
 * conf_parse(arena, file, ret_root, err):
 * Read ${file} and what it includes (`@include "name"`, relative to the directory of ${file}); ${ret_root} is the group at the top.
 * What the library would take silently and wrongly is refused: numbers that do not fit or begin with 0, strings that stand side by
 * side (a forgotten comma), a string or comment that is not closed, unknown escapes, control characters, bytes that are no UTF-8.
 *
 * Errors: ERR_CONFIG as "file:line: reason"; or that a file cannot be read.
 * Source: libconfig manual, "Configuration Files".
 */
MUST_CHECK int conf_parse(struct arena *, const char *, struct conf_node **, struct err *) __attribute__((nonnull));

/**
 * conf_kind_name(kind):
 * "a string", … for messages.
 */
const char *conf_kind_name(enum conf_kind);

#endif
