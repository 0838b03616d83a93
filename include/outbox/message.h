#ifndef OUTBOX_MESSAGE_H
#define OUTBOX_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "outbox/address.h"

struct message_file {
	const char *name; /* as the recipient sees it, UTF-8 */
	const char *type; /* "application/pdf" */
	const void *bytes;
	size_t len;
};

/* A mail to one recipient, before it is encoded. */
struct message {
	struct address from;
	struct address reply_to; /* mailbox NULL: none */
	struct address to;
	const char *subject;
	int64_t date_utc;
	const char *message_id; /* with its angle brackets */
	const char *language;   /* BCP 47 */
	const char *text;       /* flowed: soft line ends end in a blank */
	bool delsp;             /* which is not part of the text */
	const char *html;
	const struct message_file *file; /* NULL: none */
};

/* Larger than any relay takes. */
#define MESSAGE_MAX_BYTES ((size_t)40 << 20)

/**
 * message_build(arena, message, ret_bytes, ret_len, err):
 * The message as it goes over the wire (without dot-stuffing): headers in a fixed order, text and HTML as alternatives, the file
 * behind them. Pure: the same message gives the same bytes, the boundaries are a hash of the content.
 *
 * Errors: ERR_DATA naming the part and the reason: a control character in a header or address, text that is not UTF-8, a header that must
 * not be empty, a file name with a slash, more than MESSAGE_MAX_BYTES. Names and addresses are not in the message: they are personal data.
 * Source: RFC 5322 section 3.6; RFC 2046 section 5.1; RFC 3676 (format=flowed); RFC 3834 section 5 (Auto-Submitted); RFC 3282 (Content-Language).
 */
MUST_CHECK int message_build(struct arena *, const struct message *, char **, size_t *, struct err *) __attribute__((nonnull));

#endif
