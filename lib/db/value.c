/* Values as texts: lists for the database, and what a row says. */
#include <string.h>

#include "base/text.h"
#include "db/db.h"

char *
db_array(struct arena *arena, const char *const *items, size_t count)
{
	size_t i, need = 3;
	const char *s;
	char *array, *p;

	for (i = 0; i < count; i++)
		need += items[i] == NULL ? 5 : 2 * strlen(items[i]) + 3;
	array = p = arena_alloc(arena, need);
	*p++ = '{';
	for (i = 0; i < count; i++) {
		if (i > 0)
			*p++ = ',';
		if (items[i] == NULL) {
			memcpy(p, "NULL", 4);
			p += 4;
			continue;
		}
		*p++ = '"';
		for (s = items[i]; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				*p++ = '\\';
			*p++ = *s;
		}
		*p++ = '"';
	}
	*p++ = '}';
	*p = '\0';
	return array;
}

const char *
db_value(const struct db_row *row, const char *name)
{
	size_t i;

	for (i = 0; i < row->count; i++)
		if (strcmp(row->names[i], name) == 0)
			return row->values[i];
	err_bug("the row has the column that was asked for", name, 0);
}

int64_t
db_int(const struct db_row *row, const char *name)
{
	const char *value = db_value(row, name);
	struct err err = ERR_INIT;
	int64_t number = 0;

	if (value != NULL)
		BUG_UNLESS(text_int64(value, &number, &err) == 0);
	return number;
}

bool
db_bool(const struct db_row *row, const char *name)
{
	const char *value = db_value(row, name);

	BUG_UNLESS(value == NULL || strcmp(value, "t") == 0 || strcmp(value, "f") == 0);
	return value != NULL && *value == 't';
}
