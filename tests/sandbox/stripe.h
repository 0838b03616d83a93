#ifndef SANDBOX_STRIPE_H
#define SANDBOX_STRIPE_H

#include "base/err.h"
#include "fault.h"
#include "web.h"

#define STRIPE_TEST_KEY "rk_test_0c0ffee5a4db0c0ffee"
#define STRIPE_LIVE_KEY "sk_live_0c0ffee5a4db0c0ffee"

/**
 * stripe_handle(request, answer, effect, err):
 * Answer a request to Stripe's API (paths /v1/…). ${err} is set when the sandbox itself failed.
 */
MUST_CHECK int stripe_handle(struct web_request *, struct web_answer *, const struct fault_effect *, struct err *)
    __attribute__((nonnull));

#endif
