/* Frames, guilloches, discs, rules, shapes. Curves are computed as points with their directions and written as Bézier curves
 * through them (Hermite form), which follows a sine to a few thousandths of its height with six pieces per wave. */
#include "page/ornament.h"

#include <math.h>
#include <string.h>

#define TURN 6.283185307179586
#define PIECES_PER_WAVE 6
#define ARC 0.5522847498307936 /* control point of a quarter circle */

static void
move(struct page *page, double x, double y)
{
	page_numbers(page, 2, x, y);
	buf_text(&page->content, "m\n");
}

static void
line(struct page *page, double x, double y)
{
	page_numbers(page, 2, x, y);
	buf_text(&page->content, "l\n");
}

static void
curve(struct page *page, double x1, double y1, double x2, double y2, double x3, double y3)
{
	page_numbers(page, 6, x1, y1, x2, y2, x3, y3);
	buf_text(&page->content, "c\n");
}

static void
put_rectangle(struct page *page, const struct page_box *box, enum page_corner corner, double radius)
{
	double l = box->left, b = box->bottom, r = l + box->width, t = b + box->height, k = radius * ARC, n = radius - k;

	switch (corner) {
	case PAGE_CORNER_SQUARE:
		page_numbers(page, 4, l, b, box->width, box->height);
		buf_text(&page->content, "re\n");
		break;
	case PAGE_CORNER_ROUND:
		move(page, l + radius, b);
		line(page, r - radius, b);
		curve(page, r - n, b, r, b + n, r, b + radius);
		line(page, r, t - radius);
		curve(page, r, t - n, r - n, t, r - radius, t);
		line(page, l + radius, t);
		curve(page, l + n, t, l, t - n, l, t - radius);
		line(page, l, b + radius);
		curve(page, l, b + n, l + n, b, l + radius, b);
		buf_text(&page->content, "h\n");
		break;
	case PAGE_CORNER_NOTCH:
		move(page, l + radius, b);
		line(page, r - radius, b);
		curve(page, r - radius, b + k, r - k, b + radius, r, b + radius);
		line(page, r, t - radius);
		curve(page, r - k, t - radius, r - radius, t - k, r - radius, t);
		line(page, l + radius, t);
		curve(page, l + radius, t - k, l + k, t - radius, l, t - radius);
		line(page, l, b + radius);
		curve(page, l + k, b + radius, l + radius, b + k, l + radius, b);
		buf_text(&page->content, "h\n");
		break;
	}
}

void
page_frame(struct page *page, const struct page_box *box, enum page_corner corner, double radius, const struct page_pen *pen)
{
	buf_text(&page->content, "q ");
	page_stroke(page, pen);
	put_rectangle(page, box, corner, radius);
	buf_text(&page->content, "S Q\n");
}

void
page_area(struct page *page, const struct page_box *box, enum page_corner corner, double radius, unsigned rgb)
{
	page_fill(page, rgb);
	put_rectangle(page, box, corner, radius);
	buf_text(&page->content, "f\n");
}

/* The height, -1…1, of strand ${k} of ${count} at ${phase} (turns), and its slope per turn. */
static double
swing(double phase, unsigned k, unsigned count, double twist, double *ret_slope)
{
	double shift = (double)k / count, a = TURN * (phase + shift), b = TURN * (2 * phase - shift);

	*ret_slope = TURN * ((1 - twist / 2) * cos(a) + twist * cos(b));
	return (1 - twist / 2) * sin(a) + twist / 2 * sin(b);
}

/* One wave of every strand from (0, 0) to (${length}, 0), swinging ${height} up and down, then move the origin to its end. */
static void
put_waves(struct page *page, double length, double height, unsigned strands, double twist)
{
	double step = length / PIECES_PER_WAVE, y0, y1, slope0, slope1, x;
	unsigned k, i;

	for (k = 0; k < strands; k++) {
		y0 = height * swing(0, k, strands, twist, &slope0);
		move(page, 0, y0);
		for (i = 0; i < PIECES_PER_WAVE; i++) {
			x = i * step;
			y1 = height * swing((i + 1.0) / PIECES_PER_WAVE, k, strands, twist, &slope1);
			curve(page, x + step / 3, y0 + height * slope0 / (3 * PIECES_PER_WAVE), x + 2 * step / 3,
			    y1 - height * slope1 / (3 * PIECES_PER_WAVE), x + step, y1);
			y0 = y1;
			slope0 = slope1;
		}
	}
	buf_text(&page->content, "S 1 0 0 1 ");
	page_number(&page->content, length, 4);
	buf_text(&page->content, "0 cm\n");
}

void
page_band(struct page *page, const struct page_band *band)
{
	/* Sides in the order bottom, right, top, left: each begins after the corner and runs counter-clockwise. */
	const double half = band->height / 2, l = band->box.left, b = band->box.bottom, r = l + band->box.width,
		     t = b + band->box.height;
	const double starts[4][2] = { { l + band->height, b + half }, { r - half, b + band->height },
		{ r - band->height, t - half }, { l + half, t - band->height } };
	const double corners[4][2] = { { l + half, b + half }, { r - half, b + half }, { r - half, t - half },
		{ l + half, t - half } };
	static const char *const turns[4] = { "1 0 0 1 ", "0 1 -1 0 ", "-1 0 0 -1 ", "0 -1 1 0 " };
	struct page_rosette rosette = {
		.inner = 0, .outer = half, .petals = 8, .strands = 3, .twist = band->twist, .pen = band->pen
	};
	double length;
	unsigned side, i, count;

	for (side = 0; side < 4; side++) {
		length = (side % 2 == 0 ? band->box.width : band->box.height) - 2 * band->height;
		count = (unsigned)fmax(1, round(length / band->wave));
		buf_printf(&page->content, "q %s", turns[side]);
		page_numbers(page, 2, starts[side][0], starts[side][1]);
		buf_text(&page->content, "cm\n");
		page_stroke(page, &band->pen);
		for (i = 0; i < count; i++)
			put_waves(page, length / count, half - band->pen.thickness / 2, band->strands, band->twist);
		buf_text(&page->content, "Q\n");
		rosette.x = corners[side][0];
		rosette.y = corners[side][1];
		page_rosette(page, &rosette);
	}
}

/* A point of a closed wave around the origin, and its direction per turn of the wave's phase. */
static void
ring_point(const struct page_rosette *rosette, double phase, unsigned k, double *ret)
{
	double middle = (rosette->inner + rosette->outer) / 2, height = (rosette->outer - rosette->inner) / 2, slope, radius, angle,
	       turn;

	radius = middle + height * swing(phase, k, rosette->strands, rosette->twist, &slope);
	turn = TURN / rosette->petals;
	angle = phase * turn;
	slope *= height;
	ret[0] = radius * cos(angle);
	ret[1] = radius * sin(angle);
	ret[2] = slope * cos(angle) - radius * turn * sin(angle);
	ret[3] = slope * sin(angle) + radius * turn * cos(angle);
}

/* Quarter turns only: viewers built on cairo lose hairlines under other rotations, because poppler derives the thinnest visible
 * line from the axes alone. */
void
page_rosette(struct page *page, const struct page_rosette *rosette)
{
	static const char *const turns[] = { "", "", "-1 0 0 -1 0 0 cm\n", "", "0 1 -1 0 0 0 cm\n" };
	const double third = 1.0 / (3 * PIECES_PER_WAVE);
	const unsigned parts = rosette->petals % 4 == 0   ? 4
			       : rosette->petals % 2 == 0 ? 2
							  : 1,
		       count = rosette->petals / parts * PIECES_PER_WAVE;
	double from[4], to[4];
	unsigned part, k, i;

	buf_text(&page->content, "q 1 0 0 1 ");
	page_numbers(page, 2, rosette->x, rosette->y);
	buf_text(&page->content, "cm\n");
	page_stroke(page, &rosette->pen);
	for (part = 0; part < parts; part++) {
		for (k = 0; k < rosette->strands; k++) {
			ring_point(rosette, 0, k, from);
			move(page, from[0], from[1]);
			for (i = 1; i <= count; i++) {
				ring_point(rosette, (double)i / PIECES_PER_WAVE, k, to);
				curve(page, from[0] + third * from[2], from[1] + third * from[3], to[0] - third * to[2],
				    to[1] - third * to[3], to[0], to[1]);
				memcpy(from, to, sizeof(from));
			}
		}
		buf_printf(&page->content, "S %s", turns[parts]);
	}
	buf_text(&page->content, "Q\n");
}

void
page_disc(struct page *page, double x, double y, double radius, unsigned scallops, double depth, unsigned rgb)
{
	struct page_rosette edge = {
		.inner = radius - depth, .outer = radius, .petals = scallops == 0 ? 4 : scallops, .strands = 1
	};
	const double third = 1.0 / (3 * PIECES_PER_WAVE);
	double from[4], to[4];
	unsigned i, count;

	if (scallops == 0)
		edge.inner = radius;
	page_fill(page, rgb);
	ring_point(&edge, 0, 0, from);
	move(page, x + from[0], y + from[1]);
	count = edge.petals * PIECES_PER_WAVE;
	for (i = 1; i <= count; i++) {
		ring_point(&edge, (double)i / PIECES_PER_WAVE, 0, to);
		curve(page, x + from[0] + third * from[2], y + from[1] + third * from[3], x + to[0] - third * to[2],
		    y + to[1] - third * to[3], x + to[0], y + to[1]);
		memcpy(from, to, sizeof(from));
	}
	buf_text(&page->content, "f\n");
}

void
page_rule(struct page *page, double x, double y, double length, double swell, const struct page_pen *pen)
{
	double thin = pen->thickness / 2, thick = swell / 2;

	if (swell <= pen->thickness) {
		buf_text(&page->content, "q ");
		page_stroke(page, pen);
		move(page, x, y);
		line(page, x + length, y);
		buf_text(&page->content, "S Q\n");
		return;
	}
	page_fill(page, pen->rgb);
	move(page, x, y - thin);
	curve(page, x + length * 0.3, y - thin, x + length * 0.4, y - thick, x + length / 2, y - thick);
	curve(page, x + length * 0.6, y - thick, x + length * 0.7, y - thin, x + length, y - thin);
	line(page, x + length, y + thin);
	curve(page, x + length * 0.7, y + thin, x + length * 0.6, y + thick, x + length / 2, y + thick);
	curve(page, x + length * 0.4, y + thick, x + length * 0.3, y + thin, x, y + thin);
	buf_text(&page->content, "h f\n");
}
