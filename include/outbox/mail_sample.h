#ifndef OUTBOX_MAIL_SAMPLE_H
#define OUTBOX_MAIL_SAMPLE_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "outbox/catalogue.h"
#include "outbox/mail_template.h"
#include "outbox/relay.h"

/* Mails without an event, filled with the catalogue's samples: to be looked at. */

/**
 * mail_sample(arena, template_dir, message, locale, tenant's issuer and reply address, whole, ret_letter, ret_language, err):
 * ${issuer} and ${reply_to} NULL: those of the samples. Without ${whole} it has none of the values that may be missing.
 *
 * Errors: as mail_template_open() and mail_template_fill().
 */
MUST_CHECK int mail_sample(struct arena *, const char *, const struct catalogue_message *, const char *, const char *, const char *,
    bool, struct mail_letter *, const char **, struct err *) __attribute__((nonnull(1, 2, 3, 4, 8, 9, 10)));

/**
 * mail_sample_build(arena, from, message, letter, language, mailbox, message_id, now_utc, ret_bytes, ret_len, err):
 * A sample as it goes over the wire, to one address; the subject stays as the letter's.
 *
 * Errors: as message_build().
 */
MUST_CHECK int mail_sample_build(struct arena *, const struct relay *, const struct catalogue_message *, const struct mail_letter *,
    const char *, const char *, const char *, int64_t, char **, size_t *, struct err *) __attribute__((nonnull));

/**
 * mail_sample_send(arena, relay, template_dir, message, locale, mailbox, now_utc, ret_answer, err):
 * To one address, by the tenant's mail server; the subject says that it is a test.
 *
 * Errors: ERR_SERVICE if the server cannot be reached or refuses us; what it says about this mail is the answer.
 */
MUST_CHECK int mail_sample_send(struct arena *, struct relay *, const char *, const struct catalogue_message *, const char *,
    const char *, int64_t, struct smtp_answer **, struct err *) __attribute__((nonnull));

#endif
