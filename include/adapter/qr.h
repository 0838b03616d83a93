#ifndef ADAPTER_QR_H
#define ADAPTER_QR_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* A QR code: ${size} x ${size} modules, row by row from the top, 1 is dark. Without the quiet zone of 4 modules that has to
 * be left around it. */
struct qr {
	size_t size;
	uint8_t *modules;
};

/**
 * qr_encode(arena, text, ret_qr, err):
 * The smallest code that holds ${text} at error correction level M (15 % may be dirt). The same text gives the same code.
 *
 * Errors: ERR_DATA if ${text} is empty or too long for any code.
 * Source: ISO/IEC 18004; libqrencode manual, QRcode_encodeString.
 */
MUST_CHECK int qr_encode(struct arena *, const char *, struct qr *, struct err *) __attribute__((nonnull));

#endif
