/* Requests to Stripe and what may be made of its answers. A list has no count: what makes it whole is that its rows come once each, newest
 * first, and that nothing follows when the end is asked for once more behind the last row. Lists are asked for with bounds of time, so that what
 * is new meanwhile does not move them. A page is found only by the last row of the one before, so a list is read over one connection; what is
 * asked for by its id goes over all that the source has. The version is pinned with every request: else the account's own counts, which anybody there may change.
 *
 * Source: Stripe API reference, "Authentication", "Versioning", "Pagination", "Errors", "Rate limits". */
#include "stripe.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define PAGE_ROWS 100
#define PAGE_BYTES ((size_t)32 * 1024 * 1024)
#define ID_BYTES 255
#define MOST_ROWS_BYTES ((size_t)16 * 1024 * 1024)
#define BUSY_TRIES 3
#define BUSY_WAIT_MS 1000

/* The mode is in the key: sk_live_…, rk_test_… */
static int
read_mode(const char *key, bool *ret_live, struct err *err)
{
	bool secret = text_starts(key, "sk_") || text_starts(key, "rk_");

	if (secret && text_starts(key + 3, "live_"))
		*ret_live = true;
	else if (secret && text_starts(key + 3, "test_"))
		*ret_live = false;
	else {
		err_set(err, ERR_CONFIG,
		    "the API key is neither a secret nor a restricted one: it begins with none of sk_live_, "
		    "sk_test_, rk_live_, rk_test_");
		return err_hint(err, "Make a restricted key with the right to read and put it where api_key points.");
	}
	return 0;
}

static const char *
words(struct arena *arena, const struct http_response *response, const struct json *body)
{
	const struct json *error = json_get(body, "error");

	return arena_printf(arena, " %s %s \"%.200s\", request \"%.60s\"", shop_word(error, "type"), shop_word(error, "code"),
	    shop_word(error, "message"), response->kept != NULL ? response->kept : "");
}

static const struct shop_refusal refusals[] = {
	{ 401, .err = ERR_REFUSED, .says = "Stripe does not accept the API key",
	    .hint = "Make a restricted key with the right to read and put it where api_key points." },
	{ 403, .err = ERR_REFUSED, .says = "the API key lacks a right", .hint = "Give the restricted key the right to read it." },
	{ 0, .err = ERR_REJECTED, .says = "Stripe refuses the request" },
};

int
stripe_open(const struct sales_source *source, const struct sales_sink *sink, struct stripe_site **ret_site, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct stripe_site *site = ARENA_NEW(&arena, struct stripe_site);
	struct stripe_set *const sets[] = { &site->handed, &site->people, &site->learners, &site->owners, &site->moments,
		&site->open_sessions, &site->open_refunds, &site->open_disputes, &site->open_charges, &site->open_payouts };
	const struct shop_manner manner = {
		.home = "https://api.stripe.com",
		.shared_address = true,
		.retry = { .max_total_ms = 600000, .base_ms = 1000, .cap_ms = 60000, .max_tries = 6 },
		.min_gap_ms = 40, /* 25 a second, which test mode and single endpoints allow */
		.keep_header = "Request-Id",
		.idle_timeout_ms = 60000,
		.total_timeout_ms = 180000,
		.max_bytes = PAGE_BYTES,
		.headers = { { "Authorization", arena_printf(&arena, "Bearer %s", source->secret), true },
		    { "Stripe-Version", STRIPE_VERSION, false } },
		.secret_name = "the API key",
		.clock = "Stripe's",
		.sold = "sales",
		.words = words,
		.refusals = refusals,
	};
	size_t i;

	site->source = source;
	site->sink = sink;
	site->config = source->config;
	if (read_mode(source->secret, &site->live, err) != 0 || shop_open(&arena, source, sink, &manner, &site->shop, err) != 0) {
		arena_done(&arena);
		return -1;
	}
	site->arena = arena;
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		sets[i]->arena = &site->arena;
	buf_init(&site->answers, STRIPE_ANSWERS_BYTES);
	*ret_site = site;
	return 0;
}

void
stripe_close(struct stripe_site *site)
{
	struct arena arena;

	if (site == NULL)
		return;
	shop_close(site->shop);
	buf_done(&site->answers);
	/* The site lies in its own arena. */
	arena = site->arena;
	arena_done(&arena);
}

static const char *
called(struct arena *arena, const char *path)
{
	return arena_strndup(arena, path, strcspn(path, "?"));
}

void
stripe_expect(struct stripe_site *site, const char *path)
{
	struct arena arena = ARENA_INIT;

	shop_expect(site->shop, called(&arena, path), path);
	arena_done(&arena);
}

/* Ask. 409 says that another request holds the object: after a moment it does not. */
static int
ask(struct stripe_site *site, struct arena *arena, const char *path, const struct http_response **ret_response, struct err *err)
{
	const char *what = called(arena, path);
	int try;

	for (try = 1;; try++) {
		if (site->sink->stopped(site->sink->context))
			return err_set(err, ERR_INCOMPLETE, "stopped on request");
		if (shop_get(arena, site->shop, what, path, ret_response, err) != 0)
			return -1;
		if ((*ret_response)->status != 409 || try == BUSY_TRIES)
			return 0;
		(site->source->sleep_ms != NULL ? site->source->sleep_ms : clock_sleep_ms)(BUSY_WAIT_MS);
	}
}

/* Take a 200 as a JSON object. */
static int
read_answer(struct arena *arena, const struct stripe_site *site, const struct http_response *response, struct json **ret_json,
    struct err *err)
{
	return shop_json(arena, site->shop, "it", response, JSON_OBJECT, "an object", ret_json, err);
}

/* Objects of the two modes never mix; where they do, something is between us and Stripe. */
static int
check_object(const struct stripe_site *site, const struct json *json, struct err *err)
{
	const struct json *live = json_get(json, "livemode");

	if (live != NULL && live->kind == JSON_BOOL && live->truth != site->live)
		return err_set(err, ERR_INCOMPLETE, "\"%.60s\" is of %s mode, the key is not", stripe_word(json, "id"),
		    live->truth ? "live" : "test");
	return 0;
}

static int
read_id(const struct json *json, const char **ret_id, struct err *err)
{
	const char *id;

	if (json_text(json, "id", &id, err) != 0)
		return -1;
	/* It goes into paths, and between blanks into what is remembered. */
	if (id[0] == '\0' || strlen(id) > ID_BYTES ||
	    strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") != strlen(id))
		return err_set(err, ERR_DATA, "\"%.60s\" is no id", id);
	*ret_id = id;
	return 0;
}

int
stripe_get(struct stripe_site *site, struct arena *arena, const char *path, struct stripe_item *ret_item, struct err *err)
{
	const struct http_response *response = NULL;
	struct json *json = NULL;
	const char *id = NULL;

	if (ask(site, arena, path, &response, err) != 0)
		return -1;
	if (response->status == 404) {
		*ret_item = (struct stripe_item){ .arena = arena };
		return 0;
	}
	if (read_answer(arena, site, response, &json, err) != 0 || read_id(json, &id, err) != 0 ||
	    check_object(site, json, err) != 0)
		return err_wrap(err, "%.*s", (int)strcspn(path, "?"), path);
	*ret_item = (struct stripe_item){ arena, id, json, { response->body, response->body_len } };
	return 0;
}

/* A walk under way. Pages take turns in two arenas, as the last row of one is compared with the next one's. */
struct walking {
	struct stripe_site *site;
	const struct stripe_walk *walk;
	struct arena arenas[2];
	size_t pages, rows;
	const char *last;     /* id of the last row; NULL: none yet */
	int64_t last_created; /* of it; INT64_MAX: none yet */
	struct stripe_set ids;
};

static int
ask_page(
    struct walking *walking, struct arena *arena, const char *limit, struct shop_rows *ret_rows, bool *ret_more, struct err *err)
{
	const struct stripe_walk *walk = walking->walk;
	const char **pairs = ARENA_ARRAY(arena, 2 * (walk->pair_count + 2), const char *);
	const struct http_response *response = NULL;
	const struct json *more;
	struct json *json = NULL;
	size_t count = 0;

	if (walk->pair_count > 0)
		memcpy(pairs, walk->pairs, 2 * walk->pair_count * sizeof(*pairs));
	count = 2 * walk->pair_count;
	pairs[count++] = "limit";
	pairs[count++] = limit;
	if (walking->last != NULL) {
		pairs[count++] = "starting_after";
		pairs[count++] = walking->last;
	}
	if (ask(walking->site, arena, arena_printf(arena, "%s?%s", walk->path, http_form(arena, pairs, count / 2)), &response,
		err) != 0 ||
	    read_answer(arena, walking->site, response, &json, err) != 0)
		return -1;
	more = json_get(json, "has_more");
	if (!text_equal(stripe_word(json, "object"), "list") || more == NULL || more->kind != JSON_BOOL)
		return err_set(err, ERR_INCOMPLETE, "the answer is no list that says whether more follow");
	*ret_more = more->truth;
	return shop_rows(arena, response, json, "data", ret_rows, err);
}

/* The next row must be another one, and no newer than the one before. */
static int
check_row(struct walking *walking, struct stripe_item *item, struct err *err)
{
	int64_t created = INT64_MIN;

	if (read_id(item->json, &item->id, err) != 0 || check_object(walking->site, item->json, err) != 0)
		return -1;
	if (stripe_set_find(&walking->ids, item->id) != NULL)
		return err_set(err, ERR_INCOMPLETE, "\"%s\" came twice: others may be lost for it", item->id);
	stripe_set_put(&walking->ids, item->id, 0);
	if (walking->walk->nested)
		return 0;
	if (json_int(item->json, "created", &created, err) != 0)
		return -1;
	if (created > walking->last_created)
		return err_set(err, ERR_INCOMPLETE, "\"%s\" is newer than the row before it: the list is not in order", item->id);
	walking->last_created = created;
	return 0;
}

static int
take_page(struct walking *walking, stripe_take *take, void *context, bool *ret_more, struct err *err)
{
	struct arena *arena = &walking->arenas[walking->pages % 2];
	struct shop_rows rows;
	size_t mark, i;

	arena_reset(arena);
	if (ask_page(walking, arena, arena_printf(arena, "%d", PAGE_ROWS), &rows, ret_more, err) != 0)
		return -1;
	if (*ret_more && rows.count < PAGE_ROWS)
		return err_set(
		    err, ERR_INCOMPLETE, "it has %zu rows although more follow: a whole page has %d", rows.count, PAGE_ROWS);
	mark = shop_mark(walking->site->shop);
	stripe_expect_customers(walking->site, arena, &rows);
	for (i = 0; i < rows.count; i++) {
		struct stripe_item item = { arena, NULL, &rows.items[i], rows.raw[i] };

		if (check_row(walking, &item, err) != 0 || take(context, &item, err) != 0)
			return err_wrap(err, "row %zu", i + 1);
		walking->last = item.id;
	}
	/* Those of rows that are no documents, or were met before, were not asked for. */
	shop_forget(walking->site->shop, mark);
	walking->rows += rows.count;
	return 0;
}

/* Behind the last row there must be nothing. */
static int
check_end(struct walking *walking, struct err *err)
{
	struct arena *arena = &walking->arenas[walking->pages % 2]; /* not that of the last row */
	struct shop_rows rows;
	bool more;

	arena_reset(arena);
	if (ask_page(walking, arena, "1", &rows, &more, err) != 0)
		return -1;
	if (rows.count > 0 || more)
		return err_set(err, ERR_INCOMPLETE, "it ends after %zu rows, and goes on when asked again", walking->rows);
	return 0;
}

int
stripe_walk(struct stripe_site *site, const struct stripe_walk *walk, stripe_take *take, void *context, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct walking walking = { .site = site, .walk = walk, .last_created = INT64_MAX, .ids = { .arena = &arena } };
	bool more = true;
	int rc = -1;

	site->walks++;
	for (; more; walking.pages++) {
		if (take_page(&walking, take, context, &more, err) != 0) {
			err_wrap(err, "page %zu of %s", walking.pages + 1, walk->path);
			goto out;
		}
	}
	if (check_end(&walking, err) != 0) {
		err_wrap(err, "the end of %s", walk->path);
		goto out;
	}
	rc = 0;
out:
	arena_done(&walking.arenas[0]);
	arena_done(&walking.arenas[1]);
	arena_done(&arena);
	return rc;
}

/* Rows that outlive their page: parsed once more where they are kept; and their texts, as a list. */
struct rows {
	struct arena *arena;
	const struct json **items;
	size_t count, room;
	struct buf text;
};

static int
keep_row(void *context, const struct stripe_item *item, struct err *err)
{
	struct rows *rows = context;
	const struct json **more;
	struct json *json;

	if (json_parse(rows->arena, "row", item->raw.text, item->raw.len, &json, err) != 0)
		return -1;
	if (rows->count == rows->room) {
		rows->room = 2 * rows->room + 16;
		more = ARENA_ARRAY(rows->arena, rows->room, const struct json *);
		if (rows->count > 0)
			memcpy(more, rows->items, rows->count * sizeof(*more));
		rows->items = more;
	}
	rows->items[rows->count++] = json;
	buf_char(&rows->text, rows->text.len == 0 ? '[' : ',');
	buf_add(&rows->text, item->raw.text, item->raw.len);
	return 0;
}

/* The rows of a list that does not come with its owner, asked for. */
static int
ask_rows(struct stripe_site *site, const char *path, struct rows *rows, struct err *err)
{
	const struct stripe_walk walk = { .path = path, .nested = true };
	int rc;

	buf_init(&rows->text, MOST_ROWS_BYTES);
	rc = stripe_walk(site, &walk, keep_row, rows, err);
	buf_text(&rows->text, rows->text.len == 0 ? "[]" : "]");
	if (rc == 0 && (rc = buf_check(&rows->text, path, err)) == 0)
		stripe_note(site, path, rows->text.data, rows->text.len);
	buf_done(&rows->text);
	return rc;
}

static void
take_rows(struct rows *rows, const struct json *list)
{
	size_t i;

	rows->items = ARENA_ARRAY(rows->arena, list->count, const struct json *);
	for (i = 0; i < list->count; i++)
		rows->items[rows->count++] = &list->items[i];
}

int
stripe_rows(struct stripe_site *site, struct arena *arena, const struct json *owner, const char *name, const char *path,
    const struct json ***ret_rows, size_t *ret_count, struct err *err)
{
	const struct json *list = json_get(owner, name), *more = json_get(list, "has_more"), *data;
	struct rows rows = { .arena = arena };

	if (list != NULL && list->kind == JSON_OBJECT && more != NULL && more->kind == JSON_BOOL && !more->truth) {
		if (json_list(list, "data", &data, err) != 0)
			return err_wrap(err, "\"%s\"", name);
		take_rows(&rows, data);
	} else if (site->is_stored) {
		if (stripe_answer(site, path, &data, err) != 0)
			return -1;
		if (data->kind != JSON_ARRAY)
			return err_set(err, ERR_DATA, "\"%s\" is %s, not an array", path, json_kind_name(data));
		take_rows(&rows, data);
	} else if (ask_rows(site, path, &rows, err) != 0) {
		return -1;
	}
	if (rows.count > STRIPE_MOST_LINES)
		return err_set(err, ERR_DATA, "\"%s\" has %zu rows, more than %d", name, rows.count, STRIPE_MOST_LINES);
	*ret_rows = rows.items;
	*ret_count = rows.count;
	return 0;
}
