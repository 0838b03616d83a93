/* Errors, exit codes, arenas, buffers, text and retry. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/exit.h"
#include "base/retry.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"

/* err */

static void
an_error_keeps_code_message_and_hint(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, ERR_DATA, "row %d is bad", 3), -1);
	assert_int_equal(err_hint(&err, "Mend it."), -1);
	assert_int_equal(err_wrap(&err, "could not read \"%s\"", "a.csv"), -1);
	expect_err("wrapped", &err, ERR_DATA, "could not read \"a.csv\": row 3 is bad");
	expect_text("hint", err.hint, "Mend it.");
	err_reset(&err);
	expect_err("reset", &err, ERR_NONE, "");
	expect_text("hint reset", err.hint, "");
}

static void
messages_are_one_line_of_utf8(void **state)
{
	static const struct {
		const char *title, *in, *out;
	} cases[] = {
		{ "lines of a library", "connection failed:\n\trefused\n", "connection failed: refused" },
		{ "control characters", "a\033[2Jb", "a [2Jb" },
		{ "blanks around", "  a  ", "a" },
		{ "other scripts", "Đức \346\227\245", "Đức \346\227\245" },
		{ "a stray byte", "a\377b", "a?b" },
		{ "a cut character", "a\346\227", "a?" },
		{ "a surrogate", "a\355\240\200b", "a?b" },
		{ "a C1 control", "a\302\205b", "a b" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;

		(void)err_set(&err, ERR_SERVICE, "%s", cases[i].in);
		expect_err(cases[i].title, &err, ERR_SERVICE, cases[i].out);
	}
}

static void
a_long_message_is_cut_at_a_character(void **state)
{
	char text[3001];
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++)
		memcpy(text + 3 * i, "\346\227\245", 3);
	text[3000] = '\0';
	(void)err_set(&err, ERR_DATA, "%s", text);
	assert_true(strlen(err.message) > 1000 && strlen(err.message) < sizeof(err.message));
	assert_true(text_utf8_valid(err.message, strlen(err.message)));
	assert_null(strchr(err.message, '?'));
	(void)err_wrap(&err, "a%s", text);
	assert_true(text_utf8_valid(err.message, strlen(err.message)));
	assert_null(strchr(err.message, '?'));
}

static void
codes_have_names_exits_and_retry(void **state)
{
	(void)state;
	assert_string_equal(err_name(ERR_INCOMPLETE), "ERR_INCOMPLETE");
	assert_int_equal(err_exit(ERR_INCOMPLETE), 12);
	assert_int_equal(err_exit(ERR_CONFIG), 78);
	assert_true(err_retryable(ERR_SERVICE));
	assert_false(err_retryable(ERR_DOUBT));
}

/* Exit status of a child that runs ${fn}; standard error is closed to keep the tests quiet. */
static int
child(void (*fn)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
set_twice(void)
{
	struct err err = ERR_INIT;

	(void)err_set(&err, ERR_DATA, "one");
	(void)err_set(&err, ERR_DATA, "two");
}

static void
wrap_nothing(void)
{
	struct err err = ERR_INIT;

	(void)err_wrap(&err, "context");
}

static void
too_much_memory(void)
{
	struct arena arena = ARENA_INIT;

	(void)arena_array(&arena, SIZE_MAX / 2, 4);
}

static void
our_own_mistakes_end_the_program(void **state)
{
	(void)state;
	assert_int_equal(child(set_twice), 70);
	assert_int_equal(child(wrap_nothing), 70);
	assert_int_equal(child(too_much_memory), 71);
}

static void
the_worse_exit_code_wins(void **state)
{
	static const int order[] = { 64, 70, 71, 78, 77, 74, 73, 75, 69, 12, 65, 11, 10, 0 };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT_OF(order); i++)
		for (j = 0; j < COUNT_OF(order); j++)
			assert_int_equal(exit_worse(order[i], order[j]), order[i < j ? i : j]);
	/* One we do not know is a fault of ours. */
	assert_int_equal(exit_worse(0, 99), 99);
	assert_int_equal(exit_worse(99, 78), 99);
}

/* arena */

static void
arena_memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena arena = ARENA_INIT;
	unsigned char *p[200];
	size_t i, j, round;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < COUNT_OF(p); i++) {
			p[i] = arena_alloc(&arena, i * 37);
			assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
			for (j = 0; j < i * 37; j++)
				assert_int_equal(p[i][j], 0);
			memset(p[i], (int)i, i * 37);
		}
		for (i = 0; i < COUNT_OF(p); i++)
			for (j = 0; j < i * 37; j++)
				assert_int_equal(p[i][j], (unsigned char)i);
		assert_true(arena.used_bytes >= 199 * 200 / 2 * 37);
		arena_reset(&arena);
		assert_int_equal(arena.used_bytes, 0);
	}
	/* Larger than any block, and the small ones go on beside it. */
	p[0] = arena_alloc(&arena, (size_t)5 << 20);
	p[1] = arena_alloc(&arena, 10);
	memset(p[0], 1, (size_t)5 << 20);
	assert_int_equal(p[1][0], 0);
	arena_done(&arena);
	arena_done(&arena);
	assert_null(arena.head);
}

static void
arena_strings(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	expect_text("copy", arena_strdup(&arena, "abc"), "abc");
	assert_null(arena_strdup(&arena, NULL));
	expect_text("cut", arena_strndup(&arena, "abc", 2), "ab");
	expect_text("shorter than asked", arena_strndup(&arena, "abc", 9), "abc");
	assert_null(arena_strndup(&arena, NULL, 2));
	expect_text("formatted", arena_printf(&arena, "%s-%05d", "x", 42), "x-00042");
	arena_done(&arena);
}

/* buf */

static void
a_buffer_grows_up_to_its_maximum(void **state)
{
	struct err err = ERR_INIT;
	struct buf buf;
	size_t i;

	(void)state;
	buf_init(&buf, 1000);
	assert_int_equal(buf.len, 0);
	expect_text("empty", buf.data, "");
	for (i = 0; i < 100; i++)
		buf_printf(&buf, "%09zu,", i);
	assert_int_equal(buf.len, 1000);
	assert_false(buf.overflow);
	expect_ok("full", buf_check(&buf, "the page", &err), &err);
	buf_add(&buf, "", 0);
	assert_false(buf.overflow);
	buf_char(&buf, 'x');
	assert_true(buf.overflow);
	assert_int_equal(buf.len, 1000);
	assert_int_equal(buf_check(&buf, "the page", &err), -1);
	expect_err("overflow", &err, ERR_DATA, "the page is larger than 1000 bytes");
	buf_reset(&buf);
	buf_text(&buf, "again");
	assert_false(buf.overflow);
	expect_text("after a reset", buf.data, "again");
	buf_done(&buf);
	buf_done(&buf);
	expect_text("done", buf.data, "");
}

static void
an_append_that_does_not_fit_adds_nothing(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 8);
	buf_text(&buf, "12345");
	buf_text(&buf, "6789");
	expect_text("whole appends only", buf.data, "12345");
	/* Once over, even what would fit is left out: the content stays a prefix. */
	buf_char(&buf, '6');
	expect_text("a prefix", buf.data, "12345");
	buf_done(&buf);
}

/* text */

static void
utf8_is_checked(void **state)
{
	static const struct {
		const char *title, *text;
		bool valid;
	} cases[] = {
		{ "ASCII", "abc", true },
		{ "empty", "", true },
		{ "two bytes", "\303\244", true },
		{ "three bytes", "\346\227\245", true },
		{ "four bytes", "\360\240\256\267", true },
		{ "the last code point", "\364\217\277\277", true },
		{ "before the surrogates", "\355\237\277", true },
		{ "beyond the last", "\364\220\200\200", false },
		{ "a surrogate", "\355\240\200", false },
		{ "overlong in two", "\300\257", false },
		{ "overlong in three", "\340\200\257", false },
		{ "overlong in four", "\360\200\200\257", false },
		{ "a lone continuation", "\200", false },
		{ "a cut sequence", "\346\227", false },
		{ "a cut sequence before a letter", "\346\227a", false },
		{ "five bytes", "\370\210\200\200\200", false },
		{ "Latin-1", "caf\351", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		if (text_utf8_valid(cases[i].text, strlen(cases[i].text)) != cases[i].valid)
			fail_msg("%s", cases[i].title);
	assert_true(text_utf8_valid("a\0b", 3));
}

static void
every_code_point_comes_back(void **state)
{
	char bytes[5];
	uint32_t c, back;
	size_t len;

	(void)state;
	for (c = 1; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		len = text_put(c, bytes);
		bytes[len] = '\0';
		if (!text_utf8_valid(bytes, len) || text_next(bytes, &back) != bytes + len || back != c || text_count(bytes) != 1)
			fail_msg("U+%04X", (unsigned)c);
	}
	assert_ptr_equal(text_next("", &back), "");
	assert_int_equal(back, 0);
}

static void
text_is_trimmed_and_looked_into(void **state)
{
	char back[3];
	struct arena arena = ARENA_INIT;

	(void)state;
	expect_text("blanks", text_trim(&arena, " \t a b \r\n"), "a b");
	expect_text("no-break, ideographic, zero width", text_trim(&arena, "\302\240\343\200\200\357\273\277a\342\200\213"), "a");
	expect_text("nothing left", text_trim(&arena, " \302\240 "), "");
	expect_text("nothing to trim", text_trim(&arena, "a"), "a");
	assert_int_equal(text_count("Đức"), 3);
	assert_true(text_has_control("a\tb"));
	assert_true(text_has_control("a\302\205b"));
	assert_true(text_has_control("\177"));
	assert_false(text_has_control("Đức \302\240"));
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal("", NULL));
	assert_false(text_equal(NULL, ""));
	assert_true(text_equal("a", "a"));
	assert_true(text_starts("abc", "ab"));
	assert_false(text_starts("a", "ab"));
	assert_true(text_ends("abc", "bc"));
	assert_false(text_ends("c", "bc"));
	assert_int_equal(text_distance("kitten", 6, "sitting"), 3);
	assert_int_equal(text_distance("abc", 0, "abc"), 3);
	assert_int_equal(text_distance("abc", 3, "abc"), 0);
	assert_true(text_distance("0123456789012345678901234567890123456789012345678901234567890123", 64, "a") == SIZE_MAX);
	expect_text("hex", text_hex(&arena, "\000\177\377", 3), "007fff");
	assert_true(text_unhex("007fff", 6, back) && memcmp(back, "\000\177\377", 3) == 0);
	assert_false(text_unhex("007ff", 5, back) || text_unhex("007Ff0", 6, back) || text_unhex("00 fff", 6, back));
	arena_done(&arena);
}

static void
whole_numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
		const char *message;
	} cases[] = {
		{ "0", 0, NULL },
		{ "-0", 0, NULL },
		{ "007", 7, NULL },
		{ "9223372036854775807", INT64_MAX, NULL },
		{ "-9223372036854775808", INT64_MIN, NULL },
		{ "9223372036854775808", 0, "\"9223372036854775808\" is too large a number" },
		{ "-9223372036854775809", 0, "\"-9223372036854775809\" is too large a number" },
		{ "", 0, "\"\" is not a whole number" },
		{ "-", 0, "\"-\" is not a whole number" },
		{ "+1", 0, "\"+1\" is not a whole number" },
		{ " 1", 0, "\" 1\" is not a whole number" },
		{ "1.0", 0, "\"1.0\" is not a whole number" },
		{ "1e2", 0, "\"1e2\" is not a whole number" },
		{ "0x1", 0, "\"0x1\" is not a whole number" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		int64_t value = 77;

		if (cases[i].message == NULL) {
			expect_ok(cases[i].text, text_int64(cases[i].text, &value, &err), &err);
			assert_true(value == cases[i].value);
			continue;
		}
		assert_int_equal(text_int64(cases[i].text, &value, &err), -1);
		expect_err(cases[i].text, &err, ERR_DATA, cases[i].message);
		assert_int_equal(value, 77);
	}
}

/* retry */

static void
waits_double_up_to_the_cap(void **state)
{
	const struct retry policy = { .max_total_ms = 100000, .base_ms = 100, .cap_ms = 1000, .max_tries = 7, .seed = 42 };
	static const int64_t whole[] = { 100, 200, 400, 800, 1000, 1000 };
	struct retry_state state_a = { 0 }, state_b = { 0 };
	int64_t wait, again, sum = 0;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(whole); i++) {
		assert_true(retry_next(&policy, &state_a, -1, &wait));
		assert_true(wait >= whole[i] / 2 && wait <= whole[i]);
		sum += wait;
		/* The same seed waits the same. */
		assert_true(retry_next(&policy, &state_b, -1, &again));
		assert_int_equal(wait, again);
	}
	assert_int_equal(state_a.waited_ms, sum);
	assert_false(retry_next(&policy, &state_a, -1, &wait));
}

static void
a_server_may_ask_for_more_but_not_without_end(void **state)
{
	const struct retry policy = { .max_total_ms = 5000, .base_ms = 100, .cap_ms = 2000, .max_tries = 100, .seed = 1 };
	struct retry_state now = { 0 };
	int64_t wait = 0;

	(void)state;
	assert_true(retry_next(&policy, &now, 1500, &wait));
	assert_int_equal(wait, 1500);
	assert_true(retry_next(&policy, &now, 347162670, &wait));
	assert_int_equal(wait, 2000);
	assert_false(retry_next(&policy, &now, 2000, &wait));
	assert_int_equal(now.waited_ms, 3500);
}

static void
one_try_never_waits(void **state)
{
	const struct retry policy = { .max_total_ms = 5000, .base_ms = 100, .cap_ms = 2000, .max_tries = 1, .seed = 1 };
	struct retry_state now = { 0 };
	int64_t wait = 7;

	(void)state;
	assert_false(retry_next(&policy, &now, -1, &wait));
	assert_int_equal(wait, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_keeps_code_message_and_hint),
		cmocka_unit_test(messages_are_one_line_of_utf8),
		cmocka_unit_test(a_long_message_is_cut_at_a_character),
		cmocka_unit_test(codes_have_names_exits_and_retry),
		cmocka_unit_test(our_own_mistakes_end_the_program),
		cmocka_unit_test(the_worse_exit_code_wins),
		cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(arena_strings),
		cmocka_unit_test(a_buffer_grows_up_to_its_maximum),
		cmocka_unit_test(an_append_that_does_not_fit_adds_nothing),
		cmocka_unit_test(utf8_is_checked),
		cmocka_unit_test(every_code_point_comes_back),
		cmocka_unit_test(text_is_trimmed_and_looked_into),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(waits_double_up_to_the_cap),
		cmocka_unit_test(a_server_may_ask_for_more_but_not_without_end),
		cmocka_unit_test(one_try_never_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
