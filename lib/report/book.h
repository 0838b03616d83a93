#ifndef LIB_REPORT_BOOK_H
#define LIB_REPORT_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter/xlsx.h"
#include "adapter/xlsx_expr.h"
#include "base/arena.h"
#include "base/err.h"
#include "report/report.h"
#include "section.h"
#include "snapshot.h"
#include "tally.h"
#include "words.h"

/* A workbook in the making: what the first reading of the snapshot found, and the sheets. */

#define BOOK_MAX_PARTS 100u

/* Kinds of risk, as view rule.report_word spells them. */
#define RISK_PAID "Paid without access"
#define RISK_ACCESS "Access without money"
#define RISK_UNEXPLAINED "Unexplained"
#define RISK_NONE "No money at risk"

/* How a section becomes a sheet of rows (or several, when it is long). */
struct table_column {
	int from; /* column of the section */
	const char *title;
	double width;
	bool wrap;
	int total;    /* number of the sum shown above the titles; -1: none */
	int currency; /* of the section, with the currency of this column's money; 0: the table's */
};

struct book;

struct table_spec {
	const char *name; /* of the sheet */
	const char *about;
	const char *rows_are; /* "units", for the line below the title */
	uint32_t tab_rgb;
	uint16_t fixed_columns;
	const struct table_column *columns;
	size_t column_count;
	int group; /* columns of the section that the tally groups by; -1: none */
	int currency;
	int sums[TALLY_SUMS];                               /* and those it adds up; -1: none */
	enum xlsx_style (*style)(const struct cell *, int); /* of a section's column in a row */
	/* A column that is reckoned live from the row's other cells; what the section has for it is the engine's figure. NULL: none is. */
	const struct xlsx_expr *(*live)(struct arena *, const struct book *, uint32_t part, uint32_t row, const struct cell *);
	int live_column;
	bool optional; /* no sheet where there are no rows */
	/* Columns of the section that hold words of ours, and words with values between them; SAYS_END ends a list. */
	const int *says, *says_parts;
};

#define SAYS_END (-1)

struct table {
	const struct table_spec *spec; /* NULL: the section is no table */
	int64_t rows;
	struct tally tally;
	const char **currencies;
	size_t currency_count;
	int sheets[BOOK_MAX_PARTS];
	uint32_t parts;
	uint32_t header_row; /* the same on every part */
	int64_t written;
};

/* Rows of the short sections, kept in memory. */
struct kept_row {
	struct cell *cells;
	struct kept_row *next;
};

struct kept {
	struct kept_row *first, **end;
	size_t count;
};

/* One control with what the workbook finds for it. */
struct control_line {
	const struct cell *cells; /* of SECTION_CONTROL */
	const char *currency;     /* NULL: a count */
	int64_t live;             /* what its live formula gives */
};

struct book {
	struct arena arena;
	struct xlsx *xlsx;
	const struct words *words;
	uint32_t rows_per_sheet;
	const char *tenant, *run, *night, *now, *zone, *documents, *sold_from, *sold_to;
	bool trial;
	bool preview; /* of another moment: not the report of a run */
	int64_t now_utc;
	const char *footer;
	struct kept kept[SECTION_COUNT];
	struct table tables[SECTION_COUNT];
	int cover, control;
	uint32_t control_row, bridge_row; /* first rows of the two tables on sheet Control */
	struct control_line *controls;
	size_t control_count;
	int64_t untied; /* controls whose difference or check is not 0 */
};

extern const struct table_spec exception_spec, access_spec, field_spec, action_spec, deal_spec, payout_spec, rate_spec,
    expected_spec, renewal_spec, progress_spec, dropoff_spec, source_spec;

/**
 * book_range(book, section, column, part):
 * The cells of a section's column on a sheet of its table.
 */
struct xlsx_range book_range(const struct book *, enum section, int, uint32_t) __attribute__((nonnull));

/* "cells of the section's column ${column} equal to ${equals}"; ${equals} NULL ends a list. */
struct book_where {
	int column;
	const char *equals;
};

/**
 * book_count(book, section, where), book_sum(book, section, column, where):
 * Formulas over all sheets of a table; ${where} may be empty.
 */
const struct xlsx_expr *book_count(struct book *, enum section, const struct book_where *) __attribute__((nonnull));
const struct xlsx_expr *book_sum(struct book *, enum section, int, const struct book_where *) __attribute__((nonnull));

/**
 * book_text(book, sheet, row, column, style, text, err), book_wide(book, sheet, row, column, last_column, style, text, err):
 * Text in one cell; in several joined ones, wrapped, with the height that it takes.
 */
MUST_CHECK int book_text(struct book *, int, uint32_t, uint16_t, enum xlsx_style, const char *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int book_wide(struct book *, int, uint32_t, uint16_t, uint16_t, enum xlsx_style, const char *, double, struct err *)
    __attribute__((nonnull));

/**
 * book_number(book, value), book_money(book, minor, currency):
 * As people read them in a sentence: "12,345", "1,188.00 EUR".
 */
const char *book_number(struct book *, int64_t) __attribute__((nonnull));
const char *book_money(struct book *, int64_t, const char *) __attribute__((nonnull));

/**
 * book_say(book, english):
 * What the workbook says for it (words_say()).
 */
const char *book_say(const struct book *, const char *) __attribute__((format_arg(2), nonnull));

/**
 * book_cell(arena, book, section, column, text):
 * The text of a cell as the sheet shows it.
 */
const char *book_cell(struct arena *, const struct book *, enum section, int, const char *) __attribute__((nonnull));

/**
 * book_lines(text, width):
 * How many lines ${text} takes in ${width} characters.
 */
unsigned book_lines(const char *, double) __attribute__((nonnull));

/**
 * book_amount(value, currency, style):
 * A cell of an amount, or of a count when ${currency} is NULL.
 */
struct xlsx_cell book_amount(int64_t, const char *, enum xlsx_style);

/**
 * table_head(book, section, part, err), table_row(book, section, cells, err):
 * Title, totals and column titles of a sheet; the next row, on the sheet it falls on.
 */
MUST_CHECK int table_head(struct book *, enum section, uint32_t, struct err *) __attribute__((nonnull));
MUST_CHECK int table_row(struct book *, enum section, const struct cell *, struct err *) __attribute__((nonnull));

/**
 * table_sheets(book, section, err):
 * Add the sheets of a table.
 */
MUST_CHECK int table_sheets(struct book *, enum section, struct err *) __attribute__((nonnull));

/**
 * control_reckon(book, err), control_sheet(book, err), control_write(book, err), control_checks(book):
 * Find what the live formulas will give; add the sheet; write it; the cells that must all be 0.
 */
MUST_CHECK int control_reckon(struct book *, struct err *) __attribute__((nonnull));
MUST_CHECK int control_sheet(struct book *, struct err *) __attribute__((nonnull));
MUST_CHECK int control_write(struct book *, struct err *) __attribute__((nonnull));
struct xlsx_range control_checks(const struct book *) __attribute__((nonnull));

/**
 * cover_sheet(book, err), cover_write(book, err):
 * The first sheet; written last, when all others are known.
 */
MUST_CHECK int cover_sheet(struct book *, struct err *) __attribute__((nonnull));
MUST_CHECK int cover_write(struct book *, struct err *) __attribute__((nonnull));

#endif
