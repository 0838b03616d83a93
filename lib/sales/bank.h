#ifndef LIB_SALES_BANK_H
#define LIB_SALES_BANK_H

#include "drop.h"

/* Statements of bank accounts, of which only payouts of payment providers are kept. */

extern const struct sales_kind bank_kind;

/* One movement as a statement spells it; texts are borrowed. */
struct bank_line {
	const char *where;     /* in the file, for faults */
	const char *reference; /* the bank's own; "" : none */
	const char *text;
	int64_t amount_minor;
	const char *currency;
	int64_t booked_us;
};

struct bank_reading;

/**
 * bank_take(reading, line, err):
 * Hand on a movement, if it looks like a payout.
 *
 * Errors: the sink's.
 */
MUST_CHECK int bank_take(struct bank_reading *, const struct bank_line *, struct err *) __attribute__((nonnull));

/* What a file is read with. */
struct bank_reading {
	struct arena arena; /* of the file */
	const char *name;
	const struct sales_source *source;
	struct drop_faults *faults;
	const struct sales_sink *sink; /* NULL: a look alone */
	struct bank_met *met;          /* movements so far, to tell like ones apart */
};

/**
 * bank_camt(reading, file, err), bank_csv(reading, file, err):
 * Read a statement: camt.053; rows of the columns that the settings name.
 *
 * Errors: ERR_DATA for what is no such file.
 * Source: ISO 20022 camt.053.001.02 to .08.
 */
MUST_CHECK int bank_camt(struct bank_reading *, FILE *, struct err *) __attribute__((nonnull));
MUST_CHECK int bank_csv(struct bank_reading *, FILE *, struct err *) __attribute__((nonnull));

#endif
