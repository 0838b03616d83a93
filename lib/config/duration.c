/* ISO 8601 durations as settings write them. */
#include "config/duration.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define MAX_DIGITS 9
#define MAX_TERM_PART 9999

/* Read number and letter pairs whose letters come in the order of ${letters}; ${*p} ends at the first that does not fit. */
static bool
read_parts(const char **p, const char *letters, int *parts, size_t *ret_count)
{
	const char *at, *from = letters;
	int value, digits;

	*ret_count = 0;
	while (**p >= '0' && **p <= '9') {
		for (value = 0, digits = 0; **p >= '0' && **p <= '9'; (*p)++, digits++) {
			if (digits == MAX_DIGITS)
				return false;
			value = value * 10 + (**p - '0');
		}
		at = **p == '\0' ? NULL : strchr(from, **p);
		if (at == NULL)
			return false;
		parts[at - letters] = value;
		from = at + 1;
		(*p)++;
		(*ret_count)++;
	}
	return true;
}

int
duration_term(const char *text, struct duration *ret_duration, struct err *err)
{
	int parts[4] = { 0 };
	const char *p = text + 1;
	size_t count, i;

	if (text[0] != 'P' || !read_parts(&p, "YMWD", parts, &count) || *p != '\0' || count == 0)
		return err_set(err, ERR_DATA, "\"%.64s\" is not a term: it must be written as P2Y, P18M, P6W or P90D", text);
	for (i = 0; i < 4; i++)
		if (parts[i] > MAX_TERM_PART)
			return err_set(err, ERR_DATA, "\"%.64s\" is not a term: a part is larger than %d", text, MAX_TERM_PART);
	if (parts[0] + parts[1] + parts[2] + parts[3] == 0)
		return err_set(err, ERR_DATA, "\"%.64s\" is not a term: it has no length", text);
	*ret_duration = (struct duration){ parts[0], parts[1], parts[2], parts[3] };
	return 0;
}

int
duration_span(const char *text, int64_t *ret_seconds, struct err *err)
{
	int days[1] = { 0 }, times[3] = { 0 };
	const char *p = text + 1;
	size_t day_count, time_count = 0;
	bool fits = text[0] == 'P' && read_parts(&p, "D", days, &day_count);

	if (fits && *p == 'T') {
		p++;
		fits = read_parts(&p, "HMS", times, &time_count) && time_count > 0;
	}
	if (!fits || *p != '\0' || day_count + time_count == 0)
		return err_set(
		    err, ERR_DATA, "\"%.64s\" is not a span of time: it must be written as P1D, PT26H, PT15M or PT30S", text);
	*ret_seconds = (int64_t)days[0] * 86400 + (int64_t)times[0] * 3600 + (int64_t)times[1] * 60 + times[2];
	return 0;
}

char *
duration_text(struct arena *arena, int64_t seconds)
{
	long long value = (long long)seconds;

	if (value != 0 && value % 86400 == 0)
		return arena_printf(arena, "P%lldD", value / 86400);
	if (value != 0 && value % 3600 == 0)
		return arena_printf(arena, "PT%lldH", value / 3600);
	if (value != 0 && value % 60 == 0)
		return arena_printf(arena, "PT%lldM", value / 60);
	return arena_printf(arena, "PT%lldS", value);
}
