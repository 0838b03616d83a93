/* JSON: numbers keep their text, everything malformed is refused with its place. */
#include "adapter/json.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "expect.h"

static struct arena arena;

/* The tree written back, numbers bare and strings quoted, to be compared as text. */
static void
write_tree(struct buf *to, const struct json *json)
{
	size_t i;

	switch (json->kind) {
	case JSON_NULL: buf_text(to, "null"); break;
	case JSON_BOOL: buf_text(to, json->truth ? "true" : "false"); break;
	case JSON_NUMBER: buf_text(to, json->text); break;
	case JSON_STRING: buf_text(to, json_quote(&arena, json->text)); break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		buf_char(to, json->kind == JSON_ARRAY ? '[' : '{');
		for (i = 0; i < json->count; i++) {
			if (i > 0)
				buf_char(to, ',');
			if (json->kind == JSON_OBJECT)
				buf_printf(to, "%s:", json_quote(&arena, json->names[i]));
			write_tree(to, &json->items[i]);
		}
		buf_char(to, json->kind == JSON_ARRAY ? ']' : '}');
	}
}

static void
values_come_through_as_sent(void **state)
{
	static const struct {
		const char *title, *text, *back; /* NULL: as sent */
	} cases[] = {
		{ "an empty object", "{}", NULL },
		{ "an empty array", "[]", NULL },
		{ "null", "null", NULL },
		{ "a bare number", "-0.50", NULL },
		{ "a bare string", "\"x\"", NULL },
		{ "literals", "[true,false,null]", NULL },
		{ "a number keeps its zeros", "[12.50,0.10,1e2,1E+02,-0]", NULL },
		{ "a number no double can hold", "[90071992547409.93,123456789012345678901234567890]", NULL },
		{ "a string of digits stays a string", "[12.50,\"12.50\"]", NULL },
		{ "strings that begin with the marks", "[\"N1\",\"S1\",\"NN\",\"\"]", NULL },
		{ "names that look like numbers are names", "{\"1\":1,\"N\":2,\"S\":3,\"\":4}", NULL },
		{ "members keep their order", "{\"z\":1,\"a\":2,\"m\":3,\"b\":4,\"y\":5,\"c\":6,\"x\":7,\"d\":8,\"w\":9}", NULL },
		{ "digits and quotes inside strings", "[\"a 12 b\",\"\\\"12\\\"\",\"\\\\\",\"[1,2\"]", NULL },
		{ "escapes", "[\"\\u00e4\\n\\/\\ud842\\udfb7\"]", "[\"\303\244\\u000a/\360\240\256\267\"]" },
		{ "white space", " \r\n\t{ \"a\" : [ 1 , 2 ] } \n", "{\"a\":[1,2]}" },
		{ "a byte order mark", "\357\273\277[1]", "[1]" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct json *json;
		struct buf back;

		expect_ok(cases[i].title, json_parse(&arena, "it", cases[i].text, strlen(cases[i].text), &json, &err), &err);
		buf_init(&back, 100000);
		write_tree(&back, json);
		expect_text(cases[i].title, back.data, cases[i].back == NULL ? cases[i].text : cases[i].back);
		buf_done(&back);
	}
}

#define SIZED(text) text, sizeof(text) - 1

static void
malformed_text_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *title, *text;
		size_t len;
		const char *reason;
	} cases[] = {
		{ "empty", SIZED(""), "it is empty" },
		{ "blank", SIZED(" \n "), "it is empty" },
		{ "HTML", SIZED("\n<!DOCTYPE html>"), "it looks like HTML or XML" },
		{ "cut in an object", SIZED("{\"a\":1,"), "unexpected end at line 1, column 8" },
		{ "cut in a string", SIZED("{\"a\":\"b"), "unexpected end at line 1, column 8" },
		{ "cut after an escape", SIZED("[\"b\\"), "syntax error at line 1, column 2" },
		{ "cut in an array", SIZED("[1"), "unexpected end at line 1, column 3" },
		{ "a trailing comma", SIZED("[1,\n]"), "syntax error at line 2, column 1" },
		{ "two commas", SIZED("[1,,2]"), "syntax error at line 1, column 4" },
		{ "no comma", SIZED("[\"x\" \"yy\"]"), "syntax error at line 1, column 6" },
		{ "no colon", SIZED("{\"a\" 1}"), "syntax error at line 1, column 6" },
		{ "a word", SIZED("[nil]"), "syntax error at line 1, column 2" },
		{ "a word in capitals", SIZED("[1, True]"), "syntax error at line 1, column 5" },
		{ "not a number", SIZED("[NaN]"), "syntax error at line 1, column 2" },
		{ "single quotes", SIZED("['a']"), "syntax error at line 1, column 2" },
		{ "a comment", SIZED("[1] // x"), "something follows the document at line 1, column 5" },
		{ "two documents", SIZED("{}\n{}"), "something follows the document at line 2, column 1" },
		{ "a number after the document", SIZED("{}1"), "something follows the document at line 1, column 3" },
		{ "a leading zero", SIZED("[1,01]"), "malformed number at line 1, column 4" },
		{ "two points", SIZED("[1.2.3]"), "malformed number at line 1, column 2" },
		{ "no digit after the point", SIZED("[1.]"), "malformed number at line 1, column 2" },
		{ "no digit before the point", SIZED("[.5]"), "syntax error at line 1, column 2" },
		{ "no digit in the exponent", SIZED("[1e]"), "malformed number at line 1, column 2" },
		{ "only a sign", SIZED("[-]"), "malformed number at line 1, column 2" },
		{ "a plus sign", SIZED("[+1]"), "syntax error at line 1, column 2" },
		{ "hexadecimal", SIZED("[0x10]"), "malformed number at line 1, column 2" },
		{ "infinity", SIZED("[-Infinity]"), "malformed number at line 1, column 2" },
		{ "a word at a number", SIZED("[1true]"), "malformed number at line 1, column 2" },
		{ "a number as a name", SIZED("{1:2}"), "the name of a member is a number" },
		{ "a member twice", SIZED("{\"id\":1,\n \"id\":2}"), "duplicate member \"id\" at line 2, column 2" },
		{ "a member twice by escape", SIZED("{\"id\":1,\"\\u0069d\":2}"),
		    "duplicate member \"\\u0069d\" at line 1, column 9" },
		{ "a member twice inside", SIZED("[12.5,{\"a\":{\"b\":1,\"b\":1}}]"),
		    "duplicate member \"b\" at line 1, column 19" },
		{ "NUL by escape", SIZED("[1,\"a\\u0000b\"]"), "NUL character in the string at line 1, column 4" },
		{ "NUL in a name", SIZED("{\"a\\u0000b\":1}"), "NUL character in the string at line 1, column 2" },
		{ "a bare NUL", SIZED("[1\0]"), "NUL byte at line 1, column 3" },
		{ "a NUL behind the document", SIZED("[1]\0"), "NUL byte at line 1, column 4" },
		{ "a NUL in a string", SIZED("[\"a\0b\"]"), "NUL byte at line 1, column 4" },
		{ "a line in a string", SIZED("[\"a\nb\"]"), "syntax error at line 1, column 2" },
		{ "half a surrogate pair", SIZED("[\"\\ud842\"]"), "syntax error at line 1, column 2" },
		{ "an unknown escape", SIZED("[\"\\x41\"]"), "syntax error at line 1, column 2" },
		{ "Latin-1", SIZED("[\"caf\351\"]"), "invalid UTF-8 at line 1, column 6" },
		{ "UTF-16", SIZED("\377\376[\0]\0"), "invalid UTF-8 at line 1, column 1" },
		{ "columns count characters", SIZED("[\"日本\", x]"), "syntax error at line 1, column 8" },
		{ "a closing bracket too many", SIZED("[]]"), "something follows the document at line 1, column 3" },
		{ "brackets crossed", SIZED("[{]}"), "syntax error at line 1, column 3" },
	};
	char message[300];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct json *json = NULL;

		assert_int_equal(json_parse(&arena, "the answer", cases[i].text, cases[i].len, &json, &err), -1);
		(void)snprintf(message, sizeof(message), "the answer is not valid JSON: %s", cases[i].reason);
		expect_err(cases[i].title, &err, ERR_DATA, message);
		assert_null(json);
	}
}

static void
depth_is_limited(void **state)
{
	char text[200001];
	struct err err = ERR_INIT;
	struct json *json;

	(void)state;
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	expect_ok("64 deep", json_parse(&arena, "it", text, 128, &json, &err), &err);
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	assert_int_equal(json_parse(&arena, "it", text, 130, &json, &err), -1);
	expect_err("65 deep", &err, ERR_DATA, "it is not valid JSON: nested deeper than 64 at line 1, column 65");
	err_reset(&err);
	memset(text, '[', sizeof(text));
	assert_int_equal(json_parse(&arena, "it", text, sizeof(text), &json, &err), -1);
	expect_err("200000 deep", &err, ERR_DATA, "it is not valid JSON: nested deeper than 64 at line 1, column 65");
}

static const struct json *
parsed(const char *text)
{
	struct err err = ERR_INIT;
	struct json *json;

	expect_ok(text, json_parse(&arena, "it", text, strlen(text), &json, &err), &err);
	return json;
}

static void
members_are_read_by_kind(void **state)
{
	const struct json *json =
			      parsed("{\"t\":\"x\",\"i\":-42,\"d\":1.50,\"s\":\"2.50\",\"n\":null,\"b\":true,\"a\":[1],\"o\":{}}"),
			  *list;
	struct err err = ERR_INIT;
	const char *text = NULL;
	int64_t value = 0;

	(void)state;
	expect_ok("text", json_text(json, "t", &text, &err), &err);
	expect_text("text", text, "x");
	expect_ok("text or null", json_text_or_null(json, "t", &text, &err), &err);
	expect_text("text or null", text, "x");
	expect_ok("null", json_text_or_null(json, "n", &text, &err), &err);
	assert_null(text);
	text = "y";
	expect_ok("absent", json_text_or_null(json, "none", &text, &err), &err);
	assert_null(text);
	expect_ok("int", json_int(json, "i", &value, &err), &err);
	assert_int_equal(value, -42);
	expect_ok("decimal number", json_decimal(json_get(json, "d"), &text, &err), &err);
	expect_text("decimal number", text, "1.50");
	expect_ok("decimal string", json_decimal(json_get(json, "s"), &text, &err), &err);
	expect_text("decimal string", text, "2.50");
	expect_ok("array", json_list(json, "a", &list, &err), &err);
	assert_int_equal(list->count, 1);
	expect_ok("array or null", json_list_or_null(json, "a", &list, &err), &err);
	assert_int_equal(list->count, 1);
	expect_ok("null array", json_list_or_null(json, "n", &list, &err), &err);
	assert_null(list);
	assert_true(json_is_null(json_get(json, "n")));
	assert_true(json_is_null(json_get(json, "none")));
	assert_false(json_is_null(json_get(json, "b")));
	assert_null(json_get(json_get(json, "a"), "t"));
	assert_null(json_get(NULL, "t"));
}

static void
members_of_another_kind_are_refused(void **state)
{
	const struct json *json =
	    parsed("{\"t\":\"x\",\"i\":42,\"f\":1.0,\"e\":1e2,\"h\":9223372036854775808,\"n\":null,\"b\":true,\"a\":[],\"o\":{}}");
	const struct json *list = NULL;
	struct err err = ERR_INIT;
	const char *text = NULL;
	int64_t value = 7;

	(void)state;
#define REFUSED(call, message) \
	assert_int_equal(call, -1); \
	expect_err(#call, &err, ERR_DATA, message); \
	err_reset(&err)
	REFUSED(json_text(json, "none", &text, &err), "member \"none\" is missing");
	REFUSED(json_text(json, "i", &text, &err), "member \"i\" is a number, not a string");
	REFUSED(json_text(json, "n", &text, &err), "member \"n\" is null, not a string");
	REFUSED(json_text_or_null(json, "b", &text, &err), "member \"b\" is true or false, not a string");
	REFUSED(json_text(json_get(json, "a"), "t", &text, &err), "there is no member \"t\": the value is an array, not an object");
	REFUSED(
	    json_text(json_get(json, "none"), "t", &text, &err), "there is no member \"t\": the value is missing, not an object");
	REFUSED(json_text_or_null(NULL, "t", &text, &err), "there is no member \"t\": the value is missing, not an object");
	REFUSED(json_int(json, "t", &value, &err), "member \"t\" is a string, not a number");
	REFUSED(json_int(json, "f", &value, &err), "member \"f\": \"1.0\" is not a whole number");
	REFUSED(json_int(json, "e", &value, &err), "member \"e\": \"1e2\" is not a whole number");
	REFUSED(json_int(json, "h", &value, &err), "member \"h\": \"9223372036854775808\" is too large a number");
	REFUSED(json_decimal(json_get(json, "n"), &text, &err), "the amount is null, not a number or a string");
	REFUSED(json_decimal(json_get(json, "none"), &text, &err), "the amount is missing, not a number or a string");
	REFUSED(json_list(json, "o", &list, &err), "member \"o\" is an object, not an array");
	REFUSED(json_list(json, "n", &list, &err), "member \"n\" is null, not an array");
	REFUSED(json_list_or_null(json, "t", &list, &err), "member \"t\" is a string, not an array");
	assert_null(text);
	assert_null(list);
	assert_int_equal(value, 7);
}

static void
text_is_quoted(void **state)
{
	static const char text[] = "a\"b\\c\n\001\177 Đức \360\240\256\267 </script>";
	struct err err = ERR_INIT;
	struct json *json;
	char *quoted = json_quote(&arena, text);

	(void)state;
	expect_text("quoted", quoted, "\"a\\\"b\\\\c\\u000a\\u0001\177 Đức \360\240\256\267 </script>\"");
	expect_ok("read again", json_parse(&arena, "it", quoted, strlen(quoted), &json, &err), &err);
	expect_text("read again", json->text, text);
	expect_text("null", json_quote(&arena, NULL), "null");
}

static int
tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void
raw_items_are_as_sent(void **state)
{
	static const struct {
		const char *title, *text, *items; /* joined by '|'; NULL: there is no such list */
		bool top;                         /* the list is the whole text */
	} cases[] = {
		{ "the top itself", "\357\273\277 [ {\"x\": [1]} , 2.50]", "{\"x\": [1]}|2.50", true },
		{ "the top, empty", "[]", "", true },
		{ "objects with blanks", " { \"a\" : [1], \"result\" : [ {\"x\": [1, 2]} ,\n{ \"y\":\"]},{\\\"\" } ] }",
		    "{\"x\": [1, 2]}|{ \"y\":\"]},{\\\"\" }", false },
		{ "scalars", "{\"result\":[1.50,\"a,b\",null,[],{}, true ]}", "1.50|\"a,b\"|null|[]|{}|true", false },
		{ "an empty list", "{\"result\":[ ]}", "", false },
		{ "the name as a value or deeper down", "{\"a\":\"result\",\"b\":{\"result\":[9]},\"result\":[8]}", "8", false },
		{ "after a byte order mark", "\357\273\277{\"result\":[7]}", "7", false },
		{ "no such member", "{\"a\":1}", NULL, false },
		{ "no list", "{\"result\":{}}", NULL, false },
		{ "no object", "[1]", NULL, false },
	};
	size_t i, j, count = 0;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct json_raw *items = NULL;
		struct json *json;
		struct buf joined;

		expect_ok(cases[i].title, json_parse(&arena, "text", cases[i].text, strlen(cases[i].text), &json, &err), &err);
		if (cases[i].items == NULL) {
			assert_int_equal(
			    json_raw_items(&arena, cases[i].text, strlen(cases[i].text), "result", &items, &count, &err), -1);
			expect_err(cases[i].title, &err, ERR_DATA, "there is no list \"result\"");
			continue;
		}
		expect_ok(cases[i].title,
		    json_raw_items(
			&arena, cases[i].text, strlen(cases[i].text), cases[i].top ? NULL : "result", &items, &count, &err),
		    &err);
		assert_int_equal(count, cases[i].top ? json->count : json_get(json, "result")->count);
		buf_init(&joined, 1000);
		for (j = 0; j < count; j++) {
			if (j > 0)
				buf_char(&joined, '|');
			buf_add(&joined, items[j].text, items[j].len);
		}
		expect_text(cases[i].title, joined.data, cases[i].items);
		buf_done(&joined);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_items_are_as_sent),
		cmocka_unit_test(values_come_through_as_sent),
		cmocka_unit_test(malformed_text_is_refused_with_its_place),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(members_are_read_by_kind),
		cmocka_unit_test(members_of_another_kind_are_refused),
		cmocka_unit_test(text_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
