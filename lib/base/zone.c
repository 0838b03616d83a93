/* Time zones from TZif files (RFC 8536): the table of transitions, and beyond its end the rule in the footer, a POSIX TZ string.
 * Only offsets matter here, never abbreviations. Files with leap seconds ("right/…") are not used: our moments have none. */
#include "zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"

#define ZONE_DIR "/usr/share/zoneinfo/"
#define ZONE_MAX_BYTES 65536
#define ZONE_MAX_NAME 64
#define DAY_S 86400

/* When a rule's offset begins within a year. */
struct rule_date {
	enum { RULE_MONTH, RULE_JULIAN, RULE_DAY } kind; /* Mm.w.d, Jn (29 February never counted), n */
	int month, week, day;
	int time_s; /* of local time; may be negative or beyond a day */
};

struct zone {
	struct zone *next;
	const char *name;
	size_t count;
	const unsigned char *times; /* count big-endian 64-bit moments */
	const unsigned char *kinds; /* count indexes into types */
	const unsigned char *types; /* 6 bytes each: offset, is daylight saving, abbreviation */
	bool has_rule, has_summer;
	int standard_s, summer_s; /* seconds east */
	struct rule_date begin, end;
};

static struct arena zone_arena = ARENA_INIT;
static struct zone *zone_list;

static int64_t
read_be(const unsigned char *p, size_t bytes)
{
	uint64_t value = (p[0] & 0x80) != 0 ? UINT64_MAX : 0;
	size_t i;

	for (i = 0; i < bytes; i++)
		value = value << 8 | p[i];
	return (int64_t)value;
}

/* The footer's grammar: each parser moves ${p} and says whether it fits. */
static bool
rule_number(const char **p, int max, int *ret)
{
	int value = 0;

	if (**p < '0' || **p > '9')
		return false;
	while (**p >= '0' && **p <= '9') {
		value = value * 10 + (*(*p)++ - '0');
		if (value > max)
			return false;
	}
	*ret = value;
	return true;
}

static bool
rule_abbreviation(const char **p)
{
	const char *start = *p;

	if (**p == '<') {
		*p += strcspn(*p, ">");
		return *(*p)++ == '>';
	}
	while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z'))
		(*p)++;
	return *p - start >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds; hours up to 167 (RFC 8536, section 3.3.1). */
static bool
rule_time(const char **p, int *ret_s)
{
	int sign = 1, hours, minutes = 0, seconds = 0;

	if (**p == '+' || **p == '-')
		sign = *(*p)++ == '-' ? -1 : 1;
	if (!rule_number(p, 167, &hours))
		return false;
	if (**p == ':') {
		(*p)++;
		if (!rule_number(p, 59, &minutes))
			return false;
		if (**p == ':') {
			(*p)++;
			if (!rule_number(p, 59, &seconds))
				return false;
		}
	}
	*ret_s = sign * (hours * 3600 + minutes * 60 + seconds);
	return true;
}

static bool
rule_date(const char **p, struct rule_date *ret)
{
	if (*(*p)++ != ',')
		return false;
	ret->time_s = 2 * 3600;
	if (**p == 'M') {
		(*p)++;
		ret->kind = RULE_MONTH;
		if (!rule_number(p, 12, &ret->month) || *(*p)++ != '.' || !rule_number(p, 5, &ret->week) || *(*p)++ != '.' ||
		    !rule_number(p, 6, &ret->day) || ret->month == 0 || ret->week == 0)
			return false;
	} else if (**p == 'J') {
		(*p)++;
		ret->kind = RULE_JULIAN;
		if (!rule_number(p, 365, &ret->day) || ret->day == 0)
			return false;
	} else {
		ret->kind = RULE_DAY;
		if (!rule_number(p, 365, &ret->day))
			return false;
	}
	if (**p != '/')
		return true;
	(*p)++;
	return rule_time(p, &ret->time_s);
}

/* std offset [dst [offset] , start [/time] , end [/time]]; POSIX counts offsets west. An empty footer is no rule. */
static bool
rule_parse(const char *text, struct zone *zone)
{
	const char *p = text;
	int west;

	if (*p == '\0')
		return true;
	if (!rule_abbreviation(&p) || !rule_time(&p, &west))
		return false;
	zone->has_rule = true;
	zone->standard_s = -west;
	if (*p == '\0')
		return true;
	if (!rule_abbreviation(&p))
		return false;
	zone->has_summer = true;
	zone->summer_s = zone->standard_s + 3600;
	if (*p != ',') {
		if (!rule_time(&p, &west))
			return false;
		zone->summer_s = -west;
	}
	return rule_date(&p, &zone->begin) && rule_date(&p, &zone->end) && *p == '\0';
}

/* The moment in ${year}, as if its local time were UTC. */
static int64_t
rule_moment(const struct rule_date *rule, int year)
{
	struct clock_date date = { .year = year, .month = 1, .day = 1 };
	int64_t start = clock_to_utc(&date);
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int first;

	if (rule->kind == RULE_DAY)
		return start + (int64_t)rule->day * DAY_S + rule->time_s;
	if (rule->kind == RULE_JULIAN)
		return start + (int64_t)(rule->day - (leap && rule->day >= 60 ? 0 : 1)) * DAY_S + rule->time_s;
	date.month = rule->month;
	first = 1 + (rule->day - clock_weekday(&date) + 7) % 7;
	date.day = first + 7 * (rule->week - 1);
	/* Week 5 is the last such day of the month, be it the fourth. */
	if (!clock_valid(&date))
		date.day -= 7;
	return clock_to_utc(&date) + rule->time_s;
}

static int
rule_offset(const struct zone *zone, int64_t utc)
{
	int64_t begin, end;
	int year;
	bool summer;

	if (!zone->has_summer)
		return zone->standard_s;
	year = clock_from_utc(utc + zone->standard_s).year;
	begin = rule_moment(&zone->begin, year) - zone->standard_s;
	end = rule_moment(&zone->end, year) - zone->summer_s;
	summer = begin < end ? utc >= begin && utc < end : utc >= begin || utc < end;
	return summer ? zone->summer_s : zone->standard_s;
}

/* Header counts, RFC 8536 section 3.1. */
struct counts {
	uint32_t utc_flags, standard_flags, leaps, times, types, abbreviations;
};

static void
read_counts(const unsigned char *header, struct counts *ret)
{
	uint32_t *fields[] = { &ret->utc_flags, &ret->standard_flags, &ret->leaps, &ret->times, &ret->types, &ret->abbreviations };
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		*fields[i] = (uint32_t)read_be(header + 20 + 4 * i, 4);
}

static bool
counts_fit(const struct counts *counts)
{
	return counts->times < ZONE_MAX_BYTES && counts->types < 256 && counts->types > 0 &&
	       counts->abbreviations < ZONE_MAX_BYTES && counts->leaps < ZONE_MAX_BYTES && counts->utc_flags < 256 &&
	       counts->standard_flags < 256;
}

static size_t
body_bytes(const struct counts *counts, size_t time_bytes)
{
	return counts->times * time_bytes + counts->times + counts->types * 6 + counts->abbreviations +
	       counts->leaps * (time_bytes + 4) + counts->standard_flags + counts->utc_flags;
}

/* Read a whole TZif file into ${zone}; false when it is none that we can use. */
static bool
parse_file(unsigned char *data, size_t len, struct zone *zone)
{
	struct counts counts;
	const unsigned char *body;
	size_t skip, need, i;
	char *footer;

	if (len < 44 || memcmp(data, "TZif", 4) != 0 || data[4] < '2')
		return false;
	/* The first part has 32-bit times, for old readers: step over it. */
	read_counts(data, &counts);
	if (!counts_fit(&counts))
		return false;
	skip = 44 + body_bytes(&counts, 4);
	if (len < skip + 44 || memcmp(data + skip, "TZif", 4) != 0)
		return false;
	read_counts(data + skip, &counts);
	if (!counts_fit(&counts) || counts.leaps != 0)
		return false;
	body = data + skip + 44;
	need = body_bytes(&counts, 8);
	if (len - (skip + 44) < need + 2)
		return false;
	zone->count = counts.times;
	zone->times = body;
	zone->kinds = body + 8 * zone->count;
	zone->types = zone->kinds + zone->count;
	for (i = 0; i < zone->count; i++)
		if (zone->kinds[i] >= counts.types)
			return false;
	footer = (char *)data + skip + 44 + need;
	if (footer[0] != '\n' || data[len - 1] != '\n')
		return false;
	data[len - 1] = '\0';
	return rule_parse(footer + 1, zone);
}

static bool
name_fits(const char *name)
{
	const char *p;

	if (name[0] == '\0' || strlen(name) > ZONE_MAX_NAME || strstr(name, "//") != NULL || name[strlen(name) - 1] == '/')
		return false;
	/* Not places: other sets of the same names, and what the system's own zone is. */
	if (strncmp(name, "posix/", 6) == 0 || strncmp(name, "right/", 6) == 0 || strcmp(name, "posixrules") == 0 ||
	    strcmp(name, "localtime") == 0 || strcmp(name, "Factory") == 0)
		return false;
	for (p = name; *p != '\0'; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9' && p > name) ||
			(strchr("/_+-", *p) != NULL && p > name)))
			return false;
	return true;
}

static int
read_zone(struct arena *arena, const char *name, const void *bytes, size_t len, struct zone **ret_zone, struct err *err)
{
	struct zone *zone = ARENA_NEW(arena, struct zone);
	unsigned char *copy = arena_alloc(arena, len + 1);

	memcpy(copy, bytes, len);
	if (!parse_file(copy, len, zone))
		return err_set(err, ERR_CONFIG, "time zone \"%.64s\" is not known to this system", name);
	zone->name = arena_strdup(arena, name);
	*ret_zone = zone;
	return 0;
}

int
zone_read(struct arena *arena, const char *name, const void *bytes, size_t len, const struct zone **ret_zone, struct err *err)
{
	struct zone *zone;

	if (read_zone(arena, name, bytes, len, &zone, err) != 0)
		return -1;
	*ret_zone = zone;
	return 0;
}

int
zone_load(const char *name, const struct zone **ret_zone, struct err *err)
{
	struct zone *zone;
	const char *path;
	char *data;
	size_t len;

	for (zone = zone_list; zone != NULL; zone = zone->next)
		if (strcmp(zone->name, name) == 0) {
			*ret_zone = zone;
			return 0;
		}
	if (!name_fits(name))
		return err_set(err, ERR_CONFIG, "\"%.64s\" is not the name of a time zone", name);
	path = arena_printf(&zone_arena, "%s%s", ZONE_DIR, name);
	if (file_read(&zone_arena, "time zone file", path, ZONE_MAX_BYTES, &data, &len, err) != 0) {
		if (err->code == ERR_NOT_FOUND) {
			err_reset(err);
			return err_set(err, ERR_CONFIG, "time zone \"%s\" is not known to this system", name);
		}
		err->code = ERR_CONFIG;
		return err_wrap(err, "time zone \"%s\" is not known to this system", name);
	}
	if (read_zone(&zone_arena, name, data, len, &zone, err) != 0)
		return -1;
	zone->next = zone_list;
	zone_list = zone;
	*ret_zone = zone;
	return 0;
}

int
zone_offset(const struct zone *zone, int64_t utc)
{
	size_t low = 0, high = zone->count, middle;

	/* How many transitions are at or before ${utc}? */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (read_be(zone->times + 8 * middle, 8) <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->has_rule)
		return rule_offset(zone, utc);
	/* Before the first transition the first type holds (RFC 8536, section 3.2). */
	return (int)read_be(zone->types + 6 * (low == 0 ? 0 : zone->kinds[low - 1]), 4);
}
