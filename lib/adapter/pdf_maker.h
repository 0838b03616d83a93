#ifndef ADAPTER_PDF_MAKER_H
#define ADAPTER_PDF_MAKER_H

#include <stddef.h>

#include <hpdf.h>
#include <hpdf_doc.h>
#include <hpdf_objects.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Building blocks of a PDF, through the internal interface that libharu's installed headers declare: within lib/adapter/pdf*.c only.
 * What libharu refuses is recorded, and found by pdf_maker_check() at the end of a step: nothing has to be looked at in between. */

struct pdf_placed;

struct pdf_maker {
	HPDF_Doc doc;
	struct arena *arena; /* of this document */
	HPDF_STATUS status;  /* the first error, as the handler saw it */
	HPDF_STATUS detail;
	HPDF_Dict empty_glyph, font_descriptor;
	struct pdf_placed *placed;
	struct buf plain; /* scratch */
};

/**
 * pdf_maker_check(maker, err):
 * ERR_SYSTEM with libharu's error number if something was recorded.
 */
MUST_CHECK int pdf_maker_check(const struct pdf_maker *, struct err *) __attribute__((nonnull));

/**
 * pdf_maker_object(maker), pdf_maker_dict(maker, dict, key), pdf_maker_array(maker, dict, key):
 * A dictionary of its own, which others refer to; one within ${dict}; an array within it.
 */
HPDF_Dict pdf_maker_object(struct pdf_maker *) __attribute__((nonnull));
HPDF_Dict pdf_maker_dict(struct pdf_maker *, HPDF_Dict, const char *) __attribute__((nonnull(1, 3)));
HPDF_Array pdf_maker_array(struct pdf_maker *, HPDF_Dict, const char *) __attribute__((nonnull(1, 3)));

/**
 * pdf_maker_string(maker, dict, key, text), pdf_maker_utf16(out, text, hex):
 * Text in UTF-8 as a string of the PDF, nothing if NULL; its big-endian UTF-16, as bytes or as hexadecimal digits.
 */
void pdf_maker_string(struct pdf_maker *, HPDF_Dict, const char *, const char *) __attribute__((nonnull(1, 3)));
void pdf_maker_utf16(struct buf *, const char *, bool) __attribute__((nonnull));

/**
 * pdf_maker_box(maker, left, bottom, right, top):
 * A rectangle.
 */
HPDF_Array pdf_maker_box(struct pdf_maker *, double, double, double, double) __attribute__((nonnull));

/**
 * pdf_maker_stream(maker), pdf_maker_fill(stream, packed, len):
 * A new stream; give one its compressed bytes.
 */
HPDF_Dict pdf_maker_stream(struct pdf_maker *) __attribute__((nonnull));
void pdf_maker_fill(HPDF_Dict, const void *, size_t);

#endif
