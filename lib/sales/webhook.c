/* Deliveries of webhooks, each kind of source with the signature of its own. The whole of a delivery comes from outside, and whoever could write
 * into the folder could have written anything: so nothing is believed but a signature over the body, and of the body only the id of a
 * document. */
#include "sales/webhook.h"

#include <string.h>

#include "adapter/crypto.h"
#include "adapter/json.h"
#include "base/clock.h"
#include "base/text.h"

#define HEADER_BYTES 65536
#define WINDOW_S 300
#define RETRIED_S (48 * 3600) /* Squarespace tries as long; what is signed says only when the event was */
#define NONCE_BYTES 128
#define DIGITS "0123456789"
#define ID_BYTES 64

struct delivery {
	struct arena *arena;
	const struct config_source *config;
	const char *secret;
	int64_t received_utc;
	const char *head; /* NUL-terminated: header lines */
	const char *body;
	size_t body_len;
	struct json *json; /* of the body, once it is verified */
};

struct scheme {
	const char *kind;
	int (*read)(struct delivery *, struct webhook *, struct err *);
	const char *id_characters; /* what ids are made of */
	size_t id_bytes;           /* how long they are; 0: up to ID_BYTES */
	struct config_list events; /* unless the settings name others; * at the end stands for anything */
};

/* Head and body, which an empty line parts. */
static int
split(struct delivery *delivery, const char *bytes, size_t len, struct err *err)
{
	size_t i;

	for (i = 0; i + 1 < len && i < HEADER_BYTES; i++) {
		if (bytes[i] != '\n')
			continue;
		if (bytes[i + 1] == '\n' || (i + 2 < len && bytes[i + 1] == '\r' && bytes[i + 2] == '\n')) {
			delivery->head = arena_strndup(delivery->arena, bytes, i + 1);
			delivery->body = bytes + i + (bytes[i + 1] == '\n' ? 2 : 3);
			delivery->body_len = len - (size_t)(delivery->body - bytes);
			if (memchr(bytes, '\0', i) != NULL)
				return err_set(err, ERR_DATA, "its headers hold a NUL byte");
			return 0;
		}
	}
	return err_set(err, ERR_DATA, "no empty line parts headers from a body");
}

static bool
is_name(const char *line, size_t len, const char *name)
{
	size_t i;

	if (strlen(name) != len)
		return false;
	for (i = 0; i < len; i++)
		if ((line[i] >= 'A' && line[i] <= 'Z' ? line[i] - 'A' + 'a' : line[i]) !=
		    (name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]))
			return false;
	return true;
}

/* The value of a header that must be there, once. */
static int
header(const struct delivery *delivery, const char *name, const char **ret_value, struct err *err)
{
	const char *line = delivery->head, *value = NULL;
	size_t len, colon;

	for (; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		colon = strcspn(line, ":\n");
		if (colon >= len || !is_name(line, colon, name))
			continue;
		if (value != NULL)
			return err_set(err, ERR_DATA, "header %s is there twice", name);
		value = text_trim(delivery->arena, arena_strndup(delivery->arena, line + colon + 1, len - colon - 1));
	}
	if (value == NULL)
		return err_set(err, ERR_DATA, "header %s is missing", name);
	*ret_value = value;
	return 0;
}

/* Does ${said} say what the body, and what goes before it, is signed by? */
static bool
is_signature(const char *said, const char *expected)
{
	return strlen(said) == strlen(expected) && crypto_equal(said, expected, strlen(expected));
}

static const char *
hmac_hex(struct arena *arena, const void *key, size_t key_len, const void *bytes, size_t len)
{
	uint8_t hash[CRYPTO_HASH_BYTES];

	crypto_hmac_sha256(key, key_len, bytes, len, hash);
	return text_hex(arena, hash, sizeof(hash));
}

static int
refuse_signature(struct err *err)
{
	return err_set(err, ERR_REFUSED, "its signature is not that of the secret");
}

static int
check_time(const struct delivery *delivery, int64_t utc, int64_t window_s, struct err *err)
{
	if (utc >= delivery->received_utc - window_s && utc <= delivery->received_utc + WINDOW_S)
		return 0;
	return err_set(err, ERR_REFUSED, "it is of %s, and was received at %s: more than %lld seconds apart",
	    clock_iso(delivery->arena, utc), clock_iso(delivery->arena, delivery->received_utc), (long long)window_s);
}

static int
parse_body(struct delivery *delivery, struct err *err)
{
	return json_parse(delivery->arena, "the body", delivery->body, delivery->body_len, &delivery->json, err);
}

/* An id as text or number; "" if there is none. */
static const char *
id_of(const struct json *object, const char *name)
{
	const struct json *value = json_get(object, name);

	return value != NULL && (value->kind == JSON_STRING || value->kind == JSON_NUMBER) ? value->text : "";
}

/* t=1785542461,v1=…,v1=…,v0=…: any v1 that fits will do, as there are two while a secret is changed. */
static int
read_stripe(struct delivery *delivery, struct webhook *webhook, struct err *err)
{
	const char *signature, *part, *expected, *time_text = NULL;
	bool fits = false;
	int64_t utc;
	size_t len;
	char *text;

	if (header(delivery, "Stripe-Signature", &signature, err) != 0)
		return -1;
	for (part = signature; *part != '\0'; part += len + (part[len] == ',')) {
		len = strcspn(part, ",");
		if (text_starts(part, "t=")) {
			if (time_text != NULL)
				return err_set(err, ERR_DATA, "header Stripe-Signature has two times");
			time_text = arena_strndup(delivery->arena, part + 2, len - 2);
		}
	}
	if (time_text == NULL || text_int64(time_text, &utc, err) != 0) {
		err_reset(err);
		return err_set(err, ERR_DATA, "header Stripe-Signature has no time");
	}
	text = arena_alloc(delivery->arena, strlen(time_text) + 1 + delivery->body_len);
	memcpy(text, time_text, strlen(time_text));
	text[strlen(time_text)] = '.';
	memcpy(text + strlen(time_text) + 1, delivery->body, delivery->body_len);
	expected =
	    hmac_hex(delivery->arena, delivery->secret, strlen(delivery->secret), text, strlen(time_text) + 1 + delivery->body_len);
	for (part = signature; *part != '\0'; part += len + (part[len] == ',')) {
		len = strcspn(part, ",");
		if (text_starts(part, "v1=") && is_signature(arena_strndup(delivery->arena, part + 3, len - 3), expected))
			fits = true;
	}
	if (!fits)
		return refuse_signature(err);
	if (check_time(delivery, utc, WINDOW_S, err) != 0 || parse_body(delivery, err) != 0 ||
	    json_text(delivery->json, "type", &webhook->event, err) != 0 ||
	    json_text(delivery->json, "id", &webhook->nonce, err) != 0)
		return -1;
	webhook->id = id_of(json_get(json_get(delivery->json, "data"), "object"), "id");
	return 0;
}

/* The key is the secret's bytes, which it is the hex text of. */
static int
read_squarespace(struct delivery *delivery, struct webhook *webhook, struct err *err)
{
	const char *signature, *created;
	uint8_t key[256];
	size_t key_len;
	int64_t utc;

	if (crypto_hex_bytes(delivery->secret, key, sizeof(key), &key_len) != 0)
		return err_set(err, ERR_CONFIG, "secret spool_secret is not the hex text that Squarespace gives");
	if (header(delivery, "Squarespace-Signature", &signature, err) != 0)
		return -1;
	if (!is_signature(signature, hmac_hex(delivery->arena, key, key_len, delivery->body, delivery->body_len)))
		return refuse_signature(err);
	if (parse_body(delivery, err) != 0 || json_text(delivery->json, "topic", &webhook->event, err) != 0 ||
	    json_text(delivery->json, "id", &webhook->nonce, err) != 0 ||
	    json_text(delivery->json, "createdOn", &created, err) != 0 || clock_parse(created, &utc, NULL, err) != 0 ||
	    check_time(delivery, utc, RETRIED_S, err) != 0)
		return -1;
	webhook->id = id_of(json_get(delivery->json, "data"), "orderId");
	return 0;
}

/* The first one of a new webhook is no event, and not signed: a form with its number. */
static bool
is_knock(const struct delivery *delivery)
{
	static const char name[] = "webhook_id=";
	size_t len = strlen(name), i;

	if (delivery->body_len <= len || delivery->body_len > len + 20 || memcmp(delivery->body, name, len) != 0)
		return false;
	for (i = len; i < delivery->body_len; i++)
		if (delivery->body[i] < '0' || delivery->body[i] > '9')
			return false;
	return true;
}

static int
read_woocommerce(struct delivery *delivery, struct webhook *webhook, struct err *err)
{
	uint8_t hash[CRYPTO_HASH_BYTES];
	const char *signature;

	if (is_knock(delivery)) {
		*webhook = (struct webhook){ "", "", "" };
		return 0;
	}
	if (header(delivery, "X-WC-Webhook-Signature", &signature, err) != 0)
		return -1;
	crypto_hmac_sha256(delivery->secret, strlen(delivery->secret), delivery->body, delivery->body_len, hash);
	if (!is_signature(signature, crypto_base64(delivery->arena, hash, sizeof(hash))))
		return refuse_signature(err);
	if (header(delivery, "X-WC-Webhook-Topic", &webhook->event, err) != 0 ||
	    header(delivery, "X-WC-Webhook-Delivery-ID", &webhook->nonce, err) != 0 || parse_body(delivery, err) != 0)
		return -1;
	webhook->id = id_of(delivery->json, "id");
	return 0;
}

static int
read_mm(struct delivery *delivery, struct webhook *webhook, struct err *err)
{
	const char *signature, *moment;
	int64_t utc;

	if (header(delivery, "X-MM-Signature", &signature, err) != 0 || header(delivery, "X-MM-Timestamp", &moment, err) != 0 ||
	    header(delivery, "X-MM-Nonce", &webhook->nonce, err) != 0 || header(delivery, "X-MM-Event", &webhook->event, err) != 0)
		return -1;
	if (!is_signature(signature,
		arena_printf(delivery->arena, "sha256=%s",
		    hmac_hex(delivery->arena, delivery->secret, strlen(delivery->secret), delivery->body, delivery->body_len))))
		return refuse_signature(err);
	if (text_int64(moment, &utc, err) != 0)
		return err_wrap(err, "header X-MM-Timestamp");
	if (check_time(delivery, utc, WINDOW_S, err) != 0 || parse_body(delivery, err) != 0)
		return -1;
	webhook->id = id_of(delivery->json, "idfactura");
	return 0;
}

#define LIST(...) \
	{ \
		(const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *) \
	}
static const struct scheme schemes[] = {
	{ "stripe", read_stripe, DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", 0,
	    LIST("charge.*", "checkout.session.*", "credit_note.*", "customer.subscription.*", "invoice.*", "payout.*",
		"refund.*") },
	{ "squarespace", read_squarespace, DIGITS "abcdef", 24, LIST("order.create", "order.update") },
	{ "woocommerce", read_woocommerce, DIGITS, 0, LIST("order.created", "order.updated", "order.deleted", "order.restored") },
	{ "facturascripts", read_mm, DIGITS, 0,
	    LIST("enrolment_created", "enrolment_deleted", "course_completed", "user_updated") },
};

static const struct scheme *
scheme_of(const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (text_equal(schemes[i].kind, kind))
			return &schemes[i];
	return NULL;
}

static bool
is_wanted(const struct config_list *events, const char *event)
{
	size_t i, len;

	for (i = 0; i < events->count; i++) {
		len = strlen(events->items[i]);
		if (len > 0 && events->items[i][len - 1] == '*' ? strncmp(events->items[i], event, len - 1) == 0
								: text_equal(events->items[i], event))
			return true;
	}
	return false;
}

int
webhook_read(struct arena *arena, const struct config_source *config, const char *secret, int64_t received_utc, const char *bytes,
    size_t len, struct webhook *ret_webhook, struct err *err)
{
	const struct scheme *scheme = scheme_of(config->kind);
	const struct config_list *events;
	struct delivery delivery = { .arena = arena, .config = config, .secret = secret, .received_utc = received_utc };
	struct webhook webhook = { "", "", "" };

	if (scheme == NULL)
		return err_set(err, ERR_CONFIG, "nobody sends webhooks of %s sources", config->kind);
	if (secret[0] == '\0')
		return err_set(err, ERR_CONFIG, "secret spool_secret is empty");
	events = config->spool_events.count > 0 ? &config->spool_events : &scheme->events;
	if (split(&delivery, bytes, len, err) != 0 || scheme->read(&delivery, &webhook, err) != 0)
		return -1;
	if (webhook.nonce[0] == '\0' && webhook.event[0] == '\0') {
		*ret_webhook = webhook;
		return 0;
	}
	if (webhook.nonce[0] == '\0' || strlen(webhook.nonce) > NONCE_BYTES)
		return err_set(err, ERR_DATA, "what makes it one delivery is empty or longer than %d bytes", NONCE_BYTES);
	if (!is_wanted(events, webhook.event))
		return err_set(err, ERR_REFUSED, "its event \"%.60s\" is not among those that are wanted", webhook.event);
	if (strlen(webhook.id) > ID_BYTES || webhook.id[strspn(webhook.id, scheme->id_characters)] != '\0' ||
	    (webhook.id[0] != '\0' && scheme->id_bytes > 0 && strlen(webhook.id) != scheme->id_bytes))
		return err_set(err, ERR_DATA, "what it names is no id");
	*ret_webhook = webhook;
	return 0;
}
