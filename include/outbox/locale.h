#ifndef OUTBOX_LOCALE_H
#define OUTBOX_LOCALE_H

#include <stddef.h>

#include "adapter/cldr.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

/* The words of one language, from `templates/locales/<locale>.txt`: `key = value` lines, UTF-8, `#` comments. Mails and certificates share
 * the file; each area prefixes the keys that are its own (`certificate.title`, `mail.greeting`). How the language writes dates, numbers
 * and amounts, and its direction, the CLDR knows (adapter/cldr.h).
 *
 * A region's file (`es-AR.txt`) has only the words that differ from its language's (`es.txt`); a region without a file has the
 * language's words and formats of its own. `formats = en-001` takes the formats of another tag. */
struct locale;

/**
 * locale_open(arena, template_dir, name, ret_locale, err):
 * Read the words of ${name} ("es", "es-MX") and find its formats.
 *
 * Errors: ERR_CONFIG with file and line, or naming the locale that has no file or no formats.
 */
MUST_CHECK int locale_open(struct arena *, const char *, const char *, struct locale **, struct err *) __attribute__((nonnull));

/**
 * locale_word(locale, key, ret_value, err):
 * The value of a key, of the region or else of its language.
 *
 * Errors: ERR_CONFIG naming the file and the key it lacks.
 */
MUST_CHECK int locale_word(const struct locale *, const char *, const char **, struct err *) __attribute__((nonnull));

/**
 * locale_key(locale, index):
 * The keys of its own file in their order, NULL behind the last.
 */
const char *locale_key(const struct locale *, size_t) __attribute__((nonnull));

/**
 * locale_date(arena, locale, date):
 * A calendar date as this language writes it: "3 August 2026", "3 de agosto de 2026".
 */
char *locale_date(struct arena *, const struct locale *, const struct clock_date *) __attribute__((nonnull, returns_nonnull));

/**
 * locale_date_parse(text, ret_date, err):
 * "2026-08-03", the form in which SQL hands over dates.
 *
 * Errors: ERR_DATA naming the text.
 */
MUST_CHECK int locale_date_parse(const char *, struct clock_date *, struct err *) __attribute__((nonnull));

/**
 * locale_formats(locale):
 * Its dates, numbers, amounts and plurals.
 */
const struct cldr *locale_formats(const struct locale *) __attribute__((nonnull, returns_nonnull));

/**
 * locale_language(locale), locale_direction(locale):
 * The tag of its words ("es") and "ltr" or "rtl".
 */
const char *locale_language(const struct locale *) __attribute__((nonnull, returns_nonnull));
const char *locale_direction(const struct locale *) __attribute__((nonnull, returns_nonnull));

/**
 * locale_file(locale):
 * Where its words stand, for messages.
 */
const char *locale_file(const struct locale *) __attribute__((nonnull, returns_nonnull));

#endif
