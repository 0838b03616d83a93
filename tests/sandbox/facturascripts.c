/* FacturaScripts' REST API v3 as a read-only connector sees it: lists with filters, sorts, limit and offset, single records, both shapes of
 * errors, the empty list for a date that PostgreSQL does not take, and the ban: five refusals within ten minutes, and every call gets 429 for
 * ten. Rows are in table fs.row; what they say (flags that are stale, receipts without payments) is for the test to write. */
#include "facturascripts.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "base/text.h"
#include "pg.h"
#include "reply.h"
#include "sandbox-sql.h"
#include "state.h"
#include "tree.h"

#define DEFAULT_LIMIT 50
#define INCIDENTS 5
#define BAN_S 600

/* Refusals of the one client there is, and until when it is shut out. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t incidents[INCIDENTS];
static int64_t banned_until;

void
facturascripts_reset(void)
{
	pthread_mutex_lock(&lock);
	memset(incidents, 0, sizeof(incidents));
	banned_until = 0;
	pthread_mutex_unlock(&lock);
}

static bool
is_banned(void)
{
	bool banned;

	pthread_mutex_lock(&lock);
	banned = state_now() < banned_until;
	pthread_mutex_unlock(&lock);
	return banned;
}

static void
note_incident(void)
{
	int64_t now = state_now();

	pthread_mutex_lock(&lock);
	memmove(incidents, incidents + 1, (INCIDENTS - 1) * sizeof(incidents[0]));
	incidents[INCIDENTS - 1] = now;
	if (incidents[0] > now - BAN_S)
		banned_until = now + BAN_S;
	pthread_mutex_unlock(&lock);
}

static void
begin(struct web_answer *answer, unsigned status, struct reply *reply)
{
	buf_reset(&answer->body);
	answer->status = status;
	web_say(answer, "Content-Type", "application/json");
	reply_init(reply, &answer->body, REPLY_PLAIN);
}

/* The shape of the API itself: authorisation, version, unknown resource. */
static int
refuse(struct web_answer *answer, unsigned status, const char *message)
{
	struct reply reply;

	begin(answer, status, &reply);
	reply_object(&reply, NULL);
	reply_text(&reply, "status", "error");
	reply_text(&reply, "message", message);
	reply_end_object(&reply);
	return 0;
}

/* The shape of a table. */
static int
refuse_row(struct web_answer *answer, unsigned status, const char *message)
{
	struct reply reply;

	begin(answer, status, &reply);
	reply_object(&reply, NULL);
	reply_text(&reply, "error", message);
	reply_end_object(&reply);
	return 0;
}

/* A filter's field and suffix: "idfactura_gte". */
static const char *
split_filter(struct arena *arena, const char *key, const char **ret_suffix)
{
	static const char *const suffixes[] = { "gt", "lt", "gte", "lte", "neq", "is", "isnot", "null", "notnull", "like" };
	const char *last = strrchr(key, '_');
	size_t i;

	*ret_suffix = "";
	for (i = 0; last != NULL && i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (strcmp(last + 1, suffixes[i]) == 0) {
			*ret_suffix = suffixes[i];
			return arena_strndup(arena, key, (size_t)(last - key));
		}
	}
	return key;
}

/* A query as what fs.found() takes, and the fields that it names. */
struct query {
	struct buf filters, orders;
	const char *fields[64];
	size_t field_count;
};

static void
name_field(struct query *query, const char *field)
{
	if (query->field_count < sizeof(query->fields) / sizeof(query->fields[0]))
		query->fields[query->field_count++] = field;
}

static void
read_query(struct arena *arena, const struct tree *from, struct query *query)
{
	const struct tree *filters = tree_get(from, "filter"), *sorts = tree_get(from, "sort"),
			  *operations = tree_get(from, "operation"), *item;
	struct reply reply;
	const char *field, *suffix, *colon, *joined;

	reply_init(&reply, &query->filters, REPLY_PLAIN);
	reply_list(&reply, NULL);
	for (item = filters != NULL && filters->is_array ? filters->first : NULL; item != NULL; item = item->next) {
		field = split_filter(arena, item->key, &suffix);
		joined = operations != NULL && operations->is_array ? tree_text(operations, item->key) : NULL;
		name_field(query, field);
		reply_list(&reply, NULL);
		reply_text(&reply, NULL, field);
		reply_text(&reply, NULL, suffix);
		reply_text(&reply, NULL, item->is_array ? "" : item->text);
		reply_text(&reply, NULL, joined != NULL && strcmp(joined, "OR") == 0 ? "OR" : "AND");
		reply_end_list(&reply);
	}
	reply_end_list(&reply);
	reply_init(&reply, &query->orders, REPLY_PLAIN);
	reply_list(&reply, NULL);
	for (item = sorts != NULL && sorts->is_array ? sorts->first : NULL; item != NULL; item = item->next) {
		colon = strchr(item->key, ':');
		field = colon != NULL ? colon + 1 : item->key;
		name_field(query, field);
		reply_list(&reply, NULL);
		reply_text(&reply, NULL, field);
		reply_text(&reply, NULL, item->is_array ? "" : item->text);
		reply_end_list(&reply);
	}
	reply_end_list(&reply);
}

/* A limit or offset; what is no number is silently the default. */
static int64_t
read_count(const struct tree *query, const char *name, int64_t fallback)
{
	const char *text = tree_text(query, name);
	struct err ignored = ERR_INIT;
	int64_t value;

	return text != NULL && text_int64(text, &value, &ignored) == 0 && value >= 0 ? value : fallback;
}

static int
serve_list(struct web_request *request, struct web_answer *answer, struct pg *pg, const char *resource, const struct tree *from,
    struct query *query, const struct fault_effect *effect, struct err *err)
{
	struct pg_rows *rows = NULL, *counts = NULL;
	size_t n, i, *order;
	struct reply reply;
	int64_t total;
	int rc = -1;

	if (pg_run(pg, sql_fs_bad_dates, PG_ARGS(query->filters.data), &counts, err) != 0)
		goto out;
	begin(answer, 200, &reply);
	reply_list(&reply, NULL);
	total = 0;
	/* The database refuses the date, the error is swallowed, and nothing is found. */
	if (pg_int(counts, 0, 0) == 0) {
		pg_free(counts);
		counts = NULL;
		if (pg_run(pg, sql_fs_count, PG_ARGS(resource, query->filters.data), &counts, err) != 0 ||
		    pg_run(pg, sql_fs_list,
			PG_ARGS(resource, query->filters.data, query->orders.data,
			    pg_number(request->arena, read_count(from, "limit", DEFAULT_LIMIT)),
			    pg_number(request->arena, read_count(from, "offset", 0))),
			&rows, err) != 0)
			goto out;
		order = fault_order(request->arena, effect, pg_count(rows), &n);
		for (i = 0; i < n; i++)
			reply_raw(&reply, NULL, pg_text(rows, order[i], 0));
		/* A planned `empty` is an error that was swallowed. */
		total = n == 0 && pg_count(rows) > 0 ? 0 : pg_int(counts, 0, 0);
	}
	reply_end_list(&reply);
	web_say(answer, "X-Total-Count", arena_printf(request->arena, "%" PRId64, total));
	rc = 0;
out:
	pg_free(rows);
	pg_free(counts);
	return rc;
}

static int
serve_one(struct web_answer *answer, struct pg *pg, const char *resource, const char *id, struct err *err)
{
	struct pg_rows *rows;
	struct reply reply;

	if (pg_run(pg, sql_fs_one, PG_ARGS(resource, id), &rows, err) != 0)
		return -1;
	if (pg_count(rows) == 0) {
		refuse_row(answer, 404, "Record not found");
	} else {
		begin(answer, 200, &reply);
		buf_text(&answer->body, pg_text(rows, 0, 0));
	}
	pg_free(rows);
	return 0;
}

static int
serve_names(struct web_answer *answer, struct pg *pg, struct err *err)
{
	struct pg_rows *rows;
	struct reply reply;

	if (pg_run(pg, sql_fs_names, PG_NONE, &rows, err) != 0)
		return -1;
	begin(answer, 200, &reply);
	buf_text(&answer->body, pg_text(rows, 0, 0));
	pg_free(rows);
	return 0;
}

static int
serve_resource(struct web_request *request, struct web_answer *answer, struct pg *pg, const char *resource, const char *id,
    const struct fault_effect *effect, struct err *err)
{
	struct tree *from = tree_new(request->arena);
	struct pg_rows *rows = NULL;
	struct query query = { .field_count = 0 };
	int rc = -1;

	buf_init(&query.filters, 1 << 20);
	buf_init(&query.orders, 1 << 16);
	tree_form(request->arena, from, request->query, strlen(request->query), 1000);
	read_query(request->arena, from, &query);
	if (pg_run(pg, sql_fs_resource, PG_ARGS(resource, pg_text_array(request->arena, query.fields, query.field_count)), &rows,
		err) != 0)
		goto out;
	if (pg_count(rows) == 0) {
		rc = refuse(answer, 404, "Invalid API resource");
	} else if (!pg_bool(rows, 0, 1)) {
		note_incident();
		rc = refuse(answer, 403, "Forbidden");
	} else if (strcmp(request->method, "GET") != 0) {
		note_incident();
		rc = refuse(answer, 403, "Forbidden");
	} else if (id != NULL) {
		rc = serve_one(answer, pg, resource, id, err);
	} else if (pg_text(rows, 0, 2) != NULL) {
		rc = refuse_row(answer, 400, arena_printf(request->arena, "api: fields not allowed: %s", pg_text(rows, 0, 2)));
	} else {
		rc = serve_list(request, answer, pg, resource, from, &query, effect, err);
	}
out:
	pg_free(rows);
	buf_done(&query.filters);
	buf_done(&query.orders);
	return rc;
}

/* A segment of the path, decoded as a form's value is. */
static const char *
decode(struct arena *arena, const char *text)
{
	struct tree *tree = tree_new(arena);
	const char *pair = arena_printf(arena, "v=%s", text);

	tree_form(arena, tree, pair, strlen(pair), 1);
	return tree_text(tree, "v") != NULL ? tree_text(tree, "v") : "";
}

static int
route(struct web_request *request, struct web_answer *answer, const char *token, const struct fault_effect *effect, struct err *err)
{
	const char *sent = web_header(request, "X-Auth-Token"), *rest, *slash;
	struct pg *pg;
	int rc;

	if (sent == NULL)
		sent = web_header(request, "Token");
	if (is_banned())
		return refuse(answer, 429, "For security reasons, access from your IP has been blocked for 10 minutes.");
	if (strcmp(request->path, "/api") == 0 || strcmp(request->path, "/api/") == 0)
		return refuse(answer, 400, "API version not found");
	if (!text_starts(request->path, "/api/3/") && strcmp(request->path, "/api/3") != 0)
		return refuse(answer, 400, "Invalid API version");
	if (sent == NULL || strcmp(sent, token) != 0) {
		note_incident();
		return refuse(answer, 401, "Invalid auth token");
	}
	rest = strlen(request->path) > 7 ? request->path + 7 : "";
	slash = strchr(rest, '/');
	if (pg_take(&pg, err) != 0)
		return -1;
	if (rest[0] == '\0')
		rc = serve_names(answer, pg, err);
	else
		rc = serve_resource(request, answer, pg, arena_strndup(request->arena, rest, strcspn(rest, "/")),
		    slash != NULL && slash[1] != '\0' ? decode(request->arena, slash + 1) : NULL, effect, err);
	pg_give(pg);
	return rc;
}

int
facturascripts_handle(
    struct web_request *request, struct web_answer *answer, const char *token, const struct fault_effect *effect, struct err *err)
{
	const char *name = text_starts(request->path, "/api/3/") ? request->path + 7 : "";
	int rc = route(request, answer, token, effect, err);

	state_count(arena_printf(request->arena, "fs.%.*s", (int)strcspn(name, "/"), name), 0, rc != 0 || answer->status != 200);
	return rc;
}
