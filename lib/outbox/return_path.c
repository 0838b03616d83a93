/* Addresses that name a mail. The check is a keyed hash of tenant and mail; the mail's number is masked by a keyed hash of the check, so that
 * equal numbers look alike only to who has the key (the construction of a synthetic initialisation vector). Letters of one case and digits
 * alone, because mail servers on the way may change case. */
#include "outbox/return_path.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "outbox/address.h"

#define ID_BYTES 5
#define ID_DIGITS 8
#define CHECK_BYTES 10
#define CHECK_DIGITS 16
#define MAIL_MAX ((INT64_C(1) << (8 * ID_BYTES)) - 1)

/* RFC 4648 section 6, in lower case. */
static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

/* ${len} is a multiple of 5. */
static void
write_digits(char *out, const uint8_t *bytes, size_t len)
{
	uint64_t bits;
	size_t i, k;

	for (i = 0; i < len; i += 5) {
		for (bits = 0, k = 0; k < 5; k++)
			bits = bits << 8 | bytes[i + k];
		for (k = 0; k < 8; k++)
			*out++ = digits[bits >> (35 - 5 * k) & 31];
	}
}

/* The other way round; false where something else stands. */
static bool
read_digits(uint8_t *bytes, const char *in, size_t len)
{
	uint64_t bits;
	const char *digit;
	size_t i, k;

	for (i = 0; i < len; i += 5) {
		for (bits = 0, k = 0; k < 8; k++, in++) {
			digit = *in == '\0' ? NULL : strchr(digits, *in >= 'A' && *in <= 'Z' ? *in + 32 : *in);
			if (digit == NULL)
				return false;
			bits = bits << 5 | (uint64_t)(digit - digits);
		}
		for (k = 0; k < 5; k++)
			bytes[i + k] = (uint8_t)(bits >> (32 - 8 * k));
	}
	return true;
}

static void
make_check(const struct return_path *path, int64_t mail_id, uint8_t check[CHECK_BYTES])
{
	struct arena arena = ARENA_INIT;
	uint8_t hash[CRYPTO_HASH_BYTES];
	const char *text = arena_printf(&arena, "check\n%s\n%" PRId64, path->tenant, mail_id);

	crypto_hmac_sha256(path->key, sizeof(path->key), text, strlen(text), hash);
	memcpy(check, hash, CHECK_BYTES);
	arena_done(&arena);
}

/* Put the mask on, or take it off. */
static void
mask(const struct return_path *path, const uint8_t check[CHECK_BYTES], uint8_t id[ID_BYTES])
{
	uint8_t text[5 + CHECK_BYTES] = "mask\n", hash[CRYPTO_HASH_BYTES];
	size_t i;

	memcpy(text + 5, check, CHECK_BYTES);
	crypto_hmac_sha256(path->key, sizeof(path->key), text, sizeof(text), hash);
	for (i = 0; i < ID_BYTES; i++)
		id[i] ^= hash[i];
}

int
return_path_open(struct arena *arena, const struct config *config, const struct config_tenant *tenant, struct return_path *ret_path,
    struct err *err)
{
	static const char purpose[] = "ctok-batch: addresses that bounces come to";
	struct return_path path = { .tenant = tenant->name };
	uint8_t master[CRYPTO_KEY_BYTES];
	char *mailbox, *key;
	const char *at;

	if (tenant->mail.bounce == NULL) {
		*ret_path = path;
		return 0;
	}
	if (address_mailbox(arena, tenant->mail.bounce, &mailbox, err) != 0) {
		err->code = ERR_CONFIG;
		return err_wrap(err, "%s:%u: `bounce` of tenant \"%s\"", tenant->where.file, tenant->where.line, tenant->name);
	}
	if (config_secret(arena, config->master_key, "master_key", &key, err) != 0 || crypto_key_parse(key, master, err) != 0)
		return -1;
	crypto_hmac_sha256(master, sizeof(master), purpose, strlen(purpose), path.key);
	at = strrchr(mailbox, '@');
	path.local = arena_strndup(arena, mailbox, (size_t)(at - mailbox));
	path.domain = at + 1;
	path.on = true;
	*ret_path = path;
	return 0;
}

char *
return_path_write(struct arena *arena, const struct return_path *path, int64_t mail_id)
{
	uint8_t check[CHECK_BYTES], id[ID_BYTES];
	char text[ID_DIGITS + 1 + CHECK_DIGITS];
	size_t i;

	BUG_UNLESS(path->on && mail_id > 0 && mail_id <= MAIL_MAX);
	make_check(path, mail_id, check);
	for (i = 0; i < ID_BYTES; i++)
		id[i] = (uint8_t)(mail_id >> (8 * (ID_BYTES - 1 - i)));
	mask(path, check, id);
	write_digits(text, id, ID_BYTES);
	text[ID_DIGITS] = '-';
	write_digits(text + ID_DIGITS + 1, check, CHECK_BYTES);
	return arena_printf(arena, "%s+%.*s@%s", path->local, (int)sizeof(text), text, path->domain);
}

/* ASCII letters of either case are the same. */
static bool
same(const char *a, const char *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char x = a[i], y = b[i];

		if (x >= 'A' && x <= 'Z')
			x = (char)(x + 32);
		if (y >= 'A' && y <= 'Z')
			y = (char)(y + 32);
		if (x != y || x == '\0')
			return false;
	}
	return true;
}

int64_t
return_path_read(const struct return_path *path, const char *address)
{
	size_t local, domain;
	uint8_t id[ID_BYTES], told[CHECK_BYTES], check[CHECK_BYTES];
	int64_t mail_id = 0;
	size_t i;

	if (!path->on)
		return 0;
	local = strlen(path->local);
	domain = strlen(path->domain);
	if (strlen(address) != local + RETURN_PATH_BYTES + 1 + domain || !same(address, path->local, local) ||
	    address[local] != '+' || address[local + 1 + ID_DIGITS] != '-' || address[local + RETURN_PATH_BYTES] != '@' ||
	    !same(address + local + RETURN_PATH_BYTES + 1, path->domain, domain) ||
	    !read_digits(id, address + local + 1, ID_BYTES) || !read_digits(told, address + local + 1 + ID_DIGITS + 1, CHECK_BYTES))
		return 0;
	mask(path, told, id);
	for (i = 0; i < ID_BYTES; i++)
		mail_id = mail_id << 8 | id[i];
	if (mail_id == 0)
		return 0;
	make_check(path, mail_id, check);
	return crypto_equal(told, check, CHECK_BYTES) ? mail_id : 0;
}
