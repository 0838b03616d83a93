/* COPY both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "with_db.h"

#include "base/text.h"
#include "db/copy.h"

static struct copy *
begin(struct with_db *w, const char *table)
{
	struct err err = ERR_INIT;
	struct copy *copy;

	assert_int_equal(db_begin(w->db, &err), 0);
	assert_int_equal(db_exec(w->db, "CREATE TEMP TABLE t (n bigint, s text, b bytea) ON COMMIT DROP", DB_NONE, NULL, &err), 0);
	assert_int_equal(copy_open(w->db, arena_printf(&w->arena, "COPY %s FROM STDIN", table), &copy, &err), 0);
	return copy;
}

static void
test_every_value_arrives_as_it_was(void **state)
{
	static const char *const texts[] = { "", "plain", "tab\there", "line\nfeed", "return\rhere", "back\\slash", "\\N", "\\.",
		"ñ 𝄞", "\b\f\v\x01", "a\\tb" };
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct copy *copy = begin(w, "t");
	const size_t count = sizeof(texts) / sizeof(texts[0]);
	struct db_row *rows;
	uint8_t bytes[600];
	size_t i, row_count;
	int64_t copied;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (i = 0; i < count; i++) {
		copy_int(copy, (int64_t)i);
		copy_text(copy, texts[i]);
		copy_bytes(copy, bytes, i * 50);
		assert_int_equal(copy_row(copy, &err), 0);
	}
	copy_int(copy, INT64_MIN);
	copy_text(copy, NULL);
	copy_null(copy);
	assert_int_equal(copy_row(copy, &err), 0);
	assert_int_equal(copy_finish(copy, &copied, &err), 0);
	assert_int_equal(copied, count + 1);
	assert_int_equal(db_rows(&w->arena, w->db, "SELECT * FROM t ORDER BY n", DB_NONE, &rows, &row_count, &err), 0);
	assert_int_equal(row_count, count + 1);
	assert_true(db_int(&rows[0], "n") == INT64_MIN);
	assert_null(db_value(&rows[0], "s"));
	assert_null(db_value(&rows[0], "b"));
	for (i = 0; i < count; i++) {
		assert_string_equal(db_value(&rows[i + 1], "s"), texts[i]);
		assert_string_equal(
		    db_value(&rows[i + 1], "b"), arena_printf(&w->arena, "\\x%s", text_hex(&w->arena, bytes, i * 50)));
	}
	db_rollback(w->db);
}

static void
test_many_rows_and_large_ones(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct copy *copy = begin(w, "t (n, s)");
	char *large = arena_alloc(&w->arena, 1000001);
	int64_t i, copied;

	memset(large, 'x', 1000000);
	for (i = 0; i < 100000; i++) {
		copy_int(copy, i);
		copy_text(copy, i % 25000 == 0 ? large : "small");
		assert_int_equal(copy_row(copy, &err), 0);
	}
	assert_int_equal(copy_finish(copy, &copied, &err), 0);
	assert_int_equal(copied, 100000);
	assert_string_equal(with_db_text(w, "SELECT sum(n) || ' ' || sum(length(s)) FROM t"), "4999950000 4499980");
	db_rollback(w->db);
}

static void
test_no_rows(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t copied = -1;

	assert_int_equal(copy_finish(begin(w, "t"), &copied, &err), 0);
	assert_int_equal(copied, 0);
	db_rollback(w->db);
}

static void
test_refused_row_is_named_without_its_value(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct copy *copy = begin(w, "t (n)");
	int64_t copied = -1;

	copy_int(copy, 1);
	assert_int_equal(copy_row(copy, &err), 0);
	copy_text(copy, "ann@example.org");
	assert_int_equal(copy_row(copy, &err), 0);
	assert_int_equal(copy_finish(copy, &copied, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_string_equal(err.message, "invalid input syntax for type bigint: \"…\" (COPY t, line 2, column n)");
	assert_int_equal(copied, -1);
	db_rollback(w->db);
	assert_string_equal(with_db_text(w, "SELECT 'on'"), "on");
}

static void
test_aborted_copy_leaves_nothing(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct copy *copy = begin(w, "t (n)");

	copy_int(copy, 1);
	assert_int_equal(copy_row(copy, &err), 0);
	copy_int(copy, 2); /* in the middle of a row */
	copy_abort(copy);
	copy_abort(NULL);
	assert_int_equal(db_commit(w->db, &err), -1);
	assert_string_equal(err.message, "cannot commit: a statement of the transaction failed before");
	assert_null(with_db_text(w, "SELECT to_regclass('t')"));
}

static void
test_rollback_ends_an_open_copy(void **state)
{
	struct with_db *w = *state;
	struct copy *copy = begin(w, "t (n)");

	copy_int(copy, 1);
	db_rollback(w->db);
	assert_string_equal(with_db_text(w, "SELECT 'on'"), "on");
}

static void
test_statement_that_is_no_copy_is_refused(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct copy *copy = NULL;

	assert_int_equal(copy_open(w->db, "COPY nothing FROM STDIN", &copy, &err), -1);
	assert_string_equal(err.message, "relation \"nothing\" does not exist");
	err_reset(&err);
	assert_int_equal(copy_open(w->db, "SELECT 1", &copy, &err), -1);
	assert_int_equal(err.code, ERR_BUG);
	assert_string_equal(err.message, "the database gave an unexpected answer: PGRES_TUPLES_OK");
	assert_null(copy);
}

struct lines {
	size_t count, stop_at;
	char last[64];
};

static int
take_line(const char *line, size_t len, void *context, struct err *err)
{
	struct lines *lines = context;

	assert_int_equal(strlen(line), len);
	(void)snprintf(lines->last, sizeof(lines->last), "%s", line);
	if (++lines->count == lines->stop_at)
		return err_set(err, ERR_IO, "enough");
	return 0;
}

static void
test_copy_out_gives_each_line(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct lines lines = { 0, 0, "" };

	assert_int_equal(copy_out(w->db, "COPY (SELECT n, E'a\\tb', NULL FROM generate_series(1, 50000) AS n) TO STDOUT", take_line,
			     &lines, &err),
	    0);
	assert_int_equal(lines.count, 50000);
	assert_string_equal(lines.last, "50000\ta\\tb\t\\N");
	lines = (struct lines){ 0, 3, "" };
	assert_int_equal(copy_out(w->db, "COPY (SELECT generate_series(1, 50000)) TO STDOUT", take_line, &lines, &err), -1);
	assert_int_equal(lines.count, 3);
	assert_string_equal(err.message, "enough");
	err_reset(&err);
	lines = (struct lines){ 0, 0, "" };
	assert_int_equal(
	    copy_out(w->db, "COPY (SELECT 1 / (100 - n) FROM generate_series(1, 200) AS n) TO STDOUT", take_line, &lines, &err),
	    -1);
	assert_string_equal(err.message, "division by zero");
	assert_string_equal(with_db_text(w, "SELECT 'on'"), "on");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_value_arrives_as_it_was),
		cmocka_unit_test(test_many_rows_and_large_ones),
		cmocka_unit_test(test_no_rows),
		cmocka_unit_test(test_refused_row_is_named_without_its_value),
		cmocka_unit_test(test_aborted_copy_leaves_nothing),
		cmocka_unit_test(test_rollback_ends_an_open_copy),
		cmocka_unit_test(test_statement_that_is_no_copy_is_refused),
		cmocka_unit_test(test_copy_out_gives_each_line),
	};

	return cmocka_run_group_tests_name("copy", tests, with_db_open, with_db_close);
}
