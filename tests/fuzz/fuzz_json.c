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

/* The same text beside an object of so many members that the library reads both: one outcome, whichever reads it. */
static void
check_library(struct arena *arena, const char *text, size_t len, const struct buf *written)
{
	struct json *json = NULL;
	struct err err = ERR_INIT;
	struct buf both, again;
	int i, rc;

	buf_init(&both, SIZE_MAX);
	buf_init(&again, SIZE_MAX);
	if (len >= 3 && memcmp(text, "\357\273\277", 3) == 0) {
		text += 3;
		len -= 3;
	}
	for (i = 0; i < 65; i++)
		buf_printf(&both, "%s\"%d\":0", i == 0 ? "[{" : ",", i);
	buf_text(&both, "},");
	buf_add(&both, text, len);
	buf_char(&both, ']');
	rc = json_parse(arena, "it", both.data, both.len, &json, &err);
	if (rc == 0) {
		write_tree(arena, &again, &json->items[1]);
		MUST_HOLD(json->count == 2 && again.len == written->len && memcmp(again.data, written->data, again.len) == 0);
	} else {
		MUST_HOLD(strstr(err.message, "nested deeper than 64") != NULL);
	}
	buf_done(&both);
	buf_done(&again);
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
	check_library(&arena, (const char *)data, size, &first);
	buf_done(&first);
	buf_done(&second);
	arena_done(&arena);
	return 0;
}
