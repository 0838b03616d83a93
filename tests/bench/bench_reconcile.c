/* Reconcile and plan, against a bare FULL JOIN in the same database of two tables with as many rows as there are units, on user and
 * course, comparing the expiry: what an unindexed comparison of "owed" with "is" costs at least. There are 2,000 courses, or a tenth as many as units.
 *
 *     bench_reconcile UNITS */
#include <stdio.h>
#include <stdlib.h>

#include "base/exit.h"
#include "bench.h"
#include "entitle/entitle.h"
#include "finding/finding.h"
#include "party/party.h"
#include "plan/plan.h"

#define FIRST_NIGHT "2026-11-20T03:00:00Z"
#define SECOND_NIGHT "2026-11-21T03:00:00Z"

static const char peer_tables[] =
    "CREATE SCHEMA bench;"
    "CREATE TABLE bench.owed AS SELECT 1 + (g * 7919) % (u.units / 2) AS user_id, (g + (g > u.units / 2)::int * 7) % u.courses AS "
    "course_id,"
    " 1790000000 + g AS ends FROM (SELECT current_setting('bench.units')::bigint AS units, "
    "current_setting('bench.courses')::bigint AS courses) u, generate_series(1, u.units) AS g;"
    /* Three quarters are there, one in ten of them with another end; as many again are there and not owed. */
    "CREATE TABLE bench.found AS SELECT user_id, course_id, ends + (ends % 10 = 0)::int AS ends FROM bench.owed WHERE ends % 4 <> "
    "0;"
    "INSERT INTO bench.found SELECT 1000000000 + g, 1, 1 FROM generate_series(1, (SELECT count(*) FROM bench.owed)"
    "  - (SELECT count(*) FROM bench.found)) AS g;"
    "ANALYZE bench.owed; ANALYZE bench.found";

static const char peer_join[] =
    "SELECT count(*) FROM bench.owed o FULL JOIN bench.found f USING (user_id, course_id) WHERE o.ends IS DISTINCT FROM f.ends";

/* What reconcile's plan and findings ask of every access there is: is Moodle as it should be? */
static const char compared[] = "SELECT count(*) FROM rule.access_gap WHERE gap IS NOT NULL";

/* Sales that change in a night: growth in changes; each of them beside the sizes of the world is growth in history. */
static const int64_t changes[] = { 20, 200, 2000 };

static const char *const programs[] = { "ctok-reconcile", "ctok-certify", "ctok-report", "ctok-mail" };

struct night_times {
	double reckon_s; /* rules, persons, rights, plan */
	double findings_s;
	int64_t planned;
};

/* What ctok-reconcile does. */
static struct night_times
reconcile(struct bench *bench, bool full)
{
	const struct config_tenant *tenant = &bench->config->tenants[0];
	struct night_times times;
	struct err err = ERR_INIT;
	struct entitle_counts rights;
	struct finding_counts findings;
	struct plan_counts plan = { 0 };
	int64_t persons, notices;
	double began = bench_now();
	bool changed;

	bench_must("rules", entitle_sync_rules(&bench->arena, bench->db, tenant, &changed, &err), &err);
	bench_must("begin", db_begin(bench->db, &err), &err);
	bench_must("begin", entitle_begin(bench->db, full, &err), &err);
	bench_must("settle", plan_settle(bench->db, bench->night.run_id, &plan, &err), &err);
	bench_must("persons", party_reckon(bench->db, &persons, &err), &err);
	bench_must("rights", entitle_reckon(bench->db, &rights, &err), &err);
	bench_must("notices", entitle_notices(&bench->arena, bench->db, &bench->night, tenant->locale, &notices, &err), &err);
	bench_must("plan", plan_make(bench->db, bench->night.run_id, &plan, &err), &err);
	bench_must("commit", db_commit(bench->db, &err), &err);
	times.reckon_s = bench_now() - began;
	began = bench_now();
	bench_must("findings", finding_refresh(&bench->arena, bench->db, bench->night.run_id, &findings, &err), &err);
	times.findings_s = bench_now() - began;
	times.planned = plan.added;
	return times;
}

static void
join(struct bench *bench, struct bench_runs *runs)
{
	double began = bench_now();

	if (bench_number(bench, bench->owner, peer_join) == 0)
		bench_fail("the join found no difference", NULL);
	bench_add(runs, bench_now() - began);
}

/* A program of the night on this world: its time and its memory. What is held or does not tie is not its failure. */
static void
program(struct bench *bench, const char *name, const char *size, double join_s)
{
	const char *const argv[] = { arena_printf(&bench->arena, "bin/%s", name), "--config", bench->conf_path, NULL };
	double seconds, peak_bytes;
	int code = bench_program(argv, &seconds, &peak_bytes);

	if (code != EXIT_OK && code != EXIT_HELD && code != EXIT_UNTIED)
		bench_fail(arena_printf(&bench->arena, "%s ended with %d", name, code), NULL);
	bench_result(arena_printf(&bench->arena, "%s, %s units", name, size), "s", seconds, "the same FULL JOIN", join_s);
	bench_result(
	    arena_printf(&bench->arena, "%s, %s units, peak memory", name, size), "MiB", peak_bytes / 1048576, "limit", 256);
}

int
main(int argc, char **argv)
{
	int64_t units = argc > 1 ? strtoll(argv[1], NULL, 10) : 100000;
	int64_t courses = units / 10 < 2000 ? units / 10 : 2000;
	struct bench_runs joins = { .count = 0 }, findings = { .count = 0 }, quiet = { .count = 0 }, compares = { .count = 0 };
	double began;
	size_t i;
	struct night_times times;
	struct bench bench;
	const char *size;

	bench_open(
	    &bench, arena_printf(&(struct arena)ARENA_INIT, "reconcile-%lld", (long long)units), FIRST_NIGHT, (unsigned)courses);
	size = bench_size(&bench, units);
	bench_sql(bench.owner,
	    arena_printf(&bench.arena, "SET bench.units = %lld; SET bench.courses = %lld", (long long)units, (long long)courses));
	bench_file(&bench, bench.owner, "tests/bench/world.sql");
	bench_sql(bench.owner, peer_tables);
	join(&bench, &joins);
	times = reconcile(&bench, /* full= */ false);
	join(&bench, &joins);
	if (times.planned < units * 9 / 10)
		bench_fail("too few actions were planned", NULL);
	bench_result(arena_printf(&bench.arena, "reconcile and plan a fresh ledger of %s units", size), "s", times.reckon_s,
	    "a bare FULL JOIN of as many rows", bench_median(&joins));
	bench_result(
	    "derive its findings, one for each access to give", "s", times.findings_s, "the same FULL JOIN", bench_median(&joins));
	bench_file(&bench, bench.owner, "tests/bench/carry_out.sql");
	bench_night_end(&bench);
	bench_night(&bench, SECOND_NIGHT);
	if (reconcile(&bench, /* full= */ false).planned != 0)
		bench_fail("a reconciled world was planned again", NULL);
	joins.count = 0;
	for (i = 0; i < 3; i++) {
		join(&bench, &joins);
		times = reconcile(&bench, /* full= */ false);
		bench_add(&quiet, times.reckon_s);
		bench_add(&findings, times.findings_s);
		began = bench_now();
		if (bench_number(&bench, bench.db, compared) != 0)
			bench_fail("a reconciled world differs from Moodle", NULL);
		bench_add(&compares, bench_now() - began);
	}
	bench_result(arena_printf(&bench.arena, "compare each access with Moodle, %s units", size), "s", bench_median(&compares),
	    "the same FULL JOIN", bench_median(&joins));
	bench_result(arena_printf(&bench.arena, "a night without changes, %s units", size), "s", bench_median(&quiet),
	    "the same FULL JOIN", bench_median(&joins));
	bench_result("its findings, none left", "s", bench_median(&findings), "the same FULL JOIN", bench_median(&joins));
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]) && changes[i] * 5 <= units; i++) {
		bench_sql(bench.owner,
		    arena_printf(&bench.arena, "SET bench.changes = %lld; SET bench.day = %zu", (long long)changes[i], i));
		bench_file(&bench, bench.owner, "tests/bench/changes.sql");
		times = reconcile(&bench, /* full= */ false);
		/* (What is given back has its grace first: a mail, no action.) */
		if (times.planned < changes[i] / 2 * 9 / 10)
			bench_fail(arena_printf(&bench.arena, "%lld actions were planned for %lld changes",
				       (long long)times.planned, (long long)changes[i]),
			    NULL);
		bench_result(
		    arena_printf(&bench.arena, "a night with %s sales changed, %s units", bench_size(&bench, changes[i]), size),
		    "s", times.reckon_s, "the same FULL JOIN", bench_median(&joins));
		bench_result("its findings", "s", times.findings_s, "the same FULL JOIN", bench_median(&joins));
	}
	times = reconcile(&bench, /* full= */ true);
	if (times.planned != 0)
		bench_fail("a full look planned what was in step", NULL);
	bench_result(arena_printf(&bench.arena, "reconcile --full, %s units in step", size), "s", times.reckon_s,
	    "the same FULL JOIN", bench_median(&joins));
	bench_night_end(&bench);
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		program(&bench, programs[i], size, bench_median(&joins));
	bench_night(&bench, SECOND_NIGHT);
	bench_close(&bench);
	return 0;
}
