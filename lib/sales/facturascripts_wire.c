/* Requests to a FacturaScripts site: pages in the order of a table's key, and what makes a page whole. Offsets are no snapshot, so each page
 * begins behind the last key of the one before. The site says how many rows are left; a page that is shorter than that and than what was
 * asked for is refused. An empty list is no proof of anything (a date that the database does not take gives one, with status 200), so a
 * second, simpler question must bear it out.
 *
 * The site shuts a client out for ten minutes after five refusals, and has no other limit: the first 401 or 403 ends the reading, and a 429
 * holds all requests to the host for eleven minutes, also those of later runs. */
#include "facturascripts.h"

#include <string.h>

#include "base/text.h"

#define PAGE_ROWS 200
#define PAGE_BYTES ((size_t)16 * 1024 * 1024)
#define BAN_S 660
#define GAP_IDS 50 /* ids that nobody asked for, up to which two stretches are read as one */

static const struct {
	const char *name, *key;
} tables[FS_TABLES] = {
	[FS_INVOICES] = { "facturaclientes", "idfactura" },
	[FS_LINES] = { "lineafacturaclientes", "idlinea" },
	[FS_RECEIPTS] = { "reciboclientes", "idrecibo" },
	[FS_PAYMENTS] = { "pagoclientes", "idpago" },
	[FS_CONTACTS] = { "contactos", "idcontacto" },
	[FS_COMPANIES] = { "empresas", "idempresa" },
};

int
fs_open(struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, struct fs_site **ret_site,
    struct err *err)
{
	const struct config_source *config = source->config;
	struct fs_site *site = ARENA_NEW(arena, struct fs_site);
	const struct http_config http = {
		.base_url = arena_printf(arena, "%s/api/3", config->url),
		.user_agent = source->contact != NULL ? arena_printf(arena, "ctok-batch (%s)", source->contact) : "ctok-batch",
		.ca_file = config->ca_file,
		.allow_private = config->allow_private.items,
		.allow_private_count = config->allow_private.count,
		.allow_http = config->allow_http,
		.connections = 1,
		.retry = { .max_total_ms = 300000, .base_ms = 1000, .cap_ms = 60000, .max_tries = 4 },
		.min_gap_ms = 50,
		.ban_s = BAN_S,
		.keep_header = "X-Total-Count",
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

	*site = (struct fs_site){ .source = source, .sink = sink };
	if (http_open(&http, &site->http, err) != 0)
		return -1;
	*ret_site = site;
	return 0;
}

void
fs_close(struct fs_site *site)
{
	if (site != NULL)
		http_close(site->http);
}

/* What an error answer says: {"status":"error","message":…} or {"error":…}, in the server's language. */
static const char *
error_words(struct arena *arena, const struct fs_site *site, const struct http_response *response)
{
	struct err ignored = ERR_INIT; /* an error that is not JSON has no words to show */
	const struct json *words;
	struct json *body = NULL;

	if (json_parse(arena, "error", response->body, response->body_len, &body, &ignored) != 0)
		return "";
	words = json_get(body, "message");
	if (words == NULL)
		words = json_get(body, "error");
	if (words == NULL || words->kind != JSON_STRING)
		return "";
	return strstr(words->text, site->source->secret) != NULL ? "(it repeats the token)" : words->text;
}

/* Anything but 200: say what it means for the source, by the status, because the words are in any language. Never "no rows". */
static int
refuse_answer(
    struct arena *arena, const struct fs_site *site, const char *what, const struct http_response *response, struct err *err)
{
	const char *text = arena_printf(arena, "status %ld \"%.200s\"", response->status, error_words(arena, site, response));

	switch (response->status) {
	case 401:
		err_set(err, ERR_REFUSED, "the site does not accept the token: %s", text);
		return err_hint(err, "Put the key of an API user where token points. Five refusals within ten minutes shut this "
				     "machine out for ten.");
	case 403:
		err_set(err, ERR_REFUSED, "the token lacks the right to read %s: %s", what, text);
		return err_hint(
		    err, "Give the key the right to GET it. Five refusals within ten minutes shut this machine out for ten.");
	case 404:
		err_set(err, ERR_CONFIG, "the site has no %s: %s", what, text);
		return err_hint(err, "Check url: it is the site's address without \"/api/3\".");
	case 409:
		err_set(err, ERR_REFUSED, "the site's API is switched off: %s", text);
		return err_hint(err, "Switch it on in the site's control panel.");
	default: return err_set(err, ERR_REJECTED, "the site refuses to list %s: %s", what, text);
	}
}

/* Send, and take nothing but JSON. A misconfigured site answers 200 with its login page. */
static int
ask(struct fs_site *site, struct arena *arena, const char *what, const char *path, struct http_response **ret_response,
    struct json **ret_json, struct err *err)
{
	const struct http_header headers[] = {
		{ "Token", site->source->secret, true },
		{ "Accept", "application/json", false },
	};
	const struct http_request request = {
		.method = "GET", .path = path, .headers = headers, .header_count = 2, .repeatable = true, .what = what
	};
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

/* A list as it came: rows in their order, and how many the site says there are. */
struct list {
	struct fs_row *rows;
	size_t count;
	int64_t total;
};

static int
ask_list(struct fs_site *site, struct arena *arena, enum fs_table table, const char *query, size_t limit, struct list *ret_list,
    struct err *err)
{
	const char *what = tables[table].name;
	struct http_response *response;
	struct json *json = NULL;
	struct json_raw *raw;
	struct list list = { 0 };
	size_t i;

	if (ask(site, arena, what, arena_printf(arena, "/%s?%s", what, query), &response, &json, err) != 0)
		return -1;
	if (response->status != 200)
		return refuse_answer(arena, site, what, response, err);
	if (json->kind != JSON_ARRAY)
		return err_set(err, ERR_INCOMPLETE, "the answer is %s, not a list", json_kind_name(json));
	if (response->kept == NULL || text_int64(response->kept, &list.total, err) != 0) {
		err_reset(err);
		return err_set(err, ERR_INCOMPLETE, "the answer does not say how many rows there are (header X-Total-Count)");
	}
	/* Cut by a limit of its own, by a lost row, by whatever: this is not all that was asked for. */
	if ((int64_t)json->count != (list.total < (int64_t)limit ? list.total : (int64_t)limit))
		return err_set(err, ERR_INCOMPLETE, "%zu rows came where %lld of at most %zu a page are due", json->count,
		    (long long)list.total, limit);
	if (json_raw_items(arena, response->body, response->body_len, NULL, &raw, &list.count, err) != 0)
		return -1;
	if (list.count != json->count)
		return err_set(err, ERR_DATA, "the rows cannot be told apart");
	list.rows = ARENA_ARRAY(arena, list.count, struct fs_row);
	for (i = 0; i < list.count; i++) {
		list.rows[i] = (struct fs_row){ .json = &json->items[i], .raw = raw[i] };
		if (fs_number(list.rows[i].json, tables[table].key, &list.rows[i].id, err) != 0)
			return err_wrap(err, "row %zu", i + 1);
	}
	if (list.count > 0)
		site->answered[table] = true;
	*ret_list = list;
	return 0;
}

static const char *
number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%lld", (long long)value);
}

/* The query of a page: brackets are encoded, for the sake of proxies. */
static const char *
page_query(struct arena *arena, const struct fs_walk *walk, int64_t after)
{
	const char **pairs = ARENA_ARRAY(arena, 2 * (walk->filter_count + 4), const char *);
	const char *key = tables[walk->table].key;
	size_t count = 0, i;

	pairs[count++] = "limit";
	pairs[count++] = number(arena, PAGE_ROWS);
	pairs[count++] = arena_printf(arena, "sort[%s]", key);
	pairs[count++] = "ASC";
	pairs[count++] = arena_printf(arena, "filter[%s_gt]", key);
	pairs[count++] = number(arena, after);
	if (walk->since != NULL) {
		pairs[count++] = "filter[fecha_gte]";
		pairs[count++] = walk->since;
	}
	for (i = 0; i < walk->filter_count; i++) {
		pairs[count++] = arena_printf(arena, "filter[%s]", walk->filters[2 * i]);
		pairs[count++] = walk->filters[2 * i + 1];
	}
	return http_form(arena, pairs, count / 2);
}

/* The last row by ${order} of what ${walk} asks for, but for its date; of the whole table where ${all}. */
static int
last_row(struct fs_site *site, struct arena *arena, const struct fs_walk *walk, const char *order, bool all, struct list *ret_list,
    struct err *err)
{
	const char **pairs = ARENA_ARRAY(arena, 2 * (walk->filter_count + 3), const char *);
	size_t count = 0, i;

	pairs[count++] = "limit";
	pairs[count++] = "1";
	pairs[count++] = arena_printf(arena, "sort[%s]", order);
	pairs[count++] = "DESC";
	if (!all) {
		pairs[count++] = arena_printf(arena, "filter[%s_gt]", tables[walk->table].key);
		pairs[count++] = number(arena, walk->after);
		for (i = 0; i < walk->filter_count; i++) {
			pairs[count++] = arena_printf(arena, "filter[%s]", walk->filters[2 * i]);
			pairs[count++] = walk->filters[2 * i + 1];
		}
	}
	return ask_list(site, arena, walk->table, http_form(arena, pairs, count / 2), 1, ret_list, err);
}

/* Nothing came for the days since a date: without the date, what is the youngest? */
static int
prove_no_younger(struct fs_site *site, struct arena *arena, const struct fs_walk *walk, struct err *err)
{
	int64_t bound_us, date_us;
	struct list list;
	const char *date;

	if (last_row(site, arena, walk, "fecha", /* all= */ false, &list, err) != 0)
		return -1;
	if (list.count == 0)
		return 0;
	if (fs_text(list.rows[0].json, "fecha", &date, err) != 0 || fs_moment("UTC", date, NULL, &date_us, err) != 0 ||
	    fs_moment("UTC", walk->since, NULL, &bound_us, err) != 0)
		return -1;
	if (date_us >= bound_us)
		return err_set(
		    err, ERR_INCOMPLETE, "nothing came for the days since %s, although there is a row of %s", walk->since, date);
	return 0;
}

/* Nothing came: does the table answer at all, and, where nothing else was asked for, has it nothing behind the key? */
static int
prove_empty(struct fs_site *site, struct arena *arena, const struct fs_walk *walk, struct err *err)
{
	struct list list;

	if (walk->since != NULL && prove_no_younger(site, arena, walk, err) != 0)
		return -1;
	if (last_row(site, arena, walk, tables[walk->table].key, /* all= */ true, &list, err) != 0)
		return -1;
	if (list.count == 0 && site->answered[walk->table])
		return err_set(err, ERR_INCOMPLETE, "the table is empty all of a sudden");
	if (list.count > 0 && walk->filter_count == 0 && walk->since == NULL && list.rows[0].id > walk->after)
		return err_set(err, ERR_INCOMPLETE, "nothing came behind key %lld, although there is %lld", (long long)walk->after,
		    (long long)list.rows[0].id);
	return 0;
}

int
fs_walk(struct fs_site *site, struct arena *arena, const struct fs_walk *walk, fs_page *page, void *context, struct err *err)
{
	struct list list = { .total = 1 };
	int64_t after = walk->after, seen;
	size_t pages = 0, i;

	for (; list.total > (int64_t)list.count; pages++) {
		if (!walk->keep)
			arena_reset(arena);
		if (ask_list(site, arena, walk->table, page_query(arena, walk, after), PAGE_ROWS, &list, err) != 0)
			goto failed;
		for (i = 0, seen = after; i < list.count; seen = list.rows[i++].id) {
			if (list.rows[i].id <= seen) {
				err_set(err, ERR_INCOMPLETE, "key %lld comes after %lld: the list is not in order",
				    (long long)list.rows[i].id, (long long)seen);
				goto failed;
			}
		}
		after = seen;
		if (list.count == 0 && pages == 0 && prove_empty(site, arena, walk, err) != 0)
			goto failed;
		if (page(context, list.rows, list.count, err) != 0)
			return -1;
		if (list.count == 0)
			break;
	}
	return 0;
failed:
	return err_wrap(err, "page %zu of %s", pages + 1, tables[walk->table].name);
}

int
fs_ranges(struct fs_site *site, struct arena *arena, enum fs_table table, const char *field, const int64_t *ids, size_t count,
    fs_page *page, void *context, struct err *err)
{
	size_t first, last;

	for (first = 0; first < count; first = last + 1) {
		for (last = first; last + 1 < count && ids[last + 1] - ids[last] <= GAP_IDS; last++)
			;
		const char *const filters[] = { arena_printf(arena, "%s_gte", field), number(arena, ids[first]),
			arena_printf(arena, "%s_lte", field), number(arena, ids[last]) };
		const struct fs_walk walk = { .table = table, .filters = filters, .filter_count = 2, .keep = true };

		if (fs_walk(site, arena, &walk, page, context, err) != 0)
			return -1;
	}
	return 0;
}

int
fs_top(struct fs_site *site, struct arena *arena, enum fs_table table, int64_t *ret_id, struct err *err)
{
	const struct fs_walk walk = { .table = table };
	struct list list;

	if (last_row(site, arena, &walk, tables[table].key, /* all= */ true, &list, err) != 0)
		return err_wrap(err, "the last of %s", tables[table].name);
	if (list.count == 0 && site->answered[table])
		return err_set(err, ERR_INCOMPLETE, "the last of %s: the table is empty all of a sudden", tables[table].name);
	*ret_id = list.count > 0 ? list.rows[0].id : 0;
	return 0;
}

int
fs_get(
    struct fs_site *site, struct arena *arena, const char *resource, const char *id, const struct json **ret_row, struct err *err)
{
	/* As one segment of the path. */
	const char *path = arena_printf(arena, "/%s/%s", resource, http_form(arena, (const char *const[]){ "", id }, 1) + 1);
	struct http_response *response;
	struct json *json = NULL;

	if (ask(site, arena, resource, path, &response, &json, err) != 0)
		return err_wrap(err, "one of %s", resource);
	if (response->status == 404 && json_parse(arena, "error", response->body, response->body_len, &json, err) == 0 &&
	    json_get(json, "error") != NULL) {
		*ret_row = NULL;
		return 0;
	}
	if (response->status != 200) {
		err_reset(err);
		return refuse_answer(arena, site, resource, response, err);
	}
	if (json->kind != JSON_OBJECT)
		return err_set(err, ERR_INCOMPLETE, "one of %s: the answer is %s, not a record", resource, json_kind_name(json));
	*ret_row = json;
	return 0;
}
