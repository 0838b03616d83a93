/* Free fields of orders and lines. Plugins write into them whatever they like: text, numbers, lists, objects. */
#include "woocommerce.h"

#include <string.h>

#include "base/text.h"
#include "sales/contact.h"
#include "sales/field.h"
#include "sales/markup.h"

/* What a value says as one text; "" if it says nothing that way. */
static const char *
say(struct arena *arena, const struct json *value)
{
	const char *text = "";
	size_t i;

	if (value == NULL)
		return "";
	switch (value->kind) {
	case JSON_STRING: return text_trim(arena, sales_markup(arena, value->text));
	case JSON_NUMBER: return value->text;
	case JSON_ARRAY:
		for (i = 0; i < value->count && text[0] == '\0'; i++)
			text = say(arena, &value->items[i]);
		return text;
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_OBJECT: break;
	}
	return "";
}

/* The label names a member of what lies under ${key}: "key.member", "key.member.member". */
static const char *
say_member(struct arena *arena, const struct json *value, const char *key, const char *label)
{
	const char *rest, *dot;
	size_t i;

	if (!text_starts(label, key) || label[strlen(key)] != '.')
		return "";
	rest = label + strlen(key) + 1;
	/* A list of such objects: the first one's. */
	while (value != NULL && value->kind == JSON_ARRAY && value->count > 0)
		value = &value->items[0];
	for (i = 0; value != NULL && value->kind == JSON_OBJECT && i < value->count; i++) {
		if (text_equal(value->names[i], rest))
			return say(arena, &value->items[i]);
	}
	dot = strchr(rest, '.');
	if (dot == NULL || value == NULL)
		return "";
	key = arena_strndup(arena, rest, (size_t)(dot - rest));
	return say_member(arena, json_get(value, key), key, rest);
}

static const char *
answer(struct arena *arena, const struct json *field, const char *label)
{
	const struct config_list one = { &label, 1 };
	const struct json *key = json_get(field, "key"), *shown = json_get(field, "display_key"), *value = json_get(field, "value");

	if (key != NULL && key->kind == JSON_STRING) {
		if (sales_label_matches(arena, key->text, &one))
			return say(arena, value);
		if (key->text[0] != '\0' && strchr(label, '.') != NULL)
			return say_member(arena, value, key->text, label);
	}
	if (shown != NULL && shown->kind == JSON_STRING && sales_label_matches(arena, sales_markup(arena, shown->text), &one))
		return say(arena, value);
	return "";
}

int
woo_meta(struct arena *arena, const struct json *owner, const struct config_list *labels, const char **ret_text, struct err *err)
{
	const struct json *fields;
	const char *text = "";
	size_t i, j;

	if (json_list_or_null(owner, "meta_data", &fields, err) != 0)
		return -1;
	for (i = 0; fields != NULL && i < fields->count; i++) {
		if (fields->items[i].kind != JSON_OBJECT)
			return err_set(err, ERR_DATA, "item %zu of \"meta_data\" is %s, not an object", i + 1,
			    json_kind_name(&fields->items[i]));
		for (j = 0; j < labels->count && text[0] == '\0'; j++)
			text = answer(arena, &fields->items[i], labels->items[j]);
	}
	*ret_text = text;
	return 0;
}

int
woo_fields(
    struct arena *arena, const struct config_source *config, const struct json *owner, struct sales_fields *fields, struct err *err)
{
	const char *text;
	size_t i, j;

	for (i = 0; i < config->field_count; i++)
		for (j = 0; j < config->fields[i].from.count; j++) {
			const struct config_list one = { &config->fields[i].from.items[j], 1 };

			if (woo_meta(arena, owner, &one, &text, err) != 0)
				return -1;
			sales_field(arena, config, fields, one.items[0], text);
		}
	return 0;
}
