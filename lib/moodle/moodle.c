/* The web-service client: turns requests into forms, hands them to lib/http, has answers judged, and tries again what Moodle says is
 * only temporarily not served. What a function means is not known here. */
#include "moodle/moodle.h"

#include <string.h>

#include "base/clock.h"
#include "base/retry.h"
#include "moodle/answer.h"

#define PATH "/webservice/rest/server.php"
#define CONNECT_TIMEOUT_MS 10000
/* PHP sends nothing until the answer is ready, so the idle time-out bounds the work of one request: a page of 5,000 report rows or
 * a batch of 150 enrolments with a mail each. */
#define IDLE_TIMEOUT_MS 180000
#define TOTAL_TIMEOUT_MS 300000
/* A request to a site that is not served waits 1, 2, 4, 8, 16 seconds and so on, up to 30. */
#define FIRST_WAIT_MS 1000
#define LONGEST_WAIT_MS 30000
#define TRIES 6 /* and one for each longest wait that there is room for */
#define MAX_ANSWER_BYTES ((size_t)64 << 20)
#define REQUESTS_PER_CONNECTION 8

struct moodle {
	const struct config_site *config;
	struct arena arena; /* of the handle itself and what lives as long */
	char *token;
	struct http *http; /* NULL with a wire of the caller's */
	struct moodle_wire wire;
	struct retry retry;
};

int
moodle_open(const struct config_site *config, const char *token, const struct moodle_wire *wire, struct moodle **ret_moodle,
    struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct moodle *moodle = ARENA_NEW(&arena, struct moodle);

	moodle->arena = arena;
	moodle->config = config;
	moodle->token = arena_strdup(&moodle->arena, token);
	if (wire != NULL)
		moodle->wire = *wire;
	if (moodle->wire.sleep_ms == NULL)
		moodle->wire.sleep_ms = clock_sleep_ms;
	moodle->retry = (struct retry){ .max_total_ms = config->patience_s * 1000,
		.base_ms = FIRST_WAIT_MS,
		.cap_ms = LONGEST_WAIT_MS,
		.max_tries = TRIES + (unsigned)(config->patience_s * 1000 / LONGEST_WAIT_MS) };
	if (moodle->wire.send_all == NULL) {
		struct http_config http = {
			.base_url = config->url,
			.user_agent = "ctok-batch",
			.ca_file = config->ca_file,
			.allow_private = config->allow_private.items,
			.allow_private_count = config->allow_private.count,
			.allow_http = config->allow_http,
			.connections = (unsigned)config->connections,
			.retry = moodle->retry,
			.connect_timeout_ms = CONNECT_TIMEOUT_MS,
			.idle_timeout_ms = IDLE_TIMEOUT_MS,
			.total_timeout_ms = TOTAL_TIMEOUT_MS,
			.max_bytes = MAX_ANSWER_BYTES,
			.breaker = moodle->wire.breaker,
			.permit = moodle->wire.permit,
			.permit_context = moodle->wire.permit_context,
			.sleep_ms = moodle->wire.sleep_ms,
			.trace = moodle->wire.trace,
			.trace_context = moodle->wire.trace_context,
		};

		if (http_open(&http, &moodle->http, err) != 0) {
			moodle_close(moodle);
			return err_wrap(err, "could not open site \"%s\"", config->name);
		}
	}
	*ret_moodle = moodle;
	return 0;
}

void
moodle_close(struct moodle *moodle)
{
	struct arena arena;

	if (moodle == NULL)
		return;
	http_close(moodle->http);
	/* The handle lies in its own arena. */
	arena = moodle->arena;
	arena_done(&arena);
}

const struct config_site *
moodle_config(const struct moodle *moodle)
{
	return moodle->config;
}

size_t
moodle_wave(const struct moodle *moodle)
{
	return (size_t)moodle->config->connections * REQUESTS_PER_CONNECTION;
}

void
moodle_sleep(const struct moodle *moodle, int64_t ms)
{
	moodle->wire.sleep_ms(ms);
}

void
moodle_request_init(struct moodle_request *request, struct arena *arena, const char *function)
{
	memset(request, 0, sizeof(*request));
	request->function = function;
	params_init(&request->params, arena);
}

/* One moodle_call_all(): requests that were temporarily refused are gathered and sent again in the next round. */
struct round {
	struct arena *arena;
	const struct moodle_request *requests;
	const size_t *index; /* of the round's requests among the caller's */
	bool *again;         /* by index of the caller's */
	bool last;           /* no further round: a temporary refusal counts */
	int (*done)(void *, size_t, const struct moodle_reply *, struct err *);
	void *context;
};

static int
round_done(void *context, size_t at, const struct http_response *response, const struct err *failure, struct err *err)
{
	struct round *round = context;
	size_t index = round->index[at];
	const struct moodle_request *request = &round->requests[index];
	struct moodle_reply reply = { NULL, NULL, ERR_INIT };

	if (failure != NULL) {
		reply.err = *failure;
	} else {
		struct answer_raw raw = { request->function, !request->writes, response->status, response->body,
			response->body_len };
		struct json *json = NULL;

		if (answer_judge(round->arena, &raw, &json, &reply.errorcode, &reply.err) == 0)
			reply.json = json;
		else if (reply.err.code == ERR_SERVICE && !round->last) {
			round->again[index] = true;
			return 0;
		}
	}
	return round->done(round->context, index, &reply, err);
}

static int
wire_send(struct moodle *moodle, struct arena *arena, const struct http_request *requests, size_t count, struct round *round,
    struct err *err)
{
	if (moodle->wire.send_all != NULL)
		return moodle->wire.send_all(moodle->wire.context, arena, requests, count, round_done, round, err);
	return http_send_all(arena, moodle->http, requests, count, round_done, round, err);
}

int
moodle_call_all(struct arena *arena, struct moodle *moodle, const struct moodle_request *requests, size_t count,
    int (*done)(void *, size_t, const struct moodle_reply *, struct err *), void *context, struct err *err)
{
	static const struct http_header headers[] = { { "Content-Type", "application/x-www-form-urlencoded", false } };
	struct http_request *https = ARENA_ARRAY(arena, count, struct http_request);
	size_t *index = ARENA_ARRAY(arena, count, size_t);
	bool *again = ARENA_ARRAY(arena, count, bool);
	struct retry_state state = { 0, 0, 0 };
	size_t pending = count, i;

	for (i = 0; i < count; i++) {
		struct params params = requests[i].params;
		char *body;

		if (requests[i].settings & MOODLE_RAW)
			params_int(&params, 1, "moodlewssettingraw");
		if (requests[i].settings & MOODLE_ENGLISH_UTC) {
			params_text(&params, "en", "moodlewssettinglang");
			params_text(&params, "UTC", "moodlewssettingtimezone");
		}
		if (params_form(arena, &params, moodle->token, requests[i].function, &body, err) != 0)
			return -1;
		https[i] = (struct http_request){ .method = "POST",
			.path = PATH,
			.headers = headers,
			.header_count = 1,
			.body = body,
			.body_len = strlen(body),
			.repeatable = !requests[i].writes,
			.secret_body = true,
			.what = requests[i].function };
		index[i] = i;
	}
	while (pending > 0) {
		struct round round = { arena, requests, index, again, false, done, context };
		struct http_request *batch = ARENA_ARRAY(arena, pending, struct http_request);
		int64_t wait_ms = 0;

		/* Whether there may be another round is settled beforehand, so that each request ends exactly once. */
		round.last = !retry_next(&moodle->retry, &state, -1, &wait_ms);
		for (i = 0; i < pending; i++) {
			batch[i] = https[index[i]];
			again[index[i]] = false;
		}
		if (wire_send(moodle, arena, batch, pending, &round, err) != 0)
			return -1;
		for (i = pending = 0; i < count; i++)
			if (again[i]) {
				again[i] = false;
				index[pending++] = i;
			}
		if (pending > 0)
			moodle->wire.sleep_ms(wait_ms);
	}
	return 0;
}

struct single {
	struct moodle_reply *reply;
	bool ended;
};

static int
single_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct single *single = context;

	(void)index;
	(void)err;
	*single->reply = *reply;
	single->ended = true;
	return 0;
}

int
moodle_call(struct arena *arena, struct moodle *moodle, const struct moodle_request *request, struct moodle_reply *ret_reply,
    struct err *err)
{
	struct single single = { ret_reply, false };

	memset(ret_reply, 0, sizeof(*ret_reply));
	if (moodle_call_all(arena, moodle, request, 1, single_done, &single, err) != 0)
		return -1;
	BUG_UNLESS(single.ended);
	if (ret_reply->err.code != ERR_NONE) {
		*err = ret_reply->err;
		return -1;
	}
	return 0;
}
