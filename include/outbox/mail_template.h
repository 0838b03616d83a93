#ifndef OUTBOX_MAIL_TEMPLATE_H
#define OUTBOX_MAIL_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* A mail in one language: `templates/mail/<locale>/<name>.txt`, whose first line is `Subject: …` and whose second is empty. Text and HTML
 * are made of it, the HTML within `templates/mail/layout.html`; a `<name>.html` beside it is used in place of that. Its markup and
 * the filters of values are told in docs/translating.md, which values each mail has in outbox/catalogue.h. */
struct mail_template;

struct mail_value {
	const char *name;
	const char *text;
};

/* A mail as its recipient reads it. */
struct mail_letter {
	const char *subject;
	const char *text; /* flowed (RFC 3676) */
	bool delsp;       /* blanks at soft line ends are not part of the text */
	const char *html;
};

/**
 * mail_template_open(arena, template_dir, name, locale, ret_template, err):
 * Read and check the files and the locale. A region without a file of its own uses its language's.
 *
 * Errors: ERR_CONFIG with file and line: unknown mail, unknown placeholder or filter, a plural without a form that the language needs,
 * open braces, no subject, not UTF-8; a file that is missing.
 */
MUST_CHECK int mail_template_open(struct arena *, const char *, const char *, const char *, struct mail_template **, struct err *)
    __attribute__((nonnull));

/**
 * mail_template_fill(arena, template, values, count, ret_letter, err):
 * Put the values in. They stay data: never markup, HTML or a placeholder. Values that no placeholder asks for are ignored.
 *
 * Errors: ERR_DATA with file and line of the placeholder: no value, an empty one, one that is not of its kind.
 */
MUST_CHECK int mail_template_fill(struct arena *, const struct mail_template *, const struct mail_value *, size_t,
    struct mail_letter *, struct err *) __attribute__((nonnull(1, 2, 5, 6)));

/**
 * mail_template_language(template):
 * Of its locale, as in Content-Language.
 */
const char *mail_template_language(const struct mail_template *) __attribute__((nonnull, returns_nonnull));

/**
 * mail_template_asks(template, value):
 * Does it ask for this value, in the subject or below it?
 */
bool mail_template_asks(const struct mail_template *, const char *) __attribute__((nonnull));

#endif
