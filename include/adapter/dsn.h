#ifndef ADAPTER_DSN_H
#define ADAPTER_DSN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* A mail that came to us, as far as it may say what became of one that we sent. Nothing here is judged, and nothing is trusted: every text is
 * whatever the sender wrote, but valid UTF-8 on one line. */

/* Of a longer mail the rest is not looked at: what it says stands in front of the mail that it gives back. */
#define DSN_MAX_BYTES ((size_t)1 << 20)
#define DSN_MAX_RECIPIENTS 50
#define DSN_MAX_ADDRESSES 100
#define DSN_TEXT_BYTES 1000
#define DSN_BODY_BYTES 8000

/* What a report says of one recipient; "" for what it does not say. */
struct dsn_recipient {
	const char *action; /* "failed", "delayed", "delivered", "relayed", "expanded": lower case */
	const char *status; /* "5.1.1" */
	const char *words;  /* of the server that refused, without their type */
	const char *final;  /* addresses, without their type */
	const char *original;
};

struct dsn {
	bool report; /* a report on delivery: the recipients are what it says */
	struct dsn_recipient *recipients;
	size_t recipient_count;
	const char *message_id; /* of the mail that it gives back, with its brackets; NULL: none */
	const char **delivered; /* what looks like an address in the headers that tell whom it was delivered to */
	size_t delivered_count;
	const char *from;             /* whole header; "" without one */
	const char *failed_recipient; /* X-Failed-Recipients; NULL: no such header */
	const char *body;             /* the first plain text, its lines joined by blanks; "" without one */
};

/**
 * dsn_read(arena, bytes, len):
 * Take a mail apart. It never fails: of what is no mail little is found. What lies beyond the limits above, deeper than a report in a
 * wrapper, or behind DSN_MAX_BYTES, is not found.
 *
 * Source: RFC 3464 (delivery status notifications), RFC 3462 section 1 (multipart/report), RFC 6533 section 3 (message/global-…).
 */
struct dsn *dsn_read(struct arena *, const void *, size_t) __attribute__((nonnull, returns_nonnull));

#endif
