/* The wire of tests. */
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct wire *current; /* for the sleep, which has no context */

static void
count_sleep(int64_t ms)
{
	current->slept_ms += ms;
}

static int
send_all(void *context, struct arena *arena, const struct http_request *requests, size_t count,
    int (*done)(void *, size_t, const struct http_response *, const struct err *, struct err *), void *done_context,
    struct err *err)
{
	struct wire *wire = context;
	size_t i;

	for (i = 0; i < count; i++) {
		struct wire_request request = { requests[i].what, requests[i].body, ++wire->requests };
		struct wire_answer answer = { 0, NULL };
		struct http_response response = {
			.status = 200, .content_type = "application/json", .retry_after_s = -1, .tries = 1
		};
		struct err failure = ERR_INIT;

		assert_string_equal(requests[i].method, "POST");
		assert_string_equal(requests[i].path, "/webservice/rest/server.php");
		assert_int_equal(strlen(requests[i].body), requests[i].body_len);
		wire->answer(wire, arena, &request, &answer, &failure);
		if (failure.code != ERR_NONE) {
			if (done(done_context, i, NULL, &failure, err) != 0)
				return -1;
			continue;
		}
		assert_non_null(answer.body);
		if (answer.status != 0)
			response.status = answer.status;
		response.body = answer.body;
		response.body_len = strlen(answer.body);
		if (done(done_context, i, &response, NULL, err) != 0)
			return -1;
	}
	return 0;
}

void
wire_init(struct wire *wire,
    void (*answer)(struct wire *, struct arena *, const struct wire_request *, struct wire_answer *, struct err *), void *context)
{
	memset(wire, 0, sizeof(*wire));
	wire->answer = answer;
	wire->context = context;
	wire->site = (struct config_site){ .name = "campus",
		.url = "https://moodle.example.test",
		.token = "file:/none",
		.role = "student",
		.names = "report",
		.email = "report",
		.username = "email",
		.connections = 2,
		.patience_s = 120,
		.batch = 100 };
	wire->moodle = (struct moodle_wire){ .send_all = send_all, .context = wire, .sleep_ms = count_sleep };
}

struct moodle *
wire_open(struct wire *wire)
{
	struct err err = ERR_INIT;
	struct moodle *moodle;

	current = wire;
	if (moodle_open(&wire->site, "TOKEN", &wire->moodle, &moodle, &err) != 0)
		fail_msg("%s", err.message);
	return moodle;
}

static char *
decode(struct arena *arena, const char *text, size_t len)
{
	char *out = arena_alloc(arena, len + 1), digits[3] = { 0, 0, 0 };
	size_t n = 0, i;

	for (i = 0; i < len; i++) {
		if (text[i] == '%' && i + 2 < len) {
			digits[0] = text[i + 1];
			digits[1] = text[i + 2];
			out[n++] = (char)strtoul(digits, NULL, 16);
			i += 2;
		} else {
			out[n++] = text[i] == '+' ? ' ' : text[i];
		}
	}
	out[n] = '\0';
	return out;
}

const char *
wire_field(struct arena *arena, const char *body, const char *name)
{
	while (*body != '\0') {
		size_t len = strcspn(body, "&"), key = strcspn(body, "=");

		if (key < len && strcmp(decode(arena, body, key), name) == 0)
			return decode(arena, body + key + 1, len - key - 1);
		body += len + (body[len] == '&');
	}
	return NULL;
}

size_t
wire_fields(const char *body)
{
	size_t count = *body == '\0' ? 0 : 1;

	for (; *body != '\0'; body++)
		count += *body == '&';
	return count;
}
