/* Documents per second out of a shop, from its first answer to the sink: what a kind of source does by itself, without the ledger.
 *
 *     bench_pull KIND URL KEY-FILE CA-FILE CONNECTIONS ROLE NOW PACE   prints one line: documents, other facts, seconds, processor seconds, peak
 *     MiB, and a hash of what was handed over, in its order
 *
 * NOW (seconds since 1970) is the moment of the pull. PACE "kept": the kind waits between requests as it does with a real shop; "free": these
 * waits take no time, which holds for one connection only, because while another request is under way they are real. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "sales/source.h"

static struct {
	int64_t documents, facts;
	uint64_t hash;
} told = { .hash = UINT64_C(14695981039346656037) };

static void
mix(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		told.hash = (told.hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
}

static int
take_document(void *context, const struct sales_document *document, struct err *err)
{
	(void)context;
	(void)err;
	told.documents++;
	mix(document->external_id, strlen(document->external_id) + 1);
	mix((const char *)&document->total_minor, sizeof(document->total_minor));
	return 0;
}

static int
take_present(void *context, const char *id, struct err *err)
{
	(void)context;
	(void)id;
	(void)err;
	return 0;
}

static void
take_absent(void *context, const char *id)
{
	(void)context;
	mix(id, strlen(id) + 1);
}

static void
take_cursor(void *context, const char *name, const char *value)
{
	(void)context;
	mix(name, strlen(name) + 1);
	mix(value, strlen(value) + 1);
}

static void
take_word(void *context)
{
	(void)context;
}

static void
take_until(void *context, int64_t utc)
{
	(void)context;
	(void)utc;
}

static bool
is_stopped(void *context)
{
	(void)context;
	return false;
}

static void
count_fact(const char *key, int64_t amount_minor)
{
	told.facts++;
	mix(key, strlen(key) + 1);
	mix((const char *)&amount_minor, sizeof(amount_minor));
}

static int
take_settlement(void *context, const struct sales_settlement *settlement, struct err *err)
{
	(void)context;
	(void)err;
	count_fact(settlement->key, settlement->amount_minor);
	return 0;
}

static int
take_subscription(void *context, const struct sales_subscription *subscription, struct err *err)
{
	(void)context;
	(void)err;
	count_fact(subscription->key, 0);
	return 0;
}

static int
take_payout(void *context, const struct sales_payout *payout, struct err *err)
{
	(void)context;
	(void)err;
	count_fact(payout->key, payout->amount_minor);
	return 0;
}

static int
take_balance(void *context, const struct sales_balance *balance, struct err *err)
{
	(void)context;
	(void)err;
	count_fact(balance->key, balance->amount_minor);
	return 0;
}

static int
take_bank(void *context, const struct sales_bank *bank, struct err *err)
{
	(void)context;
	(void)err;
	count_fact(bank->key, bank->amount_minor);
	return 0;
}

/* Of this program alone: what getrusage() says also counts who started it. */
static double
peak_mib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL && sscanf(line, "VmHWM: %ld", &kib) != 1)
		;
	if (file != NULL)
		(void)fclose(file);
	return (double)kib / 1024;
}

static void
no_sleep(int64_t ms)
{
	(void)ms;
}

int
main(int argc, char **argv)
{
	static const char *allowed[] = { "localhost" };
	const struct sales_sink sink = { .document = take_document,
		.present = take_present,
		.absent = take_absent,
		.cursor = take_cursor,
		.whole = take_word,
		.until = take_until,
		.again = take_word,
		.stopped = is_stopped,
		.settlement = take_settlement,
		.subscription = take_subscription,
		.payout = take_payout,
		.balance = take_balance,
		.bank = take_bank };
	struct config_source config = { .name = "shop",
		.role = "sale",
		.overlap_s = 900,
		.zone = "Europe/Madrid",
		.paid_percent = 100,
		.unpaid_days = 400,
		.sweep_days = 7,
		.learner_from = "billing_contact",
		.rounding = MONEY_HALF_UP,
		.allow_private = { allowed, 1 },
		.allow_http = true };
	struct sales_source source = { .config = &config, .currency = "EUR", .full = true };
	const struct sales_kind *kind;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct rusage used;
	int64_t begun_ms;
	char *key = NULL;
	size_t len;

	if (argc != 9) {
		fprintf(stderr, "usage: bench_pull KIND URL KEY-FILE CA-FILE CONNECTIONS ROLE NOW PACE\n");
		return 64;
	}
	config.kind = argv[1];
	config.url = argv[2];
	config.ca_file = argv[4];
	config.role = argv[6];
	source.sleep_ms = text_equal(argv[8], "free") ? no_sleep : NULL;
	kind = sales_kind(config.kind, &err);
	if (kind == NULL || text_int64(argv[5], &config.connections, &err) != 0 ||
	    text_int64(argv[7], &source.now_utc, &err) != 0 || file_read(&arena, "key", argv[3], 4096, &key, &len, &err) != 0)
		goto failed;
	source.secret = key;
	source.to_utc = source.now_utc - 60;
	if (clock_parse_date("2000-01-01", &source.from_utc, &err) != 0)
		goto failed;
	begun_ms = clock_mono_ms();
	if (kind->pull(&source, &sink, &err) != 0)
		goto failed;
	begun_ms = clock_mono_ms() - begun_ms;
	(void)getrusage(RUSAGE_SELF, &used);
	printf("%lld %lld %.3f %.3f %.1f %016llx\n", (long long)told.documents, (long long)told.facts, (double)begun_ms / 1000,
	    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
	    peak_mib(), (unsigned long long)told.hash);
	arena_done(&arena);
	return 0;
failed:
	fprintf(stderr, "%s: %s\n", argv[1], err.message);
	arena_done(&arena);
	return 1;
}
