/* Moodle accepts a value only if cleaning leaves it unchanged; the first thing that does not fit ends the call, and the path to it goes
 * into debuginfo. Keys are looked at in declared order, then surplus ones. */
#include "param.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
only(const char *text, size_t len, bool digits, const char *more)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!is_alpha(text[i]) && !(digits && is_digit(text[i])) && (text[i] == '\0' || strchr(more, text[i]) == NULL))
			return false;
	return true;
}

/* PHP's (string)(int)$text === $text. */
static bool
is_int(const char *text, size_t len)
{
	struct err err = ERR_INIT;
	int64_t value;
	const char *digits = text[0] == '-' ? text + 1 : text;

	if (len == 0 || strlen(text) != len || text_int64(text, &value, &err) != 0)
		return false;
	return digits[0] != '0' || (digits[1] == '\0' && digits == text);
}

/* strip_tags() takes away everything from a `<` that is not followed by white space. */
static bool
has_tag(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == '<' && !(i + 1 < len && strchr(" \t\r\n\v\f", text[i + 1]) != NULL))
			return true;
	return false;
}

static bool
is_one_of(const char *text, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(text, *names) == 0)
			return true;
	return false;
}

bool
param_clean(enum param_type type, const char *text, size_t len)
{
	static const char *const auths[] = { "cas", "db", "email", "ldap", "lti", "manual", "mnet", "nologin", "none", "oauth2",
		"shibboleth", "webservice", NULL };
	static const char *const langs[] = { "en", NULL };
	size_t i;

	if (memchr(text, '\0', len) != NULL || !text_utf8_valid(text, len))
		return false;
	switch (type) {
	case PARAM_INT: return is_int(text, len);
	case PARAM_BOOL: return len == 1 && (text[0] == '0' || text[0] == '1');
	case PARAM_RAW: return true;
	case PARAM_TRIMMED: return len == 0 || (strchr(" \t\r\n\v", text[0]) == NULL && strchr(" \t\r\n\v", text[len - 1]) == NULL);
	case PARAM_NOTAGS: return !has_tag(text, len);
	case PARAM_ALPHA: return only(text, len, false, "");
	case PARAM_ALPHANUM: return only(text, len, true, "");
	case PARAM_ALPHANUMEXT: return only(text, len, true, "-_");
	case PARAM_CAPABILITY: return only(text, len, true, "-_:/");
	case PARAM_USERNAME:
		for (i = 0; i < len; i++)
			if (text[i] >= 'A' && text[i] <= 'Z')
				return false;
		return only(text, len, true, "-_.@");
	case PARAM_AUTH: return is_one_of(text, auths);
	case PARAM_LANG: return is_one_of(text, langs);
	case PARAM_TIMEZONE: return only(text, len, true, "/_-+.");
	case PARAM_STRUCT:
	case PARAM_LIST: break;
	}
	return false;
}

static const char *
type_word(enum param_type type)
{
	switch (type) {
	case PARAM_INT: return "int";
	case PARAM_BOOL: return "bool";
	case PARAM_RAW: return "raw";
	case PARAM_TRIMMED: return "raw_trimmed";
	case PARAM_NOTAGS: return "notags";
	case PARAM_ALPHA: return "alpha";
	case PARAM_ALPHANUM: return "alphanum";
	case PARAM_ALPHANUMEXT: return "alphanumext";
	case PARAM_CAPABILITY: return "capability";
	case PARAM_USERNAME: return "username";
	case PARAM_AUTH: return "auth";
	case PARAM_LANG: return "lang";
	case PARAM_TIMEZONE: return "timezone";
	case PARAM_STRUCT:
	case PARAM_LIST: break;
	}
	return "";
}

static bool
check_one(struct arena *arena, const struct param *param, struct tree *tree, const char **ret_why)
{
	struct tree *item;

	switch (param->type) {
	case PARAM_STRUCT:
		if (!tree->is_array) {
			*ret_why = arena_printf(arena, "Only arrays accepted. The bad value is: '%s'", tree->text);
			return false;
		}
		return param_check(arena, param->members, param->count, tree, ret_why);
	case PARAM_LIST:
		if (!tree->is_array) {
			*ret_why = arena_printf(arena, "Only arrays accepted. The bad value is: '%s'", tree->text);
			return false;
		}
		for (item = tree->first; item != NULL; item = item->next)
			if (!check_one(arena, param->members, item, ret_why))
				return false;
		return true;
	default:
		if (tree->is_array) {
			*ret_why = "Scalar type expected, array or object received.";
			return false;
		}
		if (param_clean(param->type, tree->text, tree->len))
			return true;
		if (!text_utf8_valid(tree->text, tree->len))
			*ret_why = "";
		else
			*ret_why = arena_printf(arena,
			    "Invalid external api parameter: the value is \"%s\", the server was expecting \"%s\" type", tree->text,
			    type_word(param->type));
		return false;
	}
}

static bool
is_declared(const struct param *params, size_t count, const struct tree *item)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(params[i].name) == item->key_len && memcmp(params[i].name, item->key, item->key_len) == 0)
			return true;
	return false;
}

bool
param_check(struct arena *arena, const struct param *params, size_t count, struct tree *tree, const char **ret_why)
{
	const char *why, *surplus = NULL;
	struct tree *item;
	size_t i;

	for (i = 0; i < count; i++) {
		item = tree_get(tree, params[i].name);
		if (item == NULL && params[i].need == PARAM_REQUIRED) {
			*ret_why = arena_printf(arena, "Missing required key in single structure: %s", params[i].name);
			return false;
		}
		if (item == NULL && params[i].need == PARAM_DEFAULT && params[i].fallback != NULL)
			tree_put(arena, tree, params[i].name, params[i].fallback);
		if (item != NULL && !check_one(arena, &params[i], item, &why)) {
			*ret_why = arena_printf(arena, "%s => Invalid parameter value detected: %s", params[i].name, why);
			return false;
		}
	}
	for (item = tree->first; item != NULL; item = item->next)
		if (!is_declared(params, count, item))
			surplus = surplus == NULL ? item->key : arena_printf(arena, "%s,%s", surplus, item->key);
	if (surplus != NULL) {
		*ret_why = arena_printf(arena, "Unexpected keys (%s) detected in parameter array.", surplus);
		return false;
	}
	return true;
}
