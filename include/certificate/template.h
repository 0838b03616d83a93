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

/* What is drawn from a template; each has a folder of templates of its own. */
enum template_paper { TEMPLATE_CERTIFICATE, TEMPLATE_TRANSCRIPT };

#define TEMPLATE_ON_CERTIFICATES (1u << TEMPLATE_CERTIFICATE)
#define TEMPLATE_ON_TRANSCRIPTS (1u << TEMPLATE_TRANSCRIPT)
#define TEMPLATE_ON_ALL (TEMPLATE_ON_CERTIFICATES | TEMPLATE_ON_TRANSCRIPTS)

/* What a paper states. The placeholders of a template are these names: {{learner}}, {{valid_until}}, … Then, the papers that state it, and
 * those that must. */
#define TEMPLATE_FACTS(X) \
	X(LEARNER, "learner", TEMPLATE_ON_ALL, TEMPLATE_ON_ALL, TEMPLATE_OWN) \
	X(COURSE, "course", TEMPLATE_ON_CERTIFICATES, TEMPLATE_ON_CERTIFICATES, TEMPLATE_SHARED) \
	X(COMPLETED, "completed", TEMPLATE_ON_CERTIFICATES, TEMPLATE_ON_CERTIFICATES, TEMPLATE_SHARED) \
	X(SERIAL, "serial", TEMPLATE_ON_CERTIFICATES, TEMPLATE_ON_CERTIFICATES, TEMPLATE_OWN) \
	X(ISSUER, "issuer", TEMPLATE_ON_ALL, TEMPLATE_ON_ALL, TEMPLATE_STEADY) \
	X(VALID_UNTIL, "valid_until", TEMPLATE_ON_CERTIFICATES, 0, TEMPLATE_SHARED) \
	X(SIGNATORY, "signatory", TEMPLATE_ON_ALL, 0, TEMPLATE_STEADY) \
	X(SIGNATORY_TITLE, "signatory_title", TEMPLATE_ON_ALL, 0, TEMPLATE_STEADY) \
	X(VERIFY_URL, "verify_url", TEMPLATE_ON_CERTIFICATES, 0, TEMPLATE_OWN) \
	X(ISSUED, "issued", TEMPLATE_ON_TRANSCRIPTS, TEMPLATE_ON_TRANSCRIPTS, TEMPLATE_SHARED) \
	X(COUNT, "count", TEMPLATE_ON_TRANSCRIPTS, TEMPLATE_ON_TRANSCRIPTS, TEMPLATE_SHARED) \
	X(PAGE, "page", TEMPLATE_ON_TRANSCRIPTS, TEMPLATE_ON_TRANSCRIPTS, TEMPLATE_OWN) \
	X(PAGES, "pages", TEMPLATE_ON_TRANSCRIPTS, TEMPLATE_ON_TRANSCRIPTS, TEMPLATE_OWN) \
	X(LOGO, "logo", TEMPLATE_ON_ALL, 0, TEMPLATE_STEADY) /* a file's path: for images alone */

/* What a row of a table states: {{row.course}}. */
enum template_row {
	TEMPLATE_ROW_NUMBER,
	TEMPLATE_ROW_COURSE,
	TEMPLATE_ROW_COMPLETED,
	TEMPLATE_ROW_VALID_UNTIL,
	TEMPLATE_ROW_SERIAL,
	TEMPLATE_ROW_PAID,
	TEMPLATE_ROW_COUNT
};

enum template_fact {
#define TEMPLATE_ENUM(id, name, papers, required, scope) TEMPLATE_##id,
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
	TEMPLATE_BACKGROUND,
	TEMPLATE_TABLE,
	TEMPLATE_COLUMN /* of the table before it */
};

#define TEMPLATE_MAX_COLUMNS 12

/* The pages an item stands on. */
enum template_on { TEMPLATE_EVERY, TEMPLATE_FIRST, TEMPLATE_REST, TEMPLATE_LAST };

/* A part of a text: itself, a fact, a word of the paper's language, or what a row states. */
enum template_part_kind { TEMPLATE_LITERAL, TEMPLATE_FACT, TEMPLATE_WORD, TEMPLATE_ROW };

struct template_part {
	struct template_part *next;
	enum template_part_kind kind;
	enum template_fact fact;
	enum template_row row;
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
	double size, min_size, break_below, lines, lines_size, leading, tracking, rise, drop;
	double thickness, swell, radius, inner, petals, strands, twist, wave, scallops, depth, scale;
	unsigned rgb;
	double bottom, last_bottom, next_y, padding, gap, head_size; /* of a table */
	double rule, head_rule;
	unsigned rule_rgb, head_rgb, stripe;
	bool has_stripe;
	const char *features, *data;
	const char *image_file, *image_sha256;
	const struct pdf_image *image; /* NULL if it is the logo of the settings */
	bool is_logo;
	const struct page_stack *stack, *head_stack;
	enum page_align align;
	enum page_grow grow;
	enum page_corner corner;
	enum template_role role;
	enum template_on on;
	const struct template_part *text, *title, *total;
	unsigned when;   /* bits of enum template_fact: drawn only if the certificate states all of them */
	unsigned unless; /* and none of these */
};

struct template
{
	enum template_paper paper;
	const char *file;
	const struct sheet *sheet;
	struct page_fonts *fonts;
	double width, height;
	struct template_item *items;
	size_t item_count;
};

/**
 * template_open(arena, template_dir, paper, name, ret_template, err), template_close(template):
 * Read and check a template: every key, colour, font, placeholder and image.
 *
 * Errors: ERR_CONFIG with file and line; ERR_NOT_FOUND naming the template, or the image with its line, that is not there; ERR_IO.
 */
MUST_CHECK int template_open(struct arena *, const char *, enum template_paper, const char *, struct template **, struct err *)
    __attribute__((nonnull));
void template_close(struct template *);

/**
 * template_parse_text(arena, where, paper, text, may, ret_parts, err):
 * Take a text apart at its placeholders. ${where} ("file:line") is what errors begin with; besides facts, ${may} lets {{word.…}} and
 * {{row.…}} stand in it.
 *
 * Errors: ERR_CONFIG naming the placeholder that is unknown or not closed.
 */
#define TEMPLATE_MAY_WORDS 1u
#define TEMPLATE_MAY_ROWS 2u
MUST_CHECK int template_parse_text(struct arena *, const char *, enum template_paper, const char *, unsigned,
    const struct template_part **, struct err *) __attribute__((nonnull));

/**
 * template_default_dir(arena):
 * The folder of templates where none is configured: the one beside the running program's own folder (a build tree), else that
 * of the installation.
 */
const char *template_default_dir(struct arena *) __attribute__((nonnull, returns_nonnull));

/**
 * template_fact_find(paper, name, ret_fact), template_fact_name(fact), template_fact_required(paper, fact), template_fact_scope(fact):
 * A fact that a paper states, by its name, -1 if there is none; the columns of TEMPLATE_FACTS.
 */
MUST_CHECK int template_fact_find(enum template_paper, const char *, enum template_fact *) __attribute__((nonnull));
const char *template_fact_name(enum template_fact);
bool template_fact_required(enum template_paper, enum template_fact);
enum template_scope template_fact_scope(enum template_fact);

/**
 * template_paper_name(paper):
 * "certificate", "transcript": the kind's name, which its words begin with; with an "s" its folder.
 */
const char *template_paper_name(enum template_paper) __attribute__((returns_nonnull));

#endif
