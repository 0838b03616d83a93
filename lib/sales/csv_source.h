#ifndef LIB_SALES_CSV_SOURCE_H
#define LIB_SALES_CSV_SOURCE_H

#include "adapter/csv.h"
#include "base/arena.h"
#include "drop.h"
#include "sales/source.h"

/* Sales out of files of separated values. drop.c takes files, csv_order.c makes documents of their rows by the columns that csv_columns.c
 * finds, csv_value.c reads cells. */

extern const struct sales_kind csv_kind;

/* What a column may say: the settings of `columns`, in their order. */
enum csv_target {
	CSV_ORDER,
	CSV_NUMBER,
	CSV_LINE,
	CSV_STATUS,
	CSV_TYPE,
	CSV_TEST,
	CSV_CREATED,
	CSV_MODIFIED,
	CSV_CANCELLED,
	CSV_CORRECTS,
	CSV_CURRENCY,
	CSV_TOTAL,
	CSV_REFUNDED,
	CSV_DISCOUNT,
	CSV_TAX,
	CSV_SHIPPING,
	CSV_ITEMS,
	CSV_QUANTITY,
	CSV_LINE_TOTAL,
	CSV_UNIT_PRICE,
	CSV_SKU,
	CSV_PRODUCT,
	CSV_VARIANT,
	CSV_NAME,
	CSV_BUYER_EMAIL,
	CSV_BUYER_NAME,
	CSV_LEARNER_EMAIL,
	CSV_LEARNER_NAME,
	CSV_TRANSACTION,
	CSV_INVOICE,
	CSV_REFERENCE,
	CSV_COMPANY,
	CSV_TAX_ID,
	CSV_TARGETS
};

#define CSV_LINE_TARGETS CSV_ITEMS /* from here to CSV_NAME, and the learner: of a line, not of the order */

enum csv_status { CSV_PAID, CSV_UNPAID, CSV_PARTIAL, CSV_REFUND, CSV_CANCEL, CSV_TESTED, CSV_IGNORE, CSV_STATUSES };

/* Where each target stands in the rows of one file. */
struct csv_columns {
	size_t count; /* cells of the header */
	const char **names;
	size_t *by_name; /* columns in the order of their names */
	struct {
		const char *name;     /* for messages; NULL: it stands nowhere */
		const char *constant; /* the same in all rows; else NULL */
		size_t at[2], parts;  /* columns, joined by a blank */
	} of[CSV_TARGETS];
	/* What else the settings want kept (`fields`), and under which label. */
	struct csv_field {
		size_t at;
		const char *label;
		bool of_line; /* an answer to the product's form */
	} * fields;
	size_t field_count;
};

/**
 * csv_columns_find(arena, config, header, ret_columns, err):
 * Find the columns in a file's first row, by name: cases folded, runs of blanks as one.
 *
 * Errors: ERR_DATA naming a column that the settings ask for and that is not there, a name that comes twice, and what no order can do without.
 */
MUST_CHECK int csv_columns_find(struct arena *, const struct config_source *, const struct csv_row *, struct csv_columns *,
    struct err *) __attribute__((nonnull));

/**
 * csv_cell(arena, columns, target, cells):
 * What a row says, trimmed; "" where it says nothing. ${cells} are as many as the header's.
 */
const char *csv_cell(struct arena *, const struct csv_columns *, enum csv_target, const char *const *)
    __attribute__((nonnull, returns_nonnull));

/**
 * csv_statuses(config, status), csv_dates(config):
 * The texts of a status and the forms of dates: the settings', or else the preset's.
 */
const struct config_list *csv_statuses(const struct config_source *, enum csv_status) __attribute__((nonnull, returns_nonnull));
const struct config_list *csv_dates(const struct config_source *) __attribute__((nonnull, returns_nonnull));

/**
 * csv_is(arena, text, list):
 * Is ${text} one of them, cases folded, * standing for any text?
 */
bool csv_is(struct arena *, const char *, const struct config_list *) __attribute__((nonnull));

/**
 * csv_number(arena, text, decimal, ret_plain, err):
 * A number as people write it, as decimal text: currency signs and codes and blanks around it, thousands in groups of three, a minus before or
 * behind it, or brackets for one.
 *
 * Errors: ERR_DATA naming the text.
 */
MUST_CHECK int csv_number(struct arena *, const char *, char, const char **, struct err *) __attribute__((nonnull));

/**
 * csv_moment(text, forms, zone, ret_us, err):
 * A date by the first form that fits all of it. What has no zone is of ${zone}.
 *
 * Errors: ERR_DATA naming the text and the forms.
 */
MUST_CHECK int csv_moment(const char *, const struct config_list *, const char *, int64_t *, struct err *) __attribute__((nonnull));

/* A row of an order that is being gathered. */
struct csv_gathered {
	const char **cells;
	int64_t line;
};

#define CSV_KEY_BYTES 200
#define CSV_MOST_ROWS 5000
#define CSV_MOST_MINOR INT64_C(1000000000000000) /* of one amount: sums of a whole order stay far from the end of the number */

/* An order being made of its rows. */
struct csv_reading {
	struct arena *arena;
	const struct sales_source *source;
	const struct csv_columns *columns;
	const char *id;
	const struct csv_gathered *rows;
	size_t row_count;
	const struct csv_gathered *row; /* being read: for messages, as is `column`, which may be NULL */
	const char *column;
	bool *by_line; /* of the columns' fields: what is said of each line */
	struct sales_document document;
};

/**
 * csv_document(reading, err):
 * Make the order's document of its rows, all in the arena.
 *
 * Errors: ERR_DATA with what stands in `row` and `column`.
 */
MUST_CHECK int csv_document(struct csv_reading *, struct err *) __attribute__((nonnull));

/**
 * csv_payload(reading, err), csv_stored(…):
 * Make the order's payload, with what tells its versions apart; a payload as a document (`read` of the kind).
 */
MUST_CHECK int csv_payload(struct csv_reading *, struct err *) __attribute__((nonnull));
MUST_CHECK int csv_stored(struct arena *, const struct sales_source *, const struct sales_stored *, struct sales_reading *,
    struct err *) __attribute__((nonnull));

/**
 * csv_is_ignored(config, columns, cells):
 * Do the settings say that this row is no sale?
 */
bool csv_is_ignored(const struct config_source *, const struct csv_columns *, const char *const *) __attribute__((nonnull));

/**
 * csv_get(reading, target), csv_stands(reading, target):
 * What the row being read says, as csv_cell(); whether any column says it.
 */
const char *csv_get(struct csv_reading *, enum csv_target) __attribute__((nonnull, returns_nonnull));
bool csv_stands(const struct csv_reading *, enum csv_target) __attribute__((nonnull));

/**
 * csv_amount(reading, text, ret_minor, err), csv_money(reading, target, ret_minor, err):
 * An amount in the order's currency; that of a cell, 0 where nothing stands.
 */
MUST_CHECK int csv_amount(struct csv_reading *, const char *, int64_t *, struct err *) __attribute__((nonnull));
MUST_CHECK int csv_money(struct csv_reading *, enum csv_target, int64_t *, struct err *) __attribute__((nonnull));

/**
 * csv_lines(reading, err), csv_line(reading, line, err), csv_line_amount(reading, line, minor), csv_lines_share(reading, err):
 * The order's lines; the one of the row being read; the price of a whole line. Where no column tells prices, the lines share what the order
 * cost by their quantities.
 */
MUST_CHECK int csv_lines(struct csv_reading *, struct err *) __attribute__((nonnull));
MUST_CHECK int csv_line(struct csv_reading *, struct sales_line *, struct err *) __attribute__((nonnull));
void csv_line_amount(struct csv_reading *, struct sales_line *, int64_t) __attribute__((nonnull));
MUST_CHECK int csv_lines_share(struct csv_reading *, struct err *) __attribute__((nonnull));

/**
 * csv_fields_begin(reading), csv_fields_line(reading, line), csv_fields_document(reading):
 * See which fields are of lines: answers to products' forms, and what differs from row to row; keep those of the row being read with its line;
 * and the others with the document.
 */
void csv_fields_begin(struct csv_reading *) __attribute__((nonnull));
void csv_fields_line(struct csv_reading *, struct sales_line *) __attribute__((nonnull));
void csv_fields_document(struct csv_reading *) __attribute__((nonnull));

/**
 * csv_orders(file, name, source, faults, sink, err):
 * Read a file; its documents go to ${sink}, NULL for a look alone. What is wrong with rows goes to ${faults}; then not all were handed on.
 *
 * Errors: ERR_DATA if it cannot be read as such a file at all; the sink's.
 */
MUST_CHECK int csv_orders(FILE *, const char *, const struct sales_source *, struct drop_faults *, const struct sales_sink *,
    struct err *) __attribute__((nonnull(1, 2, 3, 4, 6)));

#endif
