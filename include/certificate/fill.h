#ifndef CERTIFICATE_FILL_H
#define CERTIFICATE_FILL_H

#include "base/arena.h"
#include "base/err.h"
#include "certificate/render.h"
#include "certificate/wording.h"

/**
 * fill_values(arena, facts, wording, values, ret_stated, err):
 * The facts as texts, by enum template_fact, NULL for what is not stated; and which are, as bits. Dates and numbers are the language's.
 *
 * Errors: ERR_DATA naming the fact that is missing, no UTF-8, or no web address; ERR_CONFIG: time zone.
 */
MUST_CHECK int fill_values(struct arena *, const struct certificate_facts *, const struct wording *, const char **, unsigned *,
    struct err *) __attribute__((nonnull));

/**
 * fill_row(arena, facts, wording, index, values, err):
 * The same for a row, by enum template_row.
 */
MUST_CHECK int fill_row(struct arena *, const struct certificate_facts *, const struct wording *, size_t, const char **,
    struct err *) __attribute__((nonnull));

#endif
