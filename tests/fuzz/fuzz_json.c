/* JSON: what parses is written and read again as the same tree. */
#include <string.h>

#include "adapter/json.h"
#include "base/buf.h"
#include "base/text.h"
#include "fuzz.h"

static void
write_tree(struct arena *arena, struct buf *to, const struct json *json)
{
	size_t i;

	switch (json->kind) {
	case JSON_NULL: buf_text(to, "null"); break;
	case JSON_BOOL: buf_text(to, json->truth ? "true" : "false"); break;
	case JSON_NUMBER: buf_text(to, json->text); break;
	case JSON_STRING: buf_text(to, json_quote(arena, json->text)); break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		buf_char(to, json->kind == JSON_ARRAY ? '[' : '{');
		for (i = 0; i < json->count; i++) {
			buf_text(to, i > 0 ? "," : "");
			if (json->kind == JSON_OBJECT)
				buf_printf(to, "%s:", json_quote(arena, json->names[i]));
			write_tree(arena, to, &json->items[i]);
		}
		buf_char(to, json->kind == JSON_ARRAY ? ']' : '}');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct json *json = NULL, *again = NULL;
	struct buf first, second;

	if (json_parse(&arena, "it", (const char *)data, size, &json, &err) != 0) {
		MUST_HOLD(err.code == ERR_DATA && json == NULL && text_utf8_valid(err.message, strlen(err.message)));
		arena_done(&arena);
		return 0;
	}
	buf_init(&first, SIZE_MAX);
	buf_init(&second, SIZE_MAX);
	write_tree(&arena, &first, json);
	MUST_HOLD(json_parse(&arena, "it", first.data, first.len, &again, &err) == 0);
	write_tree(&arena, &second, again);
	MUST_HOLD(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	buf_done(&first);
	buf_done(&second);
	arena_done(&arena);
	return 0;
}
