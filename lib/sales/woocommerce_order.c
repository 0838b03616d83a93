/* One WooCommerce order as a document of the ledger. What was charged for a line stands in the line: `total` after coupons, without tax, and
 * `total_tax`, whatever the shop's prices contain; so nothing is split but what belongs to no line. Amounts are asked for with more decimals
 * than they have, because a shop rounds them to what it shows, and rounded here; the cent that rounding leaves goes to a line.
 *
 * Payment goes by the status, as configured; `date_paid` only says when. An order that somebody set to "completed" by hand has none. */
#include "woocommerce.h"

#include <string.h>

#include "base/text.h"
#include "sales/contact.h"
#include "sales/field.h"
#include "sales/markup.h"
#include "sales/refer.h"
#include "sales/share.h"

#define TEXT_BYTES 200
#define NUMBER_BYTES 100
#define MOST_LINES 5000

__extension__ typedef __int128 wide;

/* What the statuses mean unless the settings say otherwise. */
#define LIST(...) \
	{ \
		(const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *) \
	}
static const struct config_statuses usual = {
	.paid = LIST("processing", "completed"),
	.unpaid = LIST("pending", "on-hold", "failed"),
	.refunded = LIST("refunded"),
	.cancelled = LIST("cancelled"),
	.ignore = LIST("checkout-draft", "auto-draft", "trash"),
};

struct reading {
	struct arena *arena;
	const struct config_source *config;
	const struct json *from;
	struct woo_order *order;
	bool refunded; /* says the status */
	bool paid_at_known;
	int64_t paid_us;
	int64_t fees_minor; /* what was added; a fee that is negative is a discount */
};

static bool
is_among(struct arena *arena, const char *status, const struct config_list *own, const struct config_list *usually)
{
	const struct config_list *list = own->count > 0 ? own : usually;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (text_equal(list->items[i], "*"))
			return true;
	return sales_label_matches(arena, status, list);
}

static int
read_status(struct reading *reading, struct err *err)
{
	const struct config_statuses *own = &reading->config->statuses;
	struct sales_document *document = &reading->order->document;
	const char *status;

	if (json_text(reading->from, "status", &status, err) != 0)
		return -1;
	if (is_among(reading->arena, status, &own->ignore, &usual.ignore)) {
		reading->order->ignored = true;
	} else if (is_among(reading->arena, status, &own->test, &usual.test)) {
		document->status = SALES_TEST;
	} else if (is_among(reading->arena, status, &own->refunded, &usual.refunded)) {
		document->status = SALES_PAID;
		reading->refunded = true;
	} else if (is_among(reading->arena, status, &own->cancelled, &usual.cancelled)) {
		document->status = SALES_CANCELLED;
	} else if (is_among(reading->arena, status, &own->expected, &own->expected)) {
		document->status = SALES_UNPAID;
		document->expected = true;
	} else if (is_among(reading->arena, status, &own->unpaid, &usual.unpaid)) {
		document->status = SALES_UNPAID;
	} else if (is_among(reading->arena, status, &own->paid, &usual.paid) ||
		   is_among(reading->arena, status, &own->partial, &usual.partial)) {
		document->status = SALES_PAID;
	} else {
		err_set(err, ERR_DATA, "its status \"%.60s\" is in no list of \"statuses\"", status);
		return err_hint(err,
		    "A plugin of the shop has brought it: add it to statuses of the source, as paid, unpaid, cancelled or "
		    "ignore. A list that is set replaces the usual one.");
	}
	return 0;
}

/* An amount of ${object} with its tax. */
static int
read_gross(const struct reading *reading, const struct json *object, const char *name, const char *tax_name, int64_t *ret_minor,
    struct err *err)
{
	const char *currency = reading->order->document.currency;
	int64_t amount, tax;

	if (woo_amount(object, name, currency, &amount, err) != 0 || woo_amount(object, tax_name, currency, &tax, err) != 0)
		return -1;
	if (__builtin_add_overflow(amount, tax, ret_minor))
		return err_set(err, ERR_DATA, "\"%s\" is too large an amount", name);
	return 0;
}

/* A name or SKU; null where the product was deleted. Ids of 0 are none. */
static int
read_text(
    struct reading *reading, const struct json *line, const char *name, size_t max_bytes, const char **ret_text, struct err *err)
{
	const struct json *value = json_get(line, name);

	if (!json_is_null(value) && value->kind != JSON_STRING && value->kind != JSON_NUMBER)
		return err_set(err, ERR_DATA, "\"%s\" is %s, not text", name, json_kind_name(value));
	*ret_text = json_is_null(value) || (value->kind == JSON_NUMBER && text_equal(value->text, "0"))
			? ""
			: sales_text(reading->arena, sales_markup(reading->arena, value->text), max_bytes);
	return 0;
}

/* Named by the line, else by the order for all of its lines. */
static int
read_learner(struct reading *reading, const struct json *line, const struct sales_contact **ret_learner, struct err *err)
{
	const struct config_source *config = reading->config;
	const struct json *const owners[] = { line, reading->from };
	const struct sales_contact *learner = NULL;
	const char *name, *email;
	size_t i;

	for (i = 0; i < 2 && learner == NULL; i++) {
		if (woo_meta(reading->arena, owners[i], &config->learner_name_labels, &name, err) != 0 ||
		    woo_meta(reading->arena, owners[i], &config->learner_email_labels, &email, err) != 0)
			return -1;
		learner = sales_contact(reading->arena, email, name);
	}
	*ret_learner = learner;
	return 0;
}

/* The price of one as the shop shows it, before coupons. */
static int
read_price(struct reading *reading, const struct json *from, struct sales_line *line, struct err *err)
{
	struct err odd = ERR_INIT; /* of a quantity that is no whole number: the price is that of the line */
	int64_t subtotal, quantity;

	if (reading->order->document.tax_included) {
		if (read_gross(reading, from, "subtotal", "subtotal_tax", &subtotal, err) != 0)
			return -1;
	} else if (woo_amount(from, "subtotal", reading->order->document.currency, &subtotal, err) != 0) {
		return -1;
	}
	line->unit_price_minor = subtotal;
	if (text_int64(line->quantity, &quantity, &odd) == 0 && quantity > 1)
		line->unit_price_minor = (subtotal + (subtotal < 0 ? -quantity / 2 : quantity / 2)) / quantity;
	if (__builtin_add_overflow(reading->order->document.subtotal_minor, subtotal, &reading->order->document.subtotal_minor))
		return err_set(err, ERR_DATA, "\"subtotal\" is too large an amount");
	return 0;
}

static int
read_line(struct reading *reading, const struct json *from, struct sales_line *line, struct err *err)
{
	int64_t none;

	if (woo_id(reading->arena, from, "id", &line->key, err) != 0 ||
	    read_text(reading, from, "product_id", TEXT_BYTES, &line->product_key, err) != 0 ||
	    read_text(reading, from, "variation_id", TEXT_BYTES, &line->variant_key, err) != 0 ||
	    read_text(reading, from, "sku", TEXT_BYTES, &line->sku, err) != 0 ||
	    read_text(reading, from, "name", 2 * TEXT_BYTES, &line->name, err) != 0)
		return -1;
	if (json_decimal(json_get(from, "quantity"), &line->quantity, err) != 0 ||
	    sales_amount(line->quantity, /* unit_price_minor= */ 0, &none, err) != 0)
		return err_wrap(err, "\"quantity\"");
	if (read_gross(reading, from, "total", "total_tax", &line->net_minor, err) != 0 ||
	    read_price(reading, from, line, err) != 0)
		return -1;
	if (read_learner(reading, from, &line->learner, err) != 0)
		return -1;
	return woo_fields(reading->arena, reading->config, from, &line->fields, err);
}

static int
read_lines(struct reading *reading, struct err *err)
{
	struct sales_document *document = &reading->order->document;
	const struct json *lines;
	size_t i;

	if (json_list(reading->from, "line_items", &lines, err) != 0)
		return -1;
	if (lines->count > MOST_LINES)
		return err_set(err, ERR_DATA, "\"line_items\" has %zu lines, at most %d are read", lines->count, MOST_LINES);
	document->line_count = lines->count;
	document->lines = ARENA_ARRAY(reading->arena, lines->count, struct sales_line);
	for (i = 0; i < lines->count; i++) {
		if (read_line(reading, &lines->items[i], &document->lines[i], err) != 0)
			return err_wrap(err, "line %zu", i + 1);
	}
	return 0;
}

/* What was added to the price goes with the shipping; what a plugin takes off as a negative fee is a discount on the lines. */
static int
read_fees(struct reading *reading, int64_t *ret_discount, struct err *err)
{
	const struct json *fees;
	int64_t fee;
	size_t i;

	*ret_discount = 0;
	if (json_list_or_null(reading->from, "fee_lines", &fees, err) != 0)
		return -1;
	for (i = 0; fees != NULL && i < fees->count; i++) {
		if (read_gross(reading, &fees->items[i], "total", "total_tax", &fee, err) != 0)
			return err_wrap(err, "fee %zu", i + 1);
		if (fee < 0 ? __builtin_sub_overflow(*ret_discount, fee, ret_discount)
			    : __builtin_add_overflow(reading->fees_minor, fee, &reading->fees_minor))
			return err_set(err, ERR_DATA, "its fees are too large an amount");
	}
	return 0;
}

/* Taxes are rounded by line or in sum, as the shop is set; both are right, and differ by less than a minor unit a line. */
static void
even_out(struct sales_document *document)
{
	int64_t step = document->unallocated_minor < 0 ? -1 : 1;
	size_t i;

	if (document->unallocated_minor > (int64_t)document->line_count ||
	    -document->unallocated_minor > (int64_t)document->line_count)
		return;
	for (i = 0; document->unallocated_minor != 0; i++) {
		document->lines[i].net_minor += step;
		document->unallocated_minor -= step;
	}
}

/* Take ${discount} off the lines, and see what of the total is left. */
static int
share(struct reading *reading, int64_t discount, struct err *err)
{
	struct sales_document *document = &reading->order->document;
	int64_t *weights = ARENA_ARRAY(reading->arena, document->line_count, int64_t);
	int64_t *shares = ARENA_ARRAY(reading->arena, document->line_count, int64_t);
	wide rest = (wide)document->total_minor - document->shipping_minor;
	size_t i;

	for (i = 0; i < document->line_count; i++)
		weights[i] = document->lines[i].net_minor;
	sales_prorate(discount, weights, document->line_count, shares);
	for (i = 0; i < document->line_count; i++) {
		if (__builtin_sub_overflow(document->lines[i].net_minor, shares[i], &document->lines[i].net_minor))
			return err_set(err, ERR_DATA, "line \"%s\" is too large an amount", document->lines[i].key);
		rest -= document->lines[i].net_minor;
	}
	if (rest > INT64_MAX || rest < INT64_MIN)
		return err_set(err, ERR_DATA, "the amounts are too large");
	document->unallocated_minor = (int64_t)rest;
	/* Lines that were cut off must not pass for lines that were taken out: with them goes the access that they gave. */
	if (document->line_count == 0 && rest != 0)
		return err_set(err, ERR_DATA, "it has no line in \"line_items\", but a total");
	even_out(document);
	return 0;
}

static int
read_totals(struct reading *reading, struct err *err)
{
	struct sales_document *document = &reading->order->document;
	const struct json *included = json_get(reading->from, "prices_include_tax");
	const char *currency = document->currency;
	int64_t shipping, discount = 0;

	if (included == NULL || included->kind != JSON_BOOL)
		return err_set(err, ERR_DATA, "\"prices_include_tax\" is %s, not true or false", json_kind_name(included));
	document->tax_included = included->truth;
	if (json_is_null(json_get(reading->from, "total")))
		return err_set(err, ERR_DATA, "\"total\" is missing");
	if (woo_amount(reading->from, "total", currency, &document->total_minor, err) != 0 ||
	    woo_amount(reading->from, "total_tax", currency, &document->tax_minor, err) != 0 ||
	    read_gross(reading, reading->from, "shipping_total", "shipping_tax", &shipping, err) != 0)
		return -1;
	if (document->tax_included
		? read_gross(reading, reading->from, "discount_total", "discount_tax", &document->discount_minor, err) != 0
		: woo_amount(reading->from, "discount_total", currency, &document->discount_minor, err) != 0)
		return -1;
	if (document->total_minor < 0)
		return err_set(err, ERR_DATA, "\"total\" is negative");
	if (read_lines(reading, err) != 0 || read_fees(reading, &discount, err) != 0)
		return -1;
	if (__builtin_add_overflow(shipping, reading->fees_minor, &document->shipping_minor) ||
	    __builtin_add_overflow(document->discount_minor, discount, &document->discount_minor))
		return err_set(err, ERR_DATA, "the amounts are too large");
	return share(reading, discount, err);
}

/* What is paid, and when. A cancelled order was paid if it says when; one that the shop calls refunded although its refunds do not add up to
 * its total is void as a whole all the same. */
static int
read_payment(struct reading *reading, struct err *err)
{
	struct sales_document *document = &reading->order->document;
	const struct json *refunds = reading->order->refunds;
	int64_t refunded = 0, one;
	size_t i;

	for (i = 0; refunds != NULL && i < refunds->count; i++) {
		if (woo_amount(&refunds->items[i], "total", document->currency, &one, err) != 0)
			return err_wrap(err, "refund %zu", i + 1);
		if (__builtin_sub_overflow(refunded, one, &refunded))
			return err_set(err, ERR_DATA, "its refunds are too large an amount");
	}
	document->paid_minor = document->total_minor;
	if (document->status == SALES_UNPAID || document->status == SALES_TEST)
		document->paid_minor = 0;
	if (document->status == SALES_CANCELLED && !reading->paid_at_known)
		document->paid_minor = 0;
	if (reading->refunded && refunded < document->total_minor)
		document->status = SALES_CANCELLED;
	if (reading->paid_at_known && document->paid_minor > 0) {
		struct sales_payment *payment = ARENA_NEW(reading->arena, struct sales_payment);

		*payment =
		    (struct sales_payment){ .key = "paid", .amount_minor = document->paid_minor, .effective_us = reading->paid_us };
		document->payments = payment;
		document->payment_count = 1;
	}
	return 0;
}

static int
read_buyer(struct reading *reading, struct err *err)
{
	const struct json *billing = json_get(reading->from, "billing");
	const char *email = NULL, *first = NULL, *last = NULL, *company = NULL, *name;

	if (!json_is_null(billing) &&
	    (json_text_or_null(billing, "email", &email, err) != 0 || json_text_or_null(billing, "first_name", &first, err) != 0 ||
		json_text_or_null(billing, "last_name", &last, err) != 0 ||
		json_text_or_null(billing, "company", &company, err) != 0))
		return err_wrap(err, "\"billing\"");
	name = arena_printf(reading->arena, "%s %s", first != NULL ? first : "", last != NULL ? last : "");
	if (text_trim(reading->arena, name)[0] == '\0')
		name = company;
	reading->order->document.buyer = sales_contact(reading->arena, email, sales_markup(reading->arena, name));
	if (company != NULL)
		sales_field(reading->arena, reading->config, &reading->order->document.fields, "company",
		    sales_markup(reading->arena, company));
	return woo_fields(reading->arena, reading->config, reading->from, &reading->order->document.fields, err);
}

/* The id at the payment provider, and the fields that the settings name. */
static int
read_references(struct reading *reading, struct err *err)
{
	const struct config_list *labels = &reading->config->reference_labels;
	const struct json *transaction = json_get(reading->from, "transaction_id");
	const char *text;
	size_t i;

	if (transaction != NULL && (transaction->kind == JSON_STRING || transaction->kind == JSON_NUMBER))
		sales_refer(reading->arena, &reading->order->document, "transaction", transaction->text);
	for (i = 0; i < labels->count; i++) {
		const struct config_list one = { &labels->items[i], 1 };

		if (woo_meta(reading->arena, reading->from, &one, &text, err) != 0)
			return -1;
		sales_refer(
		    reading->arena, &reading->order->document, arena_printf(reading->arena, "metadata.%s", labels->items[i]), text);
	}
	return 0;
}

static int
read_order(struct reading *reading, struct err *err)
{
	struct sales_document *document = &reading->order->document;
	const struct json *from = reading->from;

	if (read_status(reading, err) != 0 ||
	    woo_moment(reading->arena, from, "date_created_gmt", &document->effective_us, err) != 0)
		return -1;
	document->modified_us = document->effective_us;
	if (!json_is_null(json_get(from, "date_modified_gmt")) &&
	    woo_moment(reading->arena, from, "date_modified_gmt", &document->modified_us, err) != 0)
		return -1;
	if (reading->order->ignored)
		return 0;
	reading->paid_at_known = !json_is_null(json_get(from, "date_paid_gmt"));
	if (reading->paid_at_known && woo_moment(reading->arena, from, "date_paid_gmt", &reading->paid_us, err) != 0)
		return -1;
	if (json_text(from, "currency", &document->currency, err) != 0 || read_totals(reading, err) != 0 ||
	    json_list_or_null(from, "refunds", &reading->order->refunds, err) != 0 || read_payment(reading, err) != 0)
		return -1;
	if (read_references(reading, err) != 0)
		return -1;
	return read_buyer(reading, err);
}

int
woo_order(
    struct arena *arena, const struct config_source *config, const struct json *from, struct woo_order *ret_order, struct err *err)
{
	struct woo_order order = { .document = { .kind = "order", .refunded_minor = SALES_UNKNOWN } };
	struct reading reading = { .arena = arena, .config = config, .from = from, .order = &order };

	if (woo_id(arena, from, "id", &order.document.external_id, err) != 0 ||
	    read_text(&reading, from, "number", NUMBER_BYTES, &order.document.number, err) != 0)
		return -1;
	if (order.document.number[0] == '\0')
		order.document.number = order.document.external_id;
	if (read_order(&reading, err) != 0)
		return err_wrap(err, "order \"%s\" (id %s)", order.document.number, order.document.external_id);
	*ret_order = order;
	return 0;
}
