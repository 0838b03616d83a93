#ifndef PAGE_FONT_H
#define PAGE_FONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter/shape.h"
#include "base/arena.h"
#include "base/err.h"
#include "page/sheet.h"

/* The fonts of a template. Files are opened when a text first needs them, so that the large ones (Chinese, Japanese, Korean)
 * cost nothing until then; outlines are kept as content operators, ready to copy. */
struct page_fonts;
struct page_stack; /* an order of fonts to look for a character in */
struct page_face;  /* one opened font */

/* A glyph as content stream operators in font units, without the painting operator. Empty for a space. */
struct page_glyph {
	const char *path;
	size_t path_len;
	int32_t left, bottom, right, top; /* of the ink; all 0 if there is none */
};

/**
 * page_fonts_new(arena, folder, fallbacks), page_fonts_done(fonts):
 * ${folder} is looked in before FONT_DIR for fonts named by a relative path. ${fallbacks} (may be NULL) is the sheet whose
 * `[fallback NAME]` sections stacks may refer to.
 *
 * Owns: lives in ${arena}, as does all it keeps; page_fonts_done() closes the font files.
 */
struct page_fonts *page_fonts_new(struct arena *, const char *, const struct sheet *) __attribute__((nonnull(1, 2)));
void page_fonts_done(struct page_fonts *);

/**
 * page_fonts_add(fonts, file, section, err):
 * Declare the stack that a `[font NAME]` section of sheet ${file} describes:
 *
 *     faces    = FILE, …     tried in this order for every script
 *     fallback = NAME, …     then the fonts of these sections
 *     Arab     = FILE, …     tried first for this script (ISO 15924); `Hani.ja` only for that language
 *
 * FILE is a path with an optional `#2` for the face within a collection and an optional ` 90%` to draw it smaller, so that
 * scripts of different fonts look equally large.
 *
 * Errors: ERR_CONFIG with file and line: unknown key, unknown fallback, no fonts.
 */
MUST_CHECK int page_fonts_add(struct page_fonts *, const char *, const struct sheet_section *, struct err *)
    __attribute__((nonnull));

/**
 * page_fonts_stack(fonts, name):
 * The stack of that name, or NULL.
 */
const struct page_stack *page_fonts_stack(const struct page_fonts *, const char *) __attribute__((nonnull));

/**
 * page_stack_face(stack, script, language, index, ret_face, err):
 * The ${index}th font to try for a script in a language ("" for none); NULL after the last.
 *
 * Errors: those of shape_font_open(), naming the line that asked for the file.
 */
MUST_CHECK int page_stack_face(const struct page_stack *, uint32_t, const char *, size_t, struct page_face **, struct err *)
    __attribute__((nonnull));

/**
 * page_fonts_check(fonts, say, context):
 * Try to open every font that a stack names, and tell ${say} of each that cannot be: whether a template names it or only a list of
 * fallbacks does, and a sentence with file and line.
 */
void page_fonts_check(const struct page_fonts *, void (*say)(void *, bool, const char *), void *) __attribute__((nonnull(1, 2)));

/**
 * page_face_font(face), page_face_em(face), page_face_glyph(face, id):
 * The font for shaping; how many em one of its units is; a glyph's outline.
 */
const struct shape_font *page_face_font(const struct page_face *) __attribute__((nonnull));
double page_face_em(const struct page_face *) __attribute__((nonnull));
const struct page_glyph *page_face_glyph(struct page_face *, uint32_t) __attribute__((nonnull));

#endif
