/* The calendar against known days, zones against the C library's own reading of the same files. */
#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "../../lib/base/zone.h"
#include "expect.h"

static void
parses_moments(void **state)
{
	static const struct {
		const char *title, *text;
		int64_t utc;
		int micros;
		const char *reason; /* NULL: it parses */
	} cases[] = {
		{ "the epoch", "1970-01-01T00:00:00Z", 0, 0, NULL },
		{ "before it", "1969-12-31T23:59:59Z", -1, 0, NULL },
		{ "a summer day", "2026-08-03T14:05:11Z", 1785765911, 0, NULL },
		{ "without seconds", "2026-08-03T14:05Z", 1785765900, 0, NULL },
		{ "one fraction digit", "2026-08-03T14:05:11.5Z", 1785765911, 500000, NULL },
		{ "three", "2026-08-03T14:05:11.123Z", 1785765911, 123000, NULL },
		{ "nine, the last three dropped", "2026-08-03T14:05:11.123456789Z", 1785765911, 123456, NULL },
		{ "east", "2026-08-03T16:05:11+02:00", 1785765911, 0, NULL },
		{ "east without a colon", "2026-08-03T16:05:11+0200", 1785765911, 0, NULL },
		{ "west, by half an hour", "2026-08-03T10:35:11-03:30", 1785765911, 0, NULL },
		{ "an offset of minus zero", "2026-08-03T14:05:11-00:00", 1785765911, 0, NULL },
		{ "an offset over new year", "2026-01-01T00:30:00+01:00", 1767223800, 0, NULL },
		{ "leap day", "2024-02-29T00:00:00Z", 1709164800, 0, NULL },
		{ "leap day of a century", "2000-02-29T00:00:00Z", 951782400, 0, NULL },
		{ "the first moment", "0001-01-01T00:00:00Z", CLOCK_MIN_UTC, 0, NULL },
		{ "the last moment", "9999-12-31T23:59:59Z", CLOCK_MAX_UTC, 0, NULL },
		{ "no leap day", "2026-02-29T00:00:00Z", 0, 0, "the calendar has no such date or time" },
		{ "no leap day in 1900", "1900-02-29T00:00:00Z", 0, 0, "the calendar has no such date or time" },
		{ "month 13", "2026-13-01T00:00:00Z", 0, 0, "the calendar has no such date or time" },
		{ "day 0", "2026-01-00T00:00:00Z", 0, 0, "the calendar has no such date or time" },
		{ "31 April", "2026-04-31T00:00:00Z", 0, 0, "the calendar has no such date or time" },
		{ "24:00", "2026-01-01T24:00:00Z", 0, 0, "the calendar has no such date or time" },
		{ "a leap second", "2016-12-31T23:59:60Z", 0, 0, "the calendar has no such date or time" },
		{ "year 0", "0000-01-01T00:00:00Z", 0, 0, "the calendar has no such date or time" },
		{ "no zone", "2026-08-03T14:05:11", 0, 0, "it has no time zone" },
		{ "a zone's name", "2026-08-03T14:05:11 UTC", 0, 0, "the time zone is not Z or ±HH:MM" },
		{ "an offset of hours only", "2026-08-03T14:05:11+02", 0, 0, "the time zone is not Z or ±HH:MM" },
		{ "an offset beyond a day", "2026-08-03T14:05:11+24:00", 0, 0, "the time zone is not Z or ±HH:MM" },
		{ "text after it", "2026-08-03T14:05:11Zulu", 0, 0, "something follows the time zone" },
		{ "a fraction without digits", "2026-08-03T14:05:11.Z", 0, 0, "the fraction of a second is not 1 to 9 digits" },
		{ "ten fraction digits", "2026-08-03T14:05:11.1234567890Z", 0, 0, "the fraction of a second is not 1 to 9 digits" },
		{ "one digit of seconds", "2026-08-03T14:05:1Z", 0, 0, "the seconds are not two digits" },
		{ "a date only", "2026-08-03", 0, 0, "the date is not followed by THH:MM" },
		{ "a blank between", "2026-08-03 14:05:11Z", 0, 0, "the date is not followed by THH:MM" },
		{ "day first", "03/08/2026", 0, 0, "it does not begin with YYYY-MM-DD" },
		{ "two digits of the year", "26-08-03T14:05:11Z", 0, 0, "it does not begin with YYYY-MM-DD" },
		{ "a sign", "+2026-08-03T14:05:11Z", 0, 0, "it does not begin with YYYY-MM-DD" },
		{ "seconds since 1970", "1785765911", 0, 0, "it does not begin with YYYY-MM-DD" },
		{ "empty", "", 0, 0, "it does not begin with YYYY-MM-DD" },
		{ "before year 1 by its offset", "0001-01-01T00:00:00+01:00", 0, 0, "the year is not 1 to 9999" },
		{ "after year 9999 by its offset", "9999-12-31T23:59:59-01:00", 0, 0, "the year is not 1 to 9999" },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		int64_t utc = 77;
		int micros = 77;

		if (cases[i].reason == NULL) {
			expect_ok(cases[i].title, clock_parse(cases[i].text, &utc, &micros, &err), &err);
			if (utc != cases[i].utc || micros != cases[i].micros)
				fail_msg("%s: found %lld and %d", cases[i].title, (long long)utc, micros);
			expect_ok(cases[i].title, clock_parse(cases[i].text, &utc, NULL, &err), &err);
			continue;
		}
		assert_int_equal(clock_parse(cases[i].text, &utc, &micros, &err), -1);
		expect_err(cases[i].title, &err, ERR_DATA,
		    arena_printf(&arena, "\"%s\" is not a date and time: %s", cases[i].text, cases[i].reason));
		assert_int_equal(utc, 77);
	}
	arena_done(&arena);
}

static void
parses_dates(void **state)
{
	struct err err = ERR_INIT;
	int64_t utc;

	(void)state;
	expect_ok("a date", clock_parse_date("2026-08-03", &utc, &err), &err);
	assert_int_equal(utc, 1785715200);
	assert_int_equal(clock_parse_date("2026-02-30", &utc, &err), -1);
	expect_err("no such day", &err, ERR_DATA, "\"2026-02-30\" is not a date: the calendar has no such day");
	err_reset(&err);
	assert_int_equal(clock_parse_date("2026-08-03T00:00Z", &utc, &err), -1);
	expect_err("a moment", &err, ERR_DATA, "\"2026-08-03T00:00Z\" is not a date: it must be written YYYY-MM-DD");
}

static void
calendar_and_seconds_agree_every_day(void **state)
{
	struct clock_date date = { .year = 1, .month = 1, .day = 1 }, back;
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t utc = CLOCK_MIN_UTC;
	int weekday = 1; /* 1 January of year 1 was a Monday */

	(void)state;
	/* Count through every day of the years 1 to 9999 by hand. */
	while (date.year <= 9999) {
		assert_true(clock_valid(&date));
		assert_int_equal(clock_to_utc(&date), utc);
		assert_int_equal(clock_weekday(&date), weekday);
		back = clock_from_utc(utc + 86399);
		if (back.year != date.year || back.month != date.month || back.day != date.day || back.hour != 23 ||
		    back.minute != 59 || back.second != 59)
			fail_msg("%lld is not %d-%d-%d", (long long)utc, date.year, date.month, date.day);
		utc += 86400;
		weekday = (weekday + 1) % 7;
		date.day++;
		if (date.day >
		    days[date.month - 1] +
			(date.month == 2 && date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0) ? 1 : 0)) {
			assert_false(clock_valid(&date));
			date.day = 1;
			date.month++;
		}
		if (date.month == 13) {
			date.month = 1;
			date.year++;
		}
	}
	assert_int_equal(utc, CLOCK_MAX_UTC + 1);
	assert_false(clock_valid(&date));
}

static void
writes_moments(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	expect_text("ISO", clock_iso(&arena, 1785765911), "2026-08-03T14:05:11Z");
	expect_text("ISO before 1970", clock_iso(&arena, -1), "1969-12-31T23:59:59Z");
	expect_text("ISO of the smallest number", clock_iso(&arena, INT64_MIN), "0001-01-01T00:00:00Z");
	expect_text("ISO of the largest number", clock_iso(&arena, INT64_MAX), "9999-12-31T23:59:59Z");
	expect_text("RFC 5322", clock_rfc5322(&arena, 1785765911), "Mon, 03 Aug 2026 14:05:11 +0000");
	arena_done(&arena);
}

/* What the C library says, in a process of its own environment: the tests may use TZ, the programs not. */
static void
expect_like_libc(const char *zone, int64_t utc)
{
	struct err err = ERR_INIT;
	struct clock_date date;
	time_t moment = (time_t)utc;
	struct tm tm;
	int offset_s;

	expect_ok(zone, clock_in_zone(zone, utc, &date, &offset_s, &err), &err);
	assert_non_null(localtime_r(&moment, &tm));
	if (date.year != tm.tm_year + 1900 || date.month != tm.tm_mon + 1 || date.day != tm.tm_mday || date.hour != tm.tm_hour ||
	    date.minute != tm.tm_min || date.second != tm.tm_sec)
		fail_msg("%s at %lld: found %d-%d-%d %d:%d:%d", zone, (long long)utc, date.year, date.month, date.day, date.hour,
		    date.minute, date.second);
	assert_int_equal(clock_to_utc(&date), utc + offset_s);
}

static void
zones_agree_with_the_c_library(void **state)
{
	static const char *const zones[] = { "UTC", "Europe/Madrid", "Atlantic/Canary", "Europe/Dublin", "Europe/London",
		"America/New_York", "America/St_Johns", "America/Sao_Paulo", "America/Santiago", "America/Nuuk",
		"Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Jerusalem", "Asia/Gaza", "Africa/Casablanca",
		"Africa/Cairo", "Pacific/Apia", "Pacific/Chatham", "Etc/GMT+12", "EST5EDT" };
	static const int64_t step_s = 86400 * 3 + 3607;
	size_t i;
	int64_t utc;

	(void)state;
	for (i = 0; i < COUNT_OF(zones); i++) {
		assert_int_equal(setenv("TZ", zones[i], 1), 0);
		tzset();
		/* From 1850 to 2250: before the first transition, through the table, and by the rule behind it. */
		for (utc = -3786912000; utc < 8836300800; utc += step_s)
			expect_like_libc(zones[i], utc);
		/* Every quarter of an hour through the changes of two years, one in the table, one far behind it. */
		for (utc = 1774000000; utc < 1774000000 + 86400 * 14; utc += 900) {
			expect_like_libc(zones[i], utc);
			expect_like_libc(zones[i], utc + 86400LL * 365 * 60);
		}
	}
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

/* What people in Madrid read, as a moment: an hour that does not exist, and one that comes twice. */
static void
moments_from_wall_clocks(void **state)
{
	static const struct {
		struct clock_date date;
		int64_t utc;
	} cases[] = {
		{ { 2026, 11, 20, 10, 40, 43, 0 }, 1795167643 },
		{ { 2026, 7, 1, 0, 0, 0, 0 }, 1782856800 },
		{ { 2026, 3, 29, 1, 59, 59, 0 }, 1774745999 },
		{ { 2026, 3, 29, 2, 30, 0, 0 }, 1774747800 }, /* left out: as 03:30 */
		{ { 2026, 3, 29, 3, 0, 0, 0 }, 1774746000 },
		{ { 2026, 10, 25, 1, 59, 59, 0 }, 1792886399 },
		{ { 2026, 10, 25, 2, 30, 0, 0 }, 1792888200 }, /* twice: the first */
		{ { 2026, 10, 25, 3, 0, 0, 0 }, 1792893600 },
	};
	struct err err = ERR_INIT;
	int64_t utc;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		expect_ok("moment", clock_from_zone("Europe/Madrid", &cases[i].date, &utc, &err), &err);
		assert_int_equal(utc, cases[i].utc);
	}
	assert_int_equal(clock_from_zone("Nowhere/At_All", &cases[0].date, &utc, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
}

static void
summer_time_of_madrid(void **state)
{
	struct err err = ERR_INIT;
	struct clock_date date;
	int offset_s;

	(void)state;
	/* 2026-03-29 01:00 UTC: 02:00 becomes 03:00. */
	expect_ok("winter", clock_in_zone("Europe/Madrid", 1774745999, &date, &offset_s, &err), &err);
	assert_int_equal(offset_s, 3600);
	assert_int_equal(date.hour, 1);
	expect_ok("summer", clock_in_zone("Europe/Madrid", 1774746000, &date, &offset_s, &err), &err);
	assert_int_equal(offset_s, 7200);
	assert_int_equal(date.hour, 3);
	expect_ok("offset not asked for", clock_in_zone("Europe/Madrid", 0, &date, NULL, &err), &err);
}

static void
zones_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *zone, *message;
	} cases[] = {
		{ "Europe/Madrit", "time zone \"Europe/Madrit\" is not known to this system" },
		{ "europe/madrid", "time zone \"europe/madrid\" is not known to this system" },
		{ "Europe", "time zone \"Europe\" is not known to this system: could not read time zone file "
			    "\"/usr/share/zoneinfo/Europe\": not a regular file" },
		{ "zone.tab", "\"zone.tab\" is not the name of a time zone" },
		{ "tzdata.zi", "\"tzdata.zi\" is not the name of a time zone" },
		{ "UTC/x", "time zone \"UTC/x\" is not known to this system: could not read time zone file "
			   "\"/usr/share/zoneinfo/UTC/x\": Not a directory" },
		{ "leapseconds", "time zone \"leapseconds\" is not known to this system" },
		{ "right/Europe/Madrid", "\"right/Europe/Madrid\" is not the name of a time zone" },
		{ "localtime", "\"localtime\" is not the name of a time zone" },
		{ "../../../etc/passwd", "\"../../../etc/passwd\" is not the name of a time zone" },
		{ "/etc/localtime", "\"/etc/localtime\" is not the name of a time zone" },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "\"CET-1CEST,M3.5.0,M10.5.0/3\" is not the name of a time zone" },
		{ "", "\"\" is not the name of a time zone" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct clock_date date;

		assert_int_equal(clock_zone_check(cases[i].zone, &err), -1);
		expect_err(cases[i].zone, &err, ERR_CONFIG, cases[i].message);
		err_reset(&err);
		assert_int_equal(clock_in_zone(cases[i].zone, 0, &date, NULL, &err), -1);
		expect_err(cases[i].zone, &err, ERR_CONFIG, cases[i].message);
	}
}

/* A TZif file of one type without transitions; its rule stands in the footer. */
static size_t
zone_file(unsigned char *bytes, const char *footer)
{
	static const unsigned char header[44] = { [0] = 'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4 };
	static const unsigned char body[10] = { 0, 0, 0, 0, 0, 0, 'L', 'M', 'T', 0 };
	size_t len = 0;

	memcpy(bytes + len, header, sizeof(header));
	len += sizeof(header);
	memcpy(bytes + len, body, sizeof(body));
	len += sizeof(body);
	memcpy(bytes + len, header, sizeof(header));
	len += sizeof(header);
	memcpy(bytes + len, body, sizeof(body));
	len += sizeof(body);
	return len + (size_t)sprintf((char *)bytes + len, "\n%s\n", footer);
}

static void
rules_agree_with_the_c_library(void **state)
{
	static const char *const rules[] = { "EST5EDT,M3.2.0,M11.1.0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,J60/2,J300/2",
		"EST5EDT,59,300/3:30:15", "AAA3BBB,J2,J364/23", "AEST-10AEDT,M10.1.0,M4.1.0/3", "IST-1GMT0,M10.5.0,M3.5.0/1",
		"IST-2IDT,M3.4.4/26,M10.5.0", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
		"XXX0YYY0:30,M2.5.6/0,M8.4.3/12", "<+0545>-5:45" };
	struct arena arena = ARENA_INIT;
	unsigned char bytes[300];
	size_t i;
	int64_t utc;

	(void)state;
	for (i = 0; i < COUNT_OF(rules); i++) {
		const struct zone *zone;
		struct err err = ERR_INIT;

		expect_ok(rules[i], zone_read(&arena, "made", bytes, zone_file(bytes, rules[i]), &zone, &err), &err);
		assert_int_equal(setenv("TZ", rules[i], 1), 0);
		tzset();
		for (utc = 0; utc < 4102444800; utc += 86400 * 2 + 3607) {
			time_t moment = (time_t)utc;
			struct tm tm;
			struct clock_date date;

			assert_non_null(localtime_r(&moment, &tm));
			date = clock_from_utc(utc + zone_offset(zone, utc));
			if (date.day != tm.tm_mday || date.hour != tm.tm_hour || date.minute != tm.tm_min ||
			    date.second != tm.tm_sec)
				fail_msg("%s at %lld: %d %02d:%02d:%02d", rules[i], (long long)utc, date.day, date.hour,
				    date.minute, date.second);
		}
	}
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
	arena_done(&arena);
}

static void
zone_files_that_are_none_are_refused(void **state)
{
	static const char *const footers[] = { "E5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0",
		"EST5EDT,M0.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
		"EST5EDT,M3-2.0,M11.1.0", "EST5EDT,J0,J300", "EST5EDT,J366,J300", "EST5EDT,366,300", "EST5EDT,M3.2.0/168,M11.1.0",
		"EST5EDT,M3.2.0/2:60,M11.1.0", "EST5EDT,M3.2.0/2:00:60,M11.1.0", "EST5EDT,M3.2.0,M11.1.0x", "<EST5EDT", "<EST>",
		"<E>5<D", "EST+", "EST168", "5", "EST5EDT6:" };
	struct arena arena = ARENA_INIT;
	unsigned char bytes[300];
	size_t i, len, cut;
	const struct zone *zone;

	(void)state;
#define REFUSED(title, len) \
	do { \
		struct err err = ERR_INIT; \
		assert_int_equal(zone_read(&arena, "made", bytes, len, &zone, &err), -1); \
		expect_err(title, &err, ERR_CONFIG, "time zone \"made\" is not known to this system"); \
	} while (0)
	for (i = 0; i < COUNT_OF(footers); i++) {
		len = zone_file(bytes, footers[i]);
		REFUSED(footers[i], len);
	}
	len = zone_file(bytes, "UTC0");
	for (cut = 0; cut < len; cut++)
		REFUSED("a cut file", cut);
	bytes[0] = 'X';
	REFUSED("another kind", len);
	len = zone_file(bytes, "UTC0");
	bytes[4] = 0;
	REFUSED("version 1", len);
	len = zone_file(bytes, "UTC0");
	bytes[54 + 31] = 1;
	REFUSED("leap seconds", len);
	len = zone_file(bytes, "UTC0");
	bytes[54 + 39] = 0;
	REFUSED("no type", len);
	len = zone_file(bytes, "UTC0");
	bytes[32] = 0xff;
	REFUSED("counts beyond any file", len);
	/* One transition to a type that is not there. */
	len = zone_file(bytes, "UTC0");
	bytes[54 + 35] = 1;
	memmove(bytes + 54 + 44 + 9, bytes + 54 + 44, len - 54 - 44);
	memset(bytes + 54 + 44, 0, 8);
	bytes[54 + 44 + 8] = 1;
	REFUSED("a type that is not there", len + 9);
	arena_done(&arena);
}

static void
on_alarm(int signal)
{
	(void)signal;
}

static void
a_signal_ends_a_sleep(void **state)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_value = { .tv_usec = 20000 } };
	int64_t start;

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	start = clock_mono_ms();
	assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
	clock_sleep_ms(60000);
	assert_true(clock_mono_ms() - start < 30000);
	start = clock_mono_ms();
	clock_sleep_ms(5);
	assert_true(clock_mono_ms() - start >= 5);
	clock_sleep_ms(-1);
	/* The wall clock runs. */
	assert_true(clock_now() > 1700000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_moments),
		cmocka_unit_test(parses_dates),
		cmocka_unit_test(calendar_and_seconds_agree_every_day),
		cmocka_unit_test(writes_moments),
		cmocka_unit_test(zones_agree_with_the_c_library),
		cmocka_unit_test(moments_from_wall_clocks),
		cmocka_unit_test(summer_time_of_madrid),
		cmocka_unit_test(zones_that_are_none_are_refused),
		cmocka_unit_test(rules_agree_with_the_c_library),
		cmocka_unit_test(zone_files_that_are_none_are_refused),
		cmocka_unit_test(a_signal_ends_a_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
