/* Deals against a bare join in the same database of three plain tables on the same keys: what finding by key who belongs together costs at least.
 *
 *     bench_deal DOCUMENTS [each]
 *
 * `each`: the views of deals, payouts and rates, too, one by one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "entitle/entitle.h"

static const char join[] = "SELECT count(*) FROM bench.sale s JOIN bench.invoice i USING (a) JOIN bench.payment p USING (b)";

static const char *const each[] = {
	"SELECT count(*) FROM rule.deal_finding",
	"SELECT count(*) FROM rule.document_deal WHERE class = 'linked'",
	"SELECT count(*) FROM rule.deal_side",
	"SELECT count(*) FROM rule.rate_found",
	"SELECT count(*) + coalesce(sum(home_minor), 0)::bigint * 0 FROM rule.revenue",
	"SELECT count(*) + coalesce(sum(revenue_minor), 0)::bigint * 0 FROM rule.report_deal",
	"SELECT count(*) + sum(sold_minor)::bigint * 0 FROM rule.report_bridge",
	"SELECT count(*) FROM rule.report_rate",
	"SELECT count(*) + coalesce(sum(residual_minor), 0)::bigint * 0 FROM rule.payout_bridge",
	"SELECT count(*) FROM rule.payout_candidate",
	"SELECT count(*) FROM rule.payout_missing",
	"SELECT count(*) FROM rule.bank_untied",
	"SELECT count(*) FROM rule.report_payout",
	"SELECT count(*) + coalesce(sum(expected), 0)::bigint * 0 FROM rule.control_now",
	"SELECT count(*) FROM rule.finding_now",
};

static double
reckon(struct bench *bench)
{
	struct err err = ERR_INIT;
	double began = bench_now();

	bench_must("begin", db_begin(bench->db, &err), &err);
	bench_must("deals", entitle_begin(bench->db, /* full= */ true, &err), &err);
	bench_must("commit", db_commit(bench->db, &err), &err);
	return bench_now() - began;
}

int
main(int argc, char **argv)
{
	int64_t documents = argc > 1 ? strtoll(argv[1], NULL, 10) : 60000;
	bool by_one = argc > 2 && strcmp(argv[2], "each") == 0;
	struct bench_runs joins = { .count = 0 };
	struct bench bench;
	const char *size;
	double began, fresh, again;
	size_t i;

	bench_open(&bench, arena_printf(&(struct arena)ARENA_INIT, "deals-%lld", (long long)documents), "2026-11-20T03:00:00Z", 20);
	size = bench_size(&bench, documents);
	bench_sql(bench.owner, arena_printf(&bench.arena, "SET bench.documents = %lld", (long long)documents));
	bench_file(&bench, bench.owner, "tests/bench/deals.sql");
	for (i = 0; i < 3; i++) {
		began = bench_now();
		if (bench_number(&bench, bench.owner, join) != documents / 3)
			bench_fail("the join did not find all", NULL);
		bench_add(&joins, bench_now() - began);
	}
	fresh = reckon(&bench);
	if (bench_number(&bench, bench.db, "SELECT count(*) FROM ctok.deal_document") != documents / 3 * 3)
		bench_fail("not all documents are in deals", NULL);
	bench_result(arena_printf(&bench.arena, "find the deals of %s documents", size), "s", fresh, "a bare join of the same keys",
	    bench_median(&joins));
	again = reckon(&bench);
	bench_result(arena_printf(&bench.arena, "find them all again"), "s", again, "the same join", bench_median(&joins));
	for (i = 0; by_one && i < sizeof(each) / sizeof(each[0]); i++) {
		began = bench_now();
		fprintf(stderr, "%lld rows, ", (long long)bench_number(&bench, bench.db, each[i]));
		fprintf(stderr, "%.2f s: %s\n", bench_now() - began, each[i]);
	}
	bench_close(&bench);
	return 0;
}
