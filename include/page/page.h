#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter/pdf.h"
#include "adapter/qr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* One page being drawn: content operators, the text behind them, links. Lengths are points, the origin is the lower left
 * corner, colours are 0xrrggbb. Numbers are written with two decimals (a hundredth of a point cannot be seen). */

#define PAGE_POINTS_PER_MM (72 / 25.4)

struct page_codes; /* which code stands for which text */

struct page {
	struct arena *arena;
	double width, height;
	struct buf content;
	struct page_codes *codes;
	struct pdf_text *texts;
	size_t text_count;
	struct pdf_link *links;
	size_t link_count;
	const struct pdf_image **images;
	size_t image_count;
	struct pdf_mark *marks; /* these are page/mark.h's */
	size_t mark_count, mark_room;
	unsigned content_count, group_depth;
	size_t group; /* 1 + index of the group that is open; 0: none */
	bool marking;
};

/* A stroke. */
struct page_pen {
	unsigned rgb;
	double thickness;
};

enum page_align { PAGE_START, PAGE_CENTRE, PAGE_END, PAGE_LEFT, PAGE_RIGHT }; /* start and end follow the text's direction */

struct page_box {
	double left, bottom, width, height;
};

/**
 * page_init(arena, page, width, height), page_done(page):
 * Begin an empty page; give its content back.
 */
void page_init(struct arena *, struct page *, double, double) __attribute__((nonnull));
void page_done(struct page *) __attribute__((nonnull));

/**
 * page_as_pdf(page):
 * The page as the PDF adapter wants it, without layers. Borrowed from ${page}.
 */
struct pdf_page page_as_pdf(const struct page *) __attribute__((nonnull));

/**
 * page_number(out, value, decimals):
 * Append a number and a blank, without needless zeros; the same on every machine and in every locale.
 */
void page_number(struct buf *, double, int) __attribute__((nonnull));

/**
 * page_numbers(page, count, values…):
 * Append ${count} numbers with two decimals.
 */
void page_numbers(struct page *, int, ...) __attribute__((nonnull));

/**
 * page_fill(page, rgb), page_stroke(page, pen):
 * Set the colour to fill with; colour and thickness to draw lines with (round caps and joins).
 */
void page_fill(struct page *, unsigned) __attribute__((nonnull));
void page_stroke(struct page *, const struct page_pen *) __attribute__((nonnull));

/**
 * page_text(page, x, y, size, width, texts, count):
 * Put unseen text where ${count} characters are drawn from ${x} to ${x} + ${width}, for search and copying. Each element of
 * ${texts} is one or more characters in UTF-8, left to right as seen.
 */
void page_text(struct page *, double, double, double, double, const char *const *, size_t) __attribute__((nonnull));

/**
 * page_link(page, box, uri):
 * Make an area clickable.
 */
void page_link(struct page *, const struct page_box *, const char *) __attribute__((nonnull));

/**
 * page_image(page, box, align, image), page_cover(page, box, image):
 * Show an image as large as it fits into the box; or so large that it fills the box, what hangs over cut off. An image has no direction:
 * the start is left.
 *
 * Owns: ${image} is borrowed until the PDF is written.
 */
void page_image(struct page *, const struct page_box *, enum page_align, const struct pdf_image *) __attribute__((nonnull));
void page_cover(struct page *, const struct page_box *, const struct pdf_image *) __attribute__((nonnull));

/**
 * page_qr(page, box, rgb, qr):
 * Draw a QR code with its quiet zone (white) into a square box.
 */
void page_qr(struct page *, const struct page_box *, unsigned, const struct qr *) __attribute__((nonnull));

#endif
