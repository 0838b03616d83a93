/* What the end of a try means, from plain values: nothing is sent, kept or waited for here. */
#include "verdict.h"

#include <string.h>

#include "base/clock.h"
#include "redact.h"

bool
verdict_is_passing(long status)
{
	return status == 429 || status < 200 || status >= 500;
}

bool
verdict_is_ban(const struct http_config *config, const struct transfer_result *result)
{
	return config->ban_s > 0 && result->end == TRANSFER_ANSWERED && result->status == 429;
}

enum verdict
verdict_of(const struct http_config *config, const struct http_request *request, const struct transfer_result *result)
{
	if (verdict_is_ban(config, result))
		return VERDICT_FAIL;
	switch (result->end) {
	case TRANSFER_ANSWERED:
		if (result->status >= 300 && result->status <= 399)
			return VERDICT_FAIL;
		if (!verdict_is_passing(result->status))
			return VERDICT_ANSWER;
		return request->repeatable || result->status == 429 || result->status == 503 ? VERDICT_AGAIN : VERDICT_FAIL;
	case TRANSFER_UNSENT: return VERDICT_AGAIN;
	case TRANSFER_CUT: return request->repeatable ? VERDICT_AGAIN : VERDICT_FAIL;
	case TRANSFER_TOO_LARGE:
	case TRANSFER_GUARDED:
	case TRANSFER_UNTRUSTED:
	case TRANSFER_BROKEN: break;
	}
	return VERDICT_FAIL;
}

int64_t
verdict_wait_ms(const struct http_config *config, const struct transfer_result *result)
{
	if (result->end != TRANSFER_ANSWERED)
		return -1;
	if (result->retry_after_s >= 0)
		return result->retry_after_s * 1000;
	return result->status == 429 && config->too_many_wait_ms > 0 ? config->too_many_wait_ms : -1;
}

static const char *
tries(struct arena *arena, unsigned count)
{
	return count == 1 ? "1 try" : arena_printf(arena, "%u tries", count);
}

static void
explain_status(struct arena *arena, const struct verdict_try *try, const struct transfer_result *result, struct err *err)
{
	const struct http_request *request = try->request;
	const char *host = try->host;
	const char *words = redact_excerpt(arena, request, result->body, result->body_len);
	const char *target = result->redirect_host != NULL ? result->redirect_host : "";

	if (result->status >= 300 && result->status <= 399) {
		err_set(err, ERR_REFUSED, "\"%s\" redirects %s to \"%s\" (status %ld), which is not followed", host, request->what,
		    *target == '\0' ? "" : redact_excerpt(arena, request, target, strlen(target)), result->status);
		err_hint(err, "Put the address that answers itself into the configuration.");
	} else if (verdict_is_ban(try->config, result)) {
		err_set(err, ERR_SERVICE,
		    "\"%s\" answered %s with status 429: it shuts us out for a while, and is not asked again before %s", host,
		    request->what, clock_iso(arena, try->banned_until_utc));
	} else if (!request->repeatable && result->status != 429 && result->status != 503) {
		err_set(err, ERR_DOUBT, "it is not known whether \"%s\" carried out %s: it answered with status %ld: %s", host,
		    request->what, result->status, words);
	} else {
		err_set(err, ERR_SERVICE, "\"%s\" answered %s with status %ld after %s: %s", host, request->what, result->status,
		    tries(arena, try->tries), words);
	}
}

void
verdict_explain(struct arena *arena, const struct verdict_try *try, const struct transfer_result *result, struct err *err)
{
	const struct http_request *request = try->request;
	const char *host = try->host;

	switch (result->end) {
	case TRANSFER_ANSWERED: explain_status(arena, try, result, err); break;
	case TRANSFER_UNSENT:
		err_set(err, ERR_SERVICE, "could not send %s to \"%s\" in %s: %s", request->what, host, tries(arena, try->tries),
		    result->reason);
		break;
	case TRANSFER_CUT:
		if (request->repeatable)
			err_set(err, ERR_SERVICE, "could not get a whole answer to %s from \"%s\" in %s: %s", request->what, host,
			    tries(arena, try->tries), result->reason);
		else
			err_set(err, ERR_DOUBT, "it is not known whether \"%s\" carried out %s: %s", host, request->what,
			    result->reason);
		break;
	case TRANSFER_TOO_LARGE:
		err_set(err, request->repeatable ? ERR_DATA : ERR_DOUBT, "answer of \"%s\" to %s is larger than %zu bytes", host,
		    request->what, try->config->max_bytes);
		break;
	case TRANSFER_GUARDED:
		err_set(err, ERR_REFUSED, "cannot send %s to \"%s\": %s", request->what, host, result->reason);
		err_hint(err, "A host on a private network must be named in allow_private.");
		break;
	case TRANSFER_UNTRUSTED:
		err_set(err, ERR_REFUSED, "cannot trust \"%s\": %s", host, result->reason);
		err_hint(err, "A certificate authority of your own is named by ca_file.");
		break;
	case TRANSFER_BROKEN: err_set(err, ERR_BUG, "cannot send %s to \"%s\": %s", request->what, host, result->reason); break;
	}
}
