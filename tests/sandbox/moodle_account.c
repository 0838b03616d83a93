/* Writing people: core_user_create_users (one transaction: the first bad row ends it), core_user_update_users (each row its own, bad ones
 * become warnings). The order of the checks within a row is Moodle's, because it decides which error a row with two faults gives. */
#include "moodle_user.h"

#include <string.h>

#include "base/text.h"
#include "sandbox-sql.h"

static const struct param custom[] = { { .name = "type", .type = PARAM_ALPHANUMEXT }, { .name = "value", .type = PARAM_RAW } };
static const struct param custom_row[] = { { .type = PARAM_STRUCT, .members = custom, .count = 2 } };
static const struct param preference[] = { { .name = "type", .type = PARAM_RAW }, { .name = "value", .type = PARAM_RAW } };
static const struct param preference_row[] = { { .type = PARAM_STRUCT, .members = preference, .count = 2 } };

#define PROFILE_MEMBERS \
	{ .name = "maildisplay", .type = PARAM_INT, .need = PARAM_OPTIONAL }, \
	    { .name = "city", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "country", .type = PARAM_ALPHA, .need = PARAM_OPTIONAL }, \
	    { .name = "timezone", .type = PARAM_TIMEZONE, .need = PARAM_OPTIONAL }, \
	    { .name = "description", .type = PARAM_RAW, .need = PARAM_OPTIONAL }, \
	    { .name = "firstnamephonetic", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "lastnamephonetic", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "middlename", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "alternatename", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "interests", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "institution", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "department", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "phone1", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "phone2", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "address", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL }, \
	    { .name = "theme", .type = PARAM_ALPHANUMEXT, .need = PARAM_OPTIONAL }, \
	    { .name = "mailformat", .type = PARAM_INT, .need = PARAM_OPTIONAL }, \
	    { .name = "customfields", .type = PARAM_LIST, .need = PARAM_OPTIONAL, .members = custom_row, .count = 1 }, \
	{ \
		.name = "preferences", .type = PARAM_LIST, .need = PARAM_OPTIONAL, .members = preference_row, .count = 1 \
	}

static const struct param create_user[] = {
	{ .name = "createpassword", .type = PARAM_BOOL, .need = PARAM_OPTIONAL },
	{ .name = "username", .type = PARAM_USERNAME },
	{ .name = "auth", .type = PARAM_AUTH, .need = PARAM_DEFAULT, .fallback = "manual" },
	{ .name = "password", .type = PARAM_RAW, .need = PARAM_OPTIONAL },
	{ .name = "firstname", .type = PARAM_NOTAGS },
	{ .name = "lastname", .type = PARAM_NOTAGS },
	{ .name = "email", .type = PARAM_TRIMMED },
	{ .name = "idnumber", .type = PARAM_RAW, .need = PARAM_DEFAULT, .fallback = "" },
	{ .name = "lang", .type = PARAM_LANG, .need = PARAM_DEFAULT, .fallback = "en" },
	{ .name = "calendartype", .type = PARAM_ALPHANUM, .need = PARAM_DEFAULT, .fallback = "gregorian" },
	PROFILE_MEMBERS,
};
static const struct param create_row[] = { { .type = PARAM_STRUCT, .members = create_user, .count = PARAM_COUNT(create_user) } };
const struct param moodle_create_users_params[1] = { { .name = "users", .type = PARAM_LIST, .members = create_row, .count = 1 } };

static const struct param update_user[] = {
	{ .name = "id", .type = PARAM_INT },
	{ .name = "username", .type = PARAM_USERNAME, .need = PARAM_OPTIONAL },
	{ .name = "auth", .type = PARAM_AUTH, .need = PARAM_OPTIONAL },
	{ .name = "suspended", .type = PARAM_BOOL, .need = PARAM_OPTIONAL },
	{ .name = "password", .type = PARAM_RAW, .need = PARAM_OPTIONAL },
	{ .name = "firstname", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL },
	{ .name = "lastname", .type = PARAM_NOTAGS, .need = PARAM_OPTIONAL },
	{ .name = "email", .type = PARAM_TRIMMED, .need = PARAM_OPTIONAL },
	{ .name = "userpicture", .type = PARAM_INT, .need = PARAM_OPTIONAL },
	{ .name = "idnumber", .type = PARAM_RAW, .need = PARAM_OPTIONAL },
	{ .name = "lang", .type = PARAM_LANG, .need = PARAM_OPTIONAL },
	{ .name = "calendartype", .type = PARAM_ALPHANUM, .need = PARAM_OPTIONAL },
	PROFILE_MEMBERS,
};
static const struct param update_row[] = { { .type = PARAM_STRUCT, .members = update_user, .count = PARAM_COUNT(update_user) } };
const struct param moodle_update_users_params[1] = { { .name = "users", .type = PARAM_LIST, .members = update_row, .count = 1 } };

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n\v")] == '\0';
}

static bool
is_email(const char *text)
{
	const char *at = strrchr(text, '@'), *p;
	size_t label = 0, dots = 0;

	if (at == NULL || at == text || at - text > 64 || strlen(text) > 254 || text[0] == '.' || at[-1] == '.' ||
	    strstr(text, "..") != NULL)
		return false;
	for (p = text; p < at; p++)
		if (!param_clean(PARAM_ALPHANUM, p, 1) && strchr(".!#$%&'*+/=?^_`{|}~-", *p) == NULL)
			return false;
	if (at[1] == '[' && strspn(at + 2, "0123456789.") == strlen(at) - 3 && text[strlen(text) - 1] == ']')
		return true;
	for (p = at + 1; *p != '\0'; p++) {
		if (*p == '.') {
			if (label == 0 || p[-1] == '-')
				return false;
			label = 0;
			dots++;
		} else if (param_clean(PARAM_ALPHANUM, p, 1) || (*p == '-' && label > 0)) {
			if (++label > 63)
				return false;
		} else {
			return false;
		}
	}
	return label > 0 && p[-1] != '-' && dots > 0;
}

/* The site's default policy; NULL if it is met, else the sentences that Moodle uses as error code. */
static const char *
weak_password(struct arena *arena, const char *text)
{
	bool digit = false, lower = false, upper = false, special = false;
	const char *p;

	for (p = text; *p != '\0'; p++) {
		if (*p >= '0' && *p <= '9')
			digit = true;
		else if (*p >= 'a' && *p <= 'z')
			lower = true;
		else if (*p >= 'A' && *p <= 'Z')
			upper = true;
		else
			special = true;
	}
	if (text_count(text) >= 8 && digit && lower && upper && special)
		return NULL;
	return arena_printf(arena, "%s%s%s%s%s",
	    text_count(text) >= 8 ? "" : "<div>Passwords must be at least 8 characters long.</div>",
	    digit ? "" : "<div>Passwords must have at least 1 digit(s).</div>",
	    lower ? "" : "<div>Passwords must have at least 1 lower case letter(s).</div>",
	    upper ? "" : "<div>Passwords must have at least 1 upper case letter(s).</div>",
	    special ? "" : "<div>The password must have at least 1 special character(s) such as *, -, or #.</div>");
}

static bool
is_country(const char *code)
{
	static const char codes[] = " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
				    "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR"
				    " CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG "
				    "GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU"
				    " ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR "
				    "LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ"
				    " MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN "
				    "PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI"
				    " SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
				    "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";
	const char *hit;

	if (code[0] == '\0')
		return true;
	for (hit = codes; (hit = strstr(hit, code)) != NULL; hit++)
		if (strlen(code) == 2 && hit[-1] == ' ' && hit[2] == ' ')
			return true;
	return false;
}

/* Moodle checks no length itself; the database refuses what is too long. */
static bool
is_too_long(const struct tree *row)
{
	static const struct {
		const char *name;
		size_t max;
	} limits[] = { { "username", 100 }, { "firstname", 100 }, { "lastname", 100 }, { "email", 100 }, { "idnumber", 255 },
		{ "city", 120 }, { "institution", 255 }, { "department", 255 }, { "phone1", 20 }, { "phone2", 20 },
		{ "address", 255 }, { "timezone", 100 }, { "firstnamephonetic", 255 }, { "lastnamephonetic", 255 },
		{ "middlename", 255 }, { "alternatename", 255 } };
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (tree_has(row, limits[i].name) && text_count(tree_text(row, limits[i].name)) > limits[i].max)
			return true;
	return false;
}

static bool
same_address(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++) {
		char x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a, y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;

		if (x != y)
			return false;
	}
	return *a == *b;
}

static bool
asks_password(const struct tree *row)
{
	const char *value = tree_text(row, "createpassword");

	return value != NULL && value[0] == '1';
}

/* Accounts of these plugins have a password in Moodle's own table. */
static bool
is_internal(const char *auth)
{
	return strcmp(auth, "manual") == 0 || strcmp(auth, "email") == 0 || strcmp(auth, "none") == 0 ||
	       strcmp(auth, "nologin") == 0;
}

static int
fail_write(struct moodle_call *call)
{
	return moodle_fail(call, "dml_write_exception", "dmlwriteexception", "Error writing to database");
}

static int
check_new(struct moodle_call *call, const struct tree *first, const struct tree *row, bool taken_name, bool taken_email)
{
	static const char *const needed[] = { "username", "firstname", "lastname" };
	const char *username = tree_text(row, "username"), *email = tree_text(row, "email"), *password = tree_text(row, "password"),
		   *weak;
	const struct tree *other;
	size_t i;

	for (i = 0; i < 3; i++)
		if (is_blank(tree_text(row, needed[i])))
			return moodle_fail_params(call, arena_printf(call->arena, "The field %s cannot be blank", needed[i]));
	for (other = first; other != row; other = other->next) {
		taken_name = taken_name || strcmp(tree_text(other, "username"), username) == 0;
		taken_email = taken_email || same_address(tree_text(other, "email"), email);
	}
	if (taken_name)
		return moodle_fail_params(call, arena_printf(call->arena, "Username already exists: %s", username));
	if (is_internal(tree_text(row, "auth")) && (password == NULL || password[0] == '\0') && !asks_password(row))
		return moodle_fail_params(call, "Invalid password: you must provide a password, or set createpassword.");
	if (!is_email(email))
		return moodle_fail_params(call, arena_printf(call->arena, "Email address is invalid: %s", email));
	if (taken_email)
		return moodle_fail_params(call, arena_printf(call->arena, "Email address already exists: %s", email));
	if (is_internal(tree_text(row, "auth")) && !asks_password(row)) {
		weak = weak_password(call->arena, password);
		if (weak != NULL)
			return moodle_fail_plain(call, weak, arena_printf(call->arena, "error/%s", weak));
	}
	return is_too_long(row) ? fail_write(call) : 0;
}

static void
write_pairs(struct reply *json, const char *key, const struct tree *list)
{
	const struct tree *item;

	reply_list(json, key);
	for (item = list == NULL ? NULL : list->first; item != NULL; item = item->next) {
		reply_object(json, NULL);
		reply_text(json, "type", tree_text(item, "type"));
		reply_text(json, "value", tree_text(item, "value"));
		reply_end_object(json);
	}
	reply_end_list(json);
}

/* The rows as one JSON document, so that the database sees the batch as a set. */
static void
write_rows(const struct moodle_call *call, const struct tree *list, struct buf *out)
{
	static const char *const plain[] = { "username", "auth", "firstname", "lastname", "email", "idnumber", "lang",
		"calendartype", "maildisplay", "city", "timezone", "description", "firstnamephonetic", "lastnamephonetic",
		"middlename", "alternatename", "institution", "department", "phone1", "phone2", "address", "theme", "mailformat" };
	const struct tree *row;
	struct reply json;
	const char *country;
	size_t i;

	(void)call;
	reply_init(&json, out, REPLY_PLAIN);
	reply_list(&json, NULL);
	for (row = list->first; row != NULL; row = row->next) {
		bool internal = is_internal(tree_text(row, "auth"));

		country = tree_text(row, "country");
		reply_object(&json, NULL);
		for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
			if (tree_has(row, plain[i]))
				reply_text(&json, plain[i], tree_text(row, plain[i]));
		if (country != NULL)
			reply_text(&json, "country", is_country(country) ? country : "0");
		reply_text(&json, "password", internal ? "$6$sandbox" : "not cached");
		reply_bool(&json, "createpassword", asks_password(row));
		reply_bool(&json, "haspassword", internal && !asks_password(row));
		write_pairs(&json, "customfields", tree_get(row, "customfields"));
		write_pairs(&json, "preferences", tree_get(row, "preferences"));
		reply_end_object(&json);
	}
	reply_end_list(&json);
}

int
moodle_create_users(struct moodle_call *call, struct err *err)
{
	struct tree *list = tree_get(call->params, "users"), *row;
	const char **names = ARENA_ARRAY(call->arena, list->count + 1, const char *),
		   **emails = ARENA_ARRAY(call->arena, list->count + 1, const char *);
	struct pg_rows *taken = NULL, *made = NULL;
	struct buf json;
	size_t n = 0, i;
	int rc = -1;

	buf_init(&json, SIZE_MAX / 2);
	if (!moodle_can(call, "moodle/user:create"))
		return moodle_fail_capability(call, "Create users");
	for (row = list->first; row != NULL; row = row->next, n++) {
		names[n] = tree_text(row, "username");
		emails[n] = tree_text(row, "email");
	}
	/* One after the other, so that no address is given twice. */
	if (pg_script(call->pg, "BEGIN; SELECT pg_advisory_xact_lock(2)", err) != 0)
		goto out;
	if (pg_run(call->pg, sql_users_taken, PG_ARGS(pg_text_array(call->arena, names, n), pg_text_array(call->arena, emails, n)),
		&taken, err) != 0)
		goto out;
	for (row = list->first, i = 0; row != NULL; row = row->next, i++)
		if (check_new(call, list->first, row, pg_bool(taken, i, 0), pg_bool(taken, i, 1)) != 0)
			goto out;
	write_rows(call, list, &json);
	if (pg_run(call->pg, sql_create_users, PG_ARGS(json.data, pg_number(call->arena, call->now)), &made, err) != 0)
		goto out;
	if (pg_script(call->pg, "COMMIT", err) != 0)
		goto out;
	call->written = (int64_t)n;
	reply_list(call->reply, NULL);
	for (i = 0; i < pg_count(made); i++) {
		reply_object(call->reply, NULL);
		reply_int(call->reply, "id", pg_int(made, i, 0));
		reply_text(call->reply, "username", pg_text(made, i, 1));
		reply_end_object(call->reply);
	}
	reply_end_list(call->reply);
	rc = 0;
out:
	buf_done(&json);
	pg_free(made);
	pg_free(taken);
	return rc;
}

struct warning {
	const char *code, *message;
};

/* Update one row in its own transaction. 1: applied, 0: refused with ${ret}, -1: the sandbox failed. */
static int
update_one(struct moodle_call *call, const struct tree *row, struct warning *ret, struct err *err)
{
	static const char *const columns[] = { "id", "username", "auth", "suspended", "firstname", "lastname", "email", "idnumber",
		"lang", "maildisplay", "city", "country", "timezone", "description", "institution", "department", "phone1",
		"phone2", "address", "middlename", "alternatename", "mailformat" };
	enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };
	const char *values[COLUMNS + 1], *email = tree_text(row, "email"), *password = tree_text(row, "password");
	struct pg_rows *rows = NULL;
	struct err refused = ERR_INIT;
	struct tree *item;
	int rc = -1;
	size_t i;

	if (pg_run(call->pg, sql_user_update_check, PG_ARGS(tree_text(row, "id"), email), &rows, err) != 0)
		return -1;
	if (pg_count(rows) == 0)
		*ret = (struct warning){ "invaliduserid", "Invalid user ID" };
	else if (pg_bool(rows, 0, 0) && tree_int(row, "id", 0) != call->user_id)
		*ret = (struct warning){ "usernotupdatedadmin", "Cannot update admin accounts" };
	else if (pg_bool(rows, 0, 1))
		*ret = (struct warning){ "usernotupdateddeleted", "error/usernotupdateddeleted" };
	else if (tree_int(row, "id", 0) == 1)
		*ret = (struct warning){ "usernotupdatedguest", "error/usernotupdatedguest" };
	else if (email != NULL && !is_email(email) && strcmp(email, pg_text(rows, 0, 3)) != 0)
		*ret = (struct warning){ "useremailinvalid", "error/useremailinvalid" };
	else if (email != NULL && pg_bool(rows, 0, 2) && strcmp(email, pg_text(rows, 0, 3)) != 0)
		*ret = (struct warning){ "useremailduplicate", "Duplicate address" };
	else if (password != NULL && weak_password(call->arena, password) != NULL)
		*ret = (struct warning){ weak_password(call->arena, password), "" };
	if (ret->code != NULL) {
		pg_free(rows);
		return 0;
	}
	pg_free(rows);
	for (i = 0; i < COLUMNS; i++)
		values[i] = tree_text(row, columns[i]);
	if (tree_has(row, "country") && !is_country(tree_text(row, "country")))
		values[11] = "0";
	values[COLUMNS] = pg_number(call->arena, call->now);
	if (pg_script(call->pg, "BEGIN", err) != 0)
		return -1;
	if (pg_run(call->pg, sql_update_user, values, COLUMNS + 1, NULL, &refused) != 0) {
		if (refused.code != ERR_DATA) {
			*err = refused;
			return -1;
		}
		*ret = (struct warning){ "dmlwriteexception", "Error writing to database" };
		return pg_script(call->pg, "ROLLBACK", err) != 0 ? -1 : 0;
	}
	item = tree_get(row, "customfields");
	for (item = item == NULL ? NULL : item->first; item != NULL; item = item->next)
		if (pg_run(call->pg, sql_user_field, PG_ARGS(values[0], tree_text(item, "type"), tree_text(item, "value")), NULL,
			err) != 0)
			goto out;
	item = tree_get(row, "preferences");
	for (item = item == NULL ? NULL : item->first; item != NULL; item = item->next)
		if (pg_run(call->pg, sql_user_preference, PG_ARGS(values[0], tree_text(item, "type"), tree_text(item, "value")),
			NULL, err) != 0)
			goto out;
	if (pg_script(call->pg, "COMMIT", err) != 0)
		goto out;
	rc = 1;
out:
	return rc;
}

int
moodle_update_users(struct moodle_call *call, struct err *err)
{
	struct tree *list = tree_get(call->params, "users"), *row;
	bool odd = false;
	int done;

	if (!moodle_can(call, "moodle/user:update"))
		return moodle_fail_capability(call, "Update user profiles");
	reply_object(call->reply, NULL);
	reply_list(call->reply, "warnings");
	for (row = list->first; row != NULL; row = row->next) {
		struct warning warning = { NULL, NULL };

		done = update_one(call, row, &warning, err);
		if (done < 0)
			return -1;
		if (done == 1) {
			call->written++;
			continue;
		}
		odd = odd || warning.code[0] == '<';
		reply_object(call->reply, NULL);
		reply_text(call->reply, "item", "user");
		reply_int(call->reply, "itemid", tree_int(row, "id", 0));
		reply_text(call->reply, "warningcode", warning.code);
		reply_text(call->reply, "message", warning.message);
		reply_end_object(call->reply);
	}
	reply_end_list(call->reply);
	reply_end_object(call->reply);
	/* A warning code of sentences does not pass Moodle's check of its own answer; what was applied stays. */
	if (odd)
		return moodle_fail(
		    call, "core\\exception\\invalid_response_exception", "invalidresponse", "Invalid response value detected");
	return 0;
}
