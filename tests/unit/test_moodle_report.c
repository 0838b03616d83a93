/* Read level 2: sentences of a report become moments, strictly; a report that is not whole counts nothing. */
#include "moodle/report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "expect.h"
#include "recorded.h"
#include "wire.h"

static struct arena arena;

static void
dates_are_read_to_the_minute(void **state)
{
	static const struct {
		const char *text, *iso;
	} cases[] = {
		{ "Sunday, 19 November 2028, 9:38 AM", "2028-11-19T09:38:00Z" },
		{ "Thursday, 1 January 2026, 12:00 AM", "2026-01-01T00:00:00Z" },
		{ "Thursday, 1 January 2026, 12:00 PM", "2026-01-01T12:00:00Z" },
		{ "Saturday, 29 February 2020, 11:59 PM", "2020-02-29T23:59:00Z" },
		{ "Wednesday, 16 November 5138, 9:46 AM", "5138-11-16T09:46:00Z" },
		{ "Wednesday, 31 December 1969, 11:59 PM", "1969-12-31T23:59:00Z" },
	};
	struct err err = ERR_INIT;
	int64_t utc = -1;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		expect_ok(cases[i].text, report_date(cases[i].text, &utc, &err), &err);
		expect_text(cases[i].text, clock_iso(&arena, utc), cases[i].iso);
	}
	expect_ok("none", report_date("", &utc, &err), &err);
	assert_int_equal(utc, 0);
}

static void
other_sentences_are_refused(void **state)
{
	static const char *const cases[] = {
		"Sonntag, 19. November 2028, 09:38",  /* another language */
		"Sunday, 19 November 2028, 21:38",    /* 24 hours */
		"Sunday, 19 November 2028, 9:38 AM ", /* something after it */
		" Sunday, 19 November 2028, 9:38 AM",
		"Sunday, 19 November 2028",
		"Sunday, 31 November 2028, 9:38 AM", /* no such day */
		"Sunday, 19 November 2028, 0:38 AM",
		"Sunday, 19 November 2028, 13:38 PM",
		"Sunday, 19 November 2028, 9:60 AM",
		"Sunday, 19 November 2028, 9:3 AM",
		"Sunday, 19 Novembre 2028, 9:38 AM",
		"Sunday, 119 November 2028, 9:38 AM",
		"19 November 2028, 9:38 AM",
		"Never",
		"1858239504",
	};
	struct err err = ERR_INIT;
	int64_t utc = -7;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		err_reset(&err);
		assert_int_equal(report_date(cases[i], &utc, &err), -1);
		expect_err(cases[i], &err, ERR_DATA, arena_printf(&arena, "cannot read \"%s\" of the report as a date", cases[i]));
	}
	err_reset(&err);
	assert_int_equal(report_date("Monday, 19 November 2028, 9:38 AM", &utc, &err), -1);
	expect_err(
	    "weekday", &err, ERR_DATA, "date \"Monday, 19 November 2028, 9:38 AM\" of the report is not that day of the week");
	assert_int_equal(utc, -7);
}

/* What a reading gave. */
struct got {
	size_t rows, users;
	struct report_row list[200];
};

static int
keep(const struct report_row *row, void *context, struct err *err)
{
	struct got *got = context;
	struct report_row *copy;

	(void)err;
	got->rows++;
	if (row->username == NULL)
		return 0;
	assert_true(got->users < COUNT_OF(got->list));
	copy = &got->list[got->users++];
	*copy = *row;
	copy->course = arena_strdup(&arena, row->course);
	copy->username = arena_strdup(&arena, row->username);
	copy->method = arena_strdup(&arena, row->method);
	return 0;
}

static void
answer_recorded(
    struct wire *wire, struct arena *to, const struct wire_request *request, struct wire_answer *answer, struct err *err)
{
	(void)err;
	expect_text("function", request->function, "core_reportbuilder_retrieve_report");
	expect_text("language", wire_field(to, request->body, "moodlewssettinglang"), "en");
	expect_text("zone", wire_field(to, request->body, "moodlewssettingtimezone"), "UTC");
	answer->body = recorded_read(to, wire->context).body;
}

/* Each row of Moodle's own tables has its row in the report, with the same moments to the minute. */
static void
the_recorded_report_equals_moodles_tables(void **state)
{
	const char *name = "core_reportbuilder_retrieve_report/perpage_1000";
	char name_copy[64];
	struct recorded recorded = recorded_read(&arena, name);
	const struct json *rows = json_get(json_get(recorded.file, "db_after"), "rows");
	struct got *got = ARENA_NEW(&arena, struct got);
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;
	size_t i, k, zero_starts = 0, completed = 0, suspended = 0;

	(void)state;
	(void)snprintf(name_copy, sizeof(name_copy), "%s", name);
	wire_init(&wire, answer_recorded, name_copy);
	moodle = wire_open(&wire);
	expect_ok("report", report_each(moodle, 2, 1000, keep, got, &err), &err);
	moodle_close(moodle);
	assert_int_equal(got->rows, 115);
	assert_non_null(rows);
	assert_int_equal(rows->kind, JSON_ARRAY);
	assert_int_equal(got->users, rows->count);
	for (i = 0; i < rows->count; i++) {
		const char *course, *username, *method;
		int64_t status, start, end, created, done = 0;
		const struct report_row *row = NULL;

		assert_int_equal(json_text(&rows->items[i], "shortname", &course, &err), 0);
		assert_int_equal(json_text(&rows->items[i], "username", &username, &err), 0);
		assert_int_equal(json_text(&rows->items[i], "enrol", &method, &err), 0);
		assert_int_equal(json_int(&rows->items[i], "status", &status, &err), 0);
		assert_int_equal(json_int(&rows->items[i], "timestart", &start, &err), 0);
		assert_int_equal(json_int(&rows->items[i], "timeend", &end, &err), 0);
		assert_int_equal(json_int(&rows->items[i], "timecreated", &created, &err), 0);
		if (!json_is_null(json_get(&rows->items[i], "timecompleted")))
			assert_int_equal(json_int(&rows->items[i], "timecompleted", &done, &err), 0);
		for (k = 0; k < got->users; k++)
			if (strcmp(got->list[k].course, course) == 0 && strcmp(got->list[k].username, username) == 0 &&
			    strcmp(got->list[k].method, method) == 0)
				row = &got->list[k];
		if (row == NULL)
			fail_msg("no row for %s of %s by %s", username, course, method);
		assert_int_equal(row->suspended, status != 0);
		/* A start in the minute of creation cannot be told from none. */
		assert_int_equal(row->started, start / 60 == created / 60 ? 0 : start / 60 * 60);
		assert_int_equal(row->ended, end / 60 * 60);
		assert_int_equal(row->created, created / 60 * 60);
		assert_int_equal(row->completed, done / 60 * 60);
		zero_starts += row->started == 0;
		completed += row->completed != 0;
		suspended += row->suspended;
	}
	assert_true(zero_starts > 10 && completed > 3 && suspended > 3);
}

/* A report of our own making, in pages, with faults. */
struct making {
	size_t total;
	const char *fault;
};

static const char *const headers =
    "[\"Course short name\",\"Username\",\"Plugin\",\"Time created\",\"Time started\",\"Time ended\",\"Status\","
    "\"Time completed\",\"Suspended\"]";

static void
answer_made(struct wire *wire, struct arena *to, const struct wire_request *request, struct wire_answer *answer, struct err *err)
{
	const struct making *making = wire->context;
	size_t page = strtoul(wire_field(to, request->body, "page"), NULL, 10);
	size_t rows = strtoul(wire_field(to, request->body, "perpage"), NULL, 10), total = making->total, i;
	bool last = (page + 1) * rows >= total;
	const char *list = "", *status = "Active", *conditions = "null", *head = headers, *source = "core_course";

	(void)err;
	if (strcmp(making->fault, "changed") == 0 && page == 1)
		total++;
	if (strcmp(making->fault, "status") == 0)
		status = "Vigente";
	if (strcmp(making->fault, "condition") == 0)
		conditions = "\"{\\\"enrolment:status_operator\\\":1,\\\"enrolment:status_value\\\":0}\"";
	if (strcmp(making->fault, "any") == 0)
		conditions = "\"{\\\"enrolment:status_operator\\\":0}\"";
	if (strcmp(making->fault, "column") == 0)
		head = "[\"Course short name\",\"Username\",\"Plugin\",\"Time created\",\"Time started\",\"Time "
		       "ended\",\"Estado\",\"Time "
		       "completed\",\"Suspended\"]";
	if (strcmp(making->fault, "twice") == 0)
		head = "[\"Course short name\",\"Username\",\"Plugin\",\"Time created\",\"Time created\",\"Time "
		       "ended\",\"Status\",\"Time "
		       "completed\",\"Suspended\"]";
	for (i = page * rows; i < (page + 1) * rows && i < making->total; i++) {
		size_t n = i;

		if (strcmp(making->fault, "short") == 0 && last && i + 1 == making->total)
			break;
		if (strcmp(making->fault, "gap") == 0 && page == 0 && i == 1)
			continue;
		if (strcmp(making->fault, "overlap") == 0 && page == 1 && i == page * rows)
			n = 0;
		if (strcmp(making->fault, "alike") == 0 && i == 1)
			n = 0;
		list =
		    arena_printf(to, "%s%s{\"columns\":[\"C1\",\"u%zu\",\"Manual enrolments\",\"\",\"\",\"\",\"%s\",\"\",\"No\"]}",
			list, i == page * rows ? "" : ",", n, status);
	}
	if (strcmp(making->fault, "source") == 0)
		source = "core_user";
	answer->body = arena_printf(to,
	    "{\"details\":{\"source\":\"%s\\\\reportbuilder\\\\datasource\\\\%s\",\"conditiondata\":%s},"
	    "\"data\":{\"headers\":%s,\"rows\":[%s],\"totalrowcount\":%zu},\"warnings\":[]}",
	    source, strcmp(source, "core_user") == 0 ? "users" : "participants", conditions, head, list, total);
	if (strcmp(making->fault, "null") == 0)
		answer->body = "{\"data\":null}";
}

static void
a_report_is_whole_or_counts_nothing(void **state)
{
	static const struct {
		const char *fault;
		size_t total, page;
		enum err_code code;
		const char *message;
	} cases[] = {
		{ "", 0, 10, ERR_NONE, "" },
		{ "", 10, 10, ERR_NONE, "" },
		{ "", 25, 10, ERR_NONE, "" },
		{ "any", 3, 10, ERR_NONE, "" },
		{ "alike", 25, 10, ERR_NONE, "" }, /* two enrolments that look alike, on one page */
		{ "short", 10, 10, ERR_INCOMPLETE, "report 7 declares 10 rows but gave 9" },
		{ "short", 25, 10, ERR_INCOMPLETE, "report 7 declares 25 rows but gave 24" },
		{ "gap", 25, 10, ERR_INCOMPLETE, "report 7 declares 25 rows but gave 9" },
		{ "overlap", 25, 10, ERR_INCOMPLETE, "report 7 gave the same row on two pages" },
		{ "changed", 25, 10, ERR_INCOMPLETE, "report 7 changed while it was read: 25 rows became 26" },
		{ "status", 1, 10, ERR_DATA, "cannot read \"Vigente\" of the report as a status" },
		{ "condition", 1, 10, ERR_CONFIG, "report 7 has the condition \"enrolment:status\", which hides rows" },
		{ "source", 1, 10, ERR_CONFIG, "report 7 is not a report of source \"Course participants\"" },
		{ "column", 1, 10, ERR_CONFIG, "report 7 has no column \"Status\"" },
		{ "twice", 1, 10, ERR_CONFIG, "report 7 has two columns \"Time created\"" },
		{ "null", 1, 10, ERR_DATA, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct making making = { cases[i].total, cases[i].fault };
		struct got *got = ARENA_NEW(&arena, struct got);
		struct err err = ERR_INIT;
		struct moodle *moodle;
		struct wire wire;
		int rc;

		wire_init(&wire, answer_made, &making);
		moodle = wire_open(&wire);
		rc = report_each(moodle, 7, cases[i].page, keep, got, &err);
		moodle_close(moodle);
		if (cases[i].code == ERR_NONE) {
			expect_ok(cases[i].fault, rc, &err);
			assert_int_equal(got->rows, cases[i].total);
			continue;
		}
		assert_int_equal(rc, -1);
		if (cases[i].message == NULL)
			assert_int_equal(err.code, cases[i].code);
		else
			expect_err(cases[i].fault, &err, cases[i].code, cases[i].message);
	}
}

static void
a_report_that_is_not_there_is_named(void **state)
{
	char name[] = "core_reportbuilder_retrieve_report/unknown_report";
	struct got *got = ARENA_NEW(&arena, struct got);
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;

	(void)state;
	wire_init(&wire, answer_recorded, name);
	moodle = wire_open(&wire);
	assert_int_equal(report_each(moodle, 99999, 10, keep, got, &err), -1);
	moodle_close(moodle);
	expect_err("unknown", &err, ERR_CONFIG,
	    "there is no report 99999: \"core_reportbuilder_retrieve_report\" was refused "
	    "(invalidrecord): Can't find data record in database table reportbuilder_report.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_read_to_the_minute),
		cmocka_unit_test(other_sentences_are_refused),
		cmocka_unit_test(the_recorded_report_equals_moodles_tables),
		cmocka_unit_test(a_report_is_whole_or_counts_nothing),
		cmocka_unit_test(a_report_that_is_not_there_is_named),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
