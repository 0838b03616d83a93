#ifndef SANDBOX_SHOP_H
#define SANDBOX_SHOP_H

#include "base/err.h"
#include "fault.h"
#include "web.h"

/**
 * shop_handle(request, answer, key, effect, err):
 * Answer a request to the shop (paths /1.0/… and /v2/…) as Squarespace would, for API key ${key}. ${err} is set when the sandbox itself failed.
 */
MUST_CHECK int shop_handle(struct web_request *, struct web_answer *, const char *, const struct fault_effect *, struct err *)
    __attribute__((nonnull));

#endif
