#ifndef SANDBOX_WOOCOMMERCE_H
#define SANDBOX_WOOCOMMERCE_H

#include "base/err.h"
#include "fault.h"
#include "web.h"

/**
 * woocommerce_handle(request, answer, key, effect, err):
 * Answer a request to WooCommerce (paths /wp-json/wc/v3/… and /?rest_route=/wc/v3/…) as its order controllers do, for ${key} ("ck_…:cs_…").
 * ${err} is set when the sandbox itself failed.
 */
MUST_CHECK int woocommerce_handle(
    struct web_request *, struct web_answer *, const char *, const struct fault_effect *, struct err *) __attribute__((nonnull));

#endif
