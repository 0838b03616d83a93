#ifndef MOODLE_PARAMS_H
#define MOODLE_PARAMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* PHP drops the fields of a request past `max_input_vars` (1000 by default) without a word, and Moodle then works on what is left:
 * a cut enrolment lasts for ever. So no request has more fields than this, and `wsfunction` goes last: cut first, it fails the call. */
#define PARAMS_MAX_FIELDS 900

/* Fields of one request, in the order they are sent. */
struct params {
	struct arena *arena;
	const char **pairs; /* name, value, name, value, … */
	size_t count;       /* of pairs */
	size_t capacity;
};

/**
 * params_init(params, arena):
 * Begin empty; everything lives as long as ${arena}.
 */
void params_init(struct params *, struct arena *) __attribute__((nonnull));

/**
 * params_text(params, value, name, …), params_int(params, value, name, …):
 * Append a field; the name is a format: "users[%zu][email]".
 */
void params_text(struct params *, const char *, const char *, ...) __attribute__((format(printf, 3, 4), nonnull));
void params_int(struct params *, int64_t, const char *, ...) __attribute__((format(printf, 3, 4), nonnull));

/**
 * params_form(arena, params, token, function, ret_body, err):
 * The request body: token and format, the parameters, the function last.
 *
 * Errors: ERR_BUG if that makes more than PARAMS_MAX_FIELDS fields; ERR_DATA for a value that is not UTF-8.
 */
MUST_CHECK int params_form(struct arena *, const struct params *, const char *, const char *, char **, struct err *)
    __attribute__((nonnull));

/**
 * params_rows(fields_per_row, wanted):
 * How many rows of so many fields one request may carry, ${wanted} at most.
 */
size_t params_rows(size_t, size_t);

#endif
