/* Values as Squarespace writes them: amounts with their currency, as text or as numbers; moments in UTC with any fraction. */
#include "squarespace.h"

#include <string.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/text.h"

#define KEY_BYTES 200

int
squarespace_money(const struct config_source *config, const struct json *object, const char *name,
    enum squarespace_presence presence, const char **currency, int64_t *ret_minor, struct err *err)
{
	const struct json *value = json_get(object, name);
	const char *own, *text;
	struct money money;

	if (json_is_null(value) && presence == SQUARESPACE_OR_NULL) {
		*ret_minor = 0;
		return 0;
	}
	if (value == NULL || value->kind != JSON_OBJECT)
		return err_set(err, ERR_DATA, "member \"%s\" is %s, not an amount", name, json_kind_name(value));
	if (json_text(value, "currency", &own, err) != 0 || json_decimal(json_get(value, "value"), &text, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	if (*currency != NULL && !text_equal(own, *currency))
		return err_set(err, ERR_DATA, "\"%s\" is in \"%s\", other amounts are in \"%s\"", name, own, *currency);
	if (money_parse(text, own, config->rounding, &money, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	*currency = own;
	*ret_minor = money.minor;
	return 0;
}

int
squarespace_moment(const struct json *object, const char *name, int64_t *ret_us, struct err *err)
{
	const char *text;
	int64_t utc;
	int micros;

	if (json_text(object, name, &text, err) != 0)
		return -1;
	if (clock_parse(text, &utc, &micros, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	*ret_us = utc * 1000000 + micros;
	return 0;
}

int
squarespace_key(const struct json *object, const char *name, const char **ret_key, struct err *err)
{
	const char *key;

	if (json_text(object, name, &key, err) != 0)
		return -1;
	if (key[0] == '\0' || strlen(key) > KEY_BYTES || text_has_control(key))
		return err_set(err, ERR_DATA, "\"%s\" is empty, longer than %d bytes or holds control characters", name, KEY_BYTES);
	*ret_key = key;
	return 0;
}
