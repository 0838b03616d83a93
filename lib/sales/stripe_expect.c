/* Customers whom the rows of a page only point at: each will be looked up when its row is read, so all of a page are asked for together. */
#include "stripe.h"

#include "base/text.h"

static bool
says_any(const struct json *a, const char *name_a, const struct json *b, const char *name_b)
{
	return stripe_word(a, name_a)[0] != '\0' || stripe_word(b, name_b)[0] != '\0';
}

/* Will its reader have to look up who buys? Where this is wrong the one is asked for alone, or one too many is. */
static bool
only_points(const struct stripe_site *site, const struct json *json)
{
	const struct json *details = json_get(json, "customer_details"), *billing = json_get(json, "billing_details");
	const char *object = stripe_word(json, "object"), *status = stripe_word(json, "status");
	const bool noted = stripe_customer_noted(site->config);

	if (text_equal(object, "invoice"))
		return !text_equal(status, "draft") && (noted || stripe_word(json, "customer_email")[0] == '\0');
	if (text_equal(object, "checkout.session"))
		return text_equal(status, "complete") && text_equal(stripe_word(json, "mode"), "payment") &&
		       stripe_id(json, "invoice")[0] == '\0' &&
		       (noted || (!says_any(details, "email", json, "customer_email") && stripe_word(details, "name")[0] == '\0'));
	return text_equal(object, "charge") && text_equal(site->config->role, "payment") && !text_equal(status, "failed") &&
	       (noted || (!says_any(billing, "email", json, "receipt_email") && stripe_word(billing, "name")[0] == '\0'));
}

void
stripe_expect_customers(struct stripe_site *site, struct arena *arena, const struct shop_rows *rows)
{
	struct stripe_set expected = { .arena = arena };
	const char *id;
	size_t i;

	if (shop_connections(site->shop) < 2)
		return;
	for (i = 0; i < rows->count; i++) {
		id = stripe_id(&rows->items[i], "customer");
		if (id[0] == '\0' || stripe_set_find(&site->people, id) != NULL || stripe_set_find(&expected, id) != NULL ||
		    stripe_set_find(&site->handed, stripe_word(&rows->items[i], "id")) != NULL ||
		    !only_points(site, &rows->items[i]))
			continue;
		stripe_set_put(&expected, id, 0);
		stripe_expect(site, arena_printf(arena, "/v1/customers/%s", id));
	}
}
