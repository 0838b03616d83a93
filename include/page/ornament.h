#ifndef PAGE_ORNAMENT_H
#define PAGE_ORNAMENT_H

#include "base/err.h"
#include "page/page.h"

/* Ornaments drawn as lines and areas. The fine ones are guilloches: one small piece is computed and repeated, so that the file
 * stays small however dense the pattern is. Lengths in points, angles in turns. */

enum page_corner { PAGE_CORNER_SQUARE, PAGE_CORNER_ROUND, PAGE_CORNER_NOTCH /* cut out by a circle around the corner */ };

/* Waves along the four sides of a box, with a rosette at each corner. */
struct page_band {
	struct page_box box; /* the outer edge */
	double height;       /* of the band */
	double wave;         /* length of one wave; made to fit whole waves into each side */
	unsigned strands;    /* lines woven together, 1…24 */
	double twist;        /* 0: plain waves; up to 1: how much each strand swings at twice the frequency too */
	struct page_pen pen;
};

/* A ring of ${strands} waves around a centre, turned against each other. */
struct page_rosette {
	double x, y;
	double inner, outer; /* radii the waves swing between */
	unsigned petals;     /* waves around, 3…180 */
	unsigned strands;    /* 1…24 */
	double twist;
	struct page_pen pen;
};

/**
 * page_frame(page, box, corner, radius, pen), page_area(page, box, corner, radius, rgb):
 * A rectangle of one line; a filled one.
 */
void page_frame(struct page *, const struct page_box *, enum page_corner, double, const struct page_pen *) __attribute__((nonnull));
void page_area(struct page *, const struct page_box *, enum page_corner, double, unsigned) __attribute__((nonnull));

/**
 * page_band(page, band), page_rosette(page, rosette):
 * Guilloches.
 */
void page_band(struct page *, const struct page_band *) __attribute__((nonnull));
void page_rosette(struct page *, const struct page_rosette *) __attribute__((nonnull));

/**
 * page_disc(page, x, y, radius, scallops, depth, rgb):
 * A filled disc; with ${scallops}, its edge swings in by ${depth} that many times.
 */
void page_disc(struct page *, double, double, double, unsigned, double, unsigned) __attribute__((nonnull));

/**
 * page_rule(page, x, y, length, swell, pen):
 * A horizontal line from ${x}; with ${swell} it is that thick in the middle and tapers to the pen's thickness at its ends.
 */
void page_rule(struct page *, double, double, double, double, const struct page_pen *) __attribute__((nonnull));

/**
 * page_path(page, x, y, scale, rgb, data, err):
 * Fill a shape given as SVG path data (M L H V C S Q Z, upper and lower case), its origin at (${x}, ${y}), y down.
 *
 * Errors: ERR_DATA with the position of what cannot be read.
 * Source: SVG 1.1, section 8.3.
 */
MUST_CHECK int page_path(struct page *, double, double, double, unsigned, const char *, struct err *) __attribute__((nonnull));

#endif
