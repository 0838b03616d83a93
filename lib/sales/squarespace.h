#ifndef SALES_SQUARESPACE_H
#define SALES_SQUARESPACE_H

#include "adapter/json.h"
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

#endif
