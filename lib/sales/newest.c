/* The newest documents of a reading, as text of a line each: "microseconds id number". */
#include "sales/newest.h"

#include <string.h>

#include "base/text.h"

#define US_PER_S INT64_C(1000000)
#define ID_CHARACTERS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

static bool
is_plain(const char *id)
{
	return id[0] != '\0' && strlen(id) <= 64 && id[strspn(id, ID_CHARACTERS)] == '\0';
}

struct sales_newest
sales_newest_begin(struct arena *arena, const char *text)
{
	struct sales_newest newest = { .arena = arena };

	while (text != NULL && *text != '\0' && newest.known_count < SALES_NEWEST) {
		struct sales_mark *mark = &newest.known[newest.known_count];
		size_t len = strcspn(text, "\n"), moment = strcspn(text, " "), id;
		struct err ignored = ERR_INIT; /* what cannot be read is not known */

		if (moment < len && text_int64(arena_strndup(arena, text, moment), &mark->modified_us, &ignored) == 0) {
			id = strcspn(text + moment + 1, " \n");
			mark->id = arena_strndup(arena, text + moment + 1, id);
			mark->number =
			    moment + 1 + id < len ? arena_strndup(arena, text + moment + 2 + id, len - moment - 2 - id) : "";
			newest.known_count++;
		}
		text += len + (text[len] == '\n');
	}
	return newest;
}

int64_t
sales_newest_from(const struct sales_newest *newest, int64_t from_utc)
{
	size_t i;

	for (i = 0; i < newest->known_count; i++)
		if (newest->known[i].modified_us / US_PER_S < from_utc)
			from_utc = newest->known[i].modified_us / US_PER_S;
	return from_utc;
}

static void
drop(struct sales_newest *newest, size_t at)
{
	memmove(&newest->newest[at], &newest->newest[at + 1], (newest->newest_count - at - 1) * sizeof(newest->newest[0]));
	newest->newest_count--;
}

void
sales_newest_note(struct sales_newest *newest, const struct sales_document *document)
{
	size_t i;

	for (i = 0; i < newest->known_count; i++)
		newest->known[i].seen = newest->known[i].seen || text_equal(newest->known[i].id, document->external_id);
	if (!is_plain(document->external_id))
		return;
	/* One that changed during the walk came before. */
	for (i = 0; i < newest->newest_count; i++)
		if (text_equal(newest->newest[i].id, document->external_id))
			drop(newest, i--);
	i = 0;
	while (i < newest->newest_count && newest->newest[i].modified_us > document->modified_us)
		i++;
	if (i == SALES_NEWEST)
		return;
	if (newest->newest_count == SALES_NEWEST)
		newest->newest_count--;
	memmove(&newest->newest[i + 1], &newest->newest[i], (newest->newest_count - i) * sizeof(newest->newest[0]));
	newest->newest[i] = (struct sales_mark){ arena_strdup(newest->arena, document->external_id),
		arena_strdup(newest->arena, document->number), document->modified_us, false };
	newest->newest_count++;
}

const char *
sales_newest_text(const struct sales_newest *newest)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < newest->newest_count; i++)
		text = arena_printf(newest->arena, "%s%lld %s %s\n", text, (long long)newest->newest[i].modified_us,
		    newest->newest[i].id, newest->newest[i].number);
	return text;
}
