/* The custom report. Its values are sentences for people, asked for in English and UTC, so they are parsed strictly: whatever does not
 * read exactly as expected is an error, never a guess. No ids come with it; the caller joins by short name and user name. */
#include "moodle/report.h"

#include <inttypes.h>
#include <string.h>

#include "adapter/json.h"
#include "base/clock.h"
#include "base/text.h"

#define FUNCTION "core_reportbuilder_retrieve_report"

enum column { COURSE, USERNAME, PLUGIN, CREATED, STARTED, ENDED, STATUS, COMPLETED, ACCOUNT_SUSPENDED, COLUMN_COUNT };

/* Headers as lang=en has them. */
static const struct {
	const char *header;
	bool required;
} columns[COLUMN_COUNT] = {
	[COURSE] = { "Course short name", true },
	[USERNAME] = { "Username", true },
	[PLUGIN] = { "Plugin", true },
	[CREATED] = { "Time created", true },
	[STARTED] = { "Time started", true },
	[ENDED] = { "Time ended", true },
	[STATUS] = { "Status", true },
	[COMPLETED] = { "Time completed", true },
	[ACCOUNT_SUSPENDED] = { "Suspended", false },
};

/* Source: lang string `pluginname` of the plugins in Moodle 4.5's enrol/ folder, and of enrol_course_tokens. */
static const struct {
	const char *name;
	const char *code;
} methods[] = {
	{ "Manual enrolments", "manual" },
	{ "Self enrolment", "self" },
	{ "Course tokens", "course_tokens" },
	{ "Guest access", "guest" },
	{ "Cohort sync", "cohort" },
	{ "Course meta link", "meta" },
	{ "External database", "database" },
	{ "Enrolment on payment", "fee" },
	{ "PayPal", "paypal" },
	{ "Publish as LTI tool", "lti" },
	{ "LDAP enrolments", "ldap" },
	{ "Category enrolments", "category" },
	{ "Flat file (CSV)", "flatfile" },
	{ "IMS Enterprise file", "imsenterprise" },
	{ "MNet remote enrolments", "mnet" },
};

const char *
report_method(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].code;
	return name;
}

/* Take one of the words at the position, which moves on; -1 if none stands there. */
static int
take_word(const char **at, const char *const *list, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (text_starts(*at, list[i])) {
			*at += strlen(list[i]);
			return i;
		}
	return -1;
}

/* Take a number of at most so many digits; -1 if there is none. */
static int
take_number(const char **at, int max_digits)
{
	int value = 0, digits = 0;

	while (digits < max_digits && **at >= '0' && **at <= '9') {
		value = value * 10 + (**at - '0');
		(*at)++;
		digits++;
	}
	return digits == 0 ? -1 : value;
}

static bool
take(const char **at, const char *mark)
{
	if (!text_starts(*at, mark))
		return false;
	*at += strlen(mark);
	return true;
}

int
report_date(const char *text, int64_t *ret_utc, struct err *err)
{
	static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
	static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September",
		"October", "November", "December" };
	static const char *const halves[] = { "AM", "PM" };
	struct clock_date date = { 0 };
	const char *at = text;
	int weekday, half;

	if (*text == '\0') {
		*ret_utc = 0;
		return 0;
	}
	weekday = take_word(&at, days, 7);
	if (weekday < 0 || !take(&at, ", "))
		goto bad;
	date.day = take_number(&at, 2);
	if (!take(&at, " "))
		goto bad;
	date.month = take_word(&at, months, 12) + 1;
	if (!take(&at, " "))
		goto bad;
	date.year = take_number(&at, 4);
	if (!take(&at, ", "))
		goto bad;
	date.hour = take_number(&at, 2);
	if (!take(&at, ":") || at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
		goto bad;
	date.minute = take_number(&at, 2);
	if (!take(&at, " "))
		goto bad;
	half = take_word(&at, halves, 2);
	if (half < 0 || *at != '\0' || date.hour < 1 || date.hour > 12)
		goto bad;
	/* 12 AM is midnight, 12 PM is noon. */
	date.hour = date.hour % 12 + 12 * half;
	if (!clock_valid(&date))
		goto bad;
	if (clock_weekday(&date) != weekday)
		return err_set(err, ERR_DATA, "date \"%s\" of the report is not that day of the week", text);
	*ret_utc = clock_to_utc(&date);
	return 0;
bad:
	return err_set(err, ERR_DATA, "cannot read \"%s\" of the report as a date", text);
}

/* Rows already seen, as 64-bit hashes: finds a row that stands on two pages. */
struct seen {
	struct arena *arena;
	uint64_t *slots; /* 0: free */
	uint32_t *pages;
	size_t capacity, count;
};

static uint64_t
row_hash(const struct json *values)
{
	uint64_t hash = 14695981039346656037u;
	size_t i;

	for (i = 0; i < values->count; i++) {
		const char *s = values->items[i].kind == JSON_STRING ? values->items[i].text : "";

		do {
			hash = (hash ^ (unsigned char)*s) * 1099511628211u;
		} while (*s++ != '\0');
	}
	/* FNV mixes the low bits poorly for a power-of-two table. */
	hash ^= hash >> 32;
	hash *= 0x9e3779b97f4a7c15u;
	hash ^= hash >> 29;
	return hash == 0 ? 1 : hash;
}

/* False if the row was already met on another page; the same row twice on one page is two enrolments that look alike. */
static bool
seen_add(struct seen *seen, uint64_t hash, uint32_t page)
{
	size_t i;

	if (2 * (seen->count + 1) > seen->capacity) {
		struct seen old = *seen;

		seen->capacity = old.capacity == 0 ? 65536 : old.capacity * 2;
		seen->slots = ARENA_ARRAY(seen->arena, seen->capacity, uint64_t);
		seen->pages = ARENA_ARRAY(seen->arena, seen->capacity, uint32_t);
		seen->count = 0;
		for (i = 0; i < old.capacity; i++)
			if (old.slots[i] != 0)
				(void)seen_add(seen, old.slots[i], old.pages[i]);
	}
	for (i = hash & (seen->capacity - 1); seen->slots[i] != 0; i = (i + 1) & (seen->capacity - 1))
		if (seen->slots[i] == hash)
			return seen->pages[i] == page;
	seen->slots[i] = hash;
	seen->pages[i] = page;
	seen->count++;
	return true;
}

/* A condition of the report whose operator is not "is any value" hides rows from us. */
static int
check_details(struct arena *arena, int64_t report_id, const struct json *answer, struct err *err)
{
	const struct json *details = json_get(answer, "details");
	const char *source, *conditions;
	struct json *parsed;
	size_t i;

	if (details == NULL)
		return 0;
	if (json_text_or_null(details, "source", &source, err) != 0 ||
	    json_text_or_null(details, "conditiondata", &conditions, err) != 0)
		return -1;
	if (source != NULL && !text_ends(source, "\\datasource\\participants")) {
		(void)err_set(err, ERR_CONFIG, "report %" PRId64 " is not a report of source \"Course participants\"", report_id);
		return err_hint(err, "Make one under Site administration, Reports, Custom reports, without the default setup, and "
				     "name its id in the "
				     "site's setting \"report\".");
	}
	if (conditions == NULL || *conditions == '\0')
		return 0;
	if (json_parse(arena, "conditions of the report", conditions, strlen(conditions), &parsed, err) != 0)
		return -1;
	for (i = 0; parsed->kind == JSON_OBJECT && i < parsed->count; i++)
		if (text_ends(parsed->names[i], "_operator") && parsed->items[i].text != NULL &&
		    strcmp(parsed->items[i].text, "0") != 0) {
			(void)err_set(err, ERR_CONFIG, "report %" PRId64 " has the condition \"%.*s\", which hides rows", report_id,
			    (int)(strlen(parsed->names[i]) - strlen("_operator")), parsed->names[i]);
			return err_hint(
			    err, "Remove the conditions in the report's editor; a report made with the default setup has one.");
		}
	return 0;
}

static int
find_columns(int64_t report_id, const struct json *headers, int *position, struct err *err)
{
	size_t c, i;

	for (c = 0; c < COLUMN_COUNT; c++) {
		position[c] = -1;
		for (i = 0; i < headers->count; i++) {
			if (headers->items[i].kind != JSON_STRING || strcmp(headers->items[i].text, columns[c].header) != 0)
				continue;
			if (position[c] >= 0)
				return err_set(
				    err, ERR_CONFIG, "report %" PRId64 " has two columns \"%s\"", report_id, columns[c].header);
			position[c] = (int)i;
		}
		if (position[c] < 0 && columns[c].required) {
			(void)err_set(err, ERR_CONFIG, "report %" PRId64 " has no column \"%s\"", report_id, columns[c].header);
			return err_hint(err, "It needs the columns course short name, username, plugin, time created, time "
					     "started, time ended, status and "
					     "time completed, under their own names.");
		}
	}
	return 0;
}

/* A value as text; null, as an absent status is sent, is "". */
static int
value_text(const struct json *values, int position, const char **ret_text, struct err *err)
{
	const struct json *value = &values->items[position];

	if (value->kind == JSON_NULL)
		*ret_text = "";
	else if (value->kind == JSON_STRING)
		*ret_text = value->text;
	else
		return err_set(
		    err, ERR_DATA, "column %d of the report holds %s instead of a string", position + 1, json_kind_name(value));
	return 0;
}

static int
read_row(const struct json *values, const int *position, struct report_row *ret_row, struct err *err)
{
	const char *text[COLUMN_COUNT];
	struct report_row row = { 0 };
	size_t c;

	for (c = 0; c < COLUMN_COUNT; c++) {
		text[c] = "";
		if (position[c] >= 0 && value_text(values, position[c], &text[c], err) != 0)
			return -1;
	}
	row.course = text[COURSE];
	row.method = report_method(text[PLUGIN]);
	row.account_suspended = -1;
	if (row.course[0] == '\0')
		return err_set(err, ERR_DATA, "row of the report has no course short name");
	if (text[USERNAME][0] == '\0') {
		*ret_row = row;
		return 0;
	}
	row.username = text[USERNAME];
	if (report_date(text[CREATED], &row.created, err) != 0 || report_date(text[STARTED], &row.started, err) != 0 ||
	    report_date(text[ENDED], &row.ended, err) != 0 || report_date(text[COMPLETED], &row.completed, err) != 0)
		return -1;
	if (strcmp(text[STARTED], text[CREATED]) == 0)
		row.started = 0;
	if (strcmp(text[STATUS], "Active") == 0)
		row.active = true;
	else if (strcmp(text[STATUS], "Suspended") == 0)
		row.suspended = true;
	else if (strcmp(text[STATUS], "Not current") != 0)
		return err_set(err, ERR_DATA, "cannot read \"%s\" of the report as a status", text[STATUS]);
	if (position[ACCOUNT_SUSPENDED] >= 0) {
		if (strcmp(text[ACCOUNT_SUSPENDED], "Yes") != 0 && strcmp(text[ACCOUNT_SUSPENDED], "No") != 0)
			return err_set(err, ERR_DATA, "cannot read \"%s\" of the report as yes or no", text[ACCOUNT_SUSPENDED]);
		row.account_suspended = strcmp(text[ACCOUNT_SUSPENDED], "Yes") == 0;
	}
	*ret_row = row;
	return 0;
}

int
report_each(struct moodle *moodle, int64_t report_id, size_t page_rows, int (*fn)(const struct report_row *, void *, struct err *),
    void *context, struct err *err)
{
	struct arena whole = ARENA_INIT, turn = ARENA_INIT;
	struct seen seen = { &whole, NULL, NULL, 0, 0 };
	int64_t total = -1, declared, page = 0, got = 0;
	int position[COLUMN_COUNT];
	int rc = -1;

	do {
		const struct json *data, *headers, *rows;
		struct moodle_request request;
		struct moodle_reply reply;
		size_t i;

		arena_reset(&turn);
		moodle_request_init(&request, &turn, FUNCTION);
		request.settings = MOODLE_RAW | MOODLE_ENGLISH_UTC;
		params_int(&request.params, report_id, "reportid");
		params_int(&request.params, page, "page");
		params_int(&request.params, (int64_t)page_rows, "perpage");
		if (moodle_call(&turn, moodle, &request, &reply, err) != 0) {
			if (reply.errorcode != NULL && strcmp(reply.errorcode, "invalidrecord") == 0) {
				err->code = ERR_CONFIG;
				(void)err_wrap(err, "there is no report %" PRId64, report_id);
			}
			goto out;
		}
		data = json_get(reply.json, "data");
		if (data == NULL || json_list(data, "headers", &headers, err) != 0 || json_list(data, "rows", &rows, err) != 0 ||
		    json_int(data, "totalrowcount", &declared, err) != 0) {
			if (err->code == ERR_NONE)
				(void)err_set(err, ERR_DATA, "answer has no member \"data\"");
			(void)err_wrap(err, "cannot read the answer of \"%s\"", FUNCTION);
			goto out;
		}
		if (check_details(&turn, report_id, reply.json, err) != 0 || find_columns(report_id, headers, position, err) != 0)
			goto out;
		if (total >= 0 && declared != total) {
			(void)err_set(err, ERR_INCOMPLETE,
			    "report %" PRId64 " changed while it was read: %" PRId64 " rows became %" PRId64, report_id, total,
			    declared);
			goto out;
		}
		total = declared;
		for (i = 0; i < rows->count; i++) {
			const struct json *values;
			struct report_row row;

			if (json_list(&rows->items[i], "columns", &values, err) != 0)
				goto out;
			if (values->count != headers->count) {
				(void)err_set(err, ERR_DATA, "row of report %" PRId64 " has %zu values for %zu columns", report_id,
				    values->count, headers->count);
				goto out;
			}
			if (read_row(values, position, &row, err) != 0)
				goto out;
			if ((size_t)total > page_rows && row.username != NULL &&
			    !seen_add(&seen, row_hash(values), (uint32_t)page)) {
				(void)err_set(err, ERR_INCOMPLETE, "report %" PRId64 " gave the same row on two pages", report_id);
				(void)err_hint(err, "Sort the report, for example by course short name and username: without "
						    "sorting the order of its rows is "
						    "undefined and pages overlap.");
				goto out;
			}
			if (fn(&row, context, err) != 0)
				goto out;
		}
		got += (int64_t)rows->count;
		page++;
		/* Any page but the last must be full. */
		if (got < total && rows->count != page_rows) {
			(void)err_set(err, ERR_INCOMPLETE, "report %" PRId64 " declares %" PRId64 " rows but gave %" PRId64,
			    report_id, total, got);
			goto out;
		}
	} while (got < total);
	if (got != total) {
		(void)err_set(
		    err, ERR_INCOMPLETE, "report %" PRId64 " declares %" PRId64 " rows but gave %" PRId64, report_id, total, got);
		goto out;
	}
	rc = 0;
out:
	arena_done(&turn);
	arena_done(&whole);
	return rc;
}
