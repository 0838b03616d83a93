#ifndef LIB_SALES_RATES_H
#define LIB_SALES_RATES_H

#include "drop.h"

/* Files of exchange rates, as a central bank publishes them. */

extern const struct sales_kind rates_kind;

/**
 * rates_read(file, name, source, faults, sink, err):
 * Read a file; its rates go to ${sink}, NULL for a look alone. What is wrong with rows goes to ${faults}; then not all were handed on.
 *
 * Errors: ERR_DATA if it is no such file at all; the sink's.
 * Source: the European Central Bank's eurofxref.csv and eurofxref-hist.csv: "Date", a column for each currency, "N/A" for none, a comma at the
 * end of each row.
 */
MUST_CHECK int rates_read(FILE *, const char *, const struct sales_source *, struct drop_faults *, const struct sales_sink *,
    struct err *) __attribute__((nonnull(1, 2, 3, 4, 6)));

#endif
