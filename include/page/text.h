#ifndef PAGE_TEXT_H
#define PAGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "page/line.h"
#include "page/page.h"

/* Text of any script, fitted into a place on a page and drawn as outlines, with the same text unseen behind it. */

enum page_grow { PAGE_GROW_BOTH, PAGE_GROW_DOWN, PAGE_GROW_UP }; /* where further lines go */

/* A place for a text. */
struct page_slot {
	double x, y;        /* base line at the point that align speaks of: left, middle or right end of the slot */
	double width;       /* widest line allowed */
	double size;        /* wanted */
	double min_size;    /* smallest allowed on one line, and on the last resort */
	double break_below; /* rather break a line than go below this size; 0: min_size */
	unsigned max_lines;
	double lines_size; /* wanted on more than one line; 0: size */
	double leading;    /* line distance, in em */
	double rise, drop; /* how far ink may reach above and below the base line, in em of ${size}; 0: 1.4 and 0.9 for each line */
	enum page_align align;
	enum page_grow grow;
	unsigned rgb;
};

struct page_set { /* a text that has been fitted into a slot */
	double size;
	size_t line_count;
	struct page_line **lines;
};

/**
 * page_fit(arena, style, slot, what, text, ret_set, err):
 * Fit a text: smaller in steps, then on more lines (broken at blanks, and within scripts that have none), then not at all.
 *
 * Errors: those of page_line_shape(); ERR_DATA if it does not fit.
 */
MUST_CHECK int page_fit(struct arena *, const struct page_style *, const struct page_slot *, const char *, const char *,
    struct page_set **, struct err *) __attribute__((nonnull));

/**
 * page_wrap(arena, style, slot, what, text, ret_set, err):
 * Fill line after line, as many as it takes (${slot->max_lines}, 0 for any number), broken wherever lines may be; smaller only if a
 * part without such a place is too wide. Of the slot only width, sizes and lines matter.
 *
 * Errors: as page_fit().
 */
MUST_CHECK int page_wrap(struct arena *, const struct page_style *, const struct page_slot *, const char *, const char *,
    struct page_set **, struct err *) __attribute__((nonnull));

/**
 * page_set_draw(page, slot, set), page_set_text(page, slot, set):
 * Draw the outlines; put the unseen text. Several lines stand around the middle of the one line
 * that the slot was made for; or the first or the last of them stands where the one would.
 */
void page_set_draw(struct page *, const struct page_slot *, const struct page_set *) __attribute__((nonnull));
void page_set_text(struct page *, const struct page_slot *, const struct page_set *) __attribute__((nonnull));

#endif
