/* Statements, transactions and errors on a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "patience.h"
#include "with_db.h"

static void
test_row_gives_names_and_values(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db_row *row;

	assert_int_equal(
	    db_row(&w->arena, w->db, "SELECT $1::bigint AS a, NULL::text AS b, true AS c", DB_ARGS("-7"), &row, &err), 0);
	assert_int_equal(row->count, 3);
	assert_int_equal(db_int(row, "a"), -7);
	assert_null(db_value(row, "b"));
	assert_int_equal(db_int(row, "b"), 0);
	assert_true(db_bool(row, "c"));
}

static void
test_parameters_are_data(void **state)
{
	static const char odd[] = "'; DROP TABLE ctok.tenant; -- \\ \" $1 \n ñ 𝄞";
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db_row *row;

	assert_int_equal(
	    db_row(&w->arena, w->db, "SELECT $1::text AS a, $2::text IS NULL AS b", DB_ARGS(odd, NULL), &row, &err), 0);
	assert_string_equal(db_value(row, "a"), odd);
	assert_true(db_bool(row, "b"));
}

static void
test_row_count_must_be_one(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db_row *row;

	assert_int_equal(db_row(&w->arena, w->db, "SELECT 1 WHERE false", DB_NONE, &row, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.message, "the database has no such row");
	err_reset(&err);
	assert_int_equal(db_row(&w->arena, w->db, "SELECT generate_series(1, 3)", DB_NONE, &row, &err), -1);
	assert_int_equal(err.code, ERR_BUG);
	assert_string_equal(err.message, "the database gave 3 rows where at most one can be");
	err_reset(&err);
	assert_int_equal(db_maybe(&w->arena, w->db, "SELECT 1 WHERE false", DB_NONE, &row, &err), 0);
	assert_null(row);
}

static void
test_exec_counts_rows_touched(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t count = -1;

	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_exec(w->db, "CREATE TEMP TABLE t AS SELECT generate_series(1, 5) AS a", DB_NONE, NULL, &err), 0);
	assert_int_equal(db_exec(w->db, "UPDATE t SET a = a + $1::int WHERE a > 2", DB_ARGS("1"), &count, &err), 0);
	assert_int_equal(count, 3);
	assert_int_equal(db_exec(w->db, "SET LOCAL work_mem = '8MB'", DB_NONE, &count, &err), 0);
	assert_int_equal(count, 0);
	db_rollback(w->db);
}

struct walk {
	int64_t rows, sum, stop_at;
};

static int
add_row(const struct db_row *row, void *context, struct err *err)
{
	struct walk *walk = context;

	walk->rows++;
	walk->sum += db_int(row, "n");
	if (walk->rows == walk->stop_at)
		return err_set(err, ERR_DATA, "enough");
	return 0;
}

static void
test_each_streams_in_constant_memory(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct walk walk = { 0, 0, 0 };
	struct rusage before, after;

	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	assert_int_equal(
	    db_each(w->db, "SELECT n, repeat('x', 1000) FROM generate_series(1, 100000) AS n", DB_NONE, add_row, &walk, &err), 0);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_int_equal(walk.rows, 100000);
	assert_int_equal(walk.sum, INT64_C(5000050000));
#ifndef __SANITIZE_ADDRESS__                                                   /* which keeps what was freed for a while */
	assert_true(after.ru_maxrss - before.ru_maxrss < patience(20 * 1024)); /* KiB; the result is 100 MB */
#endif
}

static void
test_each_ends_with_its_callback_and_the_transaction_goes_on(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct walk walk = { 0, 0, 3 };

	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_each(w->db, "SELECT generate_series(1, 1000) AS n", DB_NONE, add_row, &walk, &err), -1);
	assert_string_equal(err.message, "enough");
	assert_int_equal(walk.rows, 3);
	err_reset(&err);
	assert_string_equal(with_db_text(w, "SELECT 'on'"), "on");
	assert_int_equal(db_commit(w->db, &err), 0);
}

static void
test_each_reports_a_failure_in_the_middle(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct walk walk = { 0, 0, 0 };

	assert_int_equal(
	    db_each(w->db, "SELECT 10 / (500 - n) AS n FROM generate_series(1, 1000) AS n", DB_NONE, add_row, &walk, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_string_equal(err.message, "division by zero");
	assert_string_equal(with_db_text(w, "SELECT 'on'"), "on");
}

/* What a statement's failure becomes. */
static void
test_failures_have_code_and_one_line(void **state)
{
	static const struct {
		const char *sql;
		enum err_code code;
		const char *message, *hint;
	} cases[] = {
		{ "SELEC 1", ERR_BUG, "syntax error at or near \"SELEC\"", "" },
		{ "SELECT 'ñ',\n\n   nothing", ERR_BUG, "column \"nothing\" does not exist (line 3 of the statement)", "" },
		{ "SELECT 1/0", ERR_DATA, "division by zero", "" },
		{ "SELECT 'x'::text::bigint", ERR_DATA, "invalid input syntax for type bigint: \"…\"", "" },
		{ "SELECT '9999999999'::int", ERR_DATA, "value \"…\" is out of range for type integer", "" },
		{ "SELECT 'a \"b\" c'::text::date", ERR_DATA, "invalid input syntax for type date: \"…\"", "" },
		{ "INSERT INTO t VALUES (1, 'bob@example.org')", ERR_DATA,
		    "duplicate key value violates unique constraint \"t_pkey\" (Key (a) already exists.)", "" },
		{ "INSERT INTO t VALUES (2, 'ann) x (@example.org')", ERR_DATA,
		    "duplicate key value violates unique constraint \"t_email_key\" (Key (email) already exists.)", "" },
		{ "INSERT INTO t VALUES (3, 'a', 'ann@example.org')", ERR_DATA,
		    "insert or update on table \"t\" violates foreign key constraint \"t_other_fkey\" (Key (other) is not present "
		    "in table"
		    " \"t\".)",
		    "" },
		{ "INSERT INTO t VALUES (3, NULL)", ERR_DATA,
		    "null value in column \"email\" of relation \"t\" violates not-null constraint", "" },
		{ "INSERT INTO t VALUES (-1, 'x')", ERR_DATA, "new row for relation \"t\" violates check constraint \"t_a_check\"",
		    "" },
		{ "DO $$ BEGIN RAISE 'the night is over' USING ERRCODE = 'CT075', HINT = 'Wait.'; END $$", ERR_BUSY,
		    "the night is over", "Wait." },
		{ "DO $$ BEGIN RAISE 'not like this' USING ERRCODE = 'CT078'; END $$", ERR_CONFIG, "not like this", "" },
		{ "DO $$ BEGIN RAISE 'wrong' USING DETAIL = 'one' || chr(10) || 'two'; END $$", ERR_DATA, "wrong (one two)", "" },
		{ "ALTER TABLE ctok.tenant ADD x int", ERR_REFUSED, "must be owner of table tenant", "" },
		{ "SELECT pg_cancel_backend(pg_backend_pid())", ERR_SERVICE, "canceling statement due to user request", "" },
	};
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(db_begin(w->db, &err), 0);
		assert_int_equal(db_script(w->db,
				     "CREATE TEMP TABLE t (a int PRIMARY KEY CHECK (a > 0), email text NOT NULL UNIQUE, other text "
				     "REFERENCES t (email));"
				     "INSERT INTO t VALUES (1, 'ann) x (@example.org')",
				     &err),
		    0);
		assert_int_equal(db_exec(w->db, cases[i].sql, DB_NONE, NULL, &err), -1);
		assert_string_equal(err.message, cases[i].message);
		assert_int_equal(err.code, cases[i].code);
		assert_string_equal(err.hint, cases[i].hint);
		err_reset(&err);
		db_rollback(w->db);
	}
}

static void
test_script_runs_all_and_tells_the_line(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_script(w->db, "CREATE TEMP TABLE t (a int);\nINSERT INTO t VALUES (1);\nSELECT * FROM t", &err), 0);
	assert_string_equal(with_db_text(w, "SELECT a FROM t"), "1");
	assert_int_equal(db_script(w->db, "SELECT 1;\nSELECT nothing;\nSELECT 2", &err), -1);
	assert_string_equal(err.message, "column \"nothing\" does not exist (line 2 of the statement)");
	db_rollback(w->db);
}

static void
test_statement_has_its_own_timeout(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	const struct db_args hasty = { NULL, 0, 20 };
	int inside;

	for (inside = 0; inside < 2; inside++) {
		if (inside == 1)
			assert_int_equal(db_begin(w->db, &err), 0);
		assert_int_equal(db_exec(w->db, "SELECT 1", &hasty, NULL, &err), 0);
		assert_string_equal(with_db_text(w, "SHOW statement_timeout"), "1h");
		assert_int_equal(db_exec(w->db, "SELECT pg_sleep(10)", &hasty, NULL, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE);
		assert_string_equal(err.message, "canceling statement due to statement timeout");
		err_reset(&err);
		db_rollback(w->db);
		assert_string_equal(with_db_text(w, "SHOW statement_timeout"), "1h");
	}
}

static void
test_waiting_for_a_lock_ends_as_busy(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(db_begin(w->owner, &err), 0);
	assert_int_equal(db_exec(w->owner, "LOCK TABLE ctok.tenant", DB_NONE, NULL, &err), 0);
	assert_int_equal(db_exec(w->db, "SET lock_timeout = '10ms'", DB_NONE, NULL, &err), 0);
	assert_int_equal(db_exec(w->db, "SELECT FROM ctok.tenant", DB_NONE, NULL, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	assert_string_equal(err.message, "canceling statement due to lock timeout");
	err_reset(&err);
	assert_int_equal(db_exec(w->db, "SET lock_timeout = '30s'", DB_NONE, NULL, &err), 0);
	db_rollback(w->owner);
}

static void
test_session_is_set_up(void **state)
{
	static const char *const settings[][2] = { { "TimeZone", "UTC" }, { "DateStyle", "ISO, YMD" },
		{ "IntervalStyle", "iso_8601" }, { "client_encoding", "UTF8" }, { "search_path", "ctok, rule, pg_temp" },
		{ "lock_timeout", "30s" }, { "statement_timeout", "1h" }, { "jit", "off" }, { "application_name", "test" },
		{ "data_checksums", "on" }, { "lc_collate", "C.UTF-8" }, { "listen_addresses", "" },
		{ "server_encoding", "UTF8" } };
	struct with_db *w = *state;
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		assert_string_equal(
		    with_db_text(w, arena_printf(&w->arena, "SELECT current_setting('%s')", settings[i][0])), settings[i][1]);
	assert_string_equal(with_db_text(w, "SELECT timestamptz '2026-05-01 12:00+02'"), "2026-05-01 10:00:00+00");
	assert_string_equal(with_db_text(w, "SELECT interval '2 years'"), "P2Y");
}

static void
test_rollback_undoes_and_commit_keeps(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_exec(w->db, "INSERT INTO ctok.http_breaker VALUES ('a', 1, NULL)", DB_NONE, NULL, &err), 0);
	db_rollback(w->db);
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.http_breaker"), "0");
	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_exec(w->db, "INSERT INTO ctok.http_breaker VALUES ('a', 1, NULL)", DB_NONE, NULL, &err), 0);
	assert_int_equal(db_commit(w->db, &err), 0);
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.http_breaker"), "1");
	db_rollback(w->db); /* nothing open: nothing happens */
}

static void
test_a_preview_keeps_nothing(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	with_db_sql(w, "INSERT INTO ctok.contact (tenant_id, email, name) VALUES (ctok.current_tenant(), 'before@x.test', '')");
	assert_int_equal(db_preview(w->db, &err), 0);
	assert_string_equal(with_db_text(w, "SELECT count(*)::text FROM ctok.contact"), "1");
	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_script(w->db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", &err), 0);
	assert_int_equal(
	    db_exec(w->db, "INSERT INTO ctok.contact (tenant_id, email, name) VALUES (ctok.current_tenant(), 'a@x.test', '')",
		DB_NONE, NULL, &err),
	    0);
	assert_int_equal(db_commit(w->db, &err), 0);
	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_exec(w->db, "DELETE FROM ctok.contact", DB_NONE, NULL, &err), 0);
	db_rollback(w->db);
	assert_string_equal(
	    with_db_text(w, "SELECT string_agg(email, ' ' ORDER BY email) FROM ctok.contact"), "a@x.test before@x.test");
	/* What failed inside is undone alone. */
	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_exec(w->db, "SELECT 1/0", DB_NONE, NULL, &err), -1);
	err_reset(&err);
	db_rollback(w->db);
	assert_string_equal(with_db_text(w, "SELECT count(*)::text FROM ctok.contact"), "2");
	db_preview_end(w->db);
	assert_string_equal(with_db_text(w, "SELECT string_agg(email, ' ') FROM ctok.contact"), "before@x.test");
	/* Ordinary work goes on. */
	with_db_sql(w, "INSERT INTO ctok.contact (tenant_id, email, name) VALUES (ctok.current_tenant(), 'after@x.test', '')");
	assert_string_equal(with_db_text(w, "SELECT count(*)::text FROM ctok.contact"), "2");
}

static void
test_failed_transaction_does_not_commit(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_exec(w->db, "SELECT 1/0", DB_NONE, NULL, &err), -1);
	err_reset(&err);
	assert_int_equal(db_commit(w->db, &err), -1);
	assert_int_equal(err.code, ERR_BUG);
	assert_string_equal(err.message, "cannot commit: a statement of the transaction failed before");
	err_reset(&err);
	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_commit(w->db, &err), 0);
}

static void
test_a_stale_fence_writes_nothing(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_exec(w->db, "INSERT INTO ctok.http_breaker VALUES ('a', 1, NULL)", DB_NONE, NULL, &err), 0);
	assert_int_equal(db_exec(w->owner, "UPDATE ctok.run_lock SET fence = fence + 1", DB_NONE, NULL, &err), 0);
	assert_int_equal(db_commit(w->db, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	assert_string_equal(err.message, "this run's night is over: another one has begun since");
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.http_breaker"), "0");
}

static void
test_in_a_night_nothing_is_written_outside_a_transaction(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(db_exec(w->db, "INSERT INTO ctok.http_breaker VALUES ('a', 1, NULL)", DB_NONE, NULL, &err), -1);
	assert_int_equal(err.code, ERR_BUG);
	assert_string_equal(err.message, "cannot execute INSERT in a read-only transaction");
}

static void
test_another_tenant_sees_and_writes_nothing(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t count = -1;

	assert_int_equal(db_tenant(w->db, w->tenant_id + 1, &err), 0);
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.site"), "0");
	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_exec(w->db, "UPDATE ctok.site SET url = 'x'", DB_NONE, &count, &err), 0);
	assert_int_equal(count, 0);
	assert_int_equal(db_exec(w->db, "INSERT INTO ctok.site (tenant_id, name, url) SELECT tenant_id, 'x', 'x' FROM ctok.tenant",
			     DB_NONE, NULL, &err),
	    -1);
	assert_int_equal(err.code, ERR_REFUSED);
	assert_string_equal(err.message, "new row violates row-level security policy for table \"site\"");
	err_reset(&err);
	db_rollback(w->db);
	assert_int_equal(db_tenant(w->db, 0, &err), 0);
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.site"), "0");
	/* The owner is no exception. */
	assert_int_equal(db_tenant(w->owner, w->tenant_id + 1, &err), 0);
	assert_int_equal(db_exec(w->owner, "SELECT FROM ctok.site", DB_NONE, &count, &err), 0);
	assert_int_equal(count, 0);
}

static void
test_lost_connection_is_a_service_error(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct walk walk = { 0, 0, 0 };
	struct db *db;
	int i;

	for (i = 0; i < 3; i++) {
		assert_int_equal(db_connect(w->embedded.program, NULL, "victim", &db, &err), 0);
		assert_int_equal(db_begin(db, &err), 0);
		(void)with_db_text(w, "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
				      " WHERE application_name = 'victim'");
		if (i == 0)
			assert_int_equal(db_exec(db, "SELECT 1", DB_NONE, NULL, &err), -1);
		else if (i == 1)
			assert_int_equal(db_each(db, "SELECT 1 AS n", DB_NONE, add_row, &walk, &err), -1);
		else
			assert_int_equal(db_script(db, "SELECT 1", &err), -1);
		assert_int_equal(err.code, ERR_SERVICE);
		assert_string_equal(err.message, "terminating connection due to administrator command");
		err_reset(&err);
		db_rollback(db);
		assert_int_equal(db_exec(db, "SELECT 1", DB_NONE, NULL, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE);
		err_reset(&err);
		db_close(db);
	}
}

static void
test_connection_failures_say_why(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db *db = NULL;
	const char *at = strstr(w->embedded.program, " user=ctok_program");
	const char *conninfo = arena_printf(
	    &w->arena, "%.*s user=postgres dbname=postgres requirepeer=''", (int)(at - w->embedded.program), w->embedded.program);

	assert_int_equal(db_connect("host=/nonexistent", NULL, "test", &db, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE);
	assert_string_equal(err.message, "could not connect to the database: connection to server on socket"
					 " \"/nonexistent/.s.PGSQL.5432\" failed: No such file or directory Is the server running"
					 " locally and accepting connections on that socket?");
	err_reset(&err);
	assert_int_equal(db_connect(conninfo, NULL, "test", &db, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_string_equal(err.message, "could not connect to the database: no pg_hba.conf entry for host \"[local]\", user "
					 "\"postgres\", database \"postgres\","
					 " no encryption");
	assert_null(db);
	db_close(NULL);
}

static void
test_array_carries_any_text(void **state)
{
	static const char *const items[] = { "", "a", "NULL", NULL, "{x,y}", "\"quoted\" \\ back", "ñ 𝄞\n\t", " pad " };
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db_row *rows;
	size_t count, i;

	assert_int_equal(db_rows(&w->arena, w->db, "SELECT item FROM unnest($1::text[]) WITH ORDINALITY AS u (item, n) ORDER BY n",
			     DB_ARGS(db_array(&w->arena, items, 8)), &rows, &count, &err),
	    0);
	assert_int_equal(count, 8);
	for (i = 0; i < count; i++)
		if (items[i] == NULL)
			assert_null(db_value(&rows[i], "item"));
		else
			assert_string_equal(db_value(&rows[i], "item"), items[i]);
	assert_string_equal(db_array(&w->arena, items, 0), "{}");
}

static void
test_analyze_through_the_owner(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(db_exec(w->db, "SELECT ctok.analyze_table('site')", DB_NONE, NULL, &err), 0);
	assert_string_equal(with_db_text(w, "SELECT reltuples FROM pg_class WHERE oid = 'ctok.site'::regclass"), "1");
	assert_int_equal(db_exec(w->db, "SELECT ctok.analyze_table('site; DROP TABLE ctok.site')", DB_NONE, NULL, &err), -1);
	assert_string_equal(err.message, "schema \"ctok\" has no table \"site; DROP TABLE ctok.site\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_row_gives_names_and_values),
		cmocka_unit_test(test_parameters_are_data),
		cmocka_unit_test(test_row_count_must_be_one),
		cmocka_unit_test(test_exec_counts_rows_touched),
		cmocka_unit_test(test_each_streams_in_constant_memory),
		cmocka_unit_test(test_each_ends_with_its_callback_and_the_transaction_goes_on),
		cmocka_unit_test(test_each_reports_a_failure_in_the_middle),
		cmocka_unit_test(test_failures_have_code_and_one_line),
		cmocka_unit_test(test_script_runs_all_and_tells_the_line),
		cmocka_unit_test(test_statement_has_its_own_timeout),
		cmocka_unit_test(test_waiting_for_a_lock_ends_as_busy),
		cmocka_unit_test(test_session_is_set_up),
		cmocka_unit_test_setup(test_rollback_undoes_and_commit_keeps, with_db_fresh),
		cmocka_unit_test_setup(test_a_preview_keeps_nothing, with_db_fresh),
		cmocka_unit_test(test_failed_transaction_does_not_commit),
		cmocka_unit_test_setup(test_a_stale_fence_writes_nothing, with_db_fresh),
		cmocka_unit_test_setup(test_in_a_night_nothing_is_written_outside_a_transaction, with_db_fresh),
		cmocka_unit_test_setup(test_another_tenant_sees_and_writes_nothing, with_db_fresh),
		cmocka_unit_test_setup(test_lost_connection_is_a_service_error, with_db_fresh),
		cmocka_unit_test(test_connection_failures_say_why),
		cmocka_unit_test(test_array_carries_any_text),
		cmocka_unit_test(test_analyze_through_the_owner),
	};

	return cmocka_run_group_tests_name("db", tests, with_db_open, with_db_close);
}
