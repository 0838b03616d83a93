#ifndef LIB_SALES_DROP_SUM_H
#define LIB_SALES_DROP_SUM_H

#include "drop.h"

/* What a file is declared to hold, by a file beside it (NAME.sum) or by its own last row, and what a look found in it. */

#define DROP_SUM ".sum"

/**
 * drop_declare(faults, source, text, decimal, err):
 * Put down one thing that is declared: "118", a number of rows, or "1234.50 EUR", what they come to; without a currency the tenant's.
 *
 * Errors: ERR_DATA for what is neither, or is declared twice.
 */
MUST_CHECK int drop_declare(struct drop_faults *, const struct sales_source *, const char *, char, struct err *)
    __attribute__((nonnull));

/**
 * drop_sum_read(arena, path, source, faults, ret_found, err):
 * Read the file beside the file ${path}: lines "rows 118" and "total 1234.50 EUR"; ${ret_found}: there is one.
 *
 * Errors: ERR_DATA naming the line.
 */
MUST_CHECK int drop_sum_read(struct arena *, const char *, const struct sales_source *, struct drop_faults *, bool *, struct err *)
    __attribute__((nonnull));

/**
 * drop_sum_check(arena, faults, err):
 * Does the file hold what is declared?
 *
 * Errors: ERR_DATA saying what is declared and what came.
 */
MUST_CHECK int drop_sum_check(struct arena *, const struct drop_faults *, struct err *) __attribute__((nonnull));

#endif
