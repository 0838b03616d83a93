/* What an answer of Moodle means is told by its body: every recorded one is put to the judge. */
#include "moodle/answer.h"

#include "expect.h"
#include "recorded.h"

static struct arena arena;

static int
judge(const struct recorded *recorded, bool repeatable, struct json **json, const char **errorcode, struct err *err)
{
	const char *body = recorded->body == NULL ? "" : recorded->body;
	struct answer_raw raw = { recorded->function, repeatable, recorded->status, body, strlen(body) };

	*json = NULL;
	return answer_judge(&arena, &raw, json, errorcode, err);
}

static void
refusals_are_told_apart(void **state)
{
	static const struct {
		const char *name;
		enum err_code code;
		const char *errorcode, *message;
	} cases[] = {
		{ "_availability/maintenance_web", ERR_SERVICE, "sitemaintenance",
		    "\"core_webservice_get_site_info\" is not served now (sitemaintenance): The site is undergoing maintenance and "
		    "is currently "
		    "not available" },
		{ "_availability/upgrade_running", ERR_SERVICE, "upgraderunning",
		    "\"core_webservice_get_site_info\" is not served now (upgraderunning): Site is being upgraded, please retry "
		    "later." },
		{ "_availability/database_down", ERR_SERVICE, "dbconnectionfailed",
		    "\"core_webservice_get_site_info\" is not served now (dbconnectionfailed): Error: Database connection failed "
		    "It is possible "
		    "that the database is overloaded or otherwise not running properly. The site administrator should also check "
		    "that the "
		    "database details have been correctly specified in config.php" },
		{ "_availability/webservices_disabled", ERR_REFUSED, NULL,
		    "\"core_webservice_get_site_info\" was refused: the site answers HTTP 403" },
		{ "_availability/wsuser_suspended", ERR_REFUSED, "wsaccessusersuspended",
		    "\"core_webservice_get_site_info\" was refused (wsaccessusersuspended): Refused web service access for "
		    "suspended username: "
		    "ctokbatch" },
		{ "_protocol/invalidtoken", ERR_REFUSED, "invalidtoken",
		    "\"core_webservice_get_site_info\" was refused (invalidtoken): Invalid token - token not found" },
		{ "_protocol/invalidtoken_xml", ERR_REFUSED, "invalidtoken",
		    "\"core_webservice_get_site_info\" was refused (invalidtoken): Invalid token - token not found" },
		{ "_protocol/token_expired", ERR_REFUSED, "accessexception",
		    "\"core_webservice_get_site_info\" was refused (accessexception): Access control exception" },
		{ "_protocol/wrong_path", ERR_CONFIG, NULL,
		    "there is no Moodle web service at this address: the site answers HTTP 404 to "
		    "\"core_webservice_get_site_info\"" },
		{ "enrol_manual_enrol_users/success_one_xml", ERR_DATA, NULL,
		    "answer of \"enrol_manual_enrol_users\" is XML instead of JSON" },
		{ "_limits/body_over_webserver_limit", ERR_REJECTED, NULL,
		    "\"core_webservice_get_site_info\" was refused: the request is too large for the web server (HTTP 413)" },
		{ "core_user_create_users/accessexception_low", ERR_REFUSED, "nopermissions",
		    "\"core_user_create_users\" was refused (nopermissions): Sorry, but you do not currently have permissions to "
		    "do that "
		    "(Create users)." },
		{ "core_user_create_users/weak_password", ERR_REJECTED, NULL, NULL },
		{ "core_user_create_users/duplicate_email", ERR_REJECTED, "invalidparameter",
		    "\"core_user_create_users\" was refused (invalidparameter): Invalid parameter value detected" },
		{ "enrol_manual_enrol_users/no_manual_instance", ERR_REJECTED, "wsnoinstance",
		    "\"enrol_manual_enrol_users\" was refused (wsnoinstance): Manual enrolment plugin instance doesn't exist or is "
		    "disabled for "
		    "the course (id = 7)" },
		{ "core_reportbuilder_retrieve_report/low_privilege", ERR_REFUSED, "errorreportview",
		    "\"core_reportbuilder_retrieve_report\" was refused (errorreportview): You cannot view this report" },
		{ "core_completion_get_course_completion_status/no_criteria", ERR_REJECTED, "nocriteriaset",
		    "\"core_completion_get_course_completion_status\" was refused (nocriteriaset): No completion criteria set for "
		    "this course" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct recorded recorded = recorded_read(&arena, cases[i].name);
		struct err err = ERR_INIT;
		const char *errorcode;
		struct json *json;

		assert_int_equal(judge(&recorded, /* repeatable= */ true, &json, &errorcode, &err), -1);
		if (cases[i].message == NULL) {
			/* The code is an HTML sentence: its words are shown. */
			assert_int_equal(err.code, cases[i].code);
			assert_null(strchr(err.message, '<'));
			assert_non_null(strstr(err.message, "Passwords must have at least 1"));
			continue;
		}
		expect_err(cases[i].name, &err, cases[i].code, cases[i].message);
		expect_text(cases[i].name, errorcode, cases[i].errorcode);
	}
}

static void
hints_name_what_to_give(void **state)
{
	static const struct {
		const char *name, *hint;
	} cases[] = {
		{ "core_user_create_users/accessexception_low",
		    "The account of the token needs, in the system context: moodle/user:create." },
		{ "core_reportbuilder_retrieve_report/low_privilege",
		    "The account of the token needs, in the system context: moodle/reportbuilder:viewall, or an audience of the "
		    "report that "
		    "includes the account." },
		{ "_protocol/invalidtoken",
		    "The site does not know this token: make a new one for the service, or check that the setting "
		    "\"token\" belongs to this site." },
		{ "_availability/webservices_disabled",
		    "Switch on \"Enable web services\" and the REST protocol in Moodle's site administration." },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct recorded recorded = recorded_read(&arena, cases[i].name);
		struct err err = ERR_INIT;
		const char *errorcode;
		struct json *json;

		assert_int_equal(judge(&recorded, true, &json, &errorcode, &err), -1);
		expect_text(cases[i].name, err.hint, cases[i].hint);
	}
}

/* An object with the key "exception", and nothing else, is a failure. */
static void
every_recorded_answer_is_judged(void **state)
{
	static const char *const folders[] = { "_protocol", "_availability", "core_completion_get_course_completion_status",
		"core_course_get_courses", "core_course_get_courses_by_field", "core_enrol_get_enrolled_users",
		"core_reportbuilder_retrieve_report", "core_user_create_users", "core_user_get_users",
		"core_user_get_users_by_field", "core_webservice_get_site_info", "enrol_manual_enrol_users",
		"enrol_manual_unenrol_users" };
	size_t f, i, count, failures = 0, successes = 0;

	(void)state;
	for (f = 0; f < COUNT_OF(folders); f++) {
		const char **names = recorded_names(&arena, folders[f], &count);

		for (i = 0; i < count; i++) {
			struct recorded recorded = recorded_read(&arena, names[i]);
			const struct json *exception, *code;
			struct err err = ERR_INIT;
			const char *errorcode;
			struct json *json;
			int rc;

			if (recorded.body == NULL || recorded.status != 200 || recorded.json == NULL)
				continue;
			rc = judge(&recorded, true, &json, &errorcode, &err);
			exception = json_get(recorded.json, "exception");
			if (exception == NULL) {
				expect_ok(names[i], rc, &err);
				assert_null(errorcode);
				assert_non_null(json);
				assert_int_equal(json->kind, recorded.json->kind);
				successes++;
				continue;
			}
			assert_int_equal(rc, -1);
			assert_non_null(errorcode);
			code = json_get(recorded.json, "errorcode");
			if (code != NULL && strchr(code->text, '<') == NULL)
				expect_text(names[i], errorcode, code->text);
			assert_null(strchr(err.message, '\n'));
			failures++;
		}
	}
	/* That the loop above met them. */
	assert_true(successes > 100);
	assert_true(failures > 90);
}

static void
unreadable_answers_leave_a_write_in_doubt(void **state)
{
	static const struct {
		const char *title;
		long status;
		const char *body, *message;
	} cases[] = {
		{ "a web page", 200, "\n<!DOCTYPE html><html><head><title>Log in</title></head><body>Welcome</body></html>",
		    "answer of \"enrol_manual_enrol_users\" is a web page instead of JSON: Log in Welcome" },
		{ "nothing", 200, "", "answer of \"enrol_manual_enrol_users\" is empty" },
		{ "a PHP message", 200, "Fatal error: Allowed memory size exhausted",
		    "answer of \"enrol_manual_enrol_users\" is not JSON: Fatal error: Allowed memory size exhausted" },
		{ "a cut object", 200, "{\"exception\":\"core",
		    "answer of \"enrol_manual_enrol_users\" is cut or malformed: answer: line 1, column 18: premature end of "
		    "input" },
		{ "an unexpected status", 418, "short and stout",
		    "\"enrol_manual_enrol_users\" was answered with HTTP 418: short and stout" },
	};
	size_t i, writes;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		for (writes = 0; writes < 2; writes++) {
			struct answer_raw raw = { "enrol_manual_enrol_users", writes == 0, cases[i].status, cases[i].body,
				strlen(cases[i].body) };
			struct err err = ERR_INIT;
			const char *errorcode;
			struct json *json;

			assert_int_equal(answer_judge(&arena, &raw, &json, &errorcode, &err), -1);
			assert_null(errorcode);
			if (strcmp(cases[i].title, "a cut object") == 0) {
				assert_non_null(
				    strstr(err.message, "answer of \"enrol_manual_enrol_users\" is cut or malformed: "));
				assert_int_equal(err.code, writes ? ERR_DOUBT : ERR_DATA);
				continue;
			}
			expect_err(cases[i].title, &err, writes ? ERR_DOUBT : ERR_DATA, cases[i].message);
		}
}

static void
null_is_an_answer(void **state)
{
	struct answer_raw raw = { "enrol_manual_enrol_users", false, 200, "null", 4 };
	struct err err = ERR_INIT;
	const char *errorcode;
	struct json *json;

	(void)state;
	expect_ok("null", answer_judge(&arena, &raw, &json, &errorcode, &err), &err);
	assert_int_equal(json->kind, JSON_NULL);
}

/* Moodle makes missing contexts while it reads; two requests at once trip over each other. */
static void
trouble_in_the_database_passes_for_reads_only(void **state)
{
	struct recorded recorded = recorded_read(&arena, "core_user_create_users/long_city");
	struct err err = ERR_INIT;
	const char *errorcode;
	struct json *json;

	(void)state;
	assert_int_equal(judge(&recorded, /* repeatable= */ true, &json, &errorcode, &err), -1);
	expect_err("read", &err, ERR_SERVICE,
	    "\"core_user_create_users\" is not served now (dmlwriteexception): Error writing to database");
	err_reset(&err);
	assert_int_equal(judge(&recorded, /* repeatable= */ false, &json, &errorcode, &err), -1);
	expect_err(
	    "write", &err, ERR_REJECTED, "\"core_user_create_users\" was refused (dmlwriteexception): Error writing to database");
	expect_text("write", errorcode, "dmlwriteexception");
}

static void
a_refusal_may_lack_a_code(void **state)
{
	static const char body[] = "{\"exception\":\"TypeError\",\"message\":\"Unsupported <b>operand<\\/b> types\"}";
	struct answer_raw raw = { "core_user_get_users", true, 200, body, sizeof(body) - 1 };
	struct err err = ERR_INIT;
	const char *errorcode;
	struct json *json;

	(void)state;
	assert_int_equal(answer_judge(&arena, &raw, &json, &errorcode, &err), -1);
	expect_err("no code", &err, ERR_REJECTED, "\"core_user_get_users\" was refused (no code): Unsupported operand types");
	expect_text("no code", errorcode, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_are_told_apart),
		cmocka_unit_test(hints_name_what_to_give),
		cmocka_unit_test(every_recorded_answer_is_judged),
		cmocka_unit_test(unreadable_answers_leave_a_write_in_doubt),
		cmocka_unit_test(null_is_an_answer),
		cmocka_unit_test(a_refusal_may_lack_a_code),
		cmocka_unit_test(trouble_in_the_database_passes_for_reads_only),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
