/* Sales of the made-up academy as the shop's documents, at any moment of their life. What carries no meaning varies: lists that are null or
 * empty, amounts as strings or numbers, fractions of seconds, fields nobody has heard of. */
#include "world_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "reply.h"

#define FEE_PERMILLE 14

const char *
world_order_id(struct arena *arena, const struct sale *sale)
{
	return arena_printf(arena, "66a0c0ff%016" PRIx64, (uint64_t)sale->number);
}

const char *
world_product_id(struct arena *arena, size_t product)
{
	return arena_printf(arena, "65b0c0ff%016zx", product + 1);
}

const char *
world_moment(struct arena *arena, int64_t us, int digits)
{
	char *text = clock_iso(arena, us / 1000000);
	char *fraction = arena_printf(arena, "%06" PRId64, us % 1000000);

	text[strlen(text) - 1] = '\0';
	fraction[digits] = '\0';
	return digits == 0 ? arena_printf(arena, "%sZ", text) : arena_printf(arena, "%s.%sZ", text, fraction);
}

static void
write_money(const struct world *world, const struct sale *sale, struct reply *reply, const char *key, int64_t minor)
{
	bool yen = strcmp(sale->currency, "JPY") == 0;
	char *text =
	    yen ? arena_printf(world->arena, "%" PRId64, minor)
		: arena_printf(world->arena, "%s%lld.%02d", minor < 0 ? "-" : "", llabs(minor) / 100, (int)(llabs(minor) % 100));

	reply_object(reply, key);
	reply_text(reply, "currency", sale->currency);
	if (!sale->numeric) {
		reply_text(reply, "value", text);
	} else {
		/* As a program writes its number: 270.0, not 270.00. */
		if (!yen && minor % 10 == 0)
			text[strlen(text) - 1] = '\0';
		reply_raw(reply, "value", text);
	}
	reply_end_object(reply);
}

static void
write_answer(struct reply *reply, const char *label, const char *value)
{
	reply_object(reply, NULL);
	reply_text(reply, "label", label);
	reply_text(reply, "value", value);
	reply_end_object(reply);
}

static void
write_form(const struct world *world, const struct line *line, struct reply *reply)
{
	static const char *const name_labels[] = { "Learner name", "learner name ", "Nombre del alumno" };
	static const char *const email_labels[] = { "Learner email", " LEARNER EMAIL", "Correo del alumno" };
	const struct person *person;
	unsigned k = line->spelling / 16;

	if (line->learner < 0 && line->empty_form) {
		reply_null(reply, "customizations");
		return;
	}
	reply_list(reply, "customizations");
	if (line->learner >= 0) {
		person = &world->people[line->learner];
		write_answer(reply, name_labels[k % 3], arena_printf(world->arena, "%s %s", person->first, person->last));
		write_answer(reply, "Emergency contact", "Somebody Else, 600 000 000");
		write_answer(reply, email_labels[k % 3], world_typed(world->arena, person->email, line->spelling));
	} else if (k % 2 == 0) {
		write_answer(reply, name_labels[0], "");
		write_answer(reply, email_labels[0], " ");
	}
	reply_end_list(reply);
}

static void
write_line(const struct world *world, const struct sale *sale, size_t i, struct reply *reply)
{
	const struct line *line = &sale->lines[i];
	const struct product *product = &world_products[line->product];

	reply_object(reply, NULL);
	reply_text(reply, "id", arena_printf(world->arena, "66a1c0ff%014" PRIx64 "%02zx", (uint64_t)sale->number, i + 1));
	reply_text(reply, "variantId",
	    product->sku == NULL ? NULL : arena_printf(world->arena, "0B5E3C6A-%04zX-4C3B-9E2A-5A4DB0C0FFEE", line->product));
	reply_text(reply, "sku", product->sku);
	reply_raw(reply, "weight", "0.0");
	reply_raw(reply, "width", "0.0");
	reply_raw(reply, "length", "0.0");
	reply_raw(reply, "height", "0.0");
	reply_text(reply, "productId", world_product_id(world->arena, line->product));
	reply_text(reply, "productName", product->name);
	reply_int(reply, "quantity", line->quantity);
	write_money(world, sale, reply, "unitPricePaid", product->price_minor);
	reply_null(reply, "variantOptions");
	write_form(world, line, reply);
	reply_null(reply, "imageUrl");
	reply_text(reply, "lineItemType", strcmp(product->type, "PHYSICAL") == 0 ? "PHYSICAL_PRODUCT" : product->type);
	reply_end_object(reply);
}

static void
write_address(const struct person *person, struct reply *reply)
{
	reply_object(reply, "billingAddress");
	reply_text(reply, "firstName", person->first);
	reply_text(reply, "lastName", person->last);
	reply_text(reply, "address1", "Calle Mayor 1");
	reply_null(reply, "address2");
	reply_text(reply, "city", "Madrid");
	reply_null(reply, "state");
	reply_text(reply, "countryCode", "ES");
	reply_text(reply, "postalCode", "28013");
	reply_null(reply, "phone");
	reply_end_object(reply);
}

static void
empty_list(struct reply *reply, const char *key, bool as_null)
{
	if (as_null) {
		reply_null(reply, key);
		return;
	}
	reply_list(reply, key);
	reply_end_list(reply);
}

/* When the document last changed, seen from ${at_us}. */
static int64_t
modified(const struct sale *sale, int64_t at_us)
{
	int64_t last = sale->at_us + 1700000;

	if (sale->cancelled_us != 0 && sale->cancelled_us <= at_us && sale->cancelled_us > last)
		last = sale->cancelled_us;
	if (sale->refunded_us != 0 && sale->refunded_us <= at_us && sale->refunded_us > last)
		last = sale->refunded_us;
	return last;
}

void
world_order(const struct world *world, const struct sale *sale, int64_t at_us, struct buf *out)
{
	const struct person *buyer = &world->people[sale->buyer];
	bool cancelled = sale->cancelled_us != 0 && sale->cancelled_us <= at_us,
	     refunded = sale->refunded_us != 0 && sale->refunded_us <= at_us;
	struct reply reply;
	size_t i;

	reply_init(&reply, out, REPLY_PLAIN);
	reply_object(&reply, NULL);
	reply_text(&reply, "id", world_order_id(world->arena, sale));
	reply_text(&reply, "orderNumber", arena_printf(world->arena, "%" PRId64, sale->number));
	reply_text(&reply, "createdOn", world_moment(world->arena, sale->at_us, (int)(sale->dice % 4)));
	reply_text(&reply, "modifiedOn", world_moment(world->arena, modified(sale, at_us), 3));
	reply_text(&reply, "channel", sale->point_of_sale ? "pos" : "web");
	reply_bool(&reply, "testmode", sale->test);
	reply_text(&reply, "customerEmail", sale->point_of_sale ? NULL : world_typed(world->arena, buyer->email, sale->spelling));
	reply_text(&reply, "customerId", sale->point_of_sale ? NULL : arena_printf(world->arena, "6300c0ff%016zx", sale->buyer));
	write_address(buyer, &reply);
	reply_null(&reply, "shippingAddress");
	reply_text(&reply, "fulfillmentStatus", cancelled ? "CANCELED" : (sale->dice & 64) != 0 ? "FULFILLED" : "PENDING");
	reply_list(&reply, "lineItems");
	for (i = 0; i < sale->line_count; i++)
		write_line(world, sale, i, &reply);
	reply_end_list(&reply);
	empty_list(&reply, "internalNotes", (sale->dice & 1) != 0);
	empty_list(&reply, "shippingLines", (sale->dice & 2) != 0);
	reply_list(&reply, "discountLines");
	if (sale->discount > 0) {
		reply_object(&reply, NULL);
		reply_text(&reply, "description", "Promotion");
		reply_text(&reply, "name", "Promotion");
		write_money(world, sale, &reply, "amount", sale->discount);
		reply_text(&reply, "promoCode", "PROMO");
		reply_end_object(&reply);
	}
	reply_end_list(&reply);
	empty_list(&reply, "formSubmission", (sale->dice & 4) != 0);
	empty_list(&reply, "fulfillments", (sale->dice & 8) != 0);
	write_money(world, sale, &reply, "subtotal", sale->subtotal);
	write_money(world, sale, &reply, "shippingTotal", sale->shipping);
	write_money(world, sale, &reply, "discountTotal", sale->discount);
	write_money(world, sale, &reply, "taxTotal", sale->tax);
	write_money(world, sale, &reply, "refundedTotal", refunded ? sale->refunded : 0);
	write_money(world, sale, &reply, "grandTotal", sale->total);
	reply_null(&reply, "channelName");
	reply_null(&reply, "externalOrderReference");
	reply_null(&reply, "fulfilledOn");
	reply_text(&reply, "priceTaxInterpretation", sale->inclusive ? "INCLUSIVE" : "EXCLUSIVE");
	if (sale->unpaid)
		reply_text(&reply, "paymentState", (sale->dice & 16) != 0 ? "PENDING" : "NOT_CHARGED");
	else if (sale->dice % 3 != 0)
		reply_text(&reply, "paymentState", "PAID");
	if (sale->dice % 20 == 0)
		reply_raw(&reply, "somethingNew", "{\"a\":[1,2.50,null]}");
	reply_end_object(&reply);
}

static void
write_payment(const struct world *world, const struct sale *sale, bool refunded, struct reply *reply)
{
	int64_t back = refunded ? sale->refunded : 0, fee = sale->total * FEE_PERMILLE / 1000;

	reply_list(reply, "payments");
	if (!sale->unpaid && !sale->test) {
		reply_object(reply, NULL);
		reply_text(reply, "id", arena_printf(world->arena, "8b1f5d7c-0000-4f53-8a43-%012" PRIx64, (uint64_t)sale->number));
		write_money(world, sale, reply, "amount", sale->total);
		write_money(world, sale, reply, "refundedAmount", back);
		write_money(world, sale, reply, "netAmount", sale->total - back);
		reply_text(reply, "creditCardType", (sale->dice & 32) != 0 ? "VISA" : NULL);
		reply_text(reply, "provider", (sale->dice & 32) != 0 ? "STRIPE" : "PAYPAL");
		reply_list(reply, "refunds");
		if (back > 0) {
			reply_object(reply, NULL);
			reply_text(
			    reply, "id", arena_printf(world->arena, "ad3b7f9e-0000-4b75-ac65-%012" PRIx64, (uint64_t)sale->number));
			write_money(world, sale, reply, "amount", back);
			reply_text(reply, "refundedOn", world_moment(world->arena, sale->refunded_us - 500000, 3));
			reply_text(reply, "externalTransactionId", arena_printf(world->arena, "re_%" PRId64, sale->number));
			reply_end_object(reply);
		}
		reply_end_list(reply);
		reply_list(reply, "processingFees");
		reply_object(reply, NULL);
		reply_text(reply, "id", arena_printf(world->arena, "fee%" PRId64, sale->number));
		write_money(world, sale, reply, "amount", fee);
		write_money(world, sale, reply, "amountGatewayCurrency", fee);
		reply_text(reply, "exchangeRate", "1.0");
		write_money(world, sale, reply, "refundedAmount", 0);
		write_money(world, sale, reply, "refundedAmountGatewayCurrency", 0);
		write_money(world, sale, reply, "netAmount", fee);
		write_money(world, sale, reply, "netAmountGatewayCurrency", fee);
		empty_list(reply, "feeRefunds", /* as_null= */ false);
		reply_end_object(reply);
		reply_end_list(reply);
		reply_null(reply, "giftCardId");
		reply_text(reply, "paidOn", world_moment(world->arena, sale->at_us, 3));
		reply_text(reply, "externalTransactionId", arena_printf(world->arena, "ch_%" PRId64, sale->number));
		empty_list(reply, "externalTransactionProperties", /* as_null= */ false);
		reply_null(reply, "externalCustomerId");
		reply_end_object(reply);
	}
	reply_end_list(reply);
}

void
world_document(const struct world *world, const struct sale *sale, int64_t at_us, struct buf *out)
{
	bool cancelled = sale->cancelled_us != 0 && sale->cancelled_us <= at_us,
	     refunded = sale->refunded_us != 0 && sale->refunded_us <= at_us;
	struct reply reply;

	reply_init(&reply, out, REPLY_PLAIN);
	reply_object(&reply, NULL);
	reply_text(&reply, "id", arena_printf(world->arena, "7a0e4c6b-0000-4e42-a932-%012" PRIx64, (uint64_t)sale->number));
	reply_text(&reply, "createdOn", world_moment(world->arena, sale->at_us + 1300000, 3));
	reply_text(&reply, "modifiedOn", world_moment(world->arena, modified(sale, at_us) + 900000, 3));
	reply_text(&reply, "customerEmail", sale->point_of_sale ? NULL : world->people[sale->buyer].email);
	reply_text(&reply, "salesOrderId", world_order_id(world->arena, sale));
	reply_bool(&reply, "voided", cancelled);
	write_money(world, sale, &reply, "totalSales", sale->subtotal);
	write_money(world, sale, &reply, "totalNetSales", sale->subtotal - sale->discount);
	write_money(world, sale, &reply, "totalNetShipping", sale->shipping);
	write_money(world, sale, &reply, "totalTaxes", sale->tax);
	write_money(world, sale, &reply, "total", sale->total);
	write_money(world, sale, &reply, "totalNetPayment",
	    sale->total - (refunded ? sale->refunded : 0) - sale->total * FEE_PERMILLE / 1000);
	write_payment(world, sale, refunded, &reply);
	empty_list(&reply, "salesLineItems", /* as_null= */ false);
	empty_list(&reply, "discounts", /* as_null= */ false);
	empty_list(&reply, "shippingLineItems", /* as_null= */ false);
	reply_null(&reply, "paymentGatewayError");
	reply_end_object(&reply);
}

void
world_product_document(const struct world *world, size_t n, struct buf *out)
{
	const struct product *product = &world_products[n];
	const struct sale price = { .currency = product->currency };
	struct reply reply;

	reply_init(&reply, out, REPLY_PLAIN);
	reply_object(&reply, NULL);
	reply_text(&reply, "id", world_product_id(world->arena, n));
	reply_text(&reply, "type", product->type);
	reply_text(&reply, "storePageId", "65b0c0ff0000000000000000");
	reply_text(&reply, "name", product->name);
	reply_text(&reply, "description", "<p>Course</p>");
	reply_text(&reply, "url", arena_printf(world->arena, "https://shop.example.test/p/%zu", n));
	reply_text(&reply, "urlSlug", arena_printf(world->arena, "p%zu", n));
	empty_list(&reply, "tags", /* as_null= */ false);
	reply_bool(&reply, "isVisible", true);
	reply_null(&reply, "seoOptions");
	if (product->sku != NULL) {
		empty_list(&reply, "variantAttributes", /* as_null= */ false);
		reply_list(&reply, "variants");
		reply_object(&reply, NULL);
		reply_text(&reply, "id", arena_printf(world->arena, "0B5E3C6A-%04zX-4C3B-9E2A-5A4DB0C0FFEE", n));
		reply_text(&reply, "sku", product->sku);
		reply_object(&reply, "pricing");
		write_money(world, &price, &reply, "basePrice", product->price_minor);
		write_money(world, &price, &reply, "salePrice", 0);
		reply_bool(&reply, "onSale", false);
		reply_end_object(&reply);
		reply_end_object(&reply);
		reply_end_list(&reply);
	}
	empty_list(&reply, "images", /* as_null= */ false);
	reply_text(&reply, "createdOn", world_moment(world->arena, world->spec->start_utc * 1000000, 3));
	reply_text(&reply, "modifiedOn", world_moment(world->arena, world->spec->start_utc * 1000000, 3));
	reply_end_object(&reply);
}
