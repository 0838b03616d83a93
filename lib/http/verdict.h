#ifndef HTTP_VERDICT_H
#define HTTP_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "http/http.h"
#include "transfer.h"

/* What a try that ended asks for. */
enum verdict { VERDICT_ANSWER, VERDICT_AGAIN, VERDICT_FAIL };

/* A request that was tried, and by what it is told. */
struct verdict_try {
	const struct http_config *config;
	const struct http_request *request;
	const char *host;
	unsigned tries;
	int64_t banned_until_utc; /* where it shuts us out */
};

/**
 * verdict_of(config, request, result):
 * Another try is due only where it cannot do the same thing twice, and where it does not prolong a ban.
 */
enum verdict verdict_of(const struct http_config *, const struct http_request *, const struct transfer_result *)
    __attribute__((nonnull));

/**
 * verdict_is_passing(status), verdict_is_ban(config, result):
 * The status says that the service, not the request, is at fault: so does one that does not exist. It shuts us out for a while.
 *
 * Source: RFC 9110, section 15.
 */
bool verdict_is_passing(long);
bool verdict_is_ban(const struct http_config *, const struct transfer_result *) __attribute__((nonnull));

/**
 * verdict_wait_ms(config, result):
 * How long the server asks us to wait, -1 if it does not.
 */
int64_t verdict_wait_ms(const struct http_config *, const struct transfer_result *) __attribute__((nonnull));

/**
 * verdict_explain(arena, try, result, err):
 * Set ${err} to why a try that is no answer was the last one: ERR_SERVICE, ERR_REFUSED, ERR_DATA, ERR_BUG, and ERR_DOUBT where it may have been
 * carried out.
 */
void verdict_explain(struct arena *, const struct verdict_try *, const struct transfer_result *, struct err *)
    __attribute__((nonnull));

#endif
