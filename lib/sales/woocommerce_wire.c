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
#define ORDERS "orders" /* what is asked for, in errors */
#define NO_SUCH_ORDER "woocommerce_rest_shop_order_invalid_id"

static const char *
words(struct arena *arena, const struct http_response *response, const struct json *error)
{
	(void)response;
	return error == NULL ? ", a page and not JSON"
			     : arena_printf(arena, " %.60s \"%.200s\"", shop_word(error, "code"), shop_word(error, "message"));
}

static const struct shop_refusal refusals[] = {
	{ 401, "woocommerce_rest_cannot_view", ERR_REFUSED, "the shop does not let the key read orders",
	    .hint = "Give the key the right to read. If it has it, the host drops the header Authorization: set "
		    "key_in_query = true." },
	{ 401, .err = ERR_REFUSED, .says = "the shop does not accept the key",
	    .hint = "Make a key with the right to read (WooCommerce, Settings, Advanced, REST API) and put it where "
		    "api_key points." },
	{ 403, .err = ERR_REFUSED, .says = "the site shuts us out",
	    .hint = "Often a security plugin or the host's firewall: let this machine's address pass." },
	{ 404, .err = ERR_CONFIG, .says = "the site has no WooCommerce orders",
	    .hint = "Check url, which is the shop's address without \"/wp-json\", and that the plugin is active. A site "
		    "with plain permalinks needs plain_permalinks = true." },
	{ 0, .err = ERR_REJECTED, .says = "the shop refuses the request" },
};

int
woo_open(struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, struct woo_site **ret_site,
    struct err *err)
{
	const char *colon = strchr(source->secret, ':'), *key;
	struct woo_site *site = ARENA_NEW(arena, struct woo_site);
	struct shop_manner manner = {
		.retry = { .max_total_ms = 600000, .base_ms = 2000, .cap_ms = 120000, .max_tries = 5 },
		.keep_header = "X-WP-Total",
		.idle_timeout_ms = 120000,
		.total_timeout_ms = 300000,
		.max_bytes = PAGE_BYTES,
		.secret_name = "the key",
		.words = words,
		.refusals = refusals,
	};

	if (colon == NULL || colon == source->secret || colon[1] == '\0' || strchr(colon + 1, ':') != NULL) {
		err_set(err, ERR_CONFIG, "secret api_key is not a consumer key and secret with a colon between them");
		return err_hint(err, "Write them as the shop shows them, in one line: ck_…:cs_….");
	}
	*site = (struct woo_site){ .source = source, .sink = sink };
	manner.secret = arena_strdup(arena, colon + 1);
	if (source->config->key_in_query) {
		key = arena_strndup(arena, source->secret, (size_t)(colon - source->secret));
		site->keys = http_form(arena, (const char *const[]){ "consumer_key", key, "consumer_secret", colon + 1 }, 2);
	} else {
		key = crypto_base64(arena, source->secret, strlen(source->secret));
		manner.headers[0] = (struct http_header){ "Authorization", arena_printf(arena, "Basic %s", key), true };
	}
	if (shop_open(arena, source, sink, &manner, &site->shop, err) != 0)
		return -1;
	*ret_site = site;
	return 0;
}

void
woo_close(struct woo_site *site)
{
	if (site != NULL)
		shop_close(site->shop);
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
	const struct http_response *response = NULL;
	struct json *json = NULL;

	if (shop_get(arena, site->shop, ORDERS, path, &response, err) != 0 ||
	    shop_json(arena, site->shop, ORDERS, response, JSON_ARRAY, "a list", &json, err) != 0 ||
	    shop_total(site->shop, response, &list->total, err) != 0)
		return -1;
	return shop_rows(arena, response, json, NULL, &list->rows, err);
}

static const char *
list_path(struct arena *arena, const struct woo_site *site, const char *what, const char *filter, int64_t offset)
{
	const char *query = http_form(arena,
	    (const char *const[]){ "per_page", arena_printf(arena, "%d", WOO_PAGE), "offset",
		arena_printf(arena, "%lld", (long long)offset), "orderby", "id", "order", "asc" },
	    4);

	return path_of(arena, site, what, arena_printf(arena, "%s%s%s", query, filter[0] != '\0' ? "&" : "", filter));
}

static const char *
order_path(struct arena *arena, const struct woo_site *site, const char *id)
{
	return path_of(arena, site, arena_printf(arena, "orders/%s", id), "dp=6");
}

void
woo_expect_list(struct woo_site *site, struct arena *arena, const char *what, const char *filter, int64_t offset)
{
	shop_expect(site->shop, ORDERS, list_path(arena, site, what, filter, offset));
}

void
woo_expect(struct woo_site *site, struct arena *arena, const char *id)
{
	shop_expect(site->shop, ORDERS, order_path(arena, site, id));
}

int
woo_list(struct woo_site *site, struct arena *arena, const char *what, const char *filter, int64_t offset,
    struct woo_list *ret_list, struct err *err)
{
	const char *path = list_path(arena, site, what, filter, offset);
	struct woo_list list = { 0 };
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (list_once(site, arena, path, &list, err) != 0)
			return -1;
		if ((int64_t)list.rows.count == due(list.total, offset)) {
			*ret_list = list;
			return 0;
		}
	}
	return err_set(err, ERR_INCOMPLETE, "%zu came where %lld are due: the shop says that there are %lld", list.rows.count,
	    (long long)due(list.total, offset), (long long)list.total);
}

/* Does the shop say that there is no such order? (404 is also what a site without the plugin says.) */
static bool
is_unknown(struct arena *arena, const struct http_response *response)
{
	struct err ignored = ERR_INIT;
	struct json *json = NULL;

	return response->status == 404 && json_parse(arena, "error", response->body, response->body_len, &json, &ignored) == 0 &&
	       text_equal(shop_word(json, "code"), NO_SUCH_ORDER);
}

int
woo_get(struct woo_site *site, struct arena *arena, const char *id, const struct json **ret_order, struct json_raw *ret_raw,
    struct err *err)
{
	const char *path = order_path(arena, site, id);
	const struct http_response *response = NULL;
	struct json *json = NULL;

	if (shop_get(arena, site->shop, ORDERS, path, &response, err) != 0)
		return -1;
	if (is_unknown(arena, response)) {
		*ret_order = NULL;
		return 0;
	}
	if (shop_json(arena, site->shop, ORDERS, response, JSON_OBJECT, "an order", &json, err) != 0)
		return -1;
	*ret_order = json;
	*ret_raw = (struct json_raw){ response->body, response->body_len };
	return 0;
}
