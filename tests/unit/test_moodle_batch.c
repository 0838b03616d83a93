/* Atomic batches: the bad row is found by halving, a lost answer is read back before anything is sent again. */
#include "moodle/enrol.h"

#include <stdio.h>
#include <stdlib.h>

#include "expect.h"
#include "moodle/account.h"
#include "wire.h"

#define NOW INT64_C(1777604400)
#define MOST 400

static struct arena arena;

/* A Moodle in miniature: it does what it is told, refuses as recorded, and loses answers on demand. */
struct site {
	struct {
		int64_t course, user, start, end;
		bool suspended;
	} rows[MOST];
	size_t row_count;
	struct {
		int64_t id;
		char email[120], username[120];
	} users[MOST];
	size_t user_count;
	int64_t bad_user;        /* no such user; 0: none */
	int64_t closed_course;   /* without manual method; 0: none */
	const char *closed_code; /* instead of wsnoinstance */
	size_t lose;             /* the n-th write is not answered … */
	bool lose_done;          /* … though it was done */
	size_t lose_more;        /* and so many after it */
	bool lose_late;          /* it is done, but only when the next write comes */
	char *late;              /* its body */
	const char *down;        /* every write is answered so */
	size_t writes;
	size_t reads;
	size_t sent_rows;
};

static struct wire_answer
refuse(struct arena *to, const char *errorcode, const char *message)
{
	return (struct wire_answer){ 0,
		arena_printf(to,
		    "{\"exception\":\"core\\\\exception\\\\moodle_exception\",\"errorcode\":\"%s\",\"message\":\"%s\"}", errorcode,
		    message) };
}

static int64_t
number(struct arena *to, const char *body, const char *fmt, size_t i, const char *key)
{
	const char *value = wire_field(to, body, arena_printf(to, "%s[%zu][%s]", fmt, i, key));

	if (value == NULL)
		fail_msg("row %zu has no %s", i, key);
	return strtoll(value, NULL, 10);
}

static void
enrol(struct site *site, struct arena *to, const char *body, bool keep, struct wire_answer *answer)
{
	struct site *after = ARENA_NEW(to, struct site);
	size_t i, k;

	*after = *site;
	for (i = 0; wire_field(to, body, arena_printf(to, "enrolments[%zu][courseid]", i)) != NULL; i++) {
		int64_t user = number(to, body, "enrolments", i, "userid"), course = number(to, body, "enrolments", i, "courseid");

		site->sent_rows++;
		assert_int_equal(number(to, body, "enrolments", i, "roleid"), 5);
		if (user == site->bad_user) {
			*answer = refuse(to, "invaliduser", "Invalid user");
			return;
		}
		if (course == site->closed_course) {
			*answer = refuse(to, site->closed_code != NULL ? site->closed_code : "wsnoinstance",
			    "Manual enrolment plugin instance doesn't exist or is disabled");
			return;
		}
		for (k = 0; k < after->row_count; k++)
			if (after->rows[k].course == course && after->rows[k].user == user)
				break;
		assert_true(k < MOST);
		if (k == after->row_count)
			after->row_count++;
		after->rows[k].course = course;
		after->rows[k].user = user;
		after->rows[k].start = number(to, body, "enrolments", i, "timestart");
		after->rows[k].end = number(to, body, "enrolments", i, "timeend");
		after->rows[k].suspended = number(to, body, "enrolments", i, "suspend") != 0;
	}
	after->sent_rows = site->sent_rows;
	if (keep)
		*site = *after;
	answer->body = "null";
}

static void
unenrol(struct site *site, struct arena *to, const char *body, bool keep, struct wire_answer *answer)
{
	size_t i, k;

	for (i = 0; wire_field(to, body, arena_printf(to, "enrolments[%zu][courseid]", i)) != NULL; i++)
		for (k = 0; k < site->row_count && keep; k++)
			if (site->rows[k].course == number(to, body, "enrolments", i, "courseid") &&
			    site->rows[k].user == number(to, body, "enrolments", i, "userid"))
				site->rows[k] = site->rows[--site->row_count];
	answer->body = "null";
}

static void
create(struct site *site, struct arena *to, const char *body, bool keep, struct wire_answer *answer)
{
	struct site *after = ARENA_NEW(to, struct site);
	const char *email, *list = "";
	size_t i, k;

	*after = *site;
	for (i = 0; (email = wire_field(to, body, arena_printf(to, "users[%zu][email]", i))) != NULL; i++) {
		const char *username = wire_field(to, body, arena_printf(to, "users[%zu][username]", i));

		site->sent_rows++;
		assert_int_equal(number(to, body, "users", i, "createpassword"), 1);
		for (k = 0; k < after->user_count; k++)
			if (strcmp(after->users[k].email, email) == 0 || strcmp(after->users[k].username, username) == 0) {
				*answer = refuse(to, "invalidparameter", "Invalid parameter value detected");
				return;
			}
		if (strcmp(wire_field(to, body, arena_printf(to, "users[%zu][lastname]", i)), "Unlucky") == 0) {
			*answer = refuse(to, "dmlwriteexception", "Error writing to database");
			return;
		}
		assert_true(after->user_count < MOST);
		after->users[after->user_count].id = 100 + (int64_t)after->user_count;
		(void)snprintf(after->users[after->user_count].email, sizeof(after->users[0].email), "%s", email);
		(void)snprintf(after->users[after->user_count].username, sizeof(after->users[0].username), "%s", username);
		list = arena_printf(to, "%s%s{\"id\":%lld,\"username\":\"%s\"}", list, i == 0 ? "" : ",",
		    (long long)after->users[after->user_count].id, username);
		after->user_count++;
	}
	after->sent_rows = site->sent_rows;
	if (keep)
		*site = *after;
	answer->body = arena_printf(to, "[%s]", list);
}

static void
list_users(const struct site *site, struct arena *to, const char *body, struct wire_answer *answer)
{
	int64_t course = strtoll(wire_field(to, body, "courseid"), NULL, 10), id;
	const char *list = "";
	bool only_active = false;
	size_t from = 0, n = 0, i;

	for (i = 0; wire_field(to, body, arena_printf(to, "options[%zu][name]", i)) != NULL; i++) {
		const char *name = wire_field(to, body, arena_printf(to, "options[%zu][name]", i));
		const char *value = wire_field(to, body, arena_printf(to, "options[%zu][value]", i));

		if (strcmp(name, "onlyactive") == 0)
			only_active = strcmp(value, "1") == 0;
		if (strcmp(name, "limitfrom") == 0)
			from = strtoul(value, NULL, 10);
	}
	for (id = 0; id < 10000; id++)
		for (i = 0; i < site->row_count; i++)
			if (site->rows[i].course == course && site->rows[i].user == id &&
			    !(only_active && (site->rows[i].suspended || site->rows[i].start > NOW ||
						 (site->rows[i].end != 0 && site->rows[i].end <= NOW))) &&
			    n++ >= from)
				list = arena_printf(
				    to, "%s%s{\"id\":%lld,\"fullname\":\"X\"}", list, *list == '\0' ? "" : ",", (long long)id);
	answer->body = arena_printf(to, "[%s]", list);
}

static void
find_users(const struct site *site, struct arena *to, const char *body, struct wire_answer *answer)
{
	const char *email = wire_field(to, body, "criteria[0][value]"), *list = "";
	size_t i;

	expect_text("criterion", wire_field(to, body, "criteria[0][key]"), "email");
	/* '_' is a wildcard and case does not count. */
	for (i = 0; i < site->user_count; i++) {
		const char *a = email, *b = site->users[i].email;

		for (; *a != '\0' && *b != '\0' && (*a == '_' || (*a | 0x20) == (*b | 0x20)); a++, b++)
			;
		if (*a == '\0' && *b == '\0')
			list = arena_printf(to, "%s%s{\"id\":%lld,\"username\":\"%s\",\"email\":\"%s\",\"suspended\":false}", list,
			    *list == '\0' ? "" : ",", (long long)site->users[i].id, site->users[i].username, site->users[i].email);
	}
	answer->body = arena_printf(to, "{\"users\":[%s],\"warnings\":[]}", list);
}

static void
find_names(const struct site *site, struct arena *to, const char *body, struct wire_answer *answer)
{
	const char *name, *list = "";
	size_t i, k;

	expect_text("field", wire_field(to, body, "field"), "username");
	for (k = 0; (name = wire_field(to, body, arena_printf(to, "values[%zu]", k))) != NULL; k++)
		for (i = 0; i < site->user_count; i++)
			if (strcmp(site->users[i].username, name) == 0)
				list =
				    arena_printf(to, "%s%s{\"id\":%lld,\"username\":\"%s\",\"email\":\"%s\",\"suspended\":false}",
					list, *list == '\0' ? "" : ",", (long long)site->users[i].id, site->users[i].username,
					site->users[i].email);
	answer->body = arena_printf(to, "[%s]", list);
}

static void
serve(struct wire *wire, struct arena *to, const struct wire_request *request, struct wire_answer *answer, struct err *err)
{
	struct site *site = wire->context;
	void (*write)(struct site *, struct arena *, const char *, bool, struct wire_answer *) = NULL;

	assert_true(wire_fields(request->body) <= 900);
	if (strcmp(request->function, "enrol_manual_enrol_users") == 0)
		write = enrol;
	else if (strcmp(request->function, "enrol_manual_unenrol_users") == 0)
		write = unenrol;
	else if (strcmp(request->function, "core_user_create_users") == 0)
		write = create;
	if (write != NULL) {
		site->writes++;
		if (site->down != NULL) {
			answer->body = site->down;
			return;
		}
		if (site->late != NULL) {
			struct wire_answer nobody = { 0, NULL };
			char *late = site->late;

			site->late = NULL;
			write(site, to, late, true, &nobody);
		}
		if (site->lose != 0 && site->lose_late && site->writes == site->lose)
			site->late = arena_strdup(&arena, request->body);
		if (site->lose != 0 && site->writes >= site->lose && site->writes <= site->lose + site->lose_more) {
			write(site, to, request->body, site->lose_done, answer);
			(void)err_set(err, ERR_DOUBT, "it is not known whether the site carried it out: timed out");
			return;
		}
		write(site, to, request->body, true, answer);
		return;
	}
	site->reads++;
	if (strcmp(request->function, "core_enrol_get_enrolled_users") == 0)
		list_users(site, to, request->body, answer);
	else if (strcmp(request->function, "core_user_get_users") == 0)
		find_users(site, to, request->body, answer);
	else if (strcmp(request->function, "core_user_get_users_by_field") == 0)
		find_names(site, to, request->body, answer);
	else
		fail_msg("unexpected call of %s", request->function);
}

struct set {
	struct wire wire;
	struct moodle *moodle;
	struct reader *reader;
	struct site *site;
	struct enrol_row *rows;
	size_t count;
};

/* ${count} new enrolments, user 1 … count, three courses 2, 3, 4 in turn. */
static void
set_up(struct set *set, size_t count)
{
	struct err err = ERR_INIT;
	size_t i;

	memset(set, 0, sizeof(*set));
	set->site = ARENA_NEW(&arena, struct site);
	wire_init(&set->wire, serve, set->site);
	set->moodle = wire_open(&set->wire);
	expect_ok("reader", reader_open(set->moodle, NULL, &set->reader, &err), &err);
	set->rows = ARENA_ARRAY(&arena, count, struct enrol_row);
	set->count = count;
	for (i = 0; i < count; i++)
		set->rows[i] = (struct enrol_row){ .course_id = 2 + (int64_t)(i % 3),
			.user_id = 1 + (int64_t)i,
			.username = "u",
			.role_id = 5,
			.start = NOW - 60,
			.end = NOW + 86400 };
}

static void
tear_down(struct set *set)
{
	reader_close(set->reader);
	moodle_close(set->moodle);
}

static size_t
counted(const struct set *set, enum outcome outcome)
{
	size_t count = 0, i;

	for (i = 0; i < set->count; i++)
		count += set->rows[i].result.outcome == outcome;
	return count;
}

static void
good_rows_go_in_batches(void **state)
{
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 250);
	expect_ok("send", enrol_send(&arena, set.moodle, set.reader, set.rows, set.count, NOW, &err), &err);
	assert_int_equal(counted(&set, OUTCOME_DONE), 250);
	assert_int_equal(set.site->writes, 3);
	assert_int_equal(set.site->reads, 0);
	assert_int_equal(set.site->row_count, 250);
	assert_int_equal(set.site->rows[0].end, NOW + 86400);
	tear_down(&set);
}

/* Wherever the bad row stands, it alone is refused, and no good row is sent twice with success. */
static void
the_bad_row_is_found_by_halving(void **state)
{
	size_t bad;

	(void)state;
	for (bad = 1; bad <= 100; bad += 11) {
		struct err err = ERR_INIT;
		struct set set;

		set_up(&set, 100);
		set.site->bad_user = (int64_t)bad;
		expect_ok("send", enrol_send(&arena, set.moodle, set.reader, set.rows, set.count, NOW, &err), &err);
		assert_int_equal(counted(&set, OUTCOME_DONE), 99);
		assert_int_equal(set.rows[bad - 1].result.outcome, OUTCOME_REFUSED);
		expect_text("code", set.rows[bad - 1].result.errorcode, "invaliduser");
		expect_text("reason", set.rows[bad - 1].result.reason,
		    "\"enrol_manual_enrol_users\" was refused (invaliduser): Invalid user");
		assert_int_equal(set.site->row_count, 99);
		/* 2 log2(100) + 1 */
		assert_true(set.site->writes <= 15);
		tear_down(&set);
		arena_reset(&arena);
	}
}

/* One refused row of a course without manual method speaks for the others of that course. */
static void
a_closed_course_is_asked_once(void **state)
{
	struct err err = ERR_INIT;
	struct set set;
	size_t i;

	(void)state;
	set_up(&set, 300);
	set.site->closed_course = 3;
	expect_ok("send", enrol_send(&arena, set.moodle, set.reader, set.rows, set.count, NOW, &err), &err);
	assert_int_equal(counted(&set, OUTCOME_DONE), 200);
	assert_int_equal(counted(&set, OUTCOME_REFUSED), 100);
	for (i = 1; i < 300; i += 3)
		expect_text("code", set.rows[i].result.errorcode, "wsnoinstance");
	/* Far from two calls for each of 100 rows. */
	assert_true(set.site->writes < 80);
	tear_down(&set);
}

/* Whoever reads why a row was refused reads what the account lacks. */
static void
a_missing_capability_is_named(void **state)
{
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 3);
	set.site->closed_course = set.rows[0].course_id;
	set.site->closed_code = "nopermissions";
	expect_ok("send", enrol_send(&arena, set.moodle, set.reader, set.rows, set.count, NOW, &err), &err);
	assert_int_equal(set.rows[0].result.outcome, OUTCOME_REFUSED);
	assert_non_null(strstr(
	    set.rows[0].result.reason, " HINT: The account of the token needs, in the system context: moodle/course:view, "));
	tear_down(&set);
}

static void
a_lost_answer_is_read_back_before_anything_is_repeated(void **state)
{
	static const struct {
		const char *title;
		bool done;
		size_t lose_more;
		size_t done_rows, found_rows, doubt_rows, writes;
	} cases[] = {
		{ "it was done", true, 0, 20, 100, 0, 2 },
		{ "it was not done: sent once more", false, 0, 120, 0, 0, 3 },
		{ "lost again: stays in doubt", false, 9, 0, 0, 120, 4 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct set set;

		set_up(&set, 120);
		set.site->lose = 1;
		set.site->lose_done = cases[i].done;
		set.site->lose_more = cases[i].lose_more;
		expect_ok(cases[i].title, enrol_send(&arena, set.moodle, set.reader, set.rows, set.count, NOW, &err), &err);
		assert_int_equal(counted(&set, OUTCOME_DONE), cases[i].done_rows);
		assert_int_equal(counted(&set, OUTCOME_FOUND), cases[i].found_rows);
		assert_int_equal(counted(&set, OUTCOME_DOUBT), cases[i].doubt_rows);
		assert_int_equal(set.site->writes, cases[i].writes);
		assert_true(set.site->reads > 0);
		/* The server may still be at it: it is given time before it is asked. */
		assert_true(set.wire.slept_ms >= 5000);
		if (cases[i].doubt_rows > 0)
			expect_text(
			    "reason", set.rows[0].result.reason, "it is not known whether the site carried it out: timed out");
		tear_down(&set);
	}
}

/* At level 3 a moved end cannot be seen: it is neither sent again nor called done. */
static void
what_plain_listings_cannot_tell_stays_in_doubt(void **state)
{
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 1);
	set.site->row_count = 1;
	set.site->rows[0].course = 2;
	set.site->rows[0].user = 1;
	set.rows[0].was_active = true;
	set.site->lose = 1;
	expect_ok("send", enrol_send(&arena, set.moodle, set.reader, set.rows, set.count, NOW, &err), &err);
	assert_int_equal(set.rows[0].result.outcome, OUTCOME_DOUBT);
	assert_int_equal(set.site->writes, 1);
	tear_down(&set);
}

static void
maintenance_stops_the_sending(void **state)
{
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 300);
	set.site->down =
	    "{\"exception\":\"x\",\"errorcode\":\"sitemaintenance\",\"message\":\"The site is undergoing maintenance\"}";
	assert_int_equal(enrol_send(&arena, set.moodle, set.reader, set.rows, set.count, NOW, &err), -1);
	expect_err("maintenance", &err, ERR_SERVICE,
	    "\"enrol_manual_enrol_users\" is not served now (sitemaintenance): The site is undergoing maintenance");
	assert_int_equal(counted(&set, OUTCOME_OPEN), 300);
	/* Two connections, tried again as long as the setting says. */
	assert_true(set.site->writes >= 12 && set.site->writes <= 20 && set.site->writes % 2 == 0);
	assert_true(set.wire.slept_ms > 60000 && set.wire.slept_ms <= 120000);
	tear_down(&set);
}

static void
a_refused_token_stops_the_sending(void **state)
{
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 300);
	set.site->down = "{\"exception\":\"x\",\"errorcode\":\"invalidtoken\",\"message\":\"Invalid token - token not found\"}";
	assert_int_equal(enrol_send(&arena, set.moodle, set.reader, set.rows, set.count, NOW, &err), -1);
	expect_err(
	    "token", &err, ERR_REFUSED, "\"enrol_manual_enrol_users\" was refused (invalidtoken): Invalid token - token not found");
	assert_int_equal(counted(&set, OUTCOME_OPEN), 300);
	assert_int_equal(set.site->writes, 2);
	tear_down(&set);
}

static void
absurd_dates_are_not_sent(void **state)
{
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 4);
	set.rows[0].start = -5;
	set.rows[1].end = set.rows[1].start;
	set.rows[2].end = 0;
	set.rows[3].result = (struct batch_row){ OUTCOME_DONE, NULL, NULL };
	expect_ok("send", enrol_send(&arena, set.moodle, set.reader, set.rows, set.count, NOW, &err), &err);
	expect_text("negative", set.rows[0].result.reason, "the enrolment has a moment before 1970");
	expect_text("order", set.rows[1].result.reason, "the enrolment would end before it starts");
	assert_int_equal(set.rows[2].result.outcome, OUTCOME_DONE);
	assert_int_equal(set.site->sent_rows, 1);
	tear_down(&set);
}

static void
removals_that_got_lost_are_read_back(void **state)
{
	struct unenrol_row rows[2] = { { .course_id = 2, .user_id = 1, .username = "u" },
		{ .course_id = 2, .user_id = 9, .username = "v" } };
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 0);
	set.site->row_count = 1;
	set.site->rows[0].course = 2;
	set.site->rows[0].user = 1;
	set.site->lose = 1;
	set.site->lose_done = true;
	expect_ok("send", enrol_remove(&arena, set.moodle, set.reader, rows, 2, NOW, &err), &err);
	assert_int_equal(rows[0].result.outcome, OUTCOME_FOUND);
	assert_int_equal(rows[1].result.outcome, OUTCOME_FOUND);
	assert_int_equal(set.site->writes, 1);
	tear_down(&set);
}

static void
user_names_come_from_the_email(void **state)
{
	static const struct {
		const char *email;
		unsigned ordinal;
		const char *username;
	} cases[] = {
		{ "ada.lovelace@example.test", 1, "ada.lovelace@example.test" },
		{ "Ada+shop@Example.test", 1, "ada-shop@example.test" },
		{ "j\303\274rgen_x@example.test", 2, "j-rgen_x@example.test-2" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb."
		  "test",
		    12, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-12" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		expect_text(cases[i].email, account_username(&arena, cases[i].email, cases[i].ordinal), cases[i].username);
}

static void
rows_are_checked_before_they_are_sent(void **state)
{
	static const char hundred[] = "\303\274\303\274\303\274\303\274\303\274\303\274\303\274\303\274\303\274\303\274";
	char *long_name = arena_printf(&arena, "%s%s%s%s%s%s%s%s%s%s", hundred, hundred, hundred, hundred, hundred, hundred,
	    hundred, hundred, hundred, hundred);
	const struct {
		struct account_row row;
		const char *fault;
	} cases[] = {
		{ { .email = "a@example.test", .firstname = "A < B", .lastname = "C & D \"q\"" }, NULL },
		{ { .email = "a@example.test", .firstname = long_name, .lastname = "-" }, NULL }, /* characters, not bytes */
		{ { .email = "a@example.test", .firstname = arena_printf(&arena, "%sx", long_name), .lastname = "L" },
		    "the first name is longer than 100 characters" },
		{ { .email = "a@example.test", .firstname = "A", .lastname = " " }, "the last name is blank" },
		{ { .email = "a@example.test", .firstname = "A <b>", .lastname = "L" },
		    "the first name holds a tag or a control character" },
		{ { .email = "a@example.test", .firstname = "A <", .lastname = "L" },
		    "the first name holds a tag or a control character" },
		{ { .email = "a@example.test", .firstname = "A", .lastname = "I <3 U" },
		    "the last name holds a tag or a control character" },
		{ { .email = "a@example.test", .firstname = "A", .lastname = "Line\nbreak" },
		    "the last name holds a tag or a control character" },
		{ { .email = "j\303\274rgen@example.test", .firstname = "A", .lastname = "L" }, "the e-mail is not plain ASCII" },
		{ { .email = "not-an-email", .firstname = "A", .lastname = "L" }, "the e-mail is no address" },
		{ { .email = "a@b@example.test", .firstname = "A", .lastname = "L" }, "the e-mail is no address" },
		{ { .email = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@"
			     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.test",
		      .firstname = "A",
		      .lastname = "L" },
		    "the e-mail is longer than 100 characters" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		expect_text(cases[i].row.email, account_fault(&cases[i].row), cases[i].fault);
}

static void
accounts_are_made_found_or_refused(void **state)
{
	struct account_row rows[] = {
		{ .email = "new@example.test", .firstname = "New", .lastname = "One" },
		{ .email = "mixed@example.test", .firstname = "There", .lastname = "Already" },
		{ .email = "a_b@example.test", .firstname = "Wild", .lastname = "Card" },    /* axb@ is another one's */
		{ .email = "new-x@example.test", .firstname = "Taken", .lastname = "Name" }, /* user name is taken */
		{ .email = "twice@example.test", .firstname = "Two", .lastname = "Accounts" },
		{ .email = "bad@example.test", .firstname = "Very", .lastname = "Unlucky" },
		{ .email = "tag@example.test", .firstname = "A <script>", .lastname = "L" },
		{ .email = "p+1@example.test", .firstname = "P", .lastname = "One" },
		{ .email = "p-1@example.test", .firstname = "P", .lastname = "Two" }, /* both come down to p-1@ */
	};
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 0);
	set.site->user_count = 5;
	set.site->users[0].id = 3;
	(void)snprintf(set.site->users[0].email, sizeof(set.site->users[0].email), "Mixed@Example.test");
	(void)snprintf(set.site->users[0].username, sizeof(set.site->users[0].username), "mixed");
	set.site->users[1].id = 4;
	(void)snprintf(set.site->users[1].email, sizeof(set.site->users[1].email), "axb@example.test");
	set.site->users[2].id = 5;
	(void)snprintf(set.site->users[2].email, sizeof(set.site->users[2].email), "other@example.test");
	(void)snprintf(set.site->users[2].username, sizeof(set.site->users[2].username), "new-x@example.test");
	set.site->users[3].id = 6;
	(void)snprintf(set.site->users[3].email, sizeof(set.site->users[3].email), "twice@example.test");
	set.site->users[4].id = 7;
	(void)snprintf(set.site->users[4].email, sizeof(set.site->users[4].email), "TWICE@example.test");
	expect_ok("create", account_create(&arena, set.moodle, rows, COUNT_OF(rows), &err), &err);
	assert_int_equal(rows[0].result.outcome, OUTCOME_DONE);
	expect_text("new", rows[0].username, "new@example.test");
	assert_int_equal(rows[1].result.outcome, OUTCOME_FOUND);
	assert_int_equal(rows[1].id, 3);
	assert_int_equal(rows[2].result.outcome, OUTCOME_DONE);
	assert_int_equal(rows[3].result.outcome, OUTCOME_DONE);
	expect_text("clash", rows[3].username, "new-x@example.test-2");
	assert_int_equal(rows[4].result.outcome, OUTCOME_REFUSED);
	expect_text("several", rows[4].result.reason, "several accounts carry this e-mail");
	assert_int_equal(rows[5].result.outcome, OUTCOME_REFUSED);
	expect_text("database", rows[5].result.errorcode, "dmlwriteexception");
	assert_int_equal(rows[6].result.outcome, OUTCOME_REFUSED);
	expect_text("tag", rows[6].result.reason, "the first name holds a tag or a control character");
	expect_text("one", rows[7].username, "p-1@example.test");
	expect_text("two", rows[8].username, "p-1@example.test-2");
	assert_int_equal(rows[8].result.outcome, OUTCOME_DONE);
	assert_int_equal(set.site->user_count, 10);
	tear_down(&set);
}

static void
a_lost_account_is_looked_up_before_it_is_made_again(void **state)
{
	size_t done;

	(void)state;
	for (done = 0; done < 2; done++) {
		struct account_row rows[] = {
			{ .email = "one@example.test", .firstname = "New", .lastname = "One" },
			{ .email = "two@example.test", .firstname = "New", .lastname = "Two" },
		};
		struct err err = ERR_INIT;
		struct set set;

		set_up(&set, 0);
		set.site->lose = 1;
		set.site->lose_done = done == 1;
		expect_ok("create", account_create(&arena, set.moodle, rows, COUNT_OF(rows), &err), &err);
		assert_int_equal(rows[0].result.outcome, done ? OUTCOME_FOUND : OUTCOME_DONE);
		assert_int_equal(rows[1].result.outcome, done ? OUTCOME_FOUND : OUTCOME_DONE);
		assert_int_equal(rows[0].id, 100);
		assert_int_equal(set.site->user_count, 2);
		assert_int_equal(set.site->writes, done ? 1 : 2);
		tear_down(&set);
	}
}

/* The site was still at it when it was asked: the repetition is refused because of what arrived meanwhile. */
static void
what_arrives_late_is_found_when_its_repetition_is_refused(void **state)
{
	struct account_row rows[] = {
		{ .email = "one@example.test", .firstname = "New", .lastname = "One" },
		{ .email = "two@example.test", .firstname = "New", .lastname = "Two" },
		{ .email = "three@example.test", .firstname = "New", .lastname = "Three" },
	};
	struct err err = ERR_INIT;
	struct set set;
	size_t i;

	(void)state;
	set_up(&set, 0);
	set.site->lose = 1;
	set.site->lose_late = true;
	expect_ok("create", account_create(&arena, set.moodle, rows, COUNT_OF(rows), &err), &err);
	for (i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(rows[i].result.outcome, OUTCOME_FOUND);
		assert_int_equal(rows[i].id, 100 + (int64_t)i);
		assert_true(rows[i].asked);
		assert_null(rows[i].result.reason);
	}
	assert_int_equal(set.site->user_count, 3);
	assert_int_equal(set.site->writes, 2);
	tear_down(&set);
}

/* Lost and not done; repeated, one row of three is bad: it alone is refused, with Moodle's word. */
static void
a_repetition_with_a_bad_row_is_halved(void **state)
{
	struct account_row rows[] = {
		{ .email = "one@example.test", .firstname = "New", .lastname = "One" },
		{ .email = "bad@example.test", .firstname = "Very", .lastname = "Unlucky" },
		{ .email = "three@example.test", .firstname = "New", .lastname = "Three" },
	};
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 0);
	set.site->lose = 1;
	expect_ok("create", account_create(&arena, set.moodle, rows, COUNT_OF(rows), &err), &err);
	assert_int_equal(rows[0].result.outcome, OUTCOME_DONE);
	assert_int_equal(rows[1].result.outcome, OUTCOME_REFUSED);
	expect_text("code", rows[1].result.errorcode, "dmlwriteexception");
	expect_text("reason", rows[1].result.reason,
	    "\"core_user_create_users\" was refused (dmlwriteexception): Error writing to database");
	assert_int_equal(rows[2].result.outcome, OUTCOME_DONE);
	assert_int_equal(set.site->user_count, 2);
	tear_down(&set);
}

/* A single one, lost and then refused: it is looked up once more, and the refusal stands. */
static void
a_repeated_row_that_is_refused_and_not_there_is_refused(void **state)
{
	struct account_row row = { .email = "bad@example.test", .firstname = "Very", .lastname = "Unlucky" };
	struct err err = ERR_INIT;
	struct set set;

	(void)state;
	set_up(&set, 0);
	set.site->lose = 1;
	expect_ok("create", account_create(&arena, set.moodle, &row, 1, &err), &err);
	assert_int_equal(row.result.outcome, OUTCOME_REFUSED);
	expect_text("code", row.result.errorcode, "dmlwriteexception");
	assert_int_equal(set.site->writes, 2);
	tear_down(&set);
}

static int
fresh(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good_rows_go_in_batches, fresh),
		cmocka_unit_test_setup(the_bad_row_is_found_by_halving, fresh),
		cmocka_unit_test_setup(a_closed_course_is_asked_once, fresh),
		cmocka_unit_test_setup(a_missing_capability_is_named, fresh),
		cmocka_unit_test_setup(a_lost_answer_is_read_back_before_anything_is_repeated, fresh),
		cmocka_unit_test_setup(what_plain_listings_cannot_tell_stays_in_doubt, fresh),
		cmocka_unit_test_setup(maintenance_stops_the_sending, fresh),
		cmocka_unit_test_setup(a_refused_token_stops_the_sending, fresh),
		cmocka_unit_test_setup(absurd_dates_are_not_sent, fresh),
		cmocka_unit_test_setup(removals_that_got_lost_are_read_back, fresh),
		cmocka_unit_test_setup(user_names_come_from_the_email, fresh),
		cmocka_unit_test_setup(rows_are_checked_before_they_are_sent, fresh),
		cmocka_unit_test_setup(accounts_are_made_found_or_refused, fresh),
		cmocka_unit_test_setup(a_lost_account_is_looked_up_before_it_is_made_again, fresh),
		cmocka_unit_test_setup(what_arrives_late_is_found_when_its_repetition_is_refused, fresh),
		cmocka_unit_test_setup(a_repetition_with_a_bad_row_is_halved, fresh),
		cmocka_unit_test_setup(a_repeated_row_that_is_refused_and_not_there_is_refused, fresh),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
