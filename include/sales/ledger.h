#ifndef SALES_LEDGER_H
#define SALES_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "adapter/crypto.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"
#include "sales/source.h"

/* One pull of one source into the ledger. Documents are staged in TEMP tables as they come; they count, and the watermark moves, in one
 * transaction after the last one. Until then the ledger is as it was. */
struct ledger;

struct ledger_plan {
	struct db *db; /* set to the tenant; no transaction open */
	const struct night *night;
	const struct config_source *source;
	const uint8_t *master_key; /* CRYPTO_KEY_BYTES, seals the payloads */
	bool full;                 /* read everything since the source's start again */
	bool reset;                /* forget the cursors: the source is another one than before, or was set back */
	bool replay;               /* no pull: all is done in the transaction that is open (sales/replay.h) */
};

struct ledger_counts {
	int64_t documents; /* read */
	int64_t changed;   /* new, in a new version, or read differently */
	int64_t gone;      /* vanished from the source */
	int64_t late;      /* new, and sold before the time up to which the sales were known */
	int64_t rewritten; /* known, and in another version */
};

/**
 * ledger_open(plan, ret_ledger, err), ledger_close(ledger):
 * Begin a pull: its window and its row in `pull`. ledger_close() without ledger_commit() leaves nothing but that row.
 *
 * Owns: what ${plan} points to is borrowed until ledger_close().
 * Errors: ERR_NOT_FOUND if the source is not in the database.
 */
MUST_CHECK int ledger_open(const struct ledger_plan *, struct ledger **, struct err *) __attribute__((nonnull));
void ledger_close(struct ledger *);

/**
 * ledger_window(ledger, ret_from_utc, ret_to_utc):
 * What to read: from the last complete pull's end, less the overlap (10 minutes at least), to a minute before the night's now.
 */
void ledger_window(const struct ledger *, int64_t *, int64_t *) __attribute__((nonnull));

/**
 * ledger_cursors(ledger, ret_cursors, ret_count):
 * What the source's kind asked to be told again.
 */
void ledger_cursors(const struct ledger *, const struct sales_cursor **, size_t *) __attribute__((nonnull));

/**
 * ledger_add(ledger, document, err), ledger_present(ledger, external_id, err), ledger_absent(ledger, external_id),
 * ledger_cursor(ledger, name, value), ledger_whole(ledger), ledger_until(ledger, utc), ledger_declared(ledger, declared, taken):
 * Stage a document, and what else a `struct sales_sink` takes; these are its functions, with the ledger as context. Copied; memory
 * does not grow with the number of documents.
 */
MUST_CHECK int ledger_add(void *, const struct sales_document *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_present(void *, const char *, struct err *) __attribute__((nonnull));
void ledger_absent(void *, const char *) __attribute__((nonnull));
void ledger_cursor(void *, const char *, const char *) __attribute__((nonnull));
void ledger_whole(void *) __attribute__((nonnull));
void ledger_until(void *, int64_t) __attribute__((nonnull));
void ledger_declared(void *, int64_t, int64_t) __attribute__((nonnull));

/**
 * ledger_settlement(ledger, settlement, err), ledger_subscription(…), ledger_payout(…), ledger_balance(…):
 * The same of payment providers.
 */
MUST_CHECK int ledger_settlement(void *, const struct sales_settlement *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_subscription(void *, const struct sales_subscription *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_payout(void *, const struct sales_payout *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_balance(void *, const struct sales_balance *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_bank(void *, const struct sales_bank *, struct err *) __attribute__((nonnull));

/**
 * ledger_rate(ledger, rate, err), ledger_rates_refused(ledger, again, refuse, context, err):
 * Stage an exchange rate; hand each staged one that cannot be taken to ${refuse}: two for one day, or another one than is known, unless ${again}
 * lets corrections in.
 */
MUST_CHECK int ledger_rate(void *, const struct sales_rate *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_rates_refused(void *, bool, void (*)(void *, const char *, const char *), void *, struct err *)
    __attribute__((nonnull(1, 3, 5)));

/**
 * ledger_expected(ledger, expected, err), ledger_client(ledger, client, err):
 * Stage what is asked for and not sold, and clients that are disabled. What a pull stages replaces what the last one left.
 */
MUST_CHECK int ledger_expected(void *, const struct sales_expected *, struct err *) __attribute__((nonnull));
MUST_CHECK int ledger_client(void *, const struct sales_client *, struct err *) __attribute__((nonnull));

/**
 * ledger_commit(ledger, ret_counts, err):
 * All was read: merge it and move the watermark.
 *
 * Errors: ERR_INCOMPLETE if a document came twice in one version, or if a whole reading found nothing where the ledger has something;
 * the database's. Nothing of the pull counts then.
 */
MUST_CHECK int ledger_commit(struct ledger *, struct ledger_counts *, struct err *) __attribute__((nonnull));

/**
 * ledger_fail(ledger, why, err):
 * Say in the row of the pull why it does not count.
 */
MUST_CHECK int ledger_fail(struct ledger *, const struct err *, struct err *) __attribute__((nonnull));

#endif
