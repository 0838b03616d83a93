/* Requests to a FacturaScripts site: pages in the order of a table's key, and what makes a page whole. Offsets are no snapshot, so each page
 * begins behind the last key of the one before. The site says how many rows are left; a page that is shorter than that and than what was
 * asked for is refused. An empty list is no proof of anything (a date that the database does not take gives one, with status 200), so a
 * second, simpler question must bear it out.
 *
 * The site shuts a client out for ten minutes after five refusals, and has no other limit: the first 401 or 403 ends the reading, and a 429
 * holds all requests to the host for eleven minutes, also those of later runs. So only tables that answered in this pull are asked ahead, and
 * no more than four requests go out at once (lib/config/check.c): a right that is taken away in the middle costs four refusals at most. */
#include "facturascripts.h"

#include <string.h>

#include "base/text.h"

#define PAGE_ROWS 200
#define PAGE_BYTES ((size_t)16 * 1024 * 1024)
#define BAN_S 660
#define GAP_IDS 50 /* ids that nobody asked for, up to which two stretches are read as one */

static const struct {
	const char *name, *key;
	bool named;     /* its key is text */
	bool may_empty; /* its rows can all be deleted */
} tables[FS_TABLES] = {
	[FS_INVOICES] = { .name = "facturaclientes", .key = "idfactura" },
	[FS_LINES] = { .name = "lineafacturaclientes", .key = "idlinea" },
	[FS_RECEIPTS] = { .name = "reciboclientes", .key = "idrecibo" },
	[FS_PAYMENTS] = { .name = "pagoclientes", .key = "idpago" },
	[FS_CONTACTS] = { .name = "contactos", .key = "idcontacto" },
	[FS_COMPANIES] = { .name = "empresas", .key = "idempresa" },
	[FS_CLIENTS] = { .name = "clientes", .key = "codcliente", .named = true },
	[FS_QUOTES] = { .name = "presupuestoclientes", .key = "idpresupuesto", .may_empty = true },
	[FS_QUOTE_LINES] = { .name = "lineapresupuestoclientes", .key = "idlinea", .may_empty = true },
	[FS_ORDERS] = { .name = "pedidoclientes", .key = "idpedido", .may_empty = true },
	[FS_ORDER_LINES] = { .name = "lineapedidoclientes", .key = "idlinea", .may_empty = true },
};

/* {"status":"error","message":…} or {"error":…}, in the server's language. */
static const char *
words(struct arena *arena, const struct http_response *response, const struct json *error)
{
	const char *text = shop_word(error, "message");

	(void)response;
	return arena_printf(arena, " \"%.200s\"", text[0] != '\0' ? text : shop_word(error, "error"));
}

/* By the status, because the words are in any language. */
static const struct shop_refusal refusals[] = {
	{ 401, .err = ERR_REFUSED, .says = "the site does not accept the token",
	    .hint =
		"Put the key of an API user where token points. Five refusals within ten minutes shut this machine out for ten." },
	{ 403, .err = ERR_REFUSED, .says = "the token lacks the right to read", .names = true,
	    .hint = "Give the key the right to GET it. Five refusals within ten minutes shut this machine out for ten." },
	{ 404, .err = ERR_CONFIG, .says = "the site has no", .names = true,
	    .hint = "Check url: it is the site's address without \"/api/3\"." },
	{ 409, .err = ERR_REFUSED, .says = "the site's API is switched off", .hint = "Switch it on in the site's control panel." },
	{ 0, .err = ERR_REJECTED, .says = "the site refuses to list", .names = true },
};

int
fs_open(struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, struct fs_site **ret_site,
    struct err *err)
{
	struct fs_site *site = ARENA_NEW(arena, struct fs_site);
	const struct shop_manner manner = {
		.base = "/api/3",
		.retry = { .max_total_ms = 300000, .base_ms = 1000, .cap_ms = 60000, .max_tries = 4 },
		.min_gap_ms = 50,
		.ban_s = BAN_S,
		.keep_header = "X-Total-Count",
		.idle_timeout_ms = 60000,
		.total_timeout_ms = 180000,
		.max_bytes = PAGE_BYTES,
		.headers = { { "Token", source->secret, true } },
		.secret_name = "the token",
		.words = words,
		.refusals = refusals,
	};

	*site = (struct fs_site){ .source = source, .sink = sink };
	if (shop_open(arena, source, sink, &manner, &site->shop, err) != 0)
		return -1;
	*ret_site = site;
	return 0;
}

void
fs_close(struct fs_site *site)
{
	if (site != NULL)
		shop_close(site->shop);
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
	const struct http_response *response = NULL;
	struct json *json = NULL;
	struct shop_rows rows;
	struct list list = { 0 };
	size_t i;

	if (shop_get(arena, site->shop, what, arena_printf(arena, "/%s?%s", what, query), &response, err) != 0 ||
	    shop_json(arena, site->shop, what, response, JSON_ARRAY, "a list", &json, err) != 0 ||
	    shop_total(site->shop, response, &list.total, err) != 0)
		return -1;
	site->heard[table] = true;
	/* Cut by a limit of its own, by a lost row, by whatever: this is not all that was asked for. */
	if ((int64_t)json->count != (list.total < (int64_t)limit ? list.total : (int64_t)limit))
		return err_set(err, ERR_INCOMPLETE, "%zu rows came where %lld of at most %zu a page are due", json->count,
		    (long long)list.total, limit);
	if (shop_rows(arena, response, json, NULL, &rows, err) != 0)
		return -1;
	list.count = rows.count;
	list.rows = ARENA_ARRAY(arena, list.count, struct fs_row);
	for (i = 0; i < list.count; i++) {
		list.rows[i] = (struct fs_row){ .json = &rows.items[i], .raw = rows.raw[i] };
		if (!tables[table].named && fs_number(list.rows[i].json, tables[table].key, &list.rows[i].id, err) != 0)
			return err_wrap(err, "row %zu", i + 1);
	}
	if (list.count > 0 && !tables[table].may_empty)
		site->answered[table] = true;
	*ret_list = list;
	return 0;
}

static const char *
number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%lld", (long long)value);
}

/* The query of a page behind a key: brackets are encoded, for the sake of proxies. ${after} NULL: the first one. */
static const char *
page_query(struct arena *arena, const struct fs_walk *walk, const char *after)
{
	const char **pairs = ARENA_ARRAY(arena, 2 * (walk->filter_count + 4), const char *);
	const char *key = tables[walk->table].key;
	size_t count = 0, i;

	pairs[count++] = "limit";
	pairs[count++] = number(arena, PAGE_ROWS);
	pairs[count++] = arena_printf(arena, "sort[%s]", key);
	pairs[count++] = "ASC";
	if (after != NULL) {
		pairs[count++] = arena_printf(arena, "filter[%s_gt]", key);
		pairs[count++] = after;
	}
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
	if (list.count > 0 && !tables[walk->table].named && walk->filter_count == 0 && walk->since == NULL &&
	    list.rows[0].id > walk->after)
		return err_set(err, ERR_INCOMPLETE, "nothing came behind key %lld, although there is %lld", (long long)walk->after,
		    (long long)list.rows[0].id);
	return 0;
}

static const char *
page_path(struct arena *arena, const struct fs_walk *walk, int64_t after)
{
	return arena_printf(arena, "/%s?%s", tables[walk->table].name, page_query(arena, walk, number(arena, after)));
}

int
fs_walk(struct fs_site *site, struct arena *arena, const struct fs_walk *walk, fs_page *page, void *context, struct err *err)
{
	struct list list = { .total = 1 };
	int64_t after = walk->after, seen, declared = INT64_MAX, taken = 0;
	size_t pages = 0, i;

	for (; list.total > (int64_t)list.count; pages++) {
		if (!walk->keep)
			arena_reset(arena);
		if (ask_list(site, arena, walk->table, page_query(arena, walk, number(arena, after)), PAGE_ROWS, &list, err) != 0)
			goto failed;
		for (i = 0, seen = after; i < list.count; seen = list.rows[i++].id) {
			if (list.rows[i].id <= seen) {
				err_set(err, ERR_INCOMPLETE, "key %lld comes after %lld: the list is not in order",
				    (long long)list.rows[i].id, (long long)seen);
				goto failed;
			}
		}
		after = seen;
		declared = taken + list.total < declared ? taken + list.total : declared;
		taken += (int64_t)list.count;
		if (list.count == 0 && pages == 0 && prove_empty(site, arena, walk, err) != 0)
			goto failed;
		if (list.total > (int64_t)list.count)
			shop_expect(site->shop, tables[walk->table].name, page_path(arena, walk, after));
		if (page(context, list.rows, list.count, err) != 0)
			return -1;
		if (list.count == 0)
			break;
	}
	if (walk->table == FS_INVOICES)
		sales_declare(site->sink, declared, taken);
	return 0;
failed:
	return err_wrap(err, "page %zu of %s", pages + 1, tables[walk->table].name);
}

/* The page behind ${*after}, which becomes its last key. Keys of text are in the order of the site's database, which is not for us to know: none
 * may come twice in a row. */
static int
named_page(struct fs_site *site, struct arena *arena, const struct fs_walk *walk, struct arena *keys, const char **after,
    struct list *list, struct err *err)
{
	const char *key;
	size_t i;

	arena_reset(arena);
	if (ask_list(site, arena, walk->table, page_query(arena, walk, *after), PAGE_ROWS, list, err) != 0)
		return -1;
	for (i = 0; i < list->count; i++) {
		if (fs_text(list->rows[i].json, tables[walk->table].key, &key, err) != 0)
			return -1;
		if (key[0] == '\0')
			return err_set(err, ERR_DATA, "row %zu: \"%s\" is empty", i + 1, tables[walk->table].key);
		if (text_equal(key, *after))
			return err_set(err, ERR_INCOMPLETE, "key \"%.60s\" comes twice", key);
		*after = arena_strdup(keys, key);
	}
	return 0;
}

int
fs_walk_named(struct fs_site *site, struct arena *arena, const struct fs_walk *walk, fs_page *page, void *context, struct err *err)
{
	struct list list = { .total = 1 };
	struct arena keys = ARENA_INIT;
	const char *after = NULL;
	size_t pages;
	int rc = -1;

	for (pages = 0; list.total > (int64_t)list.count; pages++) {
		if (named_page(site, arena, walk, &keys, &after, &list, err) != 0 ||
		    (list.count == 0 && pages == 0 && prove_empty(site, arena, walk, err) != 0)) {
			(void)err_wrap(err, "page %zu of %s", pages + 1, tables[walk->table].name);
			goto out;
		}
		if (page(context, list.rows, list.count, err) != 0)
			goto out;
		if (list.count == 0)
			break;
	}
	rc = 0;
out:
	arena_done(&keys);
	return rc;
}

/* The end of the stretch that begins with ${first}. */
static size_t
stretch_end(const int64_t *ids, size_t count, size_t first)
{
	size_t last = first;

	while (last + 1 < count && ids[last + 1] - ids[last] <= GAP_IDS)
		last++;
	return last;
}

/* The walk over a stretch of keys. */
static struct fs_walk
stretch(struct arena *arena, enum fs_table table, const char *field, int64_t first, int64_t last)
{
	const char **filters = ARENA_ARRAY(arena, 4, const char *);

	filters[0] = arena_printf(arena, "%s_gte", field);
	filters[1] = number(arena, first);
	filters[2] = arena_printf(arena, "%s_lte", field);
	filters[3] = number(arena, last);
	return (struct fs_walk){ .table = table, .filters = filters, .filter_count = 2, .keep = true };
}

void
fs_expect_ranges(
    struct fs_site *site, struct arena *arena, enum fs_table table, const char *field, const int64_t *ids, size_t count)
{
	struct fs_walk walk;
	size_t first, last;

	for (first = 0; first < count && site->heard[table]; first = last + 1) {
		last = stretch_end(ids, count, first);
		walk = stretch(arena, table, field, ids[first], ids[last]);
		shop_expect(site->shop, tables[table].name, page_path(arena, &walk, 0));
	}
}

int
fs_ranges(struct fs_site *site, struct arena *arena, enum fs_table table, const char *field, const int64_t *ids, size_t count,
    fs_page *page, void *context, struct err *err)
{
	struct fs_walk walk;
	size_t first, last;

	for (first = 0; first < count; first = last + 1) {
		last = stretch_end(ids, count, first);
		walk = stretch(arena, table, field, ids[first], ids[last]);
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
	const struct http_response *response = NULL;
	struct err ignored = ERR_INIT;
	struct json *json = NULL;

	if (shop_get(arena, site->shop, resource, path, &response, err) != 0)
		return err_wrap(err, "one of %s", resource);
	/* A site that has no such table says so in another shape. */
	if (response->status == 404 && json_parse(arena, "error", response->body, response->body_len, &json, &ignored) == 0 &&
	    json_get(json, "error") != NULL) {
		*ret_row = NULL;
		return 0;
	}
	if (shop_json(arena, site->shop, resource, response, JSON_OBJECT, "a record", &json, err) != 0)
		return response->status != 200 ? -1 : err_wrap(err, "one of %s", resource);
	*ret_row = json;
	return 0;
}
