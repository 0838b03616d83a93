/* Pulling a Squarespace shop: its orders, and with `transactions` what was paid for each, which has times of change and a watermark of its own
 * (cursor `settled`). Transactions are read first and wait for their orders; an order that comes without one is asked about by its id, and one
 * whose transaction alone changed is read by itself. What makes the whole believable is squarespace_proof.c. */
#include "squarespace.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "sales/hint.h"

#define CURSOR_SETTLED "settled"
#define CURSOR_NEWEST_SETTLED "newest_settled"
/* What is asked for, in errors. */
#define ORDERS "orders"
#define TRANSACTIONS "transactions"
#define LEAST_OVERLAP_S 600

struct pull {
	const struct sales_source *source;
	const struct sales_sink *sink;
	struct shop *shop;
	struct squarespace_proof proof;
	int64_t settled_from_utc; /* transactions were read from here on */
	struct sales_newest settled;
	struct squarespace_ties ties;
	struct sales_hints hints;
	struct arena one; /* of a single order */
};

static const char *
transaction_path(struct arena *arena, const char *order_id)
{
	return arena_printf(
	    arena, SQUARESPACE_TRANSACTIONS "?%s", http_form(arena, (const char *const[]){ "orderId", order_id }, 1));
}

static const char *
order_path(struct arena *arena, const char *order_id)
{
	return arena_printf(arena, SQUARESPACE_ORDERS "/%s", http_form(arena, (const char *const[]){ "", order_id }, 1) + 1);
}

/* An order's transaction, of which no list told: NULL if it has none. */
static int
ask_transaction(struct pull *pull, struct arena *arena, const char *order_id, struct json_raw *ret_raw, struct err *err)
{
	const struct http_response *response = NULL;
	struct squarespace_transaction transaction;
	struct shop_rows rows;
	struct json *page = NULL;

	*ret_raw = (struct json_raw){ NULL, 0 };
	if (shop_get(arena, pull->shop, TRANSACTIONS, transaction_path(arena, order_id), &response, err) != 0 ||
	    shop_json(arena, pull->shop, TRANSACTIONS, response, JSON_OBJECT, "an object", &page, err) != 0 ||
	    shop_rows(arena, response, page, "documents", &rows, err) != 0)
		return -1;
	if (rows.count == 0)
		return 0;
	if (rows.count != 1)
		return err_set(err, ERR_INCOMPLETE, "%zu documents came for one order", rows.count);
	if (squarespace_transaction(&rows.items[0], &transaction, err) != 0)
		return -1;
	if (!text_equal(transaction.order_id, order_id))
		return err_set(err, ERR_INCOMPLETE, "transaction %s came, which is another order's", transaction.id);
	*ret_raw = rows.raw[0];
	return 0;
}

/* Put what was paid to an order. */
static int
settle(struct pull *pull, struct arena *arena, struct json_raw raw, struct sales_document *document, struct err *err)
{
	struct json_raw found;

	if (squarespace_ties_take(arena, &pull->ties, document->external_id, &found, err) != 0)
		return -1;
	/* One sold since has its transaction among those that were read, or none yet. */
	if (found.text == NULL && document->effective_us / 1000000 < pull->settled_from_utc &&
	    ask_transaction(pull, arena, document->external_id, &found, err) != 0)
		return err_wrap(err, "the transaction of order \"%s\"", document->number);
	return found.text == NULL ? 0 : squarespace_join(arena, pull->source->config, raw, found, document, err);
}

static int
hand_over(struct pull *pull, struct arena *arena, const struct json *json, struct json_raw raw, bool listed, struct err *err)
{
	struct sales_document document;

	if (squarespace_order(arena, pull->source->config, json, &document, err) != 0)
		return -1;
	if (listed)
		squarespace_proof_order(&pull->proof, &document);
	sales_hints_met(&pull->hints, document.external_id);
	document.payload = raw.text;
	document.payload_len = raw.len;
	if (pull->source->config->transactions && settle(pull, arena, raw, &document, err) != 0)
		return -1;
	return pull->sink->document(pull->sink->context, &document, err);
}

/* Orders of a page whose transactions will be asked for one by one, as no list told of them. */
static void
expect_transactions(void *context, struct arena *arena, const struct shop_rows *rows)
{
	struct pull *pull = context;
	struct err ignored = ERR_INIT;
	int64_t created_us = 0;
	const char *id;
	size_t i;

	for (i = 0; i < rows->count; i++) {
		if (squarespace_key(&rows->items[i], "id", &id, &ignored) == 0 &&
		    squarespace_moment(&rows->items[i], "createdOn", &created_us, &ignored) == 0 &&
		    created_us / 1000000 < pull->settled_from_utc && !squarespace_ties_has(&pull->ties, id))
			shop_expect(pull->shop, TRANSACTIONS, transaction_path(arena, id));
		err_reset(&ignored);
	}
}

static int
take_order(void *context, struct arena *arena, const struct json *json, struct json_raw raw, struct err *err)
{
	return hand_over(context, arena, json, raw, /* listed= */ true, err);
}

static int
take_transaction(void *context, struct arena *arena, const struct json *json, struct json_raw raw, struct err *err)
{
	struct pull *pull = context;
	struct squarespace_transaction transaction;
	struct sales_document document;

	if (squarespace_transaction(json, &transaction, err) != 0)
		return -1;
	document = (struct sales_document){
		.external_id = transaction.id, .number = transaction.id, .modified_us = transaction.modified_us
	};
	sales_newest_note(&pull->settled, &document);
	if (transaction.order_id != NULL) {
		squarespace_ties_add(&pull->ties, &transaction, raw);
		return 0;
	}
	if (squarespace_donation(arena, pull->source->config, &transaction, &document, err) != 0)
		return -1;
	document.payload = raw.text;
	document.payload_len = raw.len;
	return pull->sink->document(pull->sink->context, &document, err);
}

/* Which of the ids are there still. One that is not fails the whole question, so that it is halved down to the one. */
static int
look_up(struct pull *pull, struct sales_mark *const *marks, size_t count, struct err *err)
{
	struct arena *arena = &pull->one;
	const struct http_response *response = NULL;
	struct squarespace_transaction transaction;
	const struct json *documents;
	const char *ids = "";
	struct json *page = NULL;
	size_t i, j;

	arena_reset(arena);
	for (i = 0; i < count; i++)
		ids = arena_printf(arena, "%s%s%s", ids, i > 0 ? "," : "", marks[i]->id);
	if (shop_get(arena, pull->shop, TRANSACTIONS, arena_printf(arena, SQUARESPACE_TRANSACTIONS "/%s", ids), &response, err) !=
	    0)
		return -1;
	if (response->status == 404) {
		if (count == 1)
			return 0;
		return look_up(pull, marks, count / 2, err) != 0 ? -1 : look_up(pull, marks + count / 2, count - count / 2, err);
	}
	if (shop_json(arena, pull->shop, TRANSACTIONS, response, JSON_OBJECT, "an object", &page, err) != 0 ||
	    json_list(page, "documents", &documents, err) != 0)
		return -1;
	for (i = 0; i < documents->count; i++) {
		if (squarespace_transaction(&documents->items[i], &transaction, err) != 0)
			return -1;
		for (j = 0; j < count && !text_equal(marks[j]->id, transaction.id); j++)
			;
		if (j == count)
			return err_set(err, ERR_INCOMPLETE, "transaction %s came, which nobody asked for", transaction.id);
		if (transaction.modified_us < pull->source->to_utc * 1000000)
			return err_set(err, ERR_INCOMPLETE,
			    "transaction %s is in the shop, but not in its list: others may be missing too", transaction.id);
		marks[j]->seen = true;
	}
	return 0;
}

/* The newest transactions of the last reading must have come again, or have changed since this one's end. */
static int
check_settled(struct pull *pull, struct err *err)
{
	struct sales_mark *missing[SALES_NEWEST];
	size_t count = 0, gone = 0, i;

	for (i = 0; i < pull->settled.known_count; i++)
		if (!pull->settled.known[i].seen)
			missing[count++] = &pull->settled.known[i];
	if (count == 0)
		return 0;
	if (look_up(pull, missing, count, err) != 0)
		return err_wrap(err, "transactions read before and not now");
	for (i = 0; i < count; i++)
		gone += !missing[i]->seen;
	if (gone < pull->settled.known_count)
		return 0;
	err_set(
	    err, ERR_INCOMPLETE, "none of the newest transactions read before is in the shop any more, %s for one", missing[0]->id);
	return err_hint(err, "If this is right, begin anew with ctok-pull-sales --source %s --reset.", pull->source->config->name);
}

/* One order, as it is now. */
static int
read_one(struct pull *pull, const char *order_id, struct err *err)
{
	const struct http_response *response = NULL;
	struct arena *arena = &pull->one;
	struct json *body = NULL;

	arena_reset(arena);
	if (shop_get(arena, pull->shop, ORDERS, order_path(arena, order_id), &response, err) != 0)
		return -1;
	if (response->status == 404) {
		pull->sink->absent(pull->sink->context, order_id);
		return 0;
	}
	if (shop_json(arena, pull->shop, ORDERS, response, JSON_OBJECT, "an order", &body, err) != 0)
		return -1;
	return hand_over(pull, arena, body, (struct json_raw){ response->body, response->body_len }, /* listed= */ false, err);
}

/* Orders of which only the transaction changed, and those that somebody pointed at. */
static int
read_single(struct pull *pull, struct err *err)
{
	struct sales_hints hints = pull->hints;
	const char *order_id;
	size_t at = 0;

	arena_reset(&pull->one);
	while ((order_id = squarespace_ties_left(&pull->ties, &at)) != NULL)
		shop_expect(pull->shop, ORDERS, order_path(&pull->one, order_id));
	while ((order_id = sales_hints_next(&hints)) != NULL)
		shop_expect(pull->shop, ORDERS, order_path(&pull->one, order_id));
	at = 0;
	while ((order_id = squarespace_ties_left(&pull->ties, &at)) != NULL)
		if (read_one(pull, order_id, err) != 0)
			return err_wrap(err, "order %s, which a transaction names", order_id);
	while ((order_id = sales_hints_next(&pull->hints)) != NULL)
		if (read_one(pull, order_id, err) != 0)
			return err_wrap(err, "order %s, which a webhook names", order_id);
	/* A webhook may name what a transaction named. */
	shop_forget(pull->shop, 0);
	return 0;
}

/* From when transactions are to be read: their own watermark, or with the first reading from the source's start. */
static int
find_settled_from(struct arena *arena, struct pull *pull, bool *ret_first, struct err *err)
{
	const struct sales_source *source = pull->source;
	const char *text = sales_cursor(source, CURSOR_SETTLED);
	int64_t overlap_s = source->config->overlap_s > LEAST_OVERLAP_S ? source->config->overlap_s : LEAST_OVERLAP_S, utc;

	pull->settled = sales_newest_begin(arena, sales_cursor(source, CURSOR_NEWEST_SETTLED));
	*ret_first = source->full || text == NULL;
	if (*ret_first) {
		if (clock_parse_date(
			source->config->start != NULL ? source->config->start : "2000-01-01", &pull->settled_from_utc, err) != 0)
			return err_wrap(err, "setting \"start\"");
		return 0;
	}
	if (text_int64(text, &utc, err) != 0)
		return err_wrap(err, "what was remembered as \"%s\"", CURSOR_SETTLED);
	pull->settled_from_utc = sales_newest_from(&pull->settled, utc - overlap_s);
	return 0;
}

static int
read_shop(struct arena *arena, struct pull *pull, struct err *err)
{
	const struct sales_source *source = pull->source;
	struct squarespace_list transactions = { SQUARESPACE_TRANSACTIONS, "documents", TRANSACTIONS, 0, source->to_utc,
		take_transaction, pull, NULL };
	struct squarespace_list orders = { SQUARESPACE_ORDERS, "result", ORDERS, squarespace_proof_from(&pull->proof),
		source->to_utc, take_order, pull, source->config->transactions ? expect_transactions : NULL };
	const char *text;
	bool first = false;

	if (source->config->transactions) {
		if (find_settled_from(arena, pull, &first, err) != 0)
			return -1;
		transactions.from_utc = pull->settled_from_utc;
		if (squarespace_walk(pull->shop, pull->sink, &transactions, err) != 0 || check_settled(pull, err) != 0)
			return -1;
		/* Orders that were read before transactions were are read with them. */
		if (first && pull->settled_from_utc < orders.from_utc)
			orders.from_utc = pull->settled_from_utc;
	}
	if (squarespace_walk(pull->shop, pull->sink, &orders, err) != 0 || read_single(pull, err) != 0 ||
	    squarespace_proof_end(&pull->proof, pull->shop, pull->sink, err) != 0)
		return -1;
	if (source->config->transactions) {
		text = sales_newest_text(&pull->settled);
		if (text[0] != '\0')
			pull->sink->cursor(pull->sink->context, CURSOR_NEWEST_SETTLED, text);
		pull->sink->cursor(pull->sink->context, CURSOR_SETTLED, arena_printf(arena, "%lld", (long long)source->to_utc));
	}
	return 0;
}

static int
pull_shop(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct pull pull = { .source = source,
		.sink = sink,
		.proof = squarespace_proof_begin(&arena, source),
		.hints = sales_hints_begin(&arena, source) };
	int rc = -1;

	if (squarespace_open(&arena, source, sink, &pull.shop, err) == 0)
		rc = read_shop(&arena, &pull, err);
	shop_close(pull.shop);
	arena_done(&pull.ties.arena);
	arena_done(&pull.one);
	arena_done(&arena);
	return rc;
}

/* The last hour of a list, to see whether the key may ask for it. */
static int
greet_list(
    struct arena *arena, struct shop *shop, const struct sales_source *source, const char *what, const char *path, struct err *err)
{
	const char *query = http_form(arena,
	    (const char *const[]){
		"modifiedAfter", clock_iso(arena, source->now_utc - 3600), "modifiedBefore", clock_iso(arena, source->now_utc) },
	    2);
	const struct http_response *response = NULL;
	struct json *page = NULL;

	return shop_get(arena, shop, what, arena_printf(arena, "%s?%s", path, query), &response, err) != 0
		   ? -1
		   : shop_json(arena, shop, what, response, JSON_OBJECT, "an object", &page, err);
}

static int
greet_shop(
    struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, const char **ret_says, struct err *err)
{
	struct shop *shop = NULL;
	int rc = -1;

	if (squarespace_open(arena, source, sink, &shop, err) != 0 ||
	    greet_list(arena, shop, source, "orders", "/1.0/commerce/orders", err) != 0)
		goto out;
	if (source->config->transactions && greet_list(arena, shop, source, "transactions", "/1.0/commerce/transactions", err) != 0)
		goto out;
	*ret_says = source->config->transactions ? "may read orders and transactions" : "may read orders";
	rc = 0;
out:
	shop_close(shop);
	return rc;
}

const struct sales_kind squarespace_kind = {
	.name = "squarespace", .greet = greet_shop, .pull = pull_shop, .read = squarespace_read
};
