/* The refunds of a WooCommerce order as credit notes that correct it. A refund of a quantity names the line and how many of it; one of money
 * alone names at most the line, and takes its units back once what was refunded on it reaches its price. What names no line at all is a line
 * without a product. */
#include "woocommerce.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "sales/share.h"

#define PAYLOAD_BYTES ((size_t)48 * 1024 * 1024)

/* One refund, and what it is to be sorted by. */
struct refund {
	const struct json *json;
	struct json_raw raw;
	const char *id;
	int64_t effective_us;
	size_t place;
};

/* What earlier refunds took from a line of the order. */
struct taken {
	int64_t money_minor; /* positive */
	int64_t units;
};

struct reading {
	struct arena *arena;
	const struct woo_order *order;
	struct taken *taken;
};

static int
by_moment(const void *a, const void *b)
{
	const struct refund *left = a, *right = b;

	if (left->effective_us != right->effective_us)
		return (left->effective_us > right->effective_us) - (left->effective_us < right->effective_us);
	return (left->place > right->place) - (left->place < right->place);
}

/* The line of the order that a refund's line is for; line_count: none that is there. */
static int
find_line(const struct reading *reading, const struct json *from, size_t *ret_line, struct err *err)
{
	static const char *label = "_refunded_item_id";
	const struct config_list labels = { &label, 1 };
	const struct sales_document *document = &reading->order->document;
	const char *key;
	size_t i;

	if (woo_meta(reading->arena, from, &labels, &key, err) != 0)
		return -1;
	for (i = 0; i < document->line_count && !text_equal(document->lines[i].key, key); i++)
		;
	*ret_line = i;
	return 0;
}

/* How many units of its line this one takes back: as many as it says, or, if it is of money alone, all that are left once the line's price is
 * reached. */
static const char *
count_units(
    struct reading *reading, const char *quantity, int64_t money_minor, const struct sales_line *original, struct taken *taken)
{
	struct err odd = ERR_INIT; /* a quantity that is not whole names no units */
	int64_t said, sold;

	if (__builtin_sub_overflow(taken->money_minor, money_minor, &taken->money_minor))
		return quantity;
	if (text_int64(quantity, &said, &odd) != 0 || text_int64(original->quantity, &sold, &odd) != 0)
		return quantity;
	if (said == 0 && taken->money_minor >= original->net_minor && original->net_minor > 0 && sold > taken->units)
		said = taken->units - sold;
	taken->units -= said;
	return arena_printf(reading->arena, "%lld", (long long)said);
}

static int
add_amounts(const struct reading *reading, const struct json *object, int64_t *ret_minor, struct err *err)
{
	const char *currency = reading->order->document.currency;
	int64_t amount, tax;

	if (woo_amount(object, "total", currency, &amount, err) != 0 || woo_amount(object, "total_tax", currency, &tax, err) != 0)
		return -1;
	if (__builtin_add_overflow(amount, tax, ret_minor))
		return err_set(err, ERR_DATA, "\"total\" is too large an amount");
	if (*ret_minor > 0)
		return err_set(err, ERR_DATA, "\"total\" is not negative, as a refund's is");
	return 0;
}

static int
read_line(struct reading *reading, const struct json *from, struct sales_line *line, struct err *err)
{
	const struct sales_document *document = &reading->order->document;
	int64_t none;
	size_t at;

	*line = (struct sales_line){ .product_key = "", .variant_key = "", .sku = "", .name = "Refund" };
	if (woo_id(reading->arena, from, "id", &line->key, err) != 0)
		return -1;
	if (json_decimal(json_get(from, "quantity"), &line->quantity, err) != 0 ||
	    sales_amount(line->quantity, /* unit_price_minor= */ 0, &none, err) != 0)
		return err_wrap(err, "\"quantity\"");
	if (add_amounts(reading, from, &line->net_minor, err) != 0 || find_line(reading, from, &at, err) != 0)
		return -1;
	if (at < document->line_count) {
		const struct sales_line *original = &document->lines[at];

		line->corrects = original->key;
		line->product_key = original->product_key;
		line->variant_key = original->variant_key;
		line->sku = original->sku;
		line->name = original->name;
		line->quantity = count_units(reading, line->quantity, line->net_minor, original, &reading->taken[at]);
	}
	line->unit_price_minor = line->net_minor;
	return 0;
}

/* Shipping and fees that were given back. */
static int
add_others(const struct reading *reading, const struct json *refund, const char *name, int64_t *sum, struct err *err)
{
	const struct json *list;
	int64_t amount;
	size_t i;

	if (json_list_or_null(refund, name, &list, err) != 0)
		return -1;
	for (i = 0; list != NULL && i < list->count; i++) {
		if (add_amounts(reading, &list->items[i], &amount, err) != 0)
			return err_wrap(err, "item %zu of \"%s\"", i + 1, name);
		if (__builtin_add_overflow(*sum, amount, sum))
			return err_set(err, ERR_DATA, "\"%s\" is too large an amount", name);
	}
	return 0;
}

/* What the lines do not say: a cent of rounding goes to the first line, the rest is a line of its own. */
static int
even_out(struct sales_document *document, struct err *err)
{
	int64_t rest = document->total_minor;
	size_t i;

	if (__builtin_sub_overflow(rest, document->shipping_minor, &rest))
		return err_set(err, ERR_DATA, "\"amount\" is too large");
	for (i = 0; i < document->line_count; i++)
		if (__builtin_sub_overflow(rest, document->lines[i].net_minor, &rest))
			return err_set(err, ERR_DATA, "\"amount\" is too large");
	if (rest >= -(int64_t)document->line_count && rest <= (int64_t)document->line_count) {
		if (rest != 0)
			document->lines[0].net_minor += rest;
		return 0;
	}
	document->lines[document->line_count++] = (struct sales_line){ .key = "amount",
		.product_key = "",
		.variant_key = "",
		.sku = "",
		.name = "Refund",
		.quantity = "-1",
		.unit_price_minor = rest,
		.net_minor = rest };
	return 0;
}

static int
read_refund(struct reading *reading, const struct refund *refund, struct sales_document *document, struct err *err)
{
	const struct sales_document *order = &reading->order->document;
	struct sales_payment *payment = ARENA_NEW(reading->arena, struct sales_payment);
	const struct json *lines;
	int64_t amount;
	size_t i;

	if (woo_amount(refund->json, "amount", order->currency, &amount, err) != 0 ||
	    json_list_or_null(refund->json, "line_items", &lines, err) != 0)
		return -1;
	if (amount < 0)
		return err_set(err, ERR_DATA, "\"amount\" is negative");
	*payment = (struct sales_payment){ .key = refund->id, .amount_minor = -amount, .effective_us = refund->effective_us };
	*document = (struct sales_document){
		.external_id = refund->id,
		.number = arena_printf(reading->arena, "%s-%s", order->number, refund->id),
		.kind = "credit_note",
		.corrects = order->external_id,
		.effective_us = refund->effective_us,
		.modified_us = refund->effective_us,
		/* Of an order that moves no money, neither do its refunds. */
		.status = order->status == SALES_TEST ? SALES_TEST : SALES_PAID,
		.currency = order->currency,
		.total_minor = -amount,
		.refunded_minor = SALES_UNKNOWN,
		.paid_minor = -amount,
		.tax_included = true,
		.payments = payment,
		.payment_count = amount != 0,
		.content = refund->raw.text,
		.content_len = refund->raw.len,
	};
	document->lines = ARENA_ARRAY(reading->arena, (lines != NULL ? lines->count : 0) + 1, struct sales_line);
	for (i = 0; lines != NULL && i < lines->count; i++) {
		if (read_line(reading, &lines->items[i], &document->lines[i], err) != 0)
			return err_wrap(err, "line %zu", i + 1);
		document->line_count++;
	}
	if (add_others(reading, refund->json, "shipping_lines", &document->shipping_minor, err) != 0 ||
	    add_others(reading, refund->json, "fee_lines", &document->shipping_minor, err) != 0 || even_out(document, err) != 0)
		return -1;
	document->subtotal_minor = document->total_minor - document->shipping_minor;
	return 0;
}

/* Every refund that the order knows is there. (There may be more: one made since the order was read.) */
static int
check_known(const struct reading *reading, const struct refund *refunds, size_t count, struct err *err)
{
	const struct json *known = reading->order->refunds;
	const char *id;
	size_t i, j;

	for (i = 0; known != NULL && i < known->count; i++) {
		if (woo_id(reading->arena, &known->items[i], "id", &id, err) != 0)
			return err_wrap(err, "refund %zu of the order", i + 1);
		for (j = 0; j < count && !text_equal(refunds[j].id, id); j++)
			;
		if (j == count)
			return err_set(
			    err, ERR_INCOMPLETE, "the order knows refund %s, which is not in the list of its refunds", id);
	}
	return 0;
}

/* {"refund":"<id>","order":…,"refunds":[…]} */
static int
make_payload(
    const struct reading *reading, const struct json_raw *raw, size_t count, struct sales_document *document, struct err *err)
{
	struct buf buf;
	size_t i;
	int rc;

	buf_init(&buf, PAYLOAD_BYTES);
	buf_printf(&buf, "{\"refund\":\"%s\",\"order\":", document->external_id);
	buf_add(&buf, reading->order->raw.text, reading->order->raw.len);
	for (i = 0; i < count; i++) {
		buf_text(&buf, i == 0 ? ",\"refunds\":[" : ",");
		buf_add(&buf, raw[i].text, raw[i].len);
	}
	buf_text(&buf, "]}");
	rc = buf_check(&buf, "the order with its refunds", err);
	document->payload_len = buf.len;
	document->payload = arena_strndup(reading->arena, buf.data, buf.len);
	buf_done(&buf);
	return rc;
}

int
woo_refunds(struct arena *arena, const struct woo_order *order, const struct json *items, const struct json_raw *raw, size_t count,
    struct sales_document **ret_documents, struct err *err)
{
	struct reading reading = { arena, order, ARENA_ARRAY(arena, order->document.line_count, struct taken) };
	struct sales_document *documents = ARENA_ARRAY(arena, count, struct sales_document);
	struct refund *refunds = ARENA_ARRAY(arena, count, struct refund);
	size_t i;

	for (i = 0; i < count; i++) {
		refunds[i] = (struct refund){ .json = &items[i], .raw = raw[i], .place = i };
		if (woo_id(arena, &items[i], "id", &refunds[i].id, err) != 0 ||
		    woo_moment(arena, &items[i], "date_created_gmt", &refunds[i].effective_us, err) != 0)
			return err_wrap(err, "order \"%s\", refund %zu", order->document.number, i + 1);
	}
	if (count > 0)
		qsort(refunds, count, sizeof(*refunds), by_moment);
	if (check_known(&reading, refunds, count, err) != 0)
		return err_wrap(err, "order \"%s\"", order->document.number);
	for (i = 0; i < count; i++) {
		if (read_refund(&reading, &refunds[i], &documents[i], err) != 0 ||
		    make_payload(&reading, raw, count, &documents[i], err) != 0)
			return err_wrap(err, "order \"%s\", refund %s", order->document.number, refunds[i].id);
	}
	*ret_documents = documents;
	return 0;
}
