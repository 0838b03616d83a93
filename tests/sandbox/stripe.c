/* Stripe's API as a read-only connector sees it: lists newest first with `limit` (10 by default), `starting_after` and `has_more`, the filters of
 * each list and an error for any other, single objects, 404 also for those of the other mode, sub-lists of which only the first 10 rows come with
 * their owner, cancelled subscriptions hidden unless asked for. Objects are in table stripe.object; what they say is for the test to write. */
#include "stripe.h"

#include <string.h>

#include "base/text.h"
#include "pg.h"
#include "reply.h"
#include "sandbox-sql.h"
#include "state.h"
#include "tree.h"

#define DEFAULT_LIMIT 10
#define MOST_LIMIT 100

static void
begin(struct web_answer *answer, unsigned status, struct reply *reply)
{
	buf_reset(&answer->body);
	answer->status = status;
	web_say(answer, "Content-Type", "application/json");
	web_say(answer, "Request-Id", "req_sandbox");
	reply_init(reply, &answer->body, REPLY_PLAIN);
}

static int
refuse(struct web_answer *answer, unsigned status, const char *code, const char *message)
{
	struct reply reply;

	begin(answer, status, &reply);
	reply_object(&reply, NULL);
	reply_object(&reply, "error");
	if (code != NULL)
		reply_text(&reply, "code", code);
	reply_text(&reply, "message", message);
	reply_text(&reply, "type", "invalid_request_error");
	reply_end_object(&reply);
	reply_end_object(&reply);
	return 0;
}

/* The filters of a query as [[name, operator, value], …]; paging and expansion are none. */
static void
read_filters(const struct tree *from, struct buf *filters)
{
	const struct tree *item, *part;
	struct reply reply;

	reply_init(&reply, filters, REPLY_PLAIN);
	reply_list(&reply, NULL);
	for (item = from->first; item != NULL; item = item->next) {
		if (strcmp(item->key, "limit") == 0 || strcmp(item->key, "starting_after") == 0 || strcmp(item->key, "expand") == 0)
			continue;
		for (part = item->is_array ? item->first : item; part != NULL; part = item->is_array ? part->next : NULL) {
			reply_list(&reply, NULL);
			reply_text(&reply, NULL, item->key);
			reply_text(&reply, NULL, item->is_array && strcmp(item->key, "types") != 0 ? part->key : "");
			reply_text(&reply, NULL, part->is_array ? "" : part->text);
			reply_end_list(&reply);
		}
	}
	reply_end_list(&reply);
}

static int
serve_list(struct web_request *request, struct web_answer *answer, struct pg *pg, const char *kind, const char *live,
    const struct fault_effect *effect, struct err *err)
{
	struct tree *from = tree_new(request->arena);
	struct pg_rows *rows = NULL;
	const char *after, *bad;
	size_t n, i, *order;
	struct reply reply;
	struct buf filters;
	int64_t limit;
	int rc = -1;

	buf_init(&filters, 1 << 20);
	tree_form(request->arena, from, request->query, strlen(request->query), 1000);
	read_filters(from, &filters);
	limit = tree_int(from, "limit", DEFAULT_LIMIT);
	after = tree_text(from, "starting_after");
	if (limit < 1 || limit > MOST_LIMIT) {
		rc = refuse(answer, 400, "parameter_invalid_integer", "This value must be between 1 and 100.");
		goto out;
	}
	if (pg_run(pg, sql_stripe_unknown, PG_ARGS(kind, filters.data), &rows, err) != 0)
		goto out;
	bad = pg_count(rows) > 0 ? pg_text(rows, 0, 0) : NULL;
	if (bad != NULL) {
		rc = refuse(answer, 400, "parameter_unknown", arena_printf(request->arena, "Received unknown parameter: %s", bad));
		goto out;
	}
	pg_free(rows);
	rows = NULL;
	if (pg_run(pg, sql_stripe_list, PG_ARGS(kind, live, filters.data, after, pg_number(request->arena, limit)), &rows, err) !=
	    0)
		goto out;
	begin(answer, 200, &reply);
	reply_object(&reply, NULL);
	reply_text(&reply, "object", "list");
	reply_text(&reply, "url", request->path);
	reply_bool(&reply, "has_more", pg_count(rows) > 0 && pg_bool(rows, 0, 1));
	reply_list(&reply, "data");
	order = fault_order(request->arena, effect, pg_count(rows), &n);
	for (i = 0; i < n; i++)
		reply_raw(&reply, NULL, pg_text(rows, order[i], 0));
	reply_end_list(&reply);
	reply_end_object(&reply);
	rc = 0;
out:
	pg_free(rows);
	buf_done(&filters);
	return rc;
}

static int
serve_one(struct web_answer *answer, struct web_request *request, struct pg *pg, const char *kind, const char *id, const char *live,
    struct err *err)
{
	struct pg_rows *rows;
	struct reply reply;

	if (pg_run(pg, sql_stripe_one, PG_ARGS(kind, id, live), &rows, err) != 0)
		return -1;
	if (pg_count(rows) == 0) {
		refuse(answer, 404, "resource_missing", arena_printf(request->arena, "No such object: '%s'", id));
	} else {
		begin(answer, 200, &reply);
		buf_text(&answer->body, pg_text(rows, 0, 0));
	}
	pg_free(rows);
	return 0;
}

/* Lists are the kinds that there are, and the sub-lists of objects; what else has a last segment is one object. */
static int
route(struct web_request *request, struct web_answer *answer, const char *live, const struct fault_effect *effect, struct err *err)
{
	const char *path = request->path + strlen("/v1/"), *last = strrchr(path, '/');
	struct pg_rows *rows = NULL;
	struct pg *pg;
	int rc = -1;

	if (pg_take(&pg, err) != 0)
		return -1;
	if (pg_run(pg, sql_stripe_kind,
		PG_ARGS(path, last != NULL ? arena_strndup(request->arena, path, (size_t)(last - path)) : ""), &rows, err) != 0)
		goto out;
	if (strcmp(request->method, "GET") != 0)
		rc = refuse(answer, 403, NULL, "The provided key does not have the required permissions for this endpoint.");
	else if (pg_text(rows, 0, 2) != NULL && !pg_bool(rows, 0, 2))
		rc = refuse(answer, 403, NULL, "The provided key does not have the required permissions for this endpoint.");
	else if (strcmp(path, "account") == 0)
		rc = serve_one(answer, request, pg, "account", "", live, err);
	else if (pg_bool(rows, 0, 0))
		rc = serve_list(request, answer, pg, path, live, effect, err);
	else if (last != NULL && pg_bool(rows, 0, 1))
		rc =
		    serve_one(answer, request, pg, arena_strndup(request->arena, path, (size_t)(last - path)), last + 1, live, err);
	else
		rc = refuse(answer, 404, NULL, arena_printf(request->arena, "Unrecognized request URL (GET: %s).", request->path));
out:
	pg_free(rows);
	pg_give(pg);
	return rc;
}

int
stripe_handle(struct web_request *request, struct web_answer *answer, const struct fault_effect *effect, struct err *err)
{
	const char *key = web_header(request, "Authorization"), *version = web_header(request, "Stripe-Version"), *live;
	int rc;

	if (key != NULL && text_starts(key, "Bearer "))
		key += strlen("Bearer ");
	live = text_equal(key, STRIPE_LIVE_KEY) ? "true" : text_equal(key, STRIPE_TEST_KEY) ? "false" : NULL;
	if (live == NULL)
		rc = refuse(answer, 401, NULL, "Invalid API Key provided: sk_****0000");
	else
		rc = route(request, answer, live, effect, err);
	state_count(
	    arena_printf(request->arena, "stripe.%s", version != NULL ? version : "unpinned"), 0, rc != 0 || answer->status != 200);
	return rc;
}
