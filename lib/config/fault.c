/* The list of what is wrong with a configuration. */
#include "fault.h"

#include <string.h>

#include "base/text.h"

void
fault_add(struct fault_list *list, const char *file, unsigned line, const char *fmt, ...)
{
	struct fault *items;
	va_list args;

	if (list->count == list->capacity) {
		list->capacity = list->capacity == 0 ? 8 : list->capacity * 2;
		items = ARENA_ARRAY(list->arena, list->capacity, struct fault);
		if (list->count > 0)
			memcpy(items, list->items, list->count * sizeof(*items));
		list->items = items;
	}
	va_start(args, fmt);
	list->items[list->count++] = (struct fault){ file, line, arena_vprintf(list->arena, fmt, args) };
	va_end(args);
}

/* Where the file of this fault first comes in the list. */
static size_t
file_order(const struct fault_list *list, const struct fault *fault)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (text_equal(list->items[i].file, fault->file))
			break;
	return i;
}

void
fault_sort(struct fault_list *list)
{
	size_t *order = ARENA_ARRAY(list->arena, list->count, size_t), i, j, key;
	struct fault fault;

	for (i = 0; i < list->count; i++)
		order[i] = file_order(list, &list->items[i]);
	/* By insertion: the list is short and mostly in order. */
	for (i = 1; i < list->count; i++) {
		fault = list->items[i];
		key = order[i];
		for (j = i; j > 0 && (order[j - 1] > key || (order[j - 1] == key && list->items[j - 1].line > fault.line)); j--) {
			list->items[j] = list->items[j - 1];
			order[j] = order[j - 1];
		}
		list->items[j] = fault;
		order[j] = key;
	}
}

const char *
fault_text(struct arena *arena, const struct fault *fault)
{
	if (fault->file == NULL)
		return fault->text;
	return arena_printf(arena, "%s:%u: %s", fault->file, fault->line, fault->text);
}
