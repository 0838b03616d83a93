#ifndef SALES_REPLAY_READ_H
#define SALES_REPLAY_READ_H

#include "base/buf.h"
#include "ledger_state.h"
#include "sales/replay.h"

/* Stored documents become rows for the ledger. Nothing here needs the database, so that helping processes do it. */

struct replay_reader {
	const struct sales_kind *kind;
	const struct sales_source *source;
	const uint8_t *master_key;
	struct arena one; /* of a document */
	struct ledger_batch batch;
	struct copy *tables[LEDGER_TABLES];
};

/* What a reader answers, ahead of the rows of each table and of pairs of texts, number and reason, for documents that are not as they should be. */
struct replay_answer {
	struct replay_counts counts;
	size_t documents; /* among the rows */
	size_t rows_len[LEDGER_TABLES];
	size_t notes_len;
};

/**
 * replay_ask_begin(request, first), replay_ask(request, row):
 * Put a request together: the number of the first document, then rows as sql/sales/replay_open.sql gives them.
 */
void replay_ask_begin(struct buf *, int64_t) __attribute__((nonnull));
void replay_ask(struct buf *, const struct db_row *) __attribute__((nonnull));

/**
 * replay_work(reader, request, len, answer, err):
 * Answer it: a crew's work.
 *
 * Errors: whatever is not the fault of a document.
 */
MUST_CHECK int replay_work(void *, const char *, size_t, struct buf *, struct err *) __attribute__((nonnull));

#endif
