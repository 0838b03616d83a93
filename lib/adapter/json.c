/* JSON, without ever letting a number become a double. What is valid and of the usual form is read in one pass (json_plain.c). Whatever is not goes
 * through jansson, which judges it: a walk over the text before parsing puts every number in quotes with the mark N and gives every real string the
 * mark S, so that the two stay apart: 12.50 becomes "N12.50", "12.50" becomes "S12.50". The walk also checks what jansson would no longer see: the
 * grammar of numbers and the depth. Positions in jansson's errors are counted back to the text as it was sent. The tree is copied into the caller's
 * arena. */

/* jansson's kinds of values bear the names of ours: read its header under others. Its macros that use them are not used here. */
#define JSON_NULL JANSSON_NULL
#define JSON_STRING JANSSON_STRING
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_OBJECT JANSSON_OBJECT
#include <jansson.h>
#undef JSON_NULL
#undef JSON_STRING
#undef JSON_ARRAY
#undef JSON_OBJECT
#undef json_is_null

#include "adapter/json.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "json_plain.h"

#define MAX_DEPTH 64
#define NUMBER_MARK 'N'
#define STRING_MARK 'S'

/* One walk over the text: how far, what was written, and what must be known to explain an error. */
struct walk {
	const char *text;
	size_t len;
	size_t at; /* next byte to read */
	char *out; /* NULL: only count */
	size_t written;
	size_t last_token;  /* where the token read last begins */
	size_t last_string; /* where the string read last begins */
	size_t depth;
	const char *fault; /* why the walk ended, NULL if it did not */
};

static void
put(struct walk *walk, const char *bytes, size_t len)
{
	if (walk->out != NULL)
		memcpy(walk->out + walk->written, bytes, len);
	walk->written += len;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t
digits(const char *s, size_t left)
{
	size_t len = 0;

	while (len < left && is_digit(s[len]))
		len++;
	return len;
}

/* Length of the number at ${s} by the grammar of RFC 8259 section 6, 0 if what stands there is none. */
static size_t
number_length(const char *s, size_t left)
{
	size_t at = left > 0 && s[0] == '-' ? 1 : 0, len;

	len = digits(s + at, left - at);
	if (len == 0 || (len > 1 && s[at] == '0'))
		return 0;
	at += len;
	if (at < left && s[at] == '.') {
		len = digits(s + at + 1, left - at - 1);
		if (len == 0)
			return 0;
		at += 1 + len;
	}
	if (at < left && (s[at] == 'e' || s[at] == 'E')) {
		at++;
		if (at < left && (s[at] == '+' || s[at] == '-'))
			at++;
		len = digits(s + at, left - at);
		if (len == 0)
			return 0;
		at += len;
	}
	/* What touches a number belongs to it: 1.2.3, 0x10, 1-2. */
	if (at < left && (is_letter(s[at]) || s[at] == '.' || s[at] == '+' || s[at] == '-' || s[at] == '_'))
		return 0;
	return at;
}

static void
walk_string(struct walk *walk)
{
	const char mark[2] = { '"', STRING_MARK };
	size_t start = walk->at + 1, end;

	walk->last_string = walk->at;
	for (end = start; end < walk->len && walk->text[end] != '"'; end++)
		if (walk->text[end] == '\\' && end + 1 < walk->len)
			end++;
	if (end < walk->len)
		end++;
	put(walk, mark, sizeof(mark));
	put(walk, walk->text + start, end - start);
	walk->at = end;
}

static void
walk_number(struct walk *walk)
{
	const char mark[2] = { '"', NUMBER_MARK };
	size_t len = number_length(walk->text + walk->at, walk->len - walk->at);

	if (len == 0) {
		walk->fault = "malformed number";
		return;
	}
	put(walk, mark, sizeof(mark));
	put(walk, walk->text + walk->at, len);
	put(walk, "\"", 1);
	walk->at += len;
}

/* Anything else: a whole word, or one character. */
static void
walk_other(struct walk *walk)
{
	size_t end = walk->at + 1;
	char c = walk->text[walk->at];

	if (c == '[' || c == '{') {
		if (++walk->depth > MAX_DEPTH) {
			walk->fault = "nested deeper than 64";
			return;
		}
	} else if ((c == ']' || c == '}') && walk->depth > 0) {
		walk->depth--;
	}
	while (is_letter(c) && end < walk->len && is_letter(walk->text[end]))
		end++;
	put(walk, walk->text + walk->at, end - walk->at);
	walk->at = end;
}

/* Walk on until ${until} bytes are written, the text ends or a fault is found. */
static void
walk_on(struct walk *walk, size_t until)
{
	char c;

	while (walk->at < walk->len && walk->written < until && walk->fault == NULL) {
		c = walk->text[walk->at];
		walk->last_token = walk->at;
		if (c == '"')
			walk_string(walk);
		else if (c == '-' || is_digit(c))
			walk_number(walk);
		else
			walk_other(walk);
	}
}

/* "<what> is not valid JSON: <reason> at line L, column C", columns counted in characters. */
static int
fail_at(const char *what, const char *text, size_t at, const char *reason, struct err *err)
{
	size_t line = 1, column = 1, i;

	for (i = 0; i < at; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	return err_set(err, ERR_DATA, "%s is not valid JSON: %s at line %zu, column %zu", what, reason, line, column);
}

/* Explain jansson's error in the terms of the text that was sent. */
static int
explain(struct arena *scratch, const char *what, const char *text, size_t len, const json_error_t *error, struct err *err)
{
	struct walk walk = { .text = text, .len = len };
	size_t shown;

	/* jansson's position is the end of the token that did not fit. */
	walk_on(&walk, error->position > 0 ? (size_t)error->position : 0);
	switch (json_error_code(error)) {
	case json_error_premature_end_of_input: return fail_at(what, text, len, "unexpected end", err);
	case json_error_end_of_input_expected: return fail_at(what, text, walk.last_token, "something follows the document", err);
	case json_error_duplicate_key:
		shown = walk.at - walk.last_string < 80 ? walk.at - walk.last_string : 80;
		return fail_at(what, text, walk.last_string,
		    arena_printf(scratch, "duplicate member %.*s", (int)shown, text + walk.last_string), err);
	case json_error_null_character:
	case json_error_null_byte_in_key: return fail_at(what, text, walk.last_token, "NUL character in the string", err);
	default: return fail_at(what, text, walk.last_token, "syntax error", err);
	}
}

/* What the walk and jansson need not look at: text that is no JSON at all. */
static int
check_text(const char *what, const char *text, size_t len, struct err *err)
{
	size_t at, step;

	for (at = 0; at < len; at += step) {
		step = 1;
		if (text[at] != '\0' && (unsigned char)text[at] < 0x80)
			continue;
		step = text_character(text + at, len - at);
		if (step == 0)
			return fail_at(what, text, at, "invalid UTF-8", err);
		if (text[at] == '\0')
			return fail_at(what, text, at, "NUL byte", err);
	}
	for (at = 0; at < len && strchr(" \t\r\n", text[at]) != NULL; at++)
		;
	if (at == len)
		return err_set(err, ERR_DATA, "%s is not valid JSON: it is empty", what);
	if (text[at] == '<')
		return err_set(err, ERR_DATA, "%s is not valid JSON: it looks like HTML or XML", what);
	return 0;
}

/* Copy a tree of jansson's; false when a member's name is a number. */
static bool
copy_tree(struct arena *arena, json_t *from, struct json *to)
{
	const char *text;
	json_t *value;
	size_t i = 0;

	switch (json_typeof(from)) {
	case JANSSON_STRING:
		text = json_string_value(from);
		to->kind = text[0] == NUMBER_MARK ? JSON_NUMBER : JSON_STRING;
		to->text = arena_strdup(arena, text + 1);
		return true;
	case JSON_TRUE:
	case JSON_FALSE:
		to->kind = JSON_BOOL;
		to->truth = json_typeof(from) == JSON_TRUE;
		return true;
	case JANSSON_ARRAY:
		to->kind = JSON_ARRAY;
		to->count = json_array_size(from);
		to->items = ARENA_ARRAY(arena, to->count, struct json);
		for (i = 0; i < to->count; i++)
			if (!copy_tree(arena, json_array_get(from, i), &to->items[i]))
				return false;
		return true;
	case JANSSON_OBJECT:
		to->kind = JSON_OBJECT;
		to->count = json_object_size(from);
		to->items = ARENA_ARRAY(arena, to->count, struct json);
		to->names = ARENA_ARRAY(arena, to->count, const char *);
		json_object_foreach(from, text, value)
		{
			if (text[0] == NUMBER_MARK || !copy_tree(arena, value, &to->items[i]))
				return false;
			to->names[i++] = arena_strdup(arena, text + 1);
		}
		return true;
	case JANSSON_NULL:
	case JSON_INTEGER: /* the walk left no bare number */
	case JSON_REAL: break;
	}
	to->kind = JSON_NULL;
	return true;
}

int
json_parse(struct arena *arena, const char *what, const char *text, size_t len, struct json **ret_json, struct err *err)
{
	int rc = -1;
	struct arena scratch = ARENA_INIT;
	struct walk count = { 0 }, walk = { 0 };
	struct json *tree = NULL;
	json_error_t error;
	json_t *parsed = NULL;

	/* A byte order mark is no part of the document (RFC 8259, section 8.1). */
	if (len >= 3 && memcmp(text, "\357\273\277", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (check_text(what, text, len, err) != 0)
		goto out;
	tree = json_plain(arena, text, len);
	if (tree != NULL) {
		*ret_json = tree;
		rc = 0;
		goto out;
	}
	count.text = walk.text = text;
	count.len = walk.len = len;
	walk_on(&count, SIZE_MAX);
	if (count.fault != NULL) {
		(void)fail_at(what, text, count.last_token, count.fault, err);
		goto out;
	}
	walk.out = arena_alloc(&scratch, count.written);
	walk_on(&walk, SIZE_MAX);
	parsed = json_loadb(walk.out, walk.written, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (parsed == NULL) {
		(void)explain(&scratch, what, text, len, &error, err);
		goto out;
	}
	tree = ARENA_NEW(arena, struct json);
	if (!copy_tree(arena, parsed, tree)) {
		(void)err_set(err, ERR_DATA, "%s is not valid JSON: the name of a member is a number", what);
		goto out;
	}
	*ret_json = tree;
	rc = 0;
out:
	json_decref(parsed);
	arena_done(&scratch);
	return rc;
}

const struct json *
json_get(const struct json *object, const char *name)
{
	size_t i;

	if (object == NULL || object->kind != JSON_OBJECT)
		return NULL;
	for (i = 0; i < object->count; i++)
		if (strcmp(object->names[i], name) == 0)
			return &object->items[i];
	return NULL;
}

bool
json_is_null(const struct json *value)
{
	return value == NULL || value->kind == JSON_NULL;
}

const char *
json_kind_name(const struct json *value)
{
	static const char *const names[] = { "null", "true or false", "a number", "a string", "an array", "an object" };

	return value == NULL ? "missing" : names[value->kind];
}

/* "member "id" is a string, not a number", or that it is missing. */
static int
wrong_kind(const struct json *object, const char *name, const char *wanted, struct err *err)
{
	const struct json *value = json_get(object, name);

	if (object == NULL || object->kind != JSON_OBJECT)
		return err_set(
		    err, ERR_DATA, "there is no member \"%s\": the value is %s, not an object", name, json_kind_name(object));
	if (value == NULL)
		return err_set(err, ERR_DATA, "member \"%s\" is missing", name);
	return err_set(err, ERR_DATA, "member \"%s\" is %s, not %s", name, json_kind_name(value), wanted);
}

int
json_text(const struct json *object, const char *name, const char **ret_text, struct err *err)
{
	const struct json *value = json_get(object, name);

	if (value == NULL || value->kind != JSON_STRING)
		return wrong_kind(object, name, "a string", err);
	*ret_text = value->text;
	return 0;
}

int
json_text_or_null(const struct json *object, const char *name, const char **ret_text, struct err *err)
{
	if (object != NULL && object->kind == JSON_OBJECT && json_is_null(json_get(object, name))) {
		*ret_text = NULL;
		return 0;
	}
	return json_text(object, name, ret_text, err);
}

int
json_int(const struct json *object, const char *name, int64_t *ret_value, struct err *err)
{
	const struct json *value = json_get(object, name);

	if (value == NULL || value->kind != JSON_NUMBER)
		return wrong_kind(object, name, "a number", err);
	if (text_int64(value->text, ret_value, err) != 0)
		return err_wrap(err, "member \"%s\"", name);
	return 0;
}

int
json_decimal(const struct json *value, const char **ret_text, struct err *err)
{
	if (value == NULL || (value->kind != JSON_NUMBER && value->kind != JSON_STRING))
		return err_set(err, ERR_DATA, "the amount is %s, not a number or a string", json_kind_name(value));
	*ret_text = value->text;
	return 0;
}

int
json_list(const struct json *object, const char *name, const struct json **ret_array, struct err *err)
{
	const struct json *value = json_get(object, name);

	if (value == NULL || value->kind != JSON_ARRAY)
		return wrong_kind(object, name, "an array", err);
	*ret_array = value;
	return 0;
}

int
json_list_or_null(const struct json *object, const char *name, const struct json **ret_array, struct err *err)
{
	if (object != NULL && object->kind == JSON_OBJECT && json_is_null(json_get(object, name))) {
		*ret_array = NULL;
		return 0;
	}
	return json_list(object, name, ret_array, err);
}

char *
json_quote(struct arena *arena, const char *text)
{
	struct buf quoted;
	char *copy;

	if (text == NULL)
		return arena_strdup(arena, "null");
	buf_init(&quoted, SIZE_MAX);
	buf_char(&quoted, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_printf(&quoted, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			buf_printf(&quoted, "\\u%04x", (unsigned)*text);
		else
			buf_char(&quoted, *text);
	}
	buf_char(&quoted, '"');
	copy = arena_strdup(arena, quoted.data);
	buf_done(&quoted);
	return copy;
}

static int
take(const char *text, size_t len, void *context)
{
	buf_add(context, text, len);
	return 0;
}

int
json_pretty(struct arena *arena, const char *what, const char *text, char **ret_text, struct err *err)
{
	json_error_t error;
	json_t *parsed = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	struct buf out;

	if (parsed == NULL)
		return err_set(err, ERR_BUG, "%s is no JSON: %s", what, error.text);
	buf_init(&out, SIZE_MAX);
	(void)json_dump_callback(parsed, take, &out, JSON_INDENT(2));
	*ret_text = arena_strdup(arena, out.data);
	buf_done(&out);
	json_decref(parsed);
	return 0;
}
