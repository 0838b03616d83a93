#ifndef SALES_SHOP_STATE_H
#define SALES_SHOP_STATE_H

#include "sales/shop.h"

/* A shop as its two parts share it: shop.c asks, shop_ahead.c asks ahead. */

/* An answer that waits until it is asked for. */
struct shop_held {
	struct arena arena;
	const struct http_response *response; /* NULL: it failed */
	struct err failure;
	bool taken, used; /* by an expectation; its answer is here, or why there is none */
};

/* What will be asked for. */
struct shop_expected {
	struct shop_expected *next;
	const char *what, *path;
	size_t place;           /* in the order of all that was ever expected */
	struct shop_held *held; /* NULL: not asked yet */
};

struct shop_ahead {
	struct arena paths; /* of what is expected; emptied when nothing is */
	struct arena scratch;
	struct shop_expected *first, *last;
	size_t places;
	struct shop_held *held;
	size_t held_room;
};

struct shop {
	const struct sales_source *source;
	const struct sales_sink *sink;
	struct shop_manner manner;
	struct http_header headers[SHOP_MOST_HEADERS + 1];
	size_t header_count;
	struct http *http;
	unsigned connections;
	struct shop_ahead ahead;
};

/**
 * shop_request(shop, what, path):
 * The request for it.
 */
struct http_request shop_request(const struct shop *, const char *, const char *) __attribute__((nonnull));

/**
 * shop_check(arena, shop, response, err):
 * What every answer is held against, whatever it says.
 */
MUST_CHECK int shop_check(struct arena *, const struct shop *, const struct http_response *, struct err *) __attribute__((nonnull));

/**
 * shop_ahead_open(arena, shop), shop_ahead_close(shop):
 * With nothing expected; everything forgotten.
 */
void shop_ahead_open(struct arena *, struct shop *) __attribute__((nonnull));
void shop_ahead_close(struct shop *) __attribute__((nonnull));

/**
 * shop_ahead_take(arena, shop, path, ret_response, err):
 * The answer to ${path}, if it was expected; else ${ret_response} stays NULL. If it is not here yet it is asked for, together with what is
 * expected behind it.
 *
 * Errors: those of shop_get(), of this very path.
 */
MUST_CHECK int shop_ahead_take(struct arena *, struct shop *, const char *, const struct http_response **, struct err *)
    __attribute__((nonnull));

#endif
