#ifndef ADAPTER_CRYPTO_H
#define ADAPTER_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define CRYPTO_HASH_BYTES 32
#define CRYPTO_KEY_BYTES 32

/**
 * crypto_sha256(bytes, len, ret_hash):
 * SHA-256.
 */
void crypto_sha256(const void *, size_t, uint8_t[CRYPTO_HASH_BYTES]) __attribute__((nonnull(3)));

/**
 * crypto_sha256_file(path, ret_hash, err):
 * SHA-256 of a file, read in blocks.
 *
 * Errors: ERR_IO naming it.
 */
MUST_CHECK int crypto_sha256_file(const char *, uint8_t[CRYPTO_HASH_BYTES], struct err *) __attribute__((nonnull(1, 3)));

/**
 * crypto_keyed(key, bytes, len, ret_hash):
 * A keyed hash (BLAKE2b-256), for tombstones of erased e-mails.
 */
void crypto_keyed(const uint8_t[CRYPTO_KEY_BYTES], const void *, size_t, uint8_t[CRYPTO_HASH_BYTES]) __attribute__((nonnull(1, 4)));

/**
 * crypto_hmac_sha256(key, key_len, bytes, len, ret_hash):
 * HMAC-SHA-256 with a key of any length, as those who send webhooks sign them.
 *
 * Source: RFC 2104.
 */
void crypto_hmac_sha256(const void *, size_t, const void *, size_t, uint8_t[CRYPTO_HASH_BYTES]) __attribute__((nonnull));

/**
 * crypto_equal(a, b, len):
 * Are these bytes the same? It takes as long whether they are or not.
 */
bool crypto_equal(const void *, const void *, size_t) __attribute__((nonnull));

/**
 * crypto_hex_bytes(hex, ret_bytes, max, ret_len):
 * The bytes of a text of hex digits; -1 if it is none, empty, or of more than ${max} bytes.
 */
MUST_CHECK int crypto_hex_bytes(const char *, uint8_t *, size_t, size_t *) __attribute__((nonnull));

/**
 * crypto_base64(arena, bytes, len):
 * Base64 with padding, in one line.
 *
 * Source: RFC 4648, section 4.
 */
char *crypto_base64(struct arena *, const void *, size_t) __attribute__((nonnull, returns_nonnull));

/**
 * crypto_seal(arena, key, bytes, len, context, ret_sealed, ret_len), crypto_open(…, err):
 * Encrypt and authenticate with XChaCha20-Poly1305 and a random nonce; ${context} is bound to it and must be the same to open.
 *
 * Errors: ERR_DATA if it was not sealed with this key and context, or was changed.
 */
void crypto_seal(struct arena *, const uint8_t[CRYPTO_KEY_BYTES], const void *, size_t, const char *, uint8_t **, size_t *);
MUST_CHECK int crypto_open(
    struct arena *, const uint8_t[CRYPTO_KEY_BYTES], const void *, size_t, const char *, uint8_t **, size_t *, struct err *);

/**
 * crypto_key_parse(hex, ret_key, err):
 * A master key: 64 hex digits.
 *
 * Errors: ERR_CONFIG (the value is never in the message).
 */
MUST_CHECK int crypto_key_parse(const char *, uint8_t[CRYPTO_KEY_BYTES], struct err *) __attribute__((nonnull));

/**
 * crypto_random(bytes, len):
 * Unpredictable bytes of the system.
 */
void crypto_random(void *, size_t) __attribute__((nonnull));

#endif
