#ifndef ENTITLE_DEAL_H
#define ENTITLE_DEAL_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"

/* Deals: documents of several sources that are one sale. */

/**
 * deal_sync(arena, db, tenant, err):
 * In the open transaction: bring what settles what, and by which keys, in step with the configuration. When it changed every document is looked
 * at again.
 */
MUST_CHECK int deal_sync(struct arena *, struct db *, const struct config_tenant *, struct err *) __attribute__((nonnull));

/**
 * deal_reckon(db, err):
 * In the open transaction, with the TEMP table `look_document`: the deals of these documents and of all that share a key with them. Documents
 * whose part in a deal changed join `look_document`.
 */
MUST_CHECK int deal_reckon(struct db *, struct err *) __attribute__((nonnull));

/**
 * deal_payouts(db, err):
 * In the open transaction: which bank movement each payout of a payment provider is, as far as both are known now.
 */
MUST_CHECK int deal_payouts(struct db *, struct err *) __attribute__((nonnull));

#endif
