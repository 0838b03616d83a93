#ifndef ADAPTER_XLSX_EXPR_H
#define ADAPTER_XLSX_EXPR_H

#include <stddef.h>
#include <stdint.h>

#include "adapter/xlsx.h"
#include "base/arena.h"

/* Formulas of our own making: only these functions make one, from ranges of the workbook, numbers and words of ours. No text from
 * outside can become part of a formula. */
struct xlsx_expr;

/* "cells of ${range} equal to ${equals}": letters, digits, blank, '_' and '-' only (anything else is a bug). */
struct xlsx_where {
	struct xlsx_range range;
	const char *equals;
};

#define XLSX_EXPR __attribute__((nonnull, returns_nonnull))

/**
 * xlsx_expr_cell(arena, xlsx, sheet, row, column), xlsx_expr_number(arena, value):
 * The value of a cell; a constant.
 */
const struct xlsx_expr *xlsx_expr_cell(struct arena *, const struct xlsx *, int, uint32_t, uint16_t) XLSX_EXPR;
const struct xlsx_expr *xlsx_expr_number(struct arena *, int64_t) XLSX_EXPR;

/**
 * xlsx_expr_sum(arena, xlsx, range), xlsx_expr_sum_abs(…), xlsx_expr_count(…):
 * Sum; sum of absolute values; cells that are not empty.
 */
const struct xlsx_expr *xlsx_expr_sum(struct arena *, const struct xlsx *, const struct xlsx_range *) XLSX_EXPR;
const struct xlsx_expr *xlsx_expr_sum_abs(struct arena *, const struct xlsx *, const struct xlsx_range *) XLSX_EXPR;
const struct xlsx_expr *xlsx_expr_count(struct arena *, const struct xlsx *, const struct xlsx_range *) XLSX_EXPR;

/**
 * xlsx_expr_sum_where(arena, xlsx, range, where, count), xlsx_expr_count_where(arena, xlsx, where, count):
 * Sum of the cells, and number of the rows, for which all of ${where} hold.
 */
const struct xlsx_expr *xlsx_expr_sum_where(
    struct arena *, const struct xlsx *, const struct xlsx_range *, const struct xlsx_where *, size_t) XLSX_EXPR;
const struct xlsx_expr *xlsx_expr_count_where(struct arena *, const struct xlsx *, const struct xlsx_where *, size_t) XLSX_EXPR;

/**
 * xlsx_expr_shown_sum(arena, xlsx, range), xlsx_expr_shown_count(arena, xlsx, range):
 * Sum and count of what the filter shows.
 */
const struct xlsx_expr *xlsx_expr_shown_sum(struct arena *, const struct xlsx *, const struct xlsx_range *) XLSX_EXPR;
const struct xlsx_expr *xlsx_expr_shown_count(struct arena *, const struct xlsx *, const struct xlsx_range *) XLSX_EXPR;

/**
 * xlsx_expr_plus(arena, a, b), xlsx_expr_minus(arena, a, b), xlsx_expr_round(arena, a, decimals):
 * a + b; a - b; rounded: sums of decimal fractions carry noise far below the last decimal, which is not a difference.
 */
const struct xlsx_expr *xlsx_expr_plus(struct arena *, const struct xlsx_expr *, const struct xlsx_expr *) XLSX_EXPR;
const struct xlsx_expr *xlsx_expr_minus(struct arena *, const struct xlsx_expr *, const struct xlsx_expr *) XLSX_EXPR;
const struct xlsx_expr *xlsx_expr_round(struct arena *, const struct xlsx_expr *, int) XLSX_EXPR;

/**
 * xlsx_expr_verdict(arena, a, if_zero, if_not):
 * One of two words.
 */
const struct xlsx_expr *xlsx_expr_verdict(struct arena *, const struct xlsx_expr *, const char *, const char *) XLSX_EXPR;

/**
 * xlsx_expr_word(word):
 * End the program (70) unless ${word} has only the characters of struct xlsx_where.
 */
void xlsx_expr_word(const char *) __attribute__((nonnull));

/**
 * xlsx_expr_text(expr):
 * The formula without '='.
 */
const char *xlsx_expr_text(const struct xlsx_expr *) XLSX_EXPR;

#endif
