/* Squarespace orders from the wire to the ledger: a real server in the test, a real database. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"
#include "webserver.h"
#include "with_db.h"

#include "adapter/json.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "fields.h"
#include "db/payload.h"
#include "http/breaker_db.h"
#include "sales/ledger.h"
#include "sales/replay.h"
#include "sales/source.h"

static char dir[] = "/tmp/ctok-squarespace-XXXXXX";
static struct web web;
static const uint8_t master_key[CRYPTO_KEY_BYTES] = { 1, 2, 3 };
static int64_t slept_ms;
static bool stop_asked;
static struct ledger_counts counts;

/* What a test lets the server answer: pages by the cursor that asks for them, "" for the first. */
struct page {
	const char *cursor;
	const char *body;
};
static const struct page *pages;
static size_t page_count;
static const char *website; /* what the shop says of itself; NULL: the key may not ask */

static struct web_answer
answer_page(void *context, const struct web_asked *asked)
{
	const char *cursor = strstr(asked->query, "cursor=");
	size_t i;

	(void)context;
	if (text_equal(asked->url, "/1.0/authorization/website"))
		return (struct web_answer){ .status = website == NULL ? 403 : 200, .body = website };
	/* Read once more from the newest order on. */
	if (cursor == NULL && strstr(asked->query, "modifiedAfter=2000-01-01") == NULL &&
	    strstr(asked->query, "modifiedAfter=2026-05-01T0") == NULL)
		return (struct web_answer){ .status = 200,
			.body = "{\"result\":[],\"pagination\":{\"hasNextPage\":false,\"nextPageCursor\":null}}" };
	cursor = cursor != NULL ? cursor + 7 : "";
	for (i = 0; i < page_count; i++) {
		if (text_equal(pages[i].cursor, cursor))
			return (struct web_answer){ .status = 200, .body = pages[i].body };
	}
	return (struct web_answer){ .status = 400, .body = "{\"type\":\"INVALID_REQUEST_ERROR\",\"message\":\"unknown cursor\"}" };
}

static void
serve_pages(const struct page *list, size_t count)
{
	web_script(&web, NULL, 0);
	web.respond = answer_page;
	pages = list;
	page_count = count;
}

/* One page and no more. */
static void
serve(const char *body)
{
	static struct page only;

	only = (struct page){ "", body };
	serve_pages(&only, 1);
}

/* What the last walk of one page asked for: the request before the one that asks who the shop is. */
static const char *
last_walk(void)
{
	size_t i = web.asked_count;

	while (i > 1 && !text_equal(web.asked[i - 1].url, "/1.0/authorization/website"))
		i--;
	return i > 1 ? web.asked[i - 2].query : "(none)";
}

static void
count_sleep(int64_t ms)
{
	slept_ms += ms;
}

static bool
is_stopped(void *context)
{
	(void)context;
	return stop_asked;
}

static const char *const name_labels[] = { "Learner Name", "Nombre" };
static const char *const email_labels[] = { "learner email", "Correo" };

/* The source of the tests, as a configuration would have it. */
static struct config_source
source_config(struct with_db *w)
{
	static const char *allowed[] = { "localhost" };
	struct config_source source = { .name = "shop", .kind = "squarespace", .role = "sale", .overlap_s = 900 };

	source.url = arena_printf(&w->arena, "https://localhost:%u/", web.port);
	source.ca_file = arena_printf(&w->arena, "%s/ca.pem", dir);
	source.allow_private = (struct config_list){ allowed, 1 };
	source.learner_name_labels.items = ARENA_ARRAY(&w->arena, 2, const char *);
	memcpy(source.learner_name_labels.items, name_labels, sizeof(name_labels));
	source.learner_name_labels.count = 2;
	source.learner_email_labels.items = ARENA_ARRAY(&w->arena, 2, const char *);
	memcpy(source.learner_email_labels.items, email_labels, sizeof(email_labels));
	source.learner_email_labels.count = 2;
	return source;
}

/* A pull as the program does it. */
static int
pull(struct with_db *w, const struct config_source *config, bool full, struct err *err)
{
	const struct ledger_plan plan = {
		.db = w->db, .night = &w->night, .source = config, .master_key = master_key, .full = full
	};
	const struct http_breaker_store breaker = http_breaker_db(w->db);
	struct sales_source source = { .config = config,
		.secret = "0123456789-api-key",
		.account = "acme/shop",
		.contact = "ops@example.org",
		.breaker = &breaker,
		.sleep_ms = count_sleep };
	const struct sales_kind *kind = sales_kind("squarespace", err);
	struct err unsaid = ERR_INIT;
	struct ledger *ledger;
	struct sales_sink sink;
	int rc = -1;

	assert_non_null(kind);
	slept_ms = 0;
	counts = (struct ledger_counts){ .documents = -1, .changed = -1, .gone = -1 };
	if (ledger_open(&plan, &ledger, err) != 0)
		return -1;
	ledger_window(ledger, &source.from_utc, &source.to_utc);
	sink = (struct sales_sink){ .context = ledger,
		.document = ledger_add,
		.present = ledger_present,
		.absent = ledger_absent,
		.cursor = ledger_cursor,
		.whole = ledger_whole,
		.until = ledger_until,
		.stopped = is_stopped };
	if (kind->pull(&source, &sink, err) == 0 && ledger_commit(ledger, &counts, err) == 0)
		rc = 0;
	else
		expect_ok("the reason is kept", ledger_fail(ledger, err, &unsaid), &unsaid);
	ledger_close(ledger);
	return rc;
}

static void
pull_ok(struct with_db *w, const char *title, int64_t documents, int64_t changed)
{
	struct config_source config = source_config(w);
	struct err err = ERR_INIT;

	expect_ok(title, pull(w, &config, /* full= */ false, &err), &err);
	if (counts.documents != documents || counts.changed != changed)
		fail_msg("%s: %lld documents and %lld changed, not %lld and %lld", title, (long long)counts.documents,
		    (long long)counts.changed, (long long)documents, (long long)changed);
}

static const char *
fixture(struct with_db *w, const char *name)
{
	char *path = arena_printf(&w->arena, "tests/fixtures/squarespace/%s", name);
	FILE *file = fopen(path, "r");
	char *text = arena_alloc(&w->arena, 65536);

	if (file == NULL)
		fail_msg("\"%s\" cannot be read", path);
	assert_in_range(fread(text, 1, 65535, file), 1, 65534);
	(void)fclose(file);
	return text;
}

/* ${text} with the first ${from} replaced by ${to}. */
static const char *
edit(struct with_db *w, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (at == NULL)
		fail_msg("there is no \"%s\" to replace", from);
	return arena_printf(&w->arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* A small order; what tests change is edited in. */
static const char *
order(struct with_db *w, int n, const char *modified)
{
	return arena_printf(&w->arena,
	    "{\"id\":\"66f2b1c3d4e5f6071829%04d\",\"orderNumber\":\"%d\",\"createdOn\":\"2026-04-01T10:00:00.000Z\","
	    "\"modifiedOn\":\"%s\",\"testmode\":false,\"customerEmail\":\"buyer%d@example.com\","
	    "\"billingAddress\":{\"firstName\":\"Ann\",\"lastName\":\"Lee\"},\"fulfillmentStatus\":\"PENDING\",\"paymentState\":"
	    "\"PAID\","
	    "\"lineItems\":[{\"id\":\"line%da\",\"variantId\":null,\"sku\":\"BLS\",\"productId\":\"p1\",\"productName\":\"BLS "
	    "course\","
	    "\"quantity\":2,\"unitPricePaid\":{\"currency\":\"EUR\",\"value\":\"50.00\"},\"customizations\":null}],"
	    "\"subtotal\":{\"currency\":\"EUR\",\"value\":\"100.00\"},\"shippingTotal\":{\"currency\":\"EUR\",\"value\":\"0.00\"},"
	    "\"discountTotal\":{\"currency\":\"EUR\",\"value\":\"0.00\"},\"taxTotal\":{\"currency\":\"EUR\",\"value\":\"0.00\"},"
	    "\"refundedTotal\":{\"currency\":\"EUR\",\"value\":\"0.00\"},\"grandTotal\":{\"currency\":\"EUR\",\"value\":\"100.00\"}"
	    ","
	    "\"priceTaxInterpretation\":\"EXCLUSIVE\"}",
	    n, n, modified, n, n);
}

#define MODIFIED "2026-04-02T10:00:00.000Z"

static const char *
page_of(struct with_db *w, const char *orders, const char *cursor)
{
	if (cursor == NULL)
		return arena_printf(
		    &w->arena, "{\"result\":[%s],\"pagination\":{\"hasNextPage\":false,\"nextPageCursor\":null}}", orders);
	return arena_printf(
	    &w->arena, "{\"result\":[%s],\"pagination\":{\"hasNextPage\":true,\"nextPageCursor\":\"%s\"}}", orders, cursor);
}

/* Orders ${from} to ${to}, comma separated. */
static const char *
orders(struct with_db *w, int from, int to)
{
	const char *text = order(w, from, MODIFIED);
	int n;

	for (n = from + 1; n <= to; n++)
		text = arena_printf(&w->arena, "%s,%s", text, order(w, n, MODIFIED));
	return text;
}

/* Everything the ledger holds, but for the pulls themselves. */
static const char *
ledger_digest(struct with_db *w)
{
	return with_db_text(w, "SELECT md5(concat((SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.document t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.document_version t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.line t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.unit t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.movement t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.document_reference t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.contact t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.product t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.payload t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.source_state t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.audit_row t),"
			       " (SELECT string_agg(t::text, '|' ORDER BY t::text) FROM ctok.dirty_document t)))");
}

static const char *
documents_text(struct with_db *w)
{
	return with_db_text(w,
	    "SELECT string_agg(format('%s v%s %s %s total=%s sub=%s disc=%s tax=%s ship=%s ref=%s una=%s incl=%s %s %s/%s', number,"
	    " version, status, currency, total_minor, subtotal_minor, discount_minor, tax_minor, shipping_minor, refunded_minor,"
	    " unallocated_minor, tax_included, to_char(d.modified_at, 'MM-DD HH24:MI:SS.MS'), email, name), E'\\n' ORDER BY "
	    "external_id)"
	    " FROM ctok.document d LEFT JOIN ctok.contact c ON c.contact_id = d.buyer_contact_id");
}

static const char *
lines_text(struct with_db *w)
{
	return with_db_text(w,
	    "SELECT string_agg(format('%s.%s %s %s|%s|%s|%s x%s @%s net=%s %s %s/%s/%s', d.number, line_no, line_key, product_key,"
	    " variant_key, sku, p.name, quantity, unit_price_minor, net_minor, CASE WHEN gone THEN 'gone' ELSE 'here' END, "
	    "c.email, c.name,"
	    " c.raw_email), E'\\n' ORDER BY external_id, line_no)"
	    " FROM ctok.line l JOIN ctok.document d USING (document_id) JOIN ctok.product p USING (product_id)"
	    " LEFT JOIN ctok.contact c ON c.contact_id = l.learner_contact_id");
}

static const char *
units_text(struct with_db *w)
{
	return with_db_text(w,
	    "SELECT string_agg(format('%s.%s.%s=%s%s', d.number, line_no, unit_no, net_minor, CASE WHEN gone THEN ' gone' END), ' '"
	    " ORDER BY external_id, line_no, unit_no) FROM ctok.unit u JOIN ctok.document d USING (document_id)");
}

static const char *
movements_text(struct with_db *w)
{
	return with_db_text(w,
	    "SELECT string_agg(format('%s %s %s %s%s %s', d.number, m.kind, external_key, amount_minor, m.currency,"
	    " to_char(m.effective_at, 'MM-DD HH24:MI:SS.MS')), E'\\n' ORDER BY external_id, movement_id)"
	    " FROM ctok.movement m JOIN ctok.document d USING (document_id)");
}

/* The newest version's references count, and a document that refers elsewhere now has changed, even when its payload is the same. */
static void
references_are_those_of_the_newest_version(void **state)
{
	static const char said[] = "SELECT coalesce(string_agg(format('%s %s=%s', d.number, f.name, f.value), ' ' ORDER BY 1), '')"
				   " FROM ctok.document_reference f JOIN ctok.document d USING (document_id)";
	struct with_db *w = *state;
	const char *first = order(w, 1, MODIFIED), *other = order(w, 2, MODIFIED);

	first = edit(w, first, "\"testmode\"", "\"externalOrderReference\":\" A-1 \",\"testmode\"");
	serve(page_of(w, arena_printf(&w->arena, "%s,%s", first, other), NULL));
	pull_ok(w, "one refers", 2, 2);
	expect_text("kept", with_db_text(w, said), "1 reference=A-1");
	pull_ok(w, "the same again", 2, 0);
	first = edit(w, edit(w, first, " A-1 ", "B-2"), MODIFIED, "2026-04-03T10:00:00.000Z");
	serve(page_of(w, arena_printf(&w->arena, "%s,%s", first, other), NULL));
	pull_ok(w, "a new version", 2, 1);
	expect_text("the new one", with_db_text(w, said), "1 reference=B-2");
	/* As an earlier version of ours left it, which did not read them. */
	with_db_sql(w, "DELETE FROM ctok.document_reference; DELETE FROM ctok.dirty_document");
	pull_ok(w, "read again", 2, 1);
	expect_text("made good", with_db_text(w, said), "1 reference=B-2");
	expect_text("to be looked at", with_db_text(w, "SELECT count(*) FROM ctok.dirty_document"), "1");
	first = edit(w, edit(w, first, "\"B-2\"", "\"ann@example.org\""), "2026-04-03", "2026-04-04");
	serve(page_of(w, arena_printf(&w->arena, "%s,%s", first, other), NULL));
	pull_ok(w, "an address refers to nothing", 2, 1);
	expect_text("none", with_db_text(w, said), "");
}

static void
orders_become_documents(void **state)
{
	struct with_db *w = *state;

	serve(fixture(w, "orders.json"));
	pull_ok(w, "orders.json", 2, 2);
	expect_text("documents", documents_text(w),
	    "2042 v1 paid USD total=26457 sub=27000 disc=2700 tax=2157 ship=0 ref=0 una=0 incl=f 04-03 14:05:12.911"
	    " office@harbour.example/Dora Kraft\n"
	    "2043 v1 cancelled USD total=2000 sub=2000 disc=0 tax=0 ship=0 ref=2000 una=0 incl=f 04-05 09:30:44.120"
	    " tom@example.com/Tom Self");
	expect_text("lines", lines_text(w),
	    "2042.1 66f2b1c3d4e5f60718295001 66a1000000000000000000c1|0C1D2E3F-1111-4222-8333-444455556666|BLS-2026|"
	    "Basic Life Support (online) x2 @6000 net=11759 here mei.chen@example.com/Mei Chen/\n"
	    "2042.2 66f2b1c3d4e5f60718295002 66a1000000000000000000c2|0C1D2E3F-7777-4222-8333-444455556666|ACLS-2026|"
	    "Advanced Cardiac Life Support x1 @15000 net=14698 here zoe@xn--bcher-kva.example/Zo\u00eb Ara\u00fajo/\n"
	    "2043.1 66f2b1c3d4e5f60718295003 66a1000000000000000000c3|||First Aid e-book x1 @2000 net=2000 here //");
	expect_text("units", units_text(w), "2042.1.1=5880 2042.1.2=5879 2042.2.1=14698 2043.1.1=2000");
	expect_text("movements", movements_text(w),
	    "2042 charge charge 26457USD 04-03 14:05:11.204\n"
	    "2043 charge charge 2000USD 04-03 15:00:00.000\n"
	    "2043 refund refund@1 -2000USD 04-05 09:30:44.120");
	expect_text("dirty", with_db_text(w, "SELECT count(*) FROM ctok.dirty_document"), "2");
	expect_text("pull",
	    with_db_text(w, "SELECT format('%s %s %s %s %s', window_from, window_to, complete, documents, changed) FROM ctok.pull"),
	    "2000-01-01 00:00:00+00 2026-05-01 02:59:00+00 t 2 2");
	expect_text("watermark", with_db_text(w, "SELECT watermark FROM ctok.source_state"), "2026-05-01 02:59:00+00");
	/* The request said who asks, for what time, and nothing that is not wanted. */
	assert_int_equal(web.asked_count, 3);
	expect_text("then who the shop is", web.asked[1].url, "/1.0/authorization/website");
	expect_text(
	    "and the end once more", web.asked[2].query, "modifiedAfter=2026-04-05T09:30:44Z&modifiedBefore=2026-05-01T02:59:00Z");
	expect_text("path", web.asked[0].url, "/1.0/commerce/orders");
	expect_text("query", web.asked[0].query, "modifiedAfter=2000-01-01T00:00:00Z&modifiedBefore=2026-05-01T02:59:00Z");
	expect_text("agent", web.asked[0].agent, "ctok-batch (ops@example.org)");
	expect_text("key", web.asked[0].authorization, "Bearer 0123456789-api-key");
	assert_false(web.asked[0].has_content_type);
}

static void
payloads_are_kept_as_sent(void **state)
{
	struct with_db *w = *state;
	const char *body = fixture(w, "orders.json"), *hex;
	struct json_raw *raw;
	struct db_row *rows;
	struct err err = ERR_INIT;
	size_t count, i, j, found = 0, len;

	serve(body);
	pull_ok(w, "orders.json", 2, 2);
	expect_ok("raw", json_raw_items(&w->arena, body, strlen(body), "result", &raw, &count, &err), &err);
	expect_ok("rows",
	    db_rows(&w->arena, w->db,
		"SELECT encode(payload_hash, 'hex') AS hash, encode(sealed, 'hex') AS sealed FROM ctok.payload", DB_NONE, &rows,
		&count, &err),
	    &err);
	assert_int_equal(count, 2);
	for (i = 0; i < count; i++) {
		struct payload payload = { .sealed_len = strlen(db_value(&rows[i], "sealed")) / 2 };
		uint8_t *sealed = arena_alloc(&w->arena, payload.sealed_len), *plain;
		unsigned byte;

		hex = db_value(&rows[i], "sealed");
		for (j = 0; j < payload.sealed_len; j++) {
			(void)sscanf(hex + 2 * j, "%2x", &byte);
			sealed[j] = (uint8_t)byte;
		}
		payload.sealed = sealed;
		hex = db_value(&rows[i], "hash");
		for (j = 0; j < sizeof(payload.hash); j++) {
			(void)sscanf(hex + 2 * j, "%2x", &byte);
			payload.hash[j] = (uint8_t)byte;
		}
		expect_ok("open", payload_open(&w->arena, master_key, &payload, &plain, &len, &err), &err);
		for (j = 0; j < 2; j++)
			found += len == raw[j].len && memcmp(plain, raw[j].text, len) == 0;
	}
	assert_int_equal(found, 2);
	/* Names and addresses are in no other place of the ledger than the list of contacts. */
	expect_text("no name elsewhere",
	    with_db_text(w, "SELECT count(*) FROM (SELECT t::text FROM ctok.document t UNION ALL SELECT t::text FROM ctok.line t"
			    " UNION ALL SELECT t::text FROM ctok.pull t UNION ALL SELECT t::text FROM ctok.audit_row t) x (text)"
			    " WHERE text ~* 'kraft|dora|chen|harbour|example'"),
	    "0");
}

static void
pages_follow_each_other(void **state)
{
	struct with_db *w = *state;
	const struct page list[] = { { "", page_of(w, orders(w, 1, 50), "c1") }, { "c1", page_of(w, orders(w, 51, 100), "c2") },
		{ "c2", page_of(w, orders(w, 101, 103), NULL) } };
	int64_t begun_ms;

	begun_ms = clock_mono_ms();
	serve_pages(list, 3);
	pull_ok(w, "three pages", 103, 103);
	assert_int_equal(web.asked_count, 5);
	/* A cursor is sent alone. */
	expect_text("second", web.asked[1].query, "cursor=c1");
	expect_text("third", web.asked[2].query, "cursor=c2");
	/* Four gaps of a quarter of a second, slept or spent otherwise: four requests a second at most. */
	assert_true(clock_mono_ms() - begun_ms + slept_ms >= 1000);
	assert_true(slept_ms <= 1000);
	expect_text("documents", with_db_text(w, "SELECT count(*) FROM ctok.document"), "103");
	/* An order that moved out of the window meanwhile leaves the last page empty. */
	{
		const struct page moved[] = { { "", page_of(w, orders(w, 1, 50), "c1") }, { "c1", page_of(w, "", NULL) } };

		serve_pages(moved, 2);
		pull_ok(w, "an empty last page", 50, 0);
	}
}

static void
a_repeated_reading_changes_nothing(void **state)
{
	struct with_db *w = *state;
	const char *before;

	serve(fixture(w, "orders.json"));
	pull_ok(w, "first", 2, 2);
	with_db_sql(w, "DELETE FROM ctok.dirty_document; DELETE FROM ctok.source_state");
	before = ledger_digest(w);
	pull_ok(w, "second", 2, 0);
	with_db_sql(w, "DELETE FROM ctok.source_state");
	expect_text("ledger", ledger_digest(w), before);
	/* The next one begins where this one ended, less the overlap; without orders it is complete too. */
	serve(fixture(w, "empty.json"));
	pull_ok(w, "third", 0, 0);
	w->night.now_utc += 86400;
	pull_ok(w, "fourth", 0, 0);
	w->night.now_utc -= 86400;
	expect_text("window", last_walk(), "modifiedAfter=2026-05-01T02:44:00Z&modifiedBefore=2026-05-02T02:59:00Z");
	expect_text("pulls", with_db_text(w, "SELECT count(*) FROM ctok.pull WHERE complete"), "4");
	expect_text("units", with_db_text(w, "SELECT count(*) FROM ctok.unit WHERE NOT gone"), "4");
}

static void
versions_are_a_sequence(void **state)
{
	struct with_db *w = *state;
	const char *a = order(w, 1, MODIFIED);
	const char *b =
	    edit(w, edit(w, a, MODIFIED, "2026-04-03T10:00:00.000Z"), "\"refundedTotal\":{\"currency\":\"EUR\",\"value\":\"0.00\"}",
		"\"refundedTotal\":{\"currency\":\"EUR\",\"value\":\"30.00\"}");
	const char *c = edit(w, edit(w, b, "2026-04-03", "2026-04-04"), "\"30.00\"", "100.00");
	const char *d = edit(w, edit(w, c, "2026-04-04", "2026-04-05"), ":100.00", ":\"30.00\"");

	serve(page_of(w, a, NULL));
	pull_ok(w, "A", 1, 1);
	serve(page_of(w, b, NULL));
	pull_ok(w, "B: a refund", 1, 1);
	serve(page_of(w, c, NULL));
	pull_ok(w, "C: the refund grows", 1, 1);
	serve(page_of(w, a, NULL));
	pull_ok(w, "an older version comes late", 1, 0);
	serve(page_of(w, d, NULL));
	pull_ok(w, "D: the refund shrinks", 1, 1);
	expect_text("documents", documents_text(w),
	    "1 v4 paid EUR total=10000 sub=10000 disc=0 tax=0 ship=0 ref=3000 una=0 incl=f 04-05 10:00:00.000 "
	    "buyer1@example.com/Ann Lee");
	expect_text("versions",
	    with_db_text(
		w, "SELECT string_agg(format('%s:%s', version, refunded_minor), ' ' ORDER BY version) FROM ctok.document_version"),
	    "1:0 2:3000 3:10000 4:3000");
	expect_text("payloads", with_db_text(w, "SELECT count(*) FROM ctok.payload"), "4");
	expect_text("movements", movements_text(w),
	    "1 charge charge 10000EUR 04-01 10:00:00.000\n"
	    "1 refund refund@2 -3000EUR 04-03 10:00:00.000\n"
	    "1 refund refund@3 -7000EUR 04-04 10:00:00.000\n"
	    "1 refund refund@4 7000EUR 04-05 10:00:00.000");
	/* The text of A again, later: a version of its own. */
	serve(page_of(w, edit(w, a, MODIFIED, "2026-04-06T10:00:00Z"), NULL));
	pull_ok(w, "A again", 1, 1);
	expect_text("versions", with_db_text(w, "SELECT max(version) FROM ctok.document_version"), "5");
	expect_text("tied", with_db_text(w, "SELECT sum(amount_minor) FILTER (WHERE kind = 'refund') FROM ctok.movement"), "0");
}

static bool
goes_on(void *context)
{
	const bool *go_on = context;

	return *go_on;
}

static void
ignore_progress(void *context, int64_t done, int64_t total)
{
	(void)context;
	(void)done;
	(void)total;
}

static void
no_note(void *context, const char *number, const char *why)
{
	(void)context;
	fail_msg("document %s: %s", number, why);
}

/* Cut off, a replay counts for nothing; repeated it is whole; then there is nothing left to do. */
static void
a_replay_is_whole_or_nothing(void **state)
{
	struct with_db *w = *state;
	const struct config_tenant tenant = { .name = "acme", .currency = "EUR" };
	struct config_source config = source_config(w), again = config;
	bool go_on = false;
	const struct replay_plan plan = { .db = w->db,
		.night = &w->night,
		.tenant = &tenant,
		.from = &config,
		.into = &again,
		.master_key = master_key,
		.go_on = goes_on,
		.progress = ignore_progress,
		.note = no_note,
		.context = &go_on };
	struct replay_counts replayed = { .read = -1 };
	struct err err = ERR_INIT;

	serve(page_of(w, orders(w, 1, 50), NULL));
	pull_ok(w, "fifty", 50, 50);
	with_db_sql(w,
	    "INSERT INTO ctok.source (tenant_id, name, kind, role) VALUES (ctok.current_tenant(), 'again', 'squarespace', 'sale')");
	again.name = "again";
	assert_int_equal(replay_run(&plan, &replayed, &err), -1);
	expect_err("cut off", &err, ERR_INCOMPLETE, "stopped on request");
	expect_text("nothing is there", with_db_text(w, "SELECT count(*) FROM ctok.document"), "50");
	err_reset(&err);
	go_on = true;
	expect_ok("repeated", replay_run(&plan, &replayed, &err), &err);
	assert_int_equal(replayed.read, 50);
	assert_int_equal(replayed.changed, 50);
	expect_text("all of it is there, and no payload twice",
	    with_db_text(w, "SELECT format('%s %s', (SELECT count(*) FROM ctok.document), (SELECT count(*) FROM ctok.payload))"),
	    "100 50");
	assert_int_equal(replay_run(&plan, &replayed, &err), -1);
	expect_err("and once", &err, ERR_REFUSED, "the ledger of source \"again\" is not empty");
}

/* An order that changes while it is read comes twice, in two versions: the later one counts, on whatever page it is. */
static void
the_later_version_of_one_reading_counts(void **state)
{
	struct with_db *w = *state;
	const char *late = edit(w, edit(w, order(w, 7, "2026-04-20T10:00:00Z"), "Ann", "Anna"), "PENDING", "FULFILLED");
	const struct page list[] = { { "", page_of(w, orders(w, 1, 50), "c1") }, { "c1", page_of(w, late, NULL) } };

	serve_pages(list, 2);
	pull_ok(w, "later on the last page", 51, 50);
	expect_text("name",
	    with_db_text(w,
		"SELECT format('%s v%s', c.name, version) FROM ctok.document JOIN ctok.contact c ON contact_id = buyer_contact_id"
		" WHERE number = '7'"),
	    "Anna Lee v1");
	expect_text("no contact of the earlier version", with_db_text(w, "SELECT count(*) FROM ctok.contact"), "50");
}

static void
lines_and_units_follow_the_order(void **state)
{
	struct with_db *w = *state;
	const char *line2 =
	    "{\"id\":\"line1b\",\"sku\":null,\"productId\":\"p2\",\"productName\":\"Book\",\"quantity\":1,\"unitPricePaid\":"
	    "{\"currency\":\"EUR\",\"value\":\"0.01\"},\"customizations\":[]}";
	const char *a = order(w, 1, MODIFIED);
	const char *b = edit(w,
	    edit(w, edit(w, a, MODIFIED, "2026-04-03T10:00:00Z"), "\"lineItems\":[",
		arena_printf(&w->arena, "\"lineItems\":[%s,", line2)),
	    "\"quantity\":2", "\"quantity\":3");
	const char *c = edit(w, edit(w, b, "2026-04-03", "2026-04-04"), "\"quantity\":3", "\"quantity\":1");
	const char *d = edit(w, edit(w, a, MODIFIED, "2026-04-05T10:00:00Z"), "\"quantity\":2", "\"quantity\":\"1.5\"");
	const char *e = edit(w, edit(w, a, MODIFIED, "2026-04-06T10:00:00Z"), "\"quantity\":2", "\"quantity\":2.0");

	serve(page_of(w, a, NULL));
	pull_ok(w, "two", 1, 1);
	expect_text("two", units_text(w), "1.1.1=5000 1.1.2=5000");
	serve(page_of(w, b, NULL));
	pull_ok(w, "a line before it, and three of the first", 1, 1);
	/* The line that was there keeps its number, the new one comes after it. */
	expect_text("lines", lines_text(w),
	    "1.1 line1a p1||BLS|BLS course x3 @5000 net=15000 here //\n1.2 line1b p2|||Book x1 @1 net=1 here //");
	expect_text("three", units_text(w), "1.1.1=5000 1.1.2=5000 1.1.3=5000 1.2.1=1");
	expect_text("unallocated", with_db_text(w, "SELECT unallocated_minor FROM ctok.document"), "-5001");
	serve(page_of(w, c, NULL));
	pull_ok(w, "one of the first", 1, 1);
	expect_text("one", units_text(w), "1.1.1=5000 1.1.2=5000 gone 1.1.3=5000 gone 1.2.1=1");
	serve(page_of(w, d, NULL));
	pull_ok(w, "one and a half, the second line is gone", 1, 1);
	expect_text("lines", lines_text(w),
	    "1.1 line1a p1||BLS|BLS course x1.5 @5000 net=7500 here //\n1.2 line1b p2|||Book x1 @1 net=1 gone //");
	expect_text("none", units_text(w), "1.1.1=5000 gone 1.1.2=5000 gone 1.1.3=5000 gone 1.2.1=1 gone");
	serve(page_of(w, e, NULL));
	pull_ok(w, "two again", 1, 1);
	expect_text("two again", units_text(w), "1.1.1=5000 1.1.2=5000 1.1.3=5000 gone 1.2.1=1 gone");
	expect_text("lines", lines_text(w),
	    "1.1 line1a p1||BLS|BLS course x2.0 @5000 net=10000 here //\n1.2 line1b p2|||Book x1 @1 net=1 gone //");
}

static void
what_was_not_paid_moves_no_money(void **state)
{
	struct with_db *w = *state;
	const char *a = order(w, 1, MODIFIED);
	const char *unpaid = edit(w, a, "\"PAID\"", "\"NOT_CHARGED\"");
	const char *cancelled = edit(w, edit(w, unpaid, MODIFIED, "2026-04-03T10:00:00Z"), "\"PENDING\"", "\"CANCELED\"");
	const char *paid = edit(w, a, MODIFIED, "2026-04-04T10:00:00Z");

	serve(page_of(w, unpaid, NULL));
	pull_ok(w, "unpaid", 1, 1);
	expect_text("unpaid", with_db_text(w, "SELECT status FROM ctok.document"), "unpaid");
	expect_text("no movement", movements_text(w), NULL);
	serve(page_of(w, cancelled, NULL));
	pull_ok(w, "unpaid and cancelled", 1, 1);
	expect_text("unpaid still", with_db_text(w, "SELECT status FROM ctok.document"), "unpaid");
	serve(page_of(w, paid, NULL));
	pull_ok(w, "paid", 1, 1);
	expect_text("charged when it was paid", movements_text(w), "1 charge charge 10000EUR 04-04 10:00:00.000");
	serve(page_of(w,
	    edit(w, edit(w, paid, "2026-04-04", "2026-04-05"), "\"grandTotal\":{\"currency\":\"EUR\",\"value\":\"100.00\"}",
		"\"grandTotal\":{\"currency\":\"EUR\",\"value\":\"90.00\"}"),
	    NULL));
	pull_ok(w, "another total", 1, 1);
	serve(page_of(w, edit(w, unpaid, MODIFIED, "2026-04-06T10:00:00Z"), NULL));
	pull_ok(w, "the charge failed after all", 1, 1);
	expect_text("adjusted", movements_text(w),
	    "1 charge charge 10000EUR 04-04 10:00:00.000\n1 adjustment total@4 -1000EUR 04-05 10:00:00.000\n"
	    "1 adjustment total@5 -9000EUR 04-06 10:00:00.000");
	/* A state that nobody has told us of is not taken for unpaid: what is paid must not lose its access. */
	serve(page_of(w, edit(w, edit(w, a, MODIFIED, "2026-04-07T10:00:00Z"), "\"PAID\"", "\"PARTIALLY_REFUNDED\""), NULL));
	pull_ok(w, "an unknown state", 1, 1);
	expect_text("paid", with_db_text(w, "SELECT status FROM ctok.document"), "paid");
	serve(page_of(w, edit(w, edit(w, a, MODIFIED, "2026-04-08T10:00:00Z"), "\"paymentState\":\"PAID\",", ""), NULL));
	pull_ok(w, "no state", 1, 1);
	expect_text("paid", with_db_text(w, "SELECT status FROM ctok.document"), "paid");
}

static void
test_orders_count_only_where_wanted(void **state)
{
	struct with_db *w = *state;
	struct config_source config = source_config(w);
	struct err err = ERR_INIT;

	serve(fixture(w, "yen-test.json"));
	pull_ok(w, "test order", 1, 1);
	expect_text("documents", documents_text(w),
	    "2044 v1 test JPY total=13200 sub=12000 disc=0 tax=1200 ship=0 ref=4000 una=0 incl=f 04-04 08:00:01.000 "
	    "haru@example.jp/");
	expect_text("no movement", movements_text(w), NULL);
	expect_text("units", units_text(w), "2044.1.1=13200");
	/* The setting changes: read anew in full, the same payload means something else. */
	config.test_orders = true;
	expect_ok("with test orders", pull(w, &config, /* full= */ true, &err), &err);
	assert_int_equal(counts.changed, 1);
	expect_text("status", with_db_text(w, "SELECT status || ' v' || version FROM ctok.document"), "paid v2");
	expect_text("movements", movements_text(w),
	    "2044 charge charge 13200JPY 04-04 08:00:01.000\n2044 refund refund@2 -4000JPY 04-04 08:00:01.000");
}

static void
other_shapes_are_read(void **state)
{
	struct with_db *w = *state;

	serve(fixture(w, "numeric-money.json"));
	pull_ok(w, "numeric-money.json", 1, 1);
	serve(fixture(w, "old-shape.json"));
	pull_ok(w, "old-shape.json", 1, 1);
	expect_text("documents", documents_text(w),
	    "7 v1 paid USD total=5770 sub=5500 disc=100 tax=270 ship=100 ref=0 una=-5500 incl=f 06-12 10:58:07.187 "
	    "lee@example.com/Lee\n"
	    "2042 v1 paid USD total=26457 sub=27000 disc=2700 tax=2157 ship=0 ref=6000 una=0 incl=f 04-10 10:00:00.000"
	    " office@harbour.example/Dora Kraft");
	expect_text("a repeated line id",
	    with_db_text(w, "SELECT string_agg(line_key || '=' || net_minor, ' ' ORDER BY line_no) FROM ctok.line JOIN "
			    "ctok.document USING (document_id)"
			    " WHERE number = '7'"),
	    "575d3975dee9f31a60284b01=5585 575d3975dee9f31a60284b01#2=5585");
	expect_text("movements", movements_text(w),
	    "7 charge charge 5770USD 06-12 10:58:07.187\n2042 charge charge 26457USD 04-03 14:05:11.204\n"
	    "2042 refund refund@1 -6000USD 04-10 10:00:00.000");
	/* Taxes inside prices: they are not added. Text is NFC, trimmed; null names are no names. */
	serve(page_of(w,
	    edit(w,
		edit(w, edit(w, order(w, 9, MODIFIED), "EXCLUSIVE", "INCLUSIVE"),
		    "\"taxTotal\":{\"currency\":\"EUR\",\"value\":\"0.00\"}",
		    "\"taxTotal\":{\"currency\":\"EUR\",\"value\":\"16.00\"}"),
		"\"firstName\":\"Ann\",\"lastName\":\"Lee\"", "\"firstName\":\" Jose\\u0301 \\n\",\"lastName\":null"),
	    NULL));
	pull_ok(w, "inclusive", 1, 1);
	expect_text("inclusive",
	    with_db_text(w, "SELECT format('%s %s %s', unallocated_minor, tax_included, name) FROM ctok.document JOIN ctok.contact "
			    "ON contact_id ="
			    " buyer_contact_id WHERE number = '9'"),
	    "0 t Jos\u00e9");
}

static void
learners_are_found_by_labels(void **state)
{
	static const struct {
		const char *title, *answers, *learner;
	} cases[] = {
		{ "none", "null", "nobody" },
		{ "an empty list", "[]", "nobody" },
		{ "case and blanks do not matter",
		    "[{\"label\":\" LEARNER  name\",\"value\":\"No\"},{\"label\":\"\\tlearner NAME \",\"value\":\"Yes\"}]",
		    "/Yes/" },
		{ "synonyms", "[{\"label\":\"nombre\",\"value\":\"Ana\"},{\"label\":\"CORREO\",\"value\":\" ANA@EXAMPLE.ORG \"}]",
		    "ana@example.org/Ana/" },
		{ "other names are not the learner's", "[{\"label\":\"Emergency contact name\",\"value\":\"Eve\"}]", "nobody" },
		{ "the first answer that is not empty",
		    "[{\"label\":\"Nombre\",\"value\":\"  \"},{\"label\":\"Learner "
		    "name\",\"value\":\"Bo\"},{\"label\":\"Nombre\",\"value\":\"Cy\"}]",
		    "/Bo/" },
		{ "no address is kept as it was said", "[{\"label\":\"learner email\",\"value\":\" bo at home \"}]",
		    "//bo at home" },
		{ "empty and null answers",
		    "[{\"label\":\"learner email\",\"value\":\"\"},{\"label\":\"Nombre\",\"value\":null},{\"label\":null,"
		    "\"value\":\"x\"},{}]",
		    "nobody" },
	};
	struct with_db *w = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		serve(page_of(w,
		    edit(w, order(w, (int)i + 1, MODIFIED), "\"customizations\":null",
			arena_printf(&w->arena, "\"customizations\":%s", cases[i].answers)),
		    NULL));
		pull_ok(w, cases[i].title, 1, 1);
		expect_text(cases[i].title,
		    with_db_text(
			w, arena_printf(&w->arena,
			       "SELECT coalesce(c.email || '/' || c.name || '/' || c.raw_email, 'nobody') FROM ctok.line l JOIN "
			       "ctok.document d USING"
			       " (document_id) LEFT JOIN ctok.contact c ON c.contact_id = learner_contact_id WHERE number = '%zu'",
			       i + 1)),
		    cases[i].learner);
	}
}

/* Whatever a kind says: a pull with fewer rows than the source declared is none. */
static void
what_falls_short_of_what_was_declared_does_not_count(void **state)
{
	struct with_db *w = *state;
	const struct config_source config = source_config(w);
	const struct ledger_plan plan = { w->db, &w->night, &config, master_key, false, false, false };
	struct err err = ERR_INIT, why = ERR_INIT;
	struct ledger_counts ignored;
	struct ledger *ledger;

	expect_ok("open", ledger_open(&plan, &ledger, &err), &err);
	ledger_declared(ledger, 20, 21);
	ledger_declared(ledger, 100, 97);
	assert_int_equal(ledger_commit(ledger, &ignored, &why), -1);
	expect_err("short", &why, ERR_INCOMPLETE, "the source declared 120 rows, and 118 came");
	expect_ok("fail", ledger_fail(ledger, &why, &err), &err);
	ledger_close(ledger);
	expect_text("on record", with_db_text(w, "SELECT concat_ws(' ', complete, declared, taken, failure) FROM ctok.pull"),
	    "f 120 118 the source declared 120 rows, and 118 came");
}

/* What the settings name is kept, of the order and of its lines, in its newest version: an answer that changed is news, one that nobody names any
 * more is forgotten, and a version without news stays the one it is. */
static void
fields_that_are_named_are_kept(void **state)
{
	struct config_field fields[] = { FIELD("affiliation", "Hospital"), FIELD("tax_id", "NIF", "VAT number") };
	struct with_db *w = *state;
	struct config_source config = source_config(w);
	static const char kept[] =
	    "SELECT coalesce(string_agg(format('%s %s=%s', line_no, name, value), ', ' ORDER BY line_no, name), "
	    "'none') FROM ctok.kept_field";
	const char *first = edit(w,
	    edit(w, order(w, 1, MODIFIED), "\"customizations\":null",
		"\"customizations\":[{\"label\":\"hospital\",\"value\":\" St. Mary \"},{\"label\":\"Shoe "
		"size\",\"value\":\"43\"}]"),
	    "\"lineItems\"",
	    "\"formSubmission\":[{\"label\":\"VAT number\",\"value\":\"B1\"},{\"label\":\"Learner name\",\"value\":\"Ana\"},"
	    "{\"label\":\"Learner email\",\"value\":\"ana@example.org\"}],\"lineItems\"");
	struct err err = ERR_INIT;

	serve(page_of(w, first, NULL));
	pull_ok(w, "nothing is named", 1, 1);
	expect_text("nothing is named", with_db_text(w, kept), "none");
	expect_text("the checkout's form names the learner of all lines",
	    with_db_text(
		w, "SELECT c.email || ' ' || c.name FROM ctok.line l JOIN ctok.contact c ON c.contact_id = l.learner_contact_id"),
	    "ana@example.org Ana");
	config.fields = fields;
	config.field_count = COUNT_OF(fields);
	expect_ok("named", pull(w, &config, false, &err), &err);
	expect_text("the same order, read again", with_db_text(w, kept), "0 tax_id=B1, 1 affiliation=St. Mary");
	expect_text("is no new version", with_db_text(w, "SELECT version FROM ctok.document"), "1");
	assert_int_equal(counts.changed, 1);
	expect_ok("named", pull(w, &config, false, &err), &err);
	assert_int_equal(counts.changed, 0);
	serve(page_of(w, edit(w, edit(w, first, "St. Mary", "St. Paul"), "VAT number", "Anything"), NULL));
	expect_ok("changed", pull(w, &config, false, &err), &err);
	assert_int_equal(counts.changed, 1);
	expect_text("an answer changed, one is gone", with_db_text(w, kept), "1 affiliation=St. Paul");
	config.fields = &fields[1];
	config.field_count = 1;
	expect_ok("not named any more", pull(w, &config, false, &err), &err);
	expect_text("not named any more", with_db_text(w, kept), "none");
}

static void
changed_labels_are_applied_by_a_full_reading(void **state)
{
	struct with_db *w = *state;
	struct config_source config = source_config(w);
	struct err err = ERR_INIT;

	serve(fixture(w, "orders.json"));
	config.learner_name_labels.count = config.learner_email_labels.count = 0;
	expect_ok("without labels", pull(w, &config, /* full= */ false, &err), &err);
	expect_text("nobody", with_db_text(w, "SELECT count(learner_contact_id) FROM ctok.line"), "0");
	config = source_config(w);
	expect_ok("with labels", pull(w, &config, /* full= */ true, &err), &err);
	assert_int_equal(counts.changed, 1);
	expect_text("window", last_walk(), "modifiedAfter=2000-01-01T00:00:00Z&modifiedBefore=2026-05-01T02:59:00Z");
	expect_text("two", with_db_text(w, "SELECT count(learner_contact_id) FROM ctok.line"), "2");
	expect_text("no new version", with_db_text(w, "SELECT max(version) FROM ctok.document_version"), "1");
	expect_text("dirty", with_db_text(w, "SELECT count(*) FROM ctok.dirty_document"), "2");
}

/* A ledger with one order; then a reading that must fail, and change nothing but its own row. */
static void
expect_refused(struct with_db *w, const char *title, enum err_code code, const char *message)
{
	struct config_source config = source_config(w);
	struct err err = ERR_INIT;
	const char *before = ledger_digest(w);

	if (pull(w, &config, /* full= */ false, &err) == 0)
		fail_msg("%s: it was accepted", title);
	expect_err(title, &err, code, message);
	expect_text(title, ledger_digest(w), before);
	expect_text(title,
	    with_db_text(w, "SELECT format('%s %s', complete, failure) FROM ctok.pull ORDER BY pull_id DESC LIMIT 1"),
	    arena_printf(&w->arena, "f %s", message));
}

#define IN_ORDER "page 1 of the orders: item 1: order \"1\" (id 66f2b1c3d4e5f60718290001): "

static void
wrong_orders_are_named(void **state)
{
	static const struct {
		const char *title, *from, *to, *message;
	} cases[] = {
		{ "no id", "\"id\":\"66f2b1c3d4e5f60718290001\",", "", "page 1 of the orders: item 1: member \"id\" is missing" },
		{ "an id that is a number", "\"id\":\"66f2b1c3d4e5f60718290001\"", "\"id\":7",
		    "page 1 of the orders: item 1: member \"id\" is a number, not a string" },
		{ "an empty id", "\"id\":\"66f2b1c3d4e5f60718290001\"", "\"id\":\"\"",
		    "page 1 of the orders: item 1: \"id\" is empty, longer than 200 bytes or holds control characters" },
		{ "a number of the order that is a number", "\"orderNumber\":\"1\"", "\"orderNumber\":1",
		    "page 1 of the orders: item 1: member \"orderNumber\" is a number, not a string" },
		{ "no moment", "\"modifiedOn\":\"" MODIFIED "\"", "\"modifiedOn\":null",
		    IN_ORDER "member \"modifiedOn\" is null, not a string" },
		{ "a moment without zone", "\"createdOn\":\"2026-04-01T10:00:00.000Z\"", "\"createdOn\":\"2026-04-01T10:00:00\"",
		    IN_ORDER "\"createdOn\": " },
		{ "no total", "\"grandTotal\":{\"currency\":\"EUR\",\"value\":\"100.00\"},", "\"grandTotal\":null,",
		    IN_ORDER "member \"grandTotal\" is null, not an amount" },
		{ "a total without currency", "\"grandTotal\":{\"currency\":\"EUR\",", "\"grandTotal\":{",
		    IN_ORDER "\"grandTotal\": member \"currency\" is missing" },
		{ "a total without value", "\"grandTotal\":{\"currency\":\"EUR\",\"value\":\"100.00\"}",
		    "\"grandTotal\":{\"currency\":\"EUR\"}",
		    IN_ORDER "\"grandTotal\": the amount is missing, not a number or a string" },
		{ "an unknown currency", "\"grandTotal\":{\"currency\":\"EUR\"", "\"grandTotal\":{\"currency\":\"EURO\"",
		    IN_ORDER "\"grandTotal\": " },
		{ "two currencies", "\"taxTotal\":{\"currency\":\"EUR\"", "\"taxTotal\":{\"currency\":\"USD\"",
		    IN_ORDER "\"taxTotal\" is in \"USD\", other amounts are in \"EUR\"" },
		{ "too many decimals", "\"value\":\"50.00\"", "\"value\":50.005", IN_ORDER "line 1: \"unitPricePaid\": " },
		{ "an exponent", "\"value\":\"50.00\"", "\"value\":5e1", IN_ORDER "line 1: \"unitPricePaid\": " },
		{ "a comma", "\"value\":\"50.00\"", "\"value\":\"50,00\"", IN_ORDER "line 1: \"unitPricePaid\": " },
		{ "a negative refund", "\"refundedTotal\":{\"currency\":\"EUR\",\"value\":\"0.00\"}",
		    "\"refundedTotal\":{\"currency\":\"EUR\",\"value\":\"-1.00\"}", IN_ORDER "\"refundedTotal\" is negative" },
		{ "no price", "\"unitPricePaid\":{\"currency\":\"EUR\",\"value\":\"50.00\"}", "\"unitPricePaid\":null",
		    IN_ORDER "line 1: member \"unitPricePaid\" is null, not an amount" },
		{ "no quantity", "\"quantity\":2", "\"quantity\":null",
		    IN_ORDER "line 1: \"quantity\": the amount is null, not a number or a string" },
		{ "a word for a quantity", "\"quantity\":2", "\"quantity\":\"two\"",
		    IN_ORDER "line \"line1a\": quantity \"two\" is not a decimal number" },
		{ "a quantity beyond reason", "\"quantity\":2", "\"quantity\":1000000",
		    IN_ORDER "line \"line1a\": quantity \"1000000\" is above 100000" },
		{ "a line without id", "\"id\":\"line1a\",", "", IN_ORDER "line 1: member \"id\" is missing" },
		{ "lines that are no list", "\"lineItems\":[", "\"lineItems\":{},\"x\":[",
		    IN_ORDER "member \"lineItems\" is an object, not an array" },
		{ "answers that are no list", "\"customizations\":null", "\"customizations\":\"Ann\"",
		    IN_ORDER "line 1: member \"customizations\" is a string, not an array" },
		{ "an answer that is no object", "\"customizations\":null", "\"customizations\":[\"Ann\"]",
		    IN_ORDER "line 1: answer 1 of \"customizations\": " },
		{ "no test mode", "\"testmode\":false", "\"testmode\":null",
		    IN_ORDER "member \"testmode\" is null, not true or false" },
		{ "an unknown tax rule", "EXCLUSIVE", "BOTH",
		    IN_ORDER "\"priceTaxInterpretation\" is \"BOTH\", neither EXCLUSIVE nor INCLUSIVE" },
		{ "an address that is no object", "\"billingAddress\":{\"firstName\":\"Ann\",\"lastName\":\"Lee\"}",
		    "\"billingAddress\":\"Ann\"", IN_ORDER "\"billingAddress\": " },
		{ "an e-mail that is a number", "\"customerEmail\":\"buyer1@example.com\"", "\"customerEmail\":5",
		    IN_ORDER "member \"customerEmail\" is a number, not a string" },
	};
	struct with_db *w = *state;
	size_t i;

	serve(page_of(w, order(w, 99, MODIFIED), NULL));
	pull_ok(w, "a ledger", 1, 1);
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct config_source config = source_config(w);
		struct err err = ERR_INIT;
		const char *before = ledger_digest(w);

		serve(page_of(w, edit(w, order(w, 1, MODIFIED), cases[i].from, cases[i].to), NULL));
		if (!text_ends(cases[i].message, ": ") || text_equal(cases[i].message, "")) {
			expect_refused(w, cases[i].title, ERR_DATA, cases[i].message);
			continue;
		}
		/* The reason is another module's, and tested there. */
		assert_int_equal(pull(w, &config, false, &err), -1);
		if (err.code != ERR_DATA || !text_starts(err.message, cases[i].message))
			fail_msg("%s: %s %s", cases[i].title, err_name(err.code), err.message);
		expect_text(cases[i].title, ledger_digest(w), before);
	}
}

static void
incomplete_readings_change_nothing(void **state)
{
	struct with_db *w = *state;
	const char *full = page_of(w, orders(w, 1, 50), "c1"), *next = page_of(w, orders(w, 51, 100), "c2");
	const struct {
		const char *title;
		struct page pages[3];
		const char *message;
	} cases[] = {
		{ "a page that says nothing of more", { { "", "{\"result\":[]}" } },
		    "page 1 of the orders: \"pagination.hasNextPage\" is missing, not true or false" },
		{ "no pagination but null", { { "", "{\"result\":[],\"pagination\":null}" } },
		    "page 1 of the orders: \"pagination.hasNextPage\" is missing, not true or false" },
		{ "more without a cursor", { { "", edit(w, full, "\"c1\"", "null") } },
		    "page 1 of the orders: it says that more follow, but gives no cursor" },
		{ "more with an empty cursor", { { "", edit(w, full, "\"c1\"", "\"\"") } },
		    "page 1 of the orders: it says that more follow, but gives no cursor" },
		{ "a short page", { { "", page_of(w, orders(w, 1, 49), "c1") } },
		    "page 1 of the orders: it has 49 orders although more follow: a whole page has 50" },
		{ "an empty page", { { "", full }, { "c1", page_of(w, "", "c2") } },
		    "page 2 of the orders: it has 0 orders although more follow: a whole page has 50" },
		{ "the same cursor again", { { "", full }, { "c1", edit(w, next, "c2", "c1") } },
		    "page 2 of the orders: its cursor came before: the pages go in circles" },
		{ "an earlier cursor", { { "", full }, { "c1", next }, { "c2", page_of(w, orders(w, 101, 150), "c1") } },
		    "page 4 of the orders: its cursor came before: the pages go in circles" },
		{ "a page twice", { { "", full }, { "c1", page_of(w, orders(w, 1, 50), NULL) } }, NULL },
		{ "an order twice on a page",
		    { { "", page_of(w, arena_printf(&w->arena, "%s,%s", orders(w, 1, 3), order(w, 2, MODIFIED)), NULL) } },
		    "could not merge 4 orders into the ledger: order \"2\" came 2 times in the same version: pages were repeated, "
		    "and others may be lost" },
		{ "HTML", { { "", "<html><body>Be right back</body></html>" } },
		    "page 1 of the orders: the answer is not valid JSON: it looks like HTML or XML" },
		{ "JSON cut in the middle", { { "", "{\"result\":[{\"id\":\"66f" } }, NULL },
		{ "nothing", { { "", "" } }, "page 1 of the orders: the answer is not valid JSON: it is empty" },
		{ "another service's answer", { { "", "[]" } }, NULL },
	};
	size_t i;

	serve(page_of(w, order(w, 99, MODIFIED), NULL));
	pull_ok(w, "a ledger", 1, 1);
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct config_source config = source_config(w);
		struct err err = ERR_INIT;
		const char *before = ledger_digest(w);

		serve_pages(cases[i].pages, cases[i].pages[2].cursor != NULL ? 3 : cases[i].pages[1].cursor != NULL ? 2 : 1);
		if (cases[i].message != NULL) {
			expect_refused(w, cases[i].title, ERR_INCOMPLETE, cases[i].message);
			continue;
		}
		if (pull(w, &config, false, &err) == 0 || (err.code != ERR_INCOMPLETE && err.code != ERR_DATA))
			fail_msg("%s: %s %s", cases[i].title, err_name(err.code), err.message);
		expect_text(cases[i].title, ledger_digest(w), before);
	}
	/* HTML that calls itself so. */
	{
		WEB_SCRIPT(&web, { .status = 200, .type = "text/html; charset=utf-8", .body = "<html></html>" });
		web.respond = NULL;
		expect_refused(w, "HTML with 200", ERR_INCOMPLETE, "page 1 of the orders: the answer is \"text/html\", not JSON");
	}
	/* After all that a good reading works. */
	serve(full);
	serve(page_of(w, orders(w, 1, 3), NULL));
	pull_ok(w, "good again", 3, 3);
}

static void
errors_of_the_shop_are_never_no_orders(void **state)
{
	static const struct {
		unsigned status;
		enum err_code code;
		const char *message;
	} cases[] = {
		{ 400, ERR_REJECTED,
		    "page 1 of the orders: the shop refuses the request: status 400 INVALID_REQUEST_ERROR INVALID_ARGUMENT"
		    " \"cursor cannot be combined with other parameters\", contextId \"K7CTXAAAAAAAAAAAAA01\"" },
		{ 401, ERR_REFUSED,
		    "page 1 of the orders: the shop does not accept the API key: status 401 AUTHORIZATION_ERROR"
		    " \"You are not authorized to do that.\", contextId \"K7CTXAAAAAAAAAAAAA02\"" },
		{ 402, ERR_REFUSED,
		    "page 1 of the orders: the shop's own subscription has lapsed: status 402 WEBSITE_EXPIRED"
		    " \"site subscription lapsed\", contextId \"K7CTXAAAAAAAAAAAAA03\"" },
		{ 403, ERR_REFUSED,
		    "page 1 of the orders: the API key lacks a permission: status 403 AUTHORIZATION_ERROR MISSING_SCOPE"
		    " \"key lacks permission\", contextId \"K7CTXAAAAAAAAAAAAA04\"" },
	};
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct json *bodies;
	const char *text = fixture(w, "errors.json");
	struct config_source config = source_config(w);
	struct web_answer answers[3] = { { .status = 0 }, { .status = 200, .body = fixture(w, "empty.json") }, { .status = 403 } };
	size_t i;

	expect_ok("errors.json", json_parse(&w->arena, "errors.json", text, strlen(text), &bodies, &err), &err);
	serve(page_of(w, order(w, 99, MODIFIED), NULL));
	pull_ok(w, "a ledger", 1, 1);
	web.respond = NULL;
	for (i = 0; i < COUNT_OF(cases); i++) {
		const struct json *body = json_get(bodies, arena_printf(&w->arena, "%u", cases[i].status));
		const struct json *subtype = json_get(body, "subtype");
		const char *type, *message, *context;

		expect_ok("type", json_text(body, "type", &type, &err), &err);
		expect_ok("message", json_text(body, "message", &message, &err), &err);
		expect_ok("contextId", json_text(body, "contextId", &context, &err), &err);
		answers[0] = (struct web_answer){ .status = cases[i].status,
			.body = arena_printf(&w->arena,
			    "{\"type\":\"%s\",\"subtype\":%s,\"message\":\"%s\",\"details\":null,\"contextId\":\"%s\"}", type,
			    json_is_null(subtype) ? "null" : json_quote(&w->arena, subtype->text), message, context) };
		web_script(&web, answers, 1);
		expect_refused(w, arena_printf(&w->arena, "status %u", cases[i].status), cases[i].code, cases[i].message);
		assert_int_equal(web.asked_count, 1);
	}
	answers[0] = (struct web_answer){ .status = 401,
		.body = "{\"type\":\"AUTHORIZATION_ERROR\",\"message\":\"bad 0123456789-api-key\"}" };
	web_script(&web, answers, 1);
	expect_refused(w, "the key thrown back", ERR_REFUSED,
	    "page 1 of the orders: the shop does not accept the API key: status 401; what it says repeats the API key");
	/* 429 says nothing of how long: a minute, then the same page again. */
	answers[0] = (struct web_answer){ .status = 429, .body = "{\"type\":\"TOO_MANY_REQUESTS\"}" };
	web_script(&web, answers, 3);
	expect_ok("429", pull(w, &config, false, &err), &err);
	assert_int_equal(web.asked_count, 3);
	expect_text("the same page", web.asked[1].query, web.asked[0].query);
	assert_in_range(slept_ms, 59900, 60250);
	/* A shop that stays down. */
	answers[0] = (struct web_answer){ .status = 503,
		.body = "{\"type\":\"SERVICE_UNAVAILABLE\",\"contextId\":\"K7CTXAAAAAAAAAAAAA06\"}" };
	web_script(&web, answers, 1);
	expect_refused(w, "503", ERR_SERVICE,
	    "page 1 of the orders: \"localhost\" answered orders with status 503 after 6 tries:"
	    " {\"type\":\"SERVICE_UNAVAILABLE\",\"contextId\":\"K7CTXAAAAAAAAAAAAA06\"}");
	assert_int_equal(web.asked_count, 6);
	expect_text("the breaker has noticed",
	    with_db_text(w, "SELECT failures FROM ctok.http_breaker WHERE called LIKE '% acme/shop'"), "1");
	answers[0] = (struct web_answer){ .status = 200, .body = "{\"result\":[", .declared = 5000 };
	web_script(&web, answers, 1);
	assert_int_equal(pull(w, &config, false, &err), -1);
	expect_text("a cut body", err_name(err.code), "ERR_SERVICE");
	expect_text("the breaker counts on",
	    with_db_text(w, "SELECT failures FROM ctok.http_breaker WHERE called LIKE '% acme/shop'"), "2");
	expect_text(
	    "the host is well", with_db_text(w, "SELECT count(*) FROM ctok.http_breaker WHERE called NOT LIKE 'https:%'"), "0");
	serve(fixture(w, "empty.json"));
	pull_ok(w, "up again", 0, 0);
	expect_text("the breaker has forgotten",
	    with_db_text(w, "SELECT failures FROM ctok.http_breaker WHERE called LIKE '% acme/shop'"), "0");
	/* Found open, it lets nothing through. */
	with_db_sql(w, "UPDATE ctok.http_breaker SET failures = 5, open_until = now() + interval '1 minute'");
	web_script(&web, answers, 1);
	err_reset(&err);
	assert_int_equal(pull(w, &config, false, &err), -1);
	expect_text("held", err_name(err.code), "ERR_SERVICE");
	assert_non_null(strstr(err.message, "page 1 of the orders: requests to \"https://localhost:"));
	assert_non_null(strstr(err.message, " are held until "));
	assert_int_equal(web.asked_count, 0);
}

static void
readings_that_end_otherwise(void **state)
{
	struct with_db *w = *state;
	struct config_source config = source_config(w);
	struct err err = ERR_INIT;

	stop_asked = true;
	serve(page_of(w, order(w, 1, MODIFIED), NULL));
	expect_refused(w, "stopped", ERR_INCOMPLETE, "stopped on request after 0 pages");
	stop_asked = false;
	pull_ok(w, "a ledger", 1, 1);
	/* All at once nothing, although everything was asked for. */
	serve(fixture(w, "empty.json"));
	assert_int_equal(pull(w, &config, /* full= */ true, &err), -1);
	expect_err("an empty full reading", &err, ERR_INCOMPLETE,
	    "a full reading found nothing, although the ledger has orders of this source");
	err_reset(&err);
	config.name = "nowhere";
	assert_int_equal(pull(w, &config, false, &err), -1);
	expect_err("an unknown source", &err, ERR_NOT_FOUND, "source \"nowhere\" is not in the database");
	err_reset(&err);
	assert_null(sales_kind("etsy", &err));
	expect_err("an unknown kind", &err, ERR_CONFIG, "there is no kind of source \"etsy\"");
	/* A clock that was set back: the window is still a window. */
	config = source_config(w);
	w->night.now_utc -= 7 * 86400;
	err_reset(&err);
	expect_ok("clock", pull(w, &config, false, &err), &err);
	w->night.now_utc += 7 * 86400;
	expect_text("window", last_walk(), "modifiedAfter=2026-04-24T02:44:00Z&modifiedBefore=2026-04-24T02:59:00Z");
	expect_text(
	    "the watermark does not go back", with_db_text(w, "SELECT watermark FROM ctok.source_state"), "2026-05-01 02:59:00+00");
}

static int
open_all(void **state)
{
	return with_db_open(state) != 0 ? -1 : web_open(&web, dir);
}

static int
close_all(void **state)
{
	return web_close(&web, dir) != 0 ? -1 : with_db_close(state);
}

/* Much cheaper than with_db_fresh(), and only the ledger is written here. */
static int
empty_ledger(void **state)
{
	struct with_db *w = *state;

	arena_reset(&w->arena);
	with_db_sql(w,
	    "DELETE FROM ctok.dirty_document; DELETE FROM ctok.movement; DELETE FROM ctok.unit; DELETE FROM ctok.line;"
	    "DELETE FROM ctok.document_version; DELETE FROM ctok.payload; DELETE FROM ctok.document; DELETE FROM ctok.product;"
	    "DELETE FROM ctok.contact; DELETE FROM ctok.source_state; DELETE FROM ctok.pull; DELETE FROM ctok.http_breaker");
	return 0;
}

#define FRESH(test) cmocka_unit_test_setup(test, empty_ledger)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(orders_become_documents),
		FRESH(references_are_those_of_the_newest_version),
		FRESH(payloads_are_kept_as_sent),
		FRESH(a_replay_is_whole_or_nothing),
		FRESH(pages_follow_each_other),
		FRESH(a_repeated_reading_changes_nothing),
		FRESH(versions_are_a_sequence),
		FRESH(the_later_version_of_one_reading_counts),
		FRESH(lines_and_units_follow_the_order),
		FRESH(what_was_not_paid_moves_no_money),
		FRESH(test_orders_count_only_where_wanted),
		FRESH(other_shapes_are_read),
		FRESH(learners_are_found_by_labels),
		FRESH(fields_that_are_named_are_kept),
		FRESH(what_falls_short_of_what_was_declared_does_not_count),
		FRESH(changed_labels_are_applied_by_a_full_reading),
		FRESH(wrong_orders_are_named),
		FRESH(incomplete_readings_change_nothing),
		FRESH(errors_of_the_shop_are_never_no_orders),
		FRESH(readings_that_end_otherwise),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
