/* Sales lines per second into the ledger, from documents in memory to the commit, against a bare COPY of the same lines into a TEMP
 * table, without index, keys, checks or log.
 *
 *     bench_ledger CONFIG TENANT SOURCE [ORDERS]   prints one line per measurement: name value unit */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "db/copy.h"
#include "db/night.h"
#include "db/rules.h"
#include "db/store.h"
#include "sales/ledger.h"
#include "sales/share.h"

#define LEARNERS 20000

static void
fail(const struct err *err)
{
	fprintf(stderr, "error: %s\n", err->message);
	exit(1);
}

static void
must(int rc, const struct err *err)
{
	if (rc != 0)
		fail(err);
}

/* Processor time that we and our server process have used. Unlike the wall clock it is not at the mercy of other programs. */
static int64_t
cpu_ms(const char *backend_pid)
{
	char path[64];
	unsigned long user = 0, system = 0;
	struct rusage own;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", backend_pid);
	file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
		return 0;
	(void)fclose(file);
	(void)getrusage(RUSAGE_SELF, &own);
	return (int64_t)(user + system) * 1000 / sysconf(_SC_CLK_TCK) +
	       (int64_t)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) * 1000 +
	       (int64_t)(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1000;
}

/* An order of one to three lines as a shop of that size would have it; its payload is the length of a real one. */
static void
make_order(struct arena *arena, int64_t n, struct sales_document *ret_document, struct err *err)
{
	static const char *const quantities[] = { "1", "1", "1", "2", "5" };
	struct sales_contact *buyer = ARENA_NEW(arena, struct sales_contact);
	struct sales_document document = {
		.kind = "order", .currency = "EUR", .status = n % 50 == 0 ? SALES_CANCELLED : SALES_PAID
	};
	char *payload = arena_alloc(arena, 3000);
	size_t i;

	buyer->email = arena_printf(arena, "buyer%lld@example.com", (long long)(n % LEARNERS));
	buyer->name = arena_printf(arena, "Buyer Number %lld", (long long)(n % LEARNERS));
	buyer->raw_email = "";
	document.external_id = arena_printf(arena, "%024llx", (unsigned long long)n);
	document.number = arena_printf(arena, "%lld", (long long)n + 1000);
	document.effective_us = (1700000000 + n * 60) * 1000000;
	document.modified_us = document.effective_us + 1500000;
	document.buyer = buyer;
	document.line_count = (size_t)(n % 3) + 1;
	document.lines = ARENA_ARRAY(arena, document.line_count, struct sales_line);
	for (i = 0; i < document.line_count; i++) {
		struct sales_line *line = &document.lines[i];
		int64_t product = (n * 7 + (int64_t)i * 13) % 200, amount;

		line->key = arena_printf(arena, "%020llx%04zx", (unsigned long long)n, i);
		line->product_key = arena_printf(arena, "p%lld", (long long)product);
		line->variant_key = "";
		line->sku = arena_printf(arena, "SKU-%lld", (long long)product);
		line->name = arena_printf(arena, "Course number %lld", (long long)product);
		line->quantity = quantities[n % 5];
		line->unit_price_minor = 4900 + product * 100;
		line->learner = n % 2 == 0 ? buyer : NULL;
		must(sales_amount(line->quantity, line->unit_price_minor, &amount, err), err);
		document.subtotal_minor += amount;
	}
	document.tax_minor = document.subtotal_minor / 5;
	document.discount_minor = n % 4 == 0 ? document.subtotal_minor / 10 : 0;
	document.total_minor = document.subtotal_minor - document.discount_minor + document.tax_minor;
	document.refunded_minor = n % 20 == 0 ? document.total_minor : 0;
	must(sales_share(arena, &document, err), err);
	for (i = 0; i + 72 < 3000; i += 68)
		(void)snprintf(payload + i, 72, "{\"label\":\"%08llx\",\"value\":\"%08llx\",\"currency\":\"EUR\",\"x\":null},  ",
		    (unsigned long long)n * 2654435761u % 4294967296u, (unsigned long long)i);
	document.payload = payload;
	document.payload_len = strlen(payload);
	*ret_document = document;
}

static int64_t
fill_ledger(const struct ledger_plan *plan, int64_t orders, int64_t *ret_lines, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct sales_document document;
	struct ledger_counts counts;
	struct ledger *ledger;
	int64_t n, spent_ms = 0, begun_ms;

	must(ledger_open(plan, &ledger, err), err);
	*ret_lines = 0;
	for (n = 0; n < orders; n++) {
		arena_reset(&arena);
		make_order(&arena, n, &document, err);
		*ret_lines += (int64_t)document.line_count;
		begun_ms = clock_mono_ms();
		must(ledger_add(ledger, &document, err), err);
		spent_ms += clock_mono_ms() - begun_ms;
	}
	begun_ms = clock_mono_ms();
	printf("ledger_staged_ms %lld ms\n", (long long)spent_ms);
	must(ledger_commit(ledger, &counts, err), err);
	spent_ms += clock_mono_ms() - begun_ms;
	printf("ledger_changed %lld orders\n", (long long)counts.changed);
	ledger_close(ledger);
	arena_done(&arena);
	return spent_ms;
}

/* The bare COPY: the same lines with their order's keys and money, 14 columns. */
static int64_t
bare_copy(struct db *db, int64_t orders, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct sales_document document;
	struct copy *copy;
	int64_t n, spent_ms = 0, begun_ms;
	size_t i;

	must(db_begin(db, err), err);
	must(db_exec(db,
		 "CREATE TEMP TABLE bench_copy (external_id text, number text, effective_at bigint, modified_at bigint, currency "
		 "text, total bigint,"
		 " tax bigint, line_key text, product_key text, sku text, name text, quantity numeric, price bigint, net bigint)",
		 DB_NONE, NULL, err),
	    err);
	must(copy_open(db, "COPY bench_copy FROM STDIN", &copy, err), err);
	for (n = 0; n < orders; n++) {
		arena_reset(&arena);
		make_order(&arena, n, &document, err);
		begun_ms = clock_mono_ms();
		for (i = 0; i < document.line_count; i++) {
			const struct sales_line *line = &document.lines[i];

			copy_text(copy, document.external_id);
			copy_text(copy, document.number);
			copy_int(copy, document.effective_us);
			copy_int(copy, document.modified_us);
			copy_text(copy, document.currency);
			copy_int(copy, document.total_minor);
			copy_int(copy, document.tax_minor);
			copy_text(copy, line->key);
			copy_text(copy, line->product_key);
			copy_text(copy, line->sku);
			copy_text(copy, line->name);
			copy_text(copy, line->quantity);
			copy_int(copy, line->unit_price_minor);
			copy_int(copy, line->net_minor);
			must(copy_row(copy, err), err);
		}
		spent_ms += clock_mono_ms() - begun_ms;
	}
	begun_ms = clock_mono_ms();
	must(copy_finish(copy, NULL, err), err);
	must(db_exec(db, "DROP TABLE bench_copy", DB_NONE, NULL, err), err);
	must(db_commit(db, err), err);
	spent_ms += clock_mono_ms() - begun_ms;
	arena_done(&arena);
	return spent_ms;
}

int
main(int argc, char **argv)
{
	static const uint8_t master_key[CRYPTO_KEY_BYTES] = { 7 };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct config *config;
	struct config_source source = { .name = argc > 3 ? argv[3] : "" };
	struct night night = { .lock_fd = -1 };
	struct rusage usage;
	struct db *db;
	struct db_row *row;
	const char *pid;
	int64_t begun_ms, copy_cpu_ms, ledger_cpu_ms;
	int64_t tenant_id, orders = 100000, lines, ledger_ms, again_ms, copy_ms, ignored;

	if (argc < 4 || (argc > 4 && text_int64(argv[4], &orders, &err) != 0)) {
		fprintf(stderr, "usage: bench_ledger CONFIG TENANT SOURCE [ORDERS]\n");
		return 64;
	}
	must(config_load(&arena, argv[1], &config, &err), &err);
	must(store_open(&arena, config, "bench_ledger", &db, &err), &err);
	must(store_sync(db, config, &err), &err);
	must(store_tenant_id(&arena, db, argv[2], &tenant_id, &err), &err);
	must(db_tenant(db, tenant_id, &err), &err);
	must(night_begin(&arena, db, config->state_dir, "bench_ledger", clock_now(), &night, &err), &err);
	must(night_run_begin(&arena, db, &night, "bench_ledger", &err), &err);
	must(db_row(&arena, db, "SELECT pg_backend_pid() AS pid", DB_NONE, &row, &err), &err);
	pid = db_value(row, "pid");
	begun_ms = cpu_ms(pid);
	copy_ms = bare_copy(db, orders, &err);
	copy_cpu_ms = cpu_ms(pid) - begun_ms;
	{
		const struct ledger_plan plan = {
			.db = db, .night = &night, .source = &source, .master_key = master_key, .full = true
		};

		begun_ms = cpu_ms(pid);
		ledger_ms = fill_ledger(&plan, orders, &lines, &err);
		ledger_cpu_ms = cpu_ms(pid) - begun_ms;
		again_ms = fill_ledger(&plan, orders, &ignored, &err);
	}
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("ledger_lines %.0f lines/s\n", (double)lines * 1000 / (double)ledger_ms);
	printf("ledger_unchanged_lines %.0f lines/s\n", (double)lines * 1000 / (double)again_ms);
	printf("copy_lines %.0f lines/s\n", (double)lines * 1000 / (double)copy_ms);
	printf("ledger_cpu %lld ms\n", (long long)ledger_cpu_ms);
	printf("copy_cpu %lld ms\n", (long long)copy_cpu_ms);
	printf("ledger_rss %ld MiB\n", usage.ru_maxrss / 1024);
	must(night_run_end(&arena, db, &night, 0, "{}", &err), &err);
	night_end(db, &night);
	db_close(db);
	store_release(config);
	arena_done(&arena);
	return 0;
}
