/* Reading people: core_user_get_users, core_user_get_users_by_field, and what a participant listing says of each. Who may see what is
 * decided by the caller's capabilities and the person's own "maildisplay". */
#include "moodle_user.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sandbox-sql.h"

#define MAILDISPLAY_EVERYONE 1
#define MAILDISPLAY_MEMBERS 2

static const struct param criterion[] = { { .name = "key", .type = PARAM_ALPHA }, { .name = "value", .type = PARAM_RAW } };
static const struct param criterion_row[] = { { .type = PARAM_STRUCT, .members = criterion, .count = 2 } };
static const struct param get_users_params[] = { { .name = "criteria", .type = PARAM_LIST, .members = criterion_row, .count = 1 } };
static const struct param value_row[] = { { .type = PARAM_RAW } };
static const struct param by_field_params[] = {
	{ .name = "field", .type = PARAM_ALPHA },
	{ .name = "values", .type = PARAM_LIST, .members = value_row, .count = 1 },
};

int
moodle_user_fields(struct moodle_call *call, const char *text, unsigned *ret_fields)
{
	static const struct {
		const char *name;
		unsigned bit;
	} names[] = { { "id", FIELD_ID }, { "username", FIELD_USERNAME }, { "fullname", FIELD_FULLNAME },
		{ "firstname", FIELD_FIRSTNAME }, { "lastname", FIELD_LASTNAME }, { "email", FIELD_EMAIL },
		{ "address", FIELD_ADDRESS }, { "phone1", FIELD_PHONE1 }, { "phone2", FIELD_PHONE2 },
		{ "department", FIELD_DEPARTMENT }, { "institution", FIELD_INSTITUTION }, { "interests", 0 },
		{ "firstaccess", FIELD_FIRSTACCESS }, { "lastaccess", FIELD_LASTACCESS }, { "auth", FIELD_AUTH },
		{ "confirmed", FIELD_CONFIRMED }, { "idnumber", FIELD_IDNUMBER }, { "lang", FIELD_LANG }, { "theme", FIELD_THEME },
		{ "timezone", FIELD_TIMEZONE }, { "mailformat", FIELD_MAILFORMAT }, { "description", 0 },
		{ "descriptionformat", 0 }, { "city", FIELD_CITY }, { "country", FIELD_COUNTRY },
		{ "profileimageurlsmall", FIELD_IMAGES_SMALL }, { "profileimageurl", FIELD_IMAGES },
		{ "customfields", FIELD_CUSTOMFIELDS }, { "groups", FIELD_GROUPS }, { "roles", FIELD_ROLES }, { "preferences", 0 },
		{ "enrolledcourses", FIELD_COURSES }, { "suspended", FIELD_SUSPENDED },
		{ "lastcourseaccess", FIELD_LASTCOURSEACCESS }, { "trackforums", FIELD_TRACKFORUMS } };
	char *item = arena_strdup(call->arena, text), *next, *to, *from;
	unsigned fields = 0;
	size_t i;

	for (; item != NULL; item = next) {
		next = strchr(item, ',');
		if (next != NULL)
			*next++ = '\0';
		/* Cleaned to letters, digits, - and _: blanks round a name do no harm. */
		for (from = to = item; *from != '\0'; from++)
			if (param_clean(PARAM_ALPHANUMEXT, from, 1))
				*to++ = *from;
		*to = '\0';
		for (i = 0; i < sizeof(names) / sizeof(names[0]) && strcmp(names[i].name, item) != 0; i++)
			;
		if (i == sizeof(names) / sizeof(names[0]))
			return moodle_fail_plain(
			    call, "invaliduserfield", arena_printf(call->arena, "Invalid user field: %s", item));
		fields |= names[i].bit;
	}
	*ret_fields = fields;
	return 0;
}

bool
moodle_sees_email(const struct moodle_call *call, const struct pg_rows *rows, size_t i, bool in_course)
{
	return pg_int(rows, i, USER_ID) == call->user_id || pg_int(rows, i, USER_MAILDISPLAY) == MAILDISPLAY_EVERYONE ||
	       moodle_can(call, "moodle/site:viewuseridentity") || (in_course && moodle_can(call, "moodle/course:useremail"));
}

static void
text_or_absent(struct reply *reply, const char *key, const char *value, bool shown)
{
	if (shown && value != NULL)
		reply_text(reply, key, value);
	else
		reply_absent(reply, key);
}

/* Lists come packed: \x1e between elements, \x1f between the members of one. */
static void
write_packed(struct moodle_call *call, const char *key, const char *text, const char *const *names, size_t count, bool formatted)
{
	struct reply *reply = call->reply;
	char *copy = arena_strdup(call->arena, text), *item, *member, *rest;
	size_t i;

	reply_list(reply, key);
	for (item = copy[0] == '\0' ? NULL : copy; item != NULL; item = rest) {
		rest = strchr(item, '\x1e');
		if (rest != NULL)
			*rest++ = '\0';
		reply_object(reply, NULL);
		for (i = 0; i < count; i++) {
			member = item;
			item = i + 1 < count ? strchr(member, '\x1f') : NULL;
			if (item != NULL)
				*item++ = '\0';
			if (names[i][0] == '#')
				reply_int(reply, names[i] + 1, strtoll(member, NULL, 10));
			else
				reply_text(reply, names[i], formatted ? moodle_string(call, member) : member);
		}
		reply_end_object(reply);
	}
	reply_end_list(reply);
}

static void
write_packed_or_absent(
    struct moodle_call *call, const char *key, const char *text, bool shown, const char *const *names, size_t count)
{
	if (shown && text != NULL)
		write_packed(call, key, text, names, count, /* formatted= */ true);
	else
		reply_absent_list(call->reply, key);
}

static void
write_picture(struct moodle_call *call, const char *key, const char *size, bool shown)
{
	text_or_absent(
	    call->reply, key, moodle_url(call, arena_printf(call->arena, "/theme/image.php/boost/core/1/u/%s", size)), shown);
}

/* What only the account's own listing has. */
static void
write_account(struct moodle_call *call, const struct pg_rows *rows, size_t i, unsigned fields, bool all)
{
	struct reply *reply = call->reply;

	text_or_absent(reply, "auth", pg_text(rows, i, USER_AUTH), all && (fields & FIELD_AUTH) != 0);
	if ((fields & FIELD_SUSPENDED) != 0)
		reply_bool(reply, "suspended", pg_bool(rows, i, USER_SUSPENDED));
	if (all && (fields & FIELD_CONFIRMED) != 0)
		reply_bool(reply, "confirmed", pg_bool(rows, i, USER_CONFIRMED));
	text_or_absent(reply, "lang", pg_text(rows, i, USER_LANG), all && (fields & FIELD_LANG) != 0);
	reply_absent(reply, "calendartype");
	text_or_absent(reply, "theme", pg_text(rows, i, USER_THEME), all && (fields & FIELD_THEME) != 0);
	text_or_absent(reply, "timezone", pg_text(rows, i, USER_TIMEZONE), (fields & FIELD_TIMEZONE) != 0);
	if (all && (fields & FIELD_MAILFORMAT) != 0)
		reply_int(reply, "mailformat", pg_int(rows, i, USER_MAILFORMAT));
	if (all && (fields & FIELD_TRACKFORUMS) != 0)
		reply_int(reply, "trackforums", pg_int(rows, i, USER_TRACKFORUMS));
}

/* A participant's roles, groups and courses. */
static void
write_participant(struct moodle_call *call, const struct pg_rows *rows, size_t i, unsigned fields)
{
	static const char *const groups[] = { "#id", "name", "description", "#descriptionformat" };
	static const char *const roles[] = { "#roleid", "name", "shortname", "#sortorder" };
	static const char *const courses[] = { "#id", "fullname", "shortname" };

	write_packed_or_absent(call, "groups", pg_text(rows, i, USER_GROUPS), (fields & FIELD_GROUPS) != 0, groups, 4);
	if ((fields & FIELD_ROLES) != 0)
		write_packed(call, "roles", pg_text(rows, i, USER_ROLES) == NULL ? "" : pg_text(rows, i, USER_ROLES), roles, 4,
		    /* formatted= */ false);
	else
		reply_absent_list(call->reply, "roles");
	reply_absent_list(call->reply, "preferences");
	write_packed_or_absent(call, "enrolledcourses", pg_text(rows, i, USER_COURSES), (fields & FIELD_COURSES) != 0, courses, 3);
}

void
moodle_write_user(struct moodle_call *call, const struct pg_rows *rows, size_t i, unsigned fields, bool in_course)
{
	static const char *const custom[] = { "type", "value", "displayvalue", "name", "shortname" };
	struct reply *reply = call->reply;
	bool self = pg_int(rows, i, USER_ID) == call->user_id, all = self || moodle_can(call, "moodle/user:viewalldetails");
	const char *institution = pg_text(rows, i, USER_INSTITUTION), *idnumber = pg_text(rows, i, USER_IDNUMBER);
	const char *first = pg_text(rows, i, USER_FIRSTNAME), *last = pg_text(rows, i, USER_LASTNAME),
		   *address = pg_text(rows, i, USER_ADDRESS);
	/* Telephones are shown where the site names them in "Show user identity", to whom may see identities. */
	const char *phone1 = pg_text(rows, i, USER_PHONE1), *phone2 = pg_text(rows, i, USER_PHONE2);
	bool identity = moodle_can(call, "moodle/site:viewuseridentity");

	reply_object(reply, NULL);
	reply_int(reply, "id", pg_int(rows, i, USER_ID));
	text_or_absent(reply, "username", pg_text(rows, i, USER_USERNAME), all && (fields & FIELD_USERNAME) != 0);
	text_or_absent(reply, "firstname", first, (fields & FIELD_FIRSTNAME) != 0);
	text_or_absent(reply, "lastname", last, (fields & FIELD_LASTNAME) != 0);
	reply_text(reply, "fullname", arena_printf(call->arena, "%s %s", first, last));
	text_or_absent(reply, "email", pg_text(rows, i, USER_EMAIL),
	    (fields & FIELD_EMAIL) != 0 && moodle_sees_email(call, rows, i, in_course));
	text_or_absent(reply, "address", address, (fields & FIELD_ADDRESS) != 0 && address[0] != '\0');
	text_or_absent(reply, "phone1", phone1, identity && (fields & FIELD_PHONE1) != 0 && phone1[0] != '\0');
	text_or_absent(reply, "phone2", phone2, identity && (fields & FIELD_PHONE2) != 0 && phone2[0] != '\0');
	text_or_absent(reply, "department", pg_text(rows, i, USER_DEPARTMENT), all && (fields & FIELD_DEPARTMENT) != 0);
	text_or_absent(reply, "institution", institution, all && (fields & FIELD_INSTITUTION) != 0 && institution[0] != '\0');
	text_or_absent(reply, "idnumber", idnumber, all && (fields & FIELD_IDNUMBER) != 0 && idnumber[0] != '\0');
	reply_absent(reply, "interests");
	if ((fields & FIELD_FIRSTACCESS) != 0)
		reply_int(reply, "firstaccess", pg_int(rows, i, USER_FIRSTACCESS));
	if ((fields & FIELD_LASTACCESS) != 0)
		reply_int(reply, "lastaccess", pg_int(rows, i, USER_LASTACCESS));
	if (!in_course)
		write_account(call, rows, i, fields, all);
	else if ((fields & FIELD_LASTCOURSEACCESS) != 0)
		reply_int(reply, "lastcourseaccess", pg_int(rows, i, USER_LASTCOURSEACCESS));
	reply_absent(reply, "description");
	reply_absent(reply, "descriptionformat");
	text_or_absent(
	    reply, "city", pg_text(rows, i, USER_CITY), (fields & FIELD_CITY) != 0 && pg_text(rows, i, USER_CITY)[0] != '\0');
	text_or_absent(reply, "country", pg_text(rows, i, USER_COUNTRY),
	    (fields & FIELD_COUNTRY) != 0 && pg_text(rows, i, USER_COUNTRY)[0] != '\0' &&
		strcmp(pg_text(rows, i, USER_COUNTRY), "0") != 0);
	write_picture(call, "profileimageurlsmall", "f2", (fields & FIELD_IMAGES_SMALL) != 0);
	write_picture(call, "profileimageurl", "f1", (fields & FIELD_IMAGES) != 0);
	write_packed_or_absent(
	    call, "customfields", pg_text(rows, i, USER_CUSTOMFIELDS), (fields & FIELD_CUSTOMFIELDS) != 0, custom, 5);
	if (in_course) {
		write_participant(call, rows, i, fields);
	} else if (self && fields == FIELD_ALL) {
		reply_list(reply, "preferences");
		reply_object(reply, NULL);
		reply_text(reply, "name", "_lastloaded");
		reply_int(reply, "value", call->now);
		reply_end_object(reply);
		reply_end_list(reply);
	} else {
		reply_absent_list(reply, "preferences");
	}
	reply_end_object(reply);
}

/* Does the answer hold the searched field for this person? If not, Moodle takes it that the caller may not search by it. */
static bool
shows(const struct moodle_call *call, const struct pg_rows *rows, size_t i, const char *key)
{
	bool all = pg_int(rows, i, USER_ID) == call->user_id || moodle_can(call, "moodle/user:viewalldetails");

	if (strcmp(key, "email") == 0)
		return moodle_sees_email(call, rows, i, /* in_course= */ false);
	if (strcmp(key, "idnumber") == 0)
		return all && pg_text(rows, i, USER_IDNUMBER)[0] != '\0';
	if (strcmp(key, "username") == 0 || strcmp(key, "auth") == 0)
		return all;
	return true;
}

static bool
may_view(const struct moodle_call *call, const struct pg_rows *rows, size_t i)
{
	return pg_int(rows, i, USER_ID) == call->user_id || moodle_can(call, "moodle/user:viewdetails");
}

/* clean_param(): what Moodle makes of a search value before it compares. */
static const char *
clean_value(struct moodle_call *call, const char *key, const char *value)
{
	char *out, *to;

	if (strcmp(key, "id") == 0)
		return pg_number(call->arena, (int64_t)strtoll(value, NULL, 10));
	if (strcmp(key, "email") == 0)
		return text_trim(call->arena, value);
	if (strcmp(key, "username") != 0)
		return value;
	out = to = arena_alloc(call->arena, strlen(value) + 1);
	for (; *value != '\0'; value++) {
		*to = *value >= 'A' && *value <= 'Z' ? (char)(*value + 32) : *value;
		if (param_clean(PARAM_USERNAME, to, 1))
			to++;
	}
	*to = '\0';
	return out;
}

static int
get_users(struct moodle_call *call, struct err *err)
{
	/* email, firstname and lastname are LIKE without case; the others equal. */
	static const char *const keys[] = { "id", "idnumber", "username", "auth", "email", "firstname", "lastname" };
	enum { KEYS = sizeof(keys) / sizeof(keys[0]) };
	const char *values[KEYS] = { NULL }, *unknown[16], *seen[64];
	struct tree *item;
	struct pg_rows *rows;
	size_t i, k, n, unknown_count = 0, seen_count = 0, *order;
	bool whole;

	for (item = tree_get(call->params, "criteria")->first; item != NULL; item = item->next) {
		const char *key = tree_text(item, "key");

		for (i = 0; i < seen_count; i++)
			if (strcmp(seen[i], key) == 0) {
				call->error_debug = arena_printf(call->arena, "The key %s can only be sent once", key);
				return moodle_fail_plain(call, "keyalreadyset", "error/keyalreadyset");
			}
		if (seen_count < sizeof(seen) / sizeof(seen[0]))
			seen[seen_count++] = key;
		for (k = 0; k < KEYS && strcmp(keys[k], key) != 0; k++)
			;
		if (k < KEYS)
			values[k] = clean_value(call, key, tree_text(item, "value"));
		else if (unknown_count < sizeof(unknown) / sizeof(unknown[0]))
			unknown[unknown_count++] = key;
	}
	if (pg_run_once(call->pg, sql_users, values, KEYS, &rows, err) != 0)
		return -1;
	reply_object(call->reply, NULL);
	reply_list(call->reply, "users");
	order = fault_order(call->arena, call->effect, pg_count(rows), &n);
	for (i = 0; i < n; i++) {
		whole = may_view(call, rows, order[i]);
		for (k = 0; k < KEYS; k++)
			if (values[k] != NULL && !shows(call, rows, order[i], keys[k]))
				whole = false;
		if (whole)
			moodle_write_user(call, rows, order[i], FIELD_ALL, /* in_course= */ false);
	}
	reply_end_list(call->reply);
	reply_list(call->reply, "warnings");
	for (i = 0; i < unknown_count; i++) {
		reply_object(call->reply, NULL);
		reply_text(call->reply, "item", unknown[i]);
		reply_text(call->reply, "warningcode", "invalidfieldparameter");
		reply_text(call->reply, "message",
		    arena_printf(
			call->arena, "The search key '%s' is not supported, look at the web service documentation", unknown[i]));
		reply_end_object(call->reply);
	}
	reply_end_list(call->reply);
	reply_end_object(call->reply);
	pg_free(rows);
	return 0;
}

/* PHP compares a number and a numeric text by value: "03" and " 3" are 3. */
static bool
is_number(const char *text)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	(void)value;
	return end != text && end[strspn(end, " \t\r\n\v\f")] == '\0';
}

static int
get_users_by_field(struct moodle_call *call, struct err *err)
{
	const char *field = tree_text(call->params, "field"), **values;
	struct tree *list = tree_get(call->params, "values"), *item;
	enum param_type type;
	struct pg_rows *rows;
	size_t count = 0, i, n, *order;

	if (strcmp(field, "id") == 0)
		type = PARAM_INT;
	else if (strcmp(field, "username") == 0)
		type = PARAM_USERNAME;
	else if (strcmp(field, "idnumber") == 0)
		type = PARAM_RAW;
	else if (strcmp(field, "email") == 0)
		type = PARAM_TRIMMED;
	else
		return moodle_fail(call, "core\\exception\\coding_exception", "codingerror",
		    "Coding error detected, it must be fixed by a programmer: invalid field parameter");
	values = ARENA_ARRAY(call->arena, list->count + 1, const char *);
	for (item = list->first; item != NULL; item = item->next) {
		const char *value = type == PARAM_INT && is_number(item->text) ? clean_value(call, "id", item->text) : item->text;

		if (!param_clean(type, value, strlen(value)) || strlen(item->text) != item->len)
			return moodle_fail_params(
			    call, arena_printf(call->arena, "The field '%s' value is invalid: %s", field, item->text));
		values[count++] = value;
	}
	if (pg_run_once(call->pg, sql_users_by_field, PG_ARGS(field, pg_text_array(call->arena, values, count)), &rows, err) != 0)
		return -1;
	reply_list(call->reply, NULL);
	order = fault_order(call->arena, call->effect, pg_count(rows), &n);
	for (i = 0; i < n; i++)
		if (may_view(call, rows, order[i]) && shows(call, rows, order[i], field))
			moodle_write_user(call, rows, order[i], FIELD_ALL, /* in_course= */ false);
	reply_end_list(call->reply);
	pg_free(rows);
	return 0;
}

const struct moodle_function moodle_user_functions[] = {
	{ "core_user_get_users", get_users_params, PARAM_COUNT(get_users_params), false, get_users },
	{ "core_user_get_users_by_field", by_field_params, PARAM_COUNT(by_field_params), false, get_users_by_field },
	{ "core_user_create_users", moodle_create_users_params, 1, false, moodle_create_users },
	{ "core_user_update_users", moodle_update_users_params, 1, false, moodle_update_users },
	{ NULL, NULL, 0, false, NULL },
};
