/* Objects of Stripe, whatever they hold: each is read or refused with a reason, documents add up, facts and entries have what they need. Nothing is
 * asked of anybody: what must be looked up ends the reading. */
#include <string.h>

#include "../../lib/sales/stripe.h"
#include "base/text.h"
#include "fuzz.h"

static bool
never_goes_out(void *context)
{
	(void)context;
	return true;
}

/* The nets of the lines, the shipping and the difference that is reported are all of the total. */
static int
take_document(void *context, const struct sales_document *document, struct err *err)
{
	int64_t sum = document->unallocated_minor + document->shipping_minor;
	size_t i;

	(void)context;
	(void)err;
	for (i = 0; i < document->line_count; i++) {
		sum += document->lines[i].net_minor;
		MUST_HOLD(
		    document->lines[i].key != NULL && document->lines[i].name != NULL && document->lines[i].product_key != NULL);
		MUST_HOLD(document->lines[i].quantity[0] != '\0' && strlen(document->lines[i].quantity) <= 7);
	}
	MUST_HOLD(sum == document->total_minor);
	MUST_HOLD(strlen(document->currency) == 3 && document->payload_len > 0 && document->number[0] != '\0');
	MUST_HOLD(document->effective_us >= 0);
	return 0;
}

static int
take_present(void *context, const char *id, struct err *err)
{
	(void)context;
	(void)err;
	MUST_HOLD(id[0] != '\0');
	return 0;
}

static int
take_settlement(void *context, const struct sales_settlement *settlement, struct err *err)
{
	(void)context;
	(void)err;
	MUST_HOLD(settlement->key[0] != '\0' && settlement->payment != NULL && settlement->intent != NULL &&
		  strlen(settlement->currency) == 3);
	return 0;
}

static int
take_subscription(void *context, const struct sales_subscription *subscription, struct err *err)
{
	(void)context;
	(void)err;
	MUST_HOLD(subscription->status != NULL);
	return 0;
}

static int
take_payout(void *context, const struct sales_payout *payout, struct err *err)
{
	(void)context;
	(void)err;
	MUST_HOLD(payout->created_us >= 0 && strlen(payout->currency) == 3);
	return 0;
}

static int
take_balance(void *context, const struct sales_balance *balance, struct err *err)
{
	(void)context;
	(void)err;
	MUST_HOLD(balance->category[0] != '\0' && balance->created_us >= 0);
	return 0;
}

static const struct {
	const char *object;
	stripe_take *take;
} takers[] = { { "invoice", stripe_take_invoice }, { "credit_note", stripe_take_credit_note },
	{ "checkout.session", stripe_take_session }, { "charge", stripe_take_charge }, { "refund", stripe_take_refund },
	{ "dispute", stripe_take_dispute }, { "subscription", stripe_take_subscription }, { "payout", stripe_take_payout },
	{ "balance_transaction", stripe_take_balance } };

static void
read_object(struct arena *arena, const struct json *json, const uint8_t *data, size_t size, const char *role)
{
	static const char *emails[] = { "learner_email" }, *names[] = { "learner" };
	const struct config_source config = {
		.name = "pay", .role = role, .learner_email_labels = { emails, 1 }, .learner_name_labels = { names, 1 }
	};
	const struct sales_source source = { .config = &config, .now_utc = 1795176000, .secret = "sk_live_x" };
	const struct sales_sink sink = { .document = take_document,
		.present = take_present,
		.stopped = never_goes_out,
		.settlement = take_settlement,
		.subscription = take_subscription,
		.payout = take_payout,
		.balance = take_balance };
	struct stripe_site site = { .source = &source, .sink = &sink, .config = &config, .live = true };
	struct stripe_set *const sets[] = { &site.handed, &site.people, &site.learners, &site.owners, &site.moments,
		&site.open_sessions, &site.open_refunds, &site.open_disputes, &site.open_charges, &site.open_payouts };
	const struct stripe_item item = { arena, "id_1", json, { (const char *)data, size } };
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		sets[i]->arena = &site.arena;
	for (i = 0; i < sizeof(takers) / sizeof(takers[0]); i++) {
		if (!text_equal(stripe_word(json, "object"), takers[i].object))
			continue;
		if (takers[i].take(&site, &item, &err) != 0)
			MUST_HOLD((err.code == ERR_DATA || err.code == ERR_INCOMPLETE) && err.message[0] != '\0');
	}
	arena_done(&site.arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct json *json = NULL;
	struct err err = ERR_INIT;

	if (json_parse(&arena, "it", (const char *)data, size, &json, &err) == 0) {
		if (json->kind == JSON_STRING) {
			(void)stripe_plain_name(&arena, json->text);
			(void)stripe_category(json->text, json->text, json->text);
		}
		read_object(&arena, json, data, size, "sale");
		read_object(&arena, json, data, size, "payment");
	}
	arena_done(&arena);
	return 0;
}
