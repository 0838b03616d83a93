/* Shared by the measuring programs. The database is the embedded one with its own settings, fsync included: what is measured is what a
 * night would take on this machine. */
#define _DEFAULT_SOURCE /* wait4 */

#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "db/rules.h"
#include "db/store.h"
#include "entitle/entitle.h"

_Noreturn void
bench_fail(const char *what, const struct err *err)
{
	fprintf(stderr, "%s%s%s\n", what, err != NULL ? ": " : "", err != NULL ? err->message : "");
	exit(1);
}

void
bench_must(const char *what, int rc, const struct err *err)
{
	if (rc != 0)
		bench_fail(what, err);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, 0600) != 0)
		bench_fail(path, NULL);
}

static void
write_settings(struct bench *bench, const char *now, unsigned courses)
{
	struct arena *arena = &bench->arena;
	static const char labels[] = "learner_name_labels = (\"Learner name\"); learner_email_labels = (\"Learner email\");";
	char *rules;
	size_t len;
	FILE *out = open_memstream(&rules, &len);
	unsigned i;

	if (out == NULL)
		bench_fail("no memory", NULL);
	for (i = 1; i <= courses; i++)
		fprintf(out,
		    "%s\n  { source = \"shop\"; match = \"sku:SKU-%u\"; site = \"campus\"; courses = (\"C%u\"); term = \"P2Y\"; "
		    "grace_days = 14; }",
		    i == 1 ? "" : ",", i, i);
	if (fclose(out) != 0)
		bench_fail("no memory", NULL);
	write_file(
	    arena_printf(arena, "%s/master.key", bench->dir), "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
	write_file(arena_printf(arena, "%s/token", bench->dir), "TOKEN\n");
	write_file(bench->conf_path,
	    arena_printf(arena,
		"state_dir = \"%s/state\";\nmaster_key = \"file:%s/master.key\";\ntest_now = \"%s\";\n"
		"tenants = ( { name = \"acme\"; timezone = \"Europe/Madrid\"; currency = \"EUR\"; locale = \"en\";\n"
		"sites = ( { name = \"campus\"; url = \"https://campus.example.org\"; token = \"file:%s/token\"; } );\n"
		"sources = ( { name = \"shop\"; kind = \"squarespace\"; role = \"sale\"; api_key = \"file:%s/token\"; %s },\n"
		"{ name = \"again\"; kind = \"squarespace\"; role = \"sale\"; api_key = \"file:%s/token\"; closed = true; %s } );\n"
		"products = (%s );\n"
		"mail = { smtp = \"smtp://127.0.0.1:25\"; from = \"Acme <academy@acme.example>\"; };\n"
		"certificate = { issuer = \"Acme Academy\"; }; } );\n",
		bench->dir, bench->dir, now, bench->dir, bench->dir, labels, bench->dir, labels, rules));
	free(rules);
}

void
bench_night(struct bench *bench, const char *now)
{
	struct err err = ERR_INIT;
	int64_t now_utc;

	bench_must("the moment", clock_parse(now, &now_utc, NULL, &err), &err);
	bench_must("the night",
	    night_begin(&bench->arena, bench->db, bench->config->state_dir, "bench", now_utc, &bench->night, &err), &err);
	bench_must("the run", night_run_begin(&bench->arena, bench->db, &bench->night, "bench", &err), &err);
	bench_must("the moment", rules_at(bench->db, now_utc, bench->config->tenants[0].timezone, &err), &err);
}

void
bench_night_end(struct bench *bench)
{
	night_end(bench->db, &bench->night);
}

void
bench_open(struct bench *bench, const char *name, const char *now, unsigned courses)
{
	const char *parent = getenv("BENCH_DIR");
	struct err err = ERR_INIT;
	int64_t tenant_id;
	bool changed;

	*bench = (struct bench){ .arena = ARENA_INIT, .night = { .lock_fd = -1 } };
	if (parent == NULL)
		bench_fail("BENCH_DIR is not set: start this with tests/bench/run.sh", NULL);
	bench->dir = arena_printf(&bench->arena, "%s/%s", parent, name);
	bench->conf_path = arena_printf(&bench->arena, "%s/ctok-batch.conf", bench->dir);
	if (mkdir(bench->dir, 0711) != 0)
		bench_fail(arena_printf(&bench->arena, "%s: %s", bench->dir, strerror(errno)), NULL);
	write_settings(bench, now, courses);
	bench_must("the settings", config_load(&bench->arena, bench->conf_path, &bench->config, &err), &err);
	bench_must("the database", store_open(&bench->arena, bench->config, "bench", &bench->db, &err), &err);
	bench_must("the database", embedded_open(&bench->arena, bench->config, "bench", &bench->embedded, &err), &err);
	bench_must("the database", db_connect(bench->embedded.owner, NULL, "bench owner", &bench->owner, &err), &err);
	bench_must("the settings", store_sync(bench->db, bench->config, &err), &err);
	bench_must("the tenant", store_tenant_id(&bench->arena, bench->db, "acme", &tenant_id, &err), &err);
	bench_must("the tenant", db_tenant(bench->db, tenant_id, &err), &err);
	bench_must("the tenant", db_tenant(bench->owner, tenant_id, &err), &err);
	bench_night(bench, now);
	bench_must("the rules", entitle_sync_rules(&bench->arena, bench->db, &bench->config->tenants[0], &changed, &err), &err);
}

void
bench_close(struct bench *bench)
{
	bench_night_end(bench);
	db_close(bench->owner);
	db_close(bench->db);
	embedded_release(bench->config);
	store_release(bench->config);
	arena_done(&bench->arena);
}

void
bench_sql(struct db *db, const char *sql)
{
	struct err err = ERR_INIT;

	bench_must(sql, db_script(db, sql, &err), &err);
}

void
bench_file(struct bench *bench, struct db *db, const char *path)
{
	struct err err = ERR_INIT;
	char *text;
	size_t len;

	bench_must(path, file_read(&bench->arena, "file", path, (size_t)1 << 20, &text, &len, &err), &err);
	bench_sql(db, text);
}

int64_t
bench_number(struct bench *bench, struct db *db, const char *sql)
{
	struct err err = ERR_INIT;
	struct db_row *row;
	int64_t number;

	bench_must(sql, db_row(&bench->arena, db, sql, DB_NONE, &row, &err), &err);
	bench_must(sql, text_int64(row->values[0], &number, &err), &err);
	return number;
}

double
bench_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		bench_fail("no clock", NULL);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
bench_add(struct bench_runs *runs, double value)
{
	if (runs->count == BENCH_MAX_RUNS)
		bench_fail("too many runs", NULL);
	runs->value[runs->count++] = value;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double
bench_median(const struct bench_runs *runs)
{
	struct bench_runs sorted = *runs;

	qsort(sorted.value, sorted.count, sizeof(double), compare);
	return sorted.count % 2 == 1 ? sorted.value[sorted.count / 2]
				     : (sorted.value[sorted.count / 2 - 1] + sorted.value[sorted.count / 2]) / 2;
}

int
bench_program(const char *const *argv, double *ret_seconds, double *ret_peak_bytes)
{
	union {
		const char *const *ours;
		char *const *theirs;
	} args = { argv };
	double began = bench_now();
	struct rusage usage;
	int status;
	pid_t child = fork();

	if (child == 0) {
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		(void)execv(args.theirs[0], args.theirs);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		bench_fail(argv[0], NULL);
	*ret_seconds = bench_now() - began;
	*ret_peak_bytes = (double)usage.ru_maxrss * 1024;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void
bench_result(const char *name, const char *unit, double value, const char *peer, double against)
{
	printf("%s\t%s\t%.6g\t%s\t%.6g\n", name, unit, value, peer, against);
	(void)fflush(stdout);
}

const char *
bench_size(struct bench *bench, int64_t count)
{
	if (count < 1000)
		return arena_printf(&bench->arena, "%d", (int)count);
	if (count < 1000000)
		return arena_printf(&bench->arena, "%d,%03d", (int)(count / 1000), (int)(count % 1000));
	return arena_printf(&bench->arena, "%d,%03d,%03d", (int)(count / 1000000), (int)(count / 1000 % 1000), (int)(count % 1000));
}
