/* Whole files: what is read, and what is refused instead of waited for or cut. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static void
a_file_is_read_whole_or_refused_with_the_reason(void **state)
{
	char dir[] = "/tmp/ctok-file-XXXXXX";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	char *path, *fifo, *bytes = NULL;
	size_t len = 0;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = arena_printf(&arena, "%s/file", dir);
	fifo = arena_printf(&arena, "%s/fifo", dir);

	assert_int_equal(file_read(&arena, "note", path, 10, &bytes, &len, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.message, arena_printf(&arena, "could not read note \"%s\": No such file or directory", path));
	err_reset(&err);

	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite("a\0b\n567890", 1, 10, file), 10);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(file_read(&arena, "note", path, 9, &bytes, &len, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.message, arena_printf(&arena, "could not read note \"%s\": larger than 9 bytes", path));
	assert_null(bytes);
	err_reset(&err);
	assert_int_equal(file_read(&arena, "note", path, 10, &bytes, &len, &err), 0);
	assert_int_equal(len, 10);
	assert_memory_equal(bytes, "a\0b\n567890", 11);

	/* Nobody writes to it: it must not be waited for. */
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(file_read(&arena, "note", fifo, 10, &bytes, &len, &err), -1);
	assert_string_equal(err.message, arena_printf(&arena, "could not read note \"%s\": not a regular file", fifo));
	err_reset(&err);
	assert_int_equal(file_read(&arena, "note", dir, 10, &bytes, &len, &err), -1);
	assert_string_equal(err.message, arena_printf(&arena, "could not read note \"%s\": not a regular file", dir));

	assert_int_equal(unlink(path) | unlink(fifo) | rmdir(dir), 0);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole_or_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
