#ifndef OUTBOX_RELAY_H
#define OUTBOX_RELAY_H

#include "adapter/smtp.h"
#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "outbox/address.h"

/* A tenant's mail server, and who writes by it. */
struct relay {
	struct smtp *smtp; /* NULL: not open */
	struct address from;
	struct address reply_to; /* mailbox NULL: none */
	const char *issuer;      /* as letters are signed */
};

/**
 * relay_open(arena, tenant, limits, ret_relay, err), relay_close(relay):
 * By the settings of ${tenant}; ${limits} NULL are SMTP_LIMITS. Nothing is sent yet.
 *
 * Errors: ERR_CONFIG naming the tenant and its setting; a password that cannot be read.
 */
MUST_CHECK int relay_open(struct arena *, const struct config_tenant *, const struct smtp_limits *, struct relay *, struct err *)
    __attribute__((nonnull(1, 2, 4, 5)));
void relay_close(struct relay *) __attribute__((nonnull));

#endif
