/* Reading a site by web service: who it is, what its service lacks, courses, participants, completions, accounts; on recorded answers
 * where there are any. */
#include "moodle/site.h"

#include <stdio.h>
#include <stdlib.h>

#include "expect.h"
#include "moodle/account.h"
#include "moodle/completion.h"
#include "moodle/course.h"
#include "moodle/listing.h"
#include "recorded.h"
#include "wire.h"

static struct arena arena;

/* Answers by function; NULL: not expected. */
struct script {
	const char *function;
	const char *recorded; /* a recorded case, or … */
	const char *body;     /* … this */
};

static void
answer_script(struct wire *wire, struct arena *to, const struct wire_request *request, struct wire_answer *answer, struct err *err)
{
	const struct script *script;

	(void)err;
	for (script = wire->context; script->function != NULL; script++)
		if (strcmp(script->function, request->function) == 0) {
			answer->body = script->recorded != NULL ? recorded_read(to, script->recorded).body : script->body;
			return;
		}
	fail_msg("unexpected call of %s", request->function);
}

#define SITE_INFO "core_webservice_get_site_info"
#define FRONT_PAGE "[{\"id\":1,\"shortname\":\"academy\",\"fullname\":\"Academy\",\"timecreated\":1795167221}]"

static void
a_site_says_who_it_is(void **state)
{
	struct script script[] = { { SITE_INFO, SITE_INFO "/success", NULL }, { "core_course_get_courses", NULL, FRONT_PAGE },
		{ NULL, NULL, NULL } };
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;
	struct site site;

	(void)state;
	wire_init(&wire, answer_script, script);
	moodle = wire_open(&wire);
	expect_ok("site", site_read(&arena, moodle, &site, &err), &err);
	expect_text("identity", site.identity, "https://moodle.example.test installed 2026-11-20T09:33:41Z");
	expect_text("release", site.release, "4.5.6 (Build: 20250811)");
	assert_int_equal(site.user_id, 63);
	assert_int_equal(site.function_count, 70);
	expect_ok("level 3", site_check(moodle, &site, SITE_READS | SITE_WRITES, &err), &err);
	wire.site.report = 2;
	expect_ok("level 2", site_check(moodle, &site, SITE_READS | SITE_WRITES, &err), &err);

	/* Who may not update courses is not told the moment. */
	script[1].body = "[{\"id\":1,\"shortname\":\"academy\",\"fullname\":\"Academy\"}]";
	expect_ok("site", site_read(&arena, moodle, &site, &err), &err);
	expect_text("identity", site.identity, "https://moodle.example.test installed ?");
	moodle_close(moodle);
}

static void
identities_are_compared_by_age(void **state)
{
	(void)state;
	assert_true(site_same("https://a installed 2026-11-20T09:33:41Z", "https://b installed 2026-11-20T09:33:41Z"));
	assert_false(site_same("https://a installed 2026-11-20T09:33:41Z", "https://a installed 2026-11-20T09:33:42Z"));
	assert_true(site_same("https://a installed ?", "https://a installed 2026-11-20T09:33:42Z"));
	assert_false(site_same("https://a installed ?", "https://b installed 2026-11-20T09:33:42Z"));
	assert_false(site_same("https://a installed ?", "https://ab installed ?"));
	assert_false(site_same("", ""));
}

static void
missing_functions_are_named_with_their_purpose(void **state)
{
	const char *functions[] = { "core_course_get_courses", "core_enrol_get_enrolled_users", "core_user_get_users_by_field",
		"core_user_get_users", "core_completion_get_course_completion_status" };
	struct site site = { .functions = functions, .function_count = COUNT_OF(functions) };
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;

	(void)state;
	wire_init(&wire, answer_script, NULL);
	moodle = wire_open(&wire);
	assert_int_equal(site_check(moodle, &site, SITE_READS, &err), -1);
	expect_err("level 3", &err, ERR_REFUSED,
	    "the token's service on site \"campus\" lacks \"core_course_get_courses_by_field\" (to know whether a course takes "
	    "manual enrolments)");
	err_reset(&err);
	wire.site.database = "dbname=moodle";
	expect_ok("level 1 needs it not", site_check(moodle, &site, SITE_READS, &err), &err);
	assert_int_equal(site_check(moodle, &site, SITE_READS | SITE_WRITES, &err), -1);
	expect_err("apply", &err, ERR_REFUSED,
	    "the token's service on site \"campus\" lacks \"core_user_create_users\" (to create accounts), "
	    "\"enrol_manual_enrol_users\" (to enrol, "
	    "extend and suspend), \"enrol_manual_unenrol_users\" (to remove enrolments)");
	expect_text("hint", err.hint, "Add the functions to the service under Site administration, Server, External services.");
	err_reset(&err);
	assert_int_equal(site_check(moodle, &site, SITE_UPDATES, &err), -1);
	expect_err("accounts", &err, ERR_REFUSED,
	    "the token's service on site \"campus\" lacks \"core_user_update_users\" (to change what accounts say)");
	/* Cohorts: the database tells which there are, but not who is made when they are. */
	err_reset(&err);
	assert_int_equal(site_check(moodle, &site, SITE_COHORTS, &err), -1);
	expect_err("cohorts", &err, ERR_REFUSED,
	    "the token's service on site \"campus\" lacks \"core_cohort_get_cohort_members\" (to see who is in a cohort), "
	    "\"core_cohort_add_cohort_members\" (to put learners into cohorts), \"core_cohort_delete_cohort_members\" (to take "
	    "learners out of cohorts)");
	err_reset(&err);
	assert_int_equal(site_check(moodle, &site, SITE_NEW_COHORTS, &err), -1);
	expect_err("new cohorts", &err, ERR_REFUSED,
	    "the token's service on site \"campus\" lacks \"core_cohort_get_cohorts\" (to find cohorts), "
	    "\"core_cohort_create_cohorts\" (to make cohorts)");
	err_reset(&err);
	wire.site.database = NULL;
	assert_int_equal(site_check(moodle, &site, SITE_COHORTS | SITE_NEW_COHORTS, &err), -1);
	expect_err("at level 3", &err, ERR_REFUSED,
	    "the token's service on site \"campus\" lacks \"core_cohort_get_cohorts\" (to find cohorts), "
	    "\"core_cohort_get_cohort_members\" (to see who is in a cohort), \"core_cohort_add_cohort_members\" (to put learners "
	    "into cohorts), \"core_cohort_delete_cohort_members\" (to take learners out of cohorts), "
	    "\"core_cohort_create_cohorts\" (to make cohorts)");
	moodle_close(moodle);
}

static void
courses_come_with_their_stored_and_their_shown_name(void **state)
{
	struct script script[] = {
		{ "core_course_get_courses", NULL,
		    "[{\"id\":1,\"shortname\":\"academy\",\"fullname\":\"Academy\"},"
		    "{\"id\":3,\"shortname\":\"A & <b>B<\\/b>\",\"fullname\":\"CPR & First Aid "
		    "<Provider>\",\"idnumber\":\"SKU-1002\",\"visible\":0,"
		    "\"enablecompletion\":0},{\"id\":2,\"shortname\":\"MATH-101\",\"fullname\":\"Mathematik\"}]" },
		{ "core_course_get_courses_by_field", NULL,
		    "{\"courses\":[{\"id\":2,\"shortname\":\"MATH-101\",\"enrollmentmethods\":[\"self\",\"manual\"]},"
		    "{\"id\":3,\"shortname\":\"A &amp; B\",\"enrollmentmethods\":[\"self\"]}],\"warnings\":[]}" },
		{ NULL, NULL, NULL }
	};
	struct err err = ERR_INIT;
	struct course *courses;
	struct moodle *moodle;
	struct wire wire;
	size_t count;

	(void)state;
	wire_init(&wire, answer_script, script);
	moodle = wire_open(&wire);
	expect_ok("courses", course_list(&arena, moodle, NULL, 0, &courses, &count, &err), &err);
	moodle_close(moodle);
	assert_int_equal(count, 2);
	assert_int_equal(courses[0].id, 2);
	assert_true(courses[0].manual && courses[0].visible && courses[0].completion && courses[0].idnumber_hidden);
	expect_text("stored", courses[1].shortname, "A & <b>B</b>");
	expect_text("shown", courses[1].shown, "A & B");
	expect_text("full", courses[1].fullname, "CPR & First Aid <Provider>");
	expect_text("idnumber", courses[1].idnumber, "SKU-1002");
	assert_false(courses[1].manual || courses[1].visible || courses[1].completion || courses[1].idnumber_hidden);
}

static void
references_are_spelled_out(void **state)
{
	(void)state;
	expect_text("plain", course_reference(&arena, "ACLS"), "shortname:ACLS");
	expect_text("said", course_reference(&arena, "shortname:ACLS"), "shortname:ACLS");
	expect_text("idnumber", course_reference(&arena, "idnumber:SKU-1"), "idnumber:SKU-1");
	expect_text("id", course_reference(&arena, "id:7"), "id:7");
}

static void
completions_are_read_or_said_to_be_hidden(void **state)
{
	static const struct {
		const char *name;
		enum completion_state state;
		int64_t completed_at;
		const char *reason;
	} cases[] = {
		{ "completed", COMPLETION_YES, 1795167506, NULL },
		{ "in_progress", COMPLETION_NO, 0, NULL },
		{ "not_started", COMPLETION_NO, 0, NULL },
		{ "no_criteria", COMPLETION_NONE, 0, NULL },
		{ "completed_then_suspended", COMPLETION_NOT_ENROLLED, 0, NULL },
		{ "completed_then_expired", COMPLETION_NOT_ENROLLED, 0, NULL },
		{ "future_enrolment", COMPLETION_NOT_ENROLLED, 0, NULL },
		{ "completion_disabled", COMPLETION_UNKNOWN, 0,
		    "\"core_completion_get_course_completion_status\" was refused (cannotviewreport): You cannot view this "
		    "report" },
		{ "low_privilege", COMPLETION_UNKNOWN, 0,
		    "\"core_completion_get_course_completion_status\" was refused (requireloginerror): Course or activity not "
		    "accessible." },
		{ "unknown_user", COMPLETION_UNKNOWN, 0,
		    "\"core_completion_get_course_completion_status\" was refused (invaliduser): Invalid user" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct script script[] = {
			{ "core_completion_get_course_completion_status",
			    arena_printf(&arena, "core_completion_get_course_completion_status/%s", cases[i].name), NULL },
			{ NULL, NULL, NULL }
		};
		struct completion completion = { .course_id = 3, .user_id = 3 };
		struct err err = ERR_INIT;
		struct moodle *moodle;
		struct wire wire;

		wire_init(&wire, answer_script, script);
		moodle = wire_open(&wire);
		expect_ok(cases[i].name, completion_read(&arena, moodle, &completion, 1, &err), &err);
		moodle_close(moodle);
		if (completion.state != cases[i].state || completion.completed_at != cases[i].completed_at)
			fail_msg("%s: state %d at %lld", cases[i].name, (int)completion.state, (long long)completion.completed_at);
		expect_text(cases[i].name, completion.reason, cases[i].reason);
	}
}

static int
count_user(int64_t course_id, const struct listing_user *user, void *context, struct err *err)
{
	(void)course_id;
	(void)user;
	(void)err;
	(*(size_t *)context)++;
	return 0;
}

static void
a_hidden_email_is_no_empty_one(void **state)
{
	struct script script[] = { { "core_enrol_get_enrolled_users", "core_enrol_get_enrolled_users/email_hidden_by_user", NULL },
		{ NULL, NULL, NULL } };
	const int64_t courses[] = { 3 };
	struct listing listing = { .courses = courses, .count = 1, .fields = LISTING_ACCOUNTS };
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;
	size_t users = 0;

	(void)state;
	wire_init(&wire, answer_script, script);
	moodle = wire_open(&wire);
	assert_int_equal(listing_each(moodle, &listing, count_user, &users, &err), -1);
	moodle_close(moodle);
	expect_err("hidden", &err, ERR_REFUSED,
	    "cannot read the participants of course 3 of site \"campus\": the site does not show us the email of user 4");
	expect_text("hint", err.hint, "The account of the token needs moodle/course:useremail in the system context.");
	assert_int_equal(users, 1);
}

static void
wildcards_find_only_the_address_itself(void **state)
{
	struct script script[] = {
		{ "core_user_get_users", NULL,
		    "{\"users\":[{\"id\":3,\"username\":\"learner01\",\"email\":\"Learner01@Example.test\",\"suspended\":false},"
		    "{\"id\":4,\"username\":\"learner02\",\"email\":\"learner02@example.test\",\"suspended\":true}],\"warnings\":[]"
		    "}" },
		{ NULL, NULL, NULL }
	};
	const char *emails[] = { "learner0_@example.test", "learner01@example.test" };
	struct account_match *matches;
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;

	(void)state;
	wire_init(&wire, answer_script, script);
	moodle = wire_open(&wire);
	expect_ok("find", account_find(&arena, moodle, emails, 2, &matches, &err), &err);
	assert_int_equal(matches[0].count, 0);
	assert_int_equal(matches[1].count, 1);
	assert_int_equal(matches[1].accounts[0].id, 3);
	/* A filter that Moodle dropped gives everybody, with a warning. */
	script[0].body =
	    "{\"users\":[],\"warnings\":[{\"item\":\"shoesize\",\"warningcode\":\"invalidfieldparameter\",\"message\":\"x\"}]}";
	assert_int_equal(account_find(&arena, moodle, emails, 1, &matches, &err), -1);
	expect_err("dropped", &err, ERR_DATA,
	    "could not look up accounts of site \"campus\" by e-mail: the look-up of an account by e-mail was answered with a "
	    "warning");
	moodle_close(moodle);
}

static int
count_deleted(const struct account *account, void *context, struct err *err)
{
	(void)err;
	((size_t *)context)[account->deleted ? 1 : 0]++;
	return 0;
}

static void
deleted_accounts_are_known_by_their_email(void **state)
{
	struct script script[] = { { "core_user_get_users_by_field", "core_user_get_users_by_field/by_id", NULL },
		{ NULL, NULL, NULL } };
	const int64_t ids[] = { 3, 62 };
	size_t counts[2] = { 0, 0 };
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;

	(void)state;
	wire_init(&wire, answer_script, script);
	moodle = wire_open(&wire);
	expect_ok("read", account_read(moodle, ids, 2, count_deleted, counts, &err), &err);
	moodle_close(moodle);
	assert_int_equal(counts[0] + counts[1], recorded_read(&arena, "core_user_get_users_by_field/by_id").json->count);
	assert_int_equal(counts[1], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_says_who_it_is),
		cmocka_unit_test(identities_are_compared_by_age),
		cmocka_unit_test(missing_functions_are_named_with_their_purpose),
		cmocka_unit_test(courses_come_with_their_stored_and_their_shown_name),
		cmocka_unit_test(references_are_spelled_out),
		cmocka_unit_test(completions_are_read_or_said_to_be_hidden),
		cmocka_unit_test(a_hidden_email_is_no_empty_one),
		cmocka_unit_test(wildcards_find_only_the_address_itself),
		cmocka_unit_test(deleted_accounts_are_known_by_their_email),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
