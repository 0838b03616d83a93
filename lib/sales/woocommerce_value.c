/* Values as WooCommerce writes them: ids as numbers, amounts as text with as many decimals as asked for, moments without a zone. */
#include "woocommerce.h"

#include <string.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/text.h"

int
woo_id(struct arena *arena, const struct json *object, const char *name, const char **ret_id, struct err *err)
{
	const struct json *value = json_get(object, name);
	int64_t id;

	if (value == NULL || (value->kind != JSON_NUMBER && value->kind != JSON_STRING))
		return err_set(err, ERR_DATA, "\"%s\" is %s, not an id", name, json_kind_name(value));
	if (text_int64(value->text, &id, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	if (id <= 0)
		return err_set(err, ERR_DATA, "\"%s\" is %lld, not an id", name, (long long)id);
	*ret_id = arena_printf(arena, "%lld", (long long)id);
	return 0;
}

int
woo_moment(struct arena *arena, const struct json *object, const char *name, int64_t *ret_us, struct err *err)
{
	const char *text;
	int64_t utc;
	int micros;

	if (json_text(object, name, &text, err) != 0)
		return -1;
	/* Some plugins write the zone that is meant anyway. */
	if (clock_parse(text_ends(text, "Z") ? text : arena_printf(arena, "%sZ", text), &utc, &micros, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	*ret_us = utc * 1000000 + micros;
	return 0;
}

int
woo_amount(const struct json *object, const char *name, const char *currency, int64_t *ret_minor, struct err *err)
{
	const struct json *value = json_get(object, name);
	struct money money;
	const char *text;

	if (json_is_null(value) || (value->kind == JSON_STRING && value->text[0] == '\0')) {
		*ret_minor = 0;
		return 0;
	}
	/* A computed number at times has more decimals than its currency, whatever was asked for. */
	if (json_decimal(value, &text, err) != 0 || money_parse(text, currency, MONEY_HALF_UP, &money, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	*ret_minor = money.minor;
	return 0;
}

/* The end of the string that begins at ${at}. */
static size_t
skip_string(const char *text, size_t len, size_t at)
{
	for (at++; at < len && text[at] != '"'; at++)
		at += text[at] == '\\';
	return at < len ? at + 1 : len;
}

static bool
is_noise(const char *text, size_t len)
{
	static const char *const names[] = { "\"date_modified\"", "\"date_modified_gmt\"" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0)
			return true;
	return false;
}

struct json_raw
woo_content(struct arena *arena, struct json_raw raw)
{
	char *out = arena_alloc(arena, raw.len + 1);
	size_t at = 0, len = 0, end, depth = 0;

	while (at < raw.len) {
		char c = raw.text[at];

		end = c == '"' ? skip_string(raw.text, raw.len, at) : at + 1;
		depth += c == '{' || c == '[';
		depth -= depth > 0 && (c == '}' || c == ']');
		/* The value of such a member is a text or null: it ends where the next one begins. */
		if (depth == 1 && c == '"' && is_noise(raw.text + at, end - at)) {
			while (end < raw.len && raw.text[end] != ',' && raw.text[end] != '}')
				end = raw.text[end] == '"' ? skip_string(raw.text, raw.len, end) : end + 1;
			at = end;
			continue;
		}
		memcpy(out + len, raw.text + at, end - at);
		len += end - at;
		at = end;
	}
	out[len] = '\0';
	return (struct json_raw){ out, len };
}
