#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/http.h"

/* Single tries of requests over libcurl, several at once. When to try, and what an ending means, is the client's. */
struct transfer_pool;

enum transfer_end {
	TRANSFER_ANSWERED,  /* a whole answer, of any status */
	TRANSFER_UNSENT,    /* nothing of the request left */
	TRANSFER_CUT,       /* sent, at least in part, but no whole answer */
	TRANSFER_TOO_LARGE, /* the body passed max_bytes */
	TRANSFER_GUARDED,   /* every address of the host was refused */
	TRANSFER_UNTRUSTED, /* the peer's certificate */
	TRANSFER_BROKEN     /* libcurl cannot do what we asked: our mistake */
};

/* Strings are borrowed until the next transfer_start(). */
struct transfer_result {
	size_t tag;
	enum transfer_end end;
	const char *reason; /* of all ends but TRANSFER_ANSWERED, one line */
	long status;
	const char *content_type;
	int64_t retry_after_s;     /* -1: absent */
	const char *kept;          /* value of `keep_header`; NULL: absent */
	int64_t date_utc;          /* 0: none */
	const char *redirect_host; /* of a redirect; NULL: none */
	const char *body;
	size_t body_len;
};

/**
 * transfer_open(config, ret_pool, err), transfer_close(pool):
 * Check the base URL and make ready for ${config->connections} transfers at once. ${config} is borrowed.
 */
MUST_CHECK int transfer_open(const struct http_config *, struct transfer_pool **, struct err *) __attribute__((nonnull));
void transfer_close(struct transfer_pool *);

/**
 * transfer_host(pool):
 * Host of the base URL, lower case, without brackets.
 */
const char *transfer_host(const struct transfer_pool *) __attribute__((nonnull, returns_nonnull));

/**
 * transfer_running(pool):
 * How many are under way.
 */
size_t transfer_running(const struct transfer_pool *) __attribute__((nonnull));

/**
 * transfer_start(pool, request, tag, err):
 * Begin; there must be room for one more. ${request} is borrowed until it has ended.
 */
MUST_CHECK int transfer_start(struct transfer_pool *, const struct http_request *, size_t, struct err *) __attribute__((nonnull));

/**
 * transfer_wait(pool, timeout_ms, ret_result, err):
 * Let the transfers go on until one has ended (returns 1) or the time is over (returns 0; -1 on error).
 */
MUST_CHECK int transfer_wait(struct transfer_pool *, int64_t, struct transfer_result *, struct err *) __attribute__((nonnull));

/**
 * transfer_drop_read(pool, ret_tag):
 * End one transfer of a repeatable request without its answer; false if none is under way.
 */
bool transfer_drop_read(struct transfer_pool *, size_t *) __attribute__((nonnull));

#endif
