/* One request to a Squarespace shop and what may be made of its answer. */
#include "squarespace.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define DEFAULT_URL "https://api.squarespace.com"
#define PAGE_BYTES ((size_t)16 * 1024 * 1024)
#define CLOCK_OFF_S 600 /* as far as a pull reads back at least */

struct http_config
squarespace_http(struct arena *arena, const struct sales_source *source, const struct sales_sink *sink)
{
	const struct config_source *config = source->config;
	char *url = arena_strdup(arena, config->url != NULL ? config->url : DEFAULT_URL);
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		url[--len] = '\0';
	return (struct http_config){
		.base_url = url,
		.account = source->account, /* many shops at one address, each key with a limit of its own */
		.user_agent = source->contact != NULL ? arena_printf(arena, "ctok-batch (%s)", source->contact) : "ctok-batch",
		.ca_file = config->ca_file,
		.allow_private = config->allow_private.items,
		.allow_private_count = config->allow_private.count,
		.allow_http = config->allow_http,
		.connections = 1,
		.retry = { .max_total_ms = 600000, .base_ms = 2000, .cap_ms = 120000, .max_tries = 6 },
		.min_gap_ms = 250,
		.too_many_wait_ms = 60000,
		.connect_timeout_ms = 15000,
		.idle_timeout_ms = 60000,
		.total_timeout_ms = 180000,
		.max_bytes = PAGE_BYTES,
		.breaker = source->breaker,
		.sleep_ms = source->sleep_ms,
		.stopped = sink->stopped,
		.stopped_context = sink->context,
		.trace = source->trace,
		.trace_context = source->trace_context,
	};
}

/* A member of an error answer for a message; "" if there is none. */
static const char *
error_part(const struct json *body, const char *name)
{
	const struct json *value = json_get(body, name);

	return value != NULL && value->kind == JSON_STRING ? value->text : "";
}

/* Anything but 200: say what it means for the source. Never "no orders". */
static int
refuse_answer(struct arena *arena, const struct sales_source *source, const struct http_response *response, struct err *err)
{
	struct err ignored = ERR_INIT; /* an error that is not JSON has no parts to show */
	struct json *body = NULL;
	const char *text;

	if (json_parse(arena, "error", response->body, response->body_len, &body, &ignored) != 0)
		body = NULL;
	text = arena_printf(arena, "status %ld %s %s \"%.200s\", contextId \"%.60s\"", response->status, error_part(body, "type"),
	    error_part(body, "subtype"), error_part(body, "message"), error_part(body, "contextId"));
	if (strstr(text, source->secret) != NULL)
		text = arena_printf(arena, "status %ld; what it says repeats the API key", response->status);
	switch (response->status) {
	case 401:
		err_set(err, ERR_REFUSED, "the shop does not accept the API key: %s", text);
		return err_hint(err, "Make a new API key with permission to read orders and put it where api_key points.");
	case 402:
		err_set(err, ERR_REFUSED, "the shop's own subscription has lapsed: %s", text);
		return err_hint(err, "Nothing can be read until the owner of the site renews it.");
	case 403:
		err_set(err, ERR_REFUSED, "the API key lacks a permission: %s", text);
		return err_hint(err, "Give the key permission to read orders, and transactions where the source wants them.");
	default: return err_set(err, ERR_REJECTED, "the shop refuses the request: %s", text);
	}
}

/* What changed while the clocks were apart would lie outside of every window that we ask for. */
static int
check_clock(struct arena *arena, const struct sales_source *source, const struct http_response *response, struct err *err)
{
	int64_t now_utc = source->clock_utc + (clock_mono_ms() - source->clock_mono_ms) / 1000,
		off_s = response->date_utc - now_utc;

	if (source->clock_utc == 0 || response->date_utc == 0 || (off_s <= CLOCK_OFF_S && off_s >= -CLOCK_OFF_S))
		return 0;
	err_set(err, ERR_INCOMPLETE, "the shop's clock says %s, ours %s: orders between the two may be missed",
	    clock_iso(arena, response->date_utc), clock_iso(arena, now_utc));
	return err_hint(err, "Set the clock of this machine; if it is right, ask the shop's provider.");
}

int
squarespace_get(struct arena *arena, struct http *http, const struct sales_source *source, const char *path,
    const struct http_response **ret_response, struct err *err)
{
	const struct http_header headers[] = {
		{ "Authorization", arena_printf(arena, "Bearer %s", source->secret), true },
		{ "Accept", "application/json", false },
	};
	const struct http_request request = {
		.method = "GET",
		.path = path,
		.headers = headers,
		.header_count = 2,
		.repeatable = true,
		.what = "orders",
	};
	struct http_response *response;

	if (http_send(arena, http, &request, &response, err) != 0)
		return -1;
	if (check_clock(arena, source, response, err) != 0)
		return -1;
	*ret_response = response;
	return 0;
}

int
squarespace_json(struct arena *arena, const struct sales_source *source, const struct http_response *response,
    struct json **ret_json, struct err *err)
{
	struct err cause = ERR_INIT;

	if (response->status != 200)
		return refuse_answer(arena, source, response, err);
	if (!text_equal(response->content_type, "application/json"))
		return err_set(err, ERR_INCOMPLETE, "the answer is \"%.60s\", not JSON", response->content_type);
	/* A broken page is no wrong order: the reading is what failed. */
	if (json_parse(arena, "the answer", response->body, response->body_len, ret_json, &cause) != 0)
		return err_set(err, ERR_INCOMPLETE, "%s", cause.message);
	return 0;
}
