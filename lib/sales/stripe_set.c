/* Sets of ids: open addressing, doubled when three quarters full. */
#include "stripe.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define LEAST_ROOM 64
#define TEXT_BYTES ((size_t)16 * 1024 * 1024)

/* FNV-1a. Ids are the provider's: nobody picks them to collide, and a slow set would still be right. */
static size_t
hash_of(const char *id)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *id != '\0'; id++)
		hash = (hash ^ (unsigned char)*id) * UINT64_C(1099511628211);
	return (size_t)hash;
}

static struct stripe_entry *
place_of(const struct stripe_set *set, const char *id)
{
	size_t at = hash_of(id) & (set->room - 1);

	while (set->entries[at].id != NULL && !text_equal(set->entries[at].id, id))
		at = (at + 1) & (set->room - 1);
	return &set->entries[at];
}

static void
grow(struct stripe_set *set)
{
	struct stripe_set more = { .arena = set->arena, .room = set->room == 0 ? LEAST_ROOM : 2 * set->room, .count = set->count };
	size_t i;

	more.entries = ARENA_ARRAY(set->arena, more.room, struct stripe_entry);
	for (i = 0; i < set->room; i++)
		if (set->entries[i].id != NULL)
			*place_of(&more, set->entries[i].id) = set->entries[i];
	*set = more;
}

const struct stripe_entry *
stripe_set_find(const struct stripe_set *set, const char *id)
{
	const struct stripe_entry *entry;

	if (set->count == 0)
		return NULL;
	entry = place_of(set, id);
	return entry->id != NULL ? entry : NULL;
}

void
stripe_set_put(struct stripe_set *set, const char *id, int64_t value)
{
	struct stripe_entry *entry;

	if (4 * (set->count + 1) > 3 * set->room)
		grow(set);
	entry = place_of(set, id);
	if (entry->id == NULL) {
		entry->id = arena_strdup(set->arena, id);
		set->count++;
	}
	entry->value = value;
}

const char *
stripe_set_text(struct arena *arena, const struct stripe_set *set)
{
	const char *text;
	struct buf buf;
	size_t i;

	buf_init(&buf, TEXT_BYTES);
	for (i = 0; i < set->room; i++)
		if (set->entries[i].id != NULL)
			buf_printf(&buf, "%s%s", buf.len > 0 ? " " : "", set->entries[i].id);
	BUG_UNLESS(!buf.overflow);
	text = arena_strndup(arena, buf.len > 0 ? buf.data : "", buf.len);
	buf_done(&buf);
	return text;
}

void
stripe_set_read(struct stripe_set *set, const char *text)
{
	size_t len;

	for (; text != NULL && *text != '\0'; text += len + (text[len] == ' ')) {
		len = strcspn(text, " ");
		if (len > 0)
			stripe_set_put(set, arena_strndup(set->arena, text, len), 0);
	}
}
