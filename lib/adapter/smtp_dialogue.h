#ifndef ADAPTER_SMTP_DIALOGUE_H
#define ADAPTER_SMTP_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "adapter/smtp.h"
#include "base/buf.h"

/* What the lines of an SMTP dialogue mean, apart from how they travel. A reply means what the command before it makes it mean, so both
 * sides' lines are followed. */

/* How far the dialogue is: the newest command sent, or how much of the message. */
enum dialogue_stage {
	DIALOGUE_CONNECT,
	DIALOGUE_HELLO,
	DIALOGUE_TLS,
	DIALOGUE_LOGIN,
	DIALOGUE_SENDER,
	DIALOGUE_RECIPIENT,
	DIALOGUE_DATA,
	DIALOGUE_BODY,
	DIALOGUE_END /* the server may have the whole message */
};

struct dialogue {
	enum dialogue_stage stage;
	int code;         /* of the newest reply, 0 if none came since the stage began */
	bool reply_whole; /* its last line was seen: the next line begins another reply */
	bool utf8;        /* the connection's server offers SMTPUTF8 */
	bool over;        /* we said QUIT: what the server says now is no answer to the mail */
	struct buf reply; /* its text, lines joined by a blank */
};

/* What a dialogue that ended says of the mail. */
enum dialogue_verdict {
	DIALOGUE_ACCEPTED,
	DIALOGUE_DEFERRED,
	DIALOGUE_REJECTED,
	DIALOGUE_DOUBT,
	DIALOGUE_SESSION /* nothing: it failed before it was about the mail */
};

/**
 * dialogue_init(dialogue), dialogue_done(dialogue):
 * Make and give back; dialogue_enter() begins a mail.
 */
void dialogue_init(struct dialogue *) __attribute__((nonnull));
void dialogue_done(struct dialogue *) __attribute__((nonnull));

/**
 * dialogue_enter(dialogue, stage):
 * The stage begins: what was said before counts no more.
 */
void dialogue_enter(struct dialogue *, enum dialogue_stage) __attribute__((nonnull));

/**
 * dialogue_sent(dialogue, line, len):
 * A line on its way to the server. Lines of the login's own dialogue carry no verb and change nothing.
 */
void dialogue_sent(struct dialogue *, const char *, size_t) __attribute__((nonnull));

/**
 * dialogue_heard(dialogue, line, len):
 * One line of the server: "250-…" goes on, "250 …" ends a reply, anything else is not heard.
 *
 * Source: RFC 5321 section 4.2.
 */
void dialogue_heard(struct dialogue *, const char *, size_t) __attribute__((nonnull));

/**
 * dialogue_text(dialogue):
 * The newest reply's words, as the server sent them but for NULs, which become blanks; "(no text)" if there are none.
 */
const char *dialogue_text(const struct dialogue *) __attribute__((nonnull, returns_nonnull));

/**
 * dialogue_verdict(dialogue, whole):
 * What became of the mail; ${whole}: the transport says that all of it went well.
 *
 * Source: RFC 5321 sections 3.8 (421 closes the channel whatever it answers) and 4.2.2 (552 to MAIL: the message is too large).
 */
enum dialogue_verdict dialogue_verdict(const struct dialogue *, bool) __attribute__((nonnull));

#endif
