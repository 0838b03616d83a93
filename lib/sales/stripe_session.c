/* Checkout sessions of one-time payments, and charges. A session whose invoice is the document (subscriptions, invoices made after payment) is
 * none itself; what was asked there, the learner, is looked up from the invoice.
 *
 * Source: Stripe API reference, "The Checkout Session object", "The Charge object". */
#include "stripe.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "sales/contact.h"
#include "sales/field.h"
#include "sales/refer.h"

#define NAME_BYTES 200
#define MOST_SESSION_BYTES ((size_t)64 << 20)

static enum sales_status
in_mode(const struct stripe_site *site, enum sales_status status)
{
	return site->live || site->config->test_orders ? status : SALES_TEST;
}

static int
read_session_line(const struct stripe_item *item, const struct json *from, const struct sales_document *document,
    const struct sales_contact *learner, struct sales_line *line, struct err *err)
{
	const struct json *price = json_get(from, "price");
	int64_t *amount = ARENA_NEW(item->arena, int64_t), quantity = 1;

	if (json_text(from, "id", &line->key, err) != 0 ||
	    stripe_amount(from, "amount_subtotal", document->currency, amount, err) != 0 ||
	    stripe_amount(from, "amount_total", document->currency, &line->net_minor, err) != 0)
		return -1;
	if (stripe_quantity(from, &quantity, err) != 0)
		return -1;
	line->amount_minor = amount;
	line->quantity = arena_printf(item->arena, "%lld", (long long)quantity);
	line->unit_price_minor = quantity != 0 ? *amount / quantity : *amount;
	line->product_key = sales_text(item->arena, stripe_id(price, "product"), NAME_BYTES);
	line->variant_key = sales_text(item->arena, stripe_word(price, "id"), NAME_BYTES);
	line->sku = "";
	line->name = stripe_plain_name(item->arena, stripe_word(from, "description"));
	line->learner = learner;
	return 0;
}

/* The payload is the session with its lines, which do not come with it. */
static int
join_payload(const struct stripe_item *item, struct sales_document *document, struct err *err)
{
	struct buf text;
	size_t i;
	int rc;

	buf_init(&text, MOST_SESSION_BYTES);
	buf_text(&text, "{\"session\":");
	buf_add(&text, item->raw.text, item->raw.len);
	buf_text(&text, ",\"lines\":[");
	for (i = 0; i < document->line_count; i++)
		buf_printf(&text, "%s{\"id\":%s,\"product\":%s,\"price\":%s,\"quantity\":%s,\"amount\":%lld}", i > 0 ? "," : "",
		    json_quote(item->arena, document->lines[i].key), json_quote(item->arena, document->lines[i].product_key),
		    json_quote(item->arena, document->lines[i].variant_key), document->lines[i].quantity,
		    (long long)document->lines[i].net_minor);
	buf_text(&text, "]}");
	rc = buf_check(&text, "session", err);
	if (rc == 0) {
		document->payload = arena_strdup(item->arena, text.data);
		document->payload_len = text.len;
	}
	buf_done(&text);
	return rc;
}

static int
read_session(struct stripe_site *site, const struct stripe_item *item, struct sales_document *document, struct err *err)
{
	const struct json *json = item->json, *totals = json_get(json, "total_details"),
			  *details = json_get(json, "customer_details"), *shipping = json_get(json, "shipping_cost"), **rows;
	const char *email = stripe_word(details, "email"), *customer = stripe_id(json, "customer");
	struct stripe_learner learner = { NULL, NULL };
	const struct sales_contact *named;
	int64_t net = 0;
	size_t i;

	document->kind = "order";
	document->status = in_mode(site, text_equal(stripe_word(json, "payment_status"), "unpaid") ? SALES_UNPAID : SALES_PAID);
	if (stripe_currency(item->arena, json, &document->currency, err) != 0 ||
	    stripe_moment(json, "created", &document->effective_us, err) != 0 ||
	    stripe_amount(json, "amount_total", document->currency, &document->total_minor, err) != 0 ||
	    stripe_amount(json, "amount_subtotal", document->currency, &document->subtotal_minor, err) != 0 ||
	    stripe_amount(totals, "amount_discount", document->currency, &document->discount_minor, err) != 0 ||
	    stripe_amount(totals, "amount_tax", document->currency, &document->tax_minor, err) != 0 ||
	    stripe_amount(json_is_null(shipping) ? totals : shipping, json_is_null(shipping) ? "amount_shipping" : "amount_total",
		document->currency, &document->shipping_minor, err) != 0)
		return -1;
	if (stripe_learner_fields(site, item->arena, json, &learner, err) != 0)
		return -1;
	stripe_learner_metadata(site, item->arena, json_get(json, "metadata"), &learner);
	named = sales_contact(item->arena, learner.email, learner.name);
	document->buyer = sales_contact(
	    item->arena, email[0] != '\0' ? email : stripe_word(json, "customer_email"), stripe_word(details, "name"));
	if (document->buyer == NULL && customer[0] != '\0' && stripe_customer(site, customer, &document->buyer, err) != 0)
		return -1;
	if (stripe_rows(site, item->arena, json, "line_items",
		arena_printf(item->arena, "/v1/checkout/sessions/%s/line_items", item->id), &rows, &document->line_count, err) != 0)
		return -1;
	document->lines = ARENA_ARRAY(item->arena, document->line_count, struct sales_line);
	for (i = 0; i < document->line_count; i++) {
		if (read_session_line(item, rows[i], document, named, &document->lines[i], err) != 0)
			return err_wrap(err, "line %zu", i + 1);
		if (__builtin_add_overflow(net, document->lines[i].net_minor, &net))
			return err_set(err, ERR_DATA, "its lines are too much");
	}
	document->unallocated_minor = document->total_minor - document->shipping_minor - net;
	if (join_payload(item, document, err) != 0)
		return -1;
	sales_refer(item->arena, document, "transaction", stripe_id(json, "payment_intent"));
	sales_refer(item->arena, document, "reference", stripe_word(json, "client_reference_id"));
	stripe_refer_metadata(item, document, json_get(json, "metadata"));
	stripe_field_session(site, item->arena, json, &document->fields);
	return stripe_customer_fields(site, item->arena, customer, &document->fields, err);
}

/* Sold here and now: complete, of a payment, and without an invoice of its own. */
static bool
is_sale(const struct json *json)
{
	return text_equal(stripe_word(json, "status"), "complete") && text_equal(stripe_word(json, "mode"), "payment") &&
	       stripe_id(json, "invoice")[0] == '\0';
}

int
stripe_session(struct stripe_site *site, const struct stripe_item *item, struct sales_document *ret_document, struct err *err)
{
	struct sales_document document;

	stripe_document(item, &document);
	if (is_sale(item->json) && read_session(site, item, &document, err) != 0)
		return err_wrap(err, "checkout session \"%s\"", item->id);
	*ret_document = document;
	return 0;
}

static int
read_charge(struct stripe_site *site, const struct stripe_item *item, struct sales_document *document, struct err *err)
{
	const struct json *json = item->json, *billing = json_get(json, "billing_details");
	const char *email = stripe_word(billing, "email"), *customer = stripe_id(json, "customer");
	struct sales_line *line = ARENA_NEW(item->arena, struct sales_line);
	bool taken = text_equal(stripe_word(json, "status"), "succeeded") && stripe_true(json, "captured");

	document->kind = "payment";
	document->status = in_mode(site, taken ? SALES_PAID : SALES_UNPAID);
	if (stripe_currency(item->arena, json, &document->currency, err) != 0 ||
	    stripe_moment(json, "created", &document->effective_us, err) != 0 ||
	    stripe_amount(json, taken ? "amount_captured" : "amount", document->currency, &document->total_minor, err) != 0)
		return -1;
	document->subtotal_minor = document->total_minor;
	document->buyer =
	    sales_contact(item->arena, email[0] != '\0' ? email : stripe_word(json, "receipt_email"), stripe_word(billing, "name"));
	if (document->buyer == NULL && customer[0] != '\0' && stripe_customer(site, customer, &document->buyer, err) != 0)
		return -1;
	*line = (struct sales_line){ .key = "charge",
		.product_key = "",
		.variant_key = "",
		.sku = "",
		.name = "",
		.quantity = "1",
		.unit_price_minor = document->total_minor,
		.net_minor = document->total_minor };
	document->lines = line;
	document->line_count = 1;
	sales_refer(item->arena, document, "transaction", item->id);
	sales_refer(item->arena, document, "transaction", stripe_id(json, "payment_intent"));
	sales_refer(item->arena, document, "invoice", stripe_id(json, "invoice"));
	stripe_refer_metadata(item, document, json_get(json, "metadata"));
	sales_field(item->arena, site->config, &document->fields, "tax_id", stripe_word(billing, "tax_id"));
	stripe_field_metadata(site, item->arena, json_get(json, "metadata"), &document->fields);
	return stripe_customer_fields(site, item->arena, customer, &document->fields, err);
}

int
stripe_charge(struct stripe_site *site, const struct stripe_item *item, struct sales_document *ret_document, struct err *err)
{
	struct sales_document document;

	stripe_document(item, &document);
	if (!text_equal(stripe_word(item->json, "status"), "failed") && read_charge(site, item, &document, err) != 0)
		return err_wrap(err, "charge \"%s\"", item->id);
	*ret_document = document;
	return 0;
}
