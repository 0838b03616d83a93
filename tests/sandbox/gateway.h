#ifndef SANDBOX_GATEWAY_H
#define SANDBOX_GATEWAY_H

#include "fault.h"
#include "web.h"

/**
 * gateway_answer(request, answer, base_url, effect, err):
 * Play a proxy in front of Moodle that gave up waiting: it answers 504, and the site carries the request out all the same, before the answer or
 * ${effect->behind_ms} after it.
 *
 * Source: contract moodle-4.5, case _limits/client_abort: the server commits the whole batch.
 */
MUST_CHECK int gateway_answer(struct web_request *, struct web_answer *, const char *, const struct fault_effect *, struct err *)
    __attribute__((nonnull));

#endif
