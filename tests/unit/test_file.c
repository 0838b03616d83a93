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
#include "base/stage.h"

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

static void
directories_are_made_with_exactly_their_mode(void **state)
{
	char dir[] = "/tmp/ctok-file-XXXXXX";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct stat st;
	mode_t old;
	char *a, *b, *c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	a = arena_printf(&arena, "%s/a", dir);
	b = arena_printf(&arena, "%s/a/b", dir);
	c = arena_printf(&arena, "%s/a/b/c", dir);
	old = umask(077);
	assert_int_equal(file_make_dirs(&arena, b, 0751, &err), 0);
	assert_int_equal(stat(a, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0751);
	assert_int_equal(stat(b, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0751);
	/* What is there stays as it is. */
	assert_int_equal(file_make_dirs(&arena, c, 0700, &err), 0);
	assert_int_equal(stat(b, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0751);
	assert_int_equal(file_make_dirs(&arena, c, 0750, &err), 0);
	assert_int_equal(stat(c, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	(void)umask(old);
	assert_int_equal(rmdir(c), 0);
	assert_int_equal(symlink("/dev/null", c), 0);
	assert_int_equal(file_make_dirs(&arena, arena_printf(&arena, "%s/d", c), 0700, &err), -1);
	assert_int_equal(err.code, ERR_CREATE);
	assert_string_equal(err.message, arena_printf(&arena, "could not make directory \"%s\": something else has that name", c));
	err_reset(&err);
	assert_int_equal(unlink(c), 0);
	assert_int_equal(file_make_dirs(&arena, "/proc/none/d", 0700, &err), -1);
	assert_int_equal(err.code, ERR_CREATE);
	assert_string_equal(err.message, "could not make directory \"/proc/none\": No such file or directory");
	assert_int_equal(rmdir(b), 0);
	assert_int_equal(rmdir(a), 0);
	assert_int_equal(rmdir(dir), 0);
	arena_done(&arena);
}

static void
a_file_is_written_whole_or_not_at_all(void **state)
{
	char dir[] = "/tmp/ctok-file-XXXXXX";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	char *path, *bytes;
	size_t len;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = arena_printf(&arena, "%s/file", dir);
	assert_int_equal(file_write(path, "first", 5, &err), 0);
	assert_int_equal(file_write(path, "a\0b", 3, &err), 0);
	assert_int_equal(file_read(&arena, "note", path, 10, &bytes, &len, &err), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(bytes, "a\0b", 3);
	assert_int_equal(file_write(arena_printf(&arena, "%s/none/file", dir), "x", 1, &err), -1);
	assert_int_equal(err.code, ERR_CREATE);
	assert_int_equal(unlink(path), 0);
	/* No stage is left beside it. */
	assert_int_equal(rmdir(dir), 0);
	arena_done(&arena);
}

static void
what_killed_programs_left_is_swept_and_nothing_else(void **state)
{
	char dir[] = "/tmp/ctok-file-XXXXXX";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct stage *running = NULL;
	char *left, *half, *other;

	(void)state;
	assert_non_null(mkdtemp(dir));
	left = arena_printf(&arena, "%s/.acme-1.xlsx.tmp", dir);
	half = arena_printf(&arena, "%s/file", left);
	other = arena_printf(&arena, "%s/acme-1.tmp", dir);
	assert_int_equal(mkdir(left, 0700) | mkdir(other, 0700), 0);
	assert_int_equal(file_write(half, "half", 4, &err), 0);
	assert_int_equal(stage_open(arena_printf(&arena, "%s/acme-2.xlsx", dir), &running, &err), 0);
	stage_sweep(dir);
	assert_int_equal(access(left, F_OK), -1);
	assert_int_equal(access(stage_dir(running), F_OK), 0);
	assert_int_equal(access(other, F_OK), 0);
	stage_close(running);
	stage_sweep(arena_printf(&arena, "%s/none", dir));
	assert_int_equal(rmdir(other) | rmdir(dir), 0);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole_or_refused_with_the_reason),
		cmocka_unit_test(directories_are_made_with_exactly_their_mode),
		cmocka_unit_test(a_file_is_written_whole_or_not_at_all),
		cmocka_unit_test(what_killed_programs_left_is_swept_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
