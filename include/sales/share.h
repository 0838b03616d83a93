#ifndef SALES_SHARE_H
#define SALES_SHARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sales/source.h"

/* What was charged for each line: pure arithmetic on minor units. */

/**
 * sales_prorate(total, weights, count, ret_shares):
 * Split ${total} by ${weights} (negative ones count as 0) into whole minor units that add up to it: each share is rounded towards
 * zero, what remains goes unit by unit to the largest remainders, the lowest index first. Without any weight all shares are 0.
 */
void sales_prorate(int64_t, const int64_t *, size_t, int64_t *) __attribute__((nonnull));

/**
 * sales_amount(quantity, unit_price_minor, ret_amount_minor, err):
 * Quantity (decimal text with at most 6 decimals) times price, half a minor unit away from zero.
 *
 * Errors: ERR_DATA for a quantity that is no such number or above 100,000, or for overflow.
 */
MUST_CHECK int sales_amount(const char *, int64_t, int64_t *, struct err *) __attribute__((nonnull));

/**
 * sales_share(arena, document, err):
 * Set `net_minor` of each line and `unallocated_minor` from the amounts of ${document}: the line's amount, less its share of the
 * discount (by line amount), plus its share of the tax (by what is left), unless unit prices contain the tax. Of equal
 * remainders the one with the lowest line key goes first. Where the source's totals disagree the difference stays in `unallocated_minor`.
 *
 * Errors: as sales_amount(), naming the line.
 */
MUST_CHECK int sales_share(struct arena *, struct sales_document *, struct err *) __attribute__((nonnull));

#endif
