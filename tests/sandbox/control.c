/* The strings that a test pulls: clock, days, switches, faults, counters, the shop's documents, SQL on Moodle's tables, dumps of the state. */
#include "control.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "facturascripts.h"
#include "fault.h"
#include "pg.h"
#include "reply.h"
#include "sandbox-sql.h"
#include "state.h"
#include "tree.h"

struct control {
	struct arena *arena;
	struct pg *pg;
	struct tree *fields;
	struct reply reply;
	struct web_answer *answer;
};

static int
refuse(struct web_answer *answer, unsigned status, const char *message)
{
	struct reply reply;

	answer->status = status;
	buf_reset(&answer->body);
	reply_init(&reply, &answer->body, REPLY_PLAIN);
	reply_object(&reply, NULL);
	reply_text(&reply, "error", message);
	reply_end_object(&reply);
	return 0;
}

static void
answer_ok(struct control *control)
{
	reply_object(&control->reply, NULL);
	reply_bool(&control->reply, "ok", true);
	reply_int(&control->reply, "now", state_now());
	reply_end_object(&control->reply);
}

/* A moment as ISO text or seconds. */
static int
read_moment(const char *text, int64_t *ret, struct err *err)
{
	if (text[0] != '\0' && text[strspn(text, "0123456789")] == '\0')
		return text_int64(text, ret, err);
	return clock_parse(text, ret, NULL, err);
}

/* Let everything happen that was due by ${now}. */
static int
advance(struct control *control, int64_t now, bool frozen, struct err *err)
{
	state_clock(now, frozen);
	return pg_run(control->pg, sql_advance, PG_ARGS(pg_number(control->arena, now)), NULL, err);
}

static int
set_clock(struct control *control, struct err *err)
{
	const char *text = tree_text(control->fields, "now");
	int64_t now = state_now();

	if (text != NULL && read_moment(text, &now, err) != 0)
		return -1;
	if (advance(control, now, tree_int(control->fields, "frozen", 0) != 0, err) != 0)
		return -1;
	answer_ok(control);
	return 0;
}

static int
next_day(struct control *control, struct err *err)
{
	int64_t days = tree_int(control->fields, "days", 1);

	if (advance(control, state_now() + days * 86400, tree_int(control->fields, "frozen", 0) != 0, err) != 0)
		return -1;
	answer_ok(control);
	return 0;
}

static int
set_switches(struct control *control, struct err *err)
{
	const struct tree *item;

	for (item = control->fields->first; item != NULL; item = item->next)
		if (item->is_array || state_set(item->key, item->text, err) != 0)
			return item->is_array ? err_set(err, ERR_USAGE, "switch \"%s\" is an array", item->key) : -1;
	answer_ok(control);
	return 0;
}

static int
add_fault(struct control *control, struct err *err)
{
	if (fault_add(control->fields, err) != 0)
		return -1;
	answer_ok(control);
	return 0;
}

static int
list_faults(struct control *control, struct err *err)
{
	(void)err;
	reply_list(&control->reply, NULL);
	fault_list(&control->reply);
	reply_end_list(&control->reply);
	return 0;
}

static int
reset(struct control *control, struct err *err)
{
	(void)err;
	state_reset();
	fault_clear();
	facturascripts_reset();
	answer_ok(control);
	return 0;
}

static int
show_counters(struct control *control, struct err *err)
{
	struct pg_rows *rows;
	size_t i;

	if (pg_run(control->pg, sql_mail_counts, PG_NONE, &rows, err) != 0)
		return -1;
	reply_object(&control->reply, NULL);
	reply_object(&control->reply, "requests");
	state_counters(&control->reply);
	reply_end_object(&control->reply);
	reply_object(&control->reply, "mails");
	for (i = 0; i < pg_count(rows); i++)
		reply_int(&control->reply, pg_text(rows, i, 0), pg_int(rows, i, 1));
	reply_end_object(&control->reply);
	reply_end_object(&control->reply);
	pg_free(rows);
	return 0;
}

/* Any statement; rows come as objects of texts. */
static int
run_sql(struct control *control, struct err *err)
{
	const char *sql = tree_text(control->fields, "sql");
	struct pg_rows *rows;
	size_t i, k;

	if (sql == NULL)
		return err_set(err, ERR_USAGE, "field \"sql\" is missing");
	if (pg_ask(control->pg, sql, &rows, err) != 0)
		return -1;
	reply_list(&control->reply, NULL);
	for (i = 0; i < pg_count(rows); i++) {
		reply_object(&control->reply, NULL);
		for (k = 0; k < pg_columns(rows); k++)
			reply_text(&control->reply, pg_column(rows, k), pg_text(rows, i, k));
		reply_end_object(&control->reply);
	}
	reply_end_list(&control->reply);
	pg_free(rows);
	return 0;
}

static int
put_document(struct control *control, const char *sql, struct err *err)
{
	const char *doc = tree_text(control->fields, "doc");

	if (doc == NULL)
		return err_set(err, ERR_USAGE, "field \"doc\" is missing");
	if (pg_run(control->pg, sql, PG_ARGS(doc), NULL, err) != 0)
		return -1;
	answer_ok(control);
	return 0;
}

static int
put_order(struct control *control, struct err *err)
{
	return put_document(control, sql_put_order, err);
}

static int
put_transaction(struct control *control, struct err *err)
{
	return put_document(control, sql_put_document, err);
}

static int
put_product(struct control *control, struct err *err)
{
	return put_document(control, sql_put_product, err);
}

/* Rows of a table of FacturaScripts: one or a list of them, new or with the fields to change. */
static int
put_fs(struct control *control, struct err *err)
{
	const char *resource = tree_text(control->fields, "resource"), *rows = tree_text(control->fields, "rows");

	if (resource == NULL || rows == NULL)
		return err_set(err, ERR_USAGE, "field \"%s\" is missing", resource == NULL ? "resource" : "rows");
	if (pg_run(control->pg, sql_put_fs, PG_ARGS(resource, rows), NULL, err) != 0)
		return -1;
	answer_ok(control);
	return 0;
}

/* Orders of WooCommerce, or the refunds of one. */
static int
put_woo(struct control *control, struct err *err)
{
	const char *orders = tree_text(control->fields, "orders"), *order = tree_text(control->fields, "order"),
		   *refunds = tree_text(control->fields, "refunds");

	if (orders == NULL && (order == NULL || refunds == NULL))
		return err_set(err, ERR_USAGE, "field \"orders\" is missing, or \"order\" and \"refunds\"");
	if (orders != NULL && pg_run(control->pg, sql_put_woo, PG_ARGS(orders), NULL, err) != 0)
		return -1;
	if (refunds != NULL && order != NULL && pg_run(control->pg, sql_put_woo_refunds, PG_ARGS(order, refunds), NULL, err) != 0)
		return -1;
	answer_ok(control);
	return 0;
}

/* Objects of Stripe: one or a list of them, new or with the fields to change; a kind is the path of its list. */
static int
put_stripe(struct control *control, struct err *err)
{
	const char *kind = tree_text(control->fields, "kind"), *objects = tree_text(control->fields, "objects");

	if (kind == NULL || objects == NULL)
		return err_set(err, ERR_USAGE, "field \"%s\" is missing", kind == NULL ? "kind" : "objects");
	if (pg_run(control->pg, sql_put_stripe, PG_ARGS(kind, objects), NULL, err) != 0)
		return -1;
	answer_ok(control);
	return 0;
}

static int
take_snapshot(struct control *control, struct err *err)
{
	if (pg_script(control->pg, sql_snapshot, err) != 0)
		return -1;
	answer_ok(control);
	return 0;
}

static int
restore_snapshot(struct control *control, struct err *err)
{
	if (pg_run(control->pg, sql_restore, PG_NONE, NULL, err) != 0)
		return -1;
	answer_ok(control);
	return 0;
}

/* The state as one canonical document: no ids, sorted, so that two runs can be compared. */
static int
dump(struct control *control, struct err *err)
{
	struct pg_rows *rows;

	if (pg_run(control->pg, sql_dump, PG_NONE, &rows, err) != 0)
		return -1;
	buf_text(&control->answer->body, pg_text(rows, 0, 0));
	pg_free(rows);
	return 0;
}

/* The numbers to expect of a generated world, now or at another moment. */
static int
show_expected(struct control *control, struct err *err)
{
	const char *text = tree_text(control->fields, "at"), *zone = tree_text(control->fields, "zone");
	int64_t at = state_now();
	struct pg_rows *rows;

	if (text != NULL && read_moment(text, &at, err) != 0)
		return -1;
	if (pg_run(control->pg, sql_world_expected, PG_ARGS(pg_number(control->arena, at), zone == NULL ? "Europe/Madrid" : zone),
		&rows, err) != 0)
		return -1;
	buf_text(&control->answer->body, pg_text(rows, 0, 0));
	pg_free(rows);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct control *, struct err *);
} commands[] = {
	{ "clock", set_clock },
	{ "day", next_day },
	{ "set", set_switches },
	{ "fault", add_fault },
	{ "faults", list_faults },
	{ "reset", reset },
	{ "counters", show_counters },
	{ "sql", run_sql },
	{ "order", put_order },
	{ "document", put_transaction },
	{ "product", put_product },
	{ "fs", put_fs },
	{ "woo", put_woo },
	{ "stripe", put_stripe },
	{ "snapshot", take_snapshot },
	{ "restore", restore_snapshot },
	{ "dump", dump },
	{ "expected", show_expected },
};

int
control_handle(struct web_request *request, struct web_answer *answer, const char *key, struct err *err)
{
	const char *authorization = web_header(request, "Authorization"), *name = request->path + strlen("/_sandbox/");
	struct control control = { .arena = request->arena, .fields = tree_new(request->arena), .answer = answer };
	struct err refused = ERR_INIT;
	size_t i;
	int rc;

	web_say(answer, "Content-Type", "application/json");
	if (authorization == NULL || !text_starts(authorization, "Bearer ") || strcmp(authorization + 7, key) != 0)
		return refuse(answer, 401, "wrong control key");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]) && strcmp(commands[i].name, name) != 0; i++)
		;
	if (i == sizeof(commands) / sizeof(commands[0]))
		return refuse(answer, 404, arena_printf(request->arena, "there is no control \"%s\"", name));
	tree_form(request->arena, control.fields, request->query, strlen(request->query), 10000);
	tree_form(request->arena, control.fields, request->body, request->body_len, 10000);
	if (pg_take(&control.pg, err) != 0)
		return -1;
	reply_init(&control.reply, &answer->body, REPLY_PLAIN);
	rc = commands[i].run(&control, &refused);
	pg_give(control.pg);
	return rc == 0 ? 0 : refuse(answer, 400, arena_strdup(request->arena, refused.message));
}
