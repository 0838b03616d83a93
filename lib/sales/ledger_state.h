#ifndef SALES_LEDGER_STATE_H
#define SALES_LEDGER_STATE_H

#include "base/buf.h"
#include "db/copy.h"
#include "db/payload.h"
#include "sales/ledger.h"

/* A pull under way, as staging and merging share it. */

#define BATCH_DOCUMENTS 2000

struct staged {
	struct sales_document document;
	struct payload payload;
	uint8_t content_hash[CRYPTO_HASH_BYTES];
};

struct ledger {
	struct ledger_plan plan;
	struct arena arena; /* also of this struct */
	struct arena batch; /* of `staged`, emptied at each flush */
	struct staged *staged;
	size_t staged_count;
	const char **present; /* of the batch, BATCH_DOCUMENTS */
	size_t present_count;
	struct ledger_money *money; /* of payment providers: ledger_money.c */
	struct buf absent;          /* external ids: items of a JSON list */
	struct buf cursors;         /* to be kept: members of a JSON object */
	const struct sales_cursor *had;
	size_t had_count;
	bool whole;
	const char *until_utc; /* NULL: the sales are known up to now; "": up to when they were */
	int64_t start_utc;
	int64_t documents; /* handed to ledger_add() */
	int64_t flushed;   /* of these, in the TEMP tables */
	int64_t from_utc, to_utc;
	bool had_documents; /* the ledger, before this pull */
	const char *source_id, *pull_id, *run_id;
};

/**
 * ledger_flush(ledger, err):
 * Send what is staged so far to the TEMP tables.
 */
MUST_CHECK int ledger_flush(struct ledger *, struct err *) __attribute__((nonnull));

/**
 * ledger_moment(arena, us):
 * A moment as the server reads it, to the microsecond.
 */
const char *ledger_moment(struct arena *, int64_t) __attribute__((nonnull, returns_nonnull));

/**
 * ledger_copy(ledger, statement, put, err):
 * Run a COPY to which ${put} writes.
 */
MUST_CHECK int ledger_copy(struct ledger *, const char *, int (*)(struct ledger *, struct copy *, struct err *), struct err *)
    __attribute__((nonnull));

/**
 * ledger_money_flush(ledger, err), ledger_money_merge(ledger, err):
 * What payment providers tell beside documents: to the TEMP tables; into the ledger, after its documents, in their transaction.
 */
MUST_CHECK int ledger_money_flush(struct ledger *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_money_merge(struct ledger *, struct err *) __attribute__((nonnull));

#endif
