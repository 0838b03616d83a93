/* Requests: PHP's bracket names, a budget of fields, the function last. */
#include "moodle/params.h"

#include "expect.h"
#include "wire.h"

static struct arena arena;

static void
fields_go_in_order_and_the_function_last(void **state)
{
	struct err err = ERR_INIT;
	struct params params;
	char *body;

	(void)state;
	params_init(&params, &arena);
	params_text(&params, "Anne-Marie D'Hondt & Söhne", "users[%d][firstname]", 0);
	params_int(&params, -5, "enrolments[%d][timestart]", 3);
	expect_ok("form", params_form(&arena, &params, "s3cret", "core_user_create_users", &body, &err), &err);
	expect_text("form", body,
	    "wstoken=s3cret&moodlewsrestformat=json&users%5B0%5D%5Bfirstname%5D=Anne-Marie%20D%27Hondt%20%26%20S%C3%B6hne&"
	    "enrolments%5B3%5D%5Btimestart%5D=-5&wsfunction=core_user_create_users");
}

static void
no_request_has_more_than_900_fields(void **state)
{
	struct err err = ERR_INIT;
	struct params params;
	char *body = NULL;
	size_t i;

	(void)state;
	params_init(&params, &arena);
	for (i = 0; i < 897; i++)
		params_int(&params, 1, "values[%zu]", i);
	expect_ok("900 fields", params_form(&arena, &params, "t", "core_user_get_users_by_field", &body, &err), &err);
	assert_int_equal(wire_fields(body), 900);
	params_int(&params, 1, "values[%zu]", i);
	assert_int_equal(params_form(&arena, &params, "t", "core_user_get_users_by_field", &body, &err), -1);
	expect_err(
	    "901 fields", &err, ERR_BUG, "request of 901 fields for \"core_user_get_users_by_field\" is over the limit of 900");
}

static void
rows_fit_the_budget(void **state)
{
	(void)state;
	assert_int_equal(params_rows(6, 100), 100);
	assert_int_equal(params_rows(6, 1000), 149);
	assert_int_equal(params_rows(2, 1000), 447);
	assert_int_equal(params_rows(6, 0), 1);
}

static void
values_are_utf8(void **state)
{
	struct err err = ERR_INIT;
	struct params params;
	char *body;

	(void)state;
	params_init(&params, &arena);
	params_text(&params, "J\xfcrgen", "users[0][firstname]");
	assert_int_equal(params_form(&arena, &params, "t", "core_user_create_users", &body, &err), -1);
	expect_err("latin1", &err, ERR_DATA, "field \"users[0][firstname]\" of \"core_user_create_users\" is not UTF-8");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_go_in_order_and_the_function_last),
		cmocka_unit_test(no_request_has_more_than_900_fields),
		cmocka_unit_test(rows_fit_the_budget),
		cmocka_unit_test(values_are_utf8),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
