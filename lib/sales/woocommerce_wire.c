/* Requests to a WooCommerce shop, and what makes a list whole. Lists are bare arrays; how many items there are stands in a header, and a part
 * that is not as long as this says is asked for again, then refused: between the two questions that the shop asks its database something may
 * have come or gone.
 *
 * Sorted by id, a list grows in the middle and at its end while it is read, and loses only what is deleted. */
#include "woocommerce.h"

#include <string.h>

#include "adapter/crypto.h"
#include "base/text.h"

#define PAGE_BYTES ((size_t)32 * 1024 * 1024)
#define TRIES 3

int
woo_open(struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, struct woo_site **ret_site,
    struct err *err)
{
	const struct config_source *config = source->config;
	const char *colon = strchr(source->secret, ':');
	struct woo_site *site = ARENA_NEW(arena, struct woo_site);
	char *url = arena_strdup(arena, config->url), *key;
	size_t len = strlen(url);

	if (colon == NULL || colon == source->secret || colon[1] == '\0' || strchr(colon + 1, ':') != NULL) {
		err_set(err, ERR_CONFIG, "secret api_key is not a consumer key and secret with a colon between them");
		return err_hint(err, "Write them as the shop shows them, in one line: ck_…:cs_….");
	}
	while (len > 0 && url[len - 1] == '/')
		url[--len] = '\0';
	const struct http_config http = {
		.base_url = url,
		.user_agent = source->contact != NULL ? arena_printf(arena, "ctok-batch (%s)", source->contact) : "ctok-batch",
		.ca_file = config->ca_file,
		.allow_private = config->allow_private.items,
		.allow_private_count = config->allow_private.count,
		.allow_http = config->allow_http,
		.connections = 1,
		.retry = { .max_total_ms = 600000, .base_ms = 2000, .cap_ms = 120000, .max_tries = 5 },
		.keep_header = "X-WP-Total",
		.connect_timeout_ms = 15000,
		.idle_timeout_ms = 120000,
		.total_timeout_ms = 300000,
		.max_bytes = PAGE_BYTES,
		.breaker = source->breaker,
		.sleep_ms = source->sleep_ms,
		.stopped = sink->stopped,
		.stopped_context = sink->context,
		.trace = source->trace,
		.trace_context = source->trace_context,
	};
	*site = (struct woo_site){ .source = source, .sink = sink, .secret = arena_strdup(arena, colon + 1) };
	if (config->key_in_query) {
		key = arena_strndup(arena, source->secret, (size_t)(colon - source->secret));
		site->keys = http_form(arena, (const char *const[]){ "consumer_key", key, "consumer_secret", colon + 1 }, 2);
	} else {
		site->authorization = arena_printf(arena, "Basic %s", crypto_base64(arena, source->secret, strlen(source->secret)));
	}
	if (http_open(&http, &site->http, err) != 0)
		return -1;
	*ret_site = site;
	return 0;
}

void
woo_close(struct woo_site *site)
{
	if (site != NULL)
		http_close(site->http);
}

/* A member of an error answer for a message; "" if there is none. */
static const char *
error_part(const struct woo_site *site, const struct json *body, const char *name)
{
	const struct json *value = json_get(body, name);

	if (value == NULL || value->kind != JSON_STRING)
		return "";
	return strstr(value->text, site->secret) != NULL ? "(it repeats the key)" : value->text;
}

static bool
is_code(const struct json *body, const char *code)
{
	const struct json *value = json_get(body, "code");

	return value != NULL && value->kind == JSON_STRING && strcmp(value->text, code) == 0;
}

/* Anything but 200: say what it means for the source. Never "no orders". */
static int
refuse_answer(struct arena *arena, const struct woo_site *site, const struct http_response *response, struct err *err)
{
	struct err ignored = ERR_INIT; /* an error that is not JSON has no parts to show */
	struct json *body = NULL;
	const char *text;

	if (json_parse(arena, "error", response->body, response->body_len, &body, &ignored) != 0)
		body = NULL;
	text = body != NULL ? arena_printf(arena, "status %ld %.60s \"%.200s\"", response->status, error_part(site, body, "code"),
				  error_part(site, body, "message"))
			    : arena_printf(arena, "status %ld, a page and not JSON", response->status);
	if (response->status == 401 && is_code(body, "woocommerce_rest_cannot_view")) {
		err_set(err, ERR_REFUSED, "the shop does not let the key read orders: %s", text);
		return err_hint(err, "Give the key the right to read. If it has it, the host drops the header Authorization: set "
				     "key_in_query = true.");
	}
	if (response->status == 401) {
		err_set(err, ERR_REFUSED, "the shop does not accept the key: %s", text);
		return err_hint(err,
		    "Make a key with the right to read (WooCommerce, Settings, Advanced, REST API) and put it where "
		    "api_key points.");
	}
	if (response->status == 403) {
		err_set(err, ERR_REFUSED, "the site shuts us out: %s", text);
		return err_hint(err, "Often a security plugin or the host's firewall: let this machine's address pass.");
	}
	if (response->status == 404) {
		err_set(err, ERR_CONFIG, "the site has no WooCommerce orders: %s", text);
		return err_hint(err,
		    "Check url, which is the shop's address without \"/wp-json\", and that the plugin is active. A site "
		    "with plain permalinks needs plain_permalinks = true.");
	}
	return err_set(err, ERR_REJECTED, "the shop refuses the request: %s", text);
}

/* Where a resource is, with its query. */
static const char *
path_of(struct arena *arena, const struct woo_site *site, const char *what, const char *query)
{
	const char *form, *path;

	if (site->source->config->plain_permalinks) {
		form = http_form(arena, (const char *const[]){ "rest_route", arena_printf(arena, "/wc/v3/%s", what) }, 1);
		path = arena_printf(arena, "/?%s%s%s", form, query[0] != '\0' ? "&" : "", query);
	} else {
		path = arena_printf(arena, "/wp-json/wc/v3/%s%s%s", what, query[0] != '\0' ? "?" : "", query);
	}
	if (site->keys != NULL)
		path = arena_printf(arena, "%s%s%s", path, strchr(path, '?') != NULL ? "&" : "?", site->keys);
	return path;
}

/* Send, and take nothing but JSON: security plugins and caches answer with pages, a plugin's warning may stand before the JSON. */
static int
ask(struct woo_site *site, struct arena *arena, const char *path, struct http_response **ret_response, struct json **ret_json,
    struct err *err)
{
	const struct http_header headers[] = {
		{ "Accept", "application/json", false },
		{ "Authorization", site->authorization, true },
	};
	const struct http_request request = { .method = "GET",
		.path = path,
		.headers = headers,
		.header_count = site->authorization != NULL ? 2 : 1,
		.repeatable = true,
		.what = "orders" };
	struct err cause = ERR_INIT;

	if (site->sink->stopped(site->sink->context))
		return err_set(err, ERR_INCOMPLETE, "stopped on request");
	if (http_send(arena, site->http, &request, ret_response, err) != 0)
		return -1;
	if ((*ret_response)->status != 200)
		return 0;
	if (!text_equal((*ret_response)->content_type, "application/json"))
		return err_set(err, ERR_INCOMPLETE, "the answer is \"%.60s\", not JSON", (*ret_response)->content_type);
	if (json_parse(arena, "the answer", (*ret_response)->body, (*ret_response)->body_len, ret_json, &cause) != 0)
		return err_set(err, ERR_INCOMPLETE, "%s", cause.message);
	return 0;
}

/* How many items are due of ${total} from ${offset} on. */
static int64_t
due(int64_t total, int64_t offset)
{
	int64_t left = total > offset ? total - offset : 0;

	return left < WOO_PAGE ? left : WOO_PAGE;
}

static int
list_once(struct woo_site *site, struct arena *arena, const char *path, struct woo_list *list, struct err *err)
{
	struct http_response *response;
	struct json *json = NULL;
	struct json_raw *raw;

	if (ask(site, arena, path, &response, &json, err) != 0)
		return -1;
	if (response->status != 200)
		return refuse_answer(arena, site, response, err);
	if (json->kind != JSON_ARRAY)
		return err_set(err, ERR_INCOMPLETE, "the answer is %s, not a list", json_kind_name(json));
	if (response->kept == NULL || text_int64(response->kept, &list->total, err) != 0) {
		err_reset(err);
		return err_set(err, ERR_INCOMPLETE, "the answer does not say how many there are (header X-WP-Total)");
	}
	if (json_raw_items(arena, response->body, response->body_len, NULL, &raw, &list->count, err) != 0)
		return -1;
	if (list->count != json->count)
		return err_set(err, ERR_DATA, "the items cannot be told apart");
	list->items = json->items;
	list->raw = raw;
	return 0;
}

int
woo_list(struct woo_site *site, struct arena *arena, const char *what, const char *filter, int64_t offset,
    struct woo_list *ret_list, struct err *err)
{
	const char *query = http_form(arena,
	    (const char *const[]){ "per_page", arena_printf(arena, "%d", WOO_PAGE), "offset",
		arena_printf(arena, "%lld", (long long)offset), "orderby", "id", "order", "asc" },
	    4);
	const char *path = path_of(arena, site, what, arena_printf(arena, "%s%s%s", query, filter[0] != '\0' ? "&" : "", filter));
	struct woo_list list = { 0 };
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (list_once(site, arena, path, &list, err) != 0)
			return -1;
		if ((int64_t)list.count == due(list.total, offset)) {
			*ret_list = list;
			return 0;
		}
	}
	return err_set(err, ERR_INCOMPLETE, "%zu came where %lld are due: the shop says that there are %lld", list.count,
	    (long long)due(list.total, offset), (long long)list.total);
}

int
woo_get(struct woo_site *site, struct arena *arena, const char *id, const struct json **ret_order, struct json_raw *ret_raw,
    struct err *err)
{
	const char *path = path_of(arena, site, arena_printf(arena, "orders/%s", id), "dp=6");
	struct http_response *response;
	struct json *json = NULL;

	if (ask(site, arena, path, &response, &json, err) != 0)
		return -1;
	if (response->status == 404 && json_parse(arena, "error", response->body, response->body_len, &json, err) == 0 &&
	    is_code(json, "woocommerce_rest_shop_order_invalid_id")) {
		*ret_order = NULL;
		return 0;
	}
	if (response->status != 200) {
		err_reset(err);
		return refuse_answer(arena, site, response, err);
	}
	if (json->kind != JSON_OBJECT)
		return err_set(err, ERR_INCOMPLETE, "the answer is %s, not an order", json_kind_name(json));
	*ret_order = json;
	*ret_raw = (struct json_raw){ response->body, response->body_len };
	return 0;
}
