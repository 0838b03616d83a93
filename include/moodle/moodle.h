#ifndef MOODLE_MOODLE_H
#define MOODLE_MOODLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter/json.h"
#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "http/http.h"
#include "moodle/params.h"

/* The web service of one Moodle site: POST of a form, answer in JSON, REST protocol.
 * Source: Moodle 4.5, webservice/rest/locallib.php; behaviour as recorded in tests/fixtures/moodle-4.5. */
struct moodle;

enum moodle_settings {
	MOODLE_RAW = 1,        /* texts as stored, not HTML-formatted: wanted wherever course names matter */
	MOODLE_ENGLISH_UTC = 2 /* words in English, dates in UTC, whatever the account's profile says */
};

struct moodle_request {
	const char *function;
	struct params params;
	unsigned settings; /* of enum moodle_settings */
	bool writes;       /* never sent again blindly; without a whole answer it is in doubt */
};

/* What became of one request: an answer, or an error and, when Moodle itself refused, its error code. */
struct moodle_reply {
	const struct json *json; /* NULL after an error */
	const char *errorcode;   /* NULL unless Moodle refused */
	struct err err;
};

/* How the bytes travel. Tests put their own here to inject failures; NULL members stand for lib/http. */
struct moodle_wire {
	int (*send_all)(void *, struct arena *, const struct http_request *, size_t,
	    int (*)(void *, size_t, const struct http_response *, const struct err *, struct err *), void *, struct err *);
	void *context;
	void (*sleep_ms)(int64_t);                /* NULL: clock_sleep_ms() */
	const struct http_breaker_store *breaker; /* NULL: in memory */
	int (*permit)(void *, struct err *);      /* asked right before each write is sent; NULL: always allowed */
	void *permit_context;
	void (*trace)(void *, const char *); /* debug lines of lib/http; NULL: none */
	void *trace_context;
};

/**
 * moodle_open(config, token, wire, ret_moodle, err), moodle_close(moodle):
 * Nothing is sent yet. ${token} is the secret itself; ${wire} may be NULL. ${config} must outlive the handle.
 *
 * Errors: as http_open().
 */
MUST_CHECK int moodle_open(const struct config_site *, const char *, const struct moodle_wire *, struct moodle **, struct err *)
    __attribute__((nonnull(1, 2, 4, 5)));
void moodle_close(struct moodle *);

/**
 * moodle_config(moodle):
 * The settings it was opened with.
 */
const struct config_site *moodle_config(const struct moodle *) __attribute__((nonnull, returns_nonnull));

/**
 * moodle_wave(moodle):
 * How many requests to hand to moodle_call_all() at once so that every connection stays busy.
 */
size_t moodle_wave(const struct moodle *) __attribute__((nonnull));

/**
 * moodle_sleep(moodle, ms):
 * Wait, as its wire has it.
 */
void moodle_sleep(const struct moodle *, int64_t) __attribute__((nonnull));

/**
 * moodle_request_init(request, arena, function):
 * A read without parameters; set the rest by hand.
 */
void moodle_request_init(struct moodle_request *, struct arena *, const char *) __attribute__((nonnull));

/**
 * moodle_call(arena, moodle, request, ret_reply, err):
 * Send one request and wait. After an error ${ret_reply->errorcode} is set if Moodle refused (the only output on failure).
 * Temporary refusals (maintenance, upgrade, database down) are tried again for a while.
 *
 * Owns:   the answer lives as long as ${arena}.
 * Errors: as answer_judge(), and as http_send_all(); ERR_DOUBT: a write that may or may not have been done.
 */
MUST_CHECK int moodle_call(struct arena *, struct moodle *, const struct moodle_request *, struct moodle_reply *, struct err *)
    __attribute__((nonnull));

/**
 * moodle_call_all(arena, moodle, requests, count, done, context, err):
 * Send many over the site's connections; ${done} is called as each ends, in any order, with its index. A non-zero return of ${done}
 * (with its ${err} set) starts no new request and ends the call.
 */
MUST_CHECK int moodle_call_all(struct arena *, struct moodle *, const struct moodle_request *, size_t,
    int (*)(void *, size_t, const struct moodle_reply *, struct err *), void *, struct err *) __attribute__((nonnull(1, 2, 5, 7)));

#endif
