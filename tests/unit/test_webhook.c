/* Webhooks: each sender's signature, time and events, by the contracts' own examples and by what is made of them. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

#include "adapter/crypto.h"
#include "base/clock.h"
#include "base/text.h"
#include "sales/webhook.h"

static struct arena arena;

static const char *
hmac(const char *secret, const char *text)
{
	uint8_t hash[CRYPTO_HASH_BYTES];

	crypto_hmac_sha256(secret, strlen(secret), text, strlen(text), hash);
	return text_hex(&arena, hash, sizeof(hash));
}

static const char *
base64_hmac(const char *secret, const char *text)
{
	uint8_t hash[CRYPTO_HASH_BYTES];

	crypto_hmac_sha256(secret, strlen(secret), text, strlen(text), hash);
	return crypto_base64(&arena, hash, sizeof(hash));
}

/* The examples that the vendors' documents and their libraries agree on. */
#define STRIPE_SECRET "whsec_test_0123456789abcdefghijklmnopqrstuv"
#define STRIPE_BODY \
	"{\"id\":\"evt_A1\",\"object\":\"event\",\"api_version\":\"2025-03-31.basil\",\"created\":1785542460,\"data\":{" \
	"\"object\":{\"id\":\"in_A1\"," \
	"\"object\":\"invoice\",\"status\":\"paid\",\"amount_paid\":2000,\"currency\":\"usd\"}},\"livemode\":false,\"pending_" \
	"webhooks\":1," \
	"\"request\":{\"id\":null,\"idempotency_key\":null},\"type\":\"invoice.paid\"}"
#define STRIPE_SIGNATURE "f8e4b3ed0109b675cc72a1246540667ca57924813cdeab430a3fc3efabe352d9"
#define STRIPE_UTC INT64_C(1785542461)
#define SQUARESPACE_SECRET "c8e5a0f1b2d34c5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6"
#define SQUARESPACE_BODY \
	"{\"id\":\"4f9a2d3e-0001-4000-8000-000000000001\",\"websiteId\":\"59aed8c2ecd1021bdf5dd7f9\",\"subscriptionId\":" \
	"\"7c2f0b3a-0001-4000-8000-" \
	"000000000001\",\"topic\":\"order.update\",\"createdOn\":\"2026-08-05T09:30+00:00\",\"data\":{\"orderId\":" \
	"\"66f1a0b2c3d4e5f60718293b\"," \
	"\"update\":\"CANCELED\"}}"
#define SQUARESPACE_SIGNATURE "6facff43d5f0afc42092ab2644de7de0f3ee0b0ac6cf5bda9ae6ea77970ab86b"
#define SQUARESPACE_UTC INT64_C(1785922200)
#define WOO_SECRET "woo-secret-1"
#define WOO_BODY "{\"id\":1042,\"status\":\"processing\"}"
#define WOO_HEADERS \
	"X-WC-Webhook-Source: https://shop.example/\r\nX-WC-Webhook-Topic: order.updated\r\nX-WC-Webhook-Delivery-ID: " \
	"0d1c6a2f1e8e4a52b6f2a3a9a4b0c1d2\r\nx-wc-webhook-signature: oan5SVziC7vXhlG5GERJyo3tppkc1rduKyEIst2CjUM=\r\n"
#define MM_BODY "{\"event\":\"user_updated\",\"idfactura\":17}"

static int
read_it(const char *kind, const char *secret, int64_t received_utc, const char *text, struct webhook *webhook, struct err *err)
{
	const struct config_source config = { .name = "s", .kind = kind };

	return webhook_read(&arena, &config, secret, received_utc, text, strlen(text), webhook, err);
}

static void
what_is_signed_is_read(void **state)
{
	const struct {
		const char *kind, *secret;
		int64_t received_utc;
		const char *text, *event, *id, *nonce;
	} cases[] = {
		{ "stripe", STRIPE_SECRET, STRIPE_UTC + 10,
		    "POST /hook HTTP/1.1\r\nStripe-Signature: t=1785542461,v1=" STRIPE_SIGNATURE ",v0=00\r\n\r\n" STRIPE_BODY,
		    "invoice.paid", "in_A1", "evt_A1" },
		/* Two secrets for a while: any one that fits. */
		{ "stripe", STRIPE_SECRET, STRIPE_UTC - 299,
		    "stripe-signature:t=1785542461,v1=00,v1=" STRIPE_SIGNATURE "\n\n" STRIPE_BODY, "invoice.paid", "in_A1",
		    "evt_A1" },
		{ "squarespace", SQUARESPACE_SECRET, SQUARESPACE_UTC + 3600,
		    "Content-Type: application/json\r\nSquarespace-Signature: " SQUARESPACE_SIGNATURE "\r\n\r\n" SQUARESPACE_BODY,
		    "order.update", "66f1a0b2c3d4e5f60718293b", "4f9a2d3e-0001-4000-8000-000000000001" },
		{ "woocommerce", WOO_SECRET, 0, WOO_HEADERS "\r\n" WOO_BODY, "order.updated", "1042",
		    "0d1c6a2f1e8e4a52b6f2a3a9a4b0c1d2" },
		{ "woocommerce", WOO_SECRET, 0, "Content-Type: application/x-www-form-urlencoded\r\n\r\nwebhook_id=5", "", "", "" },
		{ "facturascripts", "mm", 1000000,
		    arena_printf(&arena,
			"X-MM-Event: user_updated\nX-MM-Signature: sha256=%s\nX-MM-Timestamp: 999900\nX-MM-Nonce: n1\n\n" MM_BODY,
			hmac("mm", MM_BODY)),
		    "user_updated", "17", "n1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct webhook webhook;

		expect_ok(cases[i].kind,
		    read_it(cases[i].kind, cases[i].secret, cases[i].received_utc, cases[i].text, &webhook, &err), &err);
		expect_text(cases[i].kind, webhook.event, cases[i].event);
		expect_text(cases[i].kind, webhook.id, cases[i].id);
		expect_text(cases[i].kind, webhook.nonce, cases[i].nonce);
	}
}

static void
what_is_not_is_refused(void **state)
{
#define NOT_SIGNED "its signature is not that of the secret"
	const char *mm_signature = hmac("mm", MM_BODY);
	const struct {
		const char *kind, *secret;
		int64_t received_utc;
		const char *text;
		enum err_code code;
		const char *message;
	} cases[] = {
		{ "stripe", "whsec_other", STRIPE_UTC, "Stripe-Signature: t=1785542461,v1=" STRIPE_SIGNATURE "\n\n" STRIPE_BODY,
		    ERR_REFUSED, NOT_SIGNED },
		{ "stripe", STRIPE_SECRET, STRIPE_UTC, "Stripe-Signature: t=1785542462,v1=" STRIPE_SIGNATURE "\n\n" STRIPE_BODY,
		    ERR_REFUSED, NOT_SIGNED },
		{ "stripe", STRIPE_SECRET, STRIPE_UTC, "Stripe-Signature: t=1785542461,v1=" STRIPE_SIGNATURE "\n\n" STRIPE_BODY " ",
		    ERR_REFUSED, NOT_SIGNED },
		{ "stripe", STRIPE_SECRET, STRIPE_UTC, "Stripe-Signature: t=1785542461,v0=" STRIPE_SIGNATURE "\n\n" STRIPE_BODY,
		    ERR_REFUSED, NOT_SIGNED },
		{ "stripe", STRIPE_SECRET, STRIPE_UTC + 301,
		    "Stripe-Signature: t=1785542461,v1=" STRIPE_SIGNATURE "\n\n" STRIPE_BODY, ERR_REFUSED,
		    "it is of 2026-08-01T00:01:01Z, and was received at 2026-08-01T00:06:02Z: more than 300 seconds apart" },
		{ "stripe", STRIPE_SECRET, STRIPE_UTC, "Stripe-Signature: v1=" STRIPE_SIGNATURE "\n\n" STRIPE_BODY, ERR_DATA,
		    "header Stripe-Signature has no time" },
		{ "stripe", STRIPE_SECRET, STRIPE_UTC, "Stripe-Signature: t=1785542461,t=1,v1=" STRIPE_SIGNATURE "\n\n" STRIPE_BODY,
		    ERR_DATA, "header Stripe-Signature has two times" },
		{ "stripe", STRIPE_SECRET, STRIPE_UTC, "Content-Type: x\n\n" STRIPE_BODY, ERR_DATA,
		    "header Stripe-Signature is missing" },
		{ "stripe", STRIPE_SECRET, STRIPE_UTC, "Stripe-Signature: t=1\nstripe-signature: t=1\n\n" STRIPE_BODY, ERR_DATA,
		    "header Stripe-Signature is there twice" },
		{ "stripe", STRIPE_SECRET, STRIPE_UTC, STRIPE_BODY, ERR_DATA, "no empty line parts headers from a body" },
		{ "csv", "x", 0, "\n\n", ERR_CONFIG, "nobody sends webhooks of csv sources" },
		{ "stripe", "", STRIPE_UTC, "\n\n", ERR_CONFIG, "secret spool_secret is empty" },
		/* The key is the bytes, not the text. */
		{ "squarespace", SQUARESPACE_SECRET, SQUARESPACE_UTC,
		    arena_printf(
			&arena, "Squarespace-Signature: %s\n\n" SQUARESPACE_BODY, hmac(SQUARESPACE_SECRET, SQUARESPACE_BODY)),
		    ERR_REFUSED, NOT_SIGNED },
		{ "squarespace", "no hex", SQUARESPACE_UTC, "Squarespace-Signature: " SQUARESPACE_SIGNATURE "\n\n" SQUARESPACE_BODY,
		    ERR_CONFIG, "secret spool_secret is not the hex text that Squarespace gives" },
		{ "squarespace", SQUARESPACE_SECRET, SQUARESPACE_UTC + 48 * 3600 + 1,
		    "Squarespace-Signature: " SQUARESPACE_SIGNATURE "\n\n" SQUARESPACE_BODY, ERR_REFUSED,
		    "it is of 2026-08-05T09:30:00Z, and was received at 2026-08-07T09:30:01Z: more than 172800 seconds apart" },
		{ "woocommerce", "other", 0, WOO_HEADERS "\n" WOO_BODY, ERR_REFUSED, NOT_SIGNED },
		{ "woocommerce", WOO_SECRET, 0, "\n\nwebhook_id=5&x=1", ERR_DATA, "header X-WC-Webhook-Signature is missing" },
		{ "woocommerce", WOO_SECRET, 0,
		    arena_printf(&arena,
			"X-WC-Webhook-Topic: customer.updated\nX-WC-Webhook-Delivery-ID: d\nX-WC-Webhook-Signature: "
			"%s\n\n" WOO_BODY,
			base64_hmac(WOO_SECRET, WOO_BODY)),
		    ERR_REFUSED, "its event \"customer.updated\" is not among those that are wanted" },
		{ "woocommerce", WOO_SECRET, 0,
		    arena_printf(&arena,
			"X-WC-Webhook-Topic: order.updated\nX-WC-Webhook-Delivery-ID: d\nX-WC-Webhook-Signature: "
			"%s\n\n{\"id\":\"../1\"}",
			base64_hmac(WOO_SECRET, "{\"id\":\"../1\"}")),
		    ERR_DATA, "what it names is no id" },
		{ "woocommerce", WOO_SECRET, 0,
		    arena_printf(&arena,
			"X-WC-Webhook-Topic: order.updated\nX-WC-Webhook-Delivery-ID:\nX-WC-Webhook-Signature: %s\n\n" WOO_BODY,
			base64_hmac(WOO_SECRET, WOO_BODY)),
		    ERR_DATA, "what makes it one delivery is empty or longer than 128 bytes" },
		{ "facturascripts", "mm", 1000000,
		    arena_printf(&arena,
			"X-MM-Event: user_updated\nX-MM-Signature: %s\nX-MM-Timestamp: 1000000\nX-MM-Nonce: n1\n\n" MM_BODY,
			mm_signature),
		    ERR_REFUSED, NOT_SIGNED },
		{ "facturascripts", "mm", 1000000,
		    arena_printf(&arena,
			"X-MM-Event: user_updated\nX-MM-Signature: sha256=%s\nX-MM-Timestamp: 999699\nX-MM-Nonce: n1\n\n" MM_BODY,
			mm_signature),
		    ERR_REFUSED,
		    "it is of 1970-01-12T13:41:39Z, and was received at 1970-01-12T13:46:40Z: more than 300 seconds apart" },
		{ "facturascripts", "mm", 1000000,
		    arena_printf(&arena,
			"X-MM-Event: user_updated\nX-MM-Signature: sha256=%s\nX-MM-Timestamp: soon\nX-MM-Nonce: n1\n\n" MM_BODY,
			mm_signature),
		    ERR_DATA, "header X-MM-Timestamp: \"soon\" is not a whole number" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct webhook webhook;

		assert_int_equal(read_it(cases[i].kind, cases[i].secret, cases[i].received_utc, cases[i].text, &webhook, &err), -1);
		expect_err(cases[i].text, &err, cases[i].code, cases[i].message);
	}
}

static void
events_are_configured(void **state)
{
	static const char *events[] = { "customer.*" };
	const struct config_source config = { .name = "s", .kind = "stripe", .spool_events = { events, 1 } };
	static const char text[] = "Stripe-Signature: t=1785542461,v1=" STRIPE_SIGNATURE "\n\n" STRIPE_BODY;
	struct err err = ERR_INIT;
	struct webhook webhook;

	(void)state;
	assert_int_equal(webhook_read(&arena, &config, STRIPE_SECRET, STRIPE_UTC, text, strlen(text), &webhook, &err), -1);
	expect_err("other events", &err, ERR_REFUSED, "its event \"invoice.paid\" is not among those that are wanted");
	err_reset(&err);
	events[0] = "invoice.pa*";
	expect_ok("wanted", webhook_read(&arena, &config, STRIPE_SECRET, STRIPE_UTC, text, strlen(text), &webhook, &err), &err);
}

static int
clean(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_signed_is_read, clean),
		cmocka_unit_test_setup(what_is_not_is_refused, clean),
		cmocka_unit_test_setup(events_are_configured, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
