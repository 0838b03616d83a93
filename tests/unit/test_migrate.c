/* Migrations: forward, whole or not at all, by one program at a time; rules replaced as a whole. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "with_db.h"

#include "base/clock.h"
#include "db/migrate.h"
#include "sql.h"

#define TABLE_A \
	{ \
		"0001_a", "CREATE TABLE ctok.a (n int);\nGRANT SELECT ON ctok.a TO ctok_program;\n" \
	}
#define TABLE_B \
	{ \
		"0002_b", "CREATE TABLE ctok.b (n int);\n" \
	}
#define END \
	{ \
		NULL, NULL \
	}

static const struct sql_file only_a[] = { TABLE_A, END };
static const struct sql_file a_and_b[] = { TABLE_A, TABLE_B, END };
static const struct sql_file other_a_and_b[] = { { "0001_a", "CREATE TABLE ctok.a (n bigint);\n" }, TABLE_B, END };
static const struct sql_file other_name[] = { { "0001_x", "CREATE TABLE ctok.x (n int);\n" }, TABLE_B, END };
static const struct sql_file one_between[] = { TABLE_A, { "0001_c", "CREATE TABLE ctok.c (n int);\n" }, TABLE_B, END };
static const struct sql_file bad_b[] = { TABLE_A, { "0002_b", "CREATE TABLE ctok.b (n int);\nCREATE TABLE ctok.a (n int);\n" },
	END };
static const struct sql_file slow_b[] = { TABLE_A, { "0002_b", "CREATE TABLE ctok.b (n int);\nSELECT pg_sleep(0.3);\n" }, END };
static const struct sql_file endless_b[] = { TABLE_A, { "0002_b", "CREATE TABLE ctok.b (n int);\nSELECT pg_sleep(60);\n" }, END };

static const struct sql_file no_rules[] = { END };
static const struct sql_file rules_1[] = { { "a", "CREATE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;\n" },
	{ "b", "CREATE VIEW ones WITH (security_invoker) AS SELECT one() AS n FROM a;\n" }, END };
static const struct sql_file rules_2[] = { { "a", "CREATE FUNCTION two() RETURNS int LANGUAGE sql IMMUTABLE RETURN 2;\n" }, END };
static const struct sql_file rules_bad[] = { { "a", "CREATE FUNCTION three() RETURNS int LANGUAGE sql IMMUTABLE RETURN 3;\n" },
	{ "b", "SELECT 1;\nSELECT four();\n" }, END };

static void
must(int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s: %s", err_name(err->code), err->message);
}

static void
apply(struct with_db *w, const struct sql_file *migrations, const struct sql_file *rules)
{
	struct err err = ERR_INIT;

	must(migrate_apply(w->owner, &(struct migrate_set){ migrations, rules }, &err), &err);
}

static void
apply_fails(
    struct with_db *w, const struct sql_file *migrations, const struct sql_file *rules, enum err_code code, const char *message)
{
	struct err err = ERR_INIT;

	assert_int_equal(migrate_apply(w->owner, &(struct migrate_set){ migrations, rules }, &err), -1);
	assert_string_equal(err.message, message);
	assert_int_equal(err.code, code);
}

static bool
pending(struct with_db *w, const struct sql_file *migrations, const struct sql_file *rules)
{
	struct err err = ERR_INIT;
	bool result = false;

	must(migrate_pending(w->db, &(struct migrate_set){ migrations, rules }, &result, &err), &err);
	return result;
}

static const char *
applied(struct with_db *w)
{
	return with_db_text(w, "SELECT string_agg(name, ' ' ORDER BY name) FROM ctok.schema_migration");
}

/* An empty database. */
static int
empty(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	must(db_script(w->owner, "DROP SCHEMA IF EXISTS ctok, rule CASCADE", &err), &err);
	return 0;
}

static void
test_empty_database_gets_everything_in_order(void **state)
{
	struct with_db *w = *state;

	assert_true(pending(w, a_and_b, rules_1));
	apply(w, a_and_b, rules_1);
	assert_string_equal(applied(w), "0001_a 0002_b");
	assert_false(pending(w, a_and_b, rules_1));
	assert_string_equal(with_db_text(w, "SELECT one()"), "1");
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ones"), "0");
}

static void
test_nothing_to_do_changes_nothing(void **state)
{
	struct with_db *w = *state;
	const char *before;

	apply(w, a_and_b, rules_1);
	before = with_db_text(
	    w, "SELECT max(applied_at) || ' ' || (SELECT replaced_at FROM ctok.schema_rules) FROM ctok.schema_migration");
	apply(w, a_and_b, rules_1);
	assert_string_equal(with_db_text(w, "SELECT max(applied_at) || ' ' || (SELECT replaced_at FROM ctok.schema_rules)"
					    " FROM ctok.schema_migration"),
	    before);
}

static void
test_missing_ones_are_added(void **state)
{
	struct with_db *w = *state;

	apply(w, only_a, rules_1);
	assert_true(pending(w, a_and_b, rules_1));
	apply(w, a_and_b, rules_1);
	assert_string_equal(applied(w), "0001_a 0002_b");
}

static void
test_failed_migration_leaves_those_before_it(void **state)
{
	struct with_db *w = *state;

	apply_fails(w, bad_b, rules_1, ERR_BUG, "migration \"0002_b\": relation \"a\" already exists");
	assert_string_equal(applied(w), "0001_a");
	assert_null(with_db_text(w, "SELECT to_regclass('ctok.b')"));
	apply(w, a_and_b, rules_1);
	assert_string_equal(applied(w), "0001_a 0002_b");
}

static void
test_newer_or_other_database_is_refused(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	apply(w, a_and_b, rules_1);
	assert_int_equal(migrate_apply(w->owner, &(struct migrate_set){ only_a, rules_1 }, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_string_equal(err.message, "the database is newer than this program: it has migration \"0002_b\"");
	assert_string_equal(err.hint, "Install the newer ctok-batch on this machine.");
	apply_fails(w, other_a_and_b, rules_1, ERR_CONFIG, "migration \"0001_a\" of the database differs from this program's");
	apply_fails(w, other_name, rules_1, ERR_CONFIG, "the database has migration \"0001_a\", which this program does not know");
	apply_fails(w, one_between, rules_1, ERR_CONFIG, "the database lacks migration \"0001_c\" but has \"0002_b\" after it");
	assert_string_equal(applied(w), "0001_a 0002_b");
}

static void
test_rules_are_replaced_as_a_whole(void **state)
{
	struct with_db *w = *state;

	apply(w, only_a, rules_1);
	assert_true(pending(w, only_a, rules_2));
	apply(w, only_a, rules_2);
	assert_string_equal(with_db_text(w, "SELECT two()"), "2");
	assert_null(with_db_text(w, "SELECT to_regproc('one')"));
	assert_null(with_db_text(w, "SELECT to_regclass('ones')"));
	apply(w, only_a, no_rules);
	assert_null(with_db_text(w, "SELECT to_regproc('two')"));
}

static void
test_failed_rules_leave_the_old_ones(void **state)
{
	struct with_db *w = *state;

	apply(w, only_a, rules_1);
	apply_fails(w, only_a, rules_bad, ERR_BUG, "rules \"b\": function four() does not exist (line 2 of the statement)");
	assert_string_equal(with_db_text(w, "SELECT one()"), "1");
	assert_null(with_db_text(w, "SELECT to_regproc('three')"));
	assert_false(pending(w, only_a, rules_1));
}

static void
test_program_role_cannot_migrate(void **state)
{
	struct with_db *w = *state;
	struct db *db;
	struct err err = ERR_INIT;

	apply(w, only_a, rules_1);
	must(db_connect(w->embedded.program, NULL, "test", &db, &err), &err);
	assert_int_equal(migrate_apply(db, &(struct migrate_set){ a_and_b, rules_1 }, &err), -1);
	assert_int_equal(err.code, ERR_REFUSED);
	db_close(db);
}

/* In a child: migrate over a connection of its own. */
static pid_t
migrate_in_child(struct with_db *w, const struct sql_file *migrations)
{
	struct err err = ERR_INIT;
	struct db *db;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	_exit(db_connect(w->embedded.owner, NULL, "migrating", &db, &err) == 0 &&
		      migrate_apply(db, &(struct migrate_set){ migrations, rules_1 }, &err) == 0
		  ? 0
		  : 1);
}

static void
test_two_programs_at_once_take_turns(void **state)
{
	struct with_db *w = *state;
	pid_t children[3];
	int status, i;

	for (i = 0; i < 3; i++)
		children[i] = migrate_in_child(w, slow_b);
	for (i = 0; i < 3; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_string_equal(applied(w), "0001_a 0002_b");
}

static void
test_killed_in_the_middle_starts_again(void **state)
{
	struct with_db *w = *state;
	pid_t child = migrate_in_child(w, endless_b);
	struct err err = ERR_INIT;
	struct db_row *row = NULL;
	int status, i;

	for (i = 0; i < 2000 && row == NULL; i++) {
		clock_sleep_ms(5);
		must(db_maybe(
			 &w->arena, w->owner, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'", DB_NONE, &row, &err),
		    &err);
	}
	assert_non_null(row);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_string_equal(applied(w), "0001_a");
	apply(w, a_and_b, rules_1);
	assert_string_equal(applied(w), "0001_a 0002_b");
}

static void
test_our_own_apply_to_an_empty_database(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	must(migrate_run(w->owner, &err), &err);
	assert_false(pending(w, sql_migrations, sql_rules));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_empty_database_gets_everything_in_order, empty),
		cmocka_unit_test_setup(test_nothing_to_do_changes_nothing, empty),
		cmocka_unit_test_setup(test_missing_ones_are_added, empty),
		cmocka_unit_test_setup(test_failed_migration_leaves_those_before_it, empty),
		cmocka_unit_test_setup(test_newer_or_other_database_is_refused, empty),
		cmocka_unit_test_setup(test_rules_are_replaced_as_a_whole, empty),
		cmocka_unit_test_setup(test_failed_rules_leave_the_old_ones, empty),
		cmocka_unit_test_setup(test_program_role_cannot_migrate, empty),
		cmocka_unit_test_setup(test_two_programs_at_once_take_turns, empty),
		cmocka_unit_test_setup(test_killed_in_the_middle_starts_again, empty),
		cmocka_unit_test_setup(test_our_own_apply_to_an_empty_database, empty),
	};

	return cmocka_run_group_tests_name("migrate", tests, with_db_open, with_db_close);
}
