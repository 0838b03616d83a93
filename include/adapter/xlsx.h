#ifndef ADAPTER_XLSX_H
#define ADAPTER_XLSX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

/* A workbook being written. Memory does not grow with the rows: within a sheet, rows are written from the top down (cells of a
 * row in any order). Text is always a text cell, never a formula; formulas are made only from the expressions of adapter/xlsx_expr.h. The same
 * calls give the same bytes. Rows and columns count from 0. */
struct xlsx;

#define XLSX_MAX_ROWS 1048576u
#define XLSX_MAX_COLUMNS 64u
#define XLSX_MAX_TEXT 32767u /* UTF-16 units in a cell */
#define XLSX_MAX_DIGITS 15   /* that a number cell shows exactly */

struct xlsx_info {
	const char *title;
	const char *subject;
	const char *author;
	const char *comment;
	int64_t created_utc;
};

enum xlsx_type {
	XLSX_TEXT,
	XLSX_INTEGER,
	XLSX_MONEY,    /* `number` in minor units of `currency` */
	XLSX_DATE,     /* `date`, its time ignored */
	XLSX_DATETIME, /* `date`; seconds are kept, minutes shown */
	XLSX_PERCENT,  /* `ratio`: 0.25 shows as 25.0 % */
	XLSX_TYPES
};

/* How a cell looks; colours and fonts are one table in the .c. */
enum xlsx_style {
	XLSX_BODY,
	XLSX_BARE,   /* body without rule, on a sheet that is a page and not a table */
	XLSX_STRONG, /* bare, bold */
	XLSX_QUIET,  /* bare, small, grey */
	XLSX_TITLE,
	XLSX_SUBTITLE,
	XLSX_SECTION, /* a heading with a rule below */
	XLSX_HEADER,  /* column titles */
	XLSX_TOTAL,
	XLSX_GOOD,
	XLSX_WARN,
	XLSX_BAD,
	XLSX_VERDICT, /* large and centred; see xlsx_flag() */
	XLSX_CLAIM,   /* the sentence beside it */
	XLSX_SIGN,    /* a line to sign on */
	XLSX_STYLES
};

struct xlsx_column {
	const char *title;
	double width; /* in characters */
	enum xlsx_type type;
	bool wrap;
};

struct xlsx_sheet_def {
	const char *name; /* at most 31 characters, none of []:*?/\ */
	const struct xlsx_column *columns;
	size_t column_count;
	uint32_t header_row; /* where xlsx_header() writes the titles; it and what is above stays in sight and repeats in print */
	uint32_t data_rows;  /* below it, under the filter */
	uint16_t fixed_columns; /* that stay in sight at the left */
	bool page;              /* a page and not a table: no header row, no filter, no grid, portrait */
	uint32_t tab_rgb;
	const char *footer;              /* printed at the left; "page n of m" stands at the right */
	const char *page_word, *of_word; /* of another language; NULL: "page", "of" */
};

struct xlsx_cell {
	enum xlsx_type type;
	enum xlsx_style style;
	bool wrap;
	bool right;           /* text at the right, as the title of numbers is */
	bool empty;           /* nothing but the style */
	const char *text;     /* XLSX_TEXT; NULL is empty */
	int64_t number;       /* XLSX_INTEGER, XLSX_MONEY */
	const char *currency; /* XLSX_MONEY */
	struct clock_date date;
	double ratio;
};

/**
 * xlsx_open(path, info, ret_xlsx, err):
 * Begin a workbook that xlsx_save() puts at ${path}. Until then everything is in a private directory beside it,
 * ".<name>.tmp", which a killed program leaves behind and the next one cleans.
 *
 * Errors: ERR_CREATE; ERR_BUSY if another program writes this file; ERR_IO if there is no room.
 */
MUST_CHECK int xlsx_open(const char *, const struct xlsx_info *, struct xlsx **, struct err *) __attribute__((nonnull));

/**
 * xlsx_sheet(xlsx, def, ret_sheet, err):
 * Add a sheet after the others, with widths, frozen panes, filter and print set-up. ${def} is copied.
 */
MUST_CHECK int xlsx_sheet(struct xlsx *, const struct xlsx_sheet_def *, int *, struct err *) __attribute__((nonnull));

/**
 * xlsx_header(xlsx, sheet, err):
 * Write the titles of the columns at the header row.
 */
MUST_CHECK int xlsx_header(struct xlsx *, int, struct err *) __attribute__((nonnull));

/**
 * xlsx_put(xlsx, sheet, row, column, cell, err):
 * Write one cell. Control characters in text are made visible (U+2400…), and what XML cannot hold becomes U+FFFD; line
 * breaks stay. A date before 1900-03-01, which a spreadsheet cannot hold, becomes its ISO text.
 *
 * Errors: ERR_DATA naming sheet and cell: invalid UTF-8, text too long, a ratio that is not finite, a number or amount of more
 * than 15 digits, an unknown currency, a row past the last one; ERR_IO when the disk is full.
 */
MUST_CHECK int xlsx_put(struct xlsx *, int, uint32_t, uint16_t, const struct xlsx_cell *, struct err *) __attribute__((nonnull));

/**
 * xlsx_span(xlsx, sheet, row, column, last_column, cell, err):
 * As xlsx_put(), over several columns of a row.
 */
MUST_CHECK int xlsx_span(struct xlsx *, int, uint32_t, uint16_t, uint16_t, const struct xlsx_cell *, struct err *)
    __attribute__((nonnull));

/**
 * xlsx_link(xlsx, sheet, row, column, target_sheet, text, err):
 * Text that leads to another sheet of the workbook.
 */
MUST_CHECK int xlsx_link(struct xlsx *, int, uint32_t, uint16_t, int, const char *, struct err *) __attribute__((nonnull));

/**
 * xlsx_height(xlsx, sheet, row, points, err):
 * Height of the row being written or of a later one; else it is that of its font.
 */
MUST_CHECK int xlsx_height(struct xlsx *, int, uint32_t, double, struct err *) __attribute__((nonnull));

/* Cells that a formula reads; first and last included. */
struct xlsx_range {
	int sheet;
	uint32_t row, last_row;
	uint16_t column, last_column;
};

struct xlsx_expr; /* see adapter/xlsx_expr.h */

/**
 * xlsx_formula(xlsx, sheet, row, column, expr, value, err):
 * A live formula; ${value} is its look and the engine's own result, shown until the spreadsheet reckons anew. Text results come from
 * xlsx_expr_verdict().
 */
MUST_CHECK int xlsx_formula(struct xlsx *, int, uint32_t, uint16_t, const struct xlsx_expr *, const struct xlsx_cell *,
    struct err *) __attribute__((nonnull));

/**
 * xlsx_flag(xlsx, range, good, err):
 * Colour the cells of ${range}: green when equal to ${good} (a text; NULL stands for the number 0), red otherwise; empty cells
 * stay as they are.
 */
MUST_CHECK int xlsx_flag(struct xlsx *, const struct xlsx_range *, const char *, struct err *) __attribute__((nonnull(1, 2, 4)));

/**
 * xlsx_sheet_name(xlsx, sheet):
 * The name given to xlsx_sheet().
 */
const char *xlsx_sheet_name(const struct xlsx *, int) __attribute__((nonnull, returns_nonnull));

/**
 * xlsx_save(xlsx, err):
 * Write the file, read it back (every member inflated and compared with its CRC-32, every tag closed, every row and cell that was
 * put is there), fsync, and rename it to its place. On failure nothing is at the place that was not there before.
 *
 * Errors: ERR_IO: no room, or the file read back is not what was written.
 */
MUST_CHECK int xlsx_save(struct xlsx *, struct err *) __attribute__((nonnull));

/**
 * xlsx_verify(path, rows, cells, count, err):
 * The reading back of xlsx_save() by itself: ${rows} and ${cells} of each of ${count} sheets.
 *
 * Errors: ERR_DATA naming the member and what differs.
 */
MUST_CHECK int xlsx_verify(const char *, const uint64_t *, const uint64_t *, size_t, struct err *) __attribute__((nonnull));

/**
 * xlsx_close(xlsx):
 * Free everything and remove what is temporary; a workbook that was not saved is gone. NULL does nothing.
 */
void xlsx_close(struct xlsx *);

#endif
