#ifndef CERTIFICATE_WORDING_H
#define CERTIFICATE_WORDING_H

#include "base/arena.h"
#include "base/err.h"
#include "certificate/template.h"
#include "outbox/locale.h"

/* A template's texts with the words of one language put in. */
struct wording {
	struct wording *next;
	const char *name; /* the locale asked for */
	struct locale *locale;
	const struct template_part **texts;            /* by item; facts, literals and what rows state only */
	const struct template_part **titles, **totals; /* of columns */
};

/**
 * wording_find(arena, list, template_dir, template, locale, ret_wording, err):
 * The wording of a locale: from ${list}, or read and added to it. {{word.x}} is `x` of the template's own section
 * [words LOCALE], else `certificate.x` of the locale file (`transcript.x` for a transcript).
 *
 * Errors: those of locale_open(); ERR_CONFIG naming the item and the word that is missing.
 */
MUST_CHECK int wording_find(struct arena *, struct wording **, const char *, const struct template *, const char *,
    const struct wording **, struct err *) __attribute__((nonnull));

#endif
