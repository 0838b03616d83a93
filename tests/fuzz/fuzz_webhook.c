/* Deliveries of webhooks, the first byte says from whom: read or refused with a reason; what is read names an id that is safe in an address. */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "sales/webhook.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *kind, *secret;
	} senders[] = { { "stripe", "whsec_test_0123456789abcdefghijklmnopqrstuv" },
		{ "squarespace", "c8e5a0f1b2d34c5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6" },
		{ "woocommerce", "woo-secret-1" }, { "facturascripts", "mm" } };
	struct config_source config = { .name = "s" };
	struct arena arena = ARENA_INIT;
	struct webhook webhook;
	struct err err = ERR_INIT;
	size_t sender;

	if (size == 0)
		return 0;
	sender = data[0] % (sizeof(senders) / sizeof(senders[0]));
	config.kind = senders[sender].kind;
	if (webhook_read(&arena, &config, senders[sender].secret, 1785542461, (const char *)data + 1, size - 1, &webhook, &err) ==
	    0) {
		MUST_HOLD(strlen(webhook.nonce) <= 128 && strlen(webhook.id) <= 64);
		MUST_HOLD(strpbrk(webhook.id, "/?#%.& ") == NULL);
		MUST_HOLD(webhook.event[0] != '\0' || (webhook.nonce[0] == '\0' && webhook.id[0] == '\0'));
	} else {
		MUST_HOLD((err.code == ERR_DATA || err.code == ERR_REFUSED) && err.message[0] != '\0');
		MUST_HOLD(strstr(err.message, senders[sender].secret) == NULL || sender == 3);
	}
	arena_done(&arena);
	return 0;
}
