#ifndef SANDBOX_FACTURASCRIPTS_H
#define SANDBOX_FACTURASCRIPTS_H

#include "base/err.h"
#include "fault.h"
#include "web.h"

/**
 * facturascripts_handle(request, answer, token, effect, err):
 * Answer a request to FacturaScripts (paths /api…) as version 2026.65 does. ${err} is set when the sandbox itself failed.
 */
MUST_CHECK int facturascripts_handle(
    struct web_request *, struct web_answer *, const char *, const struct fault_effect *, struct err *) __attribute__((nonnull));

/**
 * facturascripts_reset():
 * Nobody is shut out any more.
 */
void facturascripts_reset(void);

#endif
