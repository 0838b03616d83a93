#ifndef ADAPTER_SHAPE_H
#define ADAPTER_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* A font file (one face of it), and text shaped with it. Lengths are in font units: shape_font_units() of them are one em;
 * y points up from the base line. */
struct shape_font;

struct shape_glyph {
	uint32_t id;    /* within the font; 0 is "no glyph for this" */
	size_t cluster; /* index of the first character this glyph is part of */
	int32_t advance;
	int32_t x, y; /* offset of the outline from the pen */
};

/* A stretch of text in one script, direction and font. */
struct shape_run {
	const uint32_t *text; /* the whole line: neighbours outside the run give joining letters their context */
	size_t text_count;
	size_t start, count; /* the run within it */
	uint32_t script;     /* of shape_script() */
	bool rtl;
	const char *language; /* BCP 47, for a font's local forms; NULL for none */
	const char *features; /* OpenType features as "c2sc,-liga"; NULL for the font's own */
};

/* Receives an outline. */
struct shape_pen {
	void (*move)(void *, double, double);
	void (*line)(void *, double, double);
	void (*curve)(void *, double, double, double, double, double, double); /* cubic */
	void (*close)(void *);
	void *context;
};

/* Properties of characters that layout asks for. */
enum shape_kind {
	SHAPE_LETTER, /* anything with a shape of its own */
	SHAPE_MARK,   /* stands on or in the one before it */
	SHAPE_SPACE,
	SHAPE_UNSEEN,   /* joiners, variation selectors, direction marks: no shape, but may change those of others */
	SHAPE_FORBIDDEN /* controls, line breaks, direction overrides, tags, private use, unassigned, surrogates */
};

/**
 * shape_font_open(arena, path, face_index, ret_font, err), shape_font_close(font):
 * Open face ${face_index} of a TrueType or OpenType file or collection; the file is mapped, not read.
 *
 * Owns:   the handle lives in ${arena}; close it before that goes.
 * Errors: ERR_NOT_FOUND if there is no such file; ERR_DATA if it is no font, lacks that face or is cut short.
 */
MUST_CHECK int shape_font_open(struct arena *, const char *, unsigned, struct shape_font **, struct err *) __attribute__((nonnull));
void shape_font_close(struct shape_font *);

/**
 * shape_font_units(font), shape_font_cap_height(font):
 * Units per em; height of a capital letter.
 */
int32_t shape_font_units(const struct shape_font *) __attribute__((nonnull));
int32_t shape_font_cap_height(const struct shape_font *) __attribute__((nonnull));

/**
 * shape_font_has(font, character), shape_font_glyph(font, character):
 * Does the font's character map hold this one; the glyph it names for it, 0 if none.
 */
bool shape_font_has(const struct shape_font *, uint32_t) __attribute__((nonnull));
uint32_t shape_font_glyph(const struct shape_font *, uint32_t) __attribute__((nonnull));

/**
 * shape_glyphs(arena, font, run, ret_glyphs, ret_count, err):
 * Shape a run. Glyphs come in visual order, left to right, whatever the direction.
 *
 * Errors: ERR_DATA if ${run->features} cannot be read.
 * Source: HarfBuzz manual, hb_shape().
 */
MUST_CHECK int shape_glyphs(struct arena *, const struct shape_font *, const struct shape_run *, struct shape_glyph **, size_t *,
    struct err *) __attribute__((nonnull));

/**
 * shape_outline(font, glyph, pen):
 * Hand a glyph's outline to ${pen}; curves of TrueType fonts are raised to cubic ones.
 */
void shape_outline(const struct shape_font *, uint32_t, const struct shape_pen *) __attribute__((nonnull));

/**
 * shape_script(character), shape_script_tag(name):
 * Script of a character, respectively of an ISO 15924 name ("Arab"); 0 for characters that take their neighbours' script
 * (common, inherited), and for names not of that form.
 */
uint32_t shape_script(uint32_t);
uint32_t shape_script_tag(const char *) __attribute__((nonnull));

/**
 * shape_script_name(script, ret_name[5]):
 * The ISO 15924 name.
 */
void shape_script_name(uint32_t, char[5]) __attribute__((nonnull));

/**
 * shape_kind(character):
 * Which of enum shape_kind it is.
 */
enum shape_kind shape_kind(uint32_t);

#endif
