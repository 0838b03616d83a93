/* JSON in one pass, for what nearly every answer is: valid, and objects of few members. Elements and members wait on a stack until their list ends and they
 * are counted; texts lie one after the other in a single piece of memory, which cannot be longer than the document: each stood between quotes, or before a
 * delimiter. */
#include "json_plain.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64
#define MOST_MEMBERS 64 /* of one object: more are compared with each other by the library, which hashes them */

/* Something that was read, and what it is called where it is a member. */
struct entry {
	struct json value;
	const char *name;
};

struct reader {
	struct arena *arena;
	const char *at, *end;
	char *texts; /* the next text goes here */
	struct entry *stack;
	size_t count, room;
	size_t depth;
};

static bool read_value(struct reader *, struct json *);

static void
skip_blanks(struct reader *reader)
{
	while (
	    reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'))
		reader->at++;
}

/* Past one character, if it stands there. */
static bool
skip(struct reader *reader, char c)
{
	skip_blanks(reader);
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

/* Four hexadecimal digits; -1 if there are none. */
static int32_t
hex4(const char *s, const char *end)
{
	int32_t value = 0;
	int i;

	if (end - s < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		char c = s[i];

		if (c >= '0' && c <= '9')
			value = 16 * value + (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = 16 * value + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = 16 * value + (c - 'A' + 10);
		else
			return -1;
	}
	return value;
}

static char *
put_point(char *out, int32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | (c >> 6));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | (c >> 12));
		*out++ = (char)(0x80 | ((c >> 6) & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | (c >> 18));
		*out++ = (char)(0x80 | ((c >> 12) & 0x3f));
		*out++ = (char)(0x80 | ((c >> 6) & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

/* What follows "\u": one unit, or a pair of them. */
static bool
read_unicode(struct reader *reader, char **out)
{
	int32_t c = hex4(reader->at, reader->end), low;

	if (c <= 0 || (c >= 0xdc00 && c <= 0xdfff))
		return false;
	reader->at += 4;
	if (c >= 0xd800 && c <= 0xdbff) {
		if (reader->end - reader->at < 6 || reader->at[0] != '\\' || reader->at[1] != 'u')
			return false;
		low = hex4(reader->at + 2, reader->end);
		if (low < 0xdc00 || low > 0xdfff)
			return false;
		reader->at += 6;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	*out = put_point(*out, c);
	return true;
}

static bool
read_escape(struct reader *reader, char **out)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *found;
	char c;

	if (reader->at == reader->end)
		return false;
	c = *reader->at++;
	if (c == 'u')
		return read_unicode(reader, out);
	found = memchr(letters, c, sizeof(letters) - 1);
	if (found == NULL)
		return false;
	*(*out)++ = meant[found - letters];
	return true;
}

/* A text after its first quote. */
static bool
read_text(struct reader *reader, const char **ret_text)
{
	char *out = reader->texts;
	const char *plain;

	*ret_text = out;
	for (;;) {
		for (plain = reader->at; reader->at < reader->end && *reader->at != '"' && *reader->at != '\\'; reader->at++)
			if ((unsigned char)*reader->at < 0x20)
				return false;
		memcpy(out, plain, (size_t)(reader->at - plain));
		out += reader->at - plain;
		if (reader->at == reader->end)
			return false;
		if (*reader->at++ == '"')
			break;
		if (!read_escape(reader, &out))
			return false;
	}
	*out++ = '\0';
	reader->texts = out;
	return true;
}

static const char *
skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* RFC 8259, section 6; what stands behind it must be what may follow a value. */
static bool
read_number(struct reader *reader, struct json *value)
{
	const char *at = reader->at + (*reader->at == '-'), *part = at, *end = reader->end;
	size_t len;

	at = skip_digits(part, end);
	if (at == part || (at - part > 1 && *part == '0'))
		return false;
	if (at < end && *at == '.') {
		part = at + 1;
		at = skip_digits(part, end);
		if (at == part)
			return false;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		part = at + 1;
		part += part < end && (*part == '+' || *part == '-');
		at = skip_digits(part, end);
		if (at == part)
			return false;
	}
	if (at < end && memchr(",]} \n\t\r", *at, 7) == NULL)
		return false;
	len = (size_t)(at - reader->at);
	memcpy(reader->texts, reader->at, len);
	reader->texts[len] = '\0';
	value->kind = JSON_NUMBER;
	value->text = reader->texts;
	reader->texts += len + 1;
	reader->at = at;
	return true;
}

static bool
read_word(struct reader *reader, const char *word, struct json *value, enum json_kind kind, bool truth)
{
	size_t len = strlen(word);

	if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, word, len) != 0)
		return false;
	reader->at += len;
	if (reader->at < reader->end && memchr(",]} \n\t\r", *reader->at, 7) == NULL)
		return false;
	value->kind = kind;
	value->truth = truth;
	return true;
}

static void
push(struct reader *reader, const struct entry *entry)
{
	struct entry *more;

	if (reader->count == reader->room) {
		reader->room = reader->room > 0 ? 2 * reader->room : 128;
		more = realloc(reader->stack, reader->room * sizeof(*more));
		BUG_UNLESS(more != NULL);
		reader->stack = more;
	}
	reader->stack[reader->count++] = *entry;
}

/* What was pushed since ${first} becomes the list's; false if two members have one name. */
static bool
pop(struct reader *reader, size_t first, bool is_object, struct json *value)
{
	const struct entry *entries = reader->stack + first;
	size_t i, j;

	value->kind = is_object ? JSON_OBJECT : JSON_ARRAY;
	value->count = reader->count - first;
	value->items = ARENA_ARRAY(reader->arena, value->count, struct json);
	reader->count = first;
	for (i = 0; i < value->count; i++)
		value->items[i] = entries[i].value;
	if (!is_object)
		return true;
	if (value->count > MOST_MEMBERS)
		return false;
	value->names = ARENA_ARRAY(reader->arena, value->count, const char *);
	for (i = 0; i < value->count; i++) {
		value->names[i] = entries[i].name;
		for (j = 0; j < i; j++)
			if (strcmp(value->names[j], value->names[i]) == 0)
				return false;
	}
	return true;
}

static bool
read_list(struct reader *reader, bool is_object, struct json *value)
{
	const char close = is_object ? '}' : ']';
	size_t first = reader->count;
	bool more;

	reader->at++;
	if (++reader->depth > MAX_DEPTH)
		return false;
	more = !skip(reader, close);
	while (more) {
		struct entry entry = { .name = NULL };

		if (is_object && (!skip(reader, '"') || !read_text(reader, &entry.name) || !skip(reader, ':')))
			return false;
		skip_blanks(reader);
		if (!read_value(reader, &entry.value))
			return false;
		push(reader, &entry);
		more = skip(reader, ',');
		if (!more && !skip(reader, close))
			return false;
	}
	reader->depth--;
	return pop(reader, first, is_object, value);
}

static bool
read_value(struct reader *reader, struct json *value)
{
	if (reader->at == reader->end)
		return false;
	switch (*reader->at) {
	case '{': return read_list(reader, /* is_object= */ true, value);
	case '[': return read_list(reader, /* is_object= */ false, value);
	case '"':
		reader->at++;
		value->kind = JSON_STRING;
		return read_text(reader, &value->text);
	case 't': return read_word(reader, "true", value, JSON_BOOL, /* truth= */ true);
	case 'f': return read_word(reader, "false", value, JSON_BOOL, /* truth= */ false);
	case 'n': return read_word(reader, "null", value, JSON_NULL, /* truth= */ false);
	default: return read_number(reader, value);
	}
}

struct json *
json_plain(struct arena *arena, const char *text, size_t len)
{
	struct reader reader = { .arena = arena, .at = text, .end = text + len };
	struct json *value = ARENA_NEW(arena, struct json);
	bool whole;

	reader.texts = arena_alloc(arena, len + 1);
	skip_blanks(&reader);
	whole = read_value(&reader, value);
	skip_blanks(&reader);
	free(reader.stack);
	return whole && reader.at == reader.end ? value : NULL;
}
