/* Stored raw documents into an empty ledger, by `ctok-admin replay --into`, against the very same rows that come of it, brought back without any thought:
 * by COPY into tables of the same shape with the same keys and indexes; by COPY into TEMP tables without any; and by a plain client in Python that reads
 * the same orders and writes the same rows one after the other (peer_replay.py).
 *
 *     bench_replay DOCUMENTS [OF-THESE-FOR-PYTHON]     in $BENCH_DIR */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "base/text.h"
#include "db/copy.h"
#include "sales/ledger.h"
#include "sales/source.h"

#define BUYERS 20000
#define COURSES 200

/* What a source has in each table, but for payloads, of which replay writes none. */
static const struct {
	const char *table, *rows;
} tables[] = {
	{ "product", "SELECT p.* FROM ctok.product p, again s WHERE p.source_id = s.source_id" },
	{ "document", "SELECT d.* FROM ctok.document d, again s WHERE d.source_id = s.source_id ORDER BY d.document_id" },
	{ "document_version", "SELECT v.* FROM ctok.document_version v JOIN ctok.document d USING (tenant_id, document_id) JOIN "
			      "again s USING (source_id) "
			      "ORDER BY v.document_id" },
	{ "line", "SELECT l.* FROM ctok.line l JOIN ctok.document d USING (tenant_id, document_id) JOIN again s USING (source_id) "
		  "ORDER BY "
		  "l.document_id, l.line_no" },
	{ "unit", "SELECT u.* FROM ctok.unit u JOIN ctok.document d USING (tenant_id, document_id) JOIN again s USING (source_id) "
		  "ORDER BY u.unit_id" },
	{ "document_reference", "SELECT r.* FROM ctok.document_reference r JOIN ctok.document d USING (tenant_id, document_id) "
				"JOIN again s USING (source_id) ORDER BY "
				"r.document_id" },
	{ "movement", "SELECT m.* FROM ctok.movement m JOIN ctok.document d USING (tenant_id, document_id) JOIN again s USING "
		      "(source_id) ORDER BY "
		      "m.movement_id" },
	{ "dirty_document", "SELECT y.* FROM ctok.dirty_document y JOIN ctok.document d USING (tenant_id, document_id) JOIN again "
			    "s USING (source_id) ORDER BY "
			    "y.document_id" },
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static int64_t
times(int64_t n, int64_t salt, int64_t of)
{
	return (int64_t)(((uint64_t)n * UINT64_C(2654435761) + (uint64_t)salt * UINT64_C(40503)) >> 7) % of;
}

static const char *
amount(struct arena *arena, int64_t minor)
{
	return arena_printf(
	    arena, "{\"currency\":\"EUR\",\"value\":\"%lld.%02lld\"}", (long long)(minor / 100), (long long)(minor % 100));
}

static const char *
make_line(struct arena *arena, int64_t n, int64_t line, int64_t price, int64_t quantity, int64_t course)
{
	return arena_printf(arena,
	    "%s{\"id\":\"%016llx%08llx\",\"variantId\":\"0C1D2E3F-%04lld-4222-8333-444455556666\",\"sku\":\"SKU-%lld\",\"weight\":"
	    "0.0,\"width\":0.0,"
	    "\"length\":0.0,\"height\":0.0,\"productId\":\"66a10000000000000000%04lld\",\"productName\":\"Course number %lld "
	    "(online)\",\"quantity\":%lld,"
	    "\"unitPricePaid\":%s,\"variantOptions\":[{\"optionName\":\"Language\",\"value\":\"English\"}],\"customizations\":[{"
	    "\"label\":\"Learner name\","
	    "\"value\":\"Learner Number %lld\"},{\"label\":\"Learner "
	    "email\",\"value\":\"learner%lld@example.com\"},{\"label\":\"Emergency contact name\","
	    "\"value\":\"Somebody Else %lld\"}],\"imageUrl\":null,\"lineItemType\":\"SERVICE\"}",
	    line > 0 ? "," : "", (unsigned long long)n, (unsigned long long)line, (long long)course, (long long)course,
	    (long long)course, (long long)course, (long long)quantity, amount(arena, price), (long long)times(n, line, BUYERS),
	    (long long)times(n, line, BUYERS), (long long)n);
}

/* An order of one to three lines, in the shape of tests/fixtures/squarespace/orders.json; every value its own. */
static const char *
make_order(struct arena *arena, int64_t n)
{
	static const int64_t quantities[] = { 1, 1, 1, 2, 5 };
	int64_t buyer = times(n, 9, BUYERS), subtotal = 0, discount, tax, refunded, lines = n % 3 + 1, i;
	const char *items = "",
		   *sold = arena_printf(arena, "20%02lld-%02lld-%02lldT%02lld:%02lld:%02lld", (long long)(20 + times(n, 1, 6)),
		       (long long)(1 + times(n, 2, 12)), (long long)(1 + times(n, 3, 28)), (long long)times(n, 4, 24),
		       (long long)times(n, 5, 60), (long long)times(n, 6, 60));

	for (i = 0; i < lines; i++) {
		int64_t course = times(n, 20 + i, COURSES), price = 4900 + course * 100, quantity = quantities[n % 5];

		items = arena_printf(arena, "%s%s", items, make_line(arena, n, i, price, quantity, course));
		subtotal += price * quantity;
	}
	discount = n % 4 == 0 ? subtotal / 10 : 0;
	tax = (subtotal - discount) / 5;
	refunded = n % 20 == 0 ? subtotal - discount + tax : 0;
	return arena_printf(arena,
	    "{\"id\":\"%024llx\",\"orderNumber\":\"%lld\",\"createdOn\":\"%s.204Z\",\"modifiedOn\":\"%s.911Z\",\"channel\":\"web\","
	    "\"testmode\":false,"
	    "\"customerEmail\":\"buyer%lld@example.com\",\"customerId\":\"5f3d2c1b9a8e7d6c%08llx\",\"billingAddress\":{"
	    "\"firstName\":\"Buyer\",\"lastName\":"
	    "\"Number %lld\",\"address1\":\"%lld Quay "
	    "Road\",\"address2\":null,\"city\":\"Boston\",\"state\":\"MA\",\"countryCode\":\"US\",\"postalCode\":\"%05lld\","
	    "\"phone\":\"555-%03lld-%04lld\"},\"shippingAddress\":null,\"fulfillmentStatus\":\"%s\",\"lineItems\":[%s],"
	    "\"internalNotes\":[],\"shippingLines\":[],"
	    "\"discountLines\":[],\"formSubmission\":[{\"label\":\"Purchase order "
	    "number\",\"value\":\"PO-%lld\"}],\"fulfillments\":[],\"subtotal\":%s,"
	    "\"shippingTotal\":%s,\"discountTotal\":%s,\"taxTotal\":%s,\"refundedTotal\":%s,\"grandTotal\":%s,\"channelName\":null,"
	    "\"externalOrderReference\":%s,\"fulfilledOn\":null,\"priceTaxInterpretation\":\"EXCLUSIVE\",\"paymentState\":"
	    "\"PAID\"}",
	    (unsigned long long)n, (long long)n + 1000, sold, sold, (long long)buyer, (unsigned long long)buyer, (long long)buyer,
	    (long long)times(n, 7, 900), (long long)times(n, 8, 99999), (long long)times(n, 10, 999), (long long)times(n, 11, 9999),
	    n % 50 == 0 ? "CANCELED" : "PENDING", items, (long long)n, amount(arena, subtotal), amount(arena, 0),
	    amount(arena, discount), amount(arena, tax), amount(arena, refunded), amount(arena, subtotal - discount + tax),
	    n % 3 == 0 ? arena_printf(arena, "\"EXT-%lld\"", (long long)n) : "null");
}

/* Raw documents as nights have left them; those for Python also in a file, one a line. */
static void
fill(struct bench *bench, int64_t documents, int64_t for_python, const char *path)
{
	static const uint8_t master_key[CRYPTO_KEY_BYTES] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45,
		0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
		0xcd, 0xef };
	const struct config_source *config = &bench->config->tenants[0].sources[0];
	const struct ledger_plan plan = {
		.db = bench->db, .night = &bench->night, .source = config, .master_key = master_key, .full = true
	};
	const struct sales_source source = { .config = config, .currency = "EUR" };
	struct arena arena = ARENA_INIT;
	const struct sales_kind *kind;
	struct sales_stored stored = { .external_id = "", .kind = "order" };
	struct sales_reading reading;
	struct ledger_counts counts;
	struct err err = ERR_INIT;
	struct ledger *ledger;
	int64_t n, bytes = 0;
	FILE *file = fopen(path, "w");

	kind = sales_kind("squarespace", &err);
	if (file == NULL || kind == NULL)
		bench_fail(path, &err);
	bench_must("the ledger", ledger_open(&plan, &ledger, &err), &err);
	for (n = 0; n < documents; n++) {
		arena_reset(&arena);
		stored.payload = make_order(&arena, n);
		stored.payload_len = strlen(stored.payload);
		bytes += (int64_t)stored.payload_len;
		if (n < for_python && fprintf(file, "%s\n", stored.payload) < 0)
			bench_fail(path, NULL);
		bench_must("an order", kind->read(&arena, &source, &stored, &reading, &err), &err);
		bench_must("an order", ledger_add(ledger, &reading.document, &err), &err);
	}
	bench_must("the ledger", ledger_commit(ledger, &counts, &err), &err);
	ledger_close(ledger);
	if (fclose(file) != 0)
		bench_fail(path, NULL);
	fprintf(stderr, "  %lld orders stored, %.2f KB each\n", (long long)documents, (double)bytes / (double)documents / 1000);
	arena_done(&arena);
}

static int
put_line(const char *line, size_t len, void *context, struct err *err)
{
	FILE *file = context;

	if (fwrite(line, 1, len, file) != len || fputc('\n', file) == EOF)
		return err_set(err, ERR_IO, "could not write");
	return 0;
}

/* The rows of the replayed source, as COPY takes them. */
static int64_t
save_rows(struct bench *bench)
{
	struct err err = ERR_INIT;
	int64_t rows = 0;
	FILE *file;
	size_t i;

	bench_sql(bench->owner, "CREATE TEMP VIEW again AS SELECT source_id FROM ctok.source WHERE name = 'again'");
	for (i = 0; i < TABLES; i++) {
		file = fopen(arena_printf(&bench->arena, "%s/%s.rows", bench->dir, tables[i].table), "w");
		if (file == NULL)
			bench_fail(tables[i].table, NULL);
		bench_must(tables[i].table,
		    copy_out(
			bench->owner, arena_printf(&bench->arena, "COPY (%s) TO STDOUT", tables[i].rows), put_line, file, &err),
		    &err);
		(void)fclose(file);
		rows +=
		    bench_number(bench, bench->owner, arena_printf(&bench->arena, "SELECT count(*) FROM (%s) x", tables[i].rows));
	}
	return rows;
}

static void
copy_table(struct bench *bench, const char *schema, const char *table)
{
	static char block[1 << 20];
	FILE *file = fopen(arena_printf(&bench->arena, "%s/%s.rows", bench->dir, table), "r");
	struct err err = ERR_INIT;
	struct copy *copy;
	size_t len, kept = 0, whole;

	if (file == NULL)
		bench_fail(table, NULL);
	bench_must(
	    table, copy_open(bench->owner, arena_printf(&bench->arena, "COPY %s.%s FROM STDIN", schema, table), &copy, &err), &err);
	while ((len = fread(block + kept, 1, sizeof(block) - kept, file)) > 0) {
		len += kept;
		for (whole = len; whole > 0 && block[whole - 1] != '\n'; whole--)
			;
		bench_must(table, copy_rows(copy, block, whole, &err), &err);
		kept = len - whole;
		memmove(block, block + whole, kept);
	}
	bench_must(table, copy_finish(copy, NULL, &err), &err);
	(void)fclose(file);
}

/* Seconds for all of them, in one transaction, into fresh tables. */
static double
copy_all(struct bench *bench, bool bare)
{
	struct err err = ERR_INIT;
	double began;
	size_t i;

	bench_must("begin", db_begin(bench->owner, &err), &err);
	if (!bare)
		bench_sql(bench->owner, "CREATE SCHEMA peer");
	for (i = 0; i < TABLES; i++)
		bench_sql(bench->owner,
		    arena_printf(&bench->arena,
			bare ? "CREATE TEMP TABLE %s (LIKE ctok.%s) ON COMMIT DROP"
			     : "CREATE TABLE peer.%s (LIKE ctok.%s INCLUDING CONSTRAINTS INCLUDING DEFAULTS INCLUDING INDEXES)",
			tables[i].table, tables[i].table));
	/* What is made in the same transaction may be written without a log: no ledger can be. */
	bench_must("commit", bare ? 0 : db_commit(bench->owner, &err), &err);
	bench_must("begin", bare ? 0 : db_begin(bench->owner, &err), &err);
	began = bench_now();
	for (i = 0; i < TABLES; i++)
		copy_table(bench, bare ? "pg_temp" : "peer", tables[i].table);
	bench_must("commit", db_commit(bench->owner, &err), &err);
	began = bench_now() - began;
	if (!bare)
		bench_sql(bench->owner, "DROP SCHEMA peer CASCADE");
	return began;
}

/* Documents a second of the Python client, which also checks that it comes to the same. */
static double
run_python(struct bench *bench, int64_t documents, const char *path)
{
	char *const number = arena_printf(&bench->arena, "%lld", (long long)documents);
	const char *const argv[] = { "/usr/bin/python3", "tests/bench/peer_replay.py", bench->embedded.owner, path, number, NULL };
	double seconds, peak;

	bench_sql(bench->owner, "CREATE SCHEMA peer");
	for (size_t i = 0; i < TABLES; i++)
		bench_sql(bench->owner, arena_printf(&bench->arena, "CREATE TABLE peer.%s (LIKE ctok.%s INCLUDING ALL)",
					    tables[i].table, tables[i].table));
	bench_sql(bench->owner, "CREATE TABLE peer.contact (LIKE ctok.contact INCLUDING ALL)");
	if (bench_program(argv, &seconds, &peak) != 0)
		bench_fail("peer_replay.py", NULL);
	if (bench_number(bench, bench->owner,
		"SELECT abs((SELECT sum(p.net_minor) FROM peer.unit p) - (SELECT sum(u.net_minor) FROM ctok.unit u JOIN "
		"ctok.document d USING (tenant_id, "
		"document_id) JOIN again s USING (source_id) WHERE d.external_id IN (SELECT external_id FROM peer.document)))") !=
	    0)
		bench_fail("peer_replay.py comes to other shares", NULL);
	bench_sql(bench->owner, "DROP SCHEMA peer CASCADE");
	return (double)documents / seconds;
}

int
main(int argc, char **argv)
{
	struct bench bench;
	struct err err = ERR_INIT;
	int64_t documents = 20000, for_python = 2000, rows;
	double seconds, peak, keyed, bare, python;
	const char *path, *size;

	if ((argc > 1 && text_int64(argv[1], &documents, &err) != 0) || (argc > 2 && text_int64(argv[2], &for_python, &err) != 0) ||
	    argc > 3) {
		fprintf(stderr, "usage: bench_replay DOCUMENTS [OF-THESE-FOR-PYTHON]\n");
		return 64;
	}
	bench_open(&bench, "replay", "2026-11-20T03:00:00Z", 20);
	path = arena_printf(&bench.arena, "%s/orders.json", bench.dir);
	size = bench_size(&bench, documents);
	fill(&bench, documents, for_python < documents ? for_python : documents, path);
	bench_night_end(&bench);
	bench_sql(bench.owner, "VACUUM ANALYZE");
	{
		const char *const program[] = { "bin/ctok-admin", "replay", "shop", "--into", "again", "--config", bench.conf_path,
			NULL };

		if (bench_program(program, &seconds, &peak) != 0)
			bench_fail("ctok-admin replay", NULL);
	}
	rows = save_rows(&bench);
	fprintf(
	    stderr, "  %lld rows of them in %.1f s, %.1f MiB in the largest process\n", (long long)rows, seconds, peak / 1048576);
	keyed = copy_all(&bench, false);
	bare = copy_all(&bench, true);
	python = run_python(&bench, for_python < documents ? for_python : documents, path);
	bench_result(arena_printf(&bench.arena, "replay of %s stored orders", size), "1/s", (double)documents / seconds,
	    "COPY of the same rows, same keys and indexes", (double)documents / keyed);
	bench_result(arena_printf(&bench.arena, "replay of %s stored orders", size), "1/s", (double)documents / seconds,
	    "COPY of the same rows into bare TEMP tables", (double)documents / bare);
	bench_result(arena_printf(&bench.arena, "replay of %s stored orders", size), "1/s", (double)documents / seconds,
	    "plain client in Python, row by row", python);
	bench_result("replay, peak memory of the largest process", "MiB", peak / 1048576, "limit", 256);
	bench_night(&bench, "2026-11-20T04:00:00Z");
	bench_close(&bench);
	return 0;
}
