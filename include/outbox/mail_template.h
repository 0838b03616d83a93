#ifndef OUTBOX_MAIL_TEMPLATE_H
#define OUTBOX_MAIL_TEMPLATE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* A mail's texts in one language: `templates/mail/<locale>/<name>.txt`, whose first line is `Subject: …` and whose second is empty, and
 * `<name>.html`. `{{learner}}` stands for a value; `{{date|date}}` writes a value YYYY-MM-DD as the language does. Values are escaped in
 * the HTML. `{{language}}` and `{{direction}}` come from the locale. */
struct mail_template;

struct mail_value {
	const char *name;
	const char *text;
};

/**
 * mail_template_open(arena, template_dir, name, locale, ret_template, err):
 * Read and check both files and the locale. A region without a folder of its own uses its language's. Which placeholders a mail may use is
 * declared in mail_template.c: the facts its events bring.
 *
 * Errors: ERR_CONFIG with file and line: unknown mail, unknown placeholder, unknown filter, open braces, no subject, not UTF-8;
 * a file that is missing.
 */
MUST_CHECK int mail_template_open(struct arena *, const char *, const char *, const char *, struct mail_template **, struct err *)
    __attribute__((nonnull));

/**
 * mail_template_fill(arena, template, values, count, ret_subject, ret_text, ret_html, err):
 * Put the values in. Control characters and runs of white space in them become one blank. Values no placeholder asks for are ignored.
 *
 * Errors: ERR_DATA with file and line of the placeholder: no value, an empty one, a value that is not a date.
 */
MUST_CHECK int mail_template_fill(struct arena *, const struct mail_template *, const struct mail_value *, size_t, char **, char **,
    char **, struct err *) __attribute__((nonnull(1, 2, 5, 6, 7, 8)));

/**
 * mail_template_language(template):
 * Of its locale, as in Content-Language.
 */
const char *mail_template_language(const struct mail_template *) __attribute__((nonnull, returns_nonnull));

#endif
