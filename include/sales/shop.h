#ifndef SALES_SHOP_H
#define SALES_SHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter/json.h"
#include "base/arena.h"
#include "base/err.h"
#include "http/http.h"
#include "sales/source.h"

/* Asking a shop over HTTP: what is the same for every kind of source that does. How it is talked to, that it is JSON and its clock ours, that
 * nothing but 200 is an answer, and that no message repeats a secret. A kind says what differs. */
struct shop;

#define SHOP_MOST_HEADERS 4

/* What a status means for the source, and what a person can do about it. */
struct shop_refusal {
	long status;      /* 0: any other; the last one of a list */
	const char *code; /* only where the error's member "code" is this; NULL: whatever it says */
	enum err_code err;
	const char *says; /* "the shop does not accept the key" */
	bool names;       /* what was asked for stands behind it */
	const char *hint; /* a full sentence; NULL: none */
};

struct shop_manner {
	const char *home;    /* its address, unless the configuration names one; NULL: that always does */
	const char *base;    /* what comes behind the address in every request; NULL: nothing */
	bool shared_address; /* many shops answer there, each with limits of its own */
	/* As in struct http_config. */
	struct retry retry;
	int64_t min_gap_ms, too_many_wait_ms, ban_s;
	const char *keep_header;
	int64_t idle_timeout_ms, total_timeout_ms;
	size_t max_bytes;

	struct http_header headers[SHOP_MOST_HEADERS]; /* of every request, beside Accept; a name that is NULL ends them */
	const char *secret;                            /* no message repeats it; NULL: the source's */
	const char *secret_name;                       /* "the API key" */

	const char *clock; /* whose clock must be ours, but for ten minutes: "the shop's"; NULL: no matter */
	const char *sold;  /* what may be missed if it is not: "orders" */

	/* What an error says, to be shown with its status: of the JSON of its body, NULL if it is none. */
	const char *(*words)(struct arena *, const struct http_response *, const struct json *);
	const struct shop_refusal *refusals;
};

/**
 * shop_open(arena, source, sink, manner, ret_shop, err), shop_close(shop):
 * Make ready; nothing is sent yet.
 *
 * Owns: the shop lives as long as ${arena}; ${manner} is copied, the texts it points to are borrowed, so are ${source} and ${sink}.
 * Errors: those of http_open().
 */
MUST_CHECK int shop_open(struct arena *, const struct sales_source *, const struct sales_sink *, const struct shop_manner *,
    struct shop **, struct err *) __attribute__((nonnull));
void shop_close(struct shop *);

/**
 * shop_get(arena, shop, what, path, ret_response, err):
 * Ask for ${path}, called ${what} in errors. Any status that http_send() lets through is an answer.
 *
 * Errors: those of http_send(); ERR_INCOMPLETE if the pull is to end, or if the clocks are ten minutes apart: what changed between the two
 * would lie outside of every window that is asked for.
 */
MUST_CHECK int shop_get(struct arena *, struct shop *, const char *, const char *, const struct http_response **, struct err *)
    __attribute__((nonnull));

/**
 * shop_connections(shop):
 * How many requests may be under way at once: the source's setting.
 */
unsigned shop_connections(const struct shop *) __attribute__((nonnull));

/**
 * shop_expect(shop, what, path), shop_mark(shop), shop_forget(shop, mark):
 * shop_get() will soon be asked for ${path}, after what was expected before and each time once. So it may go out together with what is asked
 * for until then, and its answer waits. Only for what does not depend on an answer that is still to come. With one connection nothing is
 * ever asked ahead. shop_forget() gives up what was expected since shop_mark() and was not asked for; 0 is the very beginning.
 */
void shop_expect(struct shop *, const char *, const char *) __attribute__((nonnull));
size_t shop_mark(const struct shop *) __attribute__((nonnull));
void shop_forget(struct shop *, size_t) __attribute__((nonnull));

/**
 * shop_json(arena, shop, what, response, kind, called, ret_json, err):
 * Take a 200 as JSON of that ${kind}, ${called} "a list", "an order" in errors.
 *
 * Errors: ERR_INCOMPLETE for what is not that: a broken page is no wrong sale, the reading is what failed. For another status what the
 * manner's refusals say, never "no sales".
 */
MUST_CHECK int shop_json(struct arena *, struct shop *, const char *, const struct http_response *, enum json_kind, const char *,
    struct json **, struct err *) __attribute__((nonnull));

/* Rows of a list: parsed, and each as it was sent. */
struct shop_rows {
	const struct json *items;
	const struct json_raw *raw;
	size_t count;
};

/**
 * shop_rows(arena, response, json, name, ret_rows, err):
 * Those of the list that is member ${name} of the answer, or, ${name} NULL, the answer itself.
 *
 * Owns: ${ret_rows} points into ${json} and ${response}.
 * Errors: ERR_DATA if there is no such list.
 */
MUST_CHECK int shop_rows(struct arena *, const struct http_response *, const struct json *, const char *, struct shop_rows *,
    struct err *) __attribute__((nonnull(1, 2, 3, 5, 6)));

/**
 * shop_total(shop, response, ret_total, err):
 * How many there are in all, as the header that is kept says.
 *
 * Errors: ERR_INCOMPLETE if it does not.
 */
MUST_CHECK int shop_total(const struct shop *, const struct http_response *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * shop_word(object, name):
 * A text member; "" if there is none.
 */
const char *shop_word(const struct json *, const char *) __attribute__((nonnull(2), returns_nonnull));

#endif
