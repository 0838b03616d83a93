#ifndef ADAPTER_PNG_H
#define ADAPTER_PNG_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/**
 * png_of_pdf(bytes, len, dots_per_inch, ret_png, err):
 * Render the first page of a PDF as a viewer would show it and append it as PNG to ${ret_png}.
 *
 * Errors: ERR_DATA if it is no readable PDF or ${ret_png} is full; ERR_SYSTEM if the picture cannot be made.
 * Source: poppler-glib manual, poppler_page_render.
 */
MUST_CHECK int png_of_pdf(const void *, size_t, double, struct buf *, struct err *) __attribute__((nonnull));

#endif
