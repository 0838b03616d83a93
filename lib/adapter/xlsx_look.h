#ifndef ADAPTER_XLSX_LOOK_H
#define ADAPTER_XLSX_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include <xlsxwriter.h>

#include "adapter/xlsx.h"

/* How the cells of a workbook look: the library's formats by our styles. */

#define XLSX_LOOK_MAX_EXPONENT 4

/* The formats a workbook has so far; all zero at first. The library owns them. */
struct xlsx_looks {
	lxw_format *formats[XLSX_STYLES][XLSX_TYPES][XLSX_LOOK_MAX_EXPONENT + 1][2];
	lxw_format *flags[2];
};

/**
 * xlsx_look(looks, workbook, style, type, exponent, wrap):
 * The format of such cells, made when first asked for. ${exponent} is that of money's currency, 0 for everything else.
 */
lxw_format *xlsx_look(struct xlsx_looks *, lxw_workbook *, enum xlsx_style, enum xlsx_type, int, bool)
    __attribute__((nonnull, returns_nonnull));

/**
 * xlsx_look_flag(looks, workbook, good):
 * What a condition puts over a cell: only ink and fill, the rest stays as the cell has it.
 */
lxw_format *xlsx_look_flag(struct xlsx_looks *, lxw_workbook *, bool) __attribute__((nonnull, returns_nonnull));

#endif
