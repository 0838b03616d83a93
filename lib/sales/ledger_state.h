#ifndef SALES_LEDGER_STATE_H
#define SALES_LEDGER_STATE_H

#include "base/buf.h"
#include "db/copy.h"
#include "ledger_batch.h"
#include "sales/ledger.h"

/* A pull or a replay under way, as staging and merging share it. */

/* Rows of one table, as COPY takes them. */
struct ledger_rows {
	const char *bytes;
	size_t len;
};

struct ledger {
	struct ledger_plan plan;
	struct arena arena;            /* also of this struct */
	struct ledger_batch documents; /* not staged yet */
	const char **present;          /* the same, LEDGER_BATCH_DOCUMENTS; their texts lie with the documents' */
	size_t present_count;
	enum ledger_table table;        /* being written */
	const struct ledger_rows *rows; /* of these, by another process */
	struct ledger_money *money;     /* of payment providers: ledger_money.c */
	struct ledger_ahead *ahead;     /* what is expected, and disabled clients: ledger_expected.c */
	struct buf absent;              /* external ids: items of a JSON list */
	struct buf cursors;             /* to be kept: members of a JSON object */
	const struct sales_cursor *had;
	size_t had_count;
	bool whole;
	const char *until_utc; /* NULL: the sales are known up to now; "": up to when they were */
	int64_t start_utc;
	int64_t read;    /* documents that were handed over */
	int64_t flushed; /* of these, in the TEMP tables */
	int64_t from_utc, to_utc;
	bool declares; /* the source said how many rows there are */
	bool short_of; /* fewer came of some of them */
	int64_t declared, taken;
	int64_t fresh, late, rewritten; /* of what was merged */
	bool had_documents;             /* the ledger, before this pull */
	const char *source_id, *pull_id, *run_id;
};

/**
 * ledger_flush(ledger, err):
 * Send what is staged so far to the TEMP tables.
 */
MUST_CHECK int ledger_flush(struct ledger *, struct err *) __attribute__((nonnull));

/**
 * ledger_copy(ledger, statement, put, err):
 * Run a COPY to which ${put} writes.
 */
MUST_CHECK int ledger_copy(struct ledger *, const char *, int (*)(struct ledger *, struct copy *, struct err *), struct err *)
    __attribute__((nonnull));

/**
 * ledger_add_rows(ledger, rows, documents, err):
 * Stage documents that another process has written as rows, numbered from `flushed` on.
 */
MUST_CHECK int ledger_add_rows(struct ledger *, const struct ledger_rows[LEDGER_TABLES], size_t, struct err *)
    __attribute__((nonnull));

/**
 * ledger_merge(ledger, ret_changed, err), ledger_audit(ledger, subject, changed, err):
 * What is staged goes into the ledger, in the open transaction; the audit log is told, once in a transaction.
 */
MUST_CHECK int ledger_merge(struct ledger *, int64_t *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_audit(struct ledger *, const char *, int64_t, struct err *) __attribute__((nonnull));

/**
 * ledger_number(arena, value):
 * A number as a parameter.
 */
const char *ledger_number(struct arena *, int64_t) __attribute__((nonnull, returns_nonnull));

/**
 * ledger_money_flush(ledger, err), ledger_money_merge(ledger, err):
 * What payment providers tell beside documents: to the TEMP tables; into the ledger, after its documents, in their transaction.
 */
MUST_CHECK int ledger_money_flush(struct ledger *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_money_merge(struct ledger *, struct err *) __attribute__((nonnull));

/**
 * ledger_ahead_flush(ledger, err), ledger_ahead_merge(ledger, err):
 * What is expected and clients that are disabled: to the TEMP tables; in place of what the last pull left, after its documents.
 */
MUST_CHECK int ledger_ahead_flush(struct ledger *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_ahead_merge(struct ledger *, struct err *) __attribute__((nonnull));

#endif
