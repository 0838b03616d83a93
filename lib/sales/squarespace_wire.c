/* How a Squarespace shop is talked to.
 *
 * Source: Squarespace Commerce API, "Making requests", "Rate limits", "Errors": 300 requests a minute of a key, then a minute of 429 that does not
 * say how long. */
#include "squarespace.h"

static const char *
words(struct arena *arena, const struct http_response *response, const struct json *error)
{
	(void)response;
	return arena_printf(arena, " %s %s \"%.200s\", contextId \"%.60s\"", shop_word(error, "type"), shop_word(error, "subtype"),
	    shop_word(error, "message"), shop_word(error, "contextId"));
}

static const struct shop_refusal refusals[] = {
	{ 401, .err = ERR_REFUSED, .says = "the shop does not accept the API key",
	    .hint = "Make a new API key with permission to read orders and put it where api_key points." },
	{ 402, .err = ERR_REFUSED, .says = "the shop's own subscription has lapsed",
	    .hint = "Nothing can be read until the owner of the site renews it." },
	{ 403, .err = ERR_REFUSED, .says = "the API key lacks a permission",
	    .hint = "Give the key permission to read orders, and transactions where the source wants them." },
	{ 0, .err = ERR_REJECTED, .says = "the shop refuses the request" },
};

int
squarespace_open(
    struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, struct shop **ret_shop, struct err *err)
{
	const struct shop_manner manner = {
		.home = "https://api.squarespace.com",
		.shared_address = true,
		.retry = { .max_total_ms = 600000, .base_ms = 2000, .cap_ms = 120000, .max_tries = 6 },
		.min_gap_ms = 250,
		.too_many_wait_ms = 60000,
		.idle_timeout_ms = 60000,
		.total_timeout_ms = 180000,
		.max_bytes = SQUARESPACE_PAGE_BYTES,
		.headers = { { "Authorization", arena_printf(arena, "Bearer %s", source->secret), true } },
		.secret_name = "the API key",
		.clock = "the shop's",
		.sold = "orders",
		.words = words,
		.refusals = refusals,
	};

	return shop_open(arena, source, sink, &manner, ret_shop, err);
}
