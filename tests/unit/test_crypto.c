/* Hashes against published values; sealed texts open only whole, with the same key and context. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapter/crypto.h"
#include "adapter/deflate.h"
#include "base/text.h"
#include "db/payload.h"

static const uint8_t key[CRYPTO_KEY_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
static const uint8_t other_key[CRYPTO_KEY_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8, 8 };

static void
test_sha256_is_that_of_fips_180(void **state)
{
	struct arena arena = ARENA_INIT;
	uint8_t hash[CRYPTO_HASH_BYTES];

	(void)state;
	crypto_sha256("abc", 3, hash);
	assert_string_equal(
	    text_hex(&arena, hash, sizeof(hash)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	crypto_sha256(NULL, 0, hash);
	assert_string_equal(
	    text_hex(&arena, hash, sizeof(hash)), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	arena_done(&arena);
}

static void
test_hmac_is_that_of_rfc_4231(void **state)
{
	static const struct {
		const char *key, *text, *hash;
	} cases[] = {
		{ "Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", "Hi There",
		    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	};
	struct arena arena = ARENA_INIT;
	uint8_t hash[CRYPTO_HASH_BYTES];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		crypto_hmac_sha256(cases[i].key, strlen(cases[i].key), cases[i].text, strlen(cases[i].text), hash);
		assert_string_equal(text_hex(&arena, hash, sizeof(hash)), cases[i].hash);
	}
	assert_true(crypto_equal("abc", "abc", 3));
	assert_false(crypto_equal("abc", "abd", 3));
	arena_done(&arena);
}

static void
test_base64_is_that_of_rfc_4648(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	assert_string_equal(crypto_base64(&arena, "", 0), "");
	assert_string_equal(crypto_base64(&arena, "f", 1), "Zg==");
	assert_string_equal(crypto_base64(&arena, "fo", 2), "Zm8=");
	assert_string_equal(crypto_base64(&arena, "foobar", 6), "Zm9vYmFy");
	arena_done(&arena);
}

static void
test_keyed_hash_depends_on_key_and_text(void **state)
{
	uint8_t a[CRYPTO_HASH_BYTES], b[CRYPTO_HASH_BYTES];

	(void)state;
	crypto_keyed(key, "ann@example.org", 15, a);
	crypto_keyed(key, "ann@example.org", 15, b);
	assert_memory_equal(a, b, sizeof(a));
	crypto_keyed(other_key, "ann@example.org", 15, b);
	assert_memory_not_equal(a, b, sizeof(a));
	crypto_keyed(key, "bob@example.org", 15, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
test_sealed_text_opens(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 1000000 };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	uint8_t *plain, *sealed, *opened;
	size_t i, sealed_len, opened_len;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		plain = arena_alloc(&arena, sizes[i]);
		crypto_random(plain, sizes[i]);
		crypto_seal(&arena, key, plain, sizes[i], "x", &sealed, &sealed_len);
		assert_int_equal(crypto_open(&arena, key, sealed, sealed_len, "x", &opened, &opened_len, &err), 0);
		assert_int_equal(opened_len, sizes[i]);
		assert_memory_equal(opened, plain, sizes[i]);
	}
	arena_done(&arena);
}

static void
test_same_text_is_sealed_differently_each_time(void **state)
{
	struct arena arena = ARENA_INIT;
	uint8_t *a, *b;
	size_t len;

	(void)state;
	crypto_seal(&arena, key, "token", 5, "x", &a, &len);
	crypto_seal(&arena, key, "token", 5, "x", &b, &len);
	assert_memory_not_equal(a, b, len);
	arena_done(&arena);
}

static void
test_any_changed_or_missing_byte_is_noticed(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	uint8_t *sealed, *opened;
	size_t i, len, opened_len;

	(void)state;
	crypto_seal(&arena, key, "token", 5, "x", &sealed, &len);
	for (i = 0; i < len; i++) {
		sealed[i] ^= 1;
		assert_int_equal(crypto_open(&arena, key, sealed, len, "x", &opened, &opened_len, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_string_equal(err.message, "cannot open a sealed text: it was changed, or sealed with another key");
		err_reset(&err);
		sealed[i] ^= 1;
		assert_int_equal(crypto_open(&arena, key, sealed, i, "x", &opened, &opened_len, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		err_reset(&err);
	}
	arena_done(&arena);
}

static void
test_another_key_or_context_does_not_open(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	uint8_t *sealed, *opened;
	size_t len, opened_len;

	(void)state;
	crypto_seal(&arena, key, "token", 5, "x", &sealed, &len);
	assert_int_equal(crypto_open(&arena, other_key, sealed, len, "x", &opened, &opened_len, &err), -1);
	err_reset(&err);
	assert_int_equal(crypto_open(&arena, key, sealed, len, "y", &opened, &opened_len, &err), -1);
	arena_done(&arena);
}

static void
test_master_key_is_64_hex_digits(void **state)
{
	static const char *const wrong[] = { "", "00", "zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1",   /* 63 */
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0", /* 65 */
		"00010203 405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" };
	struct err err = ERR_INIT;
	uint8_t parsed[CRYPTO_KEY_BYTES];
	size_t i;

	(void)state;
	assert_int_equal(crypto_key_parse("000102030405060708090A0b0c0d0e0f101112131415161718191a1b1c1d1e1f", parsed, &err), 0);
	for (i = 0; i < sizeof(parsed); i++)
		assert_int_equal(parsed[i], i);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(crypto_key_parse(wrong[i], parsed, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_string_equal(err.message, "the master key is not 64 hex digits");
		err_reset(&err);
	}
}

static void
test_packed_bytes_come_back(void **state)
{
	static const size_t sizes[] = { 0, 1, 16384, 16385, 3000000 };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	uint8_t *plain, *packed, *back;
	size_t i, j, packed_len, len;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		plain = arena_alloc(&arena, sizes[i]);
		for (j = 0; j < sizes[i]; j++)
			plain[j] = (uint8_t)(j % 251);
		deflate_pack(&arena, plain, sizes[i], &packed, &packed_len);
		assert_int_equal(deflate_unpack(&arena, packed, packed_len, sizes[i], &back, &len, &err), 0);
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(back, plain, len);
		assert_int_equal(back[len], 0);
	}
	assert_true(packed_len < sizes[i - 1] / 50);
	arena_done(&arena);
}

static void
test_damaged_cut_long_or_continued_texts_are_refused(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	uint8_t *packed, *back, *longer;
	char zeros[1000] = "";
	size_t i, packed_len, len;

	(void)state;
	deflate_pack(&arena, zeros, sizeof(zeros), &packed, &packed_len);
	assert_int_equal(deflate_unpack(&arena, packed, packed_len, 999, &back, &len, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_string_equal(err.message, "an expanded text is larger than 999 bytes");
	err_reset(&err);
	for (i = 0; i < packed_len; i++) {
		assert_int_equal(deflate_unpack(&arena, packed, i, 1000, &back, &len, &err), -1);
		assert_string_equal(err.message, "cannot expand a compressed text: it is cut");
		err_reset(&err);
	}
	longer = arena_alloc(&arena, packed_len + 1);
	memcpy(longer, packed, packed_len);
	assert_int_equal(deflate_unpack(&arena, longer, packed_len + 1, 1000, &back, &len, &err), -1);
	assert_string_equal(err.message, "cannot expand a compressed text: something follows its end");
	err_reset(&err);
	assert_int_equal(deflate_unpack(&arena, "<html>", 6, 1000, &back, &len, &err), -1);
	assert_string_equal(err.message, "cannot expand a compressed text: incorrect header check");
	arena_done(&arena);
}

static void
test_payload_opens_only_as_itself(void **state)
{
	static const char text[] = "{\"customerEmail\":\"ann@example.org\"}";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct payload payload, another;
	uint8_t *bytes;
	size_t len;

	(void)state;
	payload_seal(&arena, key, text, strlen(text), &payload);
	payload_seal(&arena, key, "{}", 2, &another);
	assert_int_equal(payload_open(&arena, key, &payload, &bytes, &len, &err), 0);
	assert_string_equal((const char *)bytes, text);
	assert_int_equal(len, strlen(text));
	/* A row put in another's place. */
	memcpy(another.hash, payload.hash, sizeof(another.hash));
	assert_int_equal(payload_open(&arena, key, &another, &bytes, &len, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	err_reset(&err);
	assert_int_equal(payload_open(&arena, other_key, &payload, &bytes, &len, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256_is_that_of_fips_180),
		cmocka_unit_test(test_hmac_is_that_of_rfc_4231),
		cmocka_unit_test(test_base64_is_that_of_rfc_4648),
		cmocka_unit_test(test_keyed_hash_depends_on_key_and_text),
		cmocka_unit_test(test_sealed_text_opens),
		cmocka_unit_test(test_same_text_is_sealed_differently_each_time),
		cmocka_unit_test(test_any_changed_or_missing_byte_is_noticed),
		cmocka_unit_test(test_another_key_or_context_does_not_open),
		cmocka_unit_test(test_master_key_is_64_hex_digits),
		cmocka_unit_test(test_packed_bytes_come_back),
		cmocka_unit_test(test_damaged_cut_long_or_continued_texts_are_refused),
		cmocka_unit_test(test_payload_opens_only_as_itself),
	};

	return cmocka_run_group_tests_name("crypto", tests, NULL, NULL);
}
