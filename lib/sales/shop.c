/* What all kinds of source that ask a shop over HTTP have in common. It decides nothing about sales: a kind says what is asked for and what makes
 * an answer whole. */
#include "shop_state.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define CONNECT_TIMEOUT_MS 15000
#define CLOCK_OFF_S 600 /* as far as a pull reads back at least */

/* The address of the configuration or the kind's own, without slashes at its end. */
static const char *
address_of(struct arena *arena, const struct config_source *config, const struct shop_manner *manner)
{
	const char *url = config->url != NULL ? config->url : manner->home;
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	return arena_printf(arena, "%.*s%s", (int)len, url, manner->base != NULL ? manner->base : "");
}

/* Files of tests and kinds that know no such setting leave it 0. */
static unsigned
connections_of(const struct config_source *config)
{
	return config->connections > 1 ? (unsigned)config->connections : 1;
}

static struct http_config
http_config(struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, const struct shop_manner *manner)
{
	const struct config_source *config = source->config;

	return (struct http_config){
		.base_url = address_of(arena, config, manner),
		.account = manner->shared_address ? source->account : NULL,
		.user_agent = source->contact != NULL ? arena_printf(arena, "ctok-batch (%s)", source->contact) : "ctok-batch",
		.ca_file = config->ca_file,
		.allow_private = config->allow_private.items,
		.allow_private_count = config->allow_private.count,
		.allow_http = config->allow_http,
		.connections = connections_of(config),
		.retry = manner->retry,
		.min_gap_ms = manner->min_gap_ms,
		.too_many_wait_ms = manner->too_many_wait_ms,
		.ban_s = manner->ban_s,
		.keep_header = manner->keep_header,
		.connect_timeout_ms = CONNECT_TIMEOUT_MS,
		.idle_timeout_ms = manner->idle_timeout_ms,
		.total_timeout_ms = manner->total_timeout_ms,
		.max_bytes = manner->max_bytes,
		.breaker = source->breaker,
		.sleep_ms = source->sleep_ms,
		.stopped = sink->stopped,
		.stopped_context = sink->context,
		.stop_reads = true,
		.trace = source->trace,
		.trace_context = source->trace_context,
	};
}

int
shop_open(struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, const struct shop_manner *manner,
    struct shop **ret_shop, struct err *err)
{
	const struct http_config config = http_config(arena, source, sink, manner);
	struct shop *shop = ARENA_NEW(arena, struct shop);
	size_t i;

	*shop = (struct shop){ .source = source, .sink = sink, .manner = *manner, .connections = config.connections };
	if (shop->manner.secret == NULL)
		shop->manner.secret = source->secret;
	shop->headers[shop->header_count++] = (struct http_header){ "Accept", "application/json", false };
	for (i = 0; i < SHOP_MOST_HEADERS && manner->headers[i].name != NULL; i++)
		shop->headers[shop->header_count++] = manner->headers[i];
	if (http_open(&config, &shop->http, err) != 0)
		return -1;
	shop_ahead_open(arena, shop);
	*ret_shop = shop;
	return 0;
}

void
shop_close(struct shop *shop)
{
	if (shop == NULL)
		return;
	shop_ahead_close(shop);
	http_close(shop->http);
}

unsigned
shop_connections(const struct shop *shop)
{
	return shop->connections;
}

int
shop_check(struct arena *arena, const struct shop *shop, const struct http_response *response, struct err *err)
{
	const struct sales_source *source = shop->source;
	int64_t now_utc = source->clock_utc + (clock_mono_ms() - source->clock_mono_ms) / 1000,
		off_s = response->date_utc - now_utc;

	if (shop->manner.clock == NULL || source->clock_utc == 0 || response->date_utc == 0 ||
	    (off_s <= CLOCK_OFF_S && off_s >= -CLOCK_OFF_S))
		return 0;
	err_set(err, ERR_INCOMPLETE, "%s clock says %s, ours %s: %s between the two may be missed", shop->manner.clock,
	    clock_iso(arena, response->date_utc), clock_iso(arena, now_utc), shop->manner.sold);
	return err_hint(err, "Set the clock of this machine; if it is right, ask the shop's provider.");
}

struct http_request
shop_request(const struct shop *shop, const char *what, const char *path)
{
	return (struct http_request){ .method = "GET",
		.path = path,
		.headers = shop->headers,
		.header_count = shop->header_count,
		.repeatable = true,
		.what = what };
}

int
shop_get(struct arena *arena, struct shop *shop, const char *what, const char *path, const struct http_response **ret_response,
    struct err *err)
{
	const struct http_request request = shop_request(shop, what, path);
	const struct http_response *expected = NULL;
	struct http_response *response;

	if (shop->sink->stopped(shop->sink->context))
		return err_set(err, ERR_INCOMPLETE, "stopped on request");
	if (shop_ahead_take(arena, shop, path, &expected, err) != 0)
		return -1;
	if (expected != NULL) {
		*ret_response = expected;
		return 0;
	}
	if (http_send(arena, shop->http, &request, &response, err) != 0 || shop_check(arena, shop, response, err) != 0)
		return -1;
	*ret_response = response;
	return 0;
}

/* Say what an answer other than 200 means. The words of an error may quote what was sent. */
static int
refuse(struct arena *arena, const struct shop *shop, const char *what, const struct http_response *response, struct err *err)
{
	const struct shop_refusal *refusal = shop->manner.refusals;
	struct err ignored = ERR_INIT; /* an error that is not JSON has no words of its own */
	struct json *body = NULL;
	const char *text;

	if (json_parse(arena, "error", response->body, response->body_len, &body, &ignored) != 0)
		body = NULL;
	text = arena_printf(arena, "status %ld%s", response->status, shop->manner.words(arena, response, body));
	if (strstr(text, shop->manner.secret) != NULL)
		text = arena_printf(arena, "status %ld; what it says repeats %s", response->status, shop->manner.secret_name);
	while (refusal->status != 0 && (refusal->status != response->status ||
					   (refusal->code != NULL && !text_equal(refusal->code, shop_word(body, "code")))))
		refusal++;
	err_set(err, refusal->err, "%s%s%s: %s", refusal->says, refusal->names ? " " : "", refusal->names ? what : "", text);
	return refusal->hint != NULL ? err_hint(err, "%s", refusal->hint) : -1;
}

int
shop_json(struct arena *arena, struct shop *shop, const char *what, const struct http_response *response, enum json_kind kind,
    const char *called, struct json **ret_json, struct err *err)
{
	struct err cause = ERR_INIT;
	struct json *json = NULL;

	if (response->status != 200)
		return refuse(arena, shop, what, response, err);
	/* Login pages, security plugins and caches answer 200 with a page; a warning may stand before the JSON. */
	if (!text_equal(response->content_type, "application/json"))
		return err_set(err, ERR_INCOMPLETE, "the answer is \"%.60s\", not JSON", response->content_type);
	if (json_parse(arena, "the answer", response->body, response->body_len, &json, &cause) != 0)
		return err_set(err, ERR_INCOMPLETE, "%s", cause.message);
	if (json->kind != kind)
		return err_set(err, ERR_INCOMPLETE, "the answer is %s, not %s", json_kind_name(json), called);
	*ret_json = json;
	return 0;
}

int
shop_rows(struct arena *arena, const struct http_response *response, const struct json *json, const char *name,
    struct shop_rows *ret_rows, struct err *err)
{
	const struct json *list = json;
	struct json_raw *raw;
	size_t count;

	if (name != NULL && json_list(json, name, &list, err) != 0)
		return -1;
	if (json_raw_items(arena, response->body, response->body_len, name, &raw, &count, err) != 0)
		return -1;
	if (count != list->count)
		return err_set(err, ERR_DATA, "the rows cannot be told apart");
	*ret_rows = (struct shop_rows){ list->items, raw, count };
	return 0;
}

int
shop_total(const struct shop *shop, const struct http_response *response, int64_t *ret_total, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (response->kept == NULL || text_int64(response->kept, ret_total, &ignored) != 0)
		return err_set(
		    err, ERR_INCOMPLETE, "the answer does not say how many there are (header %s)", shop->manner.keep_header);
	return 0;
}

const char *
shop_word(const struct json *object, const char *name)
{
	const struct json *value = json_get(object, name);

	return value != NULL && value->kind == JSON_STRING ? value->text : "";
}
