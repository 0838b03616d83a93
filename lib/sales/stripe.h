#ifndef SALES_STRIPE_H
#define SALES_STRIPE_H

#include "adapter/json.h"
#include "base/buf.h"
#include "sales/shop.h"
#include "sales/source.h"

/* A Stripe account. Parts: _wire (requests, lists), _set (ids), _value (amounts, moments, people), _invoice, _session and _charge (documents),
 * _money (refunds, disputes, balance, payouts), _changes (what must be read again), and the pull itself. Source everywhere: Stripe API
 * reference; both shapes of objects that version 2025-03-31 ("basil") parts. */
extern const struct sales_kind stripe_kind;

#define STRIPE_VERSION "2025-03-31.basil"

#define STRIPE_MOST_LINES 5000
#define STRIPE_ANSWERS_BYTES ((size_t)32 * 1024 * 1024)

/* ---- ids ---- */

/* A set of ids, each with a number. */
struct stripe_set {
	struct arena *arena;
	struct stripe_entry {
		const char *id; /* NULL: free */
		int64_t value;
	} * entries;
	size_t count, room;
};

/**
 * stripe_set_find(set, id), stripe_set_put(set, id, value):
 * The entry of ${id}, NULL if there is none; make it, or change its number. Ids are copied.
 */
const struct stripe_entry *stripe_set_find(const struct stripe_set *, const char *) __attribute__((nonnull));
void stripe_set_put(struct stripe_set *, const char *, int64_t) __attribute__((nonnull));

/**
 * stripe_set_text(arena, set), stripe_set_read(set, text):
 * The ids between blanks, to be remembered; and back (NULL: none).
 */
const char *stripe_set_text(struct arena *, const struct stripe_set *) __attribute__((nonnull, returns_nonnull));
void stripe_set_read(struct stripe_set *, const char *) __attribute__((nonnull(1)));

/* ---- wire ---- */

struct stripe_site {
	const struct sales_source *source;
	const struct sales_sink *sink;
	const struct config_source *config;
	struct shop *shop;
	struct arena arena; /* of the pull */
	bool live;          /* the key is of live mode */
	int64_t walks;
	struct stripe_set handed;   /* ids of what was handed over, with the walk that did so */
	struct stripe_set people;   /* customers that were looked up: place in `known` */
	struct stripe_set learners; /* subscriptions and payments whose checkout session was looked up: place in `known` */
	struct stripe_set owners;   /* refunds and disputes: place of their charge in `charges` */
	struct stripe_set moments;  /* refunds and disputes: when an event says that they changed last, in seconds */
	struct stripe_known {
		const struct sales_contact *contact; /* NULL: nobody */
		struct sales_fields fields;
		const char *answer; /* what Stripe said, to be stored */
	} * known;
	size_t known_count, known_room;
	const char **charges;
	size_t charge_count, charge_room;
	struct buf answers;        /* to what was asked for the object at hand, as they are stored: stripe_stored.c */
	bool is_stored;            /* nothing can be asked: the object was stored, */
	const struct json *stored; /* with these answers; NULL: none */
	const char *without;       /* what was not asked then and is not stored; NULL: nothing */
	/* To be remembered for the next pull. */
	struct stripe_set open_sessions, open_refunds, open_disputes, open_charges, open_payouts;
};

/* One object: parsed, and as it was sent. */
struct stripe_item {
	struct arena *arena; /* lives while it is handed over */
	const char *id;
	const struct json *json;
	struct json_raw raw;
};

typedef int stripe_take(void *, const struct stripe_item *, struct err *);

/* A list. Filters are pairs, name and value. */
struct stripe_walk {
	const char *path; /* "/v1/invoices" */
	const char *const *pairs;
	size_t pair_count;
	bool nested; /* rows of another object, in no order of time */
};

/**
 * stripe_open(source, sink, ret_site, err), stripe_close(site):
 * Make ready; nothing is sent yet.
 *
 * Errors: ERR_CONFIG for a key that is neither secret nor restricted.
 */
MUST_CHECK int stripe_open(const struct sales_source *, const struct sales_sink *, struct stripe_site **, struct err *)
    __attribute__((nonnull));
void stripe_close(struct stripe_site *);

/**
 * stripe_walk(site, walk, take, context, err):
 * Read every row and hand it over, newest first, page after page by `starting_after`; the end of the list is asked for once more.
 *
 * Errors: ERR_INCOMPLETE for what is no whole list: HTML with 200, rows that come twice or out of order, a list that goes on behind its
 * end, an object of the other mode; ERR_REFUSED for 401 and 403.
 */
MUST_CHECK int stripe_walk(struct stripe_site *, const struct stripe_walk *, stripe_take *, void *, struct err *)
    __attribute__((nonnull));

/**
 * stripe_get(site, arena, path, ret_item, err):
 * One object; its `json` is NULL when there is none (404).
 */
MUST_CHECK int stripe_get(struct stripe_site *, struct arena *, const char *, struct stripe_item *, struct err *)
    __attribute__((nonnull));

/**
 * stripe_expect(site, path), stripe_expect_customers(site, arena, rows):
 * It will soon be asked for (shop_expect()); the same of the customers whom the rows of a page only point at.
 */
void stripe_expect(struct stripe_site *, const char *) __attribute__((nonnull));
void stripe_expect_customers(struct stripe_site *, struct arena *, const struct shop_rows *) __attribute__((nonnull));

/**
 * stripe_rows(site, arena, owner, name, path, expand, ret_rows, ret_count, err):
 * The rows of the sub-list ${name} of ${owner}: those that came with it, or, as these are 10 at most, all of ${path}.
 */
MUST_CHECK int stripe_rows(struct stripe_site *, struct arena *, const struct json *, const char *, const char *,
    const struct json ***, size_t *, struct err *) __attribute__((nonnull));

/* ---- values ---- */

/**
 * stripe_currency(arena, object, ret_currency, err):
 * Member "currency", as ISO 4217 writes it.
 *
 * Errors: ERR_DATA for one that is none.
 */
MUST_CHECK int stripe_currency(struct arena *, const struct json *, const char **, struct err *) __attribute__((nonnull));

/**
 * stripe_minor(currency, sent, ret_minor, err):
 * An amount as Stripe counts it in minor units of ISO 4217: the two disagree for some currencies.
 *
 * Errors: ERR_DATA for parts of a minor unit, or overflow.
 */
MUST_CHECK int stripe_minor(const char *, int64_t, int64_t *, struct err *) __attribute__((nonnull));

/**
 * stripe_amount(object, name, currency, ret_minor, err):
 * A member's amount; missing or null is 0.
 */
MUST_CHECK int stripe_amount(const struct json *, const char *, const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * stripe_quantity(line, ret_quantity, err):
 * How many a line is of. Where it says nothing, or counts usage in more than anybody sells seats, it is one.
 */
MUST_CHECK int stripe_quantity(const struct json *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * stripe_moment(object, name, ret_us, err), stripe_moment_or(object, name, fallback_us, ret_us, err):
 * A moment; the second form for one that may be missing or null.
 */
MUST_CHECK int stripe_moment(const struct json *, const char *, int64_t *, struct err *) __attribute__((nonnull));
MUST_CHECK int stripe_moment_or(const struct json *, const char *, int64_t, int64_t *, struct err *) __attribute__((nonnull));

/**
 * stripe_id(object, name):
 * The id that a member holds, as text or as the object itself; "" for none.
 */
const char *stripe_id(const struct json *, const char *) __attribute__((nonnull(2), returns_nonnull));

/**
 * stripe_word(object, name):
 * A text member; "" where there is none.
 */
const char *stripe_word(const struct json *, const char *) __attribute__((nonnull(2), returns_nonnull));
bool stripe_true(const struct json *, const char *) __attribute__((nonnull(2)));

/**
 * stripe_plain_name(arena, description):
 * What a line of an invoice is for, without what its description says of quantity, price and time.
 */
char *stripe_plain_name(struct arena *, const char *) __attribute__((nonnull, returns_nonnull));

/* A learner being looked for: what is found first counts. */
struct stripe_learner {
	const char *email, *name;
};

/**
 * stripe_learner_metadata(site, arena, metadata, learner), stripe_learner_fields(site, arena, session, learner):
 * Look in metadata, and in the custom fields of a checkout session, by the labels of the configuration.
 */
void stripe_learner_metadata(struct stripe_site *, struct arena *, const struct json *, struct stripe_learner *)
    __attribute__((nonnull(1, 2, 4)));
MUST_CHECK int stripe_learner_fields(
    struct stripe_site *, struct arena *, const struct json *, struct stripe_learner *, struct err *) __attribute__((nonnull));

/**
 * stripe_field_metadata(site, arena, metadata, fields), stripe_field_session(…, session, …), stripe_field_invoice(…, invoice, …):
 * Offer free fields; and what else a checkout session or an invoice says of who buys: custom fields, the business, tax numbers.
 */
void stripe_field_metadata(struct stripe_site *, struct arena *, const struct json *, struct sales_fields *)
    __attribute__((nonnull(1, 2, 4)));
void stripe_field_session(struct stripe_site *, struct arena *, const struct json *, struct sales_fields *)
    __attribute__((nonnull));
void stripe_field_invoice(struct stripe_site *, struct arena *, const struct json *, struct sales_fields *)
    __attribute__((nonnull));

/**
 * stripe_customer_noted(config):
 * Does a setting ask for what is noted with customers?
 */
bool stripe_customer_noted(const struct config_source *) __attribute__((nonnull));

/**
 * stripe_customer(site, id, ret_contact, err):
 * Who a customer is; NULL for one that was deleted. Looked up once in a pull.
 */
MUST_CHECK int stripe_customer(struct stripe_site *, const char *, const struct sales_contact **, struct err *)
    __attribute__((nonnull));

/**
 * stripe_customer_fields(site, arena, id, fields, err):
 * Offer what is noted with a customer, as "customer.KEY" for KEY of its metadata, which costs a request unless no setting asks for it.
 */
MUST_CHECK int stripe_customer_fields(struct stripe_site *, struct arena *, const char *, struct sales_fields *, struct err *)
    __attribute__((nonnull));

/**
 * stripe_asked(site, filter, id, ret_known, err):
 * What was asked in the checkout session of a subscription or payment intent (${filter} is "subscription" or "payment_intent"): the learner, and
 * fields. Looked up once in a pull, unless the settings recognise nothing of it.
 */
MUST_CHECK int stripe_asked(struct stripe_site *, const char *, const char *, struct stripe_known *, struct err *)
    __attribute__((nonnull));

/* ---- documents ---- */

/**
 * stripe_invoice(site, item, ret_document, err), stripe_credit_note(…), stripe_session(…), stripe_charge(…):
 * An object as a document, payload included. Drafts are not documents: their `kind` is NULL; the same for sessions that sold nothing (yet) or
 * whose invoice is the document, and for charges that failed.
 *
 * Owns: the document lives as long as the item's arena.
 * Errors: ERR_DATA naming the object and the field.
 */
MUST_CHECK int stripe_invoice(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int stripe_credit_note(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int stripe_session(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int stripe_charge(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *)
    __attribute__((nonnull));

/**
 * stripe_document(item, ret_document), stripe_refer_metadata(item, document, metadata):
 * What all of them begin with; free fields as references.
 */
void stripe_document(const struct stripe_item *, struct sales_document *) __attribute__((nonnull));
void stripe_refer_metadata(const struct stripe_item *, struct sales_document *, const struct json *) __attribute__((nonnull(1, 2)));

/* ---- what is stored ---- */

/**
 * stripe_note(site, question, answer, len), stripe_has_answer(site, question), stripe_answer(site, question, ret_answer, err):
 * Note for the object at hand what Stripe said to a question, JSON; of a stored object, what it said then.
 *
 * Errors: ERR_INCOMPLETE if that is not stored with it.
 */
void stripe_note(struct stripe_site *, const char *, const char *, size_t) __attribute__((nonnull));
bool stripe_has_answer(const struct stripe_site *, const char *) __attribute__((nonnull));
MUST_CHECK int stripe_answer(struct stripe_site *, const char *, const struct json **, struct err *) __attribute__((nonnull));

/**
 * stripe_join(site, item, document, err), stripe_read(…):
 * Make what was asked part of the document's payload; a payload as a document (`read` of the kind).
 */
MUST_CHECK int stripe_join(struct stripe_site *, const struct stripe_item *, struct sales_document *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int stripe_read(struct arena *, const struct sales_source *, const struct sales_stored *, struct sales_reading *,
    struct err *) __attribute__((nonnull));

/* ---- takers: each hands one object over ---- */

int stripe_take_invoice(void *, const struct stripe_item *, struct err *) __attribute__((nonnull));
int stripe_take_credit_note(void *, const struct stripe_item *, struct err *) __attribute__((nonnull));
int stripe_take_session(void *, const struct stripe_item *, struct err *) __attribute__((nonnull));
int stripe_take_charge(void *, const struct stripe_item *, struct err *) __attribute__((nonnull));
int stripe_take_refund(void *, const struct stripe_item *, struct err *) __attribute__((nonnull));
int stripe_take_dispute(void *, const struct stripe_item *, struct err *) __attribute__((nonnull));
int stripe_take_subscription(void *, const struct stripe_item *, struct err *) __attribute__((nonnull));
int stripe_take_payout(void *, const struct stripe_item *, struct err *) __attribute__((nonnull));
int stripe_take_balance(void *, const struct stripe_item *, struct err *) __attribute__((nonnull));

/**
 * stripe_category(type, reporting_category, description):
 * What an entry of the balance is (struct sales_balance).
 */
const char *stripe_category(const char *, const char *, const char *) __attribute__((nonnull, returns_nonnull));

/* ---- changes ---- */

/* What events say has changed, to be read again. */
struct stripe_changes {
	struct stripe_site *site;
	struct stripe_set invoices, credit_notes, sessions, charges, refunds, disputes, subscriptions, payouts;
	const char *newest; /* id and second of the newest event: where the next pull begins */
	bool met;           /* the event at which the last pull ended came again */
};

/**
 * stripe_changes(site, changes, ret_gap, err):
 * Read the events since the last pull. ${ret_gap}: there are none of a part of that time, as they are kept for 30 days: everything must be read.
 *
 * Errors: ERR_INCOMPLETE if the event at which the last pull ended does not come again.
 */
MUST_CHECK int stripe_changes(struct stripe_site *, struct stripe_changes *, bool *, struct err *) __attribute__((nonnull));

#endif
