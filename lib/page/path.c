/* Shapes given as SVG path data: the subset that drawing programs write for filled outlines. Arcs are left out on purpose. */
#include <math.h>
#include <string.h>

#include "page/ornament.h"

struct reader {
	struct page *page;
	const char *start, *at;
	double x, y, scale;          /* placement on the page */
	double pen_x, pen_y;         /* in the data's own units */
	double begin_x, begin_y;     /* of the current part */
	double control_x, control_y; /* last control point, for S */
	bool after_curve;
};

#define MAX_COORDINATE 1e5 /* far outside any page, and any scale of it still a number a PDF may hold */

static void
put(struct reader *reader, double x, double y)
{
	page_numbers(reader->page, 2, reader->x + x * reader->scale, reader->y - y * reader->scale);
}

static void
skip(struct reader *reader)
{
	while (*reader->at == ' ' || *reader->at == ',' || *reader->at == '\t')
		reader->at++;
}

static bool
number_follows(struct reader *reader)
{
	skip(reader);
	return *reader->at != '\0' && strchr("+-.0123456789", *reader->at) != NULL;
}

static int
read_number(struct reader *reader, double *ret, struct err *err)
{
	const char *from;
	double value = 0, place = 1, sign = 1;
	size_t digits = 0;

	skip(reader);
	from = reader->at;
	if (*reader->at == '+' || *reader->at == '-')
		sign = *reader->at++ == '-' ? -1 : 1;
	for (; *reader->at >= '0' && *reader->at <= '9' && digits < 12; digits++)
		value = value * 10 + (*reader->at++ - '0');
	if (*reader->at == '.')
		for (reader->at++; *reader->at >= '0' && *reader->at <= '9'; digits++, place *= 10)
			value = value * 10 + (*reader->at++ - '0');
	if (digits == 0 || digits > 15)
		return err_set(err, ERR_DATA, "path data has no number at position %zu", (size_t)(from - reader->start) + 1);
	*ret = sign * value / place;
	return 0;
}

static int
read_numbers(struct reader *reader, double *ret, size_t count, struct err *err)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (read_number(reader, &ret[i], err) != 0)
			return -1;
	return 0;
}

static void
put_curve(struct reader *reader, const double *v)
{
	put(reader, v[0], v[1]);
	put(reader, v[2], v[3]);
	put(reader, v[4], v[5]);
	buf_text(&reader->page->content, "c\n");
	reader->control_x = v[2];
	reader->control_y = v[3];
	reader->after_curve = true;
	reader->pen_x = v[4];
	reader->pen_y = v[5];
}

/* One command with its numbers; ${command} is upper case, ${relative} tells how it was written. */
static int
draw(struct reader *reader, char command, bool relative, struct err *err)
{
	static const char commands[] = "MLHVCSQ";
	static const size_t counts[] = { 2, 2, 1, 1, 6, 4, 4 };
	double v[6] = { 0 }, w[6] = { 0 }, ox = relative ? reader->pen_x : 0, oy = relative ? reader->pen_y : 0;
	const char *which = strchr(commands, command);
	size_t i, count = counts[which - commands];
	bool after_curve = reader->after_curve;

	if (read_numbers(reader, v, count, err) != 0)
		return -1;
	reader->after_curve = false;
	if (command == 'H' || command == 'V') {
		w[0] = command == 'H' ? ox + v[0] : reader->pen_x;
		w[1] = command == 'V' ? oy + v[0] : reader->pen_y;
	} else {
		for (i = 0; i < count; i++)
			w[i] = v[i] + (i % 2 == 0 ? ox : oy);
	}
	for (i = 0; i < 6; i++)
		if (fabs(w[i]) > MAX_COORDINATE)
			return err_set(err, ERR_DATA, "path data leads too far away before position %zu",
			    (size_t)(reader->at - reader->start) + 1);
	if (command == 'C') {
		put_curve(reader, w);
	} else if (command == 'S') {
		v[0] = after_curve ? 2 * reader->pen_x - reader->control_x : reader->pen_x;
		v[1] = after_curve ? 2 * reader->pen_y - reader->control_y : reader->pen_y;
		memcpy(v + 2, w, 4 * sizeof(*v));
		put_curve(reader, v);
	} else if (command == 'Q') {
		v[0] = reader->pen_x + 2.0 / 3 * (w[0] - reader->pen_x);
		v[1] = reader->pen_y + 2.0 / 3 * (w[1] - reader->pen_y);
		v[2] = w[2] + 2.0 / 3 * (w[0] - w[2]);
		v[3] = w[3] + 2.0 / 3 * (w[1] - w[3]);
		v[4] = w[2];
		v[5] = w[3];
		put_curve(reader, v);
		reader->after_curve = false;
	} else {
		put(reader, w[0], w[1]);
		buf_text(&reader->page->content, command == 'M' ? "m\n" : "l\n");
		reader->pen_x = w[0];
		reader->pen_y = w[1];
		if (command == 'M') {
			reader->begin_x = w[0];
			reader->begin_y = w[1];
		}
	}
	return 0;
}

int
page_path(struct page *page, double x, double y, double scale, unsigned rgb, const char *data, struct err *err)
{
	struct reader reader = { .page = page, .start = data, .at = data, .x = x, .y = y, .scale = scale };
	char letter, command;
	bool first = true;

	page_fill(page, rgb);
	for (skip(&reader); *reader.at != '\0'; skip(&reader)) {
		letter = *reader.at++;
		command = letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
		if (strchr("MLHVCSQZ", command) == NULL || (first && command != 'M'))
			return err_set(err, ERR_DATA, "path data has no command that is known here at position %zu",
			    (size_t)(reader.at - data));
		first = false;
		if (command == 'Z') {
			buf_text(&page->content, "h\n");
			reader.pen_x = reader.begin_x;
			reader.pen_y = reader.begin_y;
			reader.after_curve = false;
			continue;
		}
		do {
			if (draw(&reader, command, letter != command, err) != 0)
				return -1;
			if (command == 'M') /* further pairs after a move are lines */
				command = 'L', letter = letter == 'm' ? 'l' : 'L';
		} while (number_follows(&reader));
	}
	buf_text(&page->content, "f\n");
	return 0;
}
