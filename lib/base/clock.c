/* The calendar, the clocks and ISO 8601 text. Civil-date arithmetic counts days in 400-year eras that begin on 1 March, so that the
 * leap day is the last of its year. The wall clock is read here and nowhere else. */
#include "base/clock.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "zone.h"

#define DAY_S 86400
#define ERA_DAYS 146097

static const char *const month_names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const day_names[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

int64_t
clock_now(void)
{
	return (int64_t)time(NULL);
}

int64_t
clock_mono_ms(void)
{
	struct timespec now;

	BUG_UNLESS(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
clock_sleep_ms(int64_t ms)
{
	struct timespec wait;

	if (ms <= 0)
		return;
	wait.tv_sec = (time_t)(ms / 1000);
	wait.tv_nsec = (long)(ms % 1000) * 1000000;
	/* An interrupted sleep is over on purpose: the caller looks at its stop flag. */
	(void)nanosleep(&wait, NULL);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

static int64_t
days_since_1970(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2 ? 1 : 0;
	era = floor_div(year, 400);
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

int64_t
clock_to_utc(const struct clock_date *date)
{
	return days_since_1970(date->year, date->month, date->day) * DAY_S + date->hour * 3600 + date->minute * 60 + date->second;
}

struct clock_date
clock_from_utc(int64_t utc)
{
	struct clock_date date = { 0 };
	int64_t days, rest, era, day_of_era, year_of_era, day_of_year, shifted;

	if (utc < CLOCK_MIN_UTC)
		utc = CLOCK_MIN_UTC;
	if (utc > CLOCK_MAX_UTC)
		utc = CLOCK_MAX_UTC;
	days = floor_div(utc, DAY_S);
	rest = utc - days * DAY_S;
	days += 719468;
	era = floor_div(days, ERA_DAYS);
	day_of_era = days - era * ERA_DAYS;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	shifted = (5 * day_of_year + 2) / 153;
	date.day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
	date.month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	date.year = (int)(era * 400 + year_of_era + (date.month <= 2 ? 1 : 0));
	date.hour = (int)(rest / 3600);
	date.minute = (int)(rest / 60 % 60);
	date.second = (int)(rest % 60);
	return date;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

bool
clock_valid(const struct clock_date *date)
{
	return date->year >= 1 && date->year <= 9999 && date->month >= 1 && date->month <= 12 && date->day >= 1 &&
	       date->day <= days_in_month(date->year, date->month) && date->hour >= 0 && date->hour <= 23 && date->minute >= 0 &&
	       date->minute <= 59 && date->second >= 0 && date->second <= 59 && date->micros >= 0 && date->micros <= 999999;
}

/* Exactly ${digits} digits at ${*p}. */
static bool
take_digits(const char **p, int digits, int *ret_value)
{
	int value = 0;

	while (digits-- > 0) {
		if (**p < '0' || **p > '9')
			return false;
		value = value * 10 + (*(*p)++ - '0');
	}
	*ret_value = value;
	return true;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
take_date(const char **p, struct clock_date *date)
{
	return take_digits(p, 4, &date->year) && take_char(p, '-') && take_digits(p, 2, &date->month) && take_char(p, '-') &&
	       take_digits(p, 2, &date->day);
}

/* The fraction after the point, in microseconds; false when it has no digit or more than nine. */
static bool
take_fraction(const char **p, int *ret_micros)
{
	int count, micros = 0;

	for (count = 0; **p >= '0' && **p <= '9'; count++, (*p)++)
		if (count < 6)
			micros = micros * 10 + (**p - '0');
	if (count == 0 || count > 9)
		return false;
	for (; count < 6; count++)
		micros *= 10;
	*ret_micros = micros;
	return true;
}

/* Z, ±HH:MM or ±HHMM, in seconds east. */
static bool
take_offset(const char **p, int *ret_east_s)
{
	int sign, hours, minutes;

	*ret_east_s = 0;
	if (take_char(p, 'Z'))
		return true;
	sign = **p == '-' ? -1 : 1;
	if (!take_char(p, '+') && !take_char(p, '-'))
		return false;
	if (!take_digits(p, 2, &hours))
		return false;
	(void)take_char(p, ':');
	if (!take_digits(p, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_east_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static int
not_moment(const char *s, const char *reason, struct err *err)
{
	return err_set(err, ERR_DATA, "\"%.80s\" is not a date and time: %s", s, reason);
}

int
clock_parse(const char *s, int64_t *ret_utc, int *ret_micros, struct err *err)
{
	struct clock_date date = { 0 };
	const char *p = s;
	int east_s;
	int64_t utc;

	if (!take_date(&p, &date))
		return not_moment(s, "it does not begin with YYYY-MM-DD", err);
	if (!take_char(&p, 'T') || !take_digits(&p, 2, &date.hour) || !take_char(&p, ':') || !take_digits(&p, 2, &date.minute))
		return not_moment(s, "the date is not followed by THH:MM", err);
	if (take_char(&p, ':')) {
		if (!take_digits(&p, 2, &date.second))
			return not_moment(s, "the seconds are not two digits", err);
		if (take_char(&p, '.') && !take_fraction(&p, &date.micros))
			return not_moment(s, "the fraction of a second is not 1 to 9 digits", err);
	}
	if (!clock_valid(&date))
		return not_moment(s, "the calendar has no such date or time", err);
	if (*p == '\0')
		return not_moment(s, "it has no time zone", err);
	if (!take_offset(&p, &east_s))
		return not_moment(s, "the time zone is not Z or ±HH:MM", err);
	if (*p != '\0')
		return not_moment(s, "something follows the time zone", err);
	utc = clock_to_utc(&date) - east_s;
	if (utc < CLOCK_MIN_UTC || utc > CLOCK_MAX_UTC)
		return not_moment(s, "the year is not 1 to 9999", err);
	*ret_utc = utc;
	if (ret_micros != NULL)
		*ret_micros = date.micros;
	return 0;
}

int
clock_parse_date(const char *s, int64_t *ret_utc, struct err *err)
{
	struct clock_date date = { 0 };
	const char *p = s;

	if (!take_date(&p, &date) || *p != '\0')
		return err_set(err, ERR_DATA, "\"%.80s\" is not a date: it must be written YYYY-MM-DD", s);
	if (!clock_valid(&date))
		return err_set(err, ERR_DATA, "\"%.80s\" is not a date: the calendar has no such day", s);
	*ret_utc = clock_to_utc(&date);
	return 0;
}

char *
clock_iso(struct arena *arena, int64_t utc)
{
	struct clock_date date = clock_from_utc(utc);

	return arena_printf(
	    arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", date.year, date.month, date.day, date.hour, date.minute, date.second);
}

int
clock_zone_check(const char *zone, struct err *err)
{
	const struct zone *loaded;

	return zone_load(zone, &loaded, err);
}

int
clock_in_zone(const char *zone, int64_t utc, struct clock_date *ret_date, int *ret_offset_s, struct err *err)
{
	const struct zone *loaded;
	int offset_s;

	if (zone_load(zone, &loaded, err) != 0)
		return -1;
	if (utc < CLOCK_MIN_UTC)
		utc = CLOCK_MIN_UTC;
	if (utc > CLOCK_MAX_UTC)
		utc = CLOCK_MAX_UTC;
	offset_s = zone_offset(loaded, utc);
	*ret_date = clock_from_utc(utc + offset_s);
	if (ret_offset_s != NULL)
		*ret_offset_s = offset_s;
	return 0;
}

int
clock_from_zone(const char *zone, const struct clock_date *date, int64_t *ret_utc, struct err *err)
{
	int64_t local = clock_to_utc(date), utc;
	const struct zone *loaded;
	int before_s, after_s;

	if (zone_load(zone, &loaded, err) != 0)
		return -1;
	/* The offsets of the day before and of the day after are those between which the clocks may be changed. */
	before_s = zone_offset(loaded, local - DAY_S);
	after_s = zone_offset(loaded, local + DAY_S);
	utc = local - before_s;
	if (zone_offset(loaded, utc) != before_s && zone_offset(loaded, local - after_s) == after_s)
		utc = local - after_s;
	*ret_utc = utc;
	return 0;
}

char *
clock_rfc5322(struct arena *arena, int64_t utc)
{
	struct clock_date date = clock_from_utc(utc);

	return arena_printf(arena, "%s, %02d %s %04d %02d:%02d:%02d +0000", day_names[clock_weekday(&date)], date.day,
	    month_names[date.month - 1], date.year, date.hour, date.minute, date.second);
}

int
clock_weekday(const struct clock_date *date)
{
	/* 1 January 1970 was a Thursday. */
	int64_t weekday = (days_since_1970(date->year, date->month, date->day) + 4) % 7;

	return (int)(weekday < 0 ? weekday + 7 : weekday);
}
