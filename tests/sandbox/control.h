#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include "base/err.h"
#include "web.h"

/**
 * control_handle(request, answer, key, err):
 * Answer a request to /_sandbox/…, for whoever knows ${key} (Authorization: Bearer). Parameters are form fields; the answer is JSON.
 */
MUST_CHECK int control_handle(struct web_request *, struct web_answer *, const char *, struct err *) __attribute__((nonnull));

#endif
