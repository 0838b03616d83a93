#ifndef SANDBOX_WEB_H
#define SANDBOX_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define WEB_BODY_MAX ((size_t)64 << 20) /* the web server's own limit: past it 413 */
#define WEB_HEADERS_MAX 12

/* A request as it came, and the answer to send. */
struct web_request {
	struct arena *arena;
	const char *method;
	const char *path;         /* as sent, without the query */
	const char *query;        /* raw; "" if none */
	const char *content_type; /* NULL if absent */
	const char *body;
	size_t body_len;
	bool too_large; /* the body was over WEB_BODY_MAX and is not here */
	void *connection;
};

struct web_answer {
	unsigned status;
	struct {
		const char *name, *value;
	} headers[WEB_HEADERS_MAX];
	size_t header_count;
	struct buf body;
	size_t cut_bytes; /* send only so many of the promised bytes, then close; SIZE_MAX: all */
	bool hang_up;     /* close without any answer */
};

/**
 * web_header(request, name):
 * A request header, NULL if absent.
 */
const char *web_header(const struct web_request *, const char *) __attribute__((nonnull));

/**
 * web_say(answer, name, value):
 * Add a response header; both strings must live until the answer is sent.
 */
void web_say(struct web_answer *, const char *, const char *) __attribute__((nonnull));

struct web_config {
	const char *address; /* "127.0.0.1" */
	uint16_t port;       /* 0: any free one */
	const char *key;     /* PEM; NULL: plain HTTP */
	const char *certificate;
	void (*handle)(struct web_request *, struct web_answer *); /* called by many threads at once */
};

/**
 * web_start(config, ret_port, err), web_stop():
 * Serve, one thread per connection: an answer may take its time without holding up the others.
 */
MUST_CHECK int web_start(const struct web_config *, uint16_t *, struct err *) __attribute__((nonnull));
void web_stop(void);

#endif
