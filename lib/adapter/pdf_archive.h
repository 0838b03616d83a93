#ifndef ADAPTER_PDF_ARCHIVE_H
#define ADAPTER_PDF_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter/pdf.h"
#include "base/buf.h"

#define PDF_CREATOR "ctok-batch"

/* What a PDF for archives carries beside its pages, as bytes: within lib/adapter/pdf.c only. */

/**
 * pdf_archive_xmp(out, document, producer, archival, tagged):
 * Append the metadata of a document as XMP, which says which standards it keeps: PDF/A-2u if ${archival}, PDF/UA-1 if ${tagged}, PDF/A-2a and
 * PDF/UA-1 if both.
 *
 * Source: ISO 19005-2, 6.6; ISO 14289-1, 5; XMP specification part 1.
 */
void pdf_archive_xmp(struct buf *, const struct pdf_document *, const char *, bool, bool) __attribute__((nonnull));

/**
 * pdf_archive_srgb(out):
 * Append an ICC profile of sRGB: the primaries, the white and the curve of IEC 61966-2-1, and nothing more.
 *
 * Source: ICC.1:2004-10 (version 4.2), 8.3 and 10.
 */
void pdf_archive_srgb(struct buf *) __attribute__((nonnull));

#endif
