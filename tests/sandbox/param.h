#ifndef SANDBOX_PARAM_H
#define SANDBOX_PARAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "tree.h"

/* What a function declares about its parameters, and Moodle's check of a request against it. */
enum param_type {
	PARAM_INT,
	PARAM_BOOL,
	PARAM_RAW,     /* any UTF-8 without NUL */
	PARAM_TRIMMED, /* RAW without blanks around it */
	PARAM_NOTAGS,
	PARAM_ALPHA,
	PARAM_ALPHANUM,
	PARAM_ALPHANUMEXT, /* also - and _ */
	PARAM_CAPABILITY,  /* also : and / */
	PARAM_USERNAME,
	PARAM_AUTH, /* an installed plugin */
	PARAM_LANG, /* an installed language */
	PARAM_TIMEZONE,
	PARAM_STRUCT,
	PARAM_LIST /* members[0] describes the elements */
};

enum param_need { PARAM_REQUIRED, PARAM_OPTIONAL, PARAM_DEFAULT };

struct param {
	const char *name;
	enum param_type type;
	enum param_need need;
	const char *fallback; /* of PARAM_DEFAULT; a list's default is empty */
	const struct param *members;
	size_t count;
};

#define PARAM_COUNT(members) (sizeof(members) / sizeof((members)[0]))

/**
 * param_check(arena, params, count, tree, ret_why):
 * Check ${tree} and put the defaults in. False if it does not fit, with Moodle's `debuginfo` in ${ret_why}.
 *
 * Source: Moodle 4.5, external_api::validate_parameters() as observed in the contract's _protocol cases.
 */
bool param_check(struct arena *, const struct param *, size_t, struct tree *, const char **) __attribute__((nonnull));

/**
 * param_clean(type, text, len):
 * Would Moodle leave this value as it is?
 */
bool param_clean(enum param_type, const char *, size_t) __attribute__((nonnull));

#endif
