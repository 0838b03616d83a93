/* What happens to money after the sale, and what payouts are made of. Each is a fact of its own: a refund that failed after it had left is
 * refunded and returned, a dispute is taken at its opening and given back when it is won. Money moved when a balance transaction says so.
 *
 * Source: Stripe API reference, "The Refund object", "The Dispute object", "The Balance Transaction object", "The Payout object"; Stripe
 * documentation, "Reporting categories". */
#include "stripe.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* The charge that a refund or dispute is about, for the entries of the balance that name only these. */
static void
note_owner(struct stripe_site *site, const char *id, const char *charge)
{
	const char **more;

	if (site->charge_count == site->charge_room) {
		site->charge_room = 2 * site->charge_room + 64;
		more = ARENA_ARRAY(&site->arena, site->charge_room, const char *);
		if (site->charge_count > 0)
			memcpy(more, site->charges, site->charge_count * sizeof(*more));
		site->charges = more;
	}
	site->charges[site->charge_count] = arena_strdup(&site->arena, charge);
	stripe_set_put(&site->owners, id, (int64_t)site->charge_count++);
}

/* When something ended that does not say when: as an event says, or else now, when it is first seen. */
static int64_t
moment_of(const struct stripe_site *site, const char *id)
{
	const struct stripe_entry *entry = stripe_set_find(&site->moments, id);

	return (entry != NULL ? entry->value : site->source->now_utc) * 1000000;
}

static int
settle(struct stripe_site *site, const char *kind, const char *key, const struct sales_settlement *like, int64_t amount_minor,
    int64_t effective_us, struct err *err)
{
	struct sales_settlement settlement = *like;

	settlement.kind = kind;
	settlement.key = key;
	settlement.amount_minor = amount_minor;
	settlement.effective_us = effective_us;
	return site->sink->settlement(site->sink->context, &settlement, err);
}

static int
refund(struct stripe_site *site, const struct stripe_item *item, struct err *err)
{
	const struct json *json = item->json;
	const char *status = stripe_word(json, "status");
	struct sales_settlement fact = { .payment = stripe_id(json, "charge"), .intent = stripe_id(json, "payment_intent") };
	bool done = text_equal(status, "succeeded"), undone = text_equal(status, "failed") || text_equal(status, "canceled");
	int64_t amount = 0, created_us = 0;

	if (stripe_currency(item->arena, json, &fact.currency, err) != 0 ||
	    stripe_amount(json, "amount", fact.currency, &amount, err) != 0 ||
	    stripe_moment(json, "created", &created_us, err) != 0)
		return -1;
	note_owner(site, item->id, fact.payment);
	if (!done && !undone)
		stripe_set_put(&site->open_refunds, item->id, 0);
	if (!done && stripe_id(json, "balance_transaction")[0] == '\0')
		return 0;
	if (settle(site, "refund", item->id, &fact, -amount, created_us, err) != 0)
		return -1;
	return undone ? settle(site, "refund", arena_printf(item->arena, "%s returned", item->id), &fact, amount,
			    moment_of(site, item->id), err)
		      : 0;
}

int
stripe_take_refund(void *context, const struct stripe_item *item, struct err *err)
{
	return refund(context, item, err) != 0 ? err_wrap(err, "refund \"%s\"", item->id) : 0;
}

/* The moment of an entry of the dispute's own list, the first or the last one; the fallback where it has none. */
static int
entry_moment(const struct json *dispute, const char *category, int64_t fallback_us, int64_t *ret_us, struct err *err)
{
	const struct json *entries;
	size_t i;

	if (json_list_or_null(dispute, "balance_transactions", &entries, err) != 0)
		return -1;
	*ret_us = fallback_us;
	for (i = 0; entries != NULL && i < entries->count; i++)
		if (text_equal(stripe_word(&entries->items[i], "reporting_category"), category))
			return stripe_moment(&entries->items[i], "created", ret_us, err);
	return 0;
}

/* Inquiries ("warning_…") take no money; neither does one that was prevented, or settled by a refund. */
static int
dispute(struct stripe_site *site, const struct stripe_item *item, struct err *err)
{
	const struct json *json = item->json;
	const char *status = stripe_word(json, "status");
	struct sales_settlement fact = { .payment = stripe_id(json, "charge"), .intent = stripe_id(json, "payment_intent") };
	bool won = text_equal(status, "won"), lost = text_equal(status, "lost"),
	     open = text_equal(status, "needs_response") || text_equal(status, "under_review");
	int64_t amount = 0, at_us = 0;

	if (stripe_currency(item->arena, json, &fact.currency, err) != 0 ||
	    stripe_amount(json, "amount", fact.currency, &amount, err) != 0 || stripe_moment(json, "created", &at_us, err) != 0 ||
	    entry_moment(json, "dispute", at_us, &at_us, err) != 0)
		return -1;
	note_owner(site, item->id, fact.payment);
	if (open || text_equal(status, "warning_needs_response") || text_equal(status, "warning_under_review"))
		stripe_set_put(&site->open_disputes, item->id, 0);
	if (!open && !won && !lost)
		return 0;
	if (settle(site, "dispute_opened", item->id, &fact, -amount, at_us, err) != 0)
		return -1;
	if (won && (entry_moment(json, "dispute_reversal", moment_of(site, item->id), &at_us, err) != 0 ||
		       settle(site, "dispute_won", item->id, &fact, amount, at_us, err) != 0))
		return -1;
	/* What was taken at the opening stays away. */
	return lost ? settle(site, "dispute_lost", item->id, &fact, 0, moment_of(site, item->id), err) : 0;
}

int
stripe_take_dispute(void *context, const struct stripe_item *item, struct err *err)
{
	return dispute(context, item, err) != 0 ? err_wrap(err, "dispute \"%s\"", item->id) : 0;
}

/* A word in text, cases aside. */
static bool
mentions(const char *text, const char *word)
{
	size_t i;

	for (; *text != '\0'; text++) {
		for (i = 0; word[i] != '\0' && tolower((unsigned char)text[i]) == word[i]; i++)
			;
		if (word[i] == '\0')
			return true;
	}
	return false;
}

const char *
stripe_category(const char *type, const char *reporting_category, const char *description)
{
	static const struct {
		const char *name, *category;
	} types[] = { { "charge", "charge" }, { "payment", "charge" }, { "refund", "refund" }, { "payment_refund", "refund" },
		{ "refund_failure", "refund" }, { "payment_failure_refund", "refund" }, { "payment_reversal", "refund" },
		{ "payout", "payout" }, { "payout_failure", "failed_payout" }, { "payout_cancel", "failed_payout" } },
	  groups[] = { { "dispute", "dispute" }, { "dispute_reversal", "dispute" }, { "refund_failure", "refund" },
		  { "partial_capture_reversal", "refund" }, { "charge", "charge" }, { "refund", "refund" }, { "payout", "payout" },
		  { "payout_reversal", "failed_payout" } };
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(type, types[i].name))
			return types[i].category;
	/* Held back, or a floor of the balance: comes back by itself. */
	if (strstr(type, "reserve") != NULL || strstr(reporting_category, "reserve") != NULL ||
	    text_starts(type, "payout_minimum_balance"))
		return "reserve";
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (text_equal(reporting_category, groups[i].name))
			return groups[i].category;
	/* Card readers are billed as fees, adjustments or transfers; only the words tell. */
	if (mentions(description, "reader") || mentions(description, "terminal"))
		return "reader_fee";
	return text_ends(type, "_fee") || text_equal(reporting_category, "fee") ? "fee" : "other";
}

static int
balance(struct stripe_site *site, const char *payout, const struct stripe_item *item, struct err *err)
{
	const struct json *json = item->json;
	const char *source = stripe_id(json, "source");
	const struct stripe_entry *owner = stripe_set_find(&site->owners, source);
	struct sales_balance entry = { .key = item->id,
		.payout = payout,
		.type = stripe_word(json, "type"),
		.category = stripe_category(
		    stripe_word(json, "type"), stripe_word(json, "reporting_category"), stripe_word(json, "description")) };
	struct sales_settlement fee = { .payment = owner != NULL ? site->charges[owner->value] : source, .intent = "" };

	if (stripe_currency(item->arena, json, &entry.currency, err) != 0 ||
	    stripe_amount(json, "amount", entry.currency, &entry.amount_minor, err) != 0 ||
	    stripe_amount(json, "fee", entry.currency, &entry.fee_minor, err) != 0 ||
	    stripe_moment(json, "created", &entry.created_us, err) != 0 ||
	    stripe_moment_or(json, "available_on", entry.created_us, &entry.available_us, err) != 0)
		return -1;
	if (site->sink->balance(site->sink->context, &entry, err) != 0)
		return -1;
	fee.currency = entry.currency;
	return entry.fee_minor != 0 && fee.payment[0] != '\0'
		   ? settle(site, "fee", item->id, &fee, -entry.fee_minor, entry.created_us, err)
		   : 0;
}

int
stripe_take_balance(void *context, const struct stripe_item *item, struct err *err)
{
	return balance(context, NULL, item, err) != 0 ? err_wrap(err, "balance transaction \"%s\"", item->id) : 0;
}

/* The list of a payout. */
struct list {
	struct stripe_site *site;
	const char *payout;
};

static int
take_listed(void *context, const struct stripe_item *item, struct err *err)
{
	const struct list *list = context;

	return balance(list->site, list->payout, item, err) != 0 ? err_wrap(err, "balance transaction \"%s\"", item->id) : 0;
}

static int
payout(struct stripe_site *site, const struct stripe_item *item, struct err *err)
{
	const struct json *json = item->json, *automatic = json_get(json, "automatic");
	const char *const pairs[] = { "payout", item->id };
	const struct stripe_walk walk = { .path = "/v1/balance_transactions", .pairs = pairs, .pair_count = 1 };
	struct list list = { site, item->id };
	struct sales_payout out = { .key = item->id, .status = stripe_word(json, "status") };

	if (automatic == NULL || automatic->kind != JSON_BOOL)
		return err_set(err, ERR_DATA, "\"automatic\" is %s, not true or false", json_kind_name(automatic));
	/* Of one that was made by hand nobody knows what is in it. */
	out.listed = automatic->truth;
	if (stripe_currency(item->arena, json, &out.currency, err) != 0 ||
	    stripe_amount(json, "amount", out.currency, &out.amount_minor, err) != 0 ||
	    stripe_moment(json, "created", &out.created_us, err) != 0 ||
	    stripe_moment_or(json, "arrival_date", out.created_us, &out.arrival_us, err) != 0)
		return -1;
	if (text_equal(out.status, "pending") || text_equal(out.status, "in_transit"))
		stripe_set_put(&site->open_payouts, item->id, 0);
	if (site->sink->payout(site->sink->context, &out, err) != 0)
		return -1;
	return out.listed ? stripe_walk(site, &walk, take_listed, &list, err) : 0;
}

int
stripe_take_payout(void *context, const struct stripe_item *item, struct err *err)
{
	struct stripe_site *site = context;

	/* Met again in the same pull: its list has been read. */
	if (stripe_set_find(&site->handed, item->id) != NULL)
		return 0;
	stripe_set_put(&site->handed, item->id, site->walks);
	return payout(site, item, err) != 0 ? err_wrap(err, "payout \"%s\"", item->id) : 0;
}
