/* Reading recorded exchanges. */
#include "recorded.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define MOST_BYTES ((size_t)8 << 20)

static char *
read_whole(struct arena *arena, const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "rb");
	long size;
	char *text;

	if (file == NULL)
		fail_msg("no file %s: tests run from the top of the repository", path);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	assert_true(size > 0 && (size_t)size < MOST_BYTES);
	rewind(file);
	text = arena_alloc(arena, (size_t)size + 1);
	assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
	(void)fclose(file);
	*ret_len = (size_t)size;
	return text;
}

struct recorded
recorded_read(struct arena *arena, const char *name)
{
	const char *path = arena_printf(arena, "%s/%s.json", RECORDED_DIR, name);
	struct recorded recorded = { .function = arena_strndup(arena, name, strcspn(name, "/")) };
	const struct json *response, *body;
	struct err err = ERR_INIT;
	struct json *file;
	int64_t status;
	size_t len;
	char *text = read_whole(arena, path, &len);

	if (json_parse(arena, path, text, len, &file, &err) != 0)
		fail_msg("%s: %s", path, err.message);
	recorded.file = file;
	if (json_text(file, "function", &recorded.function, &err) != 0)
		err_reset(&err);
	response = json_get(file, "response");
	if (response == NULL || response->kind != JSON_OBJECT)
		return recorded;
	if (json_int(response, "status", &status, &err) != 0)
		fail_msg("%s: %s", path, err.message);
	recorded.status = (long)status;
	body = json_get(response, "body");
	if (body != NULL && body->kind == JSON_STRING && json_get(response, "body_truncated_at_chars") == NULL)
		recorded.body = body->text;
	recorded.json = json_get(response, "json");
	return recorded;
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

const char **
recorded_names(struct arena *arena, const char *folder, size_t *ret_count)
{
	const char **names = ARENA_ARRAY(arena, 1000, const char *);
	const char *path = arena_printf(arena, "%s/%s", RECORDED_DIR, folder);
	struct dirent *entry;
	size_t count = 0;
	DIR *dir = opendir(path);

	if (dir == NULL)
		fail_msg("no folder %s: tests run from the top of the repository", path);
	while ((entry = readdir(dir)) != NULL)
		/* What was sent in name_nul holds U+0000, which our reader of JSON refuses. */
		if (text_ends(entry->d_name, ".json") && strcmp(entry->d_name, "name_nul.json") != 0) {
			assert_true(count < 1000);
			names[count++] = arena_printf(arena, "%s/%.*s", folder, (int)(strlen(entry->d_name) - 5), entry->d_name);
		}
	(void)closedir(dir);
	qsort(names, count, sizeof(*names), by_name);
	*ret_count = count;
	return names;
}
