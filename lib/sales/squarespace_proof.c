/* A listing that lacks orders looks like one of a quiet day. So each reading goes back to the newest orders that the last one found: they must
 * come again, or be looked up one by one. One that is not there any more is said to be gone; a shop that has none of them is another
 * shop, or one that was set back. What the end of a list dropped comes with the next reading, as that begins where this one's orders end.
 *
 * Source: Squarespace Commerce API, "Retrieve a specific order" (404: there is none) and "Retrieve basic website information". */
#include "squarespace.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define US_PER_S INT64_C(1000000)
#define CURSOR_NEWEST "newest"
#define CURSOR_WEBSITE "website"

struct squarespace_proof
squarespace_proof_begin(struct arena *arena, const struct sales_source *source)
{
	return (struct squarespace_proof){
		.arena = arena, .source = source, .newest = sales_newest_begin(arena, sales_cursor(source, CURSOR_NEWEST))
	};
}

int64_t
squarespace_proof_from(const struct squarespace_proof *proof)
{
	return sales_newest_from(&proof->newest, proof->source->from_utc);
}

void
squarespace_proof_order(struct squarespace_proof *proof, const struct sales_document *order)
{
	proof->orders++;
	sales_newest_note(&proof->newest, order);
}

/* An order that did not come: it may have changed since the window's end, or be deleted; else the list lacks it. */
static int
look_up(struct squarespace_proof *proof, struct shop *shop, const struct sales_mark *mark, bool *ret_there, struct err *err)
{
	const struct sales_source *source = proof->source;
	const struct http_response *response = NULL;
	struct sales_document order;
	struct json *body = NULL;

	if (shop_get(
		proof->arena, shop, "orders", arena_printf(proof->arena, SQUARESPACE_ORDERS "/%s", mark->id), &response, err) != 0)
		return -1;
	if (response->status == 404) {
		*ret_there = false;
		return 0;
	}
	if (shop_json(proof->arena, shop, "orders", response, JSON_OBJECT, "an order", &body, err) != 0 ||
	    squarespace_order(proof->arena, source->config, body, &order, err) != 0)
		return -1;
	if (order.modified_us < source->to_utc * US_PER_S)
		return err_set(err, ERR_INCOMPLETE, "order \"%s\" is in the shop, but not in its list: others may be missing too",
		    order.number);
	*ret_there = true;
	return 0;
}

static int
check_known(struct squarespace_proof *proof, struct shop *shop, const struct sales_sink *sink, struct err *err)
{
	const struct sales_mark *missing = NULL;
	size_t found = 0, i;

	for (i = 0; i < proof->newest.known_count; i++) {
		struct sales_mark *mark = &proof->newest.known[i];

		if (!mark->seen && look_up(proof, shop, mark, &mark->seen, err) != 0)
			return err_wrap(err, "order \"%s\", read before and not now", mark->number);
		found += mark->seen;
		if (!mark->seen)
			missing = mark;
	}
	if (missing == NULL || found > 0) {
		for (i = 0; i < proof->newest.known_count; i++)
			if (!proof->newest.known[i].seen)
				sink->absent(sink->context, proof->newest.known[i].id);
		return 0;
	}
	err_set(err, ERR_INCOMPLETE,
	    "none of the newest orders read before is in the shop any more, \"%s\" for one: it is another shop's data, or was set "
	    "back",
	    missing->number);
	return err_hint(err, "If this is right, begin anew with ctok-pull-sales --source %s --reset.", proof->source->config->name);
}

/* Read the end of the list once more: it must hold nothing new. */
static int
check_end(struct squarespace_proof *proof, struct shop *shop, struct err *err)
{
	const struct sales_source *source = proof->source;
	struct arena *arena = proof->arena;
	const struct http_response *response = NULL;
	const struct json *orders;
	struct sales_document order;
	struct json *page = NULL;
	const char *query;
	size_t i, j;

	if (proof->newest.newest_count == 0)
		return 0;
	query = http_form(arena,
	    (const char *const[]){ "modifiedAfter", clock_iso(arena, proof->newest.newest[0].modified_us / US_PER_S),
		"modifiedBefore", clock_iso(arena, source->to_utc) },
	    2);
	if (shop_get(arena, shop, "orders", arena_printf(arena, SQUARESPACE_ORDERS "?%s", query), &response, err) != 0 ||
	    shop_json(arena, shop, "orders", response, JSON_OBJECT, "an object", &page, err) != 0 ||
	    json_list(page, "result", &orders, err) != 0)
		return -1;
	for (i = 0; i < orders->count; i++) {
		if (squarespace_order(arena, source->config, &orders->items[i], &order, err) != 0)
			return -1;
		if (order.modified_us <= proof->newest.newest[0].modified_us)
			continue;
		for (j = 0; j < proof->newest.newest_count && !text_equal(order.external_id, proof->newest.newest[j].id); j++)
			;
		if (j == proof->newest.newest_count)
			return err_set(
			    err, ERR_INCOMPLETE, "order \"%s\" was not in the list: others may be missing too", order.number);
	}
	return 0;
}

/* Keys that may not ask who the shop is get a 403; then its orders must do. */
static int
check_website(struct squarespace_proof *proof, struct shop *shop, const char **ret_website, struct err *err)
{
	const char *known = sales_cursor(proof->source, CURSOR_WEBSITE), *title, *id;
	const struct http_response *response = NULL;
	struct json *body = NULL;

	*ret_website = known;
	if (shop_get(proof->arena, shop, "the website", "/1.0/authorization/website", &response, err) != 0)
		return -1;
	if (response->status == 403 || response->status == 404)
		return 0;
	if (shop_json(proof->arena, shop, "the website", response, JSON_OBJECT, "an object", &body, err) != 0 ||
	    json_text(body, "id", &id, err) != 0 || json_text_or_null(body, "title", &title, err) != 0)
		return -1;
	if (known != NULL && !text_equal(known, id)) {
		err_set(err, ERR_REFUSED, "it is another shop than before: \"%.60s\" with id \"%.60s\", not \"%.60s\"",
		    title != NULL ? title : "", id, known);
		return err_hint(err,
		    "Put the old shop's key back, and read the new shop as a source of its own. If the shop was really replaced, "
		    "begin"
		    " anew with ctok-pull-sales --source %s --reset.",
		    proof->source->config->name);
	}
	*ret_website = id;
	return 0;
}

int
squarespace_proof_end(struct squarespace_proof *proof, struct shop *shop, const struct sales_sink *sink, struct err *err)
{
	const char *website, *text;

	if (check_website(proof, shop, &website, err) != 0)
		return err_wrap(err, "who the shop is");
	if (check_known(proof, shop, sink, err) != 0)
		return -1;
	if (check_end(proof, shop, err) != 0)
		return err_wrap(err, "the end of the orders, read once more");
	if (website != NULL)
		sink->cursor(sink->context, CURSOR_WEBSITE, website);
	text = sales_newest_text(&proof->newest);
	if (text[0] != '\0')
		sink->cursor(sink->context, CURSOR_NEWEST, text);
	return 0;
}
