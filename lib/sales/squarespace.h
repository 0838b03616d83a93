#ifndef SALES_SQUARESPACE_H
#define SALES_SQUARESPACE_H

#include "adapter/json.h"
#include "http/http.h"
#include "sales/newest.h"
#include "sales/source.h"

extern const struct sales_kind squarespace_kind;

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

#define SQUARESPACE_ORDERS "/1.0/commerce/orders"

/**
 * squarespace_http(arena, source, sink):
 * How its shop is talked to.
 */
struct http_config squarespace_http(struct arena *, const struct sales_source *, const struct sales_sink *)
    __attribute__((nonnull));

/**
 * squarespace_get(arena, http, source, path, ret_response, err), squarespace_json(arena, source, response, ret_json, err):
 * Ask for something; take a 200 as JSON.
 *
 * Errors: what http_send() says; ERR_INCOMPLETE if the shop's clock is 10 minutes off, or for what is no JSON; ERR_REFUSED or
 * ERR_REJECTED for other statuses, with what to do about them.
 */
MUST_CHECK int squarespace_get(struct arena *, struct http *, const struct sales_source *, const char *,
    const struct http_response **, struct err *) __attribute__((nonnull));
MUST_CHECK int squarespace_json(struct arena *, const struct sales_source *, const struct http_response *, struct json **,
    struct err *) __attribute__((nonnull));

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
 * squarespace_proof_end(proof, http, sink, err):
 * After the walk: is all of it to be believed? Hands the sink what the next pull is to be told, and which orders are gone.
 *
 * Errors: ERR_INCOMPLETE if an order that is there did not come, or none of those known is there; ERR_REFUSED for another shop.
 */
MUST_CHECK int squarespace_proof_end(struct squarespace_proof *, struct http *, const struct sales_sink *, struct err *)
    __attribute__((nonnull));

#endif
