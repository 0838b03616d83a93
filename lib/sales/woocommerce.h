#ifndef SALES_WOOCOMMERCE_H
#define SALES_WOOCOMMERCE_H

#include "adapter/json.h"
#include "sales/shop.h"
#include "sales/source.h"

/* A WooCommerce shop, read through its REST API wc/v3. Parts: _wire (requests, lists, proofs), _order (an order and its refunds as documents),
 * _meta (fields of any shape), and the pull itself. Source everywhere: WooCommerce REST API documentation, "Orders" and "Order refunds",
 * as the answers in tests/fixtures/woocommerce show it. */
extern const struct sales_kind woocommerce_kind;

/* ---- wire ---- */

struct woo_site {
	const struct sales_source *source;
	const struct sales_sink *sink;
	struct shop *shop;
	const char *keys; /* in the query, "consumer_key=…&consumer_secret=…"; NULL: they go in a header */
};

/* A part of a list, in the order of ids. */
struct woo_list {
	struct shop_rows rows;
	int64_t total; /* of the whole list, as the shop says */
};

#define WOO_PAGE 100

/**
 * woo_open(arena, source, sink, ret_site, err), woo_close(site):
 * Make ready; nothing is sent yet.
 *
 * Errors: ERR_CONFIG if the secret is not "ck_…:cs_…".
 */
MUST_CHECK int woo_open(struct arena *, const struct sales_source *, const struct sales_sink *, struct woo_site **, struct err *)
    __attribute__((nonnull));
void woo_close(struct woo_site *);

/**
 * woo_list(site, arena, what, filter, offset, ret_list, err):
 * Up to WOO_PAGE items of the list ${what} ("orders", "orders/7/refunds") from ${offset} on, in the order of their ids; ${filter} goes into
 * the query, "" for none.
 *
 * Errors: ERR_INCOMPLETE for what is not all that is due: fewer or more items than the shop says there are, no such number, HTML or broken
 * JSON with 200; ERR_REFUSED, ERR_CONFIG or ERR_REJECTED for other statuses, with what to do about them.
 */
MUST_CHECK int woo_list(struct woo_site *, struct arena *, const char *, const char *, int64_t, struct woo_list *, struct err *)
    __attribute__((nonnull));

/**
 * woo_get(site, arena, id, ret_order, ret_raw, err):
 * One order; NULL when the shop says that there is none of that id.
 */
MUST_CHECK int woo_get(struct woo_site *, struct arena *, const char *, const struct json **, struct json_raw *, struct err *)
    __attribute__((nonnull));

/**
 * woo_expect_list(site, arena, what, filter, offset), woo_expect(site, arena, id):
 * woo_list() and woo_get() will soon be asked for it (shop_expect()).
 */
void woo_expect_list(struct woo_site *, struct arena *, const char *, const char *, int64_t) __attribute__((nonnull));
void woo_expect(struct woo_site *, struct arena *, const char *) __attribute__((nonnull));

/* ---- orders ---- */

/* What is needed of an order before it is taken. */
struct woo_order {
	struct sales_document document; /* all but its payload */
	bool ignored;                   /* its status says that it is no sale; only id, number and moments are set */
	const struct json *refunds;     /* what the order says of them; NULL: nothing */
	struct json_raw raw;            /* as it was sent; set by whoever reads its refunds */
};

/**
 * woo_order(arena, config, order, ret_order, err):
 * Errors: ERR_DATA naming the order, the part and the field.
 */
MUST_CHECK int woo_order(struct arena *, const struct config_source *, const struct json *, struct woo_order *, struct err *)
    __attribute__((nonnull));

/**
 * woo_refunds(arena, order, items, raw, count, ret_documents, err):
 * The refunds of an order as credit notes, by their moments: those of ${items} and no fewer than the order itself knows. A refund's payload holds
 * the order and all of its refunds, without which it cannot be read; its own text tells its versions apart.
 *
 * Errors: ERR_DATA naming the refund and the field; ERR_INCOMPLETE if one of the order's is not among them.
 */
MUST_CHECK int woo_refunds(struct arena *, const struct woo_order *, const struct json *, const struct json_raw *, size_t,
    struct sales_document **, struct err *) __attribute__((nonnull(1, 2, 6, 7)));

/**
 * woo_take(arena, raw, order), woo_read(…):
 * Make the order's text its payload; a payload as a document (`read` of the kind).
 */
void woo_take(struct arena *, struct json_raw, struct woo_order *) __attribute__((nonnull));
MUST_CHECK int woo_read(struct arena *, const struct sales_source *, const struct sales_stored *, struct sales_reading *,
    struct err *) __attribute__((nonnull));

/**
 * woo_content(arena, raw):
 * The order's text without what moves by itself, which tells its versions apart: some shops set the time of change of an order that somebody
 * only looked at.
 */
struct json_raw woo_content(struct arena *, struct json_raw) __attribute__((nonnull));

/**
 * woo_id(object, name, ret_id, err), woo_moment(object, name, ret_us, err), woo_amount(object, name, currency, ret_minor, err):
 * A positive whole number as text; a time without a zone, which is UTC (`…_gmt`); an amount, rounded to the currency's decimals, absent as 0.
 */
MUST_CHECK int woo_id(struct arena *, const struct json *, const char *, const char **, struct err *)
    __attribute__((nonnull(1, 3, 4, 5)));
MUST_CHECK int woo_moment(struct arena *, const struct json *, const char *, int64_t *, struct err *)
    __attribute__((nonnull(1, 3, 4, 5)));
MUST_CHECK int woo_amount(const struct json *, const char *, const char *, int64_t *, struct err *)
    __attribute__((nonnull(2, 3, 4, 5)));

/* ---- meta ---- */

/**
 * woo_meta(arena, owner, labels, ret_text, err):
 * The first answer that is not empty among the `meta_data` of ${owner} whose key, or label as people read it, is one of ${labels}: text or a
 * number as it is, of a list the first one that says something, of an object the member that a label names ("_seats.email"). "" for none.
 *
 * Errors: ERR_DATA if `meta_data` is no list of objects.
 */
MUST_CHECK int woo_meta(struct arena *, const struct json *, const struct config_list *, const char **, struct err *)
    __attribute__((nonnull(1, 3, 4, 5)));

/**
 * woo_fields(arena, config, owner, fields, err):
 * Offer what the `meta_data` of ${owner} say under the labels of the settings' `fields`, as woo_meta() reads them.
 */
MUST_CHECK int woo_fields(struct arena *, const struct config_source *, const struct json *, struct sales_fields *, struct err *)
    __attribute__((nonnull(1, 2, 4, 5)));

#endif
