#ifndef ADAPTER_SMTP_H
#define ADAPTER_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* A session with one mail relay, kept open between mails. Whole messages in, the relay's answer out. */
struct smtp;

struct smtp_limits {
	int64_t connect_timeout_ms;
	int64_t answer_timeout_ms; /* for each answer of the server; rounded up to whole seconds */
	int64_t total_timeout_ms;  /* for one mail */
};

/* RFC 5321 section 4.5.3.2 asks for ten minutes after the final dot: answers lost for haste are mails sent twice. */
#define SMTP_LIMITS (&(const struct smtp_limits){ 30 * 1000, 600 * 1000, 1800 * 1000 })

struct smtp_config {
	const char *url;  /* smtps://host[:port] or smtp://host[:port] */
	const char *user; /* NULL: no login */
	const char *password;
	const char *ca_file; /* NULL: the system's */
	struct smtp_limits limits;
	void (*trace)(void *, const char *line); /* the dialogue without login and message; NULL: none */
	void *trace_context;
};

struct smtp_mail {
	const char *sender; /* bare addresses; the domain in punycode */
	const char *recipient;
	const char *message; /* RFC 5322, lines end in CRLF */
	size_t message_len;
};

enum smtp_outcome {
	SMTP_ACCEPTED, /* the final 250 came */
	SMTP_DEFERRED, /* 4xx about this recipient or message */
	SMTP_REJECTED, /* 5xx about this recipient or message */
	SMTP_DOUBT     /* all of it was handed over, no answer came */
};

struct smtp_answer {
	enum smtp_outcome outcome;
	int code;         /* of the server; 0 with SMTP_DOUBT, and where it was not asked */
	const char *text; /* its words on one line; with SMTP_DOUBT what broke */
};

/**
 * smtp_open(config, ret_smtp, err), smtp_close(smtp):
 * Prepare; nothing is sent before the first mail. smtps:// is TLS from the start; smtp:// must become TLS by STARTTLS, except to a
 * loopback host without a ca_file, where it stays plain. Certificates are always verified. smtp_close() says QUIT; NULL does nothing.
 *
 * Errors: ERR_CONFIG for a URL of another form, an unreadable ca_file.
 */
MUST_CHECK int smtp_open(const struct smtp_config *, struct smtp **, struct err *) __attribute__((nonnull));
void smtp_close(struct smtp *);

/**
 * smtp_send(arena, smtp, mail, ret_answer, err):
 * Hand over one mail. What the server says about this mail is an answer; what it says about us, or not at all, is an error. A kept
 * connection that turns out closed before the message was begun is replaced once. An address outside ASCII goes only to a server that offers
 * SMTPUTF8: another one is not asked, and the answer is SMTP_REJECTED with code 0.
 *
 * Errors: ERR_SERVICE and nothing was handed over: no connection, TLS absent or not verified, login refused, sender refused, 421,
 * silence. ERR_REFUSED for an address with characters that do not belong in one.
 * Source: RFC 5321 sections 3.3, 4.2, 4.5.3; RFC 6531 section 3.2; libcurl, CURLOPT_MAIL_RCPT, CURLOPT_HEADERFUNCTION.
 */
MUST_CHECK int smtp_send(struct arena *, struct smtp *, const struct smtp_mail *, struct smtp_answer **, struct err *)
    __attribute__((nonnull));

/**
 * smtp_connections(smtp):
 * Connections opened so far.
 */
unsigned smtp_connections(const struct smtp *) __attribute__((nonnull));

#endif
