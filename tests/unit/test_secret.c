/* Secrets by reference: what is read, what is refused, and that no message shows one. */
#define _DEFAULT_SOURCE /* setenv, mkdtemp */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"

static char dir[] = "/tmp/ctok-secret-XXXXXX";

static void
write_file(const char *name, const char *text, size_t len, mode_t mode)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int
make_dir(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	write_file("plain", "s3cret\n", 7, 0600);
	write_file("two", "a\nb\n", 4, 0400);
	write_file("open", "s3cret\n", 7, 0644);
	write_file("group", "s3cret\n", 7, 0660);
	write_file("empty", "\n", 1, 0600);
	write_file("zero", "a\0b", 3, 0600);
	return 0;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "plain", "two", "open", "group", "empty", "zero" };
	char path[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

/* What a reference gives: the value, or code and message. ${dir} is printed as "@". */
static void
expect(const char *reference, const char *value, enum err_code code, const char *message)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	char *got = NULL, full[512], text[512];
	const char *at;

	if (strchr(reference, '@') != NULL) {
		(void)snprintf(full, sizeof(full), "file:%s%s", dir, strchr(reference, '@') + 1);
		reference = full;
	}
	if (value != NULL) {
		assert_int_equal(config_secret(&arena, reference, "api_key", &got, &err), 0);
		assert_string_equal(got, value);
	} else {
		at = strchr(message, '@');
		if (at != NULL)
			(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - message), message, dir, at + 1);
		else
			(void)snprintf(text, sizeof(text), "%s", message);
		assert_int_equal(config_secret(&arena, reference, "api_key", &got, &err), -1);
		assert_int_equal(err.code, code);
		assert_string_equal(err.message, text);
		assert_null(got);
		assert_null(strstr(err.hint, "s3cret"));
	}
	arena_done(&arena);
}

static void
test_files(void **state)
{
	(void)state;
	expect("file:@/plain", "s3cret", ERR_NONE, NULL);
	expect("file:@/two", "a\nb", ERR_NONE, NULL);
	expect("file:@/open", NULL, ERR_REFUSED, "secret api_key (\"file:@/open\") may be used by others: its mode is 0644");
	expect("file:@/group", NULL, ERR_REFUSED, "secret api_key (\"file:@/group\") may be used by others: its mode is 0660");
	expect("file:@/empty", NULL, ERR_CONFIG, "secret api_key (\"file:@/empty\") is empty");
	expect("file:@/zero", NULL, ERR_CONFIG, "secret api_key (\"file:@/zero\") is not a short text");
	expect("file:@/none", NULL, ERR_CONFIG, "could not read secret api_key (\"file:@/none\"): No such file or directory");
	expect("file:@/", NULL, ERR_CONFIG, "secret api_key (\"file:@/\") is not a plain file");
}

static void
test_environment(void **state)
{
	(void)state;
	assert_int_equal(setenv("CTOK_TEST_SECRET", "s3cret", 1), 0);
	expect("env:CTOK_TEST_SECRET", "s3cret", ERR_NONE, NULL);
	assert_int_equal(unsetenv("CTOK_TEST_SECRET"), 0);
	expect("env:CTOK_TEST_SECRET", NULL, ERR_CONFIG,
	    "could not read secret api_key (\"env:CTOK_TEST_SECRET\"): the variable is not set");
}

static void
test_credentials(void **state)
{
	(void)state;
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	expect("cred:plain", NULL, ERR_CONFIG,
	    "could not read secret api_key (\"cred:plain\"): there are no systemd credentials here");
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", dir, 1), 0);
	expect("cred:plain", "s3cret", ERR_NONE, NULL);
	expect("cred:../plain", NULL, ERR_CONFIG, "secret api_key (\"cred:../plain\") does not name a credential");
}

static void
test_secret_written_in_the_configuration_is_not_shown(void **state)
{
	(void)state;
	expect("s3cret", NULL, ERR_CONFIG, "secret api_key is not a reference");
	expect("file:relative", NULL, ERR_CONFIG, "secret api_key is not a reference");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_credentials),
		cmocka_unit_test(test_secret_written_in_the_configuration_is_not_shown),
	};

	return cmocka_run_group_tests_name("secret", tests, make_dir, remove_dir);
}
