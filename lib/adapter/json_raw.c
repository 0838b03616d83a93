/* Finding stretches of JSON text without parsing it again. The text has been accepted by json_parse(), so only the shape of tokens
 * matters here; the end of the text is minded all the same. */
#include "adapter/json.h"

#include <string.h>

struct cursor {
	const char *at;
	const char *end;
};

static void
skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at) != NULL)
		cursor->at++;
}

static void
skip_string(struct cursor *cursor)
{
	for (cursor->at++; cursor->at < cursor->end && *cursor->at != '"'; cursor->at++)
		if (*cursor->at == '\\' && cursor->at + 1 < cursor->end)
			cursor->at++;
	if (cursor->at < cursor->end)
		cursor->at++;
}

/* Past one value of any kind. */
static void
skip_value(struct cursor *cursor)
{
	size_t depth = 0;

	while (cursor->at < cursor->end) {
		switch (*cursor->at) {
		case '"': skip_string(cursor); break;
		case '{':
		case '[':
			depth++;
			cursor->at++;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			cursor->at++;
			break;
		default:
			/* Inside, one character of whatever; outside, the whole number or word. */
			do
				cursor->at++;
			while (depth == 0 && cursor->at < cursor->end && strchr(",]} \t\r\n", *cursor->at) == NULL);
		}
		if (depth == 0)
			return;
	}
}

/* Stand at the value of member ${name} of the object at hand. */
static bool
find_member(struct cursor *cursor, const char *name)
{
	const char *key;
	size_t len = strlen(name);

	skip_blanks(cursor);
	if (cursor->at == cursor->end || *cursor->at != '{')
		return false;
	cursor->at++;
	for (;;) {
		skip_blanks(cursor);
		if (cursor->at == cursor->end || *cursor->at != '"')
			return false;
		key = cursor->at + 1;
		skip_string(cursor);
		skip_blanks(cursor);
		if (cursor->at == cursor->end || *cursor->at != ':')
			return false;
		cursor->at++;
		skip_blanks(cursor);
		if ((size_t)(cursor->end - key) > len && memcmp(key, name, len) == 0 && key[len] == '"')
			return true;
		skip_value(cursor);
		skip_blanks(cursor);
		if (cursor->at == cursor->end || *cursor->at != ',')
			return false;
		cursor->at++;
	}
}

/* Walk the elements of the array at hand; note them when ${items} is given. */
static size_t
walk_items(struct cursor cursor, struct json_raw *items)
{
	size_t count = 0;
	const char *begin;

	for (cursor.at++;; cursor.at++) {
		skip_blanks(&cursor);
		if (cursor.at == cursor.end || *cursor.at == ']')
			return count;
		begin = cursor.at;
		skip_value(&cursor);
		if (items != NULL)
			items[count] = (struct json_raw){ begin, (size_t)(cursor.at - begin) };
		count++;
		skip_blanks(&cursor);
		if (cursor.at == cursor.end || *cursor.at != ',')
			return count;
	}
}

int
json_raw_items(struct arena *arena, const char *text, size_t len, const char *name, struct json_raw **ret_items, size_t *ret_count,
    struct err *err)
{
	struct cursor cursor = { text, text + len };
	struct json_raw *items;

	if (len >= 3 && memcmp(text, "\357\273\277", 3) == 0)
		cursor.at += 3;
	if (name == NULL)
		skip_blanks(&cursor);
	if ((name != NULL && !find_member(&cursor, name)) || cursor.at == cursor.end || *cursor.at != '[')
		return err_set(err, ERR_DATA, "there is no list \"%s\"", name != NULL ? name : "");
	items = ARENA_ARRAY(arena, walk_items(cursor, NULL), struct json_raw);
	*ret_count = walk_items(cursor, items);
	*ret_items = items;
	return 0;
}

bool
json_raw_member(const char *text, size_t len, const char *name, struct json_raw *ret_raw)
{
	struct cursor cursor = { text, text + len };
	const char *begin;

	if (len >= 3 && memcmp(text, "\357\273\277", 3) == 0)
		cursor.at += 3;
	if (!find_member(&cursor, name))
		return false;
	begin = cursor.at;
	skip_value(&cursor);
	*ret_raw = (struct json_raw){ begin, (size_t)(cursor.at - begin) };
	return true;
}
