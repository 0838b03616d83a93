/* Events: hints that something changed, never what it is now. An event shows its object as it was then, in the version that somebody else chose,
 * so only the object's id is taken and the object is read again. Events are kept for 30 days; the one at which the last pull ended must come
 * again, or some of those after it may be missing too.
 *
 * Source: Stripe API reference, "List all events", "Types of events". */
#include "stripe.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define CURSOR_EVENT "event"
#define KEPT_S (29 * 86400) /* a day less than they are */

static const char *const types[] = { "checkout.session.completed", "checkout.session.async_payment_succeeded",
	"checkout.session.async_payment_failed", "invoice.finalized", "invoice.paid", "invoice.payment_succeeded",
	"invoice.payment_failed", "invoice.updated", "invoice.voided", "invoice.marked_uncollectible", "invoice_payment.paid",
	"credit_note.created", "credit_note.updated", "credit_note.voided", "customer.subscription.created",
	"customer.subscription.updated", "customer.subscription.deleted", "customer.subscription.paused",
	"customer.subscription.resumed", "charge.succeeded", "charge.captured", "charge.updated", "charge.refunded",
	"charge.refund.updated", "refund.created", "refund.updated", "refund.failed", "charge.dispute.created",
	"charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
	"payout.created", "payout.updated", "payout.paid", "payout.failed", "payout.canceled", "payout.reconciliation_completed" };
#define TYPES (sizeof(types) / sizeof(types[0]))

/* Which set the object of an event belongs to; NULL: none. */
static struct stripe_set *
set_of(struct stripe_changes *changes, const char *object)
{
	const struct {
		const char *object;
		struct stripe_set *set;
	} sets[] = { { "invoice", &changes->invoices }, { "credit_note", &changes->credit_notes },
		{ "checkout.session", &changes->sessions }, { "charge", &changes->charges }, { "refund", &changes->refunds },
		{ "dispute", &changes->disputes }, { "subscription", &changes->subscriptions }, { "payout", &changes->payouts } };
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (text_equal(object, sets[i].object))
			return sets[i].set;
	return NULL;
}

struct reading {
	struct stripe_changes *changes;
	const char *last; /* id of the event at which the last pull ended; NULL: none */
};

static int
take_event(void *context, const struct stripe_item *item, struct err *err)
{
	struct reading *reading = context;
	struct stripe_changes *changes = reading->changes;
	struct stripe_site *site = changes->site;
	const struct json *object = json_get(json_get(item->json, "data"), "object");
	const char *kind = stripe_word(object, "object"), *id = stripe_word(object, "id");
	struct stripe_set *set = set_of(changes, kind);
	int64_t created;

	if (stripe_moment(item->json, "created", &created, err) != 0)
		return err_wrap(err, "event \"%s\"", item->id);
	created /= 1000000;
	changes->met = changes->met || text_equal(item->id, reading->last);
	if (changes->newest == NULL)
		changes->newest = arena_printf(&site->arena, "%s %lld", item->id, (long long)created);
	if (text_equal(kind, "invoice_payment")) {
		set = &changes->invoices;
		id = stripe_id(object, "invoice");
	}
	if (set != NULL && id[0] != '\0')
		stripe_set_put(set, id, 0);
	/* Newest first: the moment of the latest. */
	if ((text_equal(kind, "refund") || text_equal(kind, "dispute")) && stripe_set_find(&site->moments, id) == NULL)
		stripe_set_put(&site->moments, id, created);
	return 0;
}

int
stripe_changes(struct stripe_site *site, struct stripe_changes *changes, bool *ret_gap, struct err *err)
{
	const char *cursor = sales_cursor(site->source, CURSOR_EVENT), *space = cursor != NULL ? strchr(cursor, ' ') : NULL;
	const char *pairs[2 * (TYPES + 2)];
	struct stripe_walk walk = { .path = "/v1/events", .pairs = pairs };
	struct reading reading = { .changes = changes };
	struct stripe_set *const sets[] = { &changes->invoices, &changes->credit_notes, &changes->sessions, &changes->charges,
		&changes->refunds, &changes->disputes, &changes->subscriptions, &changes->payouts };
	int64_t from_utc = site->source->from_utc, kept_utc = site->source->now_utc - KEPT_S, last_utc;
	size_t i, count = 0;

	changes->site = site;
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		sets[i]->arena = &site->arena;
	if (space != NULL) {
		if (text_int64(space + 1, &last_utc, err) != 0)
			return err_wrap(err, "what was remembered as \"%s\"", CURSOR_EVENT);
		if (last_utc >= kept_utc) {
			reading.last = arena_strndup(&site->arena, cursor, (size_t)(space - cursor));
			from_utc = last_utc < from_utc ? last_utc : from_utc;
		}
	}
	*ret_gap = from_utc < kept_utc;
	if (*ret_gap)
		from_utc = kept_utc;
	for (i = 0; i < TYPES; i++) {
		pairs[count++] = "types[]";
		pairs[count++] = types[i];
	}
	pairs[count++] = "created[gte]";
	pairs[count++] = arena_printf(&site->arena, "%lld", (long long)from_utc);
	pairs[count++] = "created[lt]";
	pairs[count++] = arena_printf(&site->arena, "%lld", (long long)site->source->to_utc);
	walk.pair_count = count / 2;
	if (stripe_walk(site, &walk, take_event, &reading, err) != 0)
		return -1;
	if (reading.last != NULL && !changes->met)
		return err_set(err, ERR_INCOMPLETE,
		    "event \"%s\", at which the last reading ended, did not come again: others may be missing too", reading.last);
	if (changes->newest != NULL)
		site->sink->cursor(site->sink->context, CURSOR_EVENT, changes->newest);
	return 0;
}
