#ifndef SANDBOX_REPLY_H
#define SANDBOX_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define REPLY_DEPTH 16

/* An answer written once and sent as Moodle's JSON or XML, or as plain JSON. */
enum reply_form {
	REPLY_JSON, /* as PHP's json_encode(): \uXXXX for what is not ASCII, \/ for a slash */
	REPLY_XML,  /* as Moodle's REST server */
	REPLY_PLAIN /* UTF-8 JSON, as other services write it */
};

struct reply {
	struct buf *out;
	enum reply_form form;
	bool more[REPLY_DEPTH]; /* an element was written at this depth */
	unsigned depth;
};

void reply_init(struct reply *, struct buf *, enum reply_form) __attribute__((nonnull));

/**
 * reply_object(reply, key), reply_list(reply, key), reply_end_object(reply), reply_end_list(reply):
 * Open and close; ${key} is NULL at the top and inside a list.
 */
void reply_object(struct reply *, const char *) __attribute__((nonnull(1)));
void reply_end_object(struct reply *) __attribute__((nonnull));
void reply_list(struct reply *, const char *) __attribute__((nonnull(1)));
void reply_end_list(struct reply *) __attribute__((nonnull));

/**
 * reply_text(reply, key, value), reply_int(…), reply_bool(…), reply_null(reply, key):
 * A value; ${value} NULL is null.
 */
void reply_text(struct reply *, const char *, const char *) __attribute__((nonnull(1)));
void reply_int(struct reply *, const char *, int64_t) __attribute__((nonnull(1)));
void reply_bool(struct reply *, const char *, bool) __attribute__((nonnull(1)));
void reply_null(struct reply *, const char *) __attribute__((nonnull(1)));

/**
 * reply_absent(reply, key), reply_absent_list(reply, key):
 * A member that is declared but not there: JSON leaves it out, XML says null or gives an empty list.
 */
void reply_absent(struct reply *, const char *) __attribute__((nonnull));
void reply_absent_list(struct reply *, const char *) __attribute__((nonnull));

/**
 * reply_raw(reply, key, json):
 * A value that is JSON already (REPLY_PLAIN only).
 */
void reply_raw(struct reply *, const char *, const char *) __attribute__((nonnull(1, 3)));

#endif
