/* What a document says of itself and of others. */
#include "sales/refer.h"

#include <string.h>

#include "base/text.h"
#include "sales/contact.h"

#define NAME_BYTES 100
#define VALUE_BYTES 500 /* names and values stand in an index, whose rows must not pass a third of a page */
#define MOST 200        /* more than any system has free fields */

void
sales_refer(struct arena *arena, struct sales_document *document, const char *name, const char *value)
{
	const char *plain = sales_text(arena, value, VALUE_BYTES), *called = sales_text(arena, name, NAME_BYTES);
	struct sales_reference *list;
	size_t count = document->reference_count, i;

	if (plain[0] == '\0' || called[0] == '\0' || strchr(plain, '@') != NULL || count == MOST)
		return;
	for (i = 0; i < count; i++)
		if (text_equal(document->references[i].name, called) && text_equal(document->references[i].value, plain))
			return;
	list = ARENA_ARRAY(arena, count + 1, struct sales_reference);
	if (count > 0)
		memcpy(list, document->references, count * sizeof(*list));
	list[count] = (struct sales_reference){ called, plain };
	document->references = list;
	document->reference_count = count + 1;
}

void
sales_refer_each(struct arena *arena, struct sales_document *document, const char *name, const char *values)
{
	static const char between[] = " \t\r\n,;";
	const char *s = values != NULL ? values : "";
	size_t len;

	for (s += strspn(s, between); *s != '\0'; s += strspn(s, between)) {
		len = strcspn(s, between);
		sales_refer(arena, document, name, arena_strndup(arena, s, len));
		s += len;
	}
}
