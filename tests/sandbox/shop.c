/* Squarespace Commerce as a read-only connector sees it: pages of at most 50 by change time, a cursor that goes alone, and no snapshot: a page
 * is cut out of what is there when it is asked for, so what changes during a walk moves. Documents are served as they are stored. */
#include "shop.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "param.h"
#include "pg.h"
#include "sandbox-sql.h"
#include "state.h"

#define PAGE 50
#define IDS_MAX 50

/* What is listed: its statement, and how the answer names it. */
struct listing {
	const char *page_sql, *list_key, *path, *url_path;
};
static const struct listing orders = { sql_shop_orders, "result", "orders", "1.0/commerce/inventory" }; /* the vendor's own slip */
static const struct listing documents = { sql_shop_documents, "documents", "transactions", "1.0/commerce/transactions" };
static const struct listing products = { sql_shop_products, "products", "products", "v2/commerce/products" };

static int
refuse(struct web_request *request, struct web_answer *answer, unsigned status, const char *type, const char *subtype,
    const char *message)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static uint64_t refusals;
	struct reply reply;
	char context[21];
	uint64_t value;
	size_t i;

	pthread_mutex_lock(&lock);
	value = ++refusals * UINT64_C(0x9e3779b97f4a7c15);
	pthread_mutex_unlock(&lock);
	for (i = 0; i < sizeof(context) - 1; i++, value = value * 31 + i)
		context[i] = (char)('A' + value % 26);
	context[i] = '\0';
	(void)request;
	buf_reset(&answer->body);
	answer->status = status;
	web_say(answer, "Content-Type", "application/json;charset=utf-8");
	reply_init(&reply, &answer->body, REPLY_PLAIN);
	reply_object(&reply, NULL);
	reply_text(&reply, "type", type);
	reply_text(&reply, "subtype", subtype);
	reply_text(&reply, "message", message);
	reply_null(&reply, "details");
	reply_text(&reply, "contextId", context);
	reply_end_object(&reply);
	return 0;
}

static int
refuse_argument(struct web_request *request, struct web_answer *answer, const char *subtype, const char *message)
{
	return refuse(request, answer, 400, "INVALID_REQUEST_ERROR", subtype, message);
}

/* One key may ask so often a minute, counted in whole minutes of the wall clock. */
static bool
is_over_rate(int64_t per_minute)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static int64_t minute, asked;
	int64_t now = clock_mono_ms() / 60000;
	bool over;

	if (per_minute <= 0)
		return false;
	pthread_mutex_lock(&lock);
	if (now != minute) {
		minute = now;
		asked = 0;
	}
	over = ++asked > per_minute;
	pthread_mutex_unlock(&lock);
	return over;
}

/* Where a walk stands. The cursor is its text in hex with a check digit, so that an invented one is refused. */
struct walk {
	const char *after, *before, *status, *last_on, *last_id;
};

static unsigned
check_sum(const char *text)
{
	unsigned sum = 17;

	for (; *text != '\0'; text++)
		sum = sum * 31 + (unsigned char)*text;
	return sum & 0xffff;
}

static char *
write_cursor(struct arena *arena, const struct walk *walk, const char *last_on, const char *last_id)
{
	char *text = arena_printf(arena, "%s|%s|%s|%s|%s", walk->after, walk->before, walk->status, last_on, last_id);

	return arena_printf(arena, "%04x%s", check_sum(text), text_hex(arena, text, strlen(text)));
}

static bool
read_cursor(struct arena *arena, const char *cursor, struct walk *ret)
{
	size_t len = strlen(cursor), i;
	char *text, *part[5];
	unsigned sum;

	if (len < 4 || len % 2 != 0 || strspn(cursor, "0123456789abcdef") != len)
		return false;
	text = arena_alloc(arena, len / 2);
	for (i = 0; 4 + i * 2 < len; i++) {
		unsigned byte;

		if (sscanf(cursor + 4 + i * 2, "%2x", &byte) != 1)
			return false;
		text[i] = (char)byte;
	}
	text[i] = '\0';
	if (sscanf(cursor, "%4x", &sum) != 1 || sum != check_sum(text))
		return false;
	for (i = 0; i < 5; i++) {
		part[i] = text;
		text = strchr(text, '|');
		if ((text == NULL) != (i == 4))
			return false;
		if (text != NULL)
			*text++ = '\0';
	}
	*ret = (struct walk){ part[0], part[1], part[2], part[3], part[4] };
	return true;
}

static void
begin_answer(struct web_answer *answer, struct reply *reply)
{
	web_say(answer, "Content-Type", "application/json;charset=utf-8");
	reply_init(reply, &answer->body, REPLY_PLAIN);
}

static void
write_page(struct web_request *request, struct web_answer *answer, const struct listing *listing, const struct walk *walk,
    const struct pg_rows *rows, const struct fault_effect *effect)
{
	size_t shown = pg_count(rows) > PAGE ? PAGE : pg_count(rows), n, i, *order;
	bool more = pg_count(rows) > PAGE;
	const char *cursor = NULL;
	struct reply reply;

	begin_answer(answer, &reply);
	reply_object(&reply, NULL);
	reply_list(&reply, listing->list_key);
	order = fault_order(request->arena, effect, shown, &n);
	for (i = 0; i < n; i++)
		reply_raw(&reply, NULL, pg_text(rows, order[i], 2));
	reply_end_list(&reply);
	if (more)
		cursor = write_cursor(request->arena, walk, pg_text(rows, shown - 1, 1), pg_text(rows, shown - 1, 0));
	reply_object(&reply, "pagination");
	reply_bool(&reply, "hasNextPage", more);
	reply_text(&reply, "nextPageCursor", cursor);
	reply_text(&reply, "nextPageUrl",
	    cursor == NULL ? NULL
			   : arena_printf(request->arena, "https://api.squarespace.com/%s?cursor=%s", listing->url_path, cursor));
	reply_end_object(&reply);
	reply_end_object(&reply);
}

/* Check what may be asked together and make a walk of it; true if the request was refused. */
static bool
read_walk(struct web_request *request, struct web_answer *answer, const struct tree *query, const char *filter, struct walk *walk)
{
	const char *cursor = tree_text(query, "cursor"), *after = tree_text(query, "modifiedAfter"),
		   *before = tree_text(query, "modifiedBefore"), *value;
	struct err err = ERR_INIT;
	int64_t from, to;
	int from_micros, to_micros;

	*walk = (struct walk){ "-infinity", "infinity", "", "", "" };
	if (cursor != NULL && query->count > 1) {
		refuse_argument(request, answer, "INVALID_ARGUMENT", "cursor cannot be combined with other parameters");
		return true;
	}
	if (cursor != NULL) {
		if (read_cursor(request->arena, cursor, walk))
			return false;
		refuse_argument(request, answer, "INVALID_ARGUMENT", "cursor is not valid");
		return true;
	}
	value = tree_text(query, filter);
	if (value != NULL)
		walk->status = strchr(value, '|') == NULL ? value : "";
	if (after == NULL && before == NULL)
		return false;
	if (after == NULL || before == NULL) {
		refuse_argument(request, answer, "MISSING_ARGUMENT", "modifiedAfter and modifiedBefore must be given together");
		return true;
	}
	if (clock_parse(after, &from, &from_micros, &err) != 0 || clock_parse(before, &to, &to_micros, &err) != 0) {
		refuse_argument(
		    request, answer, "INVALID_ARGUMENT", "modifiedAfter and modifiedBefore must be ISO 8601 date-times in UTC");
		return true;
	}
	if (to < from || (to == from && to_micros <= from_micros)) {
		refuse_argument(request, answer, "INVALID_ARGUMENT", "modifiedBefore must be later than modifiedAfter");
		return true;
	}
	walk->after = after;
	walk->before = before;
	return false;
}

static int
serve_list(struct web_request *request, struct web_answer *answer, const struct listing *listing, const struct tree *query,
    const char *filter, const struct switches *switches, const struct fault_effect *effect, struct err *err)
{
	static const char *const statuses[] = { "PENDING", "FULFILLED", "CANCELED" };
	struct walk walk;
	struct pg_rows *rows;
	struct pg *pg;
	size_t i;
	int rc;

	if (read_walk(request, answer, query, filter, &walk))
		return 0;
	for (i = 0; listing == &orders && walk.status[0] != '\0' && strcmp(statuses[i], walk.status) != 0; i++)
		if (i == 2)
			return refuse_argument(
			    request, answer, "INVALID_ARGUMENT", "fulfillmentStatus must be PENDING, FULFILLED or CANCELED");
	if (pg_take(&pg, err) != 0)
		return -1;
	rc = pg_run_once(pg, listing->page_sql,
	    PG_ARGS(walk.after, walk.before, walk.status, walk.last_on[0] == '\0' ? NULL : walk.last_on, walk.last_id,
		switches->newest_first ? "t" : "f"),
	    &rows, err);
	if (rc == 0) {
		write_page(request, answer, listing, &walk, rows, effect);
		pg_free(rows);
	}
	pg_give(pg);
	return rc;
}

static int
serve_order(struct web_request *request, struct web_answer *answer, const char *id, struct err *err)
{
	struct pg_rows *rows;
	struct reply reply;
	struct pg *pg;
	int rc;

	if (strlen(id) != 24 || strspn(id, "0123456789abcdef") != 24)
		return refuse_argument(request, answer, "INVALID_ARGUMENT", "order id is not valid");
	if (pg_take(&pg, err) != 0)
		return -1;
	rc = pg_run(pg, sql_shop_order, PG_ARGS(id), &rows, err);
	if (rc == 0 && pg_count(rows) == 0) {
		refuse(request, answer, 404, "INVALID_REQUEST_ERROR", NULL, "order not found");
	} else if (rc == 0) {
		begin_answer(answer, &reply);
		buf_text(&answer->body, pg_text(rows, 0, 0));
	}
	if (rc == 0)
		pg_free(rows);
	pg_give(pg);
	return rc;
}

/* A comma list of document or product ids: one unknown id fails the whole request. */
static int
serve_ids(struct web_request *request, struct web_answer *answer, const struct listing *listing, const char *sql, const char *ids,
    struct err *err)
{
	size_t asked = 1, i;
	struct pg_rows *rows;
	struct reply reply;
	const char *p;
	struct pg *pg;
	int rc;

	for (p = ids; *p != '\0'; p++)
		asked += *p == ',' ? 1 : 0;
	if (asked > IDS_MAX)
		return refuse_argument(request, answer, "INVALID_ARGUMENT", "too many ids");
	if (pg_take(&pg, err) != 0)
		return -1;
	rc = pg_run(pg, sql, PG_ARGS(ids), &rows, err);
	if (rc == 0 && pg_count(rows) < asked) {
		refuse(request, answer, 404, "INVALID_REQUEST_ERROR", "INVALID_ARGUMENT", "not found");
	} else if (rc == 0) {
		begin_answer(answer, &reply);
		reply_object(&reply, NULL);
		reply_list(&reply, listing->list_key);
		for (i = 0; i < pg_count(rows); i++)
			reply_raw(&reply, NULL, pg_text(rows, i, 0));
		reply_end_list(&reply);
		reply_end_object(&reply);
	}
	if (rc == 0)
		pg_free(rows);
	pg_give(pg);
	return rc;
}

static int
serve_website(struct web_request *request, struct web_answer *answer, struct err *err)
{
	struct pg_rows *rows;
	struct reply reply;
	struct pg *pg;
	int rc;

	(void)request;
	if (pg_take(&pg, err) != 0)
		return -1;
	rc = pg_run(pg, sql_shop_website, PG_NONE, &rows, err);
	if (rc == 0) {
		begin_answer(answer, &reply);
		buf_text(&answer->body, pg_count(rows) == 0 ? "{}" : pg_text(rows, 0, 0));
		pg_free(rows);
	}
	pg_give(pg);
	return rc;
}

/* Only names the resource knows may be in the query. */
static bool
only_known(const struct tree *query, const char *const *names)
{
	const struct tree *item;
	size_t i;

	for (item = query->first; item != NULL; item = item->next) {
		for (i = 0; names[i] != NULL && strcmp(names[i], item->key) != 0; i++)
			;
		if (names[i] == NULL)
			return false;
	}
	return true;
}

static int
route(struct web_request *request, struct web_answer *answer, const struct switches *switches, const struct fault_effect *effect,
    struct err *err)
{
	static const char *const order_names[] = { "modifiedAfter", "modifiedBefore", "cursor", "fulfillmentStatus", "customerId",
		"paymentStates", NULL };
	static const char *const document_names[] = { "modifiedAfter", "modifiedBefore", "cursor", "orderId", NULL };
	static const char *const product_names[] = { "modifiedAfter", "modifiedBefore", "cursor", "query", "type", NULL };
	struct tree *query = tree_new(request->arena);
	const char *path = request->path;

	tree_form(request->arena, query, request->query, strlen(request->query), 100);
	if (strcmp(path, "/1.0/authorization/website") == 0)
		return serve_website(request, answer, err);
	if (strcmp(path, "/1.0/commerce/orders") == 0) {
		if (!only_known(query, order_names))
			return refuse_argument(request, answer, "INVALID_ARGUMENT", "unknown query parameter");
		return serve_list(request, answer, &orders, query, "fulfillmentStatus", switches, effect, err);
	}
	if (text_starts(path, "/1.0/commerce/orders/"))
		return serve_order(request, answer, path + strlen("/1.0/commerce/orders/"), err);
	if (strcmp(path, "/1.0/commerce/transactions") == 0) {
		if (!only_known(query, document_names))
			return refuse_argument(request, answer, "INVALID_ARGUMENT", "unknown query parameter");
		return serve_list(request, answer, &documents, query, "orderId", switches, effect, err);
	}
	if (text_starts(path, "/1.0/commerce/transactions/"))
		return serve_ids(
		    request, answer, &documents, sql_shop_documents_by_id, path + strlen("/1.0/commerce/transactions/"), err);
	if (strcmp(path, "/v2/commerce/products") == 0) {
		if (!only_known(query, product_names))
			return refuse_argument(request, answer, "INVALID_ARGUMENT", "unknown query parameter");
		return serve_list(request, answer, &products, query, "type", switches, effect, err);
	}
	if (text_starts(path, "/v2/commerce/products/"))
		return serve_ids(request, answer, &products, sql_shop_products_by_id, path + strlen("/v2/commerce/products/"), err);
	return refuse(request, answer, 404, "INVALID_REQUEST_ERROR", NULL, "no such resource");
}

/* What the counters call it: the path without ids. */
static const char *
resource_name(const char *path)
{
	static const char *const names[] = { "orders", "transactions", "products", "website" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(path, names[i]) != NULL)
			return names[i];
	return "(no resource)";
}

int
shop_handle(
    struct web_request *request, struct web_answer *answer, const char *key, const struct fault_effect *effect, struct err *err)
{
	const char *agent = web_header(request, "User-Agent"), *authorization = web_header(request, "Authorization");
	struct switches switches;
	int rc;

	state_switches(&switches);
	if (agent == NULL || agent[0] == '\0')
		rc = refuse_argument(request, answer, "MISSING_ARGUMENT", "the User-Agent header is required");
	else if (authorization == NULL || !text_starts(authorization, "Bearer ") || strcmp(authorization + 7, key) != 0)
		rc = refuse(request, answer, 401, "AUTHORIZATION_ERROR", NULL, "You are not authorized to do that.");
	else if (switches.site_expired)
		rc = refuse(request, answer, 402, "WEBSITE_EXPIRED", NULL, "site subscription lapsed");
	else if (is_over_rate(switches.rate_per_minute))
		rc = refuse(request, answer, 429, "TOO_MANY_REQUESTS", NULL, "Too many requests");
	else if (strcmp(request->method, "GET") != 0)
		rc = refuse(request, answer, 405, "METHOD_NOT_ALLOWED", NULL, "only GET is supported here");
	else if (web_header(request, "Content-Type") != NULL)
		rc = refuse_argument(request, answer, "INVALID_CONTENT_TYPE", "a request without a body has no content type");
	else
		rc = route(request, answer, &switches, effect, err);
	if (switches.date_off_s != 0)
		web_say(answer, "Date", clock_rfc5322(request->arena, state_now() + switches.date_off_s));
	state_count(resource_name(request->path), 0, rc != 0 || answer->status != 200);
	return rc;
}
