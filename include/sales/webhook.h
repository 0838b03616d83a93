#ifndef SALES_WEBHOOK_H
#define SALES_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"

/* One delivery of a webhook. All that is taken of it is which document to look at; what that is like now, its source is asked. */
struct webhook {
	const char *event; /* in the sender's words */
	const char *id;    /* of the document; "": it names none */
	const char *nonce; /* what makes the delivery one; "": it is a sender's first knock, without an event */
};

/**
 * webhook_read(arena, config, secret, received_utc, bytes, len, ret_webhook, err):
 * Verify a delivery as it came, headers and body: its signature, in constant time; its time, beside the moment it was received; that its event
 * is one that is wanted; and that what it names is an id.
 *
 * Errors: ERR_REFUSED for a signature, time or event that is not to be taken; ERR_DATA for what is no such delivery; ERR_CONFIG for a secret that
 * cannot be one. The secret is in no message.
 * Source: Stripe, "Check the webhook signatures"; Squarespace Webhook Subscriptions API; WooCommerce, "Webhooks"; the X-MM-* headers of
 * MoodleManagement for FacturaScripts.
 */
MUST_CHECK int webhook_read(struct arena *, const struct config_source *, const char *, int64_t, const char *, size_t,
    struct webhook *, struct err *) __attribute__((nonnull));

#endif
