#ifndef PAGE_LINE_H
#define PAGE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "page/font.h"

/* One line of text of any script as outlines, with the same text for the layer behind. Lengths are in em: a line is shaped
 * once and fits every size. */

struct page_style {
	const struct page_stack *stack;
	const char *language; /* BCP 47; "" for none */
	const char *features; /* OpenType features, NULL for none */
	double tracking;      /* space added after each character, in em; scripts that join or stack ignore it */
};

/* Glyphs of one font. */
struct page_piece {
	struct page_piece *next;
	double em_per_unit;
	size_t count;
	const struct page_glyph **glyphs;
	double *x, *y; /* of each glyph's origin from the line's start */
};

/* Unseen text without a space in it. Spaces are left to the gaps between words, from which readers restore them. */
struct page_word {
	struct page_word *next;
	double x, width;
	size_t first;       /* character of the line it begins with */
	const char **texts; /* units in UTF-8, left to right as seen */
	size_t count;
};

struct page_line {
	double width;
	double top, bottom; /* of the ink, from the base line; bottom is below 0 */
	bool rtl;
	bool reversed;             /* the units of some words stand against the order they are read in */
	const char *text;          /* as given, without blanks around it */
	uint32_t script;           /* of the first letter; 0 if there is none */
	const char *language;      /* BCP 47, where the letters show it: "ja" for kana; else NULL */
	struct page_piece *pieces; /* visual order */
	struct page_word *words;   /* reading order */
};

/**
 * page_line_shape(arena, style, what, text, ret_line, err):
 * Order and shape one line. One font is used for all of a script if it has everything; only if none has, letters come from
 * several.
 *
 * Errors: ERR_DATA naming ${what}, the character's position (from 1) and its code point: not UTF-8, a control or other
 * character that must not be in a line, no font has it, marks that are no syllable of their script. The text itself is not in the message: it is personal data.
 */
MUST_CHECK int page_line_shape(struct arena *, const struct page_style *, const char *, const char *, struct page_line **,
    struct err *) __attribute__((nonnull));

#endif
