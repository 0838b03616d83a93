/* Configuration files: what loads is printed and loads again as the same. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config.h"
#include "fuzz.h"

/* libconfig 1.5 loses the string at hand when what follows it is a syntax error. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static char path[] = "/tmp/ctok-fuzz-conf-XXXXXX";

static void
remove_file(void)
{
	(void)unlink(path);
}

static void
write_file(const void *bytes, size_t size)
{
	static int fd = -1;

	if (fd < 0) {
		fd = mkstemp(path);
		MUST_HOLD(fd >= 0 && atexit(remove_file) == 0);
	}
	MUST_HOLD(ftruncate(fd, 0) == 0 && pwrite(fd, bytes, size, 0) == (ssize_t)size);
}

static char *
print(struct arena *arena, const struct config *config)
{
	char *text = NULL, *copy;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	MUST_HOLD(f != NULL);
	config_print(f, config);
	MUST_HOLD(fclose(f) == 0);
	copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct config *config = NULL, *again = NULL;
	struct err err = ERR_INIT;
	const char **lines;
	size_t count, i;
	char *text;

	write_file(data, size);
	MUST_HOLD(config_findings(&arena, path, &lines, &count, &err) == 0);
	for (i = 0; i < count; i++)
		MUST_HOLD(text_utf8_valid(lines[i], strlen(lines[i])));
	if (config_load(&arena, path, &config, &err) == 0) {
		MUST_HOLD(count == 0);
		text = print(&arena, config);
		write_file(text, strlen(text));
		MUST_HOLD(config_load(&arena, path, &again, &err) == 0);
		MUST_HOLD(strcmp(text, print(&arena, again)) == 0);
	} else {
		MUST_HOLD(count > 0 && err.code == ERR_CONFIG);
	}
	arena_done(&arena);
	return 0;
}
