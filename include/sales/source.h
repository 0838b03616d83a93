#ifndef SALES_SOURCE_H
#define SALES_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "http/http.h"

/* One file per kind of source behind one small interface. A kind reads pages and hands normalised documents to a sink; it knows
 * nothing of Moodle or of SQL, and of what was read before only what it asked to be told again (cursors). */

/* A person as the source spells one. */
struct sales_contact {
	const char *email; /* normalised; "" if there is none or it is no address */
	const char *name;
	const char *raw_email; /* what the source said, when that is no address; else "" */
};

/* What the settings want kept of all that a source says of a sale (`fields`); add them with sales_field(). */
struct sales_field {
	const char *name; /* the settings' */
	const char *value;
	size_t rank; /* place of the label, under which the source says it, in the setting */
};

struct sales_fields {
	struct sales_field *items; /* each name once */
	size_t count;
};

struct sales_line {
	const char *key;         /* the source's line id */
	const char *corrects;    /* of a credit note: the key of the original's line that it gives back; NULL: none */
	const char *product_key; /* these four "" where the source leaves them out */
	const char *variant_key;
	const char *sku;
	const char *name;
	const char *quantity;                 /* decimal text as sent */
	int64_t unit_price_minor;             /* as sent, before discounts of the order */
	const int64_t *amount_minor;          /* of the whole line, before them; NULL: quantity times unit price */
	int64_t net_minor;                    /* share charged: after discounts, tax included, shipping excluded */
	const struct sales_contact *learner;  /* named by the product's form; NULL: nobody */
	struct sales_fields fields;           /* what is said of this line alone */
	int64_t period_from_us, period_to_us; /* the time that it pays for, as of a subscription; both 0: the source does not say */
};

enum sales_status {
	SALES_PAID,
	SALES_UNPAID,
	SALES_CANCELLED,
	SALES_TEST /* moves no money */
};

enum sales_money {
	SALES_MONEY_PAID,   /* by the customer; negative: taken back */
	SALES_MONEY_REFUND, /* negative */
	SALES_MONEY_FEE     /* kept by the payment provider: negative */
};

/* A payment as the source records one: a fact for good. What a document says was refunded and its refunds do not add up to is booked
 * besides, from the version that shows it. */
struct sales_payment {
	const char *key;      /* the source's own id */
	int64_t amount_minor; /* negative: taken or given back */
	int64_t effective_us;
	enum sales_money kind;
};

/* What a document says of itself or of a document elsewhere: documents of several sources that say the same are one sale. Names that mean
 * the same everywhere: "transaction", the id of a payment at the payment provider; "order", "invoice", "payment", ids or numbers of documents
 * elsewhere; "reference", whatever else was entered to find one; "metadata.KEY", free fields. A kind may have others, called as its system
 * calls them. What is the document's own id and number need not be said again. */
struct sales_reference {
	const char *name;
	const char *value;
};

#define SALES_UNKNOWN INT64_MIN /* the source does not say */

/* An order, invoice or credit note in one version. Moments are microseconds since 1970. Of a credit note totals, quantities and payments
 * are negative. */
struct sales_document {
	const char *external_id;
	const char *number;
	const char *kind;     /* "order", "invoice", "credit_note", "payment" */
	const char *corrects; /* of a credit note: the external id of what it corrects; NULL: it names nothing */
	bool draft;           /* not issued yet: it may go without a word */
	bool expected;        /* unpaid, and told apart from what is owed; see struct config_statuses */
	int64_t effective_us;
	int64_t modified_us; /* of this version; SALES_UNKNOWN: versions are told apart by their payload and dated by the pull */
	enum sales_status status;
	const char *currency;
	int64_t total_minor;
	int64_t subtotal_minor;
	int64_t discount_minor;
	int64_t tax_minor;
	int64_t shipping_minor;
	int64_t refunded_minor;    /* cumulative, positive; SALES_UNKNOWN: it is what credit notes give back */
	int64_t paid_minor;        /* so far; SALES_UNKNOWN: all or nothing, as the status says */
	int64_t rest_due_us;       /* 00:00 after the first day on which something was to be paid and is not; 0: none, or unknown */
	int64_t unallocated_minor; /* total − shipping − what the lines add up to */
	bool tax_included;         /* in unit prices */
	const struct sales_contact *buyer; /* NULL: unknown */
	struct sales_line *lines;
	size_t line_count;
	const struct sales_payment *payments; /* where the source tells them apart */
	size_t payment_count;
	const struct sales_reference *references; /* add them with sales_refer() */
	size_t reference_count;
	struct sales_fields fields; /* what is said of the whole document: who buys it */
	const char *payload;        /* the source's own text of this document */
	size_t payload_len;
	const char *content; /* what tells versions apart where the payload also holds what moves by itself; NULL: the payload */
	size_t content_len;
};

/* What a payment provider says happened to a payment: a fact for good, what undoes it is another one. It concerns the document of its source
 * that names the payment, by either id, as "transaction"; that may come earlier or later. */
struct sales_settlement {
	const char *kind; /* as in ctok.movement: "charge", "refund", "dispute_opened", "dispute_won", "dispute_lost", "fee" */
	const char *key;  /* what makes it one fact of its kind */
	const char *payment, *intent; /* the payment's ids; "" : none */
	int64_t amount_minor;         /* negative: away from us */
	const char *currency;
	int64_t effective_us;
};

/* A subscription as it is now. Documents that name it as "subscription" were sold under it. */
struct sales_subscription {
	const char *key;
	const char *status;   /* in the provider's words */
	bool paused;          /* nothing is collected meanwhile */
	int64_t period_to_us; /* end of the period that runs, paid or not; SALES_UNKNOWN: none */
	int64_t cancel_us;    /* when it will end; SALES_UNKNOWN: it is not cancelled */
	int64_t ended_us;     /* SALES_UNKNOWN: it has not ended */
};

/* Money that a payment provider sent to the bank. */
struct sales_payout {
	const char *key;
	const char *status; /* "pending", "in_transit", "paid", "failed", "canceled" */
	bool listed;        /* the provider says what it is made of: its entries are known */
	int64_t amount_minor;
	const char *currency;
	int64_t created_us, arrival_us;
};

/* An entry of an account at a payment provider. */
struct sales_balance {
	const char *key;
	const char *payout; /* of whose list it is; NULL: not known here, which leaves what is known */
	const char
	    *category;    /* "charge", "refund", "dispute", "fee", "reserve", "reader_fee", "failed_payout", "payout", "other" */
	const char *type; /* in the provider's words */
	int64_t amount_minor, fee_minor; /* net is their difference */
	const char *currency;
	int64_t created_us, available_us;
};

/* A movement on a bank account, as its statement says. */
struct sales_bank {
	const char *key; /* what makes it one among its like, in any statement that holds it */
	int64_t amount_minor;
	const char *currency;
	int64_t booked_us; /* the day's beginning, in the source's zone */
	const char *text;  /* what the bank writes beside it */
};

/* A line of what is asked for and not sold yet: a quote, or an order without an invoice. */
struct sales_expected {
	const char *kind; /* "quote", "order" */
	const char *key;  /* of the quote or order, within its kind */
	const char *line_key;
	const char *number;
	const char *product_key, *variant_key, *sku, *name; /* as of a line */
	const char *quantity;                               /* decimal text: what is left of it */
	int64_t net_minor;                                  /* of that: after discounts, tax included */
	const char *currency;
	const struct sales_contact *buyer; /* NULL: nobody */
	int64_t asked_us;
	int64_t until_us; /* 00:00 after the last day on which it holds; SALES_UNKNOWN: it says none */
};

/* A client whom the source has disabled. Its documents name it as "client". */
struct sales_client {
	const char *key;
	int64_t disabled_us; /* SALES_UNKNOWN: it does not say since when */
};

/* So many units of a currency are one of the base on that day, as the publisher says. */
struct sales_rate {
	const char *place; /* in its file, for people */
	const char *currency, *base;
	const char *day;  /* YYYY-MM-DD */
	const char *rate; /* decimal text, more than 0 */
	const char *publisher;
};

/* Where documents go. Of a pull that fails nothing counts, cursors included. */
struct sales_sink {
	void *context;
	int (*document)(void *, const struct sales_document *, struct err *);
	int (*present)(void *, const char *external_id, struct err *); /* it is there, but not to be taken */
	void (*absent)(void *, const char *external_id);               /* asked for by its id, it is not there any more; few */
	void (*cursor)(void *, const char *name, const char *value);   /* to be told again by the next pull */
	void (*whole)(void *);                                         /* all there is was read: the rest is gone */
	void (*until)(void *, int64_t utc); /* up to when the sales are known; CLOCK_MIN_UTC: as before. Not called: up to now */
	/* The source says that there are so many rows of what was asked for, and so many came; adds up. NULL: not of interest. */
	void (*declared)(void *, int64_t declared, int64_t taken);
	void (*again)(void *);   /* there may be more: pull once more, whether this one succeeds or not */
	bool (*stopped)(void *); /* asked between pages and while waiting; true ends the pull */
	/* Of payment providers; the later one of the same key counts. */
	int (*settlement)(void *, const struct sales_settlement *, struct err *);
	int (*subscription)(void *, const struct sales_subscription *, struct err *);
	int (*payout)(void *, const struct sales_payout *, struct err *);
	int (*balance)(void *, const struct sales_balance *, struct err *);
	int (*bank)(void *, const struct sales_bank *, struct err *); /* of bank accounts; the same key again is the same */
	int (*rate)(void *, const struct sales_rate *, struct err *);
	/* Asked after the last rate: hand those that cannot be taken to the function, with their places and why. `again`: what is known may be
	 * corrected. NULL: all can. */
	int (*rates_refused)(void *, bool again, void (*)(void *, const char *place, const char *why), void *, struct err *);
	/* All that is expected, and all clients that are disabled: what a pull does not hand over is so no more. */
	int (*expected)(void *, const struct sales_expected *, struct err *);
	int (*client)(void *, const struct sales_client *, struct err *);
};

/* What a kind asked to be told again. */
struct sales_cursor {
	const char *name;
	const char *value;
};

/* What a kind is given. */
struct sales_source {
	const struct config_source *config;
	const char *secret;       /* its key or token; NULL: it has none */
	const char *currency;     /* the tenant's */
	const char *account;      /* a name for it among all tenants' sources; NULL: it is the only one */
	const char *contact;      /* an address of the operator, which some shops want in the user agent; NULL: none */
	int64_t from_utc, to_utc; /* of the moments of modification to read; what has none goes by its cursors */
	bool full;                /* read everything again */
	int64_t now_utc;
	int64_t clock_utc,
	    clock_mono_ms; /* the clock when the pull began, and the monotonic one; 0: not to be compared with the source's */
	const struct sales_cursor *cursors;
	size_t cursor_count;
	const char *const *hints; /* external ids of documents to look at besides, each once, in order: a hint, never more */
	size_t hint_count;
	const struct http_breaker_store *breaker; /* NULL: in memory */
	void (*sleep_ms)(int64_t);                /* NULL: the real one */
	void (*trace)(void *, const char *);      /* NULL: none */
	void *trace_context;
};

/* A raw document as the ledger keeps it. */
struct sales_stored {
	const char *external_id;
	const char *kind; /* of the document, as it was read then */
	const char *payload;
	size_t payload_len;
};

/* What it says by the settings of today. */
struct sales_reading {
	struct sales_document document; /* its `kind` is NULL where it would not be taken */
	const char
	    *without; /* what the source would be asked besides, and the payload does not hold: "its transaction"; NULL: nothing */
};

struct sales_kind {
	const char *name;
	bool wants_token; /* its secret is the setting `token`, else `api_key` */
	bool is_fed;      /* it has no secret and reads what is put before it: it can never be asked for all there is */
	bool
	    counts_refusals; /* it shuts out who is refused several times: after the first one its site is not asked again in a run */
	/* Ask, once each, for what a pull will ask for, and hand nothing over: 0 if the key, its permissions, the address and the clock are
	 * right; ${ret_says} is what was found, as in "may read orders of \"Acme\"". */
	int (*greet)(struct arena *, const struct sales_source *, const struct sales_sink *, const char **, struct err *);
	/* Read everything of the window and hand it to the sink. 0 only when all of it was read and every page checked. */
	int (*pull)(const struct sales_source *, const struct sales_sink *, struct err *);
	/* Read one stored document once more: what pull() hands over for it, of its payload alone. Nothing is asked; of the source only its
	 * settings, currency and moments are given. NULL: nothing is stored raw. ERR_INCOMPLETE where the payload lacks what a document cannot
	 * do without. Owns: it lives as long as the arena and what is stored. */
	int (*read)(struct arena *, const struct sales_source *, const struct sales_stored *, struct sales_reading *, struct err *);
};

/**
 * sales_kind(name, err):
 * The kind of that name; NULL with ERR_CONFIG if there is none.
 */
const struct sales_kind *sales_kind(const char *, struct err *) __attribute__((nonnull));

/**
 * sales_declare(sink, declared, taken):
 * Tell the sink what the source says there is, and what came of it; less fails the pull.
 */
void sales_declare(const struct sales_sink *, int64_t, int64_t) __attribute__((nonnull));

/**
 * sales_cursor(source, name):
 * What the last complete pull left under that name; NULL: nothing.
 */
const char *sales_cursor(const struct sales_source *, const char *) __attribute__((nonnull));

#endif
