/* What objects say of who buys beside name and address. Of all that is offered here only what the settings name is kept.
 *
 * Source: Stripe API reference, "The Checkout Session object" (custom_fields, customer_details), "The Invoice object" (custom_fields,
 * customer_tax_ids). */
#include "stripe.h"

#include "sales/field.h"

void
stripe_field_metadata(struct stripe_site *site, struct arena *arena, const struct json *metadata, struct sales_fields *fields)
{
	size_t i;

	if (metadata == NULL || metadata->kind != JSON_OBJECT)
		return;
	for (i = 0; i < metadata->count; i++)
		if (metadata->items[i].kind == JSON_STRING)
			sales_field(arena, site->config, fields, metadata->names[i], metadata->items[i].text);
}

/* Of several tax numbers the first one counts. */
static void
offer_tax_ids(struct stripe_site *site, struct arena *arena, const struct json *list, struct sales_fields *fields)
{
	size_t i;

	for (i = 0; list != NULL && list->kind == JSON_ARRAY && i < list->count; i++)
		sales_field(arena, site->config, fields, "tax_id", stripe_word(&list->items[i], "value"));
}

void
stripe_field_session(struct stripe_site *site, struct arena *arena, const struct json *session, struct sales_fields *fields)
{
	const struct json *list = json_get(session, "custom_fields"), *details = json_get(session, "customer_details"), *field;
	const char *value;
	size_t i;

	for (i = 0; list != NULL && list->kind == JSON_ARRAY && i < list->count; i++) {
		field = &list->items[i];
		value = stripe_word(json_get(field, stripe_word(field, "type")), "value");
		sales_field(arena, site->config, fields, stripe_word(field, "key"), value);
		sales_field(arena, site->config, fields, stripe_word(json_get(field, "label"), "custom"), value);
	}
	sales_field(arena, site->config, fields, "company", stripe_word(details, "business_name"));
	offer_tax_ids(site, arena, json_get(details, "tax_ids"), fields);
	stripe_field_metadata(site, arena, json_get(session, "metadata"), fields);
}

void
stripe_field_invoice(struct stripe_site *site, struct arena *arena, const struct json *invoice, struct sales_fields *fields)
{
	const struct json *list = json_get(invoice, "custom_fields");
	size_t i;

	for (i = 0; list != NULL && list->kind == JSON_ARRAY && i < list->count; i++)
		sales_field(
		    arena, site->config, fields, stripe_word(&list->items[i], "name"), stripe_word(&list->items[i], "value"));
	offer_tax_ids(site, arena, json_get(invoice, "customer_tax_ids"), fields);
	stripe_field_metadata(site, arena, json_get(invoice, "metadata"), fields);
}
