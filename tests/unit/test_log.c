/* Log lines: their form, their levels, and that nothing from outside can forge one. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expect.h"

static char dir[] = "/tmp/ctok-test-log-XXXXXX";
static char file[64], captured[64];

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(file, sizeof(file), "%s/log", dir);
	(void)snprintf(captured, sizeof(captured), "%s/stderr", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(file);
	(void)unlink(captured);
	return rmdir(dir);
}

/* Everything a file holds; the file is removed. */
static const char *
take(const char *name)
{
	static char text[200000];
	FILE *f = fopen(name, "r");
	size_t len;

	if (f == NULL)
		return "";
	len = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f);
	(void)unlink(name);
	text[len] = '\0';
	return text;
}

/* Lines of the log file, each without its time stamp, whose form is checked. */
static const char *
take_log(void)
{
	static char text[200000];
	const char *from = take(file);
	regex_t stamp;
	size_t len = 0;

	assert_int_equal(regcomp(&stamp, "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z ", REG_EXTENDED | REG_NOSUB), 0);
	while (*from != '\0') {
		size_t line = strcspn(from, "\n") + 1;

		assert_int_equal(regexec(&stamp, from, 0, NULL, 0), 0);
		memcpy(text + len, from + 21, line - 21);
		len += line - 21;
		from += line;
	}
	regfree(&stamp);
	text[len] = '\0';
	return text;
}

static int saved_stderr = -1;

static void
capture(void)
{
	int fd = open(captured, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

	assert_true(fd >= 0);
	saved_stderr = dup(STDERR_FILENO);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	(void)close(fd);
}

static const char *
release(void)
{
	assert_int_equal(dup2(saved_stderr, STDERR_FILENO), STDERR_FILENO);
	(void)close(saved_stderr);
	return take(captured);
}

static void
begin(enum log_level file_level, enum log_level stderr_level)
{
	struct err err = ERR_INIT;

	expect_ok("open", log_open("ctok-test", file, file_level, stderr_level, &err), &err);
	log_run(0);
}

static void
lines_carry_level_job_run_text_and_fields(void **state)
{
	(void)state;
	begin(LOG_INFO, LOG_ERROR);
	log_event(LOG_INFO, LOG_PLAIN, "begin");
	log_run(42);
	log_event(LOG_WARN, LOG_FIELDS({ "source", "shop" }, { "rows", "12" }), "%d rows, skipping", 12);
	log_event(LOG_INFO, LOG_FIELDS({ "queued again=", "1" }), "end");
	log_close();
	expect_text("lines", take_log(),
	    "info ctok-test - begin\nwarn ctok-test 42 12 rows, skipping source=shop rows=12\ninfo ctok-test 42 end "
	    "queued_again_=1\n");
}

static void
odd_values_are_quoted_and_escaped(void **state)
{
	static const struct {
		const char *title, *value, *line;
	} cases[] = {
		{ "plain", "a-b:c/d", "a-b:c/d" },
		{ "absent", NULL, "-" },
		{ "empty", "", "\"\"" },
		{ "a blank", "a b", "\"a b\"" },
		{ "a quote", "a\"b", "\"a\\\"b\"" },
		{ "a backslash", "a\\b", "\"a\\\\b\"" },
		{ "an equals sign", "a=b", "\"a=b\"" },
		{ "a line", "a\nerror ctok-test - forged", "\"a\\nerror ctok-test - forged\"" },
		{ "a carriage return and a tab", "a\r\tb", "\"a\\r\\tb\"" },
		{ "an escape sequence", "\033[2J", "\"\\x1b[2J\"" },
		{ "DEL", "a\177", "\"a\\x7f\"" },
		{ "a C1 control", "a\302\233b", "\"a\\u009bb\"" },
		{ "a bidi override", "a\342\200\256b", "\"a\\u202eb\"" },
		{ "a line separator", "a\342\200\250b", "\"a\\u2028b\"" },
		{ "a byte that is no UTF-8", "a\377b", "\"a\\xffb\"" },
		{ "a cut character", "a\303", "\"a\\xc3\"" },
		{ "other scripts", "Đức", "Đức" },
	};
	char expected[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		begin(LOG_INFO, LOG_ERROR);
		log_event(LOG_INFO, LOG_FIELDS({ "v", cases[i].value }), "x");
		log_close();
		(void)snprintf(expected, sizeof(expected), "info ctok-test - x v=%s\n", cases[i].line);
		expect_text(cases[i].title, take_log(), expected);
	}
	begin(LOG_INFO, LOG_ERROR);
	log_event(LOG_INFO, LOG_PLAIN, "two\nlines \"quoted\" \\ \377");
	log_close();
	expect_text("the text itself", take_log(), "info ctok-test - two\\nlines \"quoted\" \\ \\xff\n");
}

static void
each_destination_has_its_own_level(void **state)
{
	struct err err = ERR_INIT;
	const char *shown;

	(void)state;
	capture();
	begin(LOG_DEBUG, LOG_WARN);
	log_event(LOG_DEBUG, LOG_PLAIN, "d");
	log_event(LOG_INFO, LOG_PLAIN, "i");
	log_event(LOG_WARN, LOG_FIELDS({ "k", "v" }), "w");
	log_close();
	shown = release();
	expect_text("stderr", shown, "ctok-test: warn: w k=v\n");
	expect_text("file", take_log(), "debug ctok-test - d\ninfo ctok-test - i\nwarn ctok-test - w k=v\n");

	capture();
	expect_ok("no file", log_open("ctok-test", NULL, LOG_DEBUG, LOG_INFO, &err), &err);
	log_event(LOG_INFO, LOG_PLAIN, "i");
	log_event(LOG_DEBUG, LOG_PLAIN, "d");
	shown = release();
	expect_text("stderr without a file", shown, "ctok-test: info: i\n");
}

static void
an_error_is_shown_once_with_its_hint(void **state)
{
	struct err err = ERR_INIT, bare = ERR_INIT;
	const char *shown;

	(void)state;
	(void)err_set(&err, ERR_CONFIG, "tenant \"%s\" is not known", "acme");
	(void)err_hint(&err, "Look into the file.");
	(void)err_set(&bare, ERR_SERVICE, "down");
	capture();
	begin(LOG_INFO, LOG_WARN);
	log_err(LOG_ERROR, &err);
	log_err(LOG_WARN, &bare);
	log_close();
	shown = release();
	expect_text(
	    "stderr", shown, "ctok-test: error: tenant \"acme\" is not known\nHINT: Look into the file.\nctok-test: warn: down\n");
	expect_text("file", take_log(),
	    "error ctok-test - tenant \"acme\" is not known code=ERR_CONFIG hint=\"Look into the file.\"\nwarn ctok-test - down "
	    "code=ERR_SERVICE\n");
}

static void
a_line_too_long_is_cut_but_ends(void **state)
{
	static char big[100001];
	const char *text;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	begin(LOG_INFO, LOG_ERROR);
	log_event(LOG_INFO, LOG_FIELDS({ "a", "1" }), "%s", big);
	log_event(LOG_INFO, LOG_PLAIN, "next");
	log_close();
	text = take_log();
	assert_true(strlen(text) < 70000);
	assert_non_null(strstr(text, "\ninfo ctok-test - next\n"));
}

static void
lines_are_appended_and_the_mode_kept(void **state)
{
	struct stat st;

	(void)state;
	(void)umask(077);
	begin(LOG_INFO, LOG_ERROR);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	log_event(LOG_INFO, LOG_PLAIN, "one");
	assert_int_equal(chmod(file, 0600), 0);
	begin(LOG_INFO, LOG_ERROR);
	log_event(LOG_INFO, LOG_PLAIN, "two");
	log_close();
	log_close();
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	expect_text("lines", take_log(), "info ctok-test - one\ninfo ctok-test - two\n");
}

static void
a_file_that_cannot_be_opened_is_named(void **state)
{
	struct err err = ERR_INIT;
	char missing[100], message[300];

	(void)state;
	(void)snprintf(missing, sizeof(missing), "%s/none/log", dir);
	(void)snprintf(message, sizeof(message), "could not open log file \"%s\": No such file or directory", missing);
	assert_int_equal(log_open("ctok-test", missing, LOG_INFO, LOG_WARN, &err), -1);
	expect_err("missing directory", &err, ERR_CREATE, message);
}

static void
a_full_disk_is_said_once(void **state)
{
	struct err err = ERR_INIT;
	const char *shown;

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	capture();
	expect_ok("open", log_open("ctok-test", "/dev/full", LOG_INFO, LOG_ERROR, &err), &err);
	log_event(LOG_INFO, LOG_PLAIN, "one");
	log_event(LOG_INFO, LOG_PLAIN, "two");
	log_close();
	shown = release();
	expect_text("stderr", shown, "ctok-test: warn: could not write to the log file, its lines are lost\n");
}

static void
a_status_line_stays_below_the_log(void **state)
{
	struct err err = ERR_INIT;
	const char *shown;

	(void)state;
	capture();
	expect_ok("open", log_open("ctok-test", NULL, LOG_INFO, LOG_WARN, &err), &err);
	log_status(NULL);
	log_status("50 %");
	log_event(LOG_WARN, LOG_PLAIN, "w");
	log_status(NULL);
	log_event(LOG_WARN, LOG_PLAIN, "x");
	shown = release();
	expect_text("stderr", shown, "\r\033[K50 %\r\033[Kctok-test: warn: w\n50 %\r\033[Kctok-test: warn: x\n");
}

static void
levels_by_name(void **state)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	struct err err = ERR_INIT;
	enum log_level level;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++) {
		expect_ok(names[i], log_level_parse(names[i], &level, &err), &err);
		assert_int_equal(level, i);
	}
	assert_int_equal(log_level_parse("Info", &level, &err), -1);
	expect_err("case counts", &err, ERR_USAGE, "\"Info\" is not a log level: error, warn, info or debug");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_carry_level_job_run_text_and_fields),
		cmocka_unit_test(odd_values_are_quoted_and_escaped),
		cmocka_unit_test(each_destination_has_its_own_level),
		cmocka_unit_test(an_error_is_shown_once_with_its_hint),
		cmocka_unit_test(a_line_too_long_is_cut_but_ends),
		cmocka_unit_test(lines_are_appended_and_the_mode_kept),
		cmocka_unit_test(a_file_that_cannot_be_opened_is_named),
		cmocka_unit_test(a_full_disk_is_said_once),
		cmocka_unit_test(a_status_line_stays_below_the_log),
		cmocka_unit_test(levels_by_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
