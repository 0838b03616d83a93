#ifndef RECORDED_H
#define RECORDED_H

/* Recorded exchanges with a real Moodle 4.5: tests/fixtures/moodle-4.5/<function>/<case>.json. A failure to read one fails the test. */
#include <stdbool.h>

#include "adapter/json.h"
#include "base/arena.h"

#define RECORDED_DIR "tests/fixtures/moodle-4.5"

struct recorded {
	const char *function;
	long status;
	const char *body;        /* NULL if it was not kept whole */
	const struct json *json; /* of the body, as recorded; NULL if it is no JSON */
	const struct json *file; /* everything */
};

/**
 * recorded_read(arena, name):
 * ${name} is "<function>/<case>", without ".json".
 */
struct recorded recorded_read(struct arena *, const char *);

/**
 * recorded_names(arena, folder, ret_count):
 * The cases of a folder that recorded_read() can read, sorted, as it takes them.
 */
const char **recorded_names(struct arena *, const char *, size_t *);

#endif
