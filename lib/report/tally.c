/* Sums by group. Few groups and many rows: a list, and the line used last is asked first. */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MAX_LINES 10000

static struct tally_line *
find(struct arena *arena, struct tally *tally, const char *group, const char *currency, uint32_t part, struct err *err)
{
	struct tally_line *line, *more;
	size_t i;

	for (i = 0; i < tally->count; i++) {
		/* From the last one round to the last one. */
		line = &tally->lines[(tally->last + i) % tally->count];
		if (line->part == part && text_equal(line->group, group) && text_equal(line->currency, currency)) {
			tally->last = (tally->last + i) % tally->count;
			return line;
		}
	}
	if (tally->count == MAX_LINES) {
		err_set(err, ERR_DATA, "more than %d groups in one table", MAX_LINES);
		return NULL;
	}
	if (tally->count == tally->capacity) {
		tally->capacity = tally->capacity == 0 ? 16 : tally->capacity * 2;
		more = ARENA_ARRAY(arena, tally->capacity, struct tally_line);
		if (tally->count > 0)
			memcpy(more, tally->lines, tally->count * sizeof(*more));
		tally->lines = more;
	}
	tally->last = tally->count;
	line = &tally->lines[tally->count++];
	*line = (struct tally_line){ .group = arena_strdup(arena, group), .currency = arena_strdup(arena, currency), .part = part };
	return line;
}

int
tally_add(struct arena *arena, struct tally *tally, const char *group, const char *currency, uint32_t part,
    const int64_t values[TALLY_SUMS], struct err *err)
{
	struct tally_line *line = find(arena, tally, group != NULL ? group : "", currency != NULL ? currency : "", part, err);
	size_t i;

	if (line == NULL)
		return -1;
	line->rows++;
	for (i = 0; i < TALLY_SUMS; i++)
		if (__builtin_add_overflow(line->sums[i], values[i], &line->sums[i]))
			return err_set(err, ERR_DATA, "sum of \"%s\" is too large", line->group);
	return 0;
}

int64_t
tally_get(const struct tally *tally, const char *group, const char *currency, uint32_t part, int which)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < tally->count; i++) {
		const struct tally_line *line = &tally->lines[i];

		if (group != NULL && !text_equal(line->group, group))
			continue;
		if (currency != NULL && !text_equal(line->currency, currency))
			continue;
		if (part != TALLY_ANY_PART && line->part != part)
			continue;
		/* Too large a sum is refused by the cell it goes into: 15 digits. */
		if (__builtin_add_overflow(sum, which == TALLY_ROWS ? line->rows : line->sums[which], &sum))
			return INT64_MAX;
	}
	return sum;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **
tally_currencies(struct arena *arena, const struct tally *tally, size_t *ret_count)
{
	const char **found = ARENA_ARRAY(arena, tally->count + 1, const char *);
	size_t count = 0, i, j;

	for (i = 0; i < tally->count; i++) {
		if (tally->lines[i].currency[0] == '\0')
			continue;
		for (j = 0; j < count && !text_equal(found[j], tally->lines[i].currency); j++)
			;
		if (j == count)
			found[count++] = tally->lines[i].currency;
	}
	qsort(found, count, sizeof(*found), by_text);
	*ret_count = count;
	return found;
}
