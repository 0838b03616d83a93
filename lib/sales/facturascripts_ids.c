/* Lists of keys. They lie in a buffer, so that they can grow beyond any page. */
#include "facturascripts_pull.h"

#include <stdlib.h>

void
fs_ids_add(struct fs_ids *ids, int64_t id)
{
	buf_add(&ids->buf, &id, sizeof(id));
}

size_t
fs_ids_count(const struct fs_ids *ids)
{
	return ids->buf.len / sizeof(int64_t);
}

int64_t *
fs_ids_list(const struct fs_ids *ids)
{
	return (int64_t *)(void *)ids->buf.data;
}

static int
compare_ids(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* In order, each once. */
void
fs_ids_sort(struct fs_ids *ids)
{
	int64_t *list = fs_ids_list(ids);
	size_t count = fs_ids_count(ids), kept = 0, i;

	if (count == 0)
		return;
	qsort(list, count, sizeof(*list), compare_ids);
	for (i = 0; i < count; i++) {
		if (kept == 0 || list[i] != list[kept - 1])
			list[kept++] = list[i];
	}
	ids->buf.len = kept * sizeof(*list);
}

bool
fs_ids_has(const struct fs_ids *ids, int64_t id)
{
	return fs_ids_count(ids) > 0 && bsearch(&id, fs_ids_list(ids), fs_ids_count(ids), sizeof(id), compare_ids) != NULL;
}
