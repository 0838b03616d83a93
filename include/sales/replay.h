#ifndef SALES_REPLAY_H
#define SALES_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"

/* The ledger keeps every version of every document as its source sent it. So it can be made once more without asking anybody: of the same source with
 * today's settings, or of another one whose ledger is empty, to see all that happened under other settings. One transaction: what is cut off counts for
 * nothing. */

struct replay_plan {
	struct db *db; /* set to the tenant; no transaction open */
	const struct night *night;
	const struct config_tenant *tenant;
	const struct config_source *from, *into; /* the same: the newest version of each document is read again where it is */
	const uint8_t *master_key;               /* CRYPTO_KEY_BYTES */
	bool dry_run;                            /* nothing is kept */
	bool (*go_on)(void *);
	void (*progress)(void *, int64_t done, int64_t total);
	void (*note)(void *, const char *number, const char *why); /* of the first documents that are not as they should be */
	void *context;
};

struct replay_counts {
	int64_t read;       /* stored documents, each version counts */
	int64_t changed;    /* new, in a new version, or read differently */
	int64_t not_taken;  /* by today's settings they would not be in the ledger */
	int64_t without;    /* read, although something that the source would be asked is not stored with them */
	int64_t unreadable; /* erased, damaged, or without what they cannot be read without */
};

/**
 * replay_run(plan, ret_counts, err):
 * Read again what is stored. A document that cannot be read stays as it is, where it is; nothing goes into another ledger if there is one.
 *
 * Errors: ERR_USAGE if the kinds of the two differ or keep nothing raw; ERR_REFUSED if the other ledger is not empty; ERR_DATA for documents that
 * cannot go into another ledger; ERR_SYSTEM if a helping process died; ERR_INCOMPLETE if ${go_on} said no. ${ret_counts} is set with ERR_DATA too.
 */
MUST_CHECK int replay_run(const struct replay_plan *, struct replay_counts *, struct err *) __attribute__((nonnull));

#endif
