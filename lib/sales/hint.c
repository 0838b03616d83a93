/* Documents to look at besides. */
#include "sales/hint.h"

#include <string.h>

struct sales_hints
sales_hints_begin(struct arena *arena, const struct sales_source *source)
{
	return (struct sales_hints){ source->hints, ARENA_ARRAY(arena, source->hint_count, bool), source->hint_count, 0 };
}

void
sales_hints_met(struct sales_hints *hints, const char *id)
{
	size_t low = 0, high = hints->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(hints->ids[middle], id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < hints->count && strcmp(hints->ids[low], id) == 0)
		hints->met[low] = true;
}

const char *
sales_hints_next(struct sales_hints *hints)
{
	while (hints->next < hints->count && hints->met[hints->next])
		hints->next++;
	return hints->next < hints->count ? hints->ids[hints->next++] : NULL;
}
