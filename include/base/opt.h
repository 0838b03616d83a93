#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"

/* Command-line options declared once as data: the table drives parsing, errors and --help. */
enum opt_type {
	OPT_END_TYPE,
	OPT_FLAG,
	OPT_TEXT,
	OPT_TEXTS,  /* may be given several times */
	OPT_COUNT,  /* a whole number from 0 */
	OPT_ID,     /* a whole number from 1 */
	OPT_MOMENT, /* as clock_parse(), or YYYY-MM-DD for its 00:00 UTC */
	OPT_FILE
};

struct opt {
	const char *name; /* without the dashes */
	enum opt_type type;
	const char *help;  /* a sentence */
	const char *value; /* what --help calls the value, NULL for the type's own word */
	bool required;
};

#define OPT_END \
	{ \
		.name = NULL, .type = OPT_END_TYPE \
	}

struct opt_set; /* parsed options and arguments */

/**
 * opt_parse(arena, tables, count, argc, argv, max_args, ret_set, err):
 * Parse `--name value`, `--name=value`, `--flag` and at most ${max_args} plain arguments against all tables, in any order; after
 * `--` everything is a plain argument. argv[0] is the program. With a flag `help` or `version` given, required options
 * may be absent. Only an OPT_TEXTS may be given more than once.
 *
 * Owns:   the set lives as long as ${arena}; values point into argv.
 * Errors: ERR_USAGE naming the option and the reason, with a hint to --help; unknown options suggest the nearest name.
 */
MUST_CHECK int opt_parse(struct arena *, const struct opt *const *, size_t, int, char **, size_t, struct opt_set **, struct err *)
    __attribute__((nonnull));

/**
 * opt_flag(set, name), opt_text(set, name), opt_count(set, name, fallback), opt_moment(set, name, ret):
 * A parsed value; asking for a name that no table declares with that type is a bug. opt_text() gives any
 * value as it was typed, NULL when absent; opt_count() gives ${fallback} and serves counts and ids; opt_moment() says whether it was given.
 */
bool opt_flag(const struct opt_set *, const char *) __attribute__((nonnull));
const char *opt_text(const struct opt_set *, const char *) __attribute__((nonnull));
int64_t opt_count(const struct opt_set *, const char *, int64_t) __attribute__((nonnull));
bool opt_moment(const struct opt_set *, const char *, int64_t *) __attribute__((nonnull));

/**
 * opt_texts(set, name, ret_count):
 * The values of an OPT_TEXTS in the order given; ${ret_count} is 0 when it was not.
 */
const char *const *opt_texts(const struct opt_set *, const char *, size_t *) __attribute__((nonnull));

/**
 * opt_args(set, ret_count):
 * Plain arguments in order.
 */
const char *const *opt_args(const struct opt_set *, size_t *) __attribute__((nonnull));

/**
 * opt_help(file, tables, count):
 * The option part of --help, wrapped at 80 columns.
 */
void opt_help(FILE *, const struct opt *const *, size_t) __attribute__((nonnull));

#endif
