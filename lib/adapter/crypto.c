/* Hashes, sealing and random bytes, on libsodium. */
#include "adapter/crypto.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(CRYPTO_HASH_BYTES == crypto_hash_sha256_BYTES, "SHA-256 is 32 bytes");
_Static_assert(CRYPTO_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "keys are 32 bytes");

/* First use picks the fastest code and the random source; later calls cost a comparison. */
static void
ready(void)
{
	BUG_UNLESS(sodium_init() >= 0);
}

void
crypto_sha256(const void *bytes, size_t len, uint8_t ret_hash[CRYPTO_HASH_BYTES])
{
	ready();
	(void)crypto_hash_sha256(ret_hash, bytes, len);
}

int
crypto_sha256_file(const char *path, uint8_t ret_hash[CRYPTO_HASH_BYTES], struct err *err)
{
	crypto_hash_sha256_state state;
	unsigned char block[65536];
	FILE *file = fopen(path, "re");
	size_t len;
	int rc = -1;

	ready();
	if (file == NULL)
		return err_set(err, ERR_IO, "could not open \"%s\": %s", path, strerror(errno));
	(void)crypto_hash_sha256_init(&state);
	while ((len = fread(block, 1, sizeof(block), file)) > 0)
		(void)crypto_hash_sha256_update(&state, block, len);
	if (ferror(file)) {
		(void)err_set(err, ERR_IO, "could not read \"%s\": %s", path, strerror(errno));
		goto out;
	}
	(void)crypto_hash_sha256_final(&state, ret_hash);
	rc = 0;
out:
	(void)fclose(file);
	return rc;
}

void
crypto_keyed(const uint8_t key[CRYPTO_KEY_BYTES], const void *bytes, size_t len, uint8_t ret_hash[CRYPTO_HASH_BYTES])
{
	ready();
	BUG_UNLESS(crypto_generichash(ret_hash, CRYPTO_HASH_BYTES, bytes, len, key, CRYPTO_KEY_BYTES) == 0);
}

void
crypto_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len, uint8_t ret_hash[CRYPTO_HASH_BYTES])
{
	crypto_auth_hmacsha256_state state;

	ready();
	(void)crypto_auth_hmacsha256_init(&state, key, key_len);
	(void)crypto_auth_hmacsha256_update(&state, bytes, len);
	(void)crypto_auth_hmacsha256_final(&state, ret_hash);
	sodium_memzero(&state, sizeof(state));
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

int
crypto_hex_bytes(const char *hex, uint8_t *ret_bytes, size_t max, size_t *ret_len)
{
	const char *end;

	if (hex[0] == '\0' || sodium_hex2bin(ret_bytes, max, hex, strlen(hex), NULL, ret_len, &end) != 0 || *end != '\0')
		return -1;
	return 0;
}

char *
crypto_base64(struct arena *arena, const void *bytes, size_t len)
{
	size_t room = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_alloc(arena, room);

	return sodium_bin2base64(text, room, bytes, len, sodium_base64_VARIANT_ORIGINAL);
}

void
crypto_seal(struct arena *arena, const uint8_t key[CRYPTO_KEY_BYTES], const void *bytes, size_t len, const char *context,
    uint8_t **ret_sealed, size_t *ret_len)
{
	uint8_t *sealed;
	unsigned long long cipher_len;

	ready();
	BUG_UNLESS(len <= SIZE_MAX - NONCE_BYTES - TAG_BYTES);
	sealed = arena_alloc(arena, NONCE_BYTES + len + TAG_BYTES);
	/* 24 random bytes never meet again by chance. */
	randombytes_buf(sealed, NONCE_BYTES);
	BUG_UNLESS(crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_BYTES, &cipher_len, bytes, len,
		       (const unsigned char *)context, strlen(context), NULL, sealed, key) == 0);
	*ret_sealed = sealed;
	*ret_len = NONCE_BYTES + (size_t)cipher_len;
}

int
crypto_open(struct arena *arena, const uint8_t key[CRYPTO_KEY_BYTES], const void *bytes, size_t len, const char *context,
    uint8_t **ret_plain, size_t *ret_len, struct err *err)
{
	const uint8_t *sealed = bytes;
	uint8_t *plain;
	unsigned long long plain_len;

	ready();
	if (len < NONCE_BYTES + TAG_BYTES)
		return err_set(err, ERR_DATA, "cannot open a sealed text: it is too short");
	plain = arena_alloc(arena, len - NONCE_BYTES - TAG_BYTES + 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &plain_len, NULL, sealed + NONCE_BYTES, len - NONCE_BYTES,
		(const unsigned char *)context, strlen(context), sealed, key) != 0) {
		err_set(err, ERR_DATA, "cannot open a sealed text: it was changed, or sealed with another key");
		return err_hint(err, "Check that master_key is the key that was used before.");
	}
	*ret_plain = plain;
	*ret_len = (size_t)plain_len;
	return 0;
}

int
crypto_key_parse(const char *hex, uint8_t ret_key[CRYPTO_KEY_BYTES], struct err *err)
{
	uint8_t key[CRYPTO_KEY_BYTES];
	size_t len = strlen(hex), parsed;
	const char *end;

	ready();
	if (len != 2 * CRYPTO_KEY_BYTES || sodium_hex2bin(key, sizeof(key), hex, len, NULL, &parsed, &end) != 0 ||
	    parsed != sizeof(key) || *end != '\0') {
		err_set(err, ERR_CONFIG, "the master key is not %d hex digits", 2 * CRYPTO_KEY_BYTES);
		return err_hint(err, "Make one with `openssl rand -hex 32`, once, and keep a copy: nothing opens without it.");
	}
	memcpy(ret_key, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
	return 0;
}

void
crypto_random(void *bytes, size_t len)
{
	ready();
	randombytes_buf(bytes, len);
}
