/* What is kept of all that sources say beside names and money. */
#include "sales/field.h"

#include <string.h>

#include "adapter/unicode.h"
#include "base/text.h"
#include "sales/contact.h"

#define VALUE_BYTES 500

static bool
is_same(struct arena *arena, const char *label, const char *wanted)
{
	return text_equal(label, unicode_fold(arena, text_trim(arena, wanted)));
}

/* Keep a value under a field's name, unless a label that comes sooner in its list said something. */
static void
keep(struct arena *arena, struct sales_fields *list, const char *name, size_t rank, const char *value)
{
	struct sales_field *more;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!text_equal(list->items[i].name, name))
			continue;
		if (rank < list->items[i].rank)
			list->items[i] = (struct sales_field){ name, value, rank };
		return;
	}
	more = ARENA_ARRAY(arena, list->count + 1, struct sales_field);
	if (list->count > 0)
		memcpy(more, list->items, list->count * sizeof(*more));
	more[list->count] = (struct sales_field){ name, value, rank };
	list->items = more;
	list->count++;
}

void
sales_field(
    struct arena *arena, const struct config_source *config, struct sales_fields *list, const char *label, const char *value)
{
	const char *folded, *plain;
	size_t i, j;

	if (config->field_count == 0 || label == NULL || value == NULL)
		return;
	folded = unicode_fold(arena, text_trim(arena, label));
	plain = sales_text(arena, value, VALUE_BYTES);
	if (plain[0] == '\0')
		return;
	for (i = 0; i < config->field_count; i++)
		for (j = 0; j < config->fields[i].from.count; j++)
			if (is_same(arena, folded, config->fields[i].from.items[j]))
				keep(arena, list, config->fields[i].name, j, plain);
}

void
sales_field_join(struct arena *arena, struct sales_fields *list, const struct sales_fields *more)
{
	size_t i;

	for (i = 0; i < more->count; i++)
		keep(arena, list, more->items[i].name, more->items[i].rank, more->items[i].value);
}

bool
sales_field_wanted(const struct config_source *config)
{
	return config->field_count > 0;
}
