/* Numbers and dates as people and their programs write them into sheets. Nothing is guessed: which mark is the decimal one, and in which order
 * day and month stand, the source's settings say. */
#define _XOPEN_SOURCE 700 /* strptime */
#define _DEFAULT_SOURCE   /* tm_gmtoff */

#include <fnmatch.h>
#include <string.h>
#include <time.h>

#include "adapter/unicode.h"
#include "base/clock.h"
#include "base/text.h"
#include "csv_source.h"

#define EXCEL_1900 INT64_C(-2209161600) /* 1899-12-30: its day 60, 1900-02-29, never was */
#define EXCEL_1904 INT64_C(-2082844800) /* 1904-01-01 */
#define DAY_S 86400
#define MOST_DIGITS 30

/* Currency signs, codes of three letters and all blanks, also the unbreakable ones that stand between thousands. */
static bool
is_decoration(const char *s, const char *next, uint32_t c)
{
	return c == ' ' || c == '\t' || c == 0xa0 || c == 0x202f || c == 0x2009 || c == '$' || (c >= 0xa2 && c <= 0xa5) ||
	       (c >= 0x20a0 && c <= 0x20cf) || (next - s == 1 && ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')));
}

/* What of ${text} is neither decoration nor sign. */
static size_t
strip(const char *text, char *out, size_t room, bool *ret_negative, bool *ret_bad)
{
	size_t len = 0, letters = 0, minus = 0, open = 0, closed = 0;
	const char *s = text, *next;
	uint32_t c;

	for (; *s != '\0'; s = next) {
		next = text_next(s, &c);
		if (c == '-' || c == 0x2212) {
			/* Before the first digit, or behind all. */
			minus++;
			*ret_bad |= len > 0 && strpbrk(next, "0123456789") != NULL;
		} else if (c == '(') {
			open++;
			*ret_bad |= len > 0;
		} else if (c == ')') {
			closed++;
			*ret_bad |= strpbrk(next, "0123456789") != NULL;
		} else if (is_decoration(s, next, c)) {
			letters += (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80;
			/* A blank between thousands is kept as one, to be judged with them. */
			if (len > 0 && *next >= '0' && *next <= '9' && len < room)
				out[len++] = ' ';
		} else if (next - s == 1 && len < room) {
			out[len++] = *s;
		} else {
			*ret_bad = true;
		}
	}
	*ret_bad |= (letters != 0 && letters != 3) || open != closed || open > 1 || minus + open > 1;
	*ret_negative = minus + open > 0;
	out[len] = '\0';
	return len;
}

int
csv_number(struct arena *arena, const char *text, char decimal, const char **ret_plain, struct err *err)
{
	char digits[MOST_DIGITS + 1], *plain = arena_alloc(arena, MOST_DIGITS + 2), *out = plain, mark = '\0';
	bool negative = false, bad = false, behind = false;
	size_t len = strip(text, digits, MOST_DIGITS, &negative, &bad), i, group = 0;

	if (negative)
		*out++ = '-';
	for (i = 0; i < len && !bad; i++) {
		if (digits[i] >= '0' && digits[i] <= '9') {
			*out++ = digits[i];
			group++;
		} else if (digits[i] == decimal) {
			bad = behind || group == 0 || (mark != '\0' && group != 3);
			behind = true;
			mark = '\0';
			*out++ = '.';
			group = 0;
		} else if ((digits[i] == ',' || digits[i] == '.' || digits[i] == ' ' || digits[i] == '\'') && !behind) {
			/* The first group has one to three digits, the others three; the mark is the same throughout. */
			bad = group == 0 || group > 3 || (mark != '\0' && (group != 3 || mark != digits[i]));
			mark = digits[i];
			group = 0;
		} else {
			bad = true;
		}
	}
	if (bad || group == 0 || (mark != '\0' && group != 3))
		return err_set(err, ERR_DATA, "\"%.60s\" is not a number with the decimal mark \"%c\"", text, decimal);
	*out = '\0';
	*ret_plain = plain;
	return 0;
}

/* Days since an epoch, with a fraction of the day: 45000.5. */
static bool
read_serial(const char *text, int64_t epoch_utc, const char *zone, int64_t *ret_us)
{
	int64_t days = 0, millionths = 0, scale = 1000000, utc;
	struct clock_date date;
	struct err unsaid = ERR_INIT;
	const char *s = text;

	for (; *s >= '0' && *s <= '9' && days < 3000000; s++)
		days = days * 10 + (*s - '0');
	if (s == text || days < 1 || days >= 3000000)
		return false;
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++)
			if (scale > 1)
				millionths += (*s - '0') * (scale /= 10);
	if (*s != '\0')
		return false;
	/* Six places are good for a tenth of a second. */
	date = clock_from_utc(epoch_utc + days * DAY_S + (millionths * DAY_S + 500000) / 1000000);
	if (!clock_valid(&date) || clock_from_zone(zone, &date, &utc, &unsaid) != 0)
		return false;
	*ret_us = utc * 1000000;
	return true;
}

static bool
read_form(const char *text, const char *form, const char *zone, int64_t *ret_us)
{
	struct tm tm = { .tm_mday = 1, .tm_isdst = -1 };
	const char *rest = strptime(text, form, &tm);
	struct err unsaid = ERR_INIT;
	struct clock_date date;
	int64_t utc;

	if (rest == NULL || *rest != '\0')
		return false;
	date = (struct clock_date){ .year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.hour = tm.tm_hour,
		.minute = tm.tm_min,
		.second = tm.tm_sec };
	if (!clock_valid(&date))
		return false;
	if (strstr(form, "%z") != NULL)
		utc = clock_to_utc(&date) - tm.tm_gmtoff;
	else if (clock_from_zone(zone, &date, &utc, &unsaid) != 0)
		return false;
	*ret_us = utc * 1000000;
	return true;
}

static bool
read_moment(const char *text, const char *form, const char *zone, int64_t *ret_us)
{
	struct err unsaid = ERR_INIT;
	int64_t utc;
	int micros;

	if (text_equal(form, "iso")) {
		if (clock_parse(text, &utc, &micros, &unsaid) == 0) {
			*ret_us = utc * 1000000 + micros;
			return true;
		}
		return read_form(text, "%Y-%m-%dT%H:%M:%S", zone, ret_us) || read_form(text, "%Y-%m-%d %H:%M:%S", zone, ret_us) ||
		       read_form(text, "%Y-%m-%d %H:%M", zone, ret_us) || read_form(text, "%Y-%m-%d", zone, ret_us);
	}
	if (text_equal(form, "excel"))
		return read_serial(text, EXCEL_1900, zone, ret_us);
	if (text_equal(form, "excel1904"))
		return read_serial(text, EXCEL_1904, zone, ret_us);
	if (text_equal(form, "epoch")) {
		if (text_int64(text, &utc, &unsaid) != 0 || utc < 0 || utc > CLOCK_MAX_UTC)
			return false;
		*ret_us = utc * 1000000;
		return true;
	}
	return read_form(text, form, zone, ret_us);
}

int
csv_moment(const char *text, const struct config_list *forms, const char *zone, int64_t *ret_us, struct err *err)
{
	size_t i;

	for (i = 0; i < forms->count; i++)
		if (read_moment(text, forms->items[i], zone, ret_us))
			return 0;
	return err_set(err, ERR_DATA, "\"%.60s\" is not a date of the form \"%s\"%s", text, forms->count > 0 ? forms->items[0] : "",
	    forms->count > 1 ? " or one of the others in \"dates\"" : "");
}

bool
csv_is(struct arena *arena, const char *text, const struct config_list *list)
{
	const char *folded = unicode_fold(arena, text);
	size_t i;

	for (i = 0; i < list->count; i++)
		if (fnmatch(unicode_fold(arena, list->items[i]), folded, 0) == 0)
			return true;
	return false;
}
