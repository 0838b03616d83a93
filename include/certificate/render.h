#ifndef CERTIFICATE_RENDER_H
#define CERTIFICATE_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/money.h"
#include "certificate/template.h"

/* From what a certificate states to the bytes of its PDF. */

/* A row of a transcript. */
struct certificate_row {
	const char *course;
	const char *serial; /* of its certificate; NULL: it has none */
	int64_t completed_utc;
	int64_t valid_until_utc; /* as below */
	struct money paid;       /* what the place in the course cost; without a currency: not known */
};

/* What a certificate states, or a transcript: that one has rows and neither course, serial nor completion of its own. */
struct certificate_facts {
	enum template_paper paper;
	const char *learner; /* UTF-8, as the learner spells it */
	const char *course;
	const char *serial;
	const char *issuer;
	const char *signatory;       /* NULL: no signature line */
	const char *signatory_title; /* NULL: none */
	const char *verify_url;      /* whole address for the QR code, ASCII; NULL: no code */
	const char *logo;            /* a JPEG file; NULL: none */
	const char *logo_sha256;     /* its pin; NULL: whatever it is */
	const char *locale;          /* "en", "es-MX": words and dates */
	const char *timezone;        /* IANA name: dates are those people there read */
	int64_t completed_utc;
	int64_t valid_until_utc; /* first moment it is no longer valid; 0: without end. People read the day before it */
	int64_t issued_utc;      /* the creation date in the file */
	const struct certificate_row *rows;
	size_t row_count;
};

struct certificate_renderer; /* a template with its fonts and everything prerendered, for many certificates */

#define CERTIFICATE_MAX_BYTES ((size_t)4 << 20)

/**
 * certificate_open(arena, template_dir, paper, template, ret_renderer, err), certificate_close(renderer):
 * Make a template of `<template_dir>/certificates/` (or `transcripts/`) ready.
 *
 * Owns: lives in ${arena}, which must not be reset while it is open.
 * Errors: those of template_open().
 */
MUST_CHECK int certificate_open(struct arena *, const char *, enum template_paper, const char *, struct certificate_renderer **,
    struct err *) __attribute__((nonnull));
void certificate_close(struct certificate_renderer *);

/**
 * certificate_fonts(renderer, say, context):
 * page_fonts_check() of the template's fonts.
 */
void certificate_fonts(const struct certificate_renderer *, void (*)(void *, bool, const char *), void *)
    __attribute__((nonnull(1, 2)));

/**
 * certificate_render(renderer, facts, ret_pdf, err):
 * Append the PDF to ${ret_pdf} (give it CERTIFICATE_MAX_BYTES). The same facts give the same bytes.
 *
 * Errors: ERR_DATA if a fact is missing, holds a character that no font has or that cannot be drawn, or does not fit: this
 * certificate has to be looked at by a person, others can go on. ERR_CONFIG: locale, zone, template, or an issuer or signatory
 * that cannot be drawn; others would fail too.
 */
MUST_CHECK int certificate_render(struct certificate_renderer *, const struct certificate_facts *, struct buf *, struct err *)
    __attribute__((nonnull));

#endif
