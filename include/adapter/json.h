#ifndef ADAPTER_JSON_H
#define ADAPTER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Parsed JSON, read-only, in an arena. Numbers keep their text exactly as sent: they never pass through a double. */
enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_kind kind;
	bool truth;         /* JSON_BOOL */
	const char *text;   /* JSON_STRING: the text; JSON_NUMBER: its digits as sent */
	size_t count;       /* elements of JSON_ARRAY, members of JSON_OBJECT */
	struct json *items; /* elements or member values, in order */
	const char **names; /* member names of JSON_OBJECT */
};

/**
 * json_parse(arena, what, text, len, ret_json, err):
 * Parse a whole document, any value at its top. ${what} names it in errors ("answer of core_user_get_users").
 * A leading byte order mark is skipped. Members keep their order.
 *
 * Errors: ERR_DATA with line and column: malformed, duplicate member, trailing data, not UTF-8, NUL inside a string,
 * nested deeper than 64; a number as a member's name.
 * Source: RFC 8259.
 */
MUST_CHECK int json_parse(struct arena *, const char *, const char *, size_t, struct json **, struct err *)
    __attribute__((nonnull));

/**
 * json_get(object, name):
 * The member, or NULL if there is none or ${object} is not an object. JSON null is a value: see json_is_null().
 */
const struct json *json_get(const struct json *, const char *) __attribute__((nonnull(2)));

/**
 * json_is_null(value):
 * Absent (NULL) or JSON null.
 */
bool json_is_null(const struct json *);

/**
 * json_text(object, name, ret_text, err), json_text_or_null(…):
 * A string member that must be there; the second form admits null and absence as NULL.
 *
 * Errors: ERR_DATA naming the member and what was found instead, also when ${object} is NULL or no object.
 */
MUST_CHECK int json_text(const struct json *, const char *, const char **, struct err *) __attribute__((nonnull(2, 3, 4)));
MUST_CHECK int json_text_or_null(const struct json *, const char *, const char **, struct err *) __attribute__((nonnull(2, 3, 4)));

/**
 * json_int(object, name, ret_value, err):
 * An integer member: a number without fraction or exponent.
 */
MUST_CHECK int json_int(const struct json *, const char *, int64_t *, struct err *) __attribute__((nonnull(2, 3, 4)));

/**
 * json_decimal(value, ret_text, err):
 * The decimal text of an amount sent as string or as number.
 */
MUST_CHECK int json_decimal(const struct json *, const char **, struct err *) __attribute__((nonnull(2, 3)));

/**
 * json_list(object, name, ret_array, err), json_list_or_null(…):
 * An array member; the second form admits null and absence as NULL. (The library behind exports a function json_array():
 * a function of ours by that name would take its place.)
 */
MUST_CHECK int json_list(const struct json *, const char *, const struct json **, struct err *) __attribute__((nonnull(2, 3, 4)));
MUST_CHECK int json_list_or_null(const struct json *, const char *, const struct json **, struct err *)
    __attribute__((nonnull(2, 3, 4)));

/**
 * json_kind_name(value):
 * "null", "a string", … for messages.
 */
const char *json_kind_name(const struct json *);

/* A stretch of the text that was parsed. */
struct json_raw {
	const char *text; /* not NUL-terminated */
	size_t len;
};

/**
 * json_raw_items(arena, text, len, name, ret_items, ret_count, err):
 * Where the elements of the array member ${name} of the top object stand in ${text}, which json_parse() has accepted: to keep
 * each exactly as it was sent. ${name} NULL: the array is the top itself.
 *
 * Errors: ERR_DATA if there is no such array.
 */
MUST_CHECK int json_raw_items(struct arena *, const char *, size_t, const char *, struct json_raw **, size_t *, struct err *)
    __attribute__((nonnull(1, 2, 5, 6, 7)));

/**
 * json_raw_member(text, len, name, ret_raw):
 * Where the value of member ${name} of the top object stands in ${text}, which json_parse() has accepted; false if there is none.
 */
bool json_raw_member(const char *, size_t, const char *, struct json_raw *) __attribute__((nonnull));

/**
 * json_quote(arena, text):
 * ${text} as a JSON string literal with its quotes, for small documents we write (${text} NULL gives `null`).
 */
char *json_quote(struct arena *, const char *) __attribute__((nonnull(1), returns_nonnull));

/**
 * json_pretty(arena, what, text, ret_text, err):
 * A document that we made, indented for people, its members in their order.
 *
 * Errors: ERR_BUG naming ${what} if it is no JSON.
 */
MUST_CHECK int json_pretty(struct arena *, const char *, const char *, char **, struct err *) __attribute__((nonnull));

#endif
