/* Reading the orders of a Squarespace shop, page after page. The walk is no snapshot: an order changed meanwhile may come twice, in two
 * versions; the sink keeps the later one. What must not pass for a whole reading is refused: a page that is no JSON, one that is
 * short although more follow, a cursor that is missing or comes again.
 *
 * Source: Squarespace Commerce API, "Retrieve all orders": at most 50 a page; `cursor` is sent alone; the page's own URL is not
 * followed, as the published one points elsewhere. Rate limits: 300 a minute, then 429 without Retry-After and a minute's pause. */
#include "squarespace.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#define DEFAULT_URL "https://api.squarespace.com"
#define PAGE_ORDERS 50
#define PAGE_BYTES ((size_t)16 * 1024 * 1024)

/* A walk from cursor to cursor. To notice circles of any length without keeping all cursors, each is compared with the one before
 * and with a mark that is set anew after 1, 2, 4, 8, … pages (Brent). */
struct walk {
	struct arena arenas[2]; /* of this page and of the one before */
	const char *cursor;     /* of the page at hand; NULL: the first one */
	struct buf mark;
	size_t pages;
	size_t next_mark;
};

static struct http_config
http_settings(struct arena *arena, const struct sales_source *source, const struct sales_sink *sink)
{
	const struct config_source *config = source->config;
	char *url = arena_strdup(arena, config->url != NULL ? config->url : DEFAULT_URL);
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		url[--len] = '\0';
	return (struct http_config){
		.base_url = url,
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
		return err_hint(err, "Give the key permission to read orders.");
	default: return err_set(err, ERR_REJECTED, "the shop refuses the request: %s", text);
	}
}

/* One page: sent, answered with JSON, of the expected outer shape. */
static int
read_page(struct arena *arena, struct http *http, const struct sales_source *source, const char *query, struct json **ret_page,
    struct http_response **ret_response, struct err *err)
{
	const struct http_header headers[] = {
		{ "Authorization", arena_printf(arena, "Bearer %s", source->secret), true },
		{ "Accept", "application/json", false },
	};
	const struct http_request request = {
		.method = "GET",
		.path = arena_printf(arena, "/1.0/commerce/orders?%s", query),
		.headers = headers,
		.header_count = 2,
		.repeatable = true,
		.what = "orders",
	};
	struct http_response *response;
	struct json *page;
	struct err cause = ERR_INIT;

	if (http_send(arena, http, &request, &response, err) != 0)
		return -1;
	if (response->status != 200)
		return refuse_answer(arena, source, response, err);
	if (!text_equal(response->content_type, "application/json"))
		return err_set(err, ERR_INCOMPLETE, "the answer is \"%.60s\", not JSON", response->content_type);
	/* A broken page is no wrong order: the reading is what failed. */
	if (json_parse(arena, "the answer", response->body, response->body_len, &page, &cause) != 0)
		return err_set(err, ERR_INCOMPLETE, "%s", cause.message);
	*ret_page = page;
	*ret_response = response;
	return 0;
}

static int
hand_over(struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, const struct json *page,
    const struct http_response *response, size_t *ret_count, struct err *err)
{
	struct sales_document document;
	const struct json *orders;
	struct json_raw *raw;
	size_t count, i;

	if (json_list(page, "result", &orders, err) != 0 ||
	    json_raw_items(arena, response->body, response->body_len, "result", &raw, &count, err) != 0)
		return -1;
	if (count != orders->count)
		return err_set(err, ERR_DATA, "the list \"result\" cannot be told apart");
	for (i = 0; i < count; i++) {
		if (squarespace_order(arena, source->config, &orders->items[i], &document, err) != 0)
			return err_wrap(err, "item %zu", i + 1);
		document.payload = raw[i].text;
		document.payload_len = raw[i].len;
		if (sink->document(sink->context, &document, err) != 0)
			return -1;
	}
	*ret_count = count;
	return 0;
}

/* The cursor of the page after this one; NULL after the last. */
static int
next_cursor(const struct walk *walk, const struct json *page, size_t count, const char **ret_cursor, struct err *err)
{
	const struct json *pagination = json_get(page, "pagination"), *more = json_get(pagination, "hasNextPage");
	const char *cursor;

	if (more == NULL || more->kind != JSON_BOOL)
		return err_set(err, ERR_INCOMPLETE, "\"pagination.hasNextPage\" is %s, not true or false", json_kind_name(more));
	if (!more->truth) {
		*ret_cursor = NULL;
		return 0;
	}
	if (count < PAGE_ORDERS)
		return err_set(
		    err, ERR_INCOMPLETE, "it has %zu orders although more follow: a whole page has %d", count, PAGE_ORDERS);
	if (json_text_or_null(pagination, "nextPageCursor", &cursor, err) != 0)
		return err_wrap(err, "\"pagination\"");
	if (cursor == NULL || cursor[0] == '\0')
		return err_set(err, ERR_INCOMPLETE, "it says that more follow, but gives no cursor");
	if (text_equal(cursor, walk->cursor) || text_equal(cursor, walk->mark.data))
		return err_set(err, ERR_INCOMPLETE, "its cursor came before: the pages go in circles");
	*ret_cursor = cursor;
	return 0;
}

/* Read the page at hand, hand its orders over and step on to the next one. */
static int
pull_page(struct walk *walk, struct http *http, const struct sales_source *source, const struct sales_sink *sink, bool *ret_more,
    struct err *err)
{
	struct arena *arena = &walk->arenas[walk->pages % 2];
	struct http_response *response = NULL;
	struct json *page = NULL;
	const char *query, *cursor = NULL;
	size_t count = 0;

	arena_reset(arena);
	if (walk->cursor == NULL)
		query = http_form(arena,
		    (const char *const[]){
			"modifiedAfter", clock_iso(arena, source->from_utc), "modifiedBefore", clock_iso(arena, source->to_utc) },
		    2);
	else
		query = http_form(arena, (const char *const[]){ "cursor", walk->cursor }, 1);
	if (read_page(arena, http, source, query, &page, &response, err) != 0 ||
	    hand_over(arena, source, sink, page, response, &count, err) != 0 || next_cursor(walk, page, count, &cursor, err) != 0)
		return err_wrap(err, "page %zu of the orders", walk->pages + 1);
	walk->pages++;
	if (cursor != NULL && walk->pages == walk->next_mark) {
		buf_reset(&walk->mark);
		buf_text(&walk->mark, cursor);
		walk->next_mark *= 2;
	}
	walk->cursor = cursor;
	*ret_more = cursor != NULL;
	return 0;
}

static int
pull(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct walk walk = { .next_mark = 1 };
	struct http *http = NULL;
	struct http_config config = http_settings(&arena, source, sink);
	bool more = true;
	int rc = -1;

	buf_init(&walk.mark, PAGE_BYTES);
	if (http_open(&config, &http, err) != 0)
		goto out;
	while (more) {
		if (sink->stopped(sink->context)) {
			err_set(err, ERR_INCOMPLETE, "stopped on request after %zu pages", walk.pages);
			goto out;
		}
		if (pull_page(&walk, http, source, sink, &more, err) != 0)
			goto out;
	}
	rc = 0;
out:
	http_close(http);
	buf_done(&walk.mark);
	arena_done(&walk.arenas[0]);
	arena_done(&walk.arenas[1]);
	arena_done(&arena);
	return rc;
}

const struct sales_kind squarespace_kind = { .name = "squarespace", .pull = pull };
