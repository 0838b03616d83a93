#ifndef SALES_SQUARESPACE_H
#define SALES_SQUARESPACE_H

#include "adapter/json.h"
#include "sales/newest.h"
#include "sales/shop.h"
#include "sales/source.h"

extern const struct sales_kind squarespace_kind;

/**
 * squarespace_money(config, object, name, presence, currency, ret_minor, err), squarespace_moment(object, name, ret_us, err),
 * squarespace_key(object, name, ret_key, err):
 * An amount, in the ${currency} of the ones before (NULL: the first one); a moment; an id, neither empty nor absurdly long.
 */
enum squarespace_presence { SQUARESPACE_REQUIRED, SQUARESPACE_OR_NULL };
MUST_CHECK int squarespace_money(const struct config_source *, const struct json *, const char *, enum squarespace_presence,
    const char **, int64_t *, struct err *) __attribute__((nonnull(1, 3, 5, 6, 7)));
MUST_CHECK int squarespace_moment(const struct json *, const char *, int64_t *, struct err *) __attribute__((nonnull(2, 3, 4)));
MUST_CHECK int squarespace_key(const struct json *, const char *, const char **, struct err *) __attribute__((nonnull(2, 3, 4)));

/**
 * squarespace_order(arena, config, order, ret_document, err):
 * An order of the Orders API as a document, all but its payload.
 *
 * Owns: ${ret_document} and what it points to live as long as ${arena} and ${order}.
 * Errors: ERR_DATA naming the order, the line and the field.
 * Source: Squarespace Commerce API, Orders 1.0, "Order resource"; docs in tests/fixtures/squarespace.
 */
MUST_CHECK int squarespace_order(struct arena *, const struct config_source *, const struct json *, struct sales_document *,
    struct err *) __attribute__((nonnull));

/* A document of the Transactions API: what was paid for an order, or a donation. */
struct squarespace_transaction {
	const char *id;
	const char *order_id; /* NULL: a donation */
	int64_t created_us, modified_us;
	const struct json *json;
};

/**
 * squarespace_transaction(json, ret_transaction, err), squarespace_settle(arena, config, transaction, order, err),
 * squarespace_donation(arena, config, transaction, ret_document, err):
 * Its head; its payments, refunds, fees, the provider's ids and the lines' shares put to the order; a donation as a document, all but its
 * payload.
 *
 * Errors: ERR_DATA naming the transaction, the part and the field.
 * Source: Squarespace Commerce API, Transactions 1.0, "Document resource".
 */
MUST_CHECK int squarespace_transaction(const struct json *, struct squarespace_transaction *, struct err *)
    __attribute__((nonnull(2, 3)));
MUST_CHECK int squarespace_settle(struct arena *, const struct config_source *, const struct squarespace_transaction *,
    struct sales_document *, struct err *) __attribute__((nonnull));
MUST_CHECK int squarespace_donation(struct arena *, const struct config_source *, const struct squarespace_transaction *,
    struct sales_document *, struct err *) __attribute__((nonnull));

/**
 * squarespace_join(arena, config, order, transaction, document, err), squarespace_read(…):
 * Put what was paid for an order to it, and make both texts its payload; a payload as a document (`read` of the kind).
 */
MUST_CHECK int squarespace_join(struct arena *, const struct config_source *, struct json_raw, struct json_raw,
    struct sales_document *, struct err *) __attribute__((nonnull));
MUST_CHECK int squarespace_read(struct arena *, const struct sales_source *, const struct sales_stored *, struct sales_reading *,
    struct err *) __attribute__((nonnull));

/* Transactions by their orders. Begin with all zero; the end is arena_done(&ties->arena). */
struct squarespace_tie {
	const char *order_id;
	const uint8_t *packed;
	size_t packed_len;
	int64_t modified_us;
	bool taken;
};

struct squarespace_ties {
	struct arena arena;
	struct squarespace_tie *items;
	size_t count, room;
};

/**
 * squarespace_ties_add(ties, transaction, raw), squarespace_ties_take(arena, ties, order_id, ret_raw, err), squarespace_ties_has(ties,
 * order_id), squarespace_ties_left(ties, at):
 * Keep one; its text, with NULL if there is none; whether there is one; the order ids of those that were not taken, one after the other, ${at} begins with 0.
 */
void squarespace_ties_add(struct squarespace_ties *, const struct squarespace_transaction *, struct json_raw)
    __attribute__((nonnull(1, 2)));
MUST_CHECK int squarespace_ties_take(struct arena *, struct squarespace_ties *, const char *, struct json_raw *, struct err *)
    __attribute__((nonnull));
bool squarespace_ties_has(const struct squarespace_ties *, const char *) __attribute__((nonnull));
const char *squarespace_ties_left(const struct squarespace_ties *, size_t *) __attribute__((nonnull));

#define SQUARESPACE_ORDERS "/1.0/commerce/orders"
#define SQUARESPACE_TRANSACTIONS "/1.0/commerce/transactions"

/* A walk over a list from cursor to cursor. */
struct squarespace_list {
	const char *path, *items, *what; /* "/1.0/commerce/orders", "result", "orders" */
	int64_t from_utc, to_utc;
	/* Each item of it, in an arena that is emptied soon. */
	int (*take)(void *, struct arena *, const struct json *, struct json_raw, struct err *);
	void *context;
	/* Before those of a page: what will be asked for besides (shop_expect()); NULL: nothing. */
	void (*expect)(void *, struct arena *, const struct shop_rows *);
};

/**
 * squarespace_walk(shop, sink, list, err):
 * Read all of it, page after page.
 *
 * Errors: ERR_INCOMPLETE for what must not pass for a whole reading.
 */
MUST_CHECK int squarespace_walk(struct shop *, const struct sales_sink *, const struct squarespace_list *, struct err *)
    __attribute__((nonnull));

#define SQUARESPACE_PAGE_BYTES ((size_t)16 * 1024 * 1024)

/**
 * squarespace_open(arena, source, sink, ret_shop, err):
 * Make ready; nothing is sent yet.
 */
MUST_CHECK int squarespace_open(
    struct arena *, const struct sales_source *, const struct sales_sink *, struct shop **, struct err *) __attribute__((nonnull));

/* What makes a reading believable beyond its pages: the newest orders that the last one found are found again, the end of the list is the
 * same when read once more, and the shop is the one it was. Remembered as cursors. */
struct squarespace_proof {
	struct arena *arena;
	const struct sales_source *source;
	struct sales_newest newest;
	size_t orders;
};

/**
 * squarespace_proof_begin(arena, source), squarespace_proof_from(proof), squarespace_proof_order(proof, order):
 * Before a walk; from when it must read, so that the newest orders known come again; each order of it.
 */
struct squarespace_proof squarespace_proof_begin(struct arena *, const struct sales_source *) __attribute__((nonnull));
int64_t squarespace_proof_from(const struct squarespace_proof *) __attribute__((nonnull));
void squarespace_proof_order(struct squarespace_proof *, const struct sales_document *) __attribute__((nonnull));

/**
 * squarespace_proof_end(proof, shop, sink, err):
 * After the walk: is all of it to be believed? Hands the sink what the next pull is to be told, and which orders are gone.
 *
 * Errors: ERR_INCOMPLETE if an order that is there did not come, or none of those known is there; ERR_REFUSED for another shop.
 */
MUST_CHECK int squarespace_proof_end(struct squarespace_proof *, struct shop *, const struct sales_sink *, struct err *)
    __attribute__((nonnull));

#endif
