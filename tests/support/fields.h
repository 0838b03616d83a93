#ifndef TESTS_SUPPORT_FIELDS_H
#define TESTS_SUPPORT_FIELDS_H

#include "base/arena.h"
#include "sales/source.h"

/* Fields as "name=value, name=value". */
static inline const char *
fields_text(struct arena *arena, const struct sales_fields *fields)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < fields->count; i++)
		text = arena_printf(arena, "%s%s%s=%s", text, i > 0 ? ", " : "", fields->items[i].name, fields->items[i].value);
	return text;
}

#define FIELD(field, ...) \
	{ \
		.name = field, .from = { \
			(const char *[]){ __VA_ARGS__ }, \
			sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *) \
		} \
	}

#endif
