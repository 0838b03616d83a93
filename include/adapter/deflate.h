#ifndef ADAPTER_DEFLATE_H
#define ADAPTER_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/**
 * deflate_pack(arena, bytes, len, ret_packed, ret_len), deflate_pack_fast(…):
 * Compress into the zlib format; the second takes a third of the time and a few percent more room.
 *
 * Source: RFC 1950, RFC 1951.
 */
void deflate_pack(struct arena *, const void *, size_t, uint8_t **, size_t *) __attribute__((nonnull(1, 4, 5)));
void deflate_pack_fast(struct arena *, const void *, size_t, uint8_t **, size_t *) __attribute__((nonnull(1, 4, 5)));

/**
 * deflate_unpack(arena, packed, len, max_bytes, ret_bytes, ret_len, err):
 * Expand what deflate_pack() made; a NUL is put after the last byte.
 *
 * Errors: ERR_DATA if it is damaged, cut, followed by something, or larger than ${max_bytes}.
 */
MUST_CHECK int deflate_unpack(struct arena *, const void *, size_t, size_t, uint8_t **, size_t *, struct err *)
    __attribute__((nonnull(1, 5, 6, 7)));

#endif
