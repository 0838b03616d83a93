/* lib/http against a real server: what is repeated and what is not, limits, guard, breaker, redaction. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/http.h"
#include "patience.h"
#include "webserver.h"

static char dir[] = "/tmp/ctok-http-XXXXXX";
static struct web web;
static struct arena arena;
static int64_t slept_ms;
static unsigned sleeps;
static char traced[16384];

static void
count_sleep(int64_t ms)
{
	slept_ms += ms;
	sleeps++;
}

static void
take_trace(void *context, const char *line)
{
	(void)context;
	(void)snprintf(traced + strlen(traced), sizeof(traced) - strlen(traced), "%s\n", line);
}

static struct http_config
config_for(const char *host)
{
	static const char *const allowed[] = { "127.0.0.1", "LocalHost" };

	return (struct http_config){
		.base_url = arena_printf(&arena, "https://%s:%u/api", host, web.port),
		.user_agent = "ctok-batch/test (test@example.org)",
		.ca_file = arena_printf(&arena, "%s/ca.pem", dir),
		.allow_private = allowed,
		.allow_private_count = 2,
		.connections = 4,
		.retry = { .max_total_ms = 600000, .base_ms = 100, .cap_ms = 120000, .max_tries = 3, .seed = 7 },
		.connect_timeout_ms = patience(5000),
		.idle_timeout_ms = patience(5000),
		.total_timeout_ms = patience(8000),
		.max_bytes = 100000,
		.sleep_ms = count_sleep,
		.trace = take_trace,
	};
}

static struct http *
open_http(const struct http_config *config)
{
	struct err err = ERR_INIT;
	struct http *http = NULL;

	slept_ms = 0;
	sleeps = 0;
	traced[0] = '\0';
	if (http_open(config, &http, &err) != 0)
		fail_msg("%s", err.message);
	return http;
}

static const struct http_request get_thing = { .method = "GET", .path = "/thing?a=1", .repeatable = true, .what = "thing" };
static const struct http_request post_once = { .method = "POST", .path = "/make", .body = "name=x", .body_len = 6, .what = "make" };

static void
assert_error(const struct err *err, enum err_code code, const char *message)
{
	assert_string_equal(err_name(err->code), err_name(code));
	assert_string_equal(err->message, message);
}

/* Send one request and require the error; ${asked} requests reached the server. */
static void
assert_fails(struct http *http, const struct http_request *request, enum err_code code, const char *message, size_t asked)
{
	struct http_response *response = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(http_send(&arena, http, request, &response, &err), -1);
	assert_error(&err, code, message);
	assert_null(response);
	assert_int_equal(web.asked_count, asked);
}

static struct http_response *
assert_answers(struct http *http, const struct http_request *request, long status, size_t asked)
{
	struct http_response *response = NULL;
	struct err err = ERR_INIT;

	if (http_send(&arena, http, request, &response, &err) != 0)
		fail_msg("%s", err.message);
	assert_int_equal(response->status, status);
	assert_int_equal(web.asked_count, asked);
	return response;
}

static void
test_answer(void **state)
{
	struct http_config config = config_for("localhost");
	const struct http_header headers[] = { { "Authorization", "Bearer 0123456789abcdef", true },
		{ "Accept", "application/json", false } };
	struct http_request request = get_thing;
	struct http_response *response;
	struct http *http = open_http(&config);
	WEB_SCRIPT(&web, { .status = 404, .type = "Application/JSON ; charset=utf-8", .body = "{\"a\":\"\\u00e9\"}" });

	(void)state;
	request.headers = headers;
	request.header_count = 2;
	request.path = "/thing?a=1&wsToken=abcdef0123456789&b=%20";
	response = assert_answers(http, &request, 404, 1);
	assert_string_equal(response->content_type, "application/json");
	assert_string_equal(response->body, "{\"a\":\"\\u00e9\"}");
	assert_int_equal(response->body_len, 14);
	assert_int_equal(response->retry_after_s, -1);
	assert_int_equal(response->tries, 1);
	assert_string_equal(web.asked[0].method, "GET");
	assert_string_equal(web.asked[0].url, "/api/thing");
	assert_string_equal(web.asked[0].agent, "ctok-batch/test (test@example.org)");
	assert_string_equal(web.asked[0].authorization, "Bearer 0123456789abcdef");
	assert_string_equal(web.asked[0].query, "a=1&wsToken=abcdef0123456789&b= ");
	assert_false(web.asked[0].has_content_type);
	/* The trace shows the request without its secrets. */
	assert_non_null(strstr(
	    traced, "/api/thing?a=1&wsToken=<redacted>&b=%20 try=1 headers=[Authorization: <redacted>, Accept: application/json]"));
	assert_null(strstr(traced, "0123456789"));
	http_close(http);
}

static void
test_post(void **state)
{
	struct http_config config = config_for("127.0.0.1");
	struct http *http = open_http(&config);
	struct http_request request = post_once;
	const char *const pairs[] = { "wstoken", "abcdef0123456789", "name", "Zoë & co=1+1 %~" };
	char *form = http_form(&arena, pairs, 2);
	WEB_SCRIPT(&web, { .status = 200 });

	(void)state;
	assert_string_equal(form, "wstoken=abcdef0123456789&name=Zo%C3%AB%20%26%20co%3D1%2B1%20%25%7E");
	request.body = form;
	request.body_len = strlen(form);
	request.secret_body = true;
	assert_answers(http, &request, 200, 1);
	assert_string_equal(web.asked[0].method, "POST");
	assert_string_equal(web.asked[0].body, form);
	assert_null(strstr(traced, "abcdef"));
	request.secret_body = false;
	request.body = "moodlewsrestformat=json";
	request.body_len = strlen(request.body);
	assert_answers(http, &request, 200, 2);
	assert_non_null(strstr(traced, "body: moodlewsrestformat=json"));
	http_close(http);
}

static void
test_retry(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http = open_http(&config);

	(void)state;
	{
		WEB_SCRIPT(
		    &web, { .status = 500 }, { .status = 503, .type = "text/html", .body = "<h1>busy</h1>" }, { .status = 200 });
		assert_int_equal(assert_answers(http, &get_thing, 200, 3)->tries, 3);
		assert_int_equal(sleeps, 2);
		assert_in_range(slept_ms, 50 + 100 - 20, 100 + 200);
	}
	{
		WEB_SCRIPT(&web, { .status = 503,
				     .type = "text/html",
				     .body = "<html><head><title>Down</title><STYLE type='x'>body { margin: 0 "
					     "}</style>\n<script>var a = '<b>';</script>"
					     "<styled></head>\n<body>Back  soon</body></html><style>p { unended" });
		assert_fails(
		    http, &get_thing, ERR_SERVICE, "\"localhost\" answered thing with status 503 after 3 tries: Down Back soon", 3);
	}
	{
		WEB_SCRIPT(&web, { .status = 429, .header = "Retry-After", .value = "7" }, { .status = 200 });
		slept_ms = 0;
		assert_answers(http, &get_thing, 200, 2);
		assert_in_range(slept_ms, 6900, 7000);
	}
	{
		/* A date far away is capped, first at an hour, then by the policy. */
		WEB_SCRIPT(
		    &web, { .status = 503, .header = "Retry-After", .value = "Fri, 01 Jan 2038 00:00:00 GMT" }, { .status = 200 });
		slept_ms = 0;
		assert_answers(http, &get_thing, 200, 2);
		assert_in_range(slept_ms, 119900, 120000);
	}
	{
		/* What is not repeatable is sent again only when the server says that it did not take it. */
		WEB_SCRIPT(&web, { .status = 429 }, { .status = 503 }, { .status = 200 });
		assert_answers(http, &post_once, 200, 3);
	}
	{
		WEB_SCRIPT(&web, { .status = 500, .body = "{\"error\":\"x\"}" }, { .status = 200 });
		assert_fails(http, &post_once, ERR_DOUBT,
		    "it is not known whether \"localhost\" carried out make: it answered with status 500: {\"error\":\"x\"}", 1);
	}
	http_close(http);
}

static void
test_too_many(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http;
	WEB_SCRIPT(&web, { .status = 429 }, { .status = 200 });

	(void)state;
	config.too_many_wait_ms = 60000;
	http = open_http(&config);
	assert_answers(http, &get_thing, 200, 2);
	assert_in_range(slept_ms, 59900, 60000);
	http_close(http);
}

static void
test_cut(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http = open_http(&config);

	(void)state;
	{
		WEB_SCRIPT(&web, { .status = 200, .body = "{\"a\":", .declared = 500 }, { .status = 200 });
		assert_answers(http, &get_thing, 200, 2);
	}
	{
		struct http_response *response = NULL;
		struct err err = ERR_INIT;
		WEB_SCRIPT(&web, { .status = 200, .body = "{\"a\":", .declared = 500 }, { .status = 200 });
		assert_int_equal(http_send(&arena, http, &post_once, &response, &err), -1);
		assert_int_equal(err.code, ERR_DOUBT);
		assert_true(text_starts(err.message, "it is not known whether \"localhost\" carried out make: "));
		assert_int_equal(web.asked_count, 1);
	}
	http_close(http);
}

/* libcurl repeats a request silently when a kept connection dies under it: it must not happen to what is not repeatable. */
static void
test_dead_keep_alive(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http;
	struct http_response *response = NULL;
	struct err err = ERR_INIT;

	(void)state;
	config.connections = 1;
	http = open_http(&config);
	{
		WEB_SCRIPT(&web, { .status = 200 }, { .status = 0 }, { .status = 200 });
		assert_answers(http, &get_thing, 200, 1);
		assert_answers(http, &get_thing, 200, 3);
		assert_int_equal(web.asked[0].port, web.asked[1].port);
	}
	{
		WEB_SCRIPT(&web, { .status = 200 }, { .status = 0 }, { .status = 200 });
		assert_answers(http, &get_thing, 200, 1);
		assert_int_equal(http_send(&arena, http, &post_once, &response, &err), -1);
		assert_int_equal(err.code, ERR_DOUBT);
		assert_int_equal(web.asked_count, 2);
	}
	http_close(http);
}

static void
test_time_outs(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http;
	struct http_response *response = NULL;
	struct err err = ERR_INIT;

	(void)state;
	config.total_timeout_ms = patience(150);
	http = open_http(&config);
	{
		WEB_SCRIPT(&web, { .status = 200, .delay_ms = 600 }, { .status = 200 });
		assert_answers(http, &get_thing, 200, 2);
	}
	{
		WEB_SCRIPT(&web, { .status = 200, .delay_ms = 600 }, { .status = 200 });
		assert_int_equal(http_send(&arena, http, &post_once, &response, &err), -1);
		assert_int_equal(err.code, ERR_DOUBT);
		assert_int_equal(web.asked_count, 1);
	}
	http_close(http);
	config.total_timeout_ms = patience(8000);
	config.idle_timeout_ms = patience(1000);
	config.retry.max_tries = 1;
	http = open_http(&config);
	{
		int64_t begun_ms = clock_mono_ms();
		WEB_SCRIPT(&web, { .status = 200, .delay_ms = 3500 });
		err_reset(&err);
		assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE);
		assert_in_range(clock_mono_ms() - begun_ms, patience(900), patience(3000));
	}
	http_close(http);
}

static void
test_too_large(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http = open_http(&config);
	WEB_SCRIPT(&web, { .status = 200, .body = "0123456789", .repeat = 10001 },
	    { .status = 200, .body = "0123456789", .repeat = 10000 }, { .status = 200, .body = "0123456789", .repeat = 10001 });

	(void)state;
	assert_fails(http, &get_thing, ERR_DATA, "answer of \"localhost\" to thing is larger than 100000 bytes", 1);
	assert_int_equal(assert_answers(http, &get_thing, 200, 2)->body_len, 100000);
	assert_fails(http, &post_once, ERR_DOUBT, "answer of \"localhost\" to make is larger than 100000 bytes", 3);
	http_close(http);
}

static void
test_redirect(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http = open_http(&config);
	WEB_SCRIPT(&web, { .status = 302, .header = "Location", .value = "https://evil.example.net/steal?token=1" },
	    { .status = 301, .header = "Location", .value = "/elsewhere" }, { .status = 307 });

	(void)state;
	assert_fails(http, &get_thing, ERR_REFUSED,
	    "\"localhost\" redirects thing to \"evil.example.net\" (status 302), which is not followed", 1);
	assert_fails(
	    http, &get_thing, ERR_REFUSED, "\"localhost\" redirects thing to \"localhost\" (status 301), which is not followed", 2);
	assert_fails(http, &get_thing, ERR_REFUSED, "\"localhost\" redirects thing to \"\" (status 307), which is not followed", 3);
	http_close(http);
}

static void
test_guard(void **state)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1" };
	struct http_response *response = NULL;
	struct http_config config;
	struct http *http;
	size_t i;
	WEB_SCRIPT(&web, { .status = 200 });

	(void)state;
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct err err = ERR_INIT;

		config = config_for(hosts[i]);
		config.allow_private_count = 0;
		http = open_http(&config);
		assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
		assert_string_equal(err_name(err.code), "ERR_REFUSED");
		assert_true(text_starts(err.message, "cannot send thing to \""));
		assert_true(text_ends(err.message, " is private"));
		assert_string_equal(err.hint, "A host on a private network must be named in allow_private.");
		http_close(http);
	}
	assert_int_equal(web.asked_count, 0);
	config = config_for("127.0.0.1");
	config.allow_private_count = 0;
	http = open_http(&config);
	assert_fails(http, &get_thing, ERR_REFUSED, "cannot send thing to \"127.0.0.1\": its address 127.0.0.1 is private", 0);
	http_close(http);
}

static void
test_addresses(void **state)
{
	static const char *const refused[] = { "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1",
		"127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
		"192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.255",
		"240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::a00:1",
		"64:ff9b:1::1", "100::1", "2001::1", "2001:0:53aa:64c::1", "2001:db8::1", "2002:7f00:1::", "2002:c0a8:101::1",
		"3fff::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1", "4000::1", "localhost", "", "1.2.3", "1.2.3.4.5",
		"2130706433" };
	static const char *const passed[] = { "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
		"126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255", "192.169.0.0",
		"198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:200::1",
		"2001:4860:4860::8888", "2002:808:808::1", "2606:4700::1111", "3ffe::1" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (!http_address_private(refused[i]))
			fail_msg("%s must be refused", refused[i]);
	}
	for (i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		if (http_address_private(passed[i]))
			fail_msg("%s must pass", passed[i]);
	}
}

static void
test_trust(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http;
	struct http_response *response = NULL;
	struct err err = ERR_INIT;
	WEB_SCRIPT(&web, { .status = 200 });

	(void)state;
	config.ca_file = NULL;
	http = open_http(&config);
	assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
	assert_string_equal(err_name(err.code), "ERR_REFUSED");
	assert_true(text_starts(err.message, "cannot trust \"localhost\": SSL certificate problem: "));
	assert_int_equal(web.asked_count, 0);
	http_close(http);
}

static void
test_proxy_of_environment(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http;
	WEB_SCRIPT(&web, { .status = 200 });

	(void)state;
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	http = open_http(&config);
	assert_answers(http, &get_thing, 200, 1);
	http_close(http);
	unsetenv("https_proxy");
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

static void
test_config_errors(void **state)
{
	static const struct {
		const char *url;
		const char *message;
	} cases[] = {
		{ "ftp://example.org", "cannot use the address \"ftp://example.org\": only https is spoken" },
		{ "file:///etc/passwd", "cannot use the address \"file:///etc/passwd\": it names no host" },
		{ "http://example.org", "cannot use the address \"http://example.org\": plain HTTP is not allowed" },
		{ "https://me:secret@example.org", "address of the service holds a user name or password" },
		{ "https://example.org/?x=1", "cannot use the address \"https://example.org/?x=1\": it has a query or a fragment" },
		{ "https://example.org/#x", "cannot use the address \"https://example.org/#x\": it has a query or a fragment" },
		{ "example.org", "cannot use the address \"example.org\": Bad scheme" },
		{ "https://", "cannot use the address \"https://\": No host part in the URL" },
	};
	struct http_config config = config_for("localhost");
	struct http *http = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;

		config.base_url = cases[i].url;
		assert_int_equal(http_open(&config, &http, &err), -1);
		assert_error(&err, ERR_CONFIG, cases[i].message);
		assert_null(http);
	}
	{
		struct err err = ERR_INIT;

		config = config_for("localhost");
		config.user_agent = "";
		assert_int_equal(http_open(&config, &http, &err), -1);
		assert_error(&err, ERR_CONFIG, "requests need a user agent on one line");
	}
	{
		struct err err = ERR_INIT;

		config = config_for("localhost");
		config.ca_file = "/nonexistent/ca.pem";
		assert_int_equal(http_open(&config, &http, &err), -1);
		assert_error(&err, ERR_CONFIG, "could not read ca_file \"/nonexistent/ca.pem\": No such file or directory");
	}
	{
		struct http_header header = { "Authorization", "Bearer a\r\nX-Evil: 1", true };
		struct http_request request = get_thing;

		config = config_for("localhost");
		http = open_http(&config);
		request.headers = &header;
		request.header_count = 1;
		web_script(&web, web.script, web.script_len);
		assert_fails(http, &request, ERR_CONFIG,
		    "header \"Authorization\" of thing holds a line break or another control character", 0);
		http_close(http);
	}
}

static void
test_plain_http(void **state)
{
	static struct web plain;
	struct http_config config = config_for("localhost");
	static const struct web_answer answer = { .status = 200 };
	struct http_response *response = NULL;
	struct err err = ERR_INIT;
	struct http *http;

	(void)state;
	web_start(&plain, NULL);
	web_script(&plain, &answer, 1);
	config.base_url = arena_printf(&arena, "http://127.0.0.1:%u", plain.port);
	config.allow_http = true;
	http = open_http(&config);
	assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), 0);
	assert_int_equal(response->status, 200);
	http_close(http);
	/* Elsewhere than loopback it is refused even where private addresses are allowed. */
	config.base_url = "http://10.255.255.1:9";
	config.allow_private = (const char *const[]){ "10.255.255.1" };
	config.allow_private_count = 1;
	http = open_http(&config);
	assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
	assert_error(&err, ERR_REFUSED,
	    "cannot send thing to \"10.255.255.1\": its address 10.255.255.1 is not this machine's, and plain HTTP goes nowhere "
	    "else");
	http_close(http);
	web_stop(&plain);
}

/* The secret that the server throws back is not repeated in the error. */
static void
test_secret_echoed(void **state)
{
	struct http_config config = config_for("localhost");
	struct http_header header = { "Authorization", "Bearer 0123456789abcdef", true };
	struct http_request request = get_thing;
	struct http *http;
	WEB_SCRIPT(&web, { .status = 500, .body = "bad token \"0123456789abcdef\" for wstoken fedcba9876543210 \xff!" });

	(void)state;
	config.retry.max_tries = 1;
	http = open_http(&config);
	request.headers = &header;
	request.header_count = 1;
	request.secret_body = true;
	request.method = "POST";
	request.body = "wstoken=fedcba9876543210";
	request.body_len = strlen(request.body);
	assert_fails(http, &request, ERR_SERVICE,
	    "\"localhost\" answered thing with status 500 after 1 try: bad token \"<redacted>\" for wstoken <redacted> ?!", 1);
	http_close(http);
}

/* A server that glues other signs to the secret does not get it repeated either, nor one that names it as its type. */
static void
test_secret_glued(void **state)
{
	struct http_config config = config_for("localhost");
	struct http_header header = { "Authorization", "Bearer 0123456789abcdef", true };
	struct http_request request = get_thing;
	struct http *http;
	WEB_SCRIPT(&web, { .status = 500, .type = "x/0123456789abcdef", .body = "bad token_0123456789abcdef. Sorry." });

	(void)state;
	config.retry.max_tries = 1;
	http = open_http(&config);
	request.headers = &header;
	request.header_count = 1;
	assert_fails(
	    http, &request, ERR_SERVICE, "\"localhost\" answered thing with status 500 after 1 try: bad <redacted> Sorry.", 1);
	assert_null(strstr(traced, "0123456789"));
	http_close(http);
}

struct raw {
	int listener;
	const char *answer;
};

/* Answers two connections with bytes of the test's choice. */
static void *
answer_raw(void *context)
{
	const struct raw *raw = context;
	char room[1024];
	int i;

	for (i = 0; i < 2; i++) {
		int fd = accept(raw->listener, NULL, NULL);

		assert_true(fd >= 0 && read(fd, room, sizeof(room)) > 0);
		assert_int_equal(write(fd, raw->answer, strlen(raw->answer)), (ssize_t)strlen(raw->answer));
		(void)shutdown(fd, SHUT_WR);
		while (read(fd, room, sizeof(room)) > 0)
			;
		(void)close(fd);
	}
	return NULL;
}

/* What is no HTTP is the server's failure, not ours. */
static void
test_no_http(void **state)
{
	static const char *const answers[] = { "HTTP/0.9 hello\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nh3\r:\r\n\r\nx",
		"HTTP/7.0 200 OK\r\n\r\n", "HTTP/1.1 703 Busy\r\n\r\n", "" };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct http_config config = config_for("127.0.0.1");
	socklen_t len = sizeof(at);
	struct raw raw = { socket(AF_INET, SOCK_STREAM, 0), NULL };
	size_t i;

	(void)state;
	assert_int_equal(bind(raw.listener, (struct sockaddr *)(void *)&at, sizeof(at)), 0);
	assert_int_equal(listen(raw.listener, 4), 0);
	assert_int_equal(getsockname(raw.listener, (struct sockaddr *)(void *)&at, &len), 0);
	config.base_url = arena_printf(&arena, "http://127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
	config.allow_http = true;
	config.retry.max_tries = 1;
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct http *http = open_http(&config);
		struct http_response *response;
		struct err err = ERR_INIT;
		pthread_t thread;

		raw.answer = answers[i];
		assert_int_equal(pthread_create(&thread, NULL, answer_raw, &raw), 0);
		assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
		assert_string_equal(err_name(err.code), "ERR_SERVICE");
		err_reset(&err);
		assert_int_equal(http_send(&arena, http, &post_once, &response, &err), -1);
		assert_string_equal(err_name(err.code), "ERR_DOUBT");
		http_close(http);
		assert_int_equal(pthread_join(thread, NULL), 0);
	}
	(void)close(raw.listener);
}

struct many {
	unsigned answers;
	unsigned failures;
	unsigned stop_after;
	bool seen[100];
};

static int
take_one(void *context, size_t index, const struct http_response *response, const struct err *failure, struct err *err)
{
	struct many *many = context;

	assert_false(many->seen[index]);
	many->seen[index] = true;
	many->answers += response != NULL;
	many->failures += failure != NULL;
	if (response != NULL)
		arena_reset(&arena);
	if (many->stop_after > 0 && many->answers == many->stop_after)
		return err_set(err, ERR_BUSY, "enough");
	return 0;
}

static void
test_many(void **state)
{
	struct http_config config = config_for("localhost");
	struct http_request requests[100];
	struct many many = { 0 };
	struct err err = ERR_INIT;
	struct http *http;
	size_t i, j, ports = 0;
	WEB_SCRIPT(&web, { .status = 200, .delay_ms = 5 });

	(void)state;
	for (i = 0; i < 100; i++)
		requests[i] = get_thing;
	http = open_http(&config);
	assert_int_equal(http_send_all(&arena, http, requests, 100, take_one, &many, &err), 0);
	assert_int_equal(many.answers, 100);
	assert_int_equal(web.asked_count, 100);
	assert_int_equal(web.most_running, 4);
	for (i = 0; i < 100; i++) {
		for (j = 0; j < i && web.asked[j].port != web.asked[i].port; j++)
			;
		ports += j == i;
	}
	assert_int_equal(ports, 4);
	/* Stopped in the middle: those under way are still reported, no other is begun. */
	many = (struct many){ .stop_after = 10 };
	web_script(&web, web.script, web.script_len);
	assert_int_equal(http_send_all(&arena, http, requests, 100, take_one, &many, &err), -1);
	assert_error(&err, ERR_BUSY, "enough");
	assert_int_equal(many.answers, web.asked_count);
	assert_in_range(web.asked_count, 10, 13);
	http_close(http);
}

static void
test_pace(void **state)
{
	struct http_config config = config_for("localhost");
	struct http_request requests[5] = { get_thing, get_thing, get_thing, get_thing, get_thing };
	struct many many = { 0 };
	struct err err = ERR_INIT;
	struct http *http;
	int64_t begun_ms;
	WEB_SCRIPT(&web, { .status = 200 });

	(void)state;
	config.min_gap_ms = 40;
	http = open_http(&config);
	begun_ms = clock_mono_ms();
	assert_int_equal(http_send_all(&arena, http, requests, 5, take_one, &many, &err), 0);
	assert_int_equal(many.answers, 5);
	assert_true(clock_mono_ms() - begun_ms + slept_ms >= 4 * 40);
	http_close(http);
}

/* The breakers' store of the test: of what is called, and of its host. */
static struct http_breaker stored, stored_host, stored_other;
static const char *stored_key; /* what `stored` is of; others share `stored_other` */
static unsigned saves, host_saves;

static struct http_breaker *
stored_of(const char *called)
{
	if (strncmp(called, "localhost", 9) == 0)
		return &stored_host;
	return stored_key == NULL || text_equal(called, stored_key) ? &stored : &stored_other;
}

static int
load_breaker(void *context, const char *called, struct http_breaker *breaker, struct err *err)
{
	(void)context;
	(void)err;
	*breaker = *stored_of(called);
	return 0;
}

static int
save_breaker(void *context, const char *called, const struct http_breaker *breaker, struct err *err)
{
	(void)context;
	(void)err;
	*stored_of(called) = *breaker;
	if (strncmp(called, "localhost", 9) == 0)
		host_saves++;
	else
		saves++;
	return 0;
}

static void
forget_breakers(void)
{
	stored = stored_host = stored_other = (struct http_breaker){ 0, 0 };
	stored_key = NULL;
	saves = host_saves = 0;
}

static void
test_breaker(void **state)
{
	static const struct http_breaker_store store = { load_breaker, save_breaker, NULL };
	struct http_config config = config_for("localhost");
	struct http_response *response = NULL;
	struct err err = ERR_INIT;
	struct http *http;
	unsigned i;

	(void)state;
	forget_breakers();
	config.breaker = &store;
	config.retry.max_tries = 1;
	http = open_http(&config);
	{
		WEB_SCRIPT(&web, { .status = 500 });
		for (i = 0; i < 5; i++) {
			err_reset(&err);
			assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
			assert_int_equal(web.asked_count, i + 1);
		}
		assert_int_equal(stored.failures, 5);
		assert_in_range(stored.open_until_utc - clock_now(), 58, 60);
		assert_fails(http, &get_thing, ERR_SERVICE,
		    arena_printf(&arena, "requests to \"%s\" are held until %s after 5 failures in a row", config.base_url,
			clock_iso(&arena, stored.open_until_utc)),
		    5);
		assert_int_equal(host_saves, 0);
	}
	http_close(http);
	/* The next program finds it open; when the time is over one request tries, and closes it. */
	http = open_http(&config);
	err_reset(&err);
	assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
	assert_int_equal(web.asked_count, 5);
	http_close(http);
	stored.open_until_utc = clock_now() - 1;
	http = open_http(&config);
	{
		struct http_request requests[20];
		struct many many = { 0 };
		WEB_SCRIPT(&web, { .status = 500 });
		for (i = 0; i < 20; i++)
			requests[i] = get_thing;
		err_reset(&err);
		assert_int_equal(http_send_all(&arena, http, requests, 20, take_one, &many, &err), 0);
		assert_int_equal(many.failures, 20);
		assert_int_equal(web.asked_count, 1);
		assert_in_range(stored.open_until_utc - clock_now(), 118, 120);
	}
	http_close(http);
	stored.open_until_utc = clock_now() - 1;
	http = open_http(&config);
	{
		WEB_SCRIPT(&web, { .status = 200 });
		assert_answers(http, &get_thing, 200, 1);
		assert_int_equal(stored.failures, 0);
		saves = 0;
		assert_answers(http, &get_thing, 200, 2);
		assert_int_equal(saves, 0);
	}
	http_close(http);
}

/* A ban is not tried again, outlives the run, and is over when it said. */
static void
test_ban(void **state)
{
	static const struct http_breaker_store store = { load_breaker, save_breaker, NULL };
	struct http_config config = config_for("localhost");
	struct http_response *response = NULL;
	struct err err = ERR_INIT;
	struct http *http;

	(void)state;
	forget_breakers();
	config.breaker = &store;
	config.ban_s = 660;
	config.keep_header = "X-Total-Count";
	http = open_http(&config);
	{
		WEB_SCRIPT(&web, { .status = 429 });
		assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE);
		assert_in_range(stored.open_until_utc - clock_now(), 658, 660);
		assert_string_equal(err.message,
		    arena_printf(&arena,
			"\"localhost\" answered %s with status 429: it shuts us out for a while, and is not asked again before %s",
			get_thing.what, clock_iso(&arena, stored.open_until_utc)));
		assert_int_equal(web.asked_count, 1);
	}
	http_close(http);
	http = open_http(&config);
	{
		WEB_SCRIPT(&web, { .status = 200 });
		assert_fails(http, &get_thing, ERR_SERVICE,
		    arena_printf(&arena, "requests to \"%s\" are held until %s: it shut us out, or failed 5 times in a row",
			config.base_url, clock_iso(&arena, stored.open_until_utc)),
		    0);
	}
	http_close(http);
	stored.open_until_utc = clock_now() - 1;
	http = open_http(&config);
	{
		WEB_SCRIPT(&web, { .status = 200, .header = "X-Total-Count", .value = "41" }, { .status = 200 });
		err_reset(&err);
		assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), 0);
		assert_string_equal(response->kept, "41");
		assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), 0);
		assert_null(response->kept);
		assert_int_equal(stored.failures, 0);
	}
	http_close(http);
}

/* What one of several on a host says is its own; that nobody can be reached there holds for all. */
static void
test_neighbours(void **state)
{
	static const struct http_breaker_store store = { load_breaker, save_breaker, NULL };
	struct http_config shop = config_for("localhost"), moodle = config_for("localhost"), account = config_for("localhost");
	struct http_response *response = NULL;
	struct err err = ERR_INIT;
	struct http *http;
	unsigned i;

	(void)state;
	forget_breakers();
	moodle.base_url = arena_printf(&arena, "https://localhost:%u/moodle", web.port);
	shop.breaker = moodle.breaker = account.breaker = &store;
	shop.ban_s = 660;
	shop.retry.max_tries = moodle.retry.max_tries = 1;
	account.account = "acme/shop";
	stored_key = shop.base_url;
	http = open_http(&shop);
	{
		WEB_SCRIPT(&web, { .status = 429 });
		assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
		assert_int_equal(stored.failures, 5);
	}
	http_close(http);
	/* Another address on the host, and another account at the very address. */
	http = open_http(&moodle);
	{
		WEB_SCRIPT(&web, { .status = 200 });
		assert_answers(http, &get_thing, 200, 1);
	}
	http_close(http);
	http = open_http(&account);
	{
		WEB_SCRIPT(&web, { .status = 200 });
		assert_answers(http, &get_thing, 200, 1);
	}
	http_close(http);
	assert_int_equal(stored.failures, 5);
	/* A port on which nobody listens: all that is called there is held. */
	forget_breakers();
	shop.base_url = "https://localhost:1/shop";
	stored_key = shop.base_url;
	http = open_http(&shop);
	for (i = 0; i < 5; i++) {
		err_reset(&err);
		assert_int_equal(http_send(&arena, http, &get_thing, &response, &err), -1);
	}
	http_close(http);
	assert_int_equal(stored.failures, 5);
	assert_int_equal(stored_host.failures, 5);
	moodle.base_url = "https://localhost:1/moodle";
	http = open_http(&moodle);
	assert_fails(http, &get_thing, ERR_SERVICE,
	    arena_printf(&arena, "requests to \"localhost:1\" are held until %s after 5 failures in a row",
		clock_iso(&arena, stored_host.open_until_utc)),
	    web.asked_count);
	http_close(http);
	/* Once it answers, whatever it says, the host is well, also for the others. */
	stored_host.open_until_utc = clock_now() - 1;
	moodle.base_url = arena_printf(&arena, "https://localhost:%u/moodle", web.port);
	http = open_http(&moodle);
	{
		WEB_SCRIPT(&web, { .status = 404 });
		assert_answers(http, &get_thing, 404, 1);
		assert_int_equal(stored_host.failures, 0);
	}
	http_close(http);
}

static bool
stop_after_five_sleeps(void *context)
{
	assert_ptr_equal(context, &sleeps);
	return sleeps >= 5;
}

/* A wait of two minutes does not keep a program that was asked to end. */
static void
test_stopped(void **state)
{
	struct http_config config = config_for("localhost");
	struct http *http;

	(void)state;
	config.stopped = stop_after_five_sleeps;
	config.stopped_context = &sleeps;
	http = open_http(&config);
	{
		WEB_SCRIPT(&web, { .status = 503, .header = "Retry-After", .value = "100" });
		assert_fails(http, &get_thing, ERR_SERVICE, "stopped on request", 1);
		assert_in_range(slept_ms, 4900, 5000);
	}
	http_close(http);
}

/* The night of the program is another's from the third question on. */
static int
permit_two(void *context, struct err *err)
{
	unsigned *asked = context;

	return ++*asked <= 2 ? 0 : err_set(err, ERR_BUSY, "the night is over");
}

/* Each try of a write is asked for anew, also the one after a wait; reading goes on. */
static void
test_writes_need_a_permit(void **state)
{
	struct http_config config = config_for("localhost");
	struct http_request requests[3] = { post_once, post_once, post_once };
	struct many many = { 0 };
	struct err err = ERR_INIT;
	struct http *http;
	unsigned asked = 0;

	(void)state;
	config.permit = permit_two;
	config.permit_context = &asked;
	http = open_http(&config);
	{
		WEB_SCRIPT(&web, { .status = 503 }, { .status = 503 }, { .status = 200 });
		assert_fails(http, &post_once, ERR_BUSY, "the night is over", 2);
		assert_int_equal(asked, 3);
	}
	{
		WEB_SCRIPT(&web, { .status = 200 });
		assert_answers(http, &get_thing, 200, 1);
		assert_int_equal(asked, 3);
	}
	asked = 0;
	{
		WEB_SCRIPT(&web, { .status = 200 });
		assert_int_equal(http_send_all(&arena, http, requests, 3, take_one, &many, &err), -1);
		assert_error(&err, ERR_BUSY, "the night is over");
		assert_int_equal(many.answers, 2); /* those under way are told */
		assert_int_equal(web.asked_count, 2);
	}
	http_close(http);
}

static void
test_no_connection(void **state)
{
	struct http_config config = config_for("localhost");
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct http_response *response = NULL;
	struct err err = ERR_INIT;
	struct http *http;

	(void)state;
	/* A port that is taken but where nobody listens. */
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	config.base_url = arena_printf(&arena, "https://127.0.0.1:%u", ntohs(address.sin_port));
	http = open_http(&config);
	assert_int_equal(http_send(&arena, http, &post_once, &response, &err), -1);
	assert_string_equal(err_name(err.code), "ERR_SERVICE");
	assert_true(text_starts(err.message, "could not send make to \"127.0.0.1\" in 3 tries: "));
	assert_int_equal(sleeps, 2);
	http_close(http);
	(void)close(fd);
}

static int
set_up_all(void **state)
{
	(void)state;
	return web_open(&web, dir);
}

static int
tear_down_all(void **state)
{
	(void)state;
	arena_done(&arena);
	return web_close(&web, dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_post),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_dead_keep_alive),
		cmocka_unit_test(test_time_outs),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_proxy_of_environment),
		cmocka_unit_test(test_config_errors),
		cmocka_unit_test(test_plain_http),
		cmocka_unit_test(test_secret_echoed),
		cmocka_unit_test(test_secret_glued),
		cmocka_unit_test(test_no_http),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_breaker),
		cmocka_unit_test(test_ban),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_writes_need_a_permit),
		cmocka_unit_test(test_no_connection),
	};

	return cmocka_run_group_tests_name("http", tests, set_up_all, tear_down_all);
}
