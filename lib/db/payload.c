/* Raw payloads at rest. The seal is bound to the hash, so that a row cannot be passed off as another. */
#include "db/payload.h"

#include <string.h>

#include "adapter/deflate.h"
#include "base/text.h"

static const char *
context_of(struct arena *arena, const uint8_t hash[CRYPTO_HASH_BYTES])
{
	return arena_printf(arena, "payload %s", text_hex(arena, hash, CRYPTO_HASH_BYTES));
}

void
payload_hash(const void *bytes, size_t len, uint8_t ret_hash[CRYPTO_HASH_BYTES])
{
	crypto_sha256(bytes, len, ret_hash);
}

void
payload_seal(struct arena *arena, const uint8_t key[CRYPTO_KEY_BYTES], const void *bytes, size_t len, struct payload *ret_payload)
{
	struct arena scratch = ARENA_INIT;
	uint8_t *packed, *sealed;
	size_t packed_len, sealed_len;

	BUG_UNLESS(len <= PAYLOAD_MAX_BYTES);
	payload_hash(bytes, len, ret_payload->hash);
	deflate_pack(&scratch, bytes, len, &packed, &packed_len);
	crypto_seal(arena, key, packed, packed_len, context_of(&scratch, ret_payload->hash), &sealed, &sealed_len);
	ret_payload->sealed = sealed;
	ret_payload->sealed_len = sealed_len;
	arena_done(&scratch);
}

int
payload_open(struct arena *arena, const uint8_t key[CRYPTO_KEY_BYTES], const struct payload *payload, uint8_t **ret_bytes,
    size_t *ret_len, struct err *err)
{
	struct arena scratch = ARENA_INIT;
	uint8_t hash[CRYPTO_HASH_BYTES], *packed, *bytes;
	size_t packed_len, len;
	int rc = -1;

	if (crypto_open(&scratch, key, payload->sealed, payload->sealed_len, context_of(&scratch, payload->hash), &packed,
		&packed_len, err) != 0)
		goto out;
	if (deflate_unpack(arena, packed, packed_len, PAYLOAD_MAX_BYTES, &bytes, &len, err) != 0)
		goto out;
	payload_hash(bytes, len, hash);
	if (memcmp(hash, payload->hash, sizeof(hash)) != 0) {
		err_set(err, ERR_DATA, "a payload is not what its hash says");
		goto out;
	}
	*ret_bytes = bytes;
	*ret_len = len;
	rc = 0;
out:
	arena_done(&scratch);
	return rc;
}
