/* Judge an answer by its body alone, so that every recorded case of the contract can be put to it. Messages of Moodle may hold HTML
 * and are localised: nothing is decided on them. `debuginfo` is never shown: it may hold names and addresses. */
#include "moodle/answer.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

#define SHOWN_BYTES ((size_t)300)

/* What the account of the token must be allowed to do, function by function. */
static const struct {
	const char *function;
	const char *capabilities;
} needs[] = {
	{ "core_course_get_courses", "moodle/course:view, moodle/course:viewhiddencourses" },
	{ "core_course_get_courses_by_field", "moodle/course:view, moodle/course:viewhiddencourses" },
	{ "core_user_get_users", "moodle/user:viewdetails, moodle/user:viewalldetails, moodle/site:viewuseridentity" },
	{ "core_user_get_users_by_field", "moodle/user:viewdetails, moodle/user:viewalldetails, moodle/site:viewuseridentity" },
	{ "core_user_create_users", "moodle/user:create" },
	{ "core_enrol_get_enrolled_users", "moodle/course:view, moodle/course:viewhiddencourses, moodle/course:viewparticipants, "
					   "moodle/course:enrolreview, moodle/course:useremail, moodle/user:viewdetails, "
					   "moodle/user:viewalldetails" },
	{ "core_reportbuilder_retrieve_report",
	    "moodle/reportbuilder:viewall, or an audience of the report that includes the account" },
	{ "core_completion_get_course_completion_status", "moodle/course:view, report/completion:view" },
	{ "enrol_manual_enrol_users",
	    "moodle/course:view, moodle/course:viewhiddencourses, enrol/manual:enrol, moodle/role:assign, and "
	    "\"Allow role assignments\" of the student role" },
	{ "enrol_manual_unenrol_users", "moodle/course:view, enrol/manual:unenrol" },
	{ "core_cohort_get_cohorts", "moodle/cohort:view, wherever the site has a cohort" },
	{ "core_cohort_get_cohort_members", "moodle/cohort:view" },
	{ "core_cohort_add_cohort_members", "moodle/cohort:assign" },
	{ "core_cohort_delete_cohort_members", "moodle/cohort:assign" },
	{ "core_cohort_create_cohorts", "moodle/cohort:manage" },
};

static const char *const retryable[] = { "sitemaintenance", "upgraderunning", "dbconnectionfailed", NULL };
/* A read that fails in the database met another request at the same time, as when both make a missing context: the next try does not. */
static const char *const retryable_read[] = { "dmlreadexception", "dmlwriteexception", NULL };
static const char *const caller[] = { "invalidtoken", "accessexception", "wsaccessusersuspended", "wsaccessuserunconfirmed",
	"wsaccessuserdeleted", "wsaccessuserexpired", "wsaccessusernologin", "servicerequireslogin", "forcepasswordchangenotice",
	NULL };
static const char *const course_wide[] = { "wsnoinstance", "nopermissions", "requireloginerror", "errorcoursecontextnotvalid",
	"wsusercannotassign", "wscannotenrol", NULL };
static const char *const permission[] = { "nopermissions", "requireloginerror", "errorcoursecontextnotvalid", "wsusercannotassign",
	"errorreportview", "nopermissiontoviewgrades", NULL };

static bool
listed(const char *const *list, const char *text)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

const char *
answer_needs(const char *function)
{
	size_t i;

	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (strcmp(needs[i].function, function) == 0)
			return needs[i].capabilities;
	return NULL;
}

bool
answer_barred(const char *errorcode)
{
	return listed(caller, errorcode);
}

bool
answer_barred_course(const char *errorcode)
{
	return listed(course_wide, errorcode);
}

/* The words of a text that may hold markup: tags become blanks, the rest is cut to a line. */
static char *
words(struct arena *arena, const char *text, size_t len)
{
	char *out = arena_alloc(arena, (len < SHOWN_BYTES ? len : SHOWN_BYTES) + 1);
	bool tag = false;
	size_t i, n = 0;

	for (i = 0; i < len && n < SHOWN_BYTES; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '<') {
			tag = true;
			c = ' ';
		} else if (tag) {
			if (c == '>')
				tag = false;
			continue;
		} else if (c < 0x20 || c == 0x7f) {
			c = ' ';
		}
		if (c == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		out[n++] = (char)c;
	}
	/* Cut a broken character at the end. */
	while (n > 0 && !text_utf8_valid(out, n))
		n--;
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

/* The text between two marks, as in <ERRORCODE>…</ERRORCODE>; NULL if it is not there. */
static char *
between(struct arena *arena, const char *body, const char *from, const char *to)
{
	const char *start = strstr(body, from), *end;

	if (start == NULL)
		return NULL;
	start += strlen(from);
	end = strstr(start, to);
	return end == NULL ? NULL : words(arena, start, (size_t)(end - start));
}

static int
refusal(const struct answer_raw *raw, const char *errorcode, const char *message, struct err *err)
{
	const char *function = raw->function;
	const char *shown = message[0] == '\0' ? "no message" : message;
	const char *capabilities = answer_needs(function);

	if (listed(retryable, errorcode) || (raw->repeatable && listed(retryable_read, errorcode)))
		return err_set(err, ERR_SERVICE, "\"%s\" is not served now (%s): %s", function, errorcode, shown);
	if (strcmp(errorcode, "invalidtoken") == 0) {
		(void)err_set(err, ERR_REFUSED, "\"%s\" was refused (invalidtoken): %s", function, shown);
		return err_hint(err,
		    "The site does not know this token: make a new one for the service, or check that the setting \"token\" "
		    "belongs to this site.");
	}
	if (strcmp(errorcode, "accessexception") == 0) {
		(void)err_set(err, ERR_REFUSED, "\"%s\" was refused (accessexception): %s", function, shown);
		return err_hint(err,
		    "Check that the function is in the token's service, that the service is enabled and lists the account, that "
		    "the "
		    "token has not expired and is not bound to another address, and that the account may use the REST "
		    "protocol (webservice/rest:use).");
	}
	if (listed(caller, errorcode)) {
		(void)err_set(err, ERR_REFUSED, "\"%s\" was refused (%s): %s", function, errorcode, shown);
		return err_hint(
		    err, "The account of the token must be confirmed, not suspended, and without a forced password change.");
	}
	if (listed(permission, errorcode)) {
		(void)err_set(err, ERR_REFUSED, "\"%s\" was refused (%s): %s", function, errorcode, shown);
		if (capabilities != NULL)
			(void)err_hint(err, "The account of the token needs, in the system context: %s.", capabilities);
		return -1;
	}
	return err_set(
	    err, ERR_REJECTED, "\"%s\" was refused (%s): %s", function, errorcode[0] == '\0' ? "no code" : errorcode, shown);
}

/* What came instead of JSON: an XML error (the format field was lost or not read yet), a page, a cut answer, nothing. */
static int
unreadable(struct arena *arena, const struct answer_raw *raw, const char **ret_errorcode, struct err *err)
{
	enum err_code code = raw->repeatable ? ERR_DATA : ERR_DOUBT;
	const char *start = raw->body;
	char *errorcode, *message;

	while (isspace((unsigned char)*start))
		start++;
	if (text_starts(start, "<?xml") && (errorcode = between(arena, start, "<ERRORCODE>", "</ERRORCODE>")) != NULL) {
		/* An XML error is still Moodle's own word: the call was refused before anything was done. */
		message = between(arena, start, "<MESSAGE>", "</MESSAGE>");
		*ret_errorcode = errorcode;
		return refusal(raw, errorcode, message == NULL ? "" : message, err);
	}
	if (*start == '\0')
		return err_set(err, code, "answer of \"%s\" is empty", raw->function);
	if (*start == '<') {
		const char *what = text_starts(start, "<?xml") ? "XML" : "a web page", *said = words(arena, start, strlen(start));

		return err_set(
		    err, code, "answer of \"%s\" is %s instead of JSON%s%s", raw->function, what, *said == '\0' ? "" : ": ", said);
	}
	return err_set(err, code, "answer of \"%s\" is not JSON: %s", raw->function, words(arena, start, strlen(start)));
}

int
answer_judge(struct arena *arena, const struct answer_raw *raw, struct json **ret_json, const char **ret_errorcode, struct err *err)
{
	const struct json *exception, *code, *text;
	struct err parse = ERR_INIT;
	struct json *json;
	const char *errorcode, *message;

	*ret_errorcode = NULL;
	if (raw->status == 403) {
		(void)err_set(err, ERR_REFUSED, "\"%s\" was refused: the site answers HTTP 403", raw->function);
		return err_hint(err, "Switch on \"Enable web services\" and the REST protocol in Moodle's site administration.");
	}
	if (raw->status == 404)
		return err_set(err, ERR_CONFIG,
		    "there is no Moodle web service at this address: the site answers HTTP 404 to \"%s\"", raw->function);
	if (raw->status == 413)
		return err_set(
		    err, ERR_REJECTED, "\"%s\" was refused: the request is too large for the web server (HTTP 413)", raw->function);
	if (raw->status != 200)
		return err_set(err, raw->repeatable ? ERR_DATA : ERR_DOUBT, "\"%s\" was answered with HTTP %ld: %s", raw->function,
		    raw->status, words(arena, raw->body, strlen(raw->body)));
	if (json_parse(arena, "answer", raw->body, raw->body_len, &json, &parse) != 0) {
		const char *start = raw->body;

		while (isspace((unsigned char)*start))
			start++;
		if (*start != '{' && *start != '[')
			return unreadable(arena, raw, ret_errorcode, err);
		return err_set(err, raw->repeatable ? ERR_DATA : ERR_DOUBT, "answer of \"%s\" is cut or malformed: %s",
		    raw->function, parse.message);
	}
	exception = json_get(json, "exception");
	if (exception == NULL) {
		*ret_json = json;
		return 0;
	}
	code = json_get(json, "errorcode");
	text = json_get(json, "message");
	errorcode = code != NULL && code->kind == JSON_STRING ? words(arena, code->text, strlen(code->text)) : "";
	message = text != NULL && text->kind == JSON_STRING ? words(arena, text->text, strlen(text->text)) : "";
	*ret_errorcode = errorcode;
	return refusal(raw, errorcode, message, err);
}
