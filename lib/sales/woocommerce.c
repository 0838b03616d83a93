/* Pulling a WooCommerce shop: orders since they were changed, each with its refunds; every `sweep_days` all of them, which tells what was
 * deleted, because a deleted order leaves no trace in the list, and an order in the trash only in the list of the trash.
 *
 * Times go to the shop in UTC (`dates_are_gmt`): its own zone may be changed, and the times of older orders do not move with it. The list is
 * read in the order of ids, and not up to a moment but as far as it goes. So what changes during the walk can only come in; what is deleted
 * moves the rest to the front, and is noticed because each part begins with the last order of the one before. None of that depends on which
 * part was asked for first: what was in the list all the time lies in one of parts that overlap. So parts are asked for together, and the
 * refunds of a part's orders, over as many connections as the source has.
 *
 * Cursors: `newest` (sales/newest.h), and `swept`: when everything was read last. */
#include "woocommerce.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sales/hint.h"
#include "sales/newest.h"

#define CURSOR_NEWEST "newest"
#define CURSOR_SWEPT "swept"
#define DAY_S 86400
#define NIGHT_S (6 * 3600) /* a sweep may be so much early: nights are not a day apart to the second */
#define STEP_BACK 50
#define MOST_STEPS 100 /* a list that loses orders so often while it is read is not to be believed */

struct pull {
	struct woo_site *site;
	struct sales_newest newest;
	struct sales_hints hints;
	struct arena page;    /* of a part of a list */
	struct arena refunds; /* of one order */
};

/* Hand one item of a list over. */
typedef int take_item(struct pull *, const struct json *, struct json_raw, struct err *);

#define REFUNDS_FILTER "dp=6"

static const char *
refunds_of(struct arena *arena, const char *id)
{
	return arena_printf(arena, "orders/%s/refunds", id);
}

static int
add_refunds(struct pull *pull, const struct woo_order *order, struct err *err)
{
	const struct sales_sink *sink = pull->site->sink;
	struct arena *arena = &pull->refunds;
	struct sales_document *notes;
	struct woo_list list = { 0 };
	size_t i;

	arena_reset(arena);
	if (woo_list(pull->site, arena, refunds_of(arena, order->document.external_id), REFUNDS_FILTER, 0, &list, err) != 0)
		return err_wrap(err, "the refunds of order \"%s\"", order->document.number);
	if (list.total > WOO_PAGE)
		return err_set(err, ERR_DATA, "order \"%s\" has %lld refunds, at most %d are read", order->document.number,
		    (long long)list.total, WOO_PAGE);
	if (woo_refunds(arena, order, list.rows.items, list.rows.raw, list.rows.count, &notes, err) != 0)
		return -1;
	for (i = 0; i < list.rows.count; i++)
		if (sink->document(sink->context, &notes[i], err) != 0)
			return -1;
	return 0;
}

static int
hand_over(struct pull *pull, const struct json *item, struct json_raw raw, bool listed, struct err *err)
{
	const struct sales_sink *sink = pull->site->sink;
	struct woo_order order;

	if (woo_order(&pull->page, pull->site->source->config, item, &order, err) != 0)
		return -1;
	if (listed)
		sales_newest_note(&pull->newest, &order.document);
	sales_hints_met(&pull->hints, order.document.external_id);
	/* No sale, or none any more: if it was one before, a person must know. */
	if (order.ignored) {
		sink->absent(sink->context, order.document.external_id);
		return 0;
	}
	woo_take(&pull->page, raw, &order);
	if (sink->document(sink->context, &order.document, err) != 0)
		return -1;
	return order.refunds != NULL && order.refunds->count > 0 ? add_refunds(pull, &order, err) : 0;
}

static int
take_order(struct pull *pull, const struct json *item, struct json_raw raw, struct err *err)
{
	return hand_over(pull, item, raw, /* listed= */ true, err);
}

/* Orders that somebody pointed at, as they are now. */
static int
read_hints(struct pull *pull, struct err *err)
{
	const struct sales_sink *sink = pull->site->sink;
	struct sales_hints all = pull->hints;
	const struct json *order;
	struct json_raw raw;
	const char *id;

	while ((id = sales_hints_next(&all)) != NULL)
		woo_expect(pull->site, &pull->page, id);
	while ((id = sales_hints_next(&pull->hints)) != NULL) {
		arena_reset(&pull->page);
		order = NULL;
		if (woo_get(pull->site, &pull->page, id, &order, &raw, err) != 0 ||
		    (order != NULL && hand_over(pull, order, raw, /* listed= */ false, err) != 0))
			return err_wrap(err, "order %s, which a webhook names", id);
		if (order == NULL)
			sink->absent(sink->context, id);
	}
	return 0;
}

/* An order that was thrown away: it is in no list of orders, and may have been a sale. */
static int
take_trash(struct pull *pull, const struct json *item, struct json_raw raw, struct err *err)
{
	const struct sales_sink *sink = pull->site->sink;
	const char *id;

	(void)raw;
	if (woo_id(&pull->page, item, "id", &id, err) != 0)
		return -1;
	sink->absent(sink->context, id);
	return 0;
}

/* Refunds that the orders of a part will be asked for. What is wrong with an order is told when it is taken. */
static void
expect_refunds(struct pull *pull, const struct woo_list *list, int64_t last_id)
{
	struct err ignored = ERR_INIT;
	const struct json *refunds;
	int64_t id;
	size_t i;

	arena_reset(&pull->refunds);
	for (i = 0; i < list->rows.count; i++) {
		refunds = json_get(&list->rows.items[i], "refunds");
		if (refunds != NULL && refunds->kind == JSON_ARRAY && refunds->count > 0 &&
		    json_int(&list->rows.items[i], "id", &id, &ignored) == 0 && id > last_id)
			woo_expect_list(pull->site, &pull->refunds,
			    refunds_of(&pull->refunds, arena_printf(&pull->refunds, "%lld", (long long)id)), REFUNDS_FILTER, 0);
		err_reset(&ignored);
	}
}

/* The items of a part that were not handed over yet. */
static int
take_part(struct pull *pull, const struct woo_list *list, take_item *take, int64_t *last_id, int64_t *taken, struct err *err)
{
	const size_t mark = shop_mark(pull->site->shop);
	int64_t id, before = 0;
	size_t i;

	if (take == take_order)
		expect_refunds(pull, list, *last_id);

	for (i = 0; i < list->rows.count; i++) {
		if (json_int(&list->rows.items[i], "id", &id, err) != 0)
			return err_wrap(err, "item %zu", i + 1);
		if (id <= before)
			return err_set(
			    err, ERR_INCOMPLETE, "ids do not rise: %lld comes after %lld", (long long)id, (long long)before);
		before = id;
		if (id <= *last_id)
			continue;
		if (take(pull, &list->rows.items[i], list->rows.raw[i], err) != 0)
			return err_wrap(err, "item %zu", i + 1);
		*last_id = id;
		++*taken;
	}
	/* Those of orders that are no sales were not asked for. */
	shop_forget(pull->site->shop, mark);
	return 0;
}

/* Does this part of the list join the one before? It must begin with something that is known. */
static int
joins(const struct woo_list *list, int64_t offset, int64_t last_id, bool *ret_joins, struct err *err)
{
	int64_t first;

	*ret_joins = offset == 0;
	if (offset == 0 || list->rows.count == 0)
		return 0;
	if (json_int(&list->rows.items[0], "id", &first, err) != 0)
		return err_wrap(err, "item 1");
	*ret_joins = first <= last_id;
	return 0;
}

/* The parts from ${offset} on that will be asked for, if nothing moves: so many as there are connections. Where the last of them begins. */
static int64_t
expect_parts(struct pull *pull, const char *filter, int64_t offset, int64_t total)
{
	unsigned left = shop_connections(pull->site->shop);

	for (;; offset += WOO_PAGE - 1) {
		woo_expect_list(pull->site, &pull->page, "orders", filter, offset);
		if (--left == 0 || offset + WOO_PAGE >= total)
			return offset;
	}
}

/* Every item of the orders that ${filter} asks for: no fewer than the shop ever said, on the way, that there are. Orders may come in meanwhile,
 * or go. */
static int
walk(struct pull *pull, const char *filter, take_item *take, struct err *err)
{
	int64_t offset = 0, last_id = 0, expected = 0, declared = INT64_MAX, taken = 0;
	unsigned steps = 0;
	bool joined;

	for (;;) {
		struct woo_list list = { 0 };

		arena_reset(&pull->page);
		if (woo_list(pull->site, &pull->page, "orders", filter, offset, &list, err) != 0 ||
		    joins(&list, offset, last_id, &joined, err) != 0)
			return err_wrap(err, "orders from number %lld on", (long long)offset + 1);
		declared = list.total < declared ? list.total : declared;
		if (!joined) {
			if (++steps > MOST_STEPS)
				return err_set(err, ERR_INCOMPLETE, "the list loses orders again and again while it is read");
			offset = offset > STEP_BACK ? offset - STEP_BACK : 0;
			shop_forget(pull->site->shop, 0);
			expected = offset;
			continue;
		}
		if (take_part(pull, &list, take, &last_id, &taken, err) != 0)
			return err_wrap(err, "orders from number %lld on", (long long)offset + 1);
		if (offset + (int64_t)list.rows.count >= list.total) {
			shop_forget(pull->site->shop, 0);
			sales_declare(pull->site->sink, declared, taken);
			return 0;
		}
		offset += (int64_t)list.rows.count - 1;
		if (offset > expected)
			expected = expect_parts(pull, filter, offset, list.total);
	}
}

/* Orders that the last reading found newest and this one did not: deleted or thrown away, else the list lacks them. */
static int
check_known(struct pull *pull, struct err *err)
{
	const struct sales_source *source = pull->site->source;
	const struct sales_sink *sink = pull->site->sink;
	struct sales_newest *newest = &pull->newest;
	size_t gone = 0, i;

	for (i = 0; i < newest->known_count; i++) {
		const struct sales_mark *mark = &newest->known[i];
		const struct json *json = NULL;
		struct woo_order order;
		struct json_raw raw;

		if (mark->seen)
			continue;
		arena_reset(&pull->page);
		if (woo_get(pull->site, &pull->page, mark->id, &json, &raw, err) != 0 ||
		    (json != NULL && woo_order(&pull->page, source->config, json, &order, err) != 0))
			return err_wrap(err, "order \"%s\", read before and not now", mark->number);
		if (json != NULL && !order.ignored)
			return err_set(err, ERR_INCOMPLETE,
			    "order \"%s\" is in the shop, but not in its list: others may be missing too", mark->number);
		gone += json == NULL;
		sink->absent(sink->context, mark->id);
	}
	if (gone == 0 || gone < newest->known_count)
		return 0;
	err_set(err, ERR_INCOMPLETE,
	    "none of the newest orders read before is in the shop any more, \"%s\" for one: it is another shop's data, or was set "
	    "back",
	    newest->known[0].number);
	return err_hint(err, "If this is right, begin anew with ctok-pull-sales --source %s --reset.", source->config->name);
}

/* When everything is to be read again. */
static int
is_sweep_due(const struct sales_source *source, bool *ret_due, struct err *err)
{
	const char *text = sales_cursor(source, CURSOR_SWEPT);
	int64_t swept_utc = 0;

	if (text != NULL && text_int64(text, &swept_utc, err) != 0)
		return err_wrap(err, "what was remembered as \"%s\"", CURSOR_SWEPT);
	*ret_due = source->full || text == NULL || source->now_utc - swept_utc >= source->config->sweep_days * DAY_S - NIGHT_S;
	return 0;
}

/* Orders changed after a moment, which is not itself among them; without a zone, as the shop takes it. */
static const char *
since_filter(struct arena *arena, const char *status, int64_t from_utc)
{
	const char *moment = arena_strndup(arena, clock_iso(arena, from_utc - 1), strlen("2026-08-03T14:05:11"));

	return http_form(
	    arena, (const char *const[]){ "status", status, "modified_after", moment, "dates_are_gmt", "true", "dp", "6" }, 4);
}

static int
read_shop(struct arena *arena, struct pull *pull, struct err *err)
{
	const struct sales_source *source = pull->site->source;
	const struct sales_sink *sink = pull->site->sink;
	int64_t from_utc = sales_newest_from(&pull->newest, source->from_utc);
	const char *text;
	bool whole = false;

	if (is_sweep_due(source, &whole, err) != 0)
		return -1;
	if (whole && clock_parse_date(source->config->start != NULL ? source->config->start : "2000-01-01", &from_utc, err) != 0)
		return err_wrap(err, "setting \"start\"");
	if (walk(pull, since_filter(arena, "any", from_utc), take_order, err) != 0)
		return -1;
	if (walk(pull, since_filter(arena, "trash", from_utc), take_trash, err) != 0)
		return err_wrap(err, "the trash");
	if (check_known(pull, err) != 0 || read_hints(pull, err) != 0)
		return -1;
	text = sales_newest_text(&pull->newest);
	if (text[0] != '\0')
		sink->cursor(sink->context, CURSOR_NEWEST, text);
	if (whole) {
		sink->cursor(sink->context, CURSOR_SWEPT, arena_printf(arena, "%lld", (long long)source->now_utc));
		sink->whole(sink->context);
	}
	return 0;
}

static int
pull_shop(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct pull pull = { .newest = sales_newest_begin(&arena, sales_cursor(source, CURSOR_NEWEST)),
		.hints = sales_hints_begin(&arena, source) };
	int rc = -1;

	if (woo_open(&arena, source, sink, &pull.site, err) == 0)
		rc = read_shop(&arena, &pull, err);
	woo_close(pull.site);
	arena_done(&pull.refunds);
	arena_done(&pull.page);
	arena_done(&arena);
	return rc;
}

/* Orders that changed in the last hour: few, and none is no matter. */
static int
greet_shop(
    struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, const char **ret_says, struct err *err)
{
	struct woo_site *site = NULL;
	struct woo_list list = { 0 };
	int rc = -1;

	if (woo_open(arena, source, sink, &site, err) != 0 ||
	    woo_list(site, arena, "orders", since_filter(arena, "any", source->now_utc - 3600), 0, &list, err) != 0)
		goto out;
	*ret_says = "may read orders";
	rc = 0;
out:
	woo_close(site);
	return rc;
}

const struct sales_kind woocommerce_kind = { .name = "woocommerce", .greet = greet_shop, .pull = pull_shop, .read = woo_read };
