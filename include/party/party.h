#ifndef PARTY_PARTY_H
#define PARTY_PARTY_H

#include <stdint.h>

#include "base/err.h"
#include "db/db.h"

/**
 * party_decide(db, ret_decided, err):
 * In the open transaction, before entitle_begin(): carry out the merges and splits that people asked for (party/person.h). What they moved
 * is looked at by the same reconcile.
 */
MUST_CHECK int party_decide(struct db *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * party_reckon(db, ret_persons, err):
 * In the open transaction, with the TEMP table `look_document` (entitle_begin): contacts of these documents that are nobody yet become
 * persons, one per e-mail, called as the newest document calls them (two names that cannot be one human's are a doubt); accounts that
 * vanished are nobody's. ${ret_persons} is how many
 * contacts found their person.
 */
MUST_CHECK int party_reckon(struct db *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * party_accounts(db, err):
 * In the open transaction, with the TEMP table `dirty_pair`: its persons get the one account of each site that carries their address.
 */
MUST_CHECK int party_accounts(struct db *, struct err *) __attribute__((nonnull));

#endif
