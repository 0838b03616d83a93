/* WooCommerce's REST API wc/v3 as a read-only connector sees it: bare lists with their totals in headers, 10 items unless more are asked for,
 * dates of filters in the site's own zone unless they are said to be UTC, parameters that it does not know ignored, the key in the header or
 * in the query. Documents are served as they are stored. */
#include "woocommerce.h"

#include <inttypes.h>
#include <string.h>

#include "adapter/crypto.h"
#include "base/text.h"
#include "pg.h"
#include "reply.h"
#include "sandbox-sql.h"
#include "state.h"
#include "tree.h"

#define DEFAULT_PER_PAGE 10
#define MOST_PER_PAGE 100
#define API "/wc/v3/"

static void
begin(struct web_answer *answer, unsigned status, struct reply *reply)
{
	buf_reset(&answer->body);
	answer->status = status;
	web_say(answer, "Content-Type", "application/json; charset=UTF-8");
	reply_init(reply, &answer->body, REPLY_PLAIN);
}

static int
refuse(struct web_answer *answer, unsigned status, const char *code, const char *message)
{
	struct reply reply;

	begin(answer, status, &reply);
	reply_object(&reply, NULL);
	reply_text(&reply, "code", code);
	reply_text(&reply, "message", message);
	reply_object(&reply, "data");
	reply_int(&reply, "status", status);
	reply_end_object(&reply);
	reply_end_object(&reply);
	return 0;
}

static int
refuse_parameter(struct web_request *request, struct web_answer *answer, const char *name)
{
	return refuse(answer, 400, "rest_invalid_param", arena_printf(request->arena, "Invalid parameter(s): %s", name));
}

static const char *
text_or(const struct tree *query, const char *name, const char *fallback)
{
	const char *text = tree_text(query, name);

	return text != NULL ? text : fallback;
}

/* Which part of a list is wanted. */
struct part {
	int64_t per_page, offset, page;
	const char *orderby, *order;
};

/* The name of the parameter that is wrong; NULL: none. */
static const char *
read_number(const struct tree *query, const char *name, int64_t least, int64_t most, int64_t *value)
{
	const char *text = tree_text(query, name);
	struct err odd = ERR_INIT;
	int64_t number;

	if (text == NULL)
		return NULL;
	if (text_int64(text, &number, &odd) != 0 || number < least || number > most)
		return name;
	*value = number;
	return NULL;
}

static const char *
read_part(const struct tree *query, struct part *part)
{
	const char *wrong;

	*part = (struct part){ DEFAULT_PER_PAGE, -1, 1, text_or(query, "orderby", "date"), text_or(query, "order", "desc") };
	wrong = read_number(query, "per_page", 1, MOST_PER_PAGE, &part->per_page);
	if (wrong == NULL)
		wrong = read_number(query, "page", 1, INT32_MAX, &part->page);
	if (wrong == NULL)
		wrong = read_number(query, "offset", 0, INT32_MAX, &part->offset);
	if (wrong == NULL && strcmp(part->order, "asc") != 0 && strcmp(part->order, "desc") != 0)
		wrong = "order";
	if (wrong == NULL && strcmp(part->orderby, "id") != 0 && strcmp(part->orderby, "date") != 0 &&
	    strcmp(part->orderby, "modified") != 0)
		wrong = "orderby";
	if (part->offset < 0)
		part->offset = (part->page - 1) * part->per_page;
	return wrong;
}

static void
write_list(struct web_request *request, struct web_answer *answer, const struct pg_rows *rows, int64_t total,
    const struct part *part, const struct fault_effect *effect)
{
	size_t n, i, *order = fault_order(request->arena, effect, pg_count(rows), &n);
	struct reply reply;

	begin(answer, 200, &reply);
	reply_list(&reply, NULL);
	for (i = 0; i < n; i++)
		reply_raw(&reply, NULL, pg_text(rows, order[i], 0));
	reply_end_list(&reply);
	/* A planned `empty` is a list that was filtered away by a plugin, total and all. */
	if (n == 0 && pg_count(rows) > 0)
		total = 0;
	web_say(answer, "X-WP-Total", arena_printf(request->arena, "%" PRId64, total));
	web_say(answer, "X-WP-TotalPages", arena_printf(request->arena, "%" PRId64, (total + part->per_page - 1) / part->per_page));
	if (part->offset + part->per_page < total)
		web_say(answer, "Link",
		    arena_printf(request->arena, "<https://shop.example%s?per_page=%" PRId64 "&page=%" PRId64 ">; rel=\"next\"",
			request->path, part->per_page, part->page + 1));
}

static int
serve_orders(struct web_request *request, struct web_answer *answer, struct pg *pg, const struct tree *query,
    const struct switches *switches, const struct fault_effect *effect, struct err *err)
{
	const char *gmt = text_or(query, "dates_are_gmt", "");
	/* Before version 5.8 nothing was known of times of change. */
	const bool old = switches->old_woocommerce;
	const char *filters[6] = { text_or(query, "status", "any"), text_or(query, "after", ""), text_or(query, "before", ""),
		old ? "" : text_or(query, "modified_after", ""), old ? "" : text_or(query, "modified_before", ""),
		!old && (strcmp(gmt, "true") == 0 || strcmp(gmt, "1") == 0) ? "t" : "f" };
	struct pg_rows *rows = NULL, *counts = NULL;
	struct part part;
	const char *wrong = read_part(query, &part);
	int rc = -1;

	if (wrong != NULL)
		return refuse_parameter(request, answer, wrong);
	if (pg_run(pg, sql_woo_list,
		PG_ARGS(filters[0], filters[1], filters[2], filters[3], filters[4], filters[5], part.orderby, part.order,
		    pg_number(request->arena, part.per_page), pg_number(request->arena, part.offset)),
		&rows, err) != 0 ||
	    pg_run(pg, sql_woo_count, PG_ARGS(filters[0], filters[1], filters[2], filters[3], filters[4], filters[5]), &counts,
		err) != 0)
		goto out;
	write_list(request, answer, rows, pg_int(counts, 0, 0), &part, effect);
	rc = 0;
out:
	pg_free(rows);
	pg_free(counts);
	return rc;
}

static int
serve_refunds(struct web_request *request, struct web_answer *answer, struct pg *pg, const char *id, const struct tree *query,
    const struct fault_effect *effect, struct err *err)
{
	struct pg_rows *rows = NULL;
	struct part part;
	const char *wrong = read_part(query, &part);

	if (wrong != NULL)
		return refuse_parameter(request, answer, wrong);
	if (pg_run(pg, sql_woo_refunds,
		PG_ARGS(id, part.order, pg_number(request->arena, part.per_page), pg_number(request->arena, part.offset)), &rows,
		err) != 0)
		return -1;
	write_list(request, answer, rows, pg_count(rows) > 0 ? pg_int(rows, 0, 1) : 0, &part, effect);
	pg_free(rows);
	return 0;
}

/* One order, or the refunds of one. */
static int
serve_one(struct web_request *request, struct web_answer *answer, struct pg *pg, const char *rest, const struct tree *query,
    const struct fault_effect *effect, struct err *err)
{
	const char *id = arena_strndup(request->arena, rest, strspn(rest, "0123456789"));
	struct pg_rows *rows = NULL;
	struct reply reply;
	int rc = 0;

	rest += strlen(id);
	if (id[0] == '\0' || strlen(id) > 18 || (rest[0] != '\0' && strcmp(rest, "/refunds") != 0))
		return refuse(answer, 404, "rest_no_route", "No route was found matching the URL and request method.");
	if (pg_run(pg, sql_woo_order, PG_ARGS(id), &rows, err) != 0)
		return -1;
	if (pg_count(rows) == 0) {
		refuse(answer, 404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.");
	} else if (rest[0] != '\0') {
		rc = serve_refunds(request, answer, pg, id, query, effect, err);
	} else {
		begin(answer, 200, &reply);
		buf_text(&answer->body, pg_text(rows, 0, 0));
	}
	pg_free(rows);
	return rc;
}

/* Is the key there, in the header that a host may drop, or in the query? */
static bool
is_allowed(struct web_request *request, const struct tree *query, const char *key, const struct switches *switches, bool *ret_tried)
{
	const char *header = switches->strip_authorization ? NULL : web_header(request, "Authorization");
	const char *user = tree_text(query, "consumer_key"), *password = tree_text(query, "consumer_secret");

	*ret_tried = header != NULL || user != NULL;
	if (header != NULL && text_starts(header, "Basic "))
		return strcmp(header + 6, crypto_base64(request->arena, key, strlen(key))) == 0;
	return user != NULL && password != NULL && strcmp(arena_printf(request->arena, "%s:%s", user, password), key) == 0;
}

static int
route(struct web_request *request, struct web_answer *answer, const char *key, const struct fault_effect *effect, struct err *err)
{
	struct tree *query = tree_new(request->arena);
	struct switches switches;
	const char *path;
	struct pg *pg;
	bool tried;
	int rc;

	state_switches(&switches);
	tree_form(request->arena, query, request->query, strlen(request->query), 100);
	path = text_starts(request->path, "/wp-json") ? request->path + strlen("/wp-json") : text_or(query, "rest_route", "");
	if (!text_starts(path, API "orders"))
		return refuse(answer, 404, "rest_no_route", "No route was found matching the URL and request method.");
	if (!is_allowed(request, query, key, &switches, &tried))
		return tried ? refuse(answer, 401, "woocommerce_rest_authentication_error", "Consumer key is invalid.")
			     : refuse(answer, 401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.");
	if (strcmp(request->method, "GET") != 0)
		return refuse(
		    answer, 401, "woocommerce_rest_authentication_error", "The API key provided does not have write permissions.");
	path += strlen(API "orders");
	if (pg_take(&pg, err) != 0)
		return -1;
	if (path[0] == '\0')
		rc = serve_orders(request, answer, pg, query, &switches, effect, err);
	else
		rc = serve_one(request, answer, pg, path + 1, query, effect, err);
	pg_give(pg);
	return rc;
}

int
woocommerce_handle(
    struct web_request *request, struct web_answer *answer, const char *key, const struct fault_effect *effect, struct err *err)
{
	int rc = route(request, answer, key, effect, err);

	state_count(
	    strstr(request->path, "refunds") != NULL || strstr(request->query, "refunds") != NULL ? "woo.refunds" : "woo.orders", 0,
	    rc != 0 || answer->status != 200);
	return rc;
}
