/* Asking a shop ahead, over real connections: the order of what is read stays, and what may go wrong with several requests under way. What is
 * common to all requests is tested by the kinds. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"
#include "webserver.h"

#include "base/clock.h"
#include "base/text.h"
#include "sales/shop.h"

#define PATHS 12

static char dir[] = "/tmp/ctok-shop-XXXXXX";
static struct web web;
static struct arena arena;
static struct shop *shop;
static int64_t slept_ms;
static unsigned stop_after; /* requests; 0: never */
static struct http_breaker breaker_of_shop;

static bool
is_stopped(void *context)
{
	bool stopped;

	(void)context;
	pthread_mutex_lock(&web.lock);
	stopped = stop_after > 0 && web.asked_count >= stop_after;
	pthread_mutex_unlock(&web.lock);
	return stopped;
}

static void
count_sleep(int64_t ms)
{
	slept_ms += ms;
}

static int
load(void *context, const char *called, struct http_breaker *breaker, struct err *err)
{
	(void)context;
	(void)err;
	*breaker = strstr(called, "/shop") != NULL ? breaker_of_shop : (struct http_breaker){ 0 };
	return 0;
}

static int
save(void *context, const char *called, const struct http_breaker *breaker, struct err *err)
{
	(void)context;
	(void)err;
	if (strstr(called, "/shop") != NULL)
		breaker_of_shop = *breaker;
	return 0;
}

static const char *
words(struct arena *to, const struct http_response *response, const struct json *error)
{
	(void)response;
	(void)error;
	return arena_printf(to, ".");
}

static const struct shop_refusal refusals[] = { { 0, .err = ERR_REJECTED, .says = "no" } };
static const struct shop_manner usual = {
	.retry = { .max_total_ms = 600000, .base_ms = 10, .cap_ms = 120000, .max_tries = 3 },
	.too_many_wait_ms = 60000,
	.idle_timeout_ms = 20000,
	.total_timeout_ms = 60000,
	.max_bytes = 1 << 20,
	.secret_name = "the key",
	.words = words,
	.refusals = refusals,
};

/* A shop of so many connections, and pages /0, /1, … that it is said to be asked for. */
static void
open_shop(const struct shop_manner *manner, int64_t connections, unsigned pages)
{
	static const char *allowed[] = { "localhost" };
	static const struct http_breaker_store store = { load, save, NULL };
	static struct config_source config;
	static struct sales_source source;
	static struct sales_sink sink;
	struct err err = ERR_INIT;
	unsigned i;

	config = (struct config_source){ .name = "shop", .connections = connections, .allow_private = { allowed, 1 } };
	config.url = arena_printf(&arena, "https://localhost:%u/shop/", web.port);
	config.ca_file = arena_printf(&arena, "%s/ca.pem", dir);
	source = (struct sales_source){ .config = &config, .secret = "k-1", .sleep_ms = count_sleep, .breaker = &store };
	sink = (struct sales_sink){ .stopped = is_stopped };
	slept_ms = 0;
	expect_ok("open", shop_open(&arena, &source, &sink, manner, &shop, &err), &err);
	for (i = 0; i < pages; i++)
		shop_expect(shop, "pages", arena_printf(&arena, "/%u", i));
}

static int
get(unsigned page, const struct http_response **response, struct err *err)
{
	return shop_get(&arena, shop, "pages", arena_printf(&arena, "/%u", page), response, err);
}

/* Each page says its own path; the earlier of a round come later. */
static struct web_answer
own_path(void *context, const struct web_asked *asked)
{
	const char *number = strrchr(asked->url, '/') + 1;

	return (struct web_answer){ .status = 200,
		.body = arena_printf(context, "\"%s\"", asked->url),
		.delay_ms = (unsigned)(40 - 10 * ((number[0] - '0') % 4)) };
}

static size_t
asked(void)
{
	size_t count;

	pthread_mutex_lock(&web.lock);
	count = web.asked_count;
	pthread_mutex_unlock(&web.lock);
	return count;
}

static void
what_is_expected_goes_out_together_and_comes_in_order(void **state)
{
	static const int64_t connections[] = { 0, 1, 4 };
	static struct arena bodies;
	size_t c;

	(void)state;
	for (c = 0; c < COUNT_OF(connections); c++) {
		const unsigned together = connections[c] > 1 ? (unsigned)connections[c] : 1;
		unsigned i;

		web_script(&web, NULL, 0);
		web.respond = own_path;
		web.context = &bodies;
		open_shop(&usual, connections[c], PATHS);
		for (i = 0; i < PATHS; i++) {
			const struct http_response *response = NULL;
			struct err err = ERR_INIT;

			expect_ok("page", get(i, &response, &err), &err);
			expect_text("its own answer", response->body, arena_printf(&arena, "\"/shop/%u\"", i));
			/* No more than one round is asked for before it is needed. */
			assert_int_equal(asked(), (i / together + 1) * together);
		}
		assert_int_equal(web.most_running, together);
		shop_close(shop);
		arena_done(&bodies);
	}
	web.respond = NULL;
}

/* The pages of a list, and what the rows of each need besides: an order in an order. */
static void
rounds_within_rounds(void **state)
{
	static struct arena bodies;
	unsigned page, row;

	(void)state;
	web_script(&web, NULL, 0);
	web.respond = own_path;
	web.context = &bodies;
	open_shop(&usual, 3, 6);
	for (page = 0; page < 6; page++) {
		const struct http_response *response = NULL;
		struct err err = ERR_INIT;
		size_t mark;

		expect_ok("page", get(page, &response, &err), &err);
		expect_text("a page", response->body, arena_printf(&arena, "\"/shop/%u\"", page));
		mark = shop_mark(shop);
		for (row = 0; row < 5; row++)
			shop_expect(shop, "rows", arena_printf(&arena, "/%u/rows/%u", page, row));
		for (row = 0; row < 4; row++) {
			expect_ok("row",
			    shop_get(&arena, shop, "rows", arena_printf(&arena, "/%u/rows/%u", page, row), &response, &err), &err);
			expect_text("a row", response->body, arena_printf(&arena, "\"/shop/%u/rows/%u\"", page, row));
		}
		/* The fifth was not needed. */
		shop_forget(shop, mark);
	}
	assert_in_range(asked(), 6 + 6 * 4, 6 + 6 * 5);
	/* What was forgotten and is asked for all the same is asked for anew. */
	{
		const struct http_response *response = NULL;
		struct err err = ERR_INIT;
		size_t before = asked();

		expect_ok("again", get(0, &response, &err), &err);
		assert_int_equal(asked(), before + 1);
	}
	shop_close(shop);
	arena_done(&bodies);
	web.respond = NULL;
}

/* Too many requests, for all four of a round; and a body that is cut each time, for one of them. */
static unsigned refused, cuts;

static struct web_answer
refuse_four(void *context, const struct web_asked *was_asked)
{
	(void)was_asked;
	return ++refused <= 4 ? (struct web_answer){ .status = 429, .delay_ms = 50 } : own_path(context, was_asked);
}

static struct web_answer
cut_the_third(void *context, const struct web_asked *was_asked)
{
	if (!text_ends(was_asked->url, "/2"))
		return own_path(context, was_asked);
	cuts++;
	return (struct web_answer){ .status = 200, .body = "\"half", .declared = 500 };
}

static struct web_answer
always(void *context, const struct web_asked *was_asked)
{
	const struct web_answer *answer = context;

	(void)was_asked;
	return *answer;
}

static void
too_many_requests_hold_all_of_them(void **state)
{
	static struct arena bodies;
	unsigned i;

	(void)state;
	web_script(&web, NULL, 0);
	web.respond = refuse_four;
	web.context = &bodies;
	refused = 0;
	open_shop(&usual, 4, 4);
	for (i = 0; i < 4; i++) {
		const struct http_response *response = NULL;
		struct err err = ERR_INIT;

		expect_ok("page", get(i, &response, &err), &err);
		expect_text("its own answer", response->body, arena_printf(&arena, "\"/shop/%u\"", i));
	}
	assert_int_equal(asked(), 8);
	/* A minute once, not for each. */
	assert_in_range(slept_ms, 59000, 61000);
	shop_close(shop);
	arena_done(&bodies);
	web.respond = NULL;
}

static void
what_fails_is_told_to_whoever_asks_for_it(void **state)
{
	static struct arena bodies;
	const struct http_response *response = NULL;
	struct err err = ERR_INIT;
	unsigned i;

	(void)state;
	web_script(&web, NULL, 0);
	web.respond = cut_the_third;
	web.context = &bodies;
	cuts = 0;
	breaker_of_shop = (struct http_breaker){ 0 };
	open_shop(&usual, 4, 8);
	for (i = 0; i < 2; i++)
		expect_ok("before it", get(i, &response, &err), &err);
	assert_int_equal(get(2, &response, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE);
	assert_non_null(strstr(err.message, "could not get a whole answer to pages from \"localhost\" in 3 tries"));
	assert_int_equal(cuts, 3);
	err_reset(&err);
	expect_ok("behind it", get(3, &response, &err), &err);
	expect_text("its own answer", response->body, "\"/shop/3\"");
	shop_close(shop);
	arena_done(&bodies);
	web.respond = NULL;
}

/* A shop that is down is one failure, however many requests found it so: the fifth night in a row holds it back, not the second. */
static void
what_fails_together_is_one_failure(void **state)
{
	struct web_answer down = { .status = 503, .delay_ms = 30 };
	const struct http_response *response = NULL;
	struct err err = ERR_INIT;

	(void)state;
	web_script(&web, NULL, 0);
	web.respond = always;
	web.context = &down;
	breaker_of_shop = (struct http_breaker){ 0 };
	open_shop(&usual, 4, 8);
	assert_int_equal(get(0, &response, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE);
	assert_int_equal(breaker_of_shop.failures, 1);
	shop_close(shop);
	web.respond = NULL;
}

/* Where a 429 shuts us out, nothing more goes out than was under way. */
static void
a_ban_ends_it(void **state)
{
	struct shop_manner strict = usual;
	struct web_answer banned = { .status = 429, .delay_ms = 30 };
	const struct http_response *response = NULL;
	struct err err = ERR_INIT;
	unsigned i;

	(void)state;
	strict.ban_s = 660;
	web_script(&web, NULL, 0);
	web.respond = always;
	web.context = &banned;
	breaker_of_shop = (struct http_breaker){ 0 };
	open_shop(&strict, 4, 8);
	for (i = 0; i < 8; i++) {
		assert_int_equal(get(i, &response, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE);
		err_reset(&err);
	}
	assert_int_equal(asked(), 4);
	assert_in_range(breaker_of_shop.open_until_utc - clock_now(), 600, 661);
	shop_close(shop);
	breaker_of_shop = (struct http_breaker){ 0 };
	web.respond = NULL;
}

/* SIGTERM with four requests under way that take four seconds each. */
static void
who_is_to_end_waits_for_no_answer(void **state)
{
	struct web_answer slow = { .status = 200, .delay_ms = 4000 };
	const struct http_response *response = NULL;
	struct err err = ERR_INIT;
	int64_t begun_ms = clock_mono_ms();

	(void)state;
	web_script(&web, NULL, 0);
	web.respond = always;
	web.context = &slow;
	stop_after = 4;
	open_shop(&usual, 4, 8);
	assert_int_equal(get(0, &response, &err), -1);
	expect_err("stopped", &err, ERR_SERVICE, "stopped on request");
	assert_in_range(clock_mono_ms() - begun_ms, 0, patience(3000));
	assert_int_equal(asked(), 4);
	assert_int_equal(breaker_of_shop.failures, 0);
	err_reset(&err);
	assert_int_equal(get(1, &response, &err), -1);
	expect_err("nothing more", &err, ERR_INCOMPLETE, "stopped on request");
	assert_int_equal(asked(), 4);
	shop_close(shop);
	stop_after = 0;
	/* Not waited for by the server either. */
	web.respond = NULL;
}

static int
open_all(void **state)
{
	(void)state;
	return web_open(&web, dir);
}

static int
close_all(void **state)
{
	(void)state;
	arena_done(&arena);
	return web_close(&web, dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_expected_goes_out_together_and_comes_in_order),
		cmocka_unit_test(rounds_within_rounds),
		cmocka_unit_test(too_many_requests_hold_all_of_them),
		cmocka_unit_test(what_fails_is_told_to_whoever_asks_for_it),
		cmocka_unit_test(what_fails_together_is_one_failure),
		cmocka_unit_test(a_ban_ends_it),
		cmocka_unit_test(who_is_to_end_waits_for_no_answer),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
