/* Fitting text into its place: smaller, then on several lines, then not at all. Lines are shaped once (lib/page/line.c) and
 * scaled. */
#include "page/text.h"

#include <math.h>
#include <string.h>

#include "adapter/cldr.h"
#include "base/text.h"

#define MAX_LINES 8
#define MAX_UNITS 256
#define STEP_POINTS 0.5
#define DEFAULT_RISE 1.4 /* em */
#define DEFAULT_DROP 0.9
#define DEFAULT_LEADING 1.2
#define HALF_CAPITAL 0.325
#define OVERLAP 0.2 /* em that the deepest letter of a line may pass the tallest of the next: they seldom stand above each other */

/* The parts of a text between places where a line may be broken. */
struct units {
	size_t count;
	const char *starts[MAX_UNITS + 1]; /* the last one is the text's end */
	double widths[MAX_UNITS];          /* with the space that follows */
	double trimmed[MAX_UNITS];         /* without it */
};

/* Scripts that are written without blanks: their lines are broken where the Unicode rules and dictionaries say. */
static bool
is_without_blanks(uint32_t character)
{
	static const char *const names[] = { "Hani", "Hira", "Kana", "Bopo", "Thai", "Laoo", "Khmr", "Mymr", "Tibt" };
	uint32_t script = shape_script(character);
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (script == shape_script_tag(names[i]))
			return true;
	return false;
}

/* Where the rules let a line begin, does it in a name or title? Behind a blank or within such a script; not behind a hyphen. */
static bool
is_kind_break(const char *text, const char *at)
{
	uint32_t left, right;
	const char *before = at;

	while (before > text && ((unsigned char)*--before & 0xc0) == 0x80)
		;
	text_next(before, &left);
	text_next(at, &right);
	return shape_kind(left) == SHAPE_SPACE || is_without_blanks(left) || is_without_blanks(right);
}

/* ${anywhere}: wherever the rules let a line be broken. */
static int
measure_units(struct arena *arena, const struct page_style *style, const char *what, const char *text, bool anywhere,
    struct units *units, struct err *err)
{
	const struct cldr *cldr;
	const char *part;
	struct page_line *line;
	struct err ignored = ERR_INIT;
	size_t *places, count, i;

	if (!text_utf8_valid(text, strlen(text)))
		return err_set(err, ERR_DATA, "%s is not UTF-8 text", what);
	/* The language matters little here; one that has no formats breaks lines as English does. */
	if (cldr_open(style->language[0] == '\0' ? "en" : style->language, &cldr, &ignored) != 0 &&
	    cldr_open("en", &cldr, err) != 0)
		return -1;
	places = cldr_breaks(arena, cldr, text, &count);
	units->count = 0;
	units->starts[units->count++] = text;
	for (i = 0; i + 1 < count && units->count < MAX_UNITS; i++)
		if (anywhere || is_kind_break(text, text + places[i]))
			units->starts[units->count++] = text + places[i];
	units->starts[units->count] = text + strlen(text);
	for (i = 0; i < units->count; i++) {
		part = arena_strndup(arena, units->starts[i], (size_t)(units->starts[i + 1] - units->starts[i]));
		if (page_line_shape(arena, style, what, part, &line, err) != 0)
			return -1;
		units->widths[i] = line->width;
		if (page_line_shape(arena, style, what, text_trim(arena, part), &line, err) != 0)
			return -1;
		units->trimmed[i] = line->width;
	}
	return 0;
}

/* Where the lines begin, ${count} of them, so that the widest is as narrow as can be: the best for the first units in one
 * line less is known when one more line is added. */
static void
choose_breaks(const struct units *units, size_t count, size_t *ret_begins)
{
	double best[MAX_LINES][MAX_UNITS + 1], width;
	size_t from[MAX_LINES][MAX_UNITS + 1], line, end, begin;

	for (line = 0; line < count; line++) {
		for (end = 1; end <= units->count; end++) {
			best[line][end] = INFINITY;
			from[line][end] = 0;
			width = units->trimmed[end - 1];
			for (begin = end - 1;; begin--) {
				double widest = line == 0    ? (begin == 0 ? width : INFINITY)
						: begin == 0 ? INFINITY
							     : fmax(width, best[line - 1][begin]);

				if (widest < best[line][end]) {
					best[line][end] = widest;
					from[line][end] = begin;
				}
				if (begin == 0)
					break;
				width += units->widths[begin - 1];
			}
		}
	}
	for (end = units->count, line = count; line-- > 0; end = ret_begins[line])
		ret_begins[line] = from[line][end];
}

/* Break ${text} into ${count} lines; ${ret_done} is false if there are too few places for that. */
static int
break_lines(struct arena *arena, const struct page_style *style, const char *what, const char *text, size_t count,
    struct page_line **lines, bool *ret_done, struct err *err)
{
	struct units *units;
	size_t begins[MAX_LINES + 1], i;
	const char *part;

	*ret_done = true;
	if (count == 1)
		return page_line_shape(arena, style, what, text, &lines[0], err);
	units = ARENA_NEW(arena, struct units);
	if (measure_units(arena, style, what, text, /* anywhere= */ false, units, err) != 0)
		return -1;
	if (units->count < count) {
		*ret_done = false;
		return 0;
	}
	choose_breaks(units, count, begins);
	begins[count] = units->count;
	for (i = 0; i < count; i++) {
		part = units->starts[begins[i]];
		part = text_trim(arena, arena_strndup(arena, part, (size_t)(units->starts[begins[i + 1]] - part)));
		if (page_line_shape(arena, style, what, part, &lines[i], err) != 0)
			return -1;
	}
	return 0;
}

/* Line distance, in em: as wanted, and more for scripts so deep or tall that lines would run into each other. */
static double
leading_of(const struct page_slot *slot, struct page_line *const *lines, size_t count)
{
	double leading = slot->leading > 0 ? slot->leading : DEFAULT_LEADING;
	size_t i;

	for (i = 1; i < count; i++)
		leading = fmax(leading, lines[i]->top - lines[i - 1]->bottom - OVERLAP);
	return leading;
}

/* The largest size at which ink from ${from} em reaches no further than ${room} points. */
static double
within(double limit, double from, double room)
{
	return from * limit > room ? room / from : limit;
}

/* The largest size from the wanted one down, in steps, at which all lines fit; 0 if that is below ${floor}. */
static double
fitting_size(const struct page_slot *slot, struct page_line *const *lines, size_t count, double floor)
{
	double limit, wanted = slot->size, rise = slot->size * (slot->rise > 0 ? slot->rise : DEFAULT_RISE),
		      drop = slot->size * (slot->drop > 0 ? slot->drop : DEFAULT_DROP), up, shift = 0;
	/* Where the template says how much room there is, it is that of all lines around the one base line. */
	const bool together = slot->rise > 0 && slot->drop > 0 && slot->grow == PAGE_GROW_BOTH && count > 1;
	size_t i;

	if (count > 1 && slot->lines_size > 0)
		wanted = slot->lines_size;
	limit = wanted;
	for (i = 0; i < count; i++) {
		up = 0; /* of the line's base line above the slot's: ${up} em and ${shift} points, see place() */
		if (together) {
			up = ((double)(count - 1) / 2 - (double)i) * leading_of(slot, lines, count) - HALF_CAPITAL;
			shift = HALF_CAPITAL * slot->size;
		}
		limit = within(limit, lines[i]->width, slot->width);
		limit = within(limit, up + lines[i]->top, rise - shift);
		limit = within(limit, -up - lines[i]->bottom, drop + shift);
	}
	if (limit < wanted)
		limit = wanted - ceil((wanted - limit) / STEP_POINTS - 1e-9) * STEP_POINTS;
	return limit < floor ? 0 : limit;
}

int
page_fit(struct arena *arena, const struct page_style *style, const struct page_slot *slot, const char *what, const char *text,
    struct page_set **ret_set, struct err *err)
{
	struct page_set *set = ARENA_NEW(arena, struct page_set);
	size_t count, max_lines = slot->max_lines == 0 ? 1 : slot->max_lines;
	double floor;
	bool done;

	BUG_UNLESS(max_lines <= MAX_LINES);
	set->lines = ARENA_ARRAY(arena, max_lines, struct page_line *);
	for (count = 1; count <= max_lines; count++) {
		if (break_lines(arena, style, what, text, count, set->lines, &done, err) != 0)
			return -1;
		if (!done)
			break;
		floor = count < max_lines && slot->break_below > 0 ? slot->break_below : slot->min_size;
		set->size = fitting_size(slot, set->lines, count, floor);
		set->line_count = count;
		if (set->size > 0) {
			*ret_set = set;
			return 0;
		}
	}
	/* There may be no place to break, and still room between the two limits on one line. */
	if (slot->break_below > slot->min_size) {
		if (break_lines(arena, style, what, text, 1, set->lines, &done, err) != 0)
			return -1;
		set->size = fitting_size(slot, set->lines, 1, slot->min_size);
		set->line_count = 1;
		if (set->size > 0) {
			*ret_set = set;
			return 0;
		}
	}
	return err_set(err, ERR_DATA,
	    "%s does not fit: at the smallest size of %g points on %zu %s it is wider or taller than %.0f mm by %.0f mm", what,
	    slot->min_size, max_lines, max_lines == 1 ? "line" : "lines", slot->width / PAGE_POINTS_PER_MM,
	    slot->size * ((slot->rise > 0 ? slot->rise : DEFAULT_RISE) + (slot->drop > 0 ? slot->drop : DEFAULT_DROP)) /
		PAGE_POINTS_PER_MM);
}

/* Fill one line after the other at that size; the number of lines, 0 if a part is wider than a line. */
static size_t
fill_lines(const struct units *units, double room, size_t *begins)
{
	double width = 0;
	size_t i, count = 0;

	for (i = 0; i < units->count; i++) {
		if (units->trimmed[i] > room)
			return 0;
		if (i == 0 || width + units->trimmed[i] > room) {
			begins[count++] = i;
			width = 0;
		}
		width += units->widths[i];
	}
	begins[count] = units->count;
	return count;
}

int
page_wrap(struct arena *arena, const struct page_style *style, const struct page_slot *slot, const char *what, const char *text,
    struct page_set **ret_set, struct err *err)
{
	struct page_set *set = ARENA_NEW(arena, struct page_set);
	struct units *units = ARENA_NEW(arena, struct units);
	size_t begins[MAX_UNITS + 1], i, most = slot->max_lines == 0 ? MAX_UNITS : slot->max_lines;
	const char *part;

	if (measure_units(arena, style, what, text, /* anywhere= */ true, units, err) != 0)
		return -1;
	for (set->size = slot->size;; set->size = fmax(set->size - STEP_POINTS, slot->min_size)) {
		set->line_count = fill_lines(units, slot->width / set->size, begins);
		if (set->line_count > 0 && set->line_count <= most)
			break;
		if (set->size <= slot->min_size)
			return err_set(err, ERR_DATA,
			    "%s does not fit: at the smallest size of %g points it is wider than %.0f mm%s", what, slot->min_size,
			    slot->width / PAGE_POINTS_PER_MM,
			    set->line_count == 0 ? "" : arena_printf(arena, " on %zu %s", most, most == 1 ? "line" : "lines"));
	}
	set->lines = ARENA_ARRAY(arena, set->line_count, struct page_line *);
	for (i = 0; i < set->line_count; i++) {
		part = units->starts[begins[i]];
		part = text_trim(arena, arena_strndup(arena, part, (size_t)(units->starts[begins[i + 1]] - part)));
		if (page_line_shape(arena, style, what, part, &set->lines[i], err) != 0)
			return -1;
	}
	*ret_set = set;
	return 0;
}

/* Where a line of the set begins, and its base line. */
static void
place(const struct page_slot *slot, const struct page_set *set, size_t index, double *ret_x, double *ret_y)
{
	const struct page_line *line = set->lines[index];
	double width = line->width * set->size, leading = leading_of(slot, set->lines, set->line_count) * set->size;
	enum page_align align = slot->align;

	if (align == PAGE_START)
		align = line->rtl ? PAGE_RIGHT : PAGE_LEFT;
	else if (align == PAGE_END)
		align = line->rtl ? PAGE_LEFT : PAGE_RIGHT;
	*ret_x = align == PAGE_CENTRE ? slot->x - width / 2 : align == PAGE_RIGHT ? slot->x - width : slot->x;
	*ret_y = slot->y - (double)index * leading;
	if (slot->grow == PAGE_GROW_UP)
		*ret_y += (double)(set->line_count - 1) * leading;
	/* Several lines stand around the middle of the capitals that one line of full size would have. */
	if (slot->grow == PAGE_GROW_BOTH && set->line_count > 1)
		*ret_y += (double)(set->line_count - 1) / 2 * leading + HALF_CAPITAL * (slot->size - set->size);
}

static void
draw_piece(struct page *page, const struct page_piece *piece, double x, double y, double size)
{
	struct buf *out = &page->content;
	double scale = size * piece->em_per_unit;
	long pen_x = 0, pen_y = 0, to_x, to_y;
	size_t i;
	bool begun = false;

	for (i = 0; i < piece->count; i++) {
		if (piece->glyphs[i]->path_len == 0)
			continue;
		if (!begun) {
			buf_text(out, "q ");
			page_number(out, scale, 7);
			buf_text(out, "0 0 ");
			page_number(out, scale, 7);
			page_numbers(page, 2, x, y);
			buf_text(out, "cm\n");
			begun = true;
		}
		to_x = lround(piece->x[i] / piece->em_per_unit);
		to_y = lround(piece->y[i] / piece->em_per_unit);
		if (to_x != pen_x || to_y != pen_y) {
			buf_text(out, "1 0 0 1 ");
			page_number(out, (double)(to_x - pen_x), 0);
			page_number(out, (double)(to_y - pen_y), 0);
			buf_text(out, "cm\n");
		}
		pen_x = to_x;
		pen_y = to_y;
		buf_add(out, piece->glyphs[i]->path, piece->glyphs[i]->path_len);
		buf_text(out, "f\n");
	}
	if (begun)
		buf_text(out, "Q\n");
}

void
page_set_draw(struct page *page, const struct page_slot *slot, const struct page_set *set)
{
	const struct page_piece *piece;
	double x, y;
	size_t i;

	page_fill(page, slot->rgb);
	for (i = 0; i < set->line_count; i++) {
		place(slot, set, i, &x, &y);
		for (piece = set->lines[i]->pieces; piece != NULL; piece = piece->next)
			draw_piece(page, piece, x, y, set->size);
	}
}

void
page_set_text(struct page *page, const struct page_slot *slot, const struct page_set *set)
{
	const struct page_word *word;
	double x, y;
	size_t i;

	for (i = 0; i < set->line_count; i++) {
		place(slot, set, i, &x, &y);
		for (word = set->lines[i]->words; word != NULL; word = word->next) {
			page_text(page, x + word->x * set->size, y, set->size, word->width * set->size, word->texts, word->count);
		}
	}
}
