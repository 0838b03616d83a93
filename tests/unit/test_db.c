/* Statements, transactions and errors on a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "with_db.h"

static void
test_row_gives_names_and_values(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct db_row *row;

	assert_int_equal(
	    db_row(&w->arena, w->db, "SELECT $1::bigint AS a, NULL::text AS b, true AS c", DB_ARGS("-7"), &row, &err), 0);
	assert_int_equal(db_int(row, "a"), -7);
	assert_null(db_value(row, "b"));
	assert_true(db_bool(row, "c"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_row_gives_names_and_values, with_db_fresh),
	};

	return cmocka_run_group_tests_name("db", tests, with_db_open, with_db_close);
}
