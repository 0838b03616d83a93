/* A page of orders: whatever it holds, each order is read or refused, its own text is found again, and its money adds up. */
#include <string.h>

#include "../../lib/sales/squarespace.h"
#include "adapter/json.h"
#include "base/text.h"
#include "fuzz.h"

/* The nets of the lines and the difference that is reported are all of the total but shipping. */
static void
check_money(const struct sales_document *document)
{
	int64_t sum = document->unallocated_minor;
	size_t i;

	for (i = 0; i < document->line_count; i++)
		if (__builtin_add_overflow(sum, document->lines[i].net_minor, &sum))
			return; /* sums of absurd amounts pass through more than 64 bits */
	MUST_HOLD(sum == document->total_minor - document->shipping_minor);
}

static void
check_contact(const struct sales_contact *contact)
{
	if (contact == NULL)
		return;
	MUST_HOLD(contact->email[0] == '\0' || contact->raw_email[0] == '\0');
	MUST_HOLD(contact->email[0] != '\0' || contact->raw_email[0] != '\0' || contact->name[0] != '\0');
	MUST_HOLD(strlen(contact->name) <= 400 && text_utf8_valid(contact->name, strlen(contact->name)));
	MUST_HOLD(strlen(contact->raw_email) <= 320 && text_utf8_valid(contact->raw_email, strlen(contact->raw_email)));
}

static void
check_order(struct arena *arena, const struct json *order)
{
	static const char *names[] = { "Learner name" }, *emails[] = { "learner email" };
	const struct config_source config = {
		.name = "shop", .learner_name_labels = { names, 1 }, .learner_email_labels = { emails, 1 }
	};
	struct sales_document document;
	struct err err = ERR_INIT;
	size_t i;

	if (squarespace_order(arena, &config, order, &document, &err) != 0) {
		MUST_HOLD(err.code == ERR_DATA && err.message[0] != '\0');
		return;
	}
	check_money(&document);
	check_contact(document.buyer);
	for (i = 0; i < document.line_count; i++)
		check_contact(document.lines[i].learner);
}

/* A transaction put to an order of its currency, or taken as a donation: money still adds up, and nothing turns its sign. */
static void
check_transaction(struct arena *arena, const struct json *json)
{
	static const struct config_source config = { .name = "shop" };
	struct sales_line line = { .key = "a", .quantity = "2", .unit_price_minor = 6000, .net_minor = 11759 };
	struct sales_document order = { .external_id = "1",
		.number = "1",
		.currency = "USD",
		.total_minor = 11759,
		.lines = &line,
		.line_count = 1 },
			      donation;
	struct squarespace_transaction transaction;
	struct err err = ERR_INIT;
	size_t i;

	if (squarespace_transaction(json, &transaction, &err) != 0 ||
	    squarespace_settle(arena, &config, &transaction, &order, &err) != 0) {
		MUST_HOLD(err.code == ERR_DATA && err.message[0] != '\0');
		err_reset(&err);
	} else {
		check_money(&order);
		for (i = 0; i < order.payment_count; i++)
			MUST_HOLD(order.payments[i].kind == SALES_MONEY_FEE ||
				  (order.payments[i].kind == SALES_MONEY_PAID) == (order.payments[i].amount_minor > 0));
	}
	if (squarespace_transaction(json, &transaction, &err) == 0 &&
	    squarespace_donation(arena, &config, &transaction, &donation, &err) == 0)
		check_money(&donation);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct json *page = NULL, *again;
	struct json_raw *raw;
	const struct json *orders;
	size_t count, i;

	if (json_parse(&arena, "it", (const char *)data, size, &page, &err) != 0)
		goto out;
	if (json_list(page, "documents", &orders, &err) == 0) {
		for (i = 0; i < orders->count; i++)
			check_transaction(&arena, &orders->items[i]);
		goto out;
	}
	err_reset(&err);
	if (json_list(page, "result", &orders, &err) != 0)
		goto out;
	/* A name written with escapes is not found in the raw text: refused, not misread. */
	if (json_raw_items(&arena, (const char *)data, size, "result", &raw, &count, &err) != 0)
		goto out;
	MUST_HOLD(count == orders->count);
	for (i = 0; i < count; i++) {
		MUST_HOLD(json_parse(&arena, "an item", raw[i].text, raw[i].len, &again, &err) == 0);
		MUST_HOLD(again->kind == orders->items[i].kind && again->count == orders->items[i].count);
		check_order(&arena, &orders->items[i]);
	}
out:
	arena_done(&arena);
	return 0;
}
