/* Invoices and credit notes in both shapes: what version 2025-03-31 moved is looked for where it is now, then where it was. A line's share is
 * its amount, less its own discounts, plus its taxes that are on top. A line below zero (unused time of a plan that was left) is no seat: the
 * others bear it, by what they cost.
 *
 * Source: Stripe API reference, "The Invoice object", "The Credit Note object"; changelog of 2025-03-31. */
#include "stripe.h"

#include <string.h>

#include "base/text.h"
#include "sales/contact.h"
#include "sales/field.h"
#include "sales/refer.h"
#include "sales/share.h"

#define NAME_BYTES 200

struct reading {
	struct stripe_site *site;
	const struct stripe_item *item;
	struct arena *arena;
	struct sales_document *document;
	const struct json *subscription; /* what the invoice says of it: `subscription`, `metadata`; NULL: it has none */
	struct stripe_learner learner;   /* named for the whole invoice */
	struct sales_fields asked;       /* what was said at the checkout that began the subscription */
};

void
stripe_document(const struct stripe_item *item, struct sales_document *ret_document)
{
	*ret_document = (struct sales_document){ .external_id = item->id,
		.number = item->id,
		.modified_us = SALES_UNKNOWN,
		.refunded_minor = SALES_UNKNOWN,
		.paid_minor = SALES_UNKNOWN,
		.payload = item->raw.text,
		.payload_len = item->raw.len };
}

void
stripe_refer_metadata(const struct stripe_item *item, struct sales_document *document, const struct json *metadata)
{
	size_t i;

	if (metadata == NULL || metadata->kind != JSON_OBJECT)
		return;
	for (i = 0; i < metadata->count; i++)
		if (metadata->items[i].kind == JSON_STRING)
			sales_refer(item->arena, document, arena_printf(item->arena, "metadata.%s", metadata->names[i]),
			    metadata->items[i].text);
}

/* Sum of the amounts of a list of discounts or taxes; of taxes only those on top. */
static int
add_up(const struct json *owner, const char *name, const char *currency, int64_t *sum, struct err *err)
{
	const struct json *list, *inclusive;
	int64_t minor = 0;
	size_t i;

	if (json_list_or_null(owner, name, &list, err) != 0)
		return -1;
	for (i = 0; list != NULL && i < list->count; i++) {
		inclusive = json_get(&list->items[i], "inclusive");
		if (text_equal(stripe_word(&list->items[i], "tax_behavior"), "inclusive") ||
		    (inclusive != NULL && inclusive->truth))
			continue;
		if (stripe_amount(&list->items[i], "amount", currency, &minor, err) != 0)
			return err_wrap(err, "item %zu of \"%s\"", i + 1, name);
		if (__builtin_add_overflow(*sum, minor, sum))
			return err_set(err, ERR_DATA, "the amounts of \"%s\" are too much", name);
	}
	return 0;
}

/* What the line is of, by either shape: product, price and the words for it. */
static void
read_product(struct reading *reading, const struct json *from, struct sales_line *line)
{
	const struct json *details = json_get(json_get(from, "pricing"), "price_details"), *price = json_get(from, "price");

	line->product_key =
	    sales_text(reading->arena, details != NULL ? stripe_id(details, "product") : stripe_id(price, "product"), NAME_BYTES);
	line->variant_key =
	    sales_text(reading->arena, details != NULL ? stripe_id(details, "price") : stripe_word(price, "id"), NAME_BYTES);
	line->sku = "";
	line->name = stripe_plain_name(reading->arena, stripe_word(from, "description"));
}

/* A line's learner, or else the invoice's; and what else is noted with the line. */
static void
read_line_learner(struct reading *reading, const struct json *from, struct sales_line *line)
{
	struct stripe_learner learner = { NULL, NULL };

	stripe_learner_metadata(reading->site, reading->arena, json_get(from, "metadata"), &learner);
	if (learner.email == NULL)
		learner = reading->learner;
	line->learner = sales_contact(reading->arena, learner.email, learner.name);
	stripe_field_metadata(reading->site, reading->arena, json_get(from, "metadata"), &line->fields);
}

/* A subscription's line says the time that it is for: a whole period, or what of it is left after a trial or a change of plan. What was sold besides
 * has no time of its own: one moment. */
static int
read_period(const struct json *from, struct sales_line *line, struct err *err)
{
	const struct json *parent = json_get(from, "parent"), *period = json_get(from, "period");
	int64_t start_us, end_us;

	if (stripe_id(json_get(parent, "subscription_item_details"), "subscription")[0] == '\0' &&
	    stripe_id(json_get(parent, "invoice_item_details"), "subscription")[0] == '\0' &&
	    stripe_id(from, "subscription")[0] == '\0')
		return 0;
	if (json_is_null(period))
		return 0;
	if (stripe_moment_or(period, "start", 0, &start_us, err) != 0 || stripe_moment_or(period, "end", 0, &end_us, err) != 0)
		return err_wrap(err, "\"period\"");
	if (end_us > start_us) {
		line->period_from_us = start_us;
		line->period_to_us = end_us;
	}
	return 0;
}

static int
read_line(struct reading *reading, const struct json *from, struct sales_line *line, struct err *err)
{
	const char *currency = reading->document->currency;
	int64_t *amount = ARENA_NEW(reading->arena, int64_t), discount = 0, tax = 0, quantity = 1;

	if (json_text(from, "id", &line->key, err) != 0 || json_is_null(json_get(from, "amount")))
		return err->code != ERR_NONE ? -1 : err_set(err, ERR_DATA, "member \"amount\" is missing");
	if (stripe_amount(from, "amount", currency, amount, err) != 0)
		return -1;
	if (stripe_quantity(from, &quantity, err) != 0)
		return -1;
	if (add_up(from, "discount_amounts", currency, &discount, err) != 0 ||
	    add_up(from, json_get(from, "taxes") != NULL ? "taxes" : "tax_amounts", currency, &tax, err) != 0)
		return -1;
	line->amount_minor = amount;
	line->quantity = arena_printf(reading->arena, "%lld", (long long)quantity);
	line->unit_price_minor = quantity != 0 ? *amount / quantity : *amount;
	if (__builtin_sub_overflow(*amount, discount, &line->net_minor) ||
	    __builtin_add_overflow(line->net_minor, tax, &line->net_minor))
		return err_set(err, ERR_DATA, "its amounts are too much");
	if (read_period(from, line, err) != 0)
		return -1;
	read_product(reading, from, line);
	read_line_learner(reading, from, line);
	return 0;
}

/* Take lines below zero out; the others bear them, down to nothing. What is left of all lines and the total is the document's own business. */
static int
settle_lines(struct sales_document *document, struct arena *arena, struct err *err)
{
	int64_t *weights = ARENA_ARRAY(arena, document->line_count, int64_t), *shares, below = 0, above = 0, net = 0;
	size_t kept = 0, i;

	for (i = 0; i < document->line_count; i++) {
		if (__builtin_add_overflow(document->lines[i].net_minor < 0 ? below : above, document->lines[i].net_minor,
			document->lines[i].net_minor < 0 ? &below : &above))
			return err_set(err, ERR_DATA, "its lines are too much");
		if (document->lines[i].net_minor < 0)
			continue;
		weights[kept] = document->lines[i].net_minor;
		document->lines[kept++] = document->lines[i];
	}
	shares = ARENA_ARRAY(arena, kept, int64_t);
	sales_prorate(below < -above ? -above : below, weights, kept, shares);
	for (i = 0; i < kept; i++) {
		document->lines[i].net_minor += shares[i];
		net += document->lines[i].net_minor;
	}
	document->line_count = kept;
	if (__builtin_sub_overflow(document->total_minor - document->shipping_minor, net, &document->unallocated_minor))
		return err_set(err, ERR_DATA, "its totals are too much");
	return 0;
}

static int
read_lines(struct reading *reading, struct err *err)
{
	struct sales_document *document = reading->document;
	const struct json **rows;
	size_t i;

	if (stripe_rows(reading->site, reading->arena, reading->item->json, "lines",
		arena_printf(reading->arena, "/v1/invoices/%s/lines", document->external_id), &rows, &document->line_count,
		err) != 0)
		return -1;
	document->lines = ARENA_ARRAY(reading->arena, document->line_count, struct sales_line);
	for (i = 0; i < document->line_count; i++)
		if (read_line(reading, rows[i], &document->lines[i], err) != 0)
			return err_wrap(err, "line %zu", i + 1);
	return settle_lines(document, reading->arena, err);
}

/* "void" counts as nothing; "uncollectible" may be paid yet. */
static int
read_status(struct reading *reading, struct err *err)
{
	static const struct {
		const char *name;
		enum sales_status status;
	} statuses[] = { { "paid", SALES_PAID }, { "open", SALES_UNPAID }, { "uncollectible", SALES_UNPAID },
		{ "void", SALES_CANCELLED } };
	const char *status = stripe_word(reading->item->json, "status");
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (!text_equal(status, statuses[i].name))
			continue;
		reading->document->status =
		    reading->site->live || reading->site->config->test_orders ? statuses[i].status : SALES_TEST;
		return 0;
	}
	return err_set(err, ERR_DATA, "\"status\" is \"%.40s\", which is not known", status);
}

static int
read_totals(struct reading *reading, struct err *err)
{
	const struct json *json = reading->item->json;
	struct sales_document *document = reading->document;
	const char *taxes = json_get(json, "total_taxes") != NULL ? "total_taxes" : "total_tax_amounts";

	if (stripe_amount(json, "total", document->currency, &document->total_minor, err) != 0 ||
	    stripe_amount(json, "subtotal", document->currency, &document->subtotal_minor, err) != 0 ||
	    stripe_amount(json, "amount_paid", document->currency, &document->paid_minor, err) != 0 ||
	    add_up(json, "total_discount_amounts", document->currency, &document->discount_minor, err) != 0 ||
	    add_up(json, taxes, document->currency, &document->tax_minor, err) != 0 ||
	    stripe_amount(json_get(json, "shipping_cost"), "amount_total", document->currency, &document->shipping_minor, err) != 0)
		return -1;
	/* What was paid elsewhere counts as paid since 2025-03-31, and did not before. */
	if (stripe_true(json, "paid_out_of_band"))
		return stripe_amount(json, "amount_due", document->currency, &document->paid_minor, err);
	return 0;
}

/* Payments of an invoice, each at its own moment, in the new shape. */
static int
read_payments(struct reading *reading, struct err *err)
{
	struct sales_document *document = reading->document;
	struct sales_payment *payments;
	const struct json **rows, *payment;
	size_t count, i;

	if (json_get(reading->item->json, "payments") == NULL)
		return 0;
	if (stripe_rows(reading->site, reading->arena, reading->item->json, "payments",
		arena_printf(reading->arena, "/v1/invoice_payments?invoice=%s", document->external_id), &rows, &count, err) != 0)
		return -1;
	payments = ARENA_ARRAY(reading->arena, count, struct sales_payment);
	for (i = 0; i < count; i++) {
		struct sales_payment *to = &payments[document->payment_count];

		payment = json_get(rows[i], "payment");
		sales_refer(reading->arena, document, "transaction", stripe_id(payment, "payment_intent"));
		sales_refer(reading->arena, document, "transaction", stripe_id(payment, "charge"));
		if (!text_equal(stripe_word(rows[i], "status"), "paid"))
			continue;
		if (json_text(rows[i], "id", &to->key, err) != 0 ||
		    stripe_amount(rows[i], "amount_paid", document->currency, &to->amount_minor, err) != 0 ||
		    stripe_moment_or(
			json_get(rows[i], "status_transitions"), "paid_at", document->effective_us, &to->effective_us, err) != 0)
			return err_wrap(err, "payment %zu", i + 1);
		document->payment_count++;
	}
	document->payments = payments;
	return 0;
}

/* What was paid and no payment tells of, as of old versions, is one payment at the moment that the invoice was paid. */
static int
read_paid_at(struct reading *reading, struct err *err)
{
	struct sales_document *document = reading->document;
	struct sales_payment *payment = ARENA_NEW(reading->arena, struct sales_payment);

	if (document->payment_count > 0 || document->paid_minor == 0)
		return 0;
	payment->key = "paid";
	payment->amount_minor = document->paid_minor;
	document->payments = payment;
	document->payment_count = 1;
	return stripe_moment_or(
	    json_get(reading->item->json, "status_transitions"), "paid_at", document->effective_us, &payment->effective_us, err);
}

/* Metadata of the invoice, of its subscription, and what was asked at the checkout; the customer is the buyer. */
static int
read_people(struct reading *reading, struct err *err)
{
	const struct json *json = reading->item->json;
	const char *subscription = stripe_id(reading->subscription, "subscription"), *customer = stripe_id(json, "customer"),
		   *email = stripe_word(json, "customer_email"), *name = stripe_word(json, "customer_name");
	const struct sales_contact *named;
	struct sales_document *document = reading->document;
	struct stripe_known asked;

	document->buyer = sales_contact(reading->arena, email, name);
	if (email[0] == '\0' && customer[0] != '\0' && stripe_customer(reading->site, customer, &document->buyer, err) != 0)
		return -1;
	stripe_learner_metadata(reading->site, reading->arena, json_get(json, "metadata"), &reading->learner);
	stripe_learner_metadata(reading->site, reading->arena, json_get(reading->subscription, "metadata"), &reading->learner);
	if (subscription[0] == '\0' || (reading->learner.email != NULL && !sales_field_wanted(reading->site->config)))
		return 0;
	if (stripe_asked(reading->site, "subscription", subscription, &asked, err) != 0)
		return -1;
	reading->asked = asked.fields;
	named = reading->learner.email == NULL ? asked.contact : NULL;
	if (named != NULL)
		reading->learner =
		    (struct stripe_learner){ named->email[0] != '\0' ? named->email : named->raw_email, named->name };
	return 0;
}

static void
refer(struct reading *reading)
{
	const struct json *json = reading->item->json;
	struct sales_document *document = reading->document;

	sales_refer(reading->arena, document, "transaction", stripe_id(json, "payment_intent"));
	sales_refer(reading->arena, document, "transaction", stripe_id(json, "charge"));
	sales_refer(reading->arena, document, "subscription", stripe_id(reading->subscription, "subscription"));
	stripe_refer_metadata(reading->item, document, json_get(json, "metadata"));
	stripe_refer_metadata(reading->item, document, json_get(reading->subscription, "metadata"));
}

static int
read_invoice(struct reading *reading, struct err *err)
{
	const struct json *json = reading->item->json, *times = json_get(json, "status_transitions");
	struct sales_document *document = reading->document;
	int64_t created_us, effective_us;

	document->kind = "invoice";
	reading->subscription = json_get(json_get(json, "parent"), "subscription_details");
	if (stripe_id(json, "subscription")[0] != '\0') {
		/* Of old: the id on the invoice itself, its metadata beside it. */
		struct json *both = ARENA_NEW(reading->arena, struct json);
		const struct json *metadata = json_get(json_get(json, "subscription_details"), "metadata");

		*both = (struct json){ .kind = JSON_OBJECT,
			.count = 2,
			.items = ARENA_ARRAY(reading->arena, 2, struct json),
			.names = ARENA_ARRAY(reading->arena, 2, const char *) };
		both->names[0] = "subscription";
		both->items[0] = (struct json){ .kind = JSON_STRING, .text = stripe_id(json, "subscription") };
		both->names[1] = "metadata";
		both->items[1] = metadata != NULL ? *metadata : (struct json){ .kind = JSON_NULL };
		reading->subscription = both;
	}
	if (json_is_null(reading->subscription))
		reading->subscription = NULL;
	if (stripe_currency(reading->arena, json, &document->currency, err) != 0 ||
	    stripe_moment(json, "created", &created_us, err) != 0 ||
	    stripe_moment_or(json, "effective_at", created_us, &effective_us, err) != 0 ||
	    stripe_moment_or(times, "finalized_at", effective_us, &document->effective_us, err) != 0)
		return -1;
	if (read_totals(reading, err) != 0 || read_status(reading, err) != 0 || read_people(reading, err) != 0)
		return -1;
	refer(reading);
	stripe_field_invoice(reading->site, reading->arena, json, &document->fields);
	stripe_field_metadata(reading->site, reading->arena, json_get(reading->subscription, "metadata"), &document->fields);
	sales_field_join(reading->arena, &document->fields, &reading->asked);
	if (stripe_customer_fields(reading->site, reading->arena, stripe_id(json, "customer"), &document->fields, err) != 0)
		return -1;
	if (read_lines(reading, err) != 0 || read_payments(reading, err) != 0 || read_paid_at(reading, err) != 0)
		return -1;
	if (document->status == SALES_TEST) {
		document->paid_minor = SALES_UNKNOWN;
		document->payment_count = 0;
	}
	return 0;
}

int
stripe_invoice(struct stripe_site *site, const struct stripe_item *item, struct sales_document *ret_document, struct err *err)
{
	struct sales_document document;
	struct reading reading = { .site = site, .item = item, .arena = item->arena, .document = &document };

	stripe_document(item, &document);
	/* A draft has no number and may change, or go, without a word. */
	if (!text_equal(stripe_word(item->json, "status"), "draft")) {
		if (stripe_word(item->json, "number")[0] != '\0')
			document.number = sales_text(item->arena, stripe_word(item->json, "number"), NAME_BYTES);
		if (read_invoice(&reading, err) != 0)
			return err_wrap(err, "invoice \"%s\"", item->id);
	}
	*ret_document = document;
	return 0;
}
