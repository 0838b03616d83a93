/* Fields of a web-service request. Moodle wants application/x-www-form-urlencoded with PHP's bracket names; the order of the fields
 * is a defence (see the header), so it is kept exactly. */
#include "moodle/params.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "http/http.h"

/* wstoken, moodlewsrestformat, wsfunction, and up to three moodlewssetting… fields. */
#define CONTROL_FIELDS 6

void
params_init(struct params *params, struct arena *arena)
{
	memset(params, 0, sizeof(*params));
	params->arena = arena;
}

static void
append(struct params *params, const char *name, const char *value)
{
	if (params->count == params->capacity) {
		size_t capacity = params->capacity == 0 ? 16 : params->capacity * 2;
		const char **pairs = ARENA_ARRAY(params->arena, capacity * 2, const char *);

		if (params->count > 0)
			memcpy(pairs, params->pairs, params->count * 2 * sizeof(*pairs));
		params->pairs = pairs;
		params->capacity = capacity;
	}
	params->pairs[2 * params->count] = name;
	params->pairs[2 * params->count + 1] = value;
	params->count++;
}

void
params_text(struct params *params, const char *value, const char *name, ...)
{
	va_list args;
	char *text;

	va_start(args, name);
	text = arena_vprintf(params->arena, name, args);
	va_end(args);
	append(params, text, arena_strdup(params->arena, value));
}

void
params_int(struct params *params, int64_t value, const char *name, ...)
{
	va_list args;
	char *text;

	va_start(args, name);
	text = arena_vprintf(params->arena, name, args);
	va_end(args);
	append(params, text, arena_printf(params->arena, "%" PRId64, value));
}

int
params_form(
    struct arena *arena, const struct params *params, const char *token, const char *function, char **ret_body, struct err *err)
{
	const char **pairs;
	size_t count = params->count + 3, i;

	if (count > PARAMS_MAX_FIELDS)
		return err_set(
		    err, ERR_BUG, "request of %zu fields for \"%s\" is over the limit of %d", count, function, PARAMS_MAX_FIELDS);
	for (i = 0; i < params->count; i++) {
		const char *value = params->pairs[2 * i + 1];

		if (!text_utf8_valid(value, strlen(value)))
			return err_set(err, ERR_DATA, "field \"%s\" of \"%s\" is not UTF-8", params->pairs[2 * i], function);
	}
	pairs = ARENA_ARRAY(arena, count * 2, const char *);
	pairs[0] = "wstoken";
	pairs[1] = token;
	pairs[2] = "moodlewsrestformat";
	pairs[3] = "json";
	if (params->count > 0)
		memcpy(pairs + 4, params->pairs, params->count * 2 * sizeof(*pairs));
	pairs[2 * count - 2] = "wsfunction";
	pairs[2 * count - 1] = function;
	*ret_body = http_form(arena, pairs, count);
	return 0;
}

size_t
params_rows(size_t fields_per_row, size_t wanted)
{
	size_t most = (PARAMS_MAX_FIELDS - CONTROL_FIELDS) / fields_per_row;

	return wanted == 0 ? 1 : wanted < most ? wanted : most;
}
