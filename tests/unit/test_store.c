/* The store: tables in step with the configuration; and a server of one's own, by conninfo. */
#define _DEFAULT_SOURCE /* mkdtemp, setenv */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "with_db.h"

#include "base/text.h"
#include "db/store.h"

/* A server such as an administrator keeps, with passwords; made by the first test that needs it. */
struct remote {
	const char *dir, *super; /* conninfo of its superuser */
};

static struct remote remote;

static void
must(int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s: %s (%s)", err_name(err->code), err->message, err->hint);
}

static void
sync_config(struct with_db *w)
{
	struct err err = ERR_INIT;

	must(store_sync(w->db, &w->config, &err), &err);
	must(db_tenant(w->db, w->tenant_id, &err), &err);
}

/* Changes to the configuration are for one test. */
static int
fresh(void **state)
{
	struct with_db *w = *state;

	w->config.tenants = &w->tenant;
	w->config.tenant_count = 1;
	w->tenant.site_count = 1;
	w->tenant.source_count = 1;
	w->site.url = "https://campus.example.org";
	w->config.database = "embedded";
	w->config.database_password = NULL;
	return with_db_fresh(state);
}

static void
test_nothing_changed_writes_nothing(void **state)
{
	struct with_db *w = *state;
	const char *before =
	    with_db_text(w, "SELECT t.xmin || ' ' || s.xmin || ' ' || o.xmin FROM ctok.tenant t, ctok.site s, ctok.source o");

	sync_config(w);
	assert_string_equal(
	    with_db_text(w, "SELECT t.xmin || ' ' || s.xmin || ' ' || o.xmin FROM ctok.tenant t, ctok.site s, ctok.source o"),
	    before);
}

static void
test_changes_are_taken_over_under_the_same_id(void **state)
{
	struct with_db *w = *state;

	w->site.url = "https://new.example.org";
	w->site.role = "learner";
	w->tenant.timezone = "Atlantic/Canary";
	sync_config(w);
	assert_string_equal(with_db_text(w, "SELECT concat_ws(' ', site_id, url, role, timezone) FROM ctok.site, ctok.tenant"),
	    arena_printf(&w->arena, "%lld https://new.example.org learner Atlantic/Canary", (long long)w->site_id));
	w->tenant.timezone = "Europe/Madrid";
	w->site.role = "student";
}

static void
test_what_left_is_marked_and_may_come_back(void **state)
{
	struct with_db *w = *state;

	w->tenant.site_count = 0;
	w->tenant.source_count = 0;
	sync_config(w);
	assert_string_equal(with_db_text(w, "SELECT s.gone AND o.gone FROM ctok.site s, ctok.source o"), "t");
	w->tenant.site_count = 1;
	w->tenant.source_count = 1;
	sync_config(w);
	assert_string_equal(
	    with_db_text(w, "SELECT concat_ws(' ', s.site_id, o.source_id, s.gone, o.gone) FROM ctok.site s, ctok.source o"),
	    arena_printf(&w->arena, "%lld %lld f f", (long long)w->site_id, (long long)w->source_id));
}

static void
test_tenants_do_not_touch_each_other(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct config_tenant both[2] = { w->tenant, w->tenant };
	struct config_site other_site = w->site;
	int64_t other = 0;

	both[1].name = "beta";
	both[1].sites = &other_site;
	other_site.url = "https://beta.example.org";
	w->config.tenants = both;
	w->config.tenant_count = 2;
	sync_config(w);
	assert_string_equal(with_db_text(w, "SELECT string_agg(url, ' ') FROM ctok.site"), "https://campus.example.org");
	must(store_tenant_id(&w->arena, w->db, "beta", &other, &err), &err);
	assert_true(other > w->tenant_id);
	must(db_tenant(w->db, other, &err), &err);
	assert_string_equal(with_db_text(w, "SELECT string_agg(url, ' ') FROM ctok.site"), "https://beta.example.org");
	w->config.tenant_count = 1;
	sync_config(w);
	assert_string_equal(with_db_text(w, "SELECT string_agg(name || ' ' || gone, ', ' ORDER BY name) FROM ctok.tenant"),
	    "acme false, beta true");
}

static void
test_unknown_tenant(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t id = 0;

	assert_int_equal(store_tenant_id(&w->arena, w->db, "nobody", &id, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.message, "there is no tenant \"nobody\"");
}

/* Run a program of the server, as the account that runs it. */
static void
run_server_program(struct with_db *w, const char *program, const char *arguments)
{
	int version = 40;
	const char *command;

	while (version > 15 && access(arena_printf(&w->arena, "/usr/lib/postgresql/%d/bin/postgres", version), X_OK) != 0)
		version--;
	command = arena_printf(
	    &w->arena, "cd / && exec /usr/lib/postgresql/%d/bin/%s %s >%s/out 2>&1", version, program, arguments, remote.dir);
	if (geteuid() == 0)
		assert_int_equal(
		    keeper_run((const char *const[]){ "runuser", "-u", "postgres", "--", "sh", "-c", command, NULL }), 0);
	else
		assert_int_equal(keeper_run((const char *const[]){ "sh", "-c", command, NULL }), 0);
}

/* ${dir}/db/data, so that the keeper finds and stops it should we crash. */
static void
start_remote(struct with_db *w)
{
	const char *dir = arena_printf(&w->keep, "%s/remote", w->state_dir);
	FILE *file;

	if (remote.dir != NULL)
		return;
	remote.dir = dir;
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(mkdir(arena_printf(&w->keep, "%s/db", dir), 0700), 0);
	file = fopen(arena_printf(&w->keep, "%s/password", dir), "w");
	assert_non_null(file);
	assert_true(fputs("sup3r\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	if (geteuid() == 0)
		assert_int_equal(keeper_run((const char *const[]){ "chown", "-R", "postgres", dir, NULL }), 0);
	run_server_program(w, "initdb",
	    arena_printf(&w->arena,
		"-D %s/db/data -U admin --locale=C.UTF-8 -E UTF8 --auth=scram-sha-256 --pwfile=%s/password --no-sync", dir, dir));
	run_server_program(w, "pg_ctl",
	    arena_printf(&w->arena,
		"start -w -D %s/db/data -l %s/log -o \"-c fsync=off -c listen_addresses= -c unix_socket_directories=%s\"", dir, dir,
		dir));
	remote.super = arena_printf(&w->keep, "host=%s dbname=postgres user=admin", dir);
}

static void
as_admin(struct with_db *w, const char *database, const char *sql)
{
	struct err err = ERR_INIT;
	struct db *db;

	must(db_connect(arena_printf(&w->arena, "%s dbname=%s", remote.super, database), "sup3r", "admin", &db, &err), &err);
	must(db_exec(db, sql, DB_NONE, NULL, &err), &err);
	db_close(db);
}

static void
open_fails(struct with_db *w, const char *database, enum err_code code, const char *message)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;

	w->config.database = database;
	assert_int_equal(store_open(&w->arena, &w->config, "test", &db, &err), -1);
	assert_string_equal(err.message, message);
	assert_int_equal(err.code, code);
	assert_null(strstr(err.hint, "sup3r"));
	assert_null(db);
}

static void
test_conninfo_must_be_one_without_a_password(void **state)
{
	struct with_db *w = *state;

	open_fails(w, "host=db.example.org password=sup3r", ERR_CONFIG, "setting \"database\" holds a password");
	open_fails(w, "postgresql://ctok:sup3r@db.example.org/ctok", ERR_CONFIG, "setting \"database\" holds a password");
	open_fails(w, "host=db.example.org sup3r", ERR_CONFIG,
	    "setting \"database\" is neither \"embedded\" nor a valid connection line of PostgreSQL");
	w->config.database_password = "env:CTOK_TEST_NONE";
	open_fails(w, "host=/nonexistent", ERR_CONFIG,
	    "could not read secret database_password (\"env:CTOK_TEST_NONE\"): the variable is not set");
	w->config.database_password = NULL;
	open_fails(w, "host=/nonexistent dbname=ctok", ERR_SERVICE,
	    "could not connect to the database: connection to server on socket \"/nonexistent/.s.PGSQL.5432\" failed: No such file "
	    "or"
	    " directory Is the server running locally and accepting connections on that socket?");
}

/* Point the configuration at it. */
static const char *
use_remote(struct with_db *w)
{
	start_remote(w);
	assert_int_equal(setenv("CTOK_TEST_PASSWORD", "r0bot", 1), 0);
	w->config.database_password = "env:CTOK_TEST_PASSWORD";
	w->config.database = arena_printf(&w->keep, "host=%s dbname=shop user=robot", remote.dir);
	return w->config.database;
}

static void
test_server_of_ones_own_says_what_it_lacks(void **state)
{
	struct with_db *w = *state;
	const char *conninfo = use_remote(w);

	as_admin(w, "postgres", "CREATE ROLE robot LOGIN PASSWORD 'r0bot'");
	as_admin(w, "postgres", "CREATE DATABASE shop");
	w->config.database_password = NULL;
	open_fails(w, conninfo, ERR_CONFIG,
	    arena_printf(&w->arena,
		"could not connect to the database: connection to server on socket \"%s/.s.PGSQL.5432\" failed:"
		" fe_sendauth: no password supplied",
		remote.dir));
	w->config.database_password = "env:CTOK_TEST_PASSWORD";
	assert_int_equal(setenv("CTOK_TEST_PASSWORD", "wrong", 1), 0);
	open_fails(w, conninfo, ERR_CONFIG, "could not connect to the database: password authentication failed for user \"robot\"");
	assert_int_equal(setenv("CTOK_TEST_PASSWORD", "r0bot", 1), 0);
	open_fails(w, conninfo, ERR_CONFIG, "cannot work as role \"ctok_program\": role \"ctok_program\" does not exist");
	as_admin(w, "postgres", "CREATE ROLE ctok_owner");
	as_admin(w, "postgres", "CREATE ROLE ctok_program");
	open_fails(w, conninfo, ERR_CONFIG, "cannot work as role \"ctok_program\": permission denied to set role \"ctok_program\"");
	as_admin(w, "postgres", "GRANT ctok_program TO robot");
	open_fails(w, conninfo, ERR_CONFIG, "cannot work as role \"ctok_owner\": permission denied to set role \"ctok_owner\"");
	as_admin(w, "postgres", "GRANT ctok_owner TO robot");
	open_fails(w, conninfo, ERR_REFUSED, "permission denied for database shop");
	as_admin(w, "postgres", "GRANT CREATE ON DATABASE shop TO ctok_owner");
}

static void
test_server_of_ones_own_works_as_the_program_role(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db_row *row;
	struct db *db;
	unsigned i;

	(void)use_remote(w);
	/* The first time it migrates. */
	for (i = 0; i < 2; i++) {
		must(store_open(&w->arena, &w->config, "test", &db, &err), &err);
		must(store_sync(db, &w->config, &err), &err);
		must(db_row(&w->arena, db,
			 "SELECT concat_ws(' ', current_user, (SELECT count(*) FROM ctok.tenant), (SELECT count(*) FROM "
			 "ctok.site)) AS a",
			 DB_NONE, &row, &err),
		    &err);
		assert_string_equal(db_value(row, "a"), "ctok_program 1 0"); /* no tenant set: no site seen */
		db_close(db);
		store_release(&w->config);
	}
}

/* The other sees of the holder's session no more than that it is there. */
static void
test_night_of_another_machine_on_a_shared_server(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct night far, ours;
	struct db *holder, *db;

	(void)use_remote(w);
	must(store_open(&w->arena, &w->config, "test", &holder, &err), &err);
	must(store_open(&w->arena, &w->config, "test", &db, &err), &err);
	must(night_begin(&w->arena, holder, remote.dir, "test", WITH_DB_NOW, &far, &err), &err);
	(void)close(far.lock_fd);
	as_admin(w, "shop", "UPDATE ctok.run_lock SET host = 'far'");
	assert_int_equal(night_begin(&w->arena, db, remote.dir, "test", WITH_DB_NOW, &ours, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	err_reset(&err);
	as_admin(w, "shop", "SELECT pg_terminate_backend(backend_pid, 5000) FROM ctok.run_lock");
	must(night_begin(&w->arena, db, remote.dir, "test", WITH_DB_NOW, &ours, &err), &err);
	assert_true(ours.fence > far.fence);
	night_end(db, &ours);
	db_close(holder);
	db_close(db);
}

static void
test_server_of_ones_own_that_a_newer_program_used(void **state)
{
	struct with_db *w = *state;

	(void)use_remote(w);
	as_admin(w, "shop", "INSERT INTO ctok.schema_migration (name, sha256) VALUES ('9999_future', '')");
	open_fails(w, w->config.database, ERR_CONFIG, "the database is newer than this program: it has migration \"9999_future\"");
}

static int
tear_down(void **state)
{
	struct with_db *w = *state;

	w->config.database = "embedded";
	if (remote.dir != NULL)
		run_server_program(w, "pg_ctl", arena_printf(&w->arena, "stop -w -m immediate -D %s/db/data", remote.dir));
	return with_db_close(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing_changed_writes_nothing, fresh),
		cmocka_unit_test_setup(test_changes_are_taken_over_under_the_same_id, fresh),
		cmocka_unit_test_setup(test_what_left_is_marked_and_may_come_back, fresh),
		cmocka_unit_test_setup(test_tenants_do_not_touch_each_other, fresh),
		cmocka_unit_test_setup(test_unknown_tenant, fresh),
		cmocka_unit_test_setup(test_conninfo_must_be_one_without_a_password, fresh),
		/* In this order: the first one sets up what the others use. */
		cmocka_unit_test_setup(test_server_of_ones_own_says_what_it_lacks, fresh),
		cmocka_unit_test_setup(test_server_of_ones_own_works_as_the_program_role, fresh),
		cmocka_unit_test_setup(test_night_of_another_machine_on_a_shared_server, fresh),
		cmocka_unit_test_setup(test_server_of_ones_own_that_a_newer_program_used, fresh),
	};

	return cmocka_run_group_tests_name("store", tests, with_db_open, tear_down);
}
