#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/retry.h"

/* Requests to one configured host: concurrency, keep-alive, time-outs, limits, retry, breaker, address guard. */
struct http;

struct http_header {
	const char *name;
	const char *value;
	bool secret; /* prints as <redacted> */
};

struct http_config {
	const char *base_url; /* scheme, host, port, path prefix; requests stay on this host */
	const char *account;  /* where each of several has limits of its own: a name for ours; NULL: they count for the address */
	const char *user_agent;
	const char *ca_file;              /* NULL: the system's */
	const char *const *allow_private; /* hosts that may resolve to loopback, private, link-local, CGNAT, ULA addresses */
	size_t allow_private_count;
	bool allow_http;          /* plain HTTP, to loopback only */
	unsigned connections;     /* at once */
	struct retry retry;       /* for transient failures of what may be repeated */
	int64_t min_gap_ms;       /* pace: least time between two requests' starts; 0: none */
	int64_t too_many_wait_ms; /* wait after a 429 that does not say how long; 0: as after other failures */
	int64_t ban_s; /* a 429 is a ban: it is not tried again, and the breaker holds the address for so long; 0: it is none */
	const char *keep_header;    /* name of a header whose value responses keep; NULL: none */
	int64_t connect_timeout_ms; /* all three required */
	int64_t idle_timeout_ms;    /* no byte for so long */
	int64_t total_timeout_ms;
	size_t max_bytes;                         /* of a response body */
	const struct http_breaker_store *breaker; /* where the breaker lives between runs; NULL: in memory */
	void (*sleep_ms)(int64_t);                /* NULL: clock_sleep_ms(); tests inject */
	bool (*stopped)(void *); /* asked while waiting; true: begin nothing more, not even another try; NULL: never */
	void *stopped_context;
	bool stop_reads; /* and then what is repeatable is given up at once, under way or not */
	/* Asked right before each try of what is not repeatable; its error ends the sending, nothing new is begun. NULL: always allowed. */
	int (*permit)(void *, struct err *);
	void *permit_context;
	void (*trace)(void *, const char *line); /* debug lines, secrets redacted; NULL: none */
	void *trace_context;
};

struct http_request {
	const char *method; /* "GET", "POST" */
	const char *path;   /* appended to base_url; query included; begins with '/' */
	const struct http_header *headers;
	size_t header_count;
	const void *body;
	size_t body_len;
	bool repeatable;  /* may be sent again after a failure that leaves it unknown whether it was done */
	bool secret_body; /* never traced */
	const char *what; /* names it in errors: "core_user_get_users" */
};

struct http_response {
	long status;
	const char *content_type; /* without parameters, lower case; "" if absent */
	int64_t retry_after_s;    /* -1 if absent; capped at one hour */
	const char *kept;         /* value of the configuration's `keep_header`; NULL if absent */
	int64_t date_utc;         /* when the server says it answered; 0: it does not */
	const char *body;         /* NUL-terminated */
	size_t body_len;
	unsigned tries;
	int64_t elapsed_ms;
};

/* The breaker's memory: `failures` requests in a row ended in transient failures, their retries included. From the fifth on requests
 * are refused until `open_until_utc`; then one is let through as a probe: it closes the breaker or opens it for twice as long.
 * There is one for what is called (the base URL, and the account if it has one) and one for its host and port, which all share that
 * call something there. Only what never reached the host counts for the host. */
struct http_breaker {
	unsigned failures;
	int64_t open_until_utc;
};
struct http_breaker_store {
	int (*load)(void *, const char *called, struct http_breaker *, struct err *);
	int (*save)(void *, const char *called, const struct http_breaker *, struct err *);
	void *context;
};

/**
 * http_open(config, ret_http, err), http_close(http):
 * Strings of ${config} are copied; the breaker's store and the trace context are borrowed.
 *
 * Errors: ERR_CONFIG for a URL that is not https (or allowed http to loopback), has user info, a query or a fragment; for a missing
 * user agent, an unreadable ca_file; what the breaker's store says.
 */
MUST_CHECK int http_open(const struct http_config *, struct http **, struct err *) __attribute__((nonnull));
void http_close(struct http *);

/**
 * http_send(arena, http, request, ret_response, err):
 * Send and wait. Any HTTP status is a response, except 429 and 5xx, which are tried again as the policy says when the request
 * is repeatable (429 and 503 also when it is not) and end as ERR_SERVICE naming status and the first words of the body. A Retry-After
 * holds every request to the host, not only this one. What is not repeatable gets a connection of its own, because libcurl silently
 * repeats a request when a kept-alive connection turns out to be dead.
 *
 * Owns: the response lives as long as ${arena}.
 * Errors: ERR_SERVICE connection failed, timed out before anything was sent, breaker open, retries used up; ERR_DOUBT sent but no
 * whole answer, or a 5xx other than 503, to what is not repeatable; ERR_REFUSED address guard, redirect, untrusted certificate;
 * ERR_DATA body larger than max_bytes (ERR_DOUBT for what is not repeatable).
 */
MUST_CHECK int http_send(struct arena *, struct http *, const struct http_request *, struct http_response **, struct err *)
    __attribute__((nonnull));

/**
 * http_send_all(arena, http, requests, count, done, context, err):
 * Send many, at most `connections` at once. ${done} is called as each ends, in any order, with its index and either a response
 * or an error (the other is NULL). A non-zero return of it, with its own error set, ends the call: no new request is begun, those
 * under way are waited for and handed to ${done} too, as it must know what became of them; the first error is returned, and failures after
 * it do not count for the breaker: what went out together fails together.
 *
 * Owns: each response is made just before its call, so ${done} may reset ${arena} when it has used it.
 */
MUST_CHECK int http_send_all(struct arena *, struct http *, const struct http_request *, size_t,
    int (*)(void *, size_t, const struct http_response *, const struct err *, struct err *), void *, struct err *)
    __attribute__((nonnull(1, 2, 5, 7)));

/**
 * http_form(arena, pairs, count):
 * application/x-www-form-urlencoded text of ${count} pairs: name, value, name, value, … Blanks become %20, so that it is also
 * good as a query.
 */
char *http_form(struct arena *, const char *const *, size_t) __attribute__((nonnull, returns_nonnull));

/**
 * http_address_private(address text):
 * Is this numeric IPv4 or IPv6 address one the guard refuses (loopback, private, link-local, CGNAT, unspecified, multicast,
 * ULA, v4-mapped forms of these, documentation and benchmark ranges)?
 */
bool http_address_private(const char *) __attribute__((nonnull));

#endif
