#ifndef CERTIFICATE_TEMPLATE_H
#define CERTIFICATE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "page/font.h"
#include "page/image.h"
#include "page/ornament.h"
#include "page/sheet.h"
#include "page/text.h"

/* The look of a certificate as data: `<template_dir>/certificates/<name>/template.conf`. Copy the folder to make another. */

/* How often a fact repeats: the same on all certificates of a tenant, on many, or on one only. */
enum template_scope { TEMPLATE_STEADY, TEMPLATE_SHARED, TEMPLATE_OWN };

/* What a certificate states. The placeholders of a template are these names: {{learner}}, {{valid_until}}, … */
#define TEMPLATE_FACTS(X) \
	X(LEARNER, "learner", /* required= */ true, TEMPLATE_OWN) \
	X(COURSE, "course", true, TEMPLATE_SHARED) \
	X(COMPLETED, "completed", true, TEMPLATE_SHARED) \
	X(SERIAL, "serial", true, TEMPLATE_OWN) \
	X(ISSUER, "issuer", true, TEMPLATE_STEADY) \
	X(VALID_UNTIL, "valid_until", false, TEMPLATE_SHARED) \
	X(SIGNATORY, "signatory", false, TEMPLATE_STEADY) \
	X(SIGNATORY_TITLE, "signatory_title", false, TEMPLATE_STEADY) \
	X(VERIFY_URL, "verify_url", false, TEMPLATE_OWN) \
	X(LOGO, "logo", false, TEMPLATE_STEADY) /* a file's path: for images alone */

enum template_fact {
#define TEMPLATE_ENUM(id, name, required, scope) TEMPLATE_##id,
	TEMPLATE_FACTS(TEMPLATE_ENUM)
#undef TEMPLATE_ENUM
	    TEMPLATE_FACT_COUNT
};

enum template_kind {
	TEMPLATE_TEXT,
	TEMPLATE_RULE,
	TEMPLATE_FRAME,
	TEMPLATE_BAND,
	TEMPLATE_ROSETTE,
	TEMPLATE_DISC,
	TEMPLATE_PATH,
	TEMPLATE_QR,
	TEMPLATE_AREA,
	TEMPLATE_IMAGE,
	TEMPLATE_BACKGROUND
};

/* A part of a text: itself, a fact, or a word of the certificate's language. */
enum template_part_kind { TEMPLATE_LITERAL, TEMPLATE_FACT, TEMPLATE_WORD };

struct template_part {
	struct template_part *next;
	enum template_part_kind kind;
	enum template_fact fact;
	const char *text; /* the literal, or the word's key */
};

/* What a text is to those who do not see the page. */
enum template_role { TEMPLATE_PARAGRAPH, TEMPLATE_HEADING };

/* One thing to draw. Lengths are points; only the fields of its kind mean something. */
struct template_item {
	enum template_kind kind;
	const char *name;
	unsigned line;
	double x, y, width, height;
	double size, min_size, break_below, lines, lines_size, leading, tracking;
	double thickness, swell, radius, inner, petals, strands, twist, wave, scallops, depth, scale;
	unsigned rgb;
	const char *features, *data;
	const char *image_file, *image_sha256;
	const struct pdf_image *image; /* NULL if it is the logo of the settings */
	bool is_logo;
	const struct page_stack *stack;
	enum page_align align;
	enum page_grow grow;
	enum page_corner corner;
	enum template_role role;
	const struct template_part *text;
	unsigned when;   /* bits of enum template_fact: drawn only if the certificate states all of them */
	unsigned unless; /* and none of these */
};

struct template
{
	const char *file;
	const struct sheet *sheet;
	struct page_fonts *fonts;
	double width, height;
	struct template_item *items;
	size_t item_count;
};

/**
 * template_open(arena, template_dir, name, ret_template, err), template_close(template):
 * Read and check a template: every key, colour, font, placeholder and image.
 *
 * Errors: ERR_CONFIG with file and line; ERR_NOT_FOUND naming the template, or the image with its line, that is not there; ERR_IO.
 */
MUST_CHECK int template_open(struct arena *, const char *, const char *, struct template **, struct err *) __attribute__((nonnull));
void template_close(struct template *);

/**
 * template_parse_text(arena, where, text, words, ret_parts, err):
 * Take a text apart at its placeholders. ${where} ("file:line") is what errors begin with; ${words} tells whether
 * {{word.…}} may stand in it.
 *
 * Errors: ERR_CONFIG naming the placeholder that is unknown or not closed.
 */
MUST_CHECK int template_parse_text(struct arena *, const char *, const char *, bool, const struct template_part **, struct err *)
    __attribute__((nonnull));

/**
 * template_default_dir(arena):
 * The folder of templates where none is configured: the one beside the running program's own folder (a build tree), else that
 * of the installation.
 */
const char *template_default_dir(struct arena *) __attribute__((nonnull, returns_nonnull));

/**
 * template_fact_find(name, ret_fact), template_fact_name(fact), template_fact_required(fact), template_fact_scope(fact):
 * A fact by its name, -1 if there is none of that name; the columns of TEMPLATE_FACTS.
 */
MUST_CHECK int template_fact_find(const char *, enum template_fact *) __attribute__((nonnull));
const char *template_fact_name(enum template_fact);
bool template_fact_required(enum template_fact);
enum template_scope template_fact_scope(enum template_fact);

#endif
