/* The one way to talk HTTP: what to send when (concurrency, pace, breaker). The tries themselves are transfer.c, what their endings mean is
 * verdict.c. Decisions are made from plain values; only http_send_all() waits. */
#include "http/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "breaker.h"
#include "redact.h"
#include "transfer.h"
#include "verdict.h"

#define LONGEST_SLEEP_MS 1000

struct http {
	struct http_config config;
	struct transfer_pool *pool;
	struct http_breaker own;        /* of what is called: its failures, its bans */
	struct http_breaker host;       /* of its host, for all that is called there: whether it can be reached at all */
	const char *own_key, *host_key; /* in the store */
	int64_t skipped_ms;             /* slept by an injected sleep that took no time */
	int64_t next_ms;                /* pace: no start before */
	int64_t hold_ms;                /* a Retry-After or a 429: no start before */
	struct arena arena;             /* of the configuration's strings */
	struct arena scratch;           /* of messages and trace lines */
};

/* One request of http_send_all() on its way. */
struct errand {
	const struct http_request *request;
	struct retry_state retry;
	int64_t due_ms;
	int64_t begun_ms;
	enum { ERRAND_WAITING, ERRAND_RUNNING, ERRAND_ENDED } state;
};

struct batch {
	struct arena *arena;
	struct errand *errands;
	size_t count;
	size_t first; /* all before it have ended */
	size_t ended;
	int (*done)(void *, size_t, const struct http_response *, const struct err *, struct err *);
	void *context;
	bool stopped; /* done() said so: `err` is its error */
	struct err *err;
};

static int64_t
now_ms(const struct http *http)
{
	return clock_mono_ms() + http->skipped_ms;
}

static void
sleep_ms(struct http *http, int64_t ms)
{
	int64_t begun_ms = clock_mono_ms(), slept_ms;

	if (http->config.sleep_ms == NULL) {
		clock_sleep_ms(ms);
		return;
	}
	http->config.sleep_ms(ms);
	slept_ms = clock_mono_ms() - begun_ms;
	http->skipped_ms += slept_ms < ms ? ms - slept_ms : 0;
}

static void
trace_start(struct http *http, const struct errand *errand)
{
	const struct http_request *request = errand->request;

	if (http->config.trace == NULL)
		return;
	arena_reset(&http->scratch);
	http->config.trace(
	    http->config.trace_context, arena_printf(&http->scratch, "%s %s%s try=%u headers=[%s] body=%zu", request->method,
					    http->config.base_url, redact_path(&http->scratch, request->path),
					    errand->retry.tries + 1, redact_headers(&http->scratch, request), request->body_len));
	if (request->body_len > 0 && !request->secret_body)
		http->config.trace(
		    http->config.trace_context, arena_printf(&http->scratch, "body: %s",
						    redact_excerpt(&http->scratch, request, request->body, request->body_len)));
}

static void
trace_end(struct http *http, const struct errand *errand, const struct transfer_result *result)
{
	if (http->config.trace == NULL)
		return;
	arena_reset(&http->scratch);
	if (result->end == TRANSFER_ANSWERED)
		http->config.trace(http->config.trace_context,
		    arena_printf(&http->scratch, "%s answered %ld \"%s\" bytes=%zu ms=%lld", errand->request->what, result->status,
			redact_excerpt(&http->scratch, errand->request, result->content_type, strlen(result->content_type)),
			result->body_len, (long long)(now_ms(http) - errand->begun_ms)));
	else
		http->config.trace(http->config.trace_context,
		    arena_printf(&http->scratch, "%s failed: %s", errand->request->what, result->reason));
}

/* Keep count for the breaker of what is called; whether that changed anything. */
static bool
note_own(struct http *http, const struct transfer_result *result)
{
	if (verdict_is_ban(&http->config, result))
		breaker_banned(&http->own, clock_now(), http->config.ban_s);
	else if (result->end == TRANSFER_UNSENT || result->end == TRANSFER_CUT ||
		 (result->end == TRANSFER_ANSWERED && verdict_is_passing(result->status)))
		breaker_failed(&http->own, clock_now());
	else
		return result->end == TRANSFER_ANSWERED && breaker_passed(&http->own);
	return true;
}

/* And for its host's. An answer of any status says that the host is well: a shop that shuts us out does not hold back the Moodle
 * beside it. Nor does one that hangs. */
static bool
note_host(struct http *http, const struct transfer_result *result)
{
	if (result->end != TRANSFER_UNSENT)
		return result->end == TRANSFER_ANSWERED && breaker_passed(&http->host);
	breaker_failed(&http->host, clock_now());
	return true;
}

/* Keep count here and in the store. Ends that say nothing about anybody's health change nothing. */
static int
note_health(struct http *http, const struct transfer_result *result, struct err *err)
{
	const struct http_breaker_store *store = http->config.breaker;
	bool own = note_own(http, result), host = note_host(http, result);

	if (store == NULL)
		return 0;
	if (own && store->save(store->context, http->own_key, &http->own, err) != 0)
		return -1;
	if (host && store->save(store->context, http->host_key, &http->host, err) != 0)
		return -1;
	return 0;
}

/* What both breakers admit. */
static enum breaker_state
admitted(const struct http *http)
{
	enum breaker_state own = breaker_state(&http->own, clock_now()), host = breaker_state(&http->host, clock_now());

	return own > host ? own : host;
}

/* Hand the end of a errand to done(). After a stop its errors are of no more interest, the first one stands. */
static void
deliver(struct batch *batch, size_t index, const struct http_response *response, const struct err *failure)
{
	struct err later = ERR_INIT;

	batch->errands[index].state = ERRAND_ENDED;
	batch->ended++;
	if (batch->done(batch->context, index, response, failure, batch->stopped ? &later : batch->err) != 0)
		batch->stopped = true;
}

static void
stop(struct batch *batch, const struct err *why)
{
	if (!batch->stopped)
		*batch->err = *why;
	batch->stopped = true;
}

/* The caller wants to end: what waits is not begun. A long wait is cut in pieces, so that this is noticed soon. */
static bool
is_stopped(const struct http *http, struct batch *batch)
{
	struct err why = ERR_INIT;

	if (batch->stopped || http->config.stopped == NULL || !http->config.stopped(http->config.stopped_context))
		return batch->stopped;
	err_set(&why, ERR_SERVICE, "stopped on request");
	stop(batch, &why);
	return true;
}

static struct http_response *
make_response(struct http *http, struct arena *arena, const struct errand *errand, const struct transfer_result *result)
{
	struct http_response *response = ARENA_NEW(arena, struct http_response);
	char *body = arena_alloc(arena, result->body_len + 1);

	memcpy(body, result->body, result->body_len);
	*response = (struct http_response){
		.status = result->status,
		.content_type = arena_strdup(arena, result->content_type),
		.retry_after_s = result->retry_after_s,
		.kept = arena_strdup(arena, result->kept),
		.date_utc = result->date_utc,
		.body = body,
		.body_len = result->body_len,
		.tries = errand->retry.tries,
		.elapsed_ms = now_ms(http) - errand->begun_ms,
	};
	return response;
}

/* A try has ended: answer, wait for another one, or fail. */
static void
settle(struct http *http, struct batch *batch, const struct transfer_result *result)
{
	struct errand *errand = &batch->errands[result->tag];
	enum verdict verdict = verdict_of(&http->config, errand->request, result);
	int64_t asked_ms = verdict_wait_ms(&http->config, result), wait_ms = 0;
	struct err failure = ERR_INIT, trouble = ERR_INIT;
	bool again;

	trace_end(http, errand, result);
	/* retry_next() counts the try, so it is asked whatever the verdict. */
	again = retry_next(&http->config.retry, &errand->retry, asked_ms, &wait_ms) && verdict == VERDICT_AGAIN && !batch->stopped;
	if (again) {
		errand->state = ERRAND_WAITING;
		errand->due_ms = now_ms(http) + wait_ms;
		if (asked_ms >= 0 && errand->due_ms > http->hold_ms)
			http->hold_ms = errand->due_ms;
		return;
	}
	/* Requests that went out together and fail together are one failure: the first one was counted. */
	if ((verdict == VERDICT_ANSWER || !batch->stopped) && note_health(http, result, &trouble) != 0)
		stop(batch, &trouble);
	if (verdict == VERDICT_ANSWER) {
		deliver(batch, result->tag, make_response(http, batch->arena, errand, result), NULL);
		return;
	}
	arena_reset(&http->scratch);
	verdict_explain(&http->scratch,
	    &(struct verdict_try){ .config = &http->config,
		.request = errand->request,
		.host = transfer_host(http->pool),
		.tries = errand->retry.tries,
		.banned_until_utc = http->own.open_until_utc },
	    result, &failure);
	deliver(batch, result->tag, NULL, &failure);
}

static void
refuse(struct http *http, struct batch *batch, size_t index)
{
	const bool host = breaker_state(&http->own, clock_now()) != BREAKER_OPEN;
	const struct http_breaker *open = host ? &http->host : &http->own;
	struct err failure = ERR_INIT;

	arena_reset(&http->scratch);
	err_set(&failure, ERR_SERVICE,
	    !host && http->config.ban_s > 0 ? "requests to \"%s\" are held until %s: it shut us out, or failed %u times in a row"
					    : "requests to \"%s\" are held until %s after %u failures in a row",
	    host ? http->host_key : http->config.base_url, clock_iso(&http->scratch, open->open_until_utc), open->failures);
	deliver(batch, index, NULL, &failure);
}

/* The waiting errand that is due first; NULL if none waits. */
static struct errand *
next_errand(struct batch *batch)
{
	struct errand *best = NULL;
	size_t i;

	while (batch->first < batch->count && batch->errands[batch->first].state == ERRAND_ENDED)
		batch->first++;
	for (i = batch->first; i < batch->count; i++) {
		struct errand *errand = &batch->errands[i];

		if (errand->state != ERRAND_WAITING || (best != NULL && best->due_ms <= errand->due_ms))
			continue;
		best = errand;
		/* What was never tried is due at once, and those after it are no earlier. */
		if (errand->due_ms == 0)
			break;
	}
	return best;
}

/* A write goes out only if it is still ours to send: much time may have passed since it was decided, in a wait or in a stopped process. */
static bool
is_permitted(const struct http *http, struct batch *batch, const struct errand *errand)
{
	struct err why = ERR_INIT;

	if (errand->request->repeatable || http->config.permit == NULL ||
	    http->config.permit(http->config.permit_context, &why) == 0)
		return true;
	stop(batch, &why);
	return false;
}

/* Start what may start; ret_wait_ms is the time until something more may (at most a second while transfers run). */
static int
start_due(struct http *http, struct batch *batch, int64_t *ret_wait_ms, struct err *err)
{
	struct errand *errand;
	int64_t now, due;

	*ret_wait_ms = 1000;
	while (
	    !batch->stopped && transfer_running(http->pool) < http->config.connections && (errand = next_errand(batch)) != NULL) {
		switch (admitted(http)) {
		case BREAKER_OPEN: refuse(http, batch, (size_t)(errand - batch->errands)); continue;
		case BREAKER_PROBE:
			if (transfer_running(http->pool) > 0)
				return 0;
			break;
		case BREAKER_CLOSED: break;
		}
		now = now_ms(http);
		due = errand->due_ms > http->next_ms ? errand->due_ms : http->next_ms;
		due = due > http->hold_ms ? due : http->hold_ms;
		if (due > now) {
			*ret_wait_ms = due - now;
			return 0;
		}
		if (!is_permitted(http, batch, errand))
			return 0;
		if (errand->retry.tries == 0)
			errand->begun_ms = now;
		trace_start(http, errand);
		if (transfer_start(http->pool, errand->request, (size_t)(errand - batch->errands), err) != 0)
			return -1;
		errand->state = ERRAND_RUNNING;
		http->next_ms = now + http->config.min_gap_ms;
	}
	return 0;
}

/* Once the caller wants to end, nobody waits for what was only asked for. What writes must be known to have been done or not. */
static void
give_up_reads(struct http *http, struct batch *batch)
{
	struct err why = ERR_INIT;
	size_t index;

	err_set(&why, ERR_SERVICE, "stopped on request");
	while (http->config.stopped(http->config.stopped_context) && transfer_drop_read(http->pool, &index))
		deliver(batch, index, NULL, &why);
}

/* All errands to their end, or, once stopped, those under way. */
static int
run_batch(struct http *http, struct batch *batch, struct err *err)
{
	struct transfer_result result;
	int64_t wait_ms;
	int ended;

	while (batch->ended < batch->count) {
		if (http->config.stop_reads && is_stopped(http, batch))
			give_up_reads(http, batch);
		if (start_due(http, batch, &wait_ms, err) != 0)
			return -1;
		if (transfer_running(http->pool) == 0) {
			if (batch->ended == batch->count || is_stopped(http, batch))
				return 0;
			sleep_ms(http, wait_ms < LONGEST_SLEEP_MS ? wait_ms : LONGEST_SLEEP_MS);
			continue;
		}
		ended = transfer_wait(http->pool, wait_ms, &result, err);
		if (ended < 0)
			return -1;
		if (ended > 0)
			settle(http, batch, &result);
	}
	return 0;
}

/* Requests that our own code builds wrongly are bugs; header values may come from a configuration. */
static int
check_request(const struct http_request *request, struct err *err)
{
	size_t i;

	BUG_UNLESS(request->what != NULL && request->path[0] == '/' && !text_has_control(request->path));
	BUG_UNLESS(strchr(request->path, ' ') == NULL && strchr(request->path, '#') == NULL);
	BUG_UNLESS(text_equal(request->method, "GET") || text_equal(request->method, "POST"));
	for (i = 0; i < request->header_count; i++) {
		if (text_has_control(request->headers[i].value))
			return err_set(err, ERR_CONFIG, "header \"%s\" of %s holds a line break or another control character",
			    request->headers[i].name, request->what);
	}
	return 0;
}

int
http_send_all(struct arena *arena, struct http *http, const struct http_request *requests, size_t count,
    int (*done)(void *, size_t, const struct http_response *, const struct err *, struct err *), void *context, struct err *err)
{
	struct arena own = ARENA_INIT; /* done() may reset the caller's */
	struct err first = ERR_INIT, trouble = ERR_INIT;
	struct batch batch = { .arena = arena, .count = count, .done = done, .context = context, .err = &first };
	int rc = -1;
	size_t i;

	batch.errands = ARENA_ARRAY(&own, count, struct errand);
	for (i = 0; i < count; i++) {
		if (check_request(&requests[i], err) != 0)
			goto out;
		batch.errands[i].request = &requests[i];
	}
	if (run_batch(http, &batch, &trouble) != 0)
		*err = trouble;
	else if (batch.stopped)
		*err = first;
	else
		rc = 0;
out:
	arena_done(&own);
	return rc;
}

struct single {
	struct http_response *response;
	struct arena *arena;
};

static int
keep_single(void *context, size_t index, const struct http_response *response, const struct err *failure, struct err *err)
{
	struct single *single = context;

	(void)index;
	if (failure != NULL) {
		*err = *failure;
		return -1;
	}
	single->response = ARENA_NEW(single->arena, struct http_response);
	*single->response = *response;
	return 0;
}

int
http_send(struct arena *arena, struct http *http, const struct http_request *request, struct http_response **ret_response,
    struct err *err)
{
	struct single single = { .arena = arena };

	if (http_send_all(arena, http, request, 1, keep_single, &single, err) != 0)
		return -1;
	*ret_response = single.response;
	return 0;
}

/* Host and port as the address spells them: another port is another program. */
static const char *
authority(struct http *http)
{
	const char *host = strstr(http->config.base_url, "://");

	host = host == NULL ? http->config.base_url : host + 3;
	return arena_strndup(&http->arena, host, strcspn(host, "/"));
}

int
http_open(const struct http_config *config, struct http **ret_http, struct err *err)
{
	struct http *http = calloc(1, sizeof(*http));

	BUG_UNLESS(http != NULL);
	BUG_UNLESS(config->connections > 0 && config->max_bytes > 0 && config->retry.max_tries > 0);
	BUG_UNLESS(config->connect_timeout_ms > 0 && config->idle_timeout_ms > 0 && config->total_timeout_ms > 0);
	http->config = *config;
	http->config.base_url = arena_strdup(&http->arena, config->base_url);
	http->config.user_agent = arena_strdup(&http->arena, config->user_agent);
	http->config.ca_file = arena_strdup(&http->arena, config->ca_file);
	http->config.keep_header = arena_strdup(&http->arena, config->keep_header);
	if (config->user_agent == NULL || config->user_agent[0] == '\0' || text_has_control(config->user_agent)) {
		err_set(err, ERR_CONFIG, "requests need a user agent on one line");
		goto fail;
	}
	if (transfer_open(&http->config, &http->pool, err) != 0)
		goto fail;
	http->host_key = authority(http);
	http->own_key = config->account == NULL ? http->config.base_url
						: arena_printf(&http->arena, "%s %s", http->config.base_url, config->account);
	if (config->breaker != NULL && (config->breaker->load(config->breaker->context, http->own_key, &http->own, err) != 0 ||
					   config->breaker->load(config->breaker->context, http->host_key, &http->host, err) != 0))
		goto fail;
	*ret_http = http;
	return 0;
fail:
	http_close(http);
	return -1;
}

void
http_close(struct http *http)
{
	if (http == NULL)
		return;
	transfer_close(http->pool);
	arena_done(&http->scratch);
	arena_done(&http->arena);
	free(http);
}
