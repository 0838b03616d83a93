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
#include "http/http.h"
#include "sales/contact.h"
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

/* A page after ${last}, which moves on with it. What does not add up must not pass for a whole reading. */
static int
read_page(struct arena *arena, struct http *http, const struct sales_source *source, const struct sales_sink *sink, int64_t *last,
    int64_t *left, struct err *err)
{
	const struct http_header headers[] = { { "Authorization", arena_printf(arena, "Bearer %s", source->secret), true } };
	const struct http_request request = { .method = "GET",
		.path = arena_printf(arena, "/sales?after=%lld", (long long)*last),
		.headers = headers,
		.header_count = 1,
		.repeatable = true,
		.what = "sales" };
	struct sales_document document;
	struct http_response *response;
	const struct json *sales;
	struct json_raw *raw;
	struct json *page = NULL;
	int64_t id, before = *left;
	size_t count, i;

	if (http_send(arena, http, &request, &response, err) != 0)
		return -1;
	if (response->status != 200)
		return err_set(err, ERR_REFUSED, "the shop refuses to list its sales: status %ld", response->status);
	if (json_parse(arena, "the answer", response->body, response->body_len, &page, err) != 0 ||
	    json_list(page, "sales", &sales, err) != 0 || json_int(page, "left", left, err) != 0 ||
	    json_raw_items(arena, response->body, response->body_len, "sales", &raw, &count, err) != 0)
		return -1;
	if (before >= 0 && before > *left + (int64_t)count)
		return err_set(err, ERR_INCOMPLETE, "%lld sales were left, and %zu came with %lld left", (long long)before, count,
		    (long long)*left);
	if (count == 0 && *left > 0)
		return err_set(err, ERR_INCOMPLETE, "no sale came, and %lld are left", (long long)*left);
	for (i = 0; i < count; i++) {
		if (read_sale(arena, &sales->items[i], &id, &document, err) != 0)
			return err_wrap(err, "sale %zu after %lld", i + 1, (long long)*last);
		if (id <= *last)
			return err_set(err, ERR_INCOMPLETE, "sale %lld comes after %lld", (long long)id, (long long)*last);
		*last = id;
		document.payload = raw[i].text;
		document.payload_len = raw[i].len;
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
	struct http *http = NULL;
	const struct http_config config = {
		.base_url = source->config->url,
		.user_agent = "ctok-batch",
		.ca_file = source->config->ca_file,
		.allow_private = source->config->allow_private.items,
		.allow_private_count = source->config->allow_private.count,
		.connections = 1,
		.retry = { .max_total_ms = 60000, .base_ms = 1000, .cap_ms = 10000, .max_tries = 3 },
		.connect_timeout_ms = 15000,
		.idle_timeout_ms = 60000,
		.total_timeout_ms = 120000,
		.max_bytes = PAGE_BYTES,
		.breaker = source->breaker,
		.sleep_ms = source->sleep_ms,
		.stopped = sink->stopped,
		.stopped_context = sink->context,
		.trace = source->trace,
		.trace_context = source->trace_context,
	};
	int rc = -1;

	if ((known != NULL && text_int64(known, &last, err) != 0) || http_open(&config, &http, err) != 0)
		goto out;
	while (left != 0) {
		arena_reset(&page);
		if (sink->stopped(sink->context)) {
			err_set(err, ERR_INCOMPLETE, "stopped on request");
			goto out;
		}
		if (read_page(&page, http, source, sink, &last, &left, err) != 0)
			goto out;
	}
	sink->cursor(sink->context, CURSOR_LAST, arena_printf(&arena, "%lld", (long long)last));
	rc = 0;
out:
	http_close(http);
	arena_done(&page);
	arena_done(&arena);
	return rc;
}

const struct sales_kind corner_kind = { .name = "corner", .pull = pull };
