/* From objects to the sink: documents once each in a pull, whichever list they come in, and subscriptions. */
#include "stripe.h"

#include "base/text.h"

typedef int read_document(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *);

/* Hand a document over, or say that it is there and none. An object that came before in this pull has been read already: what it is now is no
 * older than that. */
static int
take(struct stripe_site *site, read_document *read, const struct stripe_item *item, struct err *err)
{
	struct sales_document document;

	if (stripe_set_find(&site->handed, item->id) != NULL)
		return 0;
	stripe_set_put(&site->handed, item->id, site->walks);
	buf_reset(&site->answers);
	if (read(site, item, &document, err) != 0)
		return -1;
	if (document.kind == NULL)
		return site->sink->present(site->sink->context, item->id, err);
	if (stripe_join(site, item, &document, err) != 0)
		return -1;
	return site->sink->document(site->sink->context, &document, err);
}

int
stripe_take_invoice(void *context, const struct stripe_item *item, struct err *err)
{
	return take(context, stripe_invoice, item, err);
}

int
stripe_take_credit_note(void *context, const struct stripe_item *item, struct err *err)
{
	return take(context, stripe_credit_note, item, err);
}

int
stripe_take_session(void *context, const struct stripe_item *item, struct err *err)
{
	struct stripe_site *site = context;

	/* Complete and not paid yet: some ways to pay take days. */
	if (text_equal(stripe_word(item->json, "status"), "complete") &&
	    text_equal(stripe_word(item->json, "payment_status"), "unpaid") &&
	    text_equal(stripe_word(item->json, "mode"), "payment"))
		stripe_set_put(&site->open_sessions, item->id, 0);
	return take(site, stripe_session, item, err);
}

/* What a charge took, as a fact for the document that names it. */
static int
settle_charge(struct stripe_site *site, const struct stripe_item *item, struct err *err)
{
	struct sales_settlement fact = {
		.kind = "charge", .key = item->id, .payment = item->id, .intent = stripe_id(item->json, "payment_intent")
	};

	if (!text_equal(stripe_word(item->json, "status"), "succeeded") || !stripe_true(item->json, "captured"))
		return 0;
	if (stripe_currency(item->arena, item->json, &fact.currency, err) != 0 ||
	    stripe_amount(item->json, "amount_captured", fact.currency, &fact.amount_minor, err) != 0 ||
	    stripe_moment(item->json, "created", &fact.effective_us, err) != 0)
		return err_wrap(err, "charge \"%s\"", item->id);
	return site->sink->settlement(site->sink->context, &fact, err);
}

int
stripe_take_charge(void *context, const struct stripe_item *item, struct err *err)
{
	struct stripe_site *site = context;
	const char *status = stripe_word(item->json, "status");

	if (text_equal(status, "pending") || (text_equal(status, "succeeded") && !stripe_true(item->json, "captured")))
		stripe_set_put(&site->open_charges, item->id, 0);
	if (settle_charge(site, item, err) != 0)
		return -1;
	/* Where sales are read, a charge is no document: it settles one. */
	return text_equal(site->config->role, "payment") ? take(site, stripe_charge, item, err) : 0;
}

/* The first end of a period among its items, paid or not; before 2025-03-31 it had one of its own. */
static int
period_to(struct stripe_site *site, const struct stripe_item *item, int64_t *ret_us, struct err *err)
{
	const struct json **rows;
	int64_t least = SALES_UNKNOWN, end_us;
	size_t count, i;

	if (stripe_rows(site, item->arena, item->json, "items",
		arena_printf(item->arena, "/v1/subscription_items?subscription=%s", item->id), &rows, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		if (stripe_moment_or(rows[i], "current_period_end", SALES_UNKNOWN, &end_us, err) != 0)
			return err_wrap(err, "item %zu", i + 1);
		if (end_us != SALES_UNKNOWN && (least == SALES_UNKNOWN || end_us < least))
			least = end_us;
	}
	return least != SALES_UNKNOWN ? (*ret_us = least, 0)
				      : stripe_moment_or(item->json, "current_period_end", SALES_UNKNOWN, ret_us, err);
}

int
stripe_take_subscription(void *context, const struct stripe_item *item, struct err *err)
{
	struct stripe_site *site = context;
	struct sales_subscription subscription = { .key = item->id,
		.status = stripe_word(item->json, "status"),
		.paused = !json_is_null(json_get(item->json, "pause_collection")) };

	if (stripe_set_find(&site->handed, item->id) != NULL)
		return 0;
	stripe_set_put(&site->handed, item->id, site->walks);
	if (period_to(site, item, &subscription.period_to_us, err) != 0 ||
	    stripe_moment_or(item->json, "cancel_at", SALES_UNKNOWN, &subscription.cancel_us, err) != 0 ||
	    stripe_moment_or(item->json, "ended_at", SALES_UNKNOWN, &subscription.ended_us, err) != 0)
		return err_wrap(err, "subscription \"%s\"", item->id);
	return site->sink->subscription(site->sink->context, &subscription, err);
}
