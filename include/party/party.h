#ifndef PARTY_PARTY_H
#define PARTY_PARTY_H

#include <stdint.h>

#include "base/err.h"
#include "db/db.h"

/**
 * party_reckon(db, ret_persons, err):
 * In the open transaction: contacts of the ledger that are nobody yet become persons (one per e-mail), called as the newest
 * document calls them, and persons get the one account of each site that carries their address. ${ret_persons} is how many contacts found their person.
 */
MUST_CHECK int party_reckon(struct db *, int64_t *, struct err *) __attribute__((nonnull));

#endif
