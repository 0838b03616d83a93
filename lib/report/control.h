#ifndef LIB_REPORT_CONTROL_H
#define LIB_REPORT_CONTROL_H

#include "book.h"

/* Sheet Control has two tables with the same columns: the controls (control.c), and the way from what was sold to units and revenue (bridge.c). */
enum control_column {
	COL_CONTROL,
	COL_HOLDS,
	COL_CURRENCY,
	COL_EXPECTED,
	COL_ACTUAL,
	COL_DIFFERENCE,
	COL_LIVE,
	COL_CHECK,
	COL_FROM,
	COL_COUNT
};

/**
 * control_at(book, row, column):
 * A cell of the sheet, for formulas.
 */
const struct xlsx_expr *control_at(struct book *, uint32_t, uint16_t) __attribute__((nonnull));

/**
 * control_amount(book, row, column, value, currency, style, err), control_formula(book, row, column, expr, value, currency, style, err):
 * Put a figure, of money unless ${currency} is NULL; one that is reckoned live, rounded to the currency: sums of doubles carry noise below
 * the last decimal.
 */
MUST_CHECK int control_amount(struct book *, uint32_t, uint16_t, int64_t, const char *, enum xlsx_style, struct err *)
    __attribute__((nonnull(1, 7)));
MUST_CHECK int control_formula(struct book *, uint32_t, uint16_t, const struct xlsx_expr *, int64_t, const char *, enum xlsx_style,
    struct err *) __attribute__((nonnull(1, 4, 8)));

/**
 * control_check(book, row, engine, found, currency, err):
 * |engine's difference| + |live difference|: 0 only if both are.
 */
MUST_CHECK int control_check(struct book *, uint32_t, int64_t, int64_t, const char *, struct err *) __attribute__((nonnull(1, 6)));

/**
 * bridge_of(book, currency, ret_index):
 * The bridge row of a currency; NULL if there is none. ${ret_index} is its place.
 */
const struct cell *bridge_of(const struct book *, const char *, uint32_t *) __attribute__((nonnull));

/**
 * bridge_beside_units(book, index):
 * What of a currency's charges is no unit's: the sum of its lines' cells.
 */
const struct xlsx_expr *bridge_beside_units(struct book *, uint32_t) __attribute__((nonnull));

/**
 * bridge_write(book, err):
 * The table, below the controls.
 */
MUST_CHECK int bridge_write(struct book *, struct err *) __attribute__((nonnull));

#endif
