/* ctok-sandbox: one server that plays Moodle 4.5's web services, Squarespace Commerce, WooCommerce, FacturaScripts and Stripe, their traps and their faults, for tests. Its state
 * is a PostgreSQL database shaped like Moodle's, so that the read-only SQL connection can be tested on it too. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/text.h"
#include "cluster.h"
#include "control.h"
#include "facturascripts.h"
#include "fault.h"
#include "gateway.h"
#include "memo.h"
#include "moodle.h"
#include "pg.h"
#include "sandbox-sql.h"
#include "shop.h"
#include "state.h"
#include "stripe.h"
#include "tls.h"
#include "web.h"
#include "woocommerce.h"
#include "world.h"

#define ZONE "Europe/Madrid"             /* of the tenant that the world's rules are for */
#define CONTRACT_NOW INT64_C(1795167504) /* when the recordings were seeded */
#define MOODLE_TOKEN "5a4db0c0ffee5a4db0c0ffee5a4db0c0"
#define SHOP_KEY "5b0b5b0b-5a4d-4b0c-8fee-5a4db0c0ffee"
#define FS_TOKEN "fs0c0ffee5a4db0c0ffee"
#define WOO_KEY "ck_0c0ffee5a4db0c0ffee:cs_5a4db0c0ffee5a4db0c"
#define CONTROL_KEY "control-0c0ffee"

static const struct opt options[] = {
	{ .name = "state",
	    .type = OPT_FILE,
	    .help = "Directory to write the addresses, keys and certificates to; made if it is missing." },
	{ .name = "database",
	    .type = OPT_TEXT,
	    .help = "A libpq conninfo to use instead of a private cluster; its tables are made if they are missing." },
	{ .name = "seed", .type = OPT_TEXT, .help = "What is there at the start: contract (the recordings' world) or empty." },
	{ .name = "world",
	    .type = OPT_TEXT,
	    .value = "SPEC",
	    .help = "Instead of a seed a generated world: seed=N,sales=N[,start=ISO][,days=N][,ahead=N]." },
	{ .name = "now", .type = OPT_MOMENT, .help = "What time it is at the start; the recordings' for the seed contract." },
	{ .name = "port", .type = OPT_COUNT, .help = "Port on 127.0.0.1; 0, the default, for any free one." },
	{ .name = "http", .type = OPT_FLAG, .help = "Plain HTTP instead of TLS, to measure without it." },
	{ .name = "wwwroot",
	    .type = OPT_TEXT,
	    .help = "What Moodle says its own address is; the address it is served at by default." },
	{ .name = "list-unclaimed",
	    .type = OPT_FILE,
	    .help = "Print the recorded cases below this directory that are not played, and end." },
	{ .name = "help", .type = OPT_FLAG, .help = "Print this help, and end." },
	OPT_END,
};

static const char *base_url;

/* Which part of the sandbox a request is for, with the faults planned for it around its work. */
static void
handle(struct web_request *request, struct web_answer *answer)
{
	struct fault_effect effect;
	struct switches switches;
	struct err err = ERR_INIT;
	struct pg *pg;
	int rc;

	if (text_starts(request->path, "/_sandbox/")) {
		rc = control_handle(request, answer, CONTROL_KEY, &err);
	} else {
		state_switches(&switches);
		if (switches.delay_ms > 0)
			clock_sleep_ms(switches.delay_ms);
		if (fault_take(request, answer, &effect) || (switches.memo && memo_find(request, answer)))
			return;
		if (text_starts(request->path, "/1.0/") || text_starts(request->path, "/v2/"))
			rc = shop_handle(request, answer, SHOP_KEY, &effect, &err);
		else if (text_starts(request->path, "/api/") || text_equal(request->path, "/api"))
			rc = facturascripts_handle(request, answer, FS_TOKEN, &effect, &err);
		else if (text_starts(request->path, "/wp-json/") || text_starts(request->query, "rest_route="))
			rc = woocommerce_handle(request, answer, WOO_KEY, &effect, &err);
		else if (text_starts(request->path, "/v1/"))
			rc = stripe_handle(request, answer, &effect, &err);
		else if (effect.gateway)
			rc = gateway_answer(request, answer, base_url, &effect, &err);
		else
			rc = moodle_handle(request, answer, base_url, &effect, &err);
		if (rc == 0 && switches.memo)
			memo_keep(request, answer);
		if (rc == 0 && effect.sql != NULL) {
			rc = pg_take(&pg, &err);
			if (rc == 0) {
				rc = pg_script(pg, effect.sql, &err);
				pg_give(pg);
			}
		}
		if (rc == 0 && effect.switch_on != NULL)
			rc = state_set(effect.switch_on, "1", &err);
		fault_finish(&effect, answer);
	}
	if (rc != 0) {
		log_err(LOG_ERROR, &err);
		answer->status = 500;
		answer->header_count = 0;
		web_say(answer, "Content-Type", "text/plain; charset=utf-8");
		buf_reset(&answer->body);
		buf_printf(&answer->body, "the sandbox failed: %s\n", err.message);
	}
}

/* Make the tables and what is in them, unless they are there. */
static int
seed(struct arena *arena, const char *what, const struct world_spec *world, int64_t now, struct err *err)
{
	const struct moodle_function *const tables[] = { moodle_site_functions, moodle_course_functions, moodle_user_functions,
		moodle_enrol_functions, moodle_completion_functions, moodle_grade_functions, moodle_cohort_functions,
		moodle_report_functions };
	const struct moodle_function *function;
	struct pg_rows *rows = NULL;
	struct pg *pg;
	bool contract = world == NULL && strcmp(what, "contract") == 0;
	int rc = -1;
	size_t i;

	if (!contract && world == NULL && strcmp(what, "empty") != 0)
		return err_set(err, ERR_USAGE, "there is no seed \"%s\"", what);
	if (pg_take(&pg, err) != 0)
		return -1;
	if (pg_ask(pg, "SELECT to_regclass('mdl_user') IS NOT NULL", &rows, err) != 0)
		goto out;
	if (pg_bool(rows, 0, 0)) {
		rc = 0;
		goto out;
	}
	if (pg_script(pg, "BEGIN", err) != 0 || pg_script(pg, sql_schema, err) != 0 || pg_script(pg, sql_fs_schema, err) != 0 ||
	    pg_script(pg, sql_woo_schema, err) != 0 || pg_script(pg, sql_stripe_schema, err) != 0)
		goto out;
	if (pg_run(pg, "INSERT INTO sandbox.setting VALUES ('seed_now', $1)",
		PG_ARGS(pg_number(arena, world == NULL ? now : world->start_utc)), NULL, err) != 0)
		goto out;
	if (pg_script(pg, sql_seed_base, err) != 0 || (contract && pg_script(pg, sql_seed_contract, err) != 0) ||
	    (world != NULL && world_make(arena, pg, world, err) != 0) || pg_script(pg, sql_seed_tokens, err) != 0 ||
	    (world == NULL && pg_script(pg, sql_seed_shop, err) != 0))
		goto out;
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (function = tables[i]; function->name != NULL; function++)
			if (pg_run(pg, sql_seed_function, PG_ARGS(function->name), NULL, err) != 0)
				goto out;
	if (pg_script(pg, "COMMIT", err) != 0 || pg_script(pg, "ANALYZE", err) != 0)
		goto out;
	rc = 0;
out:
	pg_free(rows);
	pg_give(pg);
	return rc;
}

/* Write a file whole, beside its name first, so that whoever waits for it never sees half of it. */
static int
write_file(struct arena *arena, const char *directory, const char *name, const char *text, struct err *err)
{
	const char *path = arena_printf(arena, "%s/%s", directory, name), *draft = arena_printf(arena, "%s/.%s", directory, name);
	int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t len = strlen(text);
	ssize_t done;

	if (fd < 0)
		return err_set(err, ERR_CREATE, "could not create \"%s\": %s", draft, strerror(errno));
	done = write(fd, text, len);
	if (close(fd) != 0 || done != (ssize_t)len || rename(draft, path) != 0)
		return err_set(err, ERR_IO, "could not write \"%s\": %s", path, strerror(errno));
	return 0;
}

/* The rules, the numbers to expect and the first day of a generated world. */
static int
write_world(struct arena *arena, const char *directory, const struct world_spec *world, struct err *err)
{
	struct pg_rows *rows = NULL;
	struct buf rules;
	struct pg *pg;
	int rc = -1;

	buf_init(&rules, 1 << 20);
	world_rules(&rules);
	if (pg_take(&pg, err) != 0)
		goto out;
	if (pg_run(pg, sql_world_expected, PG_ARGS(pg_number(arena, world->now_utc), ZONE), &rows, err) != 0)
		goto out;
	if (write_file(arena, directory, "rules.conf", rules.data, err) != 0 ||
	    write_file(arena, directory, "expected.json", pg_text(rows, 0, 0), err) != 0 ||
	    write_file(arena, directory, "first-day", arena_strndup(arena, clock_iso(arena, world->start_utc), 10), err) != 0)
		goto out;
	rc = 0;
out:
	pg_free(rows);
	pg_give(pg);
	buf_done(&rules);
	return rc;
}

static int
serve(struct arena *arena, const struct opt_set *set, struct err *err)
{
	const char *directory = opt_text(set, "state"), *database = opt_text(set, "database"), *what = opt_text(set, "seed");
	char *ca = NULL, *certificate = NULL, *key = NULL, *conninfo, *cluster_directory;
	struct web_config web = { .address = "127.0.0.1", .handle = handle };
	bool plain = opt_flag(set, "http");
	struct world_spec spec, *world = NULL;
	int64_t now = CONTRACT_NOW;
	sigset_t signals;
	uint16_t port;
	int got;

	if (directory == NULL)
		return err_set(err, ERR_USAGE, "option \"--state\" is missing");
	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_CREATE, "could not create \"%s\": %s", directory, strerror(errno));
	if (what == NULL)
		what = "contract";
	if (!opt_moment(set, "now", &now) && (strcmp(what, "contract") != 0 || opt_text(set, "world") != NULL))
		now = clock_now();
	if (opt_text(set, "world") != NULL) {
		if (world_parse(opt_text(set, "world"), now, &spec, err) != 0)
			return -1;
		world = &spec;
		now = spec.now_utc;
	}
	/* Every thread inherits the mask, so that only this one sees the signals, when it waits for them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (database == NULL) {
		if (cluster_start(arena, &conninfo, &cluster_directory, err) != 0)
			return -1;
		database = conninfo;
	}
	if (pg_pool_open(database, err) != 0 || seed(arena, what, world, now, err) != 0)
		return -1;
	/* The recordings began some minutes after their seed. */
	state_clock(world == NULL && strcmp(what, "contract") == 0 ? now + 180 : now, /* frozen= */ false);
	if (!plain && tls_make(arena, &ca, &certificate, &key, err) != 0)
		return -1;
	web.port = (uint16_t)opt_count(set, "port", 0);
	web.key = key;
	web.certificate = certificate;
	if (web_start(&web, &port, err) != 0)
		return -1;
	base_url = arena_printf(arena, "%s://localhost:%u", plain ? "http" : "https", port);
	if (write_file(arena, directory, "base-url", base_url, err) != 0 ||
	    write_file(arena, directory, "port", arena_printf(arena, "%u", port), err) != 0 ||
	    write_file(arena, directory, "conninfo", database, err) != 0 ||
	    write_file(arena, directory, "moodle.token", MOODLE_TOKEN, err) != 0 ||
	    write_file(arena, directory, "shop.key", SHOP_KEY, err) != 0 ||
	    write_file(arena, directory, "fs.token", FS_TOKEN, err) != 0 ||
	    write_file(arena, directory, "woo.key", WOO_KEY, err) != 0 ||
	    write_file(arena, directory, "stripe.key", STRIPE_LIVE_KEY, err) != 0 ||
	    write_file(arena, directory, "stripe-test.key", STRIPE_TEST_KEY, err) != 0 ||
	    write_file(arena, directory, "control.key", CONTROL_KEY, err) != 0 ||
	    (ca != NULL && write_file(arena, directory, "ca.pem", ca, err) != 0))
		return -1;
	if (world != NULL && write_world(arena, directory, world, err) != 0)
		return -1;
	if (opt_text(set, "wwwroot") != NULL)
		base_url = opt_text(set, "wwwroot");
	if (write_file(arena, directory, "ready", "", err) != 0)
		return -1;
	printf("ready on port %u\n", port);
	fflush(stdout);
	sigwait(&signals, &got);
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
list_directory(struct arena *arena, const char *path, const char ***ret_names, size_t *ret_count, struct err *err)
{
	const char **names = NULL, **more;
	size_t count = 0, capacity = 0;
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return err_set(err, ERR_NOT_FOUND, "could not read directory \"%s\": %s", path, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (count == capacity) {
			capacity = capacity == 0 ? 64 : capacity * 2;
			more = ARENA_ARRAY(arena, capacity, const char *);
			if (count > 0)
				memcpy(more, names, count * sizeof(*names));
			names = more;
		}
		names[count++] = arena_strdup(arena, entry->d_name);
	}
	closedir(dir);
	if (count > 0)
		qsort(names, count, sizeof(*names), compare_names);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

/* Cases of functions that nobody here plays; folders that belong to no function are played whole, but for the measurements. */
static int
list_unclaimed(struct arena *arena, const char *path, struct err *err)
{
	const char **functions, **cases;
	size_t function_count, case_count, i, k;
	struct stat info;

	if (list_directory(arena, path, &functions, &function_count, err) != 0)
		return -1;
	for (i = 0; i < function_count; i++) {
		const char *directory = arena_printf(arena, "%s/%s", path, functions[i]);

		if (stat(directory, &info) != 0 || !S_ISDIR(info.st_mode) || moodle_is_claimed(functions[i]) ||
		    (functions[i][0] == '_' && strcmp(functions[i], "_performance") != 0))
			continue;
		if (list_directory(arena, directory, &cases, &case_count, err) != 0)
			return -1;
		for (k = 0; k < case_count; k++)
			if (text_ends(cases[k], ".json"))
				printf("%s/%.*s\n", functions[i], (int)(strlen(cases[k]) - 5), cases[k]);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const struct opt *const tables[] = { options };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct opt_set *set;
	int rc = 0;

	if (log_open("ctok-sandbox", NULL, LOG_INFO, LOG_WARN, &err) != 0 ||
	    opt_parse(&arena, tables, 1, argc, argv, 0, &set, &err) != 0) {
		rc = -1;
	} else if (opt_flag(set, "help")) {
		printf("Usage: ctok-sandbox --state DIR [options]\n\nPlay Moodle and Squarespace for tests.\n\n");
		opt_help(stdout, tables, 1);
	} else if (opt_text(set, "list-unclaimed") != NULL) {
		rc = list_unclaimed(&arena, opt_text(set, "list-unclaimed"), &err);
	} else {
		rc = serve(&arena, set, &err);
		web_stop();
		memo_clear();
		pg_pool_close();
		cluster_stop();
	}
	if (rc != 0)
		log_err(LOG_ERROR, &err);
	log_close();
	arena_done(&arena);
	return rc == 0 ? EXIT_OK : err_exit(err.code);
}
