/* Reading a list of a Squarespace shop, page after page. The walk is no snapshot: what changed meanwhile may come twice, in two versions. What must
 * not pass for a whole reading is refused: a page that is no JSON, one that is short although more follow, a cursor that is missing or comes
 * again.
 *
 * A page is found only by the cursor of the one before, so a list is read over one connection.
 *
 * Source: Squarespace Commerce API, "Retrieve all orders", "Retrieve all transactions": at most 50 a page; `cursor` is sent alone; the page's own
 * URL is not followed, as the published one points elsewhere. */
#include "squarespace.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#define PAGE_ITEMS 50

/* To notice circles of any length without keeping all cursors, each is compared with the one before and with a mark that is set anew after
 * 1, 2, 4, 8, … pages (Brent). */
struct walk {
	const struct squarespace_list *list;
	struct arena arenas[2]; /* of this page and of the one before */
	const char *cursor;     /* of the page at hand; NULL: the first one */
	struct buf mark;
	size_t pages;
	size_t next_mark;
};

static int
hand_over(struct shop *shop, struct arena *arena, const struct squarespace_list *list, const struct json *page,
    const struct http_response *response, size_t *ret_count, struct err *err)
{
	const size_t mark = shop_mark(shop);
	struct shop_rows rows;
	size_t i;

	if (shop_rows(arena, response, page, list->items, &rows, err) != 0)
		return -1;
	if (list->expect != NULL)
		list->expect(list->context, arena, &rows);
	for (i = 0; i < rows.count; i++) {
		if (list->take(list->context, arena, &rows.items[i], rows.raw[i], err) != 0)
			return err_wrap(err, "item %zu", i + 1);
	}
	shop_forget(shop, mark);
	*ret_count = rows.count;
	return 0;
}

/* The cursor of the page after this one; NULL after the last. */
static int
next_cursor(const struct walk *walk, const struct json *page, size_t count, const char **ret_cursor, struct err *err)
{
	const struct json *pagination = json_get(page, "pagination"), *more = json_get(pagination, "hasNextPage");
	const char *cursor;

	if (more == NULL || more->kind != JSON_BOOL)
		return err_set(err, ERR_INCOMPLETE, "\"pagination.hasNextPage\" is %s, not true or false", json_kind_name(more));
	if (!more->truth) {
		*ret_cursor = NULL;
		return 0;
	}
	if (count < PAGE_ITEMS)
		return err_set(err, ERR_INCOMPLETE, "it has %zu %s although more follow: a whole page has %d", count,
		    walk->list->what, PAGE_ITEMS);
	if (json_text_or_null(pagination, "nextPageCursor", &cursor, err) != 0)
		return err_wrap(err, "\"pagination\"");
	if (cursor == NULL || cursor[0] == '\0')
		return err_set(err, ERR_INCOMPLETE, "it says that more follow, but gives no cursor");
	if (text_equal(cursor, walk->cursor) || text_equal(cursor, walk->mark.data))
		return err_set(err, ERR_INCOMPLETE, "its cursor came before: the pages go in circles");
	*ret_cursor = cursor;
	return 0;
}

/* Read the page at hand, hand its items over and step on to the next one. */
static int
pull_page(struct walk *walk, struct shop *shop, bool *ret_more, struct err *err)
{
	struct arena *arena = &walk->arenas[walk->pages % 2];
	const struct http_response *response = NULL;
	struct json *page = NULL;
	const char *query, *cursor = NULL;
	size_t count = 0;

	arena_reset(arena);
	if (walk->cursor == NULL)
		query = http_form(arena,
		    (const char *const[]){ "modifiedAfter", clock_iso(arena, walk->list->from_utc), "modifiedBefore",
			clock_iso(arena, walk->list->to_utc) },
		    2);
	else
		query = http_form(arena, (const char *const[]){ "cursor", walk->cursor }, 1);
	if (shop_get(arena, shop, walk->list->what, arena_printf(arena, "%s?%s", walk->list->path, query), &response, err) != 0 ||
	    shop_json(arena, shop, walk->list->what, response, JSON_OBJECT, "an object", &page, err) != 0 ||
	    hand_over(shop, arena, walk->list, page, response, &count, err) != 0 ||
	    next_cursor(walk, page, count, &cursor, err) != 0)
		return err_wrap(err, "page %zu of the %s", walk->pages + 1, walk->list->what);
	walk->pages++;
	if (cursor != NULL && walk->pages == walk->next_mark) {
		buf_reset(&walk->mark);
		buf_text(&walk->mark, cursor);
		walk->next_mark *= 2;
	}
	walk->cursor = cursor;
	*ret_more = cursor != NULL;
	return 0;
}

int
squarespace_walk(struct shop *shop, const struct sales_sink *sink, const struct squarespace_list *list, struct err *err)
{
	struct walk walk = { .list = list, .next_mark = 1 };
	bool more = true;
	int rc = -1;

	buf_init(&walk.mark, SQUARESPACE_PAGE_BYTES);
	while (more) {
		if (sink->stopped(sink->context)) {
			err_set(err, ERR_INCOMPLETE, "stopped on request after %zu pages", walk.pages);
			goto out;
		}
		if (pull_page(&walk, shop, &more, err) != 0)
			goto out;
	}
	rc = 0;
out:
	buf_done(&walk.mark);
	arena_done(&walk.arenas[0]);
	arena_done(&walk.arenas[1]);
	return rc;
}
