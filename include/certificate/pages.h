#ifndef CERTIFICATE_PAGES_H
#define CERTIFICATE_PAGES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "certificate/render.h"
#include "certificate/wording.h"

/**
 * pages_render(arena, template, wording, facts, values, stated, logo, ret_pdf, err):
 * Draw a paper with a table, over as many pages as its rows take. ${values} and ${stated} are those of fill_values(); ${logo} may be NULL.
 * In a language that is written from right to left, everything but texts themselves is mirrored.
 *
 * Errors: ERR_DATA naming the row or text that does not fit or cannot be drawn; ERR_CONFIG if it is the template's own.
 */
MUST_CHECK int pages_render(struct arena *, const struct template *, const struct wording *, const struct certificate_facts *,
    const char *const *, unsigned, const struct pdf_image *, struct buf *, struct err *)
    __attribute__((nonnull(1, 2, 3, 4, 5, 8, 9)));

#endif
