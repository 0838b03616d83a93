/* Values as FacturaScripts writes them: numbers out of PHP doubles, dates in two orders and without a zone, "" for null and null for "". */
#include "facturascripts.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sales/field.h"

#define MOST_EXPONENT 30

int
fs_plain(struct arena *arena, const char *text, const char **ret_plain, struct err *err)
{
	const char *e = strpbrk(text, "eE"), *point;
	int64_t exponent = 0, whole, i, len;
	char *digits, *plain, *out;

	if (e == NULL) {
		*ret_plain = text;
		return 0;
	}
	if (text_int64(e + 1 + (e[1] == '+'), &exponent, err) != 0)
		return -1;
	if (exponent > MOST_EXPONENT)
		return err_set(err, ERR_DATA, "\"%.40s\" is too large a number", text);
	/* Far behind the point it is nothing, as zero comes out of a computation with doubles. */
	if (exponent < -MOST_EXPONENT) {
		*ret_plain = "0";
		return 0;
	}
	point = memchr(text, '.', (size_t)(e - text));
	digits = arena_alloc(arena, (size_t)(e - text) + 1);
	for (len = 0, i = text[0] == '-'; i < e - text; i++)
		if (text[i] != '.')
			digits[len++] = text[i];
	whole = (point != NULL ? point : e) - text - (text[0] == '-') + exponent;
	plain = out = arena_alloc(arena, (size_t)len + 2 * MOST_EXPONENT + 8);
	if (text[0] == '-')
		*out++ = '-';
	if (whole <= 0)
		*out++ = '0';
	for (i = 0; i < whole; i++)
		*out++ = i < len ? digits[i] : '0';
	if (whole < len) {
		*out++ = '.';
		for (i = whole; i < 0; i++)
			*out++ = '0';
		for (i = whole > 0 ? whole : 0; i < len; i++)
			*out++ = digits[i];
	}
	*out = '\0';
	*ret_plain = plain;
	return 0;
}

int
fs_scaled(const char *plain, int places, int64_t *ret_value, struct err *err)
{
	const char *s = plain + (plain[0] == '-');
	bool behind = false, overflow = false, up = false, done = false;
	int64_t value = 0;
	int left = places;

	if (*s < '0' || *s > '9')
		return err_set(err, ERR_DATA, "\"%.40s\" is not a decimal number", plain);
	for (; *s != '\0'; s++) {
		if (*s == '.' && !behind) {
			behind = true;
			continue;
		}
		if (*s < '0' || *s > '9')
			return err_set(err, ERR_DATA, "\"%.40s\" is not a decimal number", plain);
		if (behind && left == 0) {
			up = done ? up : *s >= '5';
			done = true;
			continue;
		}
		left -= behind;
		overflow |= __builtin_mul_overflow(value, (int64_t)10, &value) ||
			    __builtin_add_overflow(value, (int64_t)(*s - '0'), &value);
	}
	for (; left > 0; left--)
		overflow |= __builtin_mul_overflow(value, (int64_t)10, &value);
	overflow |= __builtin_add_overflow(value, (int64_t)up, &value);
	if (overflow)
		return err_set(err, ERR_DATA, "\"%.40s\" is too large a number", plain);
	*ret_value = plain[0] == '-' ? -value : value;
	return 0;
}

/* Digits of fixed width. */
static bool
take(const char **s, int width, int *ret_value)
{
	int value = 0, i;

	for (i = 0; i < width; i++) {
		if ((*s)[i] < '0' || (*s)[i] > '9')
			return false;
		value = value * 10 + ((*s)[i] - '0');
	}
	*s += width;
	*ret_value = value;
	return true;
}

static bool
take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* DD-MM-YYYY as everywhere, or YYYY-MM-DD as in some columns. */
static bool
take_date(const char **s, struct clock_date *date)
{
	const char *at = *s;

	if (take(&at, 2, &date->day) && take_char(&at, '-') && take(&at, 2, &date->month) && take_char(&at, '-') &&
	    take(&at, 4, &date->year)) {
		*s = at;
		return true;
	}
	at = *s;
	if (take(&at, 4, &date->year) && take_char(&at, '-') && take(&at, 2, &date->month) && take_char(&at, '-') &&
	    take(&at, 2, &date->day)) {
		*s = at;
		return true;
	}
	return false;
}

static bool
take_time(const char **s, struct clock_date *date)
{
	return take(s, 2, &date->hour) && take_char(s, ':') && take(s, 2, &date->minute) && take_char(s, ':') &&
	       take(s, 2, &date->second);
}

int
fs_moment(const char *zone, const char *date_text, const char *time_text, int64_t *ret_us, struct err *err)
{
	struct clock_date date = { 0 };
	const char *s = date_text;
	int64_t utc;

	if (!take_date(&s, &date) || (*s == ' ' && (s++, !take_time(&s, &date))) || *s != '\0')
		return err_set(err, ERR_DATA, "\"%.40s\" is not a date like 20-11-2026 or 2026-11-20", date_text);
	if (time_text != NULL && time_text[0] != '\0') {
		s = time_text;
		if (!take_time(&s, &date) || *s != '\0')
			return err_set(err, ERR_DATA, "\"%.40s\" is not a time like 10:40:43", time_text);
	}
	if (!clock_valid(&date))
		return err_set(err, ERR_DATA, "the calendar has no \"%.40s %.40s\"", date_text, time_text != NULL ? time_text : "");
	if (clock_from_zone(zone, &date, &utc, err) != 0)
		return -1;
	*ret_us = utc * 1000000;
	return 0;
}

int
fs_day_end(const char *zone, const char *date_text, int64_t *ret_us, struct err *err)
{
	struct clock_date date;
	int64_t us, utc;
	int offset_s;

	/* Past the noon of the next day, whatever the clocks did in between. */
	if (fs_moment(zone, date_text, NULL, &us, err) != 0 ||
	    clock_in_zone(zone, us / 1000000 + 36 * 3600, &date, &offset_s, err) != 0)
		return -1;
	date.hour = date.minute = date.second = 0;
	if (clock_from_zone(zone, &date, &utc, err) != 0)
		return -1;
	*ret_us = utc * 1000000;
	return 0;
}

int
fs_number_or_zero(const struct json *row, const char *name, int64_t *ret_value, struct err *err)
{
	const struct json *value = json_get(row, name);

	if (json_is_null(value) || (value->kind == JSON_STRING && value->text[0] == '\0')) {
		*ret_value = 0;
		return 0;
	}
	if (value->kind != JSON_NUMBER && value->kind != JSON_STRING)
		return err_set(err, ERR_DATA, "\"%s\" is %s, not a number", name, json_kind_name(value));
	if (text_int64(value->text, ret_value, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	return 0;
}

int
fs_number(const struct json *row, const char *name, int64_t *ret_value, struct err *err)
{
	int64_t value;

	if (fs_number_or_zero(row, name, &value, err) != 0)
		return -1;
	if (value <= 0)
		return err_set(err, ERR_DATA, "\"%s\" is %s, not a key", name, json_kind_name(json_get(row, name)));
	*ret_value = value;
	return 0;
}

int
fs_flag(const struct json *row, const char *name, bool *ret_flag, struct err *err)
{
	const struct json *value = json_get(row, name);

	if (value != NULL && value->kind == JSON_BOOL) {
		*ret_flag = value->truth;
		return 0;
	}
	if (value != NULL && (value->kind == JSON_NUMBER || value->kind == JSON_STRING) &&
	    (text_equal(value->text, "0") || text_equal(value->text, "1"))) {
		*ret_flag = value->text[0] == '1';
		return 0;
	}
	return err_set(err, ERR_DATA, "\"%s\" is %s, not true or false", name, json_kind_name(value));
}

int
fs_decimal(struct arena *arena, const struct json *row, const char *name, const char **ret_plain, struct err *err)
{
	const struct json *value = json_get(row, name);
	const char *text;

	if (json_is_null(value)) {
		*ret_plain = "0";
		return 0;
	}
	if (json_decimal(value, &text, err) != 0 || fs_plain(arena, text, ret_plain, err) != 0)
		return err_wrap(err, "\"%s\"", name);
	return 0;
}

int
fs_text(const struct json *row, const char *name, const char **ret_text, struct err *err)
{
	const struct json *value = json_get(row, name);

	if (!json_is_null(value) && value->kind != JSON_STRING && value->kind != JSON_NUMBER)
		return err_set(err, ERR_DATA, "\"%s\" is %s, not text", name, json_kind_name(value));
	*ret_text = json_is_null(value) ? "" : value->text;
	return 0;
}

void
fs_fields(struct arena *arena, const struct config_source *config, const struct json *row, struct sales_fields *fields)
{
	size_t i;

	for (i = 0; sales_field_wanted(config) && i < row->count; i++)
		if (row->items[i].kind == JSON_STRING || row->items[i].kind == JSON_NUMBER)
			sales_field(arena, config, fields, row->names[i], row->items[i].text);
}
