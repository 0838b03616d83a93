/* base/crew: processes that reckon beside us. */
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crew.h"
#include "expect.h"

/* Answers "REQUEST!", with errors and deaths for those that ask for them. */
static int
work(void *context, const char *request, size_t len, struct buf *answer, struct err *err)
{
	const char *mark = context;

	if (strcmp(request, "fail") == 0)
		return err_set(err, ERR_DATA, "it is no good");
	if (strcmp(request, "die") == 0)
		(void)raise(SIGKILL);
	if (strcmp(request, "leave") == 0)
		_exit(3);
	buf_add(answer, request, len);
	buf_text(answer, mark);
	return 0;
}

static char mark[] = "!";

static void
answers_come_in_the_order_of_requests(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct crew *crew;
	const char *answer, *text;
	size_t len, i;

	(void)state;
	expect_ok("open", crew_open(&arena, 3, work, mark, &crew, &err), &err);
	for (i = 0; i < 30; i++) {
		if (crew_idle(crew) == 0) {
			assert_int_equal(crew_waiting(crew), 3);
			expect_ok("take", crew_take(crew, &answer, &len, &err), &err);
			expect_text("answer", arena_strndup(&arena, answer, len), arena_printf(&arena, "request %zu!", i - 3));
		}
		text = arena_printf(&arena, "request %zu", i);
		expect_ok("give", crew_give(crew, text, strlen(text), &err), &err);
	}
	crew_close(crew);
	arena_done(&arena);
}

/* More than a socket holds, in both directions. */
static void
requests_and_answers_may_be_long(void **state)
{
	const size_t size = (size_t)3 * 1024 * 1024;
	struct arena arena = ARENA_INIT;
	char *text = arena_alloc(&arena, size + 1);
	struct err err = ERR_INIT;
	struct crew *crew;
	const char *answer;
	size_t len;

	(void)state;
	memset(text, 'x', size);
	expect_ok("open", crew_open(&arena, 2, work, mark, &crew, &err), &err);
	expect_ok("give", crew_give(crew, text, size, &err), &err);
	expect_ok("give", crew_give(crew, text, size, &err), &err);
	expect_ok("take", crew_take(crew, &answer, &len, &err), &err);
	assert_int_equal(len, size + 1);
	assert_memory_equal(answer, text, size);
	crew_close(crew);
	arena_done(&arena);
}

static void
what_goes_wrong_is_said(void **state)
{
	static const struct {
		const char *request, *why;
		enum err_code code;
	} cases[] = {
		{ "fail", "it is no good", ERR_DATA },
		{ "die", "a helping process ended: killed by signal 9", ERR_SYSTEM },
		{ "leave", "a helping process ended: exit code 3", ERR_SYSTEM },
	};
	struct arena arena = ARENA_INIT;
	struct crew *crew;
	const char *answer;
	size_t len, i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;

		expect_ok("open", crew_open(&arena, 2, work, mark, &crew, &err), &err);
		expect_ok("give", crew_give(crew, cases[i].request, strlen(cases[i].request), &err), &err);
		assert_int_equal(crew_take(crew, &answer, &len, &err), -1);
		assert_int_equal(err.code, cases[i].code);
		expect_text(cases[i].request, err.message, cases[i].why);
		crew_close(crew);
	}
	crew_close(NULL);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_in_the_order_of_requests),
		cmocka_unit_test(requests_and_answers_may_be_long),
		cmocka_unit_test(what_goes_wrong_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
