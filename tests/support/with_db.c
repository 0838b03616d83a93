/* The database of a unit test. Making a cluster and migrating it takes two seconds, so the first test of a build keeps a copy under
 * build/, named after what it depends on, and the others copy that. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include "with_db.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapter/crypto.h"
#include "base/file.h"
#include "base/text.h"
#include "db/migrate.h"
#include "db/rules.h"
#include "db/store.h"
#include "sql.h"

static void
must(int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s: %s", err_name(err->code), err->message);
}

/* build/, from where this program lies. */
static const char *
build_dir(struct arena *arena)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	unsigned i;
	char *slash;

	assert_true(len > 0);
	path[len] = '\0';
	for (i = 0; i < 2; i++) {
		slash = strrchr(path, '/');
		assert_non_null(slash);
		*slash = '\0';
	}
	return arena_strdup(arena, path);
}

/* Where the copy for these migrations and rules lies. */
static const char *
template_path(struct arena *arena)
{
	uint8_t hash[CRYPTO_HASH_BYTES];
	const struct sql_file *file;
	const char *text = "";
	int version = 40;

	while (version > 14 && access(arena_printf(arena, "/usr/lib/postgresql/%d/bin/postgres", version), X_OK) != 0)
		version--;
	for (file = sql_migrations; file->name != NULL; file++)
		text = arena_printf(arena, "%s%s\n%s", text, file->name, file->text);
	for (file = sql_rules; file->name != NULL; file++)
		text = arena_printf(arena, "%s%s\n%s", text, file->name, file->text);
	text = arena_printf(arena, "%s%s%s", text, sql_db_migrate_base, sql_db_migrate_rules_end);
	crypto_sha256(text, strlen(text), hash);
	return arena_printf(
	    arena, "%s/db-template/%ld-%d-2-%s", build_dir(arena), (long)geteuid(), version, text_hex(arena, hash, 8));
}

/* Nobody needs a test's database after a power failure. */
static void
make_careless(struct with_db *w, const char *data)
{
	FILE *file = fopen(arena_printf(&w->keep, "%s/postgresql.conf", data), "a");

	assert_non_null(file);
	assert_true(fputs("fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Start from the kept copy, if there is one; else keep one when it is made. */
static void
use_template(struct with_db *w)
{
	const char *template = template_path(&w->keep), *dir = arena_printf(&w->keep, "%s/db-template", build_dir(&w->keep));
	const char *base = arena_printf(&w->keep, "%s/db", w->state_dir), *data = arena_printf(&w->keep, "%s/data", base);
	const char *half = arena_printf(&w->keep, "%s.half", template);
	struct err err = ERR_INIT;
	struct db *db = NULL;
	int lock;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return; /* a build that cannot be written to: make it each time */
	lock = open(arena_printf(&w->keep, "%s/lock", dir), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (lock < 0)
		return;
	assert_int_equal(flock(lock, LOCK_EX), 0);
	if (access(template, F_OK) != 0) {
		must(store_open(&w->keep, &w->config, "template", &db, &err), &err);
		db_close(db);
		store_release(&w->config);
		make_careless(w, data);
		/* Those of earlier texts of the migrations are of no more use. */
		assert_int_equal(keeper_run((const char *const[]){ "sh", "-c", "rm -rf \"$0\"/\"$1\"-*", dir,
				     arena_printf(&w->keep, "%ld", (long)geteuid()), NULL }),
		    0);
		assert_int_equal(keeper_run((const char *const[]){ "cp", "-a", data, half, NULL }), 0);
		assert_int_equal(rename(half, template), 0);
	} else {
		assert_int_equal(mkdir(base, geteuid() == 0 ? 0711 : 0700), 0);
		assert_int_equal(keeper_run((const char *const[]){ "cp", "-a", template, data, NULL }), 0);
	}
	(void)close(lock);
}

/* The rows that every test begins with. */
static void
seed(struct with_db *w)
{
	struct err err = ERR_INIT;

	must(store_sync(w->db, &w->config, &err), &err);
	must(store_tenant_id(&w->arena, w->db, w->tenant.name, &w->tenant_id, &err), &err);
	must(db_tenant(w->db, w->tenant_id, &err), &err);
	must(db_tenant(w->owner, w->tenant_id, &err), &err);
	assert_int_equal(text_int64(with_db_text(w, "SELECT site_id FROM ctok.site"), &w->site_id, &err), 0);
	assert_int_equal(text_int64(with_db_text(w, "SELECT source_id FROM ctok.source"), &w->source_id, &err), 0);
	must(night_begin(&w->arena, w->db, w->state_dir, "test", WITH_DB_NOW, &w->night, &err), &err);
	must(night_run_begin(&w->arena, w->db, &w->night, "test", &err), &err);
}

static void
fill_config(struct with_db *w)
{
	w->site = (struct config_site){ .name = "campus",
		.url = "https://campus.example.org",
		.token = "env:NONE",
		.role = "student",
		.names = "moodle",
		.email = "moodle",
		.username = "email",
		.connections = 2,
		.patience_s = 120,
		.batch = 100,
		.max_age_s = 26 * 3600 };
	w->source = (struct config_source){ .name = "shop",
		.kind = "squarespace",
		.role = "sale",
		.api_key = "env:NONE",
		.start = "2000-01-01",
		.overlap_s = 900,
		.max_age_s = 26 * 3600 };
	w->tenant = (struct config_tenant){ .name = "acme",
		.timezone = "Europe/Madrid",
		.currency = "EUR",
		.locale = "es",
		.sites = &w->site,
		.site_count = 1,
		.sources = &w->source,
		.source_count = 1 };
	w->config = (struct config){ .file = "test.conf",
		.state_dir = w->state_dir,
		.database = "embedded",
		.database_user = "postgres",
		.tenants = &w->tenant,
		.tenant_count = 1 };
}

/* One rule of the database made wrong, to see whether a test notices (tests/mutants.py). */
static void
put_mutant_in(struct with_db *w, const char *path)
{
	struct err err = ERR_INIT;
	char *sql;
	size_t len;

	must(file_read(&w->keep, "mutant", path, 1 << 18, &sql, &len, &err), &err);
	if (db_script(w->owner, sql, &err) != 0)
		fail_msg("the mutant cannot be put in: %s", err.message);
}

int
with_db_open(void **state)
{
	static struct with_db w;
	char dir[] = "/tmp/ctok-test-XXXXXX";
	struct err err = ERR_INIT;

	w.night.lock_fd = -1;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0711), 0); /* as root the server's account must pass through */
	w.state_dir = arena_strdup(&w.keep, dir);
	fill_config(&w);
	w.keeper = keeper_start(w.state_dir);
	use_template(&w);
	must(store_open(&w.keep, &w.config, "test", &w.db, &err), &err);
	must(embedded_open(&w.keep, &w.config, "test", &w.embedded, &err), &err);
	must(db_connect(w.embedded.owner, NULL, "test owner", &w.owner, &err), &err);
	if (getenv("MUTANT") != NULL)
		put_mutant_in(&w, getenv("MUTANT"));
	seed(&w);
	*state = &w;
	return 0;
}

int
with_db_close(void **state)
{
	struct with_db *w = *state;

	night_end(w->db, &w->night);
	db_close(w->db);
	db_close(w->owner);
	embedded_release(&w->config);
	store_release(&w->config);
	keeper_end(&w->keeper);
	arena_done(&w->arena);
	arena_done(&w->keep);
	return 0;
}

int
with_db_fresh(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	night_end(w->db, &w->night);
	db_rollback(w->owner);
	arena_reset(&w->arena);
	must(db_script(w->db, "DISCARD TEMP", &err), &err);
	must(db_script(w->owner,
		 "DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' RESTART "
		 "IDENTITY'"
		 " FROM pg_tables WHERE schemaname = 'ctok' AND tablename NOT LIKE 'schema\\_%'); END $$;"
		 "INSERT INTO ctok.run_lock (fence) VALUES (0)",
		 &err),
	    &err);
	seed(w);
	must(rules_at(w->db, WITH_DB_NOW, "Europe/Madrid", &err), &err);
	return 0;
}

void
with_db_sql(struct with_db *w, const char *sql)
{
	struct err err = ERR_INIT;
	bool own = strcmp(with_db_text(w, "SELECT current_setting('transaction_read_only')"), "on") == 0;

	if (own)
		must(db_begin(w->db, &err), &err);
	must(db_script(w->db, sql, &err), &err);
	if (own)
		must(db_commit(w->db, &err), &err);
}

const char *
with_db_text(struct with_db *w, const char *sql)
{
	struct err err = ERR_INIT;
	struct db_row *row;

	must(db_row(&w->arena, w->db, sql, DB_NONE, &row, &err), &err);
	assert_int_equal(row->count, 1);
	return row->values[0];
}

void
with_db_read(struct with_db *w)
{
	with_db_sql(w, "INSERT INTO ctok.source_state SELECT tenant_id, source_id, rule.now(), rule.now() FROM ctok.source"
		       " ON CONFLICT (tenant_id, source_id) DO UPDATE SET last_complete_at = excluded.last_complete_at");
	with_db_sql(w, "INSERT INTO ctok.pull (tenant_id, source_id, run_id, window_from, window_to, begun_at, complete)"
		       " SELECT tenant_id, source_id, 0, rule.now(), rule.now(), rule.now(), true FROM ctok.source");
	with_db_sql(w, "INSERT INTO ctok.site_state SELECT tenant_id, site_id, '4.5', 'identity', 1, 5, rule.now() FROM ctok.site"
		       " ON CONFLICT (tenant_id, site_id) DO UPDATE SET last_complete_at = excluded.last_complete_at");
	with_db_sql(w, "INSERT INTO ctok.site_pull (tenant_id, site_id, run_id, read_level, begun_at, complete)"
		       " SELECT tenant_id, site_id, 0, 1, rule.now(), true FROM ctok.site");
}
