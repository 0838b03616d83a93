#ifndef SALES_LEDGER_BATCH_H
#define SALES_LEDGER_BATCH_H

#include "db/copy.h"
#include "db/payload.h"
#include "sales/source.h"

/* Documents on their way into the ledger: copied as they come, and written as rows of the tables in which a pull is collected. Pure: it needs no
 * database, so that other processes can do it too. */

#define LEDGER_BATCH_DOCUMENTS 2000

/* What the ledger knows of a document that it has had before. */
struct ledger_known {
	const uint8_t *hash; /* of a payload that it keeps already: CRYPTO_HASH_BYTES */
	const char *payload; /* that payload: a document with another one brings it along */
	int64_t met_us;      /* the moment of what the source does not date itself */
};

struct ledger_staged {
	struct sales_document document;
	struct payload payload; /* not sealed if the ledger has it */
	bool has_content;
	uint8_t content_hash[CRYPTO_HASH_BYTES];
	int64_t met_us; /* SALES_UNKNOWN: now */
};

struct ledger_batch {
	struct arena arena; /* of the texts */
	struct ledger_staged *items;
	size_t count;
};

/* The tables, in the order in which they are filled. */
enum ledger_table {
	LEDGER_DOCUMENTS,
	LEDGER_LINES,
	LEDGER_PAYMENTS,
	LEDGER_REFERENCES,
	LEDGER_FIELDS,
	LEDGER_PAYLOADS,
	LEDGER_TABLES
};

/**
 * ledger_batch_init(arena, batch), ledger_batch_reset(batch), ledger_batch_done(batch):
 * Room for LEDGER_BATCH_DOCUMENTS, from ${arena}; begin anew.
 */
void ledger_batch_init(struct arena *, struct ledger_batch *) __attribute__((nonnull));
void ledger_batch_reset(struct ledger_batch *) __attribute__((nonnull));
void ledger_batch_done(struct ledger_batch *) __attribute__((nonnull));

/**
 * ledger_batch_add(batch, master_key, document, known), ledger_batch_full(batch):
 * Copy a document; ${known} is NULL for what comes from the source. Is it time to write them?
 */
void ledger_batch_add(struct ledger_batch *, const uint8_t[CRYPTO_KEY_BYTES], const struct sales_document *,
    const struct ledger_known *) __attribute__((nonnull(1, 2, 3)));
bool ledger_batch_full(const struct ledger_batch *) __attribute__((nonnull));

/**
 * ledger_batch_put(batch, table, first, copy, err):
 * Write the rows of one table; the documents are numbered from ${first} on.
 */
MUST_CHECK int ledger_batch_put(struct ledger_batch *, enum ledger_table, int64_t, struct copy *, struct err *)
    __attribute__((nonnull));

/**
 * ledger_batch_statement(table):
 * The COPY that takes them.
 */
const char *ledger_batch_statement(enum ledger_table) __attribute__((returns_nonnull));

/**
 * ledger_moment(arena, us):
 * A moment as the server reads it, to the microsecond.
 */
const char *ledger_moment(struct arena *, int64_t) __attribute__((nonnull, returns_nonnull));

#endif
