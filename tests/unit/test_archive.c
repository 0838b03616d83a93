/* Compressed files: lines that come back as written and errors for whatever is not whole; ZIP archives of another maker. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/gzip.h"
#include "adapter/unzip.h"
#include "base/arena.h"
#include "base/buf.h"
#include "expect.h"

static char dir[] = "/tmp/ctok-archive-XXXXXX";
static struct arena arena = ARENA_INIT;

static const char *
at(const char *name)
{
	return arena_printf(&arena, "%s/%s", dir, name);
}

static void
python(const char *program)
{
	FILE *pipe = popen("/usr/bin/python3 -", "w");

	assert_non_null(pipe);
	fprintf(pipe, "import os, zipfile, gzip\nos.chdir('%s')\n%s", dir, program);
	assert_int_equal(pclose(pipe), 0);
}

/* ---- gzip ---- */

static void
write_lines(const char *name, size_t count, size_t width)
{
	struct gzip *gzip = NULL;
	struct err err = ERR_INIT;
	char *line = arena_alloc(&arena, width + 40);
	size_t i, len;

	(void)unlink(at(name));
	expect_ok("create", gzip_create(at(name), &gzip, &err), &err);
	for (i = 0; i < count; i++) {
		len = (size_t)snprintf(line, 40, "line %zu ", i);
		memset(line + len, 'a' + (int)(i % 26), i % (width + 1));
		len += i % (width + 1);
		line[len++] = '\n';
		expect_ok("write", gzip_write(gzip, line, len, &err), &err);
	}
	expect_ok("finish", gzip_finish(gzip, &err), &err);
	gzip_close(gzip);
}

/* Read to the end: the lines; or -1 and ${err}. */
static long
read_lines(const char *name, size_t max, struct err *err)
{
	struct gzip *gzip = NULL;
	char *line = NULL;
	size_t len;
	long count = 0;

	if (gzip_open(at(name), max, &gzip, err) != 0)
		return -1;
	for (;;) {
		if (gzip_line(gzip, &line, &len, err) != 0) {
			count = -1;
			break;
		}
		if (line == NULL)
			break;
		if (strlen(line) != len || strncmp(line, "line ", 5) != 0 || atol(line + 5) != count)
			fail_msg("line %ld came back as \"%.60s\"", count, line);
		count++;
	}
	gzip_close(gzip);
	return count;
}

static void
lines_come_back_as_written(void **state)
{
	static const struct {
		size_t count, width;
	} cases[] = { { 0, 0 }, { 1, 0 }, { 3, 10 }, { 70000, 3 }, { 500, 200000 / 500 }, { 40, 200000 } };
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		write_lines("lines.gz", cases[i].count, cases[i].width);
		assert_int_equal(read_lines("lines.gz", 300000, &err), cases[i].count);
	}
	/* Another reader understands it, and we another writer's. */
	write_lines("lines.gz", 1000, 50);
	python("lines = gzip.open('lines.gz', 'rb').read().splitlines()\n"
	       "assert len(lines) == 1000 and lines[7].startswith(b'line 7 hhh')\n"
	       "gzip.open('theirs.gz', 'wb').write(b'line 0\\nline 1\\n')\n"
	       "open('joined.gz', 'wb').write(open('theirs.gz', 'rb').read() * 2)\n"
	       "gzip.open('open.gz', 'wb').write(b'line 0\\nline 1')\n");
	assert_int_equal(read_lines("theirs.gz", 100, &err), 2);
}

static void
files_that_are_not_whole_are_refused(void **state)
{
	struct err err = ERR_INIT;
	struct gzip *gzip = NULL;
	struct stat st;
	off_t len;
	int fd, step;

	(void)state;
	write_lines("whole.gz", 2000, 30);
	assert_int_equal(stat(at("whole.gz"), &st), 0);
	for (len = st.st_size - 1, step = 1; len > 0; len -= step, step = step < 97 ? step + 1 : step) {
		assert_int_equal(truncate(at("whole.gz"), len), 0);
		assert_int_equal(read_lines("whole.gz", 100, &err), -1);
		expect_err("cut", &err, ERR_DATA, "compressed file is cut");
		err_reset(&err);
	}
	write_lines("changed.gz", 2000, 30);
	assert_int_equal(stat(at("changed.gz"), &st), 0);
	assert_true((fd = open(at("changed.gz"), O_WRONLY)) >= 0);
	assert_int_equal(pwrite(fd, "\x55\xaa", 2, st.st_size - 6), 2); /* CRC and length */
	close(fd);
	assert_int_equal(read_lines("changed.gz", 100, &err), -1);
	expect_err("changed", &err, ERR_DATA, "compressed file is damaged: incorrect data check");
	err_reset(&err);
	assert_int_equal(read_lines("joined.gz", 100, &err), -1);
	expect_err("two in one", &err, ERR_DATA, "compressed file goes on after its end");
	err_reset(&err);
	assert_int_equal(read_lines("open.gz", 100, &err), -1);
	expect_err("an open line", &err, ERR_DATA, "last line of a compressed file has no newline");
	err_reset(&err);
	write_lines("wide.gz", 102, 200);
	assert_int_equal(read_lines("wide.gz", 100, &err), -1);
	expect_err("a long line", &err, ERR_DATA, "line of a compressed file is larger than 100 bytes");
	err_reset(&err);
	assert_int_equal(gzip_open(at("none.gz"), 100, &gzip, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	err_reset(&err);
	assert_int_equal(gzip_create(at("wide.gz"), &gzip, &err), -1);
	expect_err("it exists", &err, ERR_CREATE, arena_printf(&arena, "could not create \"%s\": File exists", at("wide.gz")));
}

/* ---- unzip ---- */

static int
gather(const char *bytes, size_t len, void *context, struct err *err)
{
	(void)err;
	buf_add(context, bytes, len);
	return 0;
}

static int
refuse(const char *bytes, size_t len, void *context, struct err *err)
{
	(void)bytes;
	(void)len;
	(void)context;
	return err_set(err, ERR_REJECTED, "not wanted");
}

static void
members_of_another_maker(void **state)
{
	static const char *const names[] = { "a/stored.txt", "deflated.txt", "empty", "zip64.txt" };
	static const size_t sizes[] = { 5, 700000, 0, 300000 };
	struct err err = ERR_INIT;
	struct unzip *unzip = NULL;
	struct buf buf;
	size_t i;

	(void)state;
	python("z = zipfile.ZipFile('theirs.zip', 'w')\n"
	       "z.writestr('a/stored.txt', 'hello', zipfile.ZIP_STORED)\n"
	       "z.writestr('deflated.txt', 'abcdefg' * 100000, zipfile.ZIP_DEFLATED)\n"
	       "z.writestr('empty', '')\n"
	       "info = zipfile.ZipInfo('zip64.txt')\n"
	       "info.compress_type = zipfile.ZIP_DEFLATED\n"
	       "with z.open(info, 'w', force_zip64=True) as f: f.write(b'xyz' * 100000)\n"
	       "z.comment = b'PK\\5\\6 is not the end'\n"
	       "z.close()\n");
	expect_ok("open", unzip_open(at("theirs.zip"), &unzip, &err), &err);
	assert_int_equal(unzip_count(unzip), COUNT_OF(names));
	for (i = 0; i < COUNT_OF(names); i++) {
		buf_init(&buf, 1 << 20);
		expect_text("name", unzip_name(unzip, i), names[i]);
		assert_int_equal(unzip_size(unzip, i), sizes[i]);
		expect_ok(names[i], unzip_read(unzip, i, gather, &buf, &err), &err);
		assert_int_equal(buf.len, sizes[i]);
		if (i == 1)
			assert_int_equal(strncmp(buf.data + 699993, "abcdefg", 8), 0);
		buf_done(&buf);
	}
	assert_int_equal(unzip_read(unzip, 1, refuse, NULL, &err), -1);
	expect_err("the reader ends it", &err, ERR_REJECTED, "member \"deflated.txt\": not wanted");
	unzip_close(unzip);
}

/* Open and read everything; 0, or -1 and ${err}. */
static int
read_all(const char *name, struct err *err)
{
	struct unzip *unzip = NULL;
	struct buf buf;
	size_t i;
	int rc = 0;

	if (unzip_open(at(name), &unzip, err) != 0)
		return -1;
	buf_init(&buf, (size_t)64 << 20);
	for (i = 0; i < unzip_count(unzip) && rc == 0; i++)
		rc = unzip_read(unzip, i, gather, &buf, err);
	buf_done(&buf);
	unzip_close(unzip);
	return rc;
}

static void
archives_that_are_not_right_are_refused(void **state)
{
	static const struct {
		const char *title, *name, *message; /* after the archive's or the member's name */
	} cases[] = {
		{ "empty file", "nothing.zip", "is not a ZIP archive: it has 0 bytes" },
		{ "text", "text.zip", "is not a ZIP archive, or is cut: it has no end record" },
		{ "encrypted", "secret.zip", "member \"a\": is encrypted" },
		{ "unknown method", "method.zip", "member \"a\": has the unknown compression method 12" },
		{ "content changed", "crc.zip", "member \"a\": is damaged: its size or CRC-32 differs from the directory" },
		{ "more than declared", "bomb.zip", "member \"a\": holds more than the declared 5 bytes" },
		{ "directory beyond the end", "far.zip", "archive is cut: it needs 47 bytes at 1048575, and has 105 in all" },
		{ "more members than directory", "many.zip", "archive's directory is damaged: 9 members in 47 bytes" },
		{ "several volumes", "volumes.zip", "archive has several volumes" },
	};
	struct err err = ERR_INIT;
	struct stat st;
	size_t i;
	off_t len;

	(void)state;
	python("import struct\n"
	       "def make(name, method=0, change=lambda b: b):\n"
	       "    z = zipfile.ZipFile(name, 'w', method); z.writestr('a', 'A' * 5 if method == 0 else 'A' * 5000); z.close()\n"
	       "    b = bytearray(open(name, 'rb').read()); c = b.find(b'PK\\1\\2'); e = b.find(b'PK\\5\\6'); change(b, c, e)\n"
	       "    open(name, 'wb').write(b)\n"
	       "def put(at, fmt, value):\n"
	       "    return lambda b, c, e: struct.pack_into(fmt, b, (c if at[0] == 'c' else e) + int(at[1:]), value)\n"
	       "open('nothing.zip', 'wb'); open('text.zip', 'wb').write(b'hello ' * 100)\n"
	       "make('secret.zip', change=put('c8', '<H', 1))\n"
	       "make('method.zip', change=put('c10', '<H', 12))\n"
	       "make('crc.zip', change=lambda b, c, e: b.__setitem__(33, 66))\n"
	       "make('bomb.zip', 8, change=put('c24', '<I', 5))\n"
	       "make('far.zip', change=put('e16', '<I', 0xfffff))\n"
	       "make('many.zip', change=lambda b, c, e: struct.pack_into('<HH', b, e + 8, 9, 9))\n"
	       "make('volumes.zip', change=put('e4', '<H', 1))\n"
	       "make('whole.zip', 8, change=lambda b, c, e: b)\n");
	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *message = cases[i].message;

		if (strncmp(message, "member ", 7) != 0)
			message = arena_printf(&arena, "\"%s\": %s", at(cases[i].name), message);
		assert_int_equal(read_all(cases[i].name, &err), -1);
		expect_err(cases[i].title, &err, ERR_DATA, message);
		err_reset(&err);
	}
	expect_ok("whole", read_all("whole.zip", &err), &err);
	assert_int_equal(stat(at("whole.zip"), &st), 0);
	for (len = st.st_size - 1; len >= 0; len--) {
		assert_int_equal(truncate(at("whole.zip"), len), 0);
		assert_int_equal(read_all("whole.zip", &err), -1);
		err_reset(&err);
	}
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	char command[64];

	(void)state;
	arena_done(&arena);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_back_as_written),
		cmocka_unit_test(files_that_are_not_whole_are_refused),
		cmocka_unit_test(members_of_another_maker),
		cmocka_unit_test(archives_that_are_not_right_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
