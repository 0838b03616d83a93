/* What the Transactions API says of the payment of an order, put to the order: payments and refunds at their own moments, fees, the payment
 * provider's ids, and what was charged for each line, discount and tax by the cent. Refunds made in the provider's own screens are not among
 * them: what the order says beyond them is booked as before.
 *
 * Lines have other ids there than in the order. They are the order's by their place, which is believed only if each costs the same in both and
 * all of them add up to the order's total; else the order's own sums are split. */
#include "squarespace.h"

#include <string.h>

#include "base/text.h"
#include "sales/contact.h"
#include "sales/refer.h"
#include "sales/share.h"

#define MOST_PAYMENTS 200

struct reading {
	struct arena *arena;
	const struct config_source *config;
	const struct squarespace_transaction *transaction;
	struct sales_document *document;
	struct sales_payment *payments;
	size_t count;
	const char *currency;
};

int
squarespace_transaction(const struct json *from, struct squarespace_transaction *ret_transaction, struct err *err)
{
	struct squarespace_transaction transaction = { .json = from };

	if (squarespace_key(from, "id", &transaction.id, err) != 0)
		return -1;
	if (json_text_or_null(from, "salesOrderId", &transaction.order_id, err) != 0 ||
	    squarespace_moment(from, "createdOn", &transaction.created_us, err) != 0 ||
	    squarespace_moment(from, "modifiedOn", &transaction.modified_us, err) != 0)
		return err_wrap(err, "transaction %s", transaction.id);
	if (transaction.order_id != NULL && transaction.order_id[0] == '\0')
		transaction.order_id = NULL;
	*ret_transaction = transaction;
	return 0;
}

/* An amount that is never below zero. */
static int
read_amount(struct reading *reading, const struct json *object, const char *name, int64_t *ret_minor, struct err *err)
{
	int64_t minor = 0;

	if (squarespace_money(reading->config, object, name, SQUARESPACE_OR_NULL, &reading->currency, &minor, err) != 0)
		return -1;
	if (minor < 0)
		return err_set(err, ERR_DATA, "\"%s\" is negative", name);
	*ret_minor = minor;
	return 0;
}

static int
add(struct reading *reading, enum sales_money kind, const char *key, int64_t amount_minor, int64_t effective_us, struct err *err)
{
	if (reading->count == MOST_PAYMENTS)
		return err_set(err, ERR_DATA, "it has more than %d payments, refunds and fees", MOST_PAYMENTS);
	if (amount_minor != 0)
		reading->payments[reading->count++] =
		    (struct sales_payment){ .key = key, .amount_minor = amount_minor, .effective_us = effective_us, .kind = kind };
	return 0;
}

/* A moment that may be missing. */
static int
read_moment(const struct json *object, const char *name, int64_t otherwise_us, int64_t *ret_us, struct err *err)
{
	*ret_us = otherwise_us;
	return json_is_null(json_get(object, name)) ? 0 : squarespace_moment(object, name, ret_us, err);
}

static int
read_refunds(struct reading *reading, const struct json *payment, struct err *err)
{
	const struct json *list;
	const char *key;
	int64_t amount, refunded_us;
	size_t i;

	if (json_list_or_null(payment, "refunds", &list, err) != 0)
		return -1;
	for (i = 0; list != NULL && i < list->count; i++) {
		const struct json *refund = &list->items[i];

		if (squarespace_key(refund, "id", &key, err) != 0 || read_amount(reading, refund, "amount", &amount, err) != 0 ||
		    read_moment(refund, "refundedOn", reading->transaction->modified_us, &refunded_us, err) != 0 ||
		    add(reading, SALES_MONEY_REFUND, key, -amount, refunded_us, err) != 0)
			return err_wrap(err, "refund %zu", i + 1);
	}
	return 0;
}

/* What of a fee was given back; some shops say only how much in all. */
static int
read_fee_refunds(struct reading *reading, const struct json *fee, const char *fee_key, struct err *err)
{
	const struct json *list;
	const char *key;
	int64_t amount, moment_us;
	size_t i;

	if (json_list_or_null(fee, "feeRefunds", &list, err) != 0)
		return -1;
	if (list == NULL || list->count == 0) {
		if (read_amount(reading, fee, "refundedAmount", &amount, err) != 0)
			return -1;
		return add(reading, SALES_MONEY_FEE, arena_printf(reading->arena, "%s refunded", fee_key), amount,
		    reading->transaction->modified_us, err);
	}
	for (i = 0; i < list->count; i++) {
		if (squarespace_key(&list->items[i], "id", &key, err) != 0 ||
		    read_amount(reading, &list->items[i], "amount", &amount, err) != 0 ||
		    read_moment(&list->items[i], "refundedOn", reading->transaction->modified_us, &moment_us, err) != 0 ||
		    add(reading, SALES_MONEY_FEE, key, amount, moment_us, err) != 0)
			return err_wrap(err, "\"feeRefunds\"");
	}
	return 0;
}

static int
read_fees(struct reading *reading, const struct json *payment, int64_t paid_us, struct err *err)
{
	const struct json *list;
	const char *key;
	int64_t amount;
	size_t i;

	if (json_list_or_null(payment, "processingFees", &list, err) != 0)
		return -1;
	for (i = 0; list != NULL && i < list->count; i++) {
		if (squarespace_key(&list->items[i], "id", &key, err) != 0 ||
		    read_amount(reading, &list->items[i], "amount", &amount, err) != 0 ||
		    add(reading, SALES_MONEY_FEE, key, -amount, paid_us, err) != 0 ||
		    read_fee_refunds(reading, &list->items[i], key, err) != 0)
			return err_wrap(err, "fee %zu", i + 1);
	}
	return 0;
}

static int
read_payment(struct reading *reading, const struct json *payment, struct err *err)
{
	const char *key, *external;
	int64_t amount, paid_us;

	if (squarespace_key(payment, "id", &key, err) != 0 || read_amount(reading, payment, "amount", &amount, err) != 0 ||
	    read_moment(payment, "paidOn", reading->transaction->created_us, &paid_us, err) != 0 ||
	    json_text_or_null(payment, "externalTransactionId", &external, err) != 0)
		return -1;
	sales_refer(reading->arena, reading->document, "transaction", external);
	if (add(reading, SALES_MONEY_PAID, key, amount, paid_us, err) != 0 || read_refunds(reading, payment, err) != 0)
		return -1;
	return read_fees(reading, payment, paid_us, err);
}

static int
read_payments(struct reading *reading, struct err *err)
{
	const struct json *list;
	size_t i;

	if (json_list_or_null(reading->transaction->json, "payments", &list, err) != 0)
		return -1;
	reading->payments = ARENA_ARRAY(reading->arena, MOST_PAYMENTS, struct sales_payment);
	for (i = 0; list != NULL && i < list->count; i++) {
		if (read_payment(reading, &list->items[i], err) != 0)
			return err_wrap(err, "payment %zu", i + 1);
	}
	reading->document->payments = reading->payments;
	reading->document->payment_count = reading->count;
	return 0;
}

/* What is charged for shipping, taxes included. */
static int
read_shipping(struct reading *reading, int64_t *ret_minor, struct err *err)
{
	const struct json *list, *taxes;
	int64_t amount, sum = 0;
	size_t i, j;

	if (json_list_or_null(reading->transaction->json, "shippingLineItems", &list, err) != 0)
		return -1;
	for (i = 0; list != NULL && i < list->count; i++) {
		if (read_amount(reading, &list->items[i], "netAmount", &amount, err) != 0 ||
		    json_list_or_null(&list->items[i], "taxes", &taxes, err) != 0)
			return err_wrap(err, "\"shippingLineItems\"");
		if (__builtin_add_overflow(sum, amount, &sum))
			return err_set(err, ERR_DATA, "its shipping is too large an amount");
		for (j = 0; taxes != NULL && j < taxes->count; j++) {
			if (read_amount(reading, &taxes->items[j], "amount", &amount, err) != 0)
				return err_wrap(err, "\"shippingLineItems\"");
			if (__builtin_add_overflow(sum, amount, &sum))
				return err_set(err, ERR_DATA, "its shipping is too large an amount");
		}
	}
	*ret_minor = sum;
	return 0;
}

/* Each line's share as charged, where both sides agree on what they talk about. */
static int
read_lines(struct reading *reading, struct err *err)
{
	struct sales_document *document = reading->document;
	int64_t *nets = ARENA_ARRAY(reading->arena, document->line_count, int64_t);
	int64_t shipping = 0, sales, own, rest = document->total_minor;
	const struct json *list;
	bool same = true;
	size_t i;

	if (json_list_or_null(reading->transaction->json, "salesLineItems", &list, err) != 0)
		return -1;
	if (list == NULL || list->count == 0 || list->count != document->line_count)
		return 0;
	for (i = 0; i < list->count; i++) {
		if (read_amount(reading, &list->items[i], "totalSales", &sales, err) != 0 ||
		    read_amount(reading, &list->items[i], "total", &nets[i], err) != 0 ||
		    sales_amount(document->lines[i].quantity, document->lines[i].unit_price_minor, &own, err) != 0)
			return err_wrap(err, "line %zu", i + 1);
		same = same && sales == own && !__builtin_sub_overflow(rest, nets[i], &rest);
	}
	if (read_shipping(reading, &shipping, err) != 0)
		return -1;
	if (!same || rest != shipping)
		return 0;
	document->shipping_minor = shipping;
	document->unallocated_minor = 0;
	for (i = 0; i < list->count; i++)
		document->lines[i].net_minor = nets[i];
	return 0;
}

int
squarespace_settle(struct arena *arena, const struct config_source *config, const struct squarespace_transaction *transaction,
    struct sales_document *document, struct err *err)
{
	struct reading reading = {
		.arena = arena, .config = config, .transaction = transaction, .document = document, .currency = document->currency
	};

	if (read_payments(&reading, err) != 0 || read_lines(&reading, err) != 0)
		return err_wrap(err, "transaction %s of order \"%s\"", transaction->id, document->number);
	if (transaction->modified_us > document->modified_us)
		document->modified_us = transaction->modified_us;
	return 0;
}

static int
read_donation(struct reading *reading, struct err *err)
{
	const struct json *from = reading->transaction->json, *voided = json_get(from, "voided");
	struct sales_document *document = reading->document;
	const char *email;

	if (squarespace_money(
		reading->config, from, "total", SQUARESPACE_REQUIRED, &reading->currency, &document->total_minor, err) != 0 ||
	    json_text_or_null(from, "customerEmail", &email, err) != 0 || read_payments(reading, err) != 0)
		return -1;
	if (document->total_minor < 0)
		return err_set(err, ERR_DATA, "\"total\" is negative");
	document->currency = reading->currency;
	document->buyer = sales_contact(reading->arena, email, NULL);
	document->status = voided != NULL && voided->kind == JSON_BOOL && voided->truth ? SALES_CANCELLED : SALES_PAID;
	document->subtotal_minor = document->total_minor;
	document->lines = ARENA_ARRAY(reading->arena, 1, struct sales_line);
	document->lines[0] = (struct sales_line){ .key = "donation",
		.product_key = "donation",
		.variant_key = "",
		.sku = "",
		.name = "Donation",
		.quantity = "1",
		.unit_price_minor = document->total_minor,
		.net_minor = document->total_minor };
	document->line_count = 1;
	if (document->reference_count > 0)
		document->number = document->references[0].value;
	return 0;
}

/* A refund of all payments so far, which is all that a donation says. */
static int64_t
refunded(const struct sales_document *document)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < document->payment_count; i++)
		if (document->payments[i].kind == SALES_MONEY_REFUND &&
		    __builtin_sub_overflow(sum, document->payments[i].amount_minor, &sum))
			return SALES_UNKNOWN;
	return sum;
}

int
squarespace_donation(struct arena *arena, const struct config_source *config, const struct squarespace_transaction *transaction,
    struct sales_document *ret_document, struct err *err)
{
	struct sales_document document = { .external_id = transaction->id,
		.number = transaction->id,
		.kind = "payment",
		.effective_us = transaction->created_us,
		.modified_us = transaction->modified_us,
		.paid_minor = SALES_UNKNOWN };
	struct reading reading = { .arena = arena, .config = config, .transaction = transaction, .document = &document };

	if (read_donation(&reading, err) != 0)
		return err_wrap(err, "transaction %s", transaction->id);
	document.refunded_minor = refunded(&document);
	*ret_document = document;
	return 0;
}
