/* The smallest kind of source (docs/adding-a-source.md walks through it): a corner shop that sells one thing a time and lists its sales since a
 * number, `GET /sales?after=41`:
 *
 *   {"sales": [{"id": 42, "sold": "2026-05-01T10:00:00Z", "buyer": "Ann Lee", "email": "ann@example.org", "product": "BLS", "title": "Basic Life
 *    Support", "quantity": 2, "total": "99.00", "currency": "EUR"}], "left": 0}
 *
 * A sale never changes, so the number of the last one is all that must be remembered. `left` says how many follow. */
#include "adapter/json.h"
#include "base/clock.h"
#include "base/money.h"
#include "base/text.h"
#include "sales/contact.h"
#include "sales/shop.h"
#include "sales/source.h"

#define CURSOR_LAST "last"
#define PAGE_BYTES ((size_t)1024 * 1024)

extern const struct sales_kind corner_kind;

/* One sale as a document with one line. Whatever is missing or not as it must be is named. */
static int
read_sale(struct arena *arena, const struct json *sale, int64_t *ret_id, struct sales_document *document, struct err *err)
{
	struct sales_line *line = ARENA_ARRAY(arena, 1, struct sales_line);
	const char *sold, *email, *buyer, *product, *title, *total, *currency, *quantity;
	struct money money;
	int64_t utc;

	if (json_int(sale, "id", ret_id, err) != 0 || json_text(sale, "sold", &sold, err) != 0 ||
	    clock_parse(sold, &utc, NULL, err) != 0 || json_text_or_null(sale, "email", &email, err) != 0 ||
	    json_text_or_null(sale, "buyer", &buyer, err) != 0 || json_text(sale, "product", &product, err) != 0 ||
	    json_text(sale, "title", &title, err) != 0 || json_text(sale, "currency", &currency, err) != 0 ||
	    json_decimal(json_get(sale, "quantity"), &quantity, err) != 0 ||
	    json_decimal(json_get(sale, "total"), &total, err) != 0 || money_parse(total, currency, MONEY_EXACT, &money, err) != 0)
		return -1;
	*line = (struct sales_line){ .key = "1",
		.product_key = "",
		.variant_key = "",
		.sku = sales_text(arena, product, 200),
		.name = sales_text(arena, title, 400),
		.quantity = quantity,
		.unit_price_minor = money.minor,
		.net_minor = money.minor };
	*document = (struct sales_document){ .kind = "order",
		.external_id = arena_printf(arena, "%lld", (long long)*ret_id),
		.effective_us = utc * 1000000,
		.modified_us = utc * 1000000,
		.status = SALES_PAID,
		.currency = currency,
		.total_minor = money.minor,
		.subtotal_minor = money.minor,
		.paid_minor = SALES_UNKNOWN, /* as the status says */
		.buyer = sales_contact(arena, email, buyer),
		.lines = line,
		.line_count = 1 };
	document->number = document->external_id;
	return 0;
}

/* What the shop's errors say beside their status, and what a status means: who refuses a key must not pass for one who sold nothing. */
static const char *
words(struct arena *arena, const struct http_response *response, const struct json *error)
{
	(void)response;
	return arena_printf(arena, " \"%.200s\"", shop_word(error, "error"));
}

static const struct shop_refusal refusals[] = {
	{ 403, .err = ERR_REFUSED, .says = "the shop does not accept the key", .hint = "Ask the shop for another one." },
	{ 0, .err = ERR_REJECTED, .says = "the shop refuses to list its sales" },
};

static int
open_shop(
    struct arena *arena, const struct sales_source *source, const struct sales_sink *sink, struct shop **ret_shop, struct err *err)
{
	const struct shop_manner manner = {
		.retry = { .max_total_ms = 60000, .base_ms = 1000, .cap_ms = 10000, .max_tries = 3 },
		.idle_timeout_ms = 60000,
		.total_timeout_ms = 120000,
		.max_bytes = PAGE_BYTES,
		.headers = { { "Authorization", arena_printf(arena, "Bearer %s", source->secret), true } },
		.secret_name = "the key",
		.words = words,
		.refusals = refusals,
	};

	return shop_open(arena, source, sink, &manner, ret_shop, err);
}

/* A page after ${last}, which moves on with it. What does not add up must not pass for a whole reading. */
static int
read_page(struct arena *arena, struct shop *shop, const struct sales_sink *sink, int64_t *last, int64_t *left, struct err *err)
{
	const char *path = arena_printf(arena, "/sales?after=%lld", (long long)*last);
	const struct http_response *response = NULL;
	struct sales_document document;
	struct json *page = NULL;
	struct shop_rows rows;
	int64_t id, before = *left;
	size_t i;

	if (shop_get(arena, shop, "sales", path, &response, err) != 0 ||
	    shop_json(arena, shop, "sales", response, JSON_OBJECT, "an object", &page, err) != 0 ||
	    shop_rows(arena, response, page, "sales", &rows, err) != 0 || json_int(page, "left", left, err) != 0)
		return -1;
	if (before >= 0 && before > *left + (int64_t)rows.count)
		return err_set(err, ERR_INCOMPLETE, "%lld sales were left, and %zu came with %lld left", (long long)before,
		    rows.count, (long long)*left);
	if (rows.count == 0 && *left > 0)
		return err_set(err, ERR_INCOMPLETE, "no sale came, and %lld are left", (long long)*left);
	for (i = 0; i < rows.count; i++) {
		if (read_sale(arena, &rows.items[i], &id, &document, err) != 0)
			return err_wrap(err, "sale %zu after %lld", i + 1, (long long)*last);
		if (id <= *last)
			return err_set(err, ERR_INCOMPLETE, "sale %lld comes after %lld", (long long)id, (long long)*last);
		*last = id;
		document.payload = rows.raw[i].text;
		document.payload_len = rows.raw[i].len;
		if (sink->document(sink->context, &document, err) != 0)
			return -1;
	}
	return 0;
}

static int
pull(const struct sales_source *source, const struct sales_sink *sink, struct err *err)
{
	const char *known = source->full ? NULL : sales_cursor(source, CURSOR_LAST);
	int64_t last = 0, left = -1;
	struct arena arena = ARENA_INIT, page = ARENA_INIT;
	struct shop *shop = NULL;
	int rc = -1;

	if ((known != NULL && text_int64(known, &last, err) != 0) || open_shop(&arena, source, sink, &shop, err) != 0)
		goto out;
	while (left != 0) {
		arena_reset(&page);
		if (read_page(&page, shop, sink, &last, &left, err) != 0)
			goto out;
	}
	sink->cursor(sink->context, CURSOR_LAST, arena_printf(&arena, "%lld", (long long)last));
	rc = 0;
out:
	shop_close(shop);
	arena_done(&page);
	arena_done(&arena);
	return rc;
}

static int
read_stored(struct arena *arena, const struct sales_source *source, const struct sales_stored *stored,
    struct sales_reading *ret_reading, struct err *err)
{
	struct sales_reading reading = { .without = NULL };
	struct json *sale;
	int64_t id;

	(void)source;
	if (json_parse(arena, "what is stored", stored->payload, stored->payload_len, &sale, err) != 0 ||
	    read_sale(arena, sale, &id, &reading.document, err) != 0)
		return -1;
	reading.document.payload = stored->payload;
	reading.document.payload_len = stored->payload_len;
	*ret_reading = reading;
	return 0;
}

const struct sales_kind corner_kind = { .name = "corner", .pull = pull, .read = read_stored };
