#ifndef PAGE_IMAGE_H
#define PAGE_IMAGE_H

#include "adapter/pdf.h"
#include "base/arena.h"
#include "base/err.h"

/* Pictures on pages: JPEG files, put into the PDF as they are. Only their head is read, never a pixel, so there is nothing to go wrong in
 * decoding. PNG is not taken: libpng ends the program on a damaged file, and every page would cost a hundred times as much. */

#define PAGE_IMAGE_MAX_BYTES ((size_t)1536 * 1024)
#define PAGE_IMAGE_MAX_PIXELS 25000000u

/**
 * page_image_load(arena, path, sha256, ret_image, err):
 * Read a JPEG file (baseline or progressive; grey, colour or CMYK) and hold it against its pin, the SHA-256 in hex (NULL: take it as it is).
 *
 * Owns:   the image lies in ${arena}.
 * Errors: ERR_CONFIG naming the file and the reason: it is another file than the pinned one, no JPEG, of a kind that readers of PDF do
 * not know, cut short, turned by its camera, or larger than PAGE_IMAGE_MAX_BYTES or PAGE_IMAGE_MAX_PIXELS; ERR_NOT_FOUND, ERR_IO.
 * Source: ITU-T T.81, annex B; T.872, section 6.5.3 (the Adobe segment); Exif 2.32, section 4.6.4 (orientation).
 */
MUST_CHECK int page_image_load(struct arena *, const char *, const char *, const struct pdf_image **, struct err *)
    __attribute__((nonnull(1, 2, 4, 5)));

/**
 * page_image_read(path, bytes, len, ret_image, err):
 * The same for bytes in memory, without a pin; ${ret_image} points at them.
 */
MUST_CHECK int page_image_read(const char *, const void *, size_t, struct pdf_image *, struct err *) __attribute__((nonnull));

#endif
