#ifndef DB_PAYLOAD_H
#define DB_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "adapter/crypto.h"
#include "base/arena.h"
#include "base/err.h"

/* What a source sent, as it lies in table `payload`: compressed, then sealed with the master key; found by the hash of what it was. */
struct payload {
	uint8_t hash[CRYPTO_HASH_BYTES]; /* SHA-256 of the plain bytes */
	const uint8_t *sealed;
	size_t sealed_len;
};

#define PAYLOAD_MAX_BYTES ((size_t)64 * 1024 * 1024)

/**
 * payload_hash(bytes, len, ret_hash):
 * The hash alone: to see whether it is there already before sealing it.
 */
void payload_hash(const void *, size_t, uint8_t[CRYPTO_HASH_BYTES]) __attribute__((nonnull(3)));

/**
 * payload_seal(arena, key, bytes, len, ret_payload):
 * Make a payload of at most PAYLOAD_MAX_BYTES (more is a bug: the reader has its limits).
 */
void payload_seal(struct arena *, const uint8_t[CRYPTO_KEY_BYTES], const void *, size_t, struct payload *)
    __attribute__((nonnull(1, 2, 5)));

/**
 * payload_open(arena, key, payload, ret_bytes, ret_len, err):
 * The plain bytes, with a NUL after the last.
 *
 * Errors: ERR_DATA if it was sealed with another key or under another hash, or was changed.
 */
MUST_CHECK int payload_open(struct arena *, const uint8_t[CRYPTO_KEY_BYTES], const struct payload *, uint8_t **, size_t *,
    struct err *) __attribute__((nonnull));

#endif
