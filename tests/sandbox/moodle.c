/* The entry of the web service, as recorded in the contract's _protocol, _limits and _availability cases: PHP's limits first, then format,
 * token, account, function, parameters. Whatever goes wrong is HTTP 200 with an exception in the body, except where a page is served. */
#include "moodle.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sandbox-sql.h"
#include "state.h"

#define REST_PATH "/webservice/rest/server.php"
#define LOGIN_PATH "/login/token.php"

#define MOODLE_EXCEPTION "core\\exception\\moodle_exception"
#define ACCESS_EXCEPTION "webservice_access_exception"

static const struct moodle_function *const function_tables[] = { moodle_site_functions, moodle_course_functions,
	moodle_user_functions, moodle_enrol_functions, moodle_completion_functions, moodle_grade_functions, moodle_cohort_functions,
	moodle_report_functions };

static const struct moodle_function *
find_function(const char *name)
{
	const struct moodle_function *function;
	size_t i;

	for (i = 0; i < sizeof(function_tables) / sizeof(function_tables[0]); i++)
		for (function = function_tables[i]; function->name != NULL; function++)
			if (strcmp(function->name, name) == 0)
				return function;
	return NULL;
}

bool
moodle_is_claimed(const char *name)
{
	return find_function(name) != NULL;
}

bool
moodle_can(const struct moodle_call *call, const char *capability)
{
	return strstr(call->caps, arena_printf(call->arena, ",%s,", capability)) != NULL;
}

int
moodle_fail(struct moodle_call *call, const char *class_name, const char *code, const char *message)
{
	call->error_class = class_name;
	call->error_code = code;
	call->error_message = message;
	return -1;
}

int
moodle_fail_plain(struct moodle_call *call, const char *code, const char *message)
{
	return moodle_fail(call, MOODLE_EXCEPTION, code, message);
}

int
moodle_fail_params(struct moodle_call *call, const char *debug)
{
	call->error_debug = debug;
	return moodle_fail(
	    call, "core\\exception\\invalid_parameter_exception", "invalidparameter", "Invalid parameter value detected");
}

int
moodle_fail_capability(struct moodle_call *call, const char *name)
{
	return moodle_fail(call, "core\\exception\\required_capability_exception", "nopermissions",
	    arena_printf(call->arena, "Sorry, but you do not currently have permissions to do that (%s).", name));
}

int
moodle_fail_record(struct moodle_call *call, const char *table)
{
	return moodle_fail(call, "dml_missing_record_exception", "invalidrecord",
	    arena_printf(call->arena, "Can't find data record in database table %s.", table));
}

int
moodle_fail_user(struct moodle_call *call)
{
	return moodle_fail(call, "dml_missing_record_exception", "invaliduser", "Invalid user");
}

int
moodle_fail_login(struct moodle_call *call)
{
	call->error_debug = "Not enrolled";
	return moodle_fail(
	    call, "core\\exception\\require_login_exception", "requireloginerror", "Course or activity not accessible.");
}

static int
fail_access(struct moodle_call *call, const char *debug)
{
	call->error_debug = debug;
	return moodle_fail(call, ACCESS_EXCEPTION, "accessexception", "Access control exception");
}

int
moodle_enter_course(struct moodle_call *call, int64_t course_id, const char **ret_message, struct err *err)
{
	struct pg_rows *rows;
	int rc;

	if (call->password_expired) {
		*ret_message = "error/forcepasswordchangenotice";
		return 0;
	}
	if (moodle_can(call, "moodle/course:view") && moodle_can(call, "moodle/course:viewhiddencourses"))
		return 1;
	if (pg_run(call->pg, sql_course_access,
		PG_ARGS(pg_number(call->arena, course_id), pg_number(call->arena, call->user_id),
		    moodle_can(call, "moodle/course:view") ? "t" : "f",
		    moodle_can(call, "moodle/course:viewhiddencourses") ? "t" : "f", pg_number(call->arena, call->now)),
		&rows, err) != 0)
		return -1;
	rc = pg_count(rows) == 1 && pg_bool(rows, 0, 0) ? 1 : 0;
	pg_free(rows);
	*ret_message = "Course or activity not accessible.";
	return rc;
}

int
moodle_check_user(struct moodle_call *call, int64_t user_id, struct err *err)
{
	struct pg_rows *rows;
	int rc = 0;

	if (pg_run(call->pg, sql_user_state, PG_ARGS(pg_number(call->arena, user_id)), &rows, err) != 0)
		return -1;
	if (pg_count(rows) == 0)
		rc = moodle_fail_user(call);
	else if (pg_bool(rows, 0, 0))
		rc = moodle_fail_plain(call, "userdeleted", "error/userdeleted");
	else if (!pg_bool(rows, 0, 1))
		rc = moodle_fail_plain(call, "usernotconfirmed", "User not confirmed");
	else if (user_id == 1)
		rc = moodle_fail_plain(call, "guestsarenotallowed", "The guest user is not allowed to do this");
	pg_free(rows);
	return rc;
}

/* "&" stays where an entity begins. */
static bool
is_entity(const char *text)
{
	const char *p = text + 1;

	if (*p == '#')
		p++;
	if (*p == ';')
		return false;
	while ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9'))
		p++;
	return *p == ';';
}

const char *
moodle_string(const struct moodle_call *call, const char *text)
{
	char *out, *p;
	bool tag = false;

	if (call->raw)
		return text;
	out = p = arena_alloc(call->arena, strlen(text) * 5 + 1);
	for (; *text != '\0'; text++) {
		if (tag) {
			tag = *text != '>';
		} else if (*text == '<' && text[1] != ' ') {
			tag = true;
		} else if (*text == '&' && !is_entity(text)) {
			memcpy(p, "&amp;", 5);
			p += 5;
		} else {
			*p++ = *text;
		}
	}
	*p = '\0';
	return out;
}

const char *
moodle_url(const struct moodle_call *call, const char *path)
{
	return arena_printf(call->arena, "%s%s", call->base_url, path);
}

const char *
moodle_date(const struct moodle_call *call, int64_t utc)
{
	static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
	static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September",
		"October", "November", "December" };
	static pthread_mutex_t zones = PTHREAD_MUTEX_INITIALIZER; /* lib/base keeps the zones it has read in a list of its own */
	struct clock_date date;
	struct err err = ERR_INIT;
	int rc;

	pthread_mutex_lock(&zones);
	rc = clock_in_zone(call->zone, utc, &date, NULL, &err);
	pthread_mutex_unlock(&zones);
	if (rc != 0)
		date = clock_from_utc(utc);
	return arena_printf(call->arena, "%s, %d %s %d, %d:%02d %s", days[clock_weekday(&date)], date.day, months[date.month - 1],
	    date.year, date.hour % 12 == 0 ? 12 : date.hour % 12, date.minute, date.hour < 12 ? "AM" : "PM");
}

static void
say_usual(struct web_answer *answer, const char *type)
{
	web_say(answer, "Content-Type", type);
	web_say(answer, "Cache-Control", "private, must-revalidate, pre-check=0, post-check=0, max-age=0");
	web_say(answer, "Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
	web_say(answer, "Pragma", "no-cache");
	web_say(answer, "Accept-Ranges", "none");
	web_say(answer, "Access-Control-Allow-Origin", "*");
}

static void
xml_line(struct buf *out, const char *tag, const char *text)
{
	buf_printf(out, "<%s>", tag);
	for (; *text != '\0'; text++) {
		if (*text == '<')
			buf_text(out, "&lt;");
		else if (*text == '>')
			buf_text(out, "&gt;");
		else if (*text == '&')
			buf_text(out, "&amp;");
		else if (*text == '"')
			buf_text(out, "&quot;");
		else
			buf_char(out, *text);
	}
	buf_printf(out, "</%s>\n", tag);
}

static void
write_error(const struct moodle_call *call, const struct switches *switches, enum reply_form form, struct buf *out)
{
	struct reply reply;

	buf_reset(out);
	if (form == REPLY_XML) {
		buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<EXCEPTION class=\"%s\">\n", call->error_class);
		xml_line(out, "ERRORCODE", call->error_code);
		xml_line(out, "MESSAGE", call->error_message);
		if (switches->debug && call->error_debug != NULL)
			xml_line(out, "DEBUGINFO", call->error_debug);
		buf_text(out, "</EXCEPTION>\n");
		return;
	}
	reply_init(&reply, out, REPLY_JSON);
	reply_object(&reply, NULL);
	reply_text(&reply, "exception", call->error_class);
	reply_text(&reply, "errorcode", call->error_code);
	reply_text(&reply, "message", call->error_message);
	if (switches->debug && call->error_debug != NULL)
		reply_text(&reply, "debuginfo", call->error_debug);
	reply_end_object(&reply);
}

static void
serve_maintenance(struct web_answer *answer)
{
	answer->status = 503;
	web_say(answer, "Content-Type", "text/html; charset=utf-8");
	web_say(answer, "Retry-After", "300");
	web_say(answer, "X-UA-Compatible", "IE=edge");
	web_say(answer, "Cache-Control", "post-check=0, pre-check=0");
	web_say(answer, "Pragma", "no-cache");
	web_say(answer, "Expires", "Mon, 20 Aug 1969 09:23:00 GMT");
	web_say(answer, "Accept-Ranges", "none");
	buf_text(&answer->body, "<!DOCTYPE html>\r\n<html  lang=\"en\" xml:lang=\"en\">\r\n    <head>\r\n"
				"        <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\" />\r\n"
				"        <title>Example Academy under maintenance</title>\r\n    </head>\r\n    <body>\r\n"
				"        <h1>Site under maintenance</h1>\r\n        <p>The site is currently not available. Please "
				"try again later.</p>\r\n"
				"    </body>\r\n</html>\r\n");
}

/* The fields PHP would hand to Moodle. A PUT or JSON body is not read, one over post_max_size drops every field, and what exceeds
 * max_input_vars is dropped silently: 1001 fields of an urlencoded body stay, 1000 of a multipart one. */
static struct tree *
read_fields(struct web_request *request, const struct switches *switches)
{
	const char *type = request->content_type, *mark;
	struct tree *fields = tree_new(request->arena), *body = tree_new(request->arena);
	size_t limit = switches->max_input_vars < 1 ? 1 : (size_t)switches->max_input_vars;

	if ((int64_t)request->body_len > switches->post_max_bytes)
		return fields;
	tree_form(request->arena, fields, request->query, strlen(request->query), limit + 1);
	if (strcmp(request->method, "POST") != 0 || type == NULL)
		return fields;
	if (text_starts(type, "application/x-www-form-urlencoded")) {
		tree_form(request->arena, body, request->body, request->body_len, limit + 1);
	} else if (text_starts(type, "multipart/form-data")) {
		mark = strstr(type, "boundary=");
		if (mark != NULL)
			tree_multipart(request->arena, body, arena_strndup(request->arena, mark + 9, strcspn(mark + 9, "; \t\"")),
			    request->body, request->body_len, limit);
	}
	tree_merge(fields, body);
	return fields;
}

/* Find the token's account and what it may do. */
static int
authenticate(struct moodle_call *call, const char *token, const char **ret_service, struct err *err)
{
	struct pg_rows *rows = NULL;
	int rc = -1;

	if (token == NULL || token[0] == '\0')
		return moodle_fail_plain(call, "invalidtoken", "Invalid token - token not found");
	if (pg_run(call->pg, sql_token, PG_ARGS(token), &rows, err) != 0)
		return -1;
	if (pg_count(rows) == 0) {
		moodle_fail_plain(call, "invalidtoken", "Invalid token - token not found");
		goto out;
	}
	if (pg_int(rows, 0, 1) != 0 && pg_int(rows, 0, 1) < call->now) {
		if (pg_run(call->pg, sql_token_delete, PG_ARGS(token), NULL, err) != 0)
			goto out;
		fail_access(call, "Invalid token - token expired - check validuntil time for the token");
		goto out;
	}
	if (pg_text(rows, 0, 2) != NULL && pg_text(rows, 0, 2)[0] != '\0' && !text_starts("127.0.0.1", pg_text(rows, 0, 2))) {
		fail_access(call, "Invalid service - IP:127.0.0.1 is not supported - check this allowed user");
		goto out;
	}
	call->user_id = pg_int(rows, 0, 0);
	call->user_name = arena_strdup(call->arena, pg_text(rows, 0, 3));
	call->caps = arena_printf(call->arena, ",%s,", pg_text(rows, 0, 8) == NULL ? "" : pg_text(rows, 0, 8));
	call->roles = arena_strdup(call->arena, pg_text(rows, 0, 9));
	call->password_expired = pg_bool(rows, 0, 10);
	if (strcmp(pg_text(rows, 0, 6), "99") != 0)
		call->zone = arena_strdup(call->arena, pg_text(rows, 0, 6));
	if (!pg_bool(rows, 0, 4)) {
		moodle_fail_plain(call, "wsaccessuserunconfirmed",
		    arena_printf(call->arena, "Refused web service access for unconfirmed username: %s", call->user_name));
		goto out;
	}
	if (pg_bool(rows, 0, 5)) {
		moodle_fail_plain(call, "wsaccessusersuspended",
		    arena_printf(call->arena, "Refused web service access for suspended username: %s", call->user_name));
		goto out;
	}
	if (!moodle_can(call, "webservice/rest:use")) {
		fail_access(call, "You are not allowed to use the rest protocol (missing capability: webservice/rest:use)");
		goto out;
	}
	*ret_service = arena_strdup(call->arena, pg_text(rows, 0, 7));
	rc = 0;
out:
	pg_free(rows);
	return rc;
}

static int
find_service_function(
    struct moodle_call *call, const char *name, const char *service, const struct moodle_function **ret_function, struct err *err)
{
	struct pg_rows *rows;
	bool known, allowed;

	if (name == NULL || name[0] == '\0')
		return moodle_fail_params(call, "Missing function name");
	if (pg_run(call->pg, sql_function, PG_ARGS(name, service, pg_number(call->arena, call->user_id)), &rows, err) != 0)
		return -1;
	known = pg_bool(rows, 0, 0);
	allowed = pg_bool(rows, 0, 1);
	pg_free(rows);
	if (!known)
		return moodle_fail_record(call, "external_functions");
	*ret_function = find_function(name);
	if (!allowed || *ret_function == NULL)
		return fail_access(call, arena_printf(call->arena, "Access to the function %s() is not allowed.", name));
	return 0;
}

/* Take the control fields out, so that what is left can be checked against the function's declaration. */
static void
take_settings(struct moodle_call *call, struct tree *fields)
{
	static const char *const names[] = { "wstoken", "wsfunction", "moodlewsrestformat", "moodlewssettingraw",
		"moodlewssettingfilter", "moodlewssettingfileurl", "moodlewssettinglang", "moodlewssettingtimezone" };
	struct err err = ERR_INIT;
	const char *value;
	size_t i;

	value = tree_text(fields, "moodlewssettingraw");
	call->raw = value != NULL && strcmp(value, "1") == 0;
	value = tree_text(fields, "moodlewssettingtimezone");
	if (value != NULL && clock_zone_check(value, &err) == 0)
		call->zone = value;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tree_drop(fields, names[i]);
}

static int
check_availability(struct moodle_call *call, const struct switches *switches)
{
	if (switches->database_down)
		return moodle_fail(call, "dml_connection_exception", "dbconnectionfailed",
		    "<p>Error: Database connection failed</p>\r\n<p>It is possible that the database is overloaded or otherwise "
		    "not running properly.</p>"
		    "\r\n<p>The site administrator should also check that the database details have been correctly specified in "
		    "config.php</p>");
	if (switches->upgrade_running)
		return moodle_fail_plain(call, "upgraderunning", "Site is being upgraded, please retry later.");
	if (switches->maintenance_web)
		return moodle_fail_plain(
		    call, "sitemaintenance", "The site is undergoing maintenance and is currently not available");
	return 0;
}

static int
run_call(struct moodle_call *call, const struct switches *switches, struct tree *fields, struct err *err)
{
	const char *name = tree_text(fields, "wsfunction"), *service, *why;
	const struct moodle_function *function;

	if (name == NULL && tree_has(fields, "wsfunction"))
		name = "Array"; /* as PHP writes one as text */
	if (check_availability(call, switches) != 0)
		return -1;
	if (authenticate(call, tree_text(fields, "wstoken"), &service, err) != 0)
		return -1;
	if (find_service_function(call, name, service, &function, err) != 0)
		return -1;
	take_settings(call, fields);
	if (!param_check(call->arena, function->params, function->count, fields, &why))
		return moodle_fail_params(call, why);
	call->params = fields;
	if (function->run(call, err) != 0)
		return -1;
	if (function->silent && call->reply->form == REPLY_JSON)
		buf_text(call->reply->out, "null");
	return 0;
}

static int
serve_rest(struct web_request *request, struct web_answer *answer, const char *base_url, const struct switches *switches,
    const struct fault_effect *effect, struct err *err)
{
	int rc;
	struct tree *fields = read_fields(request, switches);
	const char *format = tree_text(fields, "moodlewsrestformat"), *name = tree_text(fields, "wsfunction");
	enum reply_form form = format != NULL && strcmp(format, "json") == 0 ? REPLY_JSON : REPLY_XML;
	struct reply reply;
	struct moodle_call call = { .arena = request->arena,
		.base_url = base_url,
		.now = state_now(),
		.zone = "UTC",
		.caps = ",",
		.roles = "{}",
		.reply = &reply,
		.effect = effect };

	if (pg_take(&call.pg, err) != 0)
		return -1;
	reply_init(&reply, &answer->body, form);
	if (form == REPLY_XML)
		buf_text(&answer->body, "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<RESPONSE>\n");
	rc = run_call(&call, switches, fields, err);
	pg_give(call.pg);
	state_count(name == NULL ? "(no function)" : name, rc == 0 ? call.written : 0, rc != 0);
	if (rc != 0 && call.error_code == NULL)
		return -1;
	if (rc != 0)
		write_error(&call, switches, form, &answer->body);
	else if (form == REPLY_XML)
		buf_text(&answer->body, "</RESPONSE>\n");
	if (form == REPLY_XML) {
		say_usual(answer, "application/xml; charset=utf-8");
		web_say(answer, "Content-Disposition", "inline; filename=\"response.xml\"");
	} else {
		say_usual(answer, "application/json");
	}
	return 0;
}

/* login/token.php: every account's password is "PASSWORD". */
static int
serve_login(struct web_request *request, struct web_answer *answer, const struct switches *switches, struct err *err)
{
	struct tree *fields = read_fields(request, switches);
	const char *user = tree_text(fields, "username"), *password = tree_text(fields, "password"),
		   *service = tree_text(fields, "service");
	struct pg_rows *rows;
	struct reply reply;
	struct pg *pg;
	const char *code = NULL, *message = NULL, *token;

	if (pg_take(&pg, err) != 0)
		return -1;
	if (pg_run(pg, sql_login, PG_ARGS(user == NULL ? "" : user, service == NULL ? "" : service), &rows, err) != 0) {
		pg_give(pg);
		return -1;
	}
	token = pg_text(rows, 0, 2);
	if (!pg_bool(rows, 0, 0) || password == NULL || strcmp(password, "PASSWORD") != 0) {
		code = "invalidlogin";
		message = "Invalid login, please try again";
	} else if (!pg_bool(rows, 0, 1) || token == NULL) {
		code = "servicenotavailable";
		message = "Web service is not available. (It doesn't exist or might be disabled.)";
	}
	reply_init(&reply, &answer->body, REPLY_JSON);
	reply_object(&reply, NULL);
	if (code != NULL) {
		reply_text(&reply, "error", message);
		reply_text(&reply, "errorcode", code);
		reply_null(&reply, "stacktrace");
		reply_null(&reply, "debuginfo");
		reply_null(&reply, "reproductionlink");
	} else {
		reply_text(&reply, "token", token);
		reply_null(&reply, "privatetoken");
	}
	reply_end_object(&reply);
	web_say(answer, "Content-Type", "application/json; charset=utf-8");
	pg_free(rows);
	pg_give(pg);
	return 0;
}

int
moodle_handle(struct web_request *request, struct web_answer *answer, const char *base_url, const struct fault_effect *effect,
    struct err *err)
{
	struct switches switches;

	state_switches(&switches);
	if (effect->max_input_vars > 0)
		switches.max_input_vars = effect->max_input_vars;
	if (switches.maintenance_cli) {
		serve_maintenance(answer);
		return 0;
	}
	if (strcmp(request->path, LOGIN_PATH) == 0)
		return serve_login(request, answer, &switches, err);
	if (strcmp(request->path, REST_PATH) != 0) {
		answer->status = 404;
		web_say(answer, "Content-Type", "text/html; charset=UTF-8");
		buf_text(&answer->body, "File not found.\n");
		return 0;
	}
	if (!switches.web_services || !switches.rest) {
		answer->status = 403;
		web_say(answer, "Content-Type", "text/html; charset=utf-8");
		return 0;
	}
	return serve_rest(request, answer, base_url, &switches, effect, err);
}
