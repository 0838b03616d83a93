/* Transactions that were read, by their orders, until these come. Kept packed: a shop's first reading holds all of them. */
#include "squarespace.h"

#include <stdlib.h>
#include <string.h>

#include "adapter/deflate.h"
#include "base/text.h"

#define MOST_BYTES ((size_t)16 * 1024 * 1024)

static size_t
slot_of(const struct squarespace_ties *ties, const char *order_id)
{
	uint64_t hash = UINT64_C(1469598103934665603);
	const char *s;
	size_t at;

	for (s = order_id; *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * UINT64_C(1099511628211);
	at = (size_t)hash & (ties->room - 1);
	while (ties->items[at].order_id != NULL && !text_equal(ties->items[at].order_id, order_id))
		at = (at + 1) & (ties->room - 1);
	return at;
}

static void
grow(struct squarespace_ties *ties)
{
	const struct squarespace_tie *old = ties->items;
	size_t old_room = ties->room, i;

	ties->room = old_room > 0 ? 2 * old_room : 256;
	ties->items = ARENA_ARRAY(&ties->arena, ties->room, struct squarespace_tie);
	for (i = 0; i < old_room; i++)
		if (old[i].order_id != NULL)
			ties->items[slot_of(ties, old[i].order_id)] = old[i];
}

void
squarespace_ties_add(struct squarespace_ties *ties, const struct squarespace_transaction *transaction, struct json_raw raw)
{
	struct squarespace_tie *tie;
	uint8_t *packed;
	size_t len;

	if (2 * ties->count >= ties->room)
		grow(ties);
	tie = &ties->items[slot_of(ties, transaction->order_id)];
	/* Met twice because it changed meanwhile: the later version counts. */
	if (tie->order_id != NULL && tie->modified_us >= transaction->modified_us)
		return;
	if (tie->order_id == NULL)
		ties->count++;
	deflate_pack_fast(&ties->arena, raw.text, raw.len, &packed, &len);
	*tie = (struct squarespace_tie){ tie->order_id != NULL ? tie->order_id : arena_strdup(&ties->arena, transaction->order_id),
		packed, len, transaction->modified_us, false };
}

int
squarespace_ties_take(
    struct arena *arena, struct squarespace_ties *ties, const char *order_id, struct json_raw *ret_raw, struct err *err)
{
	struct squarespace_tie *tie = ties->room > 0 ? &ties->items[slot_of(ties, order_id)] : NULL;
	uint8_t *bytes;
	size_t len;

	*ret_raw = (struct json_raw){ NULL, 0 };
	if (tie == NULL || tie->order_id == NULL)
		return 0;
	if (deflate_unpack(arena, tie->packed, tie->packed_len, MOST_BYTES, &bytes, &len, err) != 0)
		return -1;
	tie->taken = true;
	*ret_raw = (struct json_raw){ (const char *)bytes, len };
	return 0;
}

bool
squarespace_ties_has(const struct squarespace_ties *ties, const char *order_id)
{
	return ties->room > 0 && ties->items[slot_of(ties, order_id)].order_id != NULL;
}

const char *
squarespace_ties_left(const struct squarespace_ties *ties, size_t *at)
{
	while (*at < ties->room) {
		const struct squarespace_tie *tie = &ties->items[(*at)++];

		if (tie->order_id != NULL && !tie->taken)
			return tie->order_id;
	}
	return NULL;
}
