#ifndef PAGE_ROW_H
#define PAGE_ROW_H

#include "base/arena.h"
#include "base/err.h"
#include "page/text.h"

/* A row of a table: cells beside each other, each wrapped into its width, their first lines on one base line. Lengths are points. */
struct page_cell {
	const struct page_style *style;
	struct page_slot slot; /* x and y are set by page_row_place() */
	double left;           /* of the cell; its width is the slot's */
	const char *what;      /* what messages call it */
	const char *text;      /* empty: nothing stands there */
	struct page_set *set;
};

/**
 * page_row_fit(arena, cells, count, padding, ret_height, err):
 * Wrap the cells' texts and say how high that makes the row, with ${padding} above and below.
 *
 * Errors: those of page_wrap().
 */
MUST_CHECK int page_row_fit(struct arena *, struct page_cell *, size_t, double, double *, struct err *) __attribute__((nonnull));

/**
 * page_row_place(cells, count, padding, top):
 * Set where the slots of a row that has been fitted are, below ${top}.
 */
void page_row_place(struct page_cell *, size_t, double, double) __attribute__((nonnull));

#endif
