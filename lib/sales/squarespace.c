/* Reading the orders of a Squarespace shop, page after page. The walk is no snapshot: an order changed meanwhile may come twice, in two
 * versions; the sink keeps the later one. What must not pass for a whole reading is refused: a page that is no JSON, one that is
 * short although more follow, a cursor that is missing or comes again; and what squarespace_proof.c finds wrong with the whole.
 *
 * Source: Squarespace Commerce API, "Retrieve all orders": at most 50 a page; `cursor` is sent alone; the page's own URL is not
 * followed, as the published one points elsewhere. Rate limits: 300 a minute, then 429 without Retry-After and a minute's pause. */
#include "squarespace.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#define PAGE_ORDERS 50
#define PAGE_BYTES ((size_t)16 * 1024 * 1024)

/* A walk from cursor to cursor. To notice circles of any length without keeping all cursors, each is compared with the one before
 * and with a mark that is set anew after 1, 2, 4, 8, … pages (Brent). */
struct walk {
	struct arena arenas[2]; /* of this page and of the one before */
	const char *cursor;     /* of the page at hand; NULL: the first one */
	struct buf mark;
	size_t pages;
	size_t next_mark;
	struct squarespace_proof *proof;
};

static int
hand_over(struct arena *arena, const struct walk *walk, const struct sales_source *source, const struct sales_sink *sink,
    const struct json *page, const struct http_response *response, size_t *ret_count, struct err *err)
{
	struct sales_document document;
	const struct json *orders;
	struct json_raw *raw;
	size_t count, i;

	if (json_list(page, "result", &orders, err) != 0 ||
	    json_raw_items(arena, response->body, response->body_len, "result", &raw, &count, err) != 0)
		return -1;
	if (count != orders->count)
		return err_set(err, ERR_DATA, "the list \"result\" cannot be told apart");
	for (i = 0; i < count; i++) {
		if (squarespace_order(arena, source->config, &orders->items[i], &document, err) != 0)
			return err_wrap(err, "item %zu", i + 1);
		squarespace_proof_order(walk->proof, &document);
		document.payload = raw[i].text;
		document.payload_len = raw[i].len;
		if (sink->document(sink->context, &document, err) != 0)
			return -1;
	}
	*ret_count = count;
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
	if (count < PAGE_ORDERS)
		return err_set(
		    err, ERR_INCOMPLETE, "it has %zu orders although more follow: a whole page has %d", count, PAGE_ORDERS);
	if (json_text_or_null(pagination, "nextPageCursor", &cursor, err) != 0)
		return err_wrap(err, "\"pagination\"");
	if (cursor == NULL || cursor[0] == '\0')
		return err_set(err, ERR_INCOMPLETE, "it says that more follow, but gives no cursor");
	if (text_equal(cursor, walk->cursor) || text_equal(cursor, walk->mark.data))
		return err_set(err, ERR_INCOMPLETE, "its cursor came before: the pages go in circles");
	*ret_cursor = cursor;
	return 0;
}

/* Read the page at hand, hand its orders over and step on to the next one. */
static int
pull_page(struct walk *walk, struct http *http, const struct sales_source *source, const struct sales_sink *sink, bool *ret_more,
    struct err *err)
{
	struct arena *arena = &walk->arenas[walk->pages % 2];
	const struct http_response *response = NULL;
	struct json *page = NULL;
	const char *query, *cursor = NULL;
	size_t count = 0;

	arena_reset(arena);
	if (walk->cursor == NULL)
		query = http_form(arena,
		    (const char *const[]){ "modifiedAfter", clock_iso(arena, squarespace_proof_from(walk->proof)), "modifiedBefore",
			clock_iso(arena, source->to_utc) },
		    2);
	else
		query = http_form(arena, (const char *const[]){ "cursor", walk->cursor }, 1);
	if (squarespace_get(arena, http, source, arena_printf(arena, SQUARESPACE_ORDERS "?%s", query), &response, err) != 0 ||
	    squarespace_json(arena, source, response, &page, err) != 0 ||
	    hand_over(arena, walk, source, sink, page, response, &count, err) != 0 ||
	    next_cursor(walk, page, count, &cursor, err) != 0)
		return err_wrap(err, "page %zu of the orders", walk->pages + 1);
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

static int
pull(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct squarespace_proof proof = squarespace_proof_begin(&arena, source);
	struct walk walk = { .next_mark = 1, .proof = &proof };
	struct http *http = NULL;
	struct http_config config = squarespace_http(&arena, source, sink);
	bool more = true;
	int rc = -1;

	buf_init(&walk.mark, PAGE_BYTES);
	if (http_open(&config, &http, err) != 0)
		goto out;
	while (more) {
		if (sink->stopped(sink->context)) {
			err_set(err, ERR_INCOMPLETE, "stopped on request after %zu pages", walk.pages);
			goto out;
		}
		if (pull_page(&walk, http, source, sink, &more, err) != 0)
			goto out;
	}
	if (squarespace_proof_end(&proof, http, sink, err) != 0)
		goto out;
	rc = 0;
out:
	http_close(http);
	buf_done(&walk.mark);
	arena_done(&walk.arenas[0]);
	arena_done(&walk.arenas[1]);
	arena_done(&arena);
	return rc;
}

const struct sales_kind squarespace_kind = { .name = "squarespace", .pull = pull };
