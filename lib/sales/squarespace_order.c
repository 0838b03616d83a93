/* One Squarespace order as a document of the ledger. Every field read is checked; fields that we do not know are ignored, because
 * new ones appear without notice. Lists may be null or empty, amounts strings or numbers. Totals that disagree with each other are
 * no error here: the difference goes with the document. */
#include "squarespace.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sales/contact.h"
#include "sales/field.h"
#include "sales/refer.h"
#include "sales/share.h"

#define TEXT_BYTES 200
#define MOST_LINES 5000

/* An order being read: its currency is the first one met, and all amounts must be in it. */
struct reading {
	struct arena *arena;
	const struct config_source *config;
	const char *currency;
	const struct sales_contact *learner; /* whom the checkout's form names for the whole order; NULL: nobody */
};

static int
read_money(struct reading *reading, const struct json *object, const char *name, enum squarespace_presence presence,
    int64_t *ret_minor, struct err *err)
{
	return squarespace_money(reading->config, object, name, presence, &reading->currency, ret_minor, err);
}

/* Totals that are never below zero: a sign there would turn the meaning round. */
static int
read_positive(struct reading *reading, const struct json *object, const char *name, enum squarespace_presence presence,
    int64_t *ret_minor, struct err *err)
{
	int64_t minor = 0;

	if (read_money(reading, object, name, presence, &minor, err) != 0)
		return -1;
	if (minor < 0)
		return err_set(err, ERR_DATA, "\"%s\" is negative", name);
	*ret_minor = minor;
	return 0;
}

/* Text that may be missing. */
static int
read_text(struct reading *reading, const struct json *object, const char *name, const char **ret_text, struct err *err)
{
	const char *text;

	if (json_text_or_null(object, name, &text, err) != 0)
		return -1;
	*ret_text = sales_text(reading->arena, text, TEXT_BYTES);
	return 0;
}

/* The answers of a form: whom it names as learner, and what else is to be kept. A label may be answered more than once: the first answer that is
 * not empty counts. */
static int
read_form(struct reading *reading, const struct json *from, const char *form, struct sales_fields *fields,
    const struct sales_contact **ret_learner, struct err *err)
{
	const struct json *answers;
	const char *label, *value, *name = "", *email = "";
	size_t i;

	if (json_list_or_null(from, form, &answers, err) != 0)
		return -1;
	for (i = 0; answers != NULL && i < answers->count; i++) {
		if (json_text_or_null(&answers->items[i], "label", &label, err) != 0 ||
		    json_text_or_null(&answers->items[i], "value", &value, err) != 0)
			return err_wrap(err, "answer %zu of \"%s\"", i + 1, form);
		if (label == NULL || value == NULL)
			continue;
		if (text_trim(reading->arena, name)[0] == '\0' &&
		    sales_label_matches(reading->arena, label, &reading->config->learner_name_labels))
			name = value;
		if (text_trim(reading->arena, email)[0] == '\0' &&
		    sales_label_matches(reading->arena, label, &reading->config->learner_email_labels))
			email = value;
		sales_field(reading->arena, reading->config, fields, label, value);
	}
	*ret_learner = sales_contact(reading->arena, email, name);
	return 0;
}

static int
read_line(struct reading *reading, const struct json *from, struct sales_line *line, struct err *err)
{
	const char *name;

	if (squarespace_key(from, "id", &line->key, err) != 0)
		return -1;
	if (read_text(reading, from, "productId", &line->product_key, err) != 0 ||
	    read_text(reading, from, "variantId", &line->variant_key, err) != 0 ||
	    read_text(reading, from, "sku", &line->sku, err) != 0)
		return -1;
	if (json_text_or_null(from, "productName", &name, err) != 0)
		return -1;
	line->name = sales_text(reading->arena, name, 2 * (size_t)TEXT_BYTES);
	if (json_decimal(json_get(from, "quantity"), &line->quantity, err) != 0)
		return err_wrap(err, "\"quantity\"");
	if (read_money(reading, from, "unitPricePaid", SQUARESPACE_REQUIRED, &line->unit_price_minor, err) != 0)
		return -1;
	if (read_form(reading, from, "customizations", &line->fields, &line->learner, err) != 0)
		return -1;
	if (line->learner == NULL)
		line->learner = reading->learner;
	return 0;
}

static int
read_lines(struct reading *reading, const struct json *order, struct sales_document *document, struct err *err)
{
	const struct json *lines;
	size_t i;

	if (json_list_or_null(order, "lineItems", &lines, err) != 0)
		return -1;
	document->line_count = lines != NULL ? lines->count : 0;
	if (document->line_count > MOST_LINES)
		return err_set(err, ERR_DATA, "it has %zu lines, more than %d", document->line_count, MOST_LINES);
	document->lines = ARENA_ARRAY(reading->arena, document->line_count, struct sales_line);
	for (i = 0; i < document->line_count; i++) {
		if (read_line(reading, &lines->items[i], &document->lines[i], err) != 0)
			return err_wrap(err, "line %zu", i + 1);
	}
	/* Lines that were cut off must not pass for lines that were taken out: with them goes the access that they gave. */
	if (document->line_count == 0 && document->subtotal_minor != 0)
		return err_set(err, ERR_DATA, "it has no line in \"lineItems\", but a subtotal");
	return 0;
}

static int
read_totals(struct reading *reading, const struct json *order, struct sales_document *document, struct err *err)
{
	const char *taxes;

	if (read_positive(reading, order, "grandTotal", SQUARESPACE_REQUIRED, &document->total_minor, err) != 0 ||
	    read_positive(reading, order, "subtotal", SQUARESPACE_OR_NULL, &document->subtotal_minor, err) != 0 ||
	    read_positive(reading, order, "discountTotal", SQUARESPACE_OR_NULL, &document->discount_minor, err) != 0 ||
	    read_positive(reading, order, "taxTotal", SQUARESPACE_OR_NULL, &document->tax_minor, err) != 0 ||
	    read_positive(reading, order, "shippingTotal", SQUARESPACE_OR_NULL, &document->shipping_minor, err) != 0 ||
	    read_positive(reading, order, "refundedTotal", SQUARESPACE_OR_NULL, &document->refunded_minor, err) != 0)
		return -1;
	if (json_text_or_null(order, "priceTaxInterpretation", &taxes, err) != 0)
		return -1;
	/* Orders from before the field have taxes on top. */
	if (taxes != NULL && !text_equal(taxes, "EXCLUSIVE") && !text_equal(taxes, "INCLUSIVE"))
		return err_set(err, ERR_DATA, "\"priceTaxInterpretation\" is \"%.40s\", neither EXCLUSIVE nor INCLUSIVE", taxes);
	document->tax_included = text_equal(taxes, "INCLUSIVE");
	return 0;
}

/* `fulfillmentStatus` says nothing of payment, only CANCELED matters. `paymentState` is newer and may be absent: orders are paid
 * then, as in all its values but the two that say that no money came. What was never charged stays unpaid when it is cancelled. */
static int
read_status(struct reading *reading, const struct json *order, struct sales_document *document, struct err *err)
{
	const struct json *test = json_get(order, "testmode");
	const char *fulfilment, *payment;

	if (test == NULL || test->kind != JSON_BOOL)
		return err_set(err, ERR_DATA, "member \"testmode\" is %s, not true or false", json_kind_name(test));
	if (json_text_or_null(order, "fulfillmentStatus", &fulfilment, err) != 0 ||
	    json_text_or_null(order, "paymentState", &payment, err) != 0)
		return -1;
	if (test->truth && !reading->config->test_orders)
		document->status = SALES_TEST;
	else if (text_equal(payment, "PENDING") || text_equal(payment, "NOT_CHARGED"))
		document->status = SALES_UNPAID;
	else if (text_equal(fulfilment, "CANCELED"))
		document->status = SALES_CANCELLED;
	else
		document->status = SALES_PAID;
	return 0;
}

static int
read_buyer(struct reading *reading, const struct json *order, struct sales_document *document, struct err *err)
{
	const struct json *billing = json_get(order, "billingAddress");
	const char *email, *first = NULL, *last = NULL;

	if (json_text_or_null(order, "customerEmail", &email, err) != 0)
		return -1;
	if (!json_is_null(billing) &&
	    (json_text_or_null(billing, "firstName", &first, err) != 0 || json_text_or_null(billing, "lastName", &last, err) != 0))
		return err_wrap(err, "\"billingAddress\"");
	document->buyer = sales_contact(
	    reading->arena, email, arena_printf(reading->arena, "%s %s", first != NULL ? first : "", last != NULL ? last : ""));
	return 0;
}

/* Orders that came in from elsewhere keep what they were called there. */
static int
read_references(struct reading *reading, const struct json *order, struct sales_document *document, struct err *err)
{
	const char *reference;

	if (json_text_or_null(order, "externalOrderReference", &reference, err) != 0)
		return -1;
	sales_refer(reading->arena, document, "reference", reference);
	return 0;
}

static int
read_order(struct reading *reading, const struct json *order, struct sales_document *document, struct err *err)
{
	if (squarespace_moment(order, "createdOn", &document->effective_us, err) != 0 ||
	    squarespace_moment(order, "modifiedOn", &document->modified_us, err) != 0)
		return -1;
	/* What is asked at the checkout is asked once, for all lines. */
	if (read_form(reading, order, "formSubmission", &document->fields, &reading->learner, err) != 0)
		return -1;
	if (read_totals(reading, order, document, err) != 0 || read_lines(reading, order, document, err) != 0 ||
	    read_status(reading, order, document, err) != 0 || read_buyer(reading, order, document, err) != 0 ||
	    read_references(reading, order, document, err) != 0)
		return -1;
	document->currency = reading->currency;
	return sales_share(reading->arena, document, err);
}

int
squarespace_order(struct arena *arena, const struct config_source *config, const struct json *order,
    struct sales_document *ret_document, struct err *err)
{
	struct sales_document document = { .kind = "order", .paid_minor = SALES_UNKNOWN };
	struct reading reading = { .arena = arena, .config = config };

	if (squarespace_key(order, "id", &document.external_id, err) != 0 ||
	    squarespace_key(order, "orderNumber", &document.number, err) != 0)
		return -1;
	if (read_order(&reading, order, &document, err) != 0)
		return err_wrap(err, "order \"%s\" (id %s)", document.number, document.external_id);
	*ret_document = document;
	return 0;
}
