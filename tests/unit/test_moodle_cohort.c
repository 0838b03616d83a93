/* Cohorts: which there are, who joins and leaves, what is told of bad rows, lost answers, and missing rights. */
#include "moodle/cohort.h"

#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "wire.h"

static struct arena arena;

#define USERS 12
#define NOT_THERE 9 /* the user that is not there */

/* A Moodle of the cohorts 1, "BUYERS", 2, without an ID number, and 3, "Buyers"; and 4, once it is made. */
struct site {
	bool member[5][USERS];
	bool made;
	bool forbidden[5];   /* the account may not write to it */
	bool lose, lose_all; /* the next write, or each, is not answered, though it is done */
	bool hides;          /* a cohort that the account may not see */
	const char *answers; /* instead of anything sensible, to a write */
	size_t writes, lists;
};

#define REFUSAL(code, message) "{\"exception\":\"e\",\"errorcode\":\"" code "\",\"message\":\"" message "\"}"
#define NO_RIGHT \
	REFUSAL("nopermissions", "Sorry, but you do not currently have permissions to do that (Add and remove cohort members).")

static long
field_number(struct arena *to, const char *body, const char *list, size_t row, const char *rest)
{
	const char *value = wire_field(to, body, arena_printf(to, "%s[%zu]%s", list, row, rest));

	return value == NULL ? -1 : strtol(value, NULL, 10);
}

static void
list_cohorts(struct site *site, struct arena *to, struct wire_answer *answer)
{
	site->lists++;
	answer->body = site->hides
			   ? REFUSAL("nopermissions", "Sorry (View site-wide cohorts).")
			   : arena_printf(to,
				 "[{\"id\":1,\"name\":\"B\",\"idnumber\":\"BUYERS\"},{\"id\":2,\"name\":\"N\",\"idnumber\":null},"
				 "{\"id\":3,\"name\":\"B\",\"idnumber\":\"Buyers\"}%s]",
				 site->made ? ",{\"id\":4,\"name\":\"NEW\",\"idnumber\":\"NEW\"}" : "");
}

static void
tell_members(struct site *site, struct arena *to, const char *body, struct wire_answer *answer)
{
	long cohort = field_number(to, body, "cohortids", 0, "");
	const char *ids = "";
	size_t i;

	assert_null(wire_field(to, body, "cohortids[1]"));
	if (cohort < 1 || cohort > 4) {
		answer->body = REFUSAL("invalidrecord", "Can't find data record in database table cohort.");
		return;
	}
	for (i = 0; i < USERS; i++)
		if (site->member[cohort][i])
			ids = arena_printf(to, "%s%s%zu", ids, ids[0] == '\0' ? "" : ",", i);
	answer->body = arena_printf(to, "[{\"cohortid\":%ld,\"userids\":[%s]}]", cohort, ids);
}

/* As recorded: the good rows are done, the others warned of; a missing right refuses all. */
static void
add_members(struct site *site, struct arena *to, const char *body, struct wire_answer *answer)
{
	const char *warnings = "";
	long cohort, user;
	size_t i;

	for (i = 0; (cohort = field_number(to, body, "members", i, "[cohorttype][value]")) != -1; i++)
		if (cohort < 5 && site->forbidden[cohort]) {
			answer->body = NO_RIGHT;
			return;
		}
	for (i = 0; (cohort = field_number(to, body, "members", i, "[cohorttype][value]")) != -1; i++) {
		const char *warning = NULL;

		user = field_number(to, body, "members", i, "[usertype][value]");
		expect_text("known by", wire_field(to, body, arena_printf(to, "members[%zu][cohorttype][type]", i)), "id");
		expect_text("known by", wire_field(to, body, arena_printf(to, "members[%zu][usertype][type]", i)), "id");
		if (cohort > 4)
			warning = arena_printf(to, "{\"warningcode\":\"2\",\"message\":\"cohort id=%ld not exists\"}", cohort);
		else if (user == NOT_THERE)
			warning = arena_printf(to, "{\"warningcode\":\"2\",\"message\":\"user id=%ld not exists\"}", user);
		else if (site->member[cohort][user])
			warning = arena_printf(to,
			    "{\"warningcode\":\"3\",\"message\":\"record already exists: cohort(id=%ld id=%ld)\"}", cohort, user);
		else
			site->member[cohort][user] = true;
		if (warning != NULL)
			warnings = arena_printf(to, "%s%s%s", warnings, warnings[0] == '\0' ? "" : ",", warning);
	}
	answer->body = arena_printf(to, "{\"warnings\":[%s]}", warnings);
}

/* As recorded: one bad row, and nobody leaves. */
static void
delete_members(struct site *site, struct arena *to, const char *body, struct wire_answer *answer)
{
	long cohort, user;
	size_t i;

	for (i = 0; (cohort = field_number(to, body, "members", i, "[cohortid]")) != -1; i++) {
		user = field_number(to, body, "members", i, "[userid]");
		if (cohort > 4 || user == NOT_THERE) {
			answer->body = REFUSAL("invalidrecord", "Can't find data record in database table cohort.");
			return;
		}
	}
	for (i = 0; (cohort = field_number(to, body, "members", i, "[cohortid]")) != -1; i++)
		site->member[cohort][field_number(to, body, "members", i, "[userid]")] = false;
	answer->body = "null";
}

static void
create_cohort(struct site *site, struct arena *to, const char *body, struct wire_answer *answer)
{
	expect_text("where", wire_field(to, body, "cohorts[0][categorytype][type]"), "system");
	expect_text("called", wire_field(to, body, "cohorts[0][name]"), wire_field(to, body, "cohorts[0][idnumber]"));
	if (site->forbidden[0]) {
		answer->body = REFUSAL("nopermissions", "Sorry (Create, delete and move cohorts).");
		return;
	}
	site->made = true;
	answer->body = "[{\"id\":4,\"name\":\"NEW\",\"idnumber\":\"NEW\"}]";
}

static void
answer(struct wire *wire, struct arena *to, const struct wire_request *request, struct wire_answer *answer, struct err *err)
{
	struct site *site = wire->context;

	if (strcmp(request->function, "core_cohort_get_cohorts") == 0) {
		list_cohorts(site, to, answer);
		return;
	}
	if (strcmp(request->function, "core_cohort_get_cohort_members") == 0) {
		tell_members(site, to, request->body, answer);
		return;
	}
	site->writes++;
	if (strcmp(request->function, "core_cohort_create_cohorts") == 0)
		create_cohort(site, to, request->body, answer);
	else if (strcmp(request->function, "core_cohort_add_cohort_members") == 0)
		add_members(site, to, request->body, answer);
	else {
		expect_text("function", request->function, "core_cohort_delete_cohort_members");
		delete_members(site, to, request->body, answer);
	}
	if (site->answers != NULL)
		answer->body = site->answers;
	if (site->lose || site->lose_all) {
		site->lose = false;
		(void)err_set(err, ERR_DOUBT, "the answer was lost");
	}
}

/* The outcomes as one line. */
static const char *
outcomes(const struct cohort_row *rows, size_t count)
{
	static const char *const words[] = { "open", "done", "found", "refused", "doubt" };
	const char *text = "";
	size_t i;

	for (i = 0; i < count; i++)
		text = arena_printf(&arena, "%s%s%s%s%s%s%s", text, i == 0 ? "" : "; ", words[rows[i].result.outcome],
		    rows[i].was_there ? ", was there" : "", rows[i].result.reason == NULL ? "" : " (",
		    rows[i].result.reason == NULL ? "" : rows[i].result.reason, rows[i].result.reason == NULL ? "" : ")");
	return text;
}

#define ROW(cohort, user) \
	{ \
		.cohort_id = (cohort), .user_id = (user) \
	}

static struct moodle *
open_site(struct wire *wire, struct site *site)
{
	wire_init(wire, answer, site);
	return wire_open(wire);
}

static void
who_joins_is_told_row_by_row(void **state)
{
	struct site site = { .member = { [1] = { [2] = true } } };
	struct cohort_row rows[] = { ROW(1, 1), ROW(1, 2), ROW(1, NOT_THERE), ROW(7, 1), ROW(3, 2) };
	struct err err = ERR_INIT;
	struct wire wire;
	struct moodle *moodle = open_site(&wire, &site);

	(void)state;
	expect_ok("join", cohort_join(&arena, moodle, rows, COUNT_OF(rows), &err), &err);
	expect_text("each its own", outcomes(rows, COUNT_OF(rows)),
	    "done; found, was there; refused (user id=9 not exists); refused (cohort id=7 not exists); done");
	assert_int_equal(site.writes, 1);
	assert_true(site.member[1][1] && site.member[3][2]);
	moodle_close(moodle);
}

static void
a_lost_answer_is_read_back(void **state)
{
	struct site site = { .lose = true };
	struct cohort_row rows[] = { ROW(1, 1), ROW(3, 2) }, leaving[] = { ROW(1, 1), ROW(3, 5) }, never[] = { ROW(1, 4) };
	struct err err = ERR_INIT;
	struct wire wire;
	struct moodle *moodle = open_site(&wire, &site);

	(void)state;
	expect_ok("join", cohort_join(&arena, moodle, rows, COUNT_OF(rows), &err), &err);
	expect_text("found, and our doing", outcomes(rows, COUNT_OF(rows)), "found; found");
	assert_int_equal(site.writes, 1);
	site.lose = true;
	expect_ok("leave", cohort_leave(&arena, moodle, leaving, COUNT_OF(leaving), &err), &err);
	expect_text("left", outcomes(leaving, COUNT_OF(leaving)), "found; found");
	assert_int_equal(site.writes, 2);
	assert_false(site.member[1][1]);
	/* An answer that warns of what was not sent is no answer. */
	site.answers = "{\"warnings\":[{\"warningcode\":\"2\",\"message\":\"user id=5 not exists\"}]}";
	expect_ok("join", cohort_join(&arena, moodle, never, COUNT_OF(never), &err), &err);
	expect_text("read back", outcomes(never, COUNT_OF(never)), "found");
	moodle_close(moodle);
}

static void
a_missing_right_is_asked_about_once_for_each_cohort(void **state)
{
	struct site site = { .forbidden = { [1] = true } };
	struct cohort_row rows[] = { ROW(1, 1), ROW(1, 2), ROW(1, 3), ROW(1, 4), ROW(1, 5), ROW(1, 6), ROW(1, 7), ROW(3, 8) };
	struct err err = ERR_INIT;
	struct wire wire;
	struct moodle *moodle = open_site(&wire, &site);
	size_t i;

	(void)state;
	expect_ok("join", cohort_join(&arena, moodle, rows, COUNT_OF(rows), &err), &err);
	for (i = 0; i < 7; i++) {
		assert_int_equal(rows[i].result.outcome, OUTCOME_REFUSED);
		assert_non_null(strstr(rows[i].result.reason, "moodle/cohort:assign"));
	}
	assert_int_equal(rows[7].result.outcome, OUTCOME_DONE);
	/* 8, twice 4, twice 2, twice 1: the others of the cohort share that verdict. */
	assert_true(site.writes <= 8);
	moodle_close(moodle);
}

static void
who_leaves_does_not_depend_on_bad_rows(void **state)
{
	struct site site = { .member = { [1] = { [1] = true, [2] = true }, [3] = { [3] = true } } };
	struct cohort_row rows[] = { ROW(1, 1), ROW(7, 1), ROW(1, 2), ROW(3, 3), ROW(3, 5) };
	struct err err = ERR_INIT;
	struct wire wire;
	struct moodle *moodle = open_site(&wire, &site);

	(void)state;
	expect_ok("leave", cohort_leave(&arena, moodle, rows, COUNT_OF(rows), &err), &err);
	expect_text("each its own", outcomes(rows, COUNT_OF(rows)),
	    "done; refused (\"core_cohort_delete_cohort_members\" was refused (invalidrecord): Can't find data record in database "
	    "table cohort.); done; done; done");
	assert_false(site.member[1][1] || site.member[1][2] || site.member[3][3]);
	moodle_close(moodle);
}

static void
cohorts_are_known_by_their_id_numbers(void **state)
{
	struct site site = { .member = { [1] = { [2] = true, [4] = true } } };
	struct cohort *cohorts;
	const int64_t ids[] = { 1, 3 }, unknown[] = { 7 };
	int64_t *users[2];
	size_t count, counts[2];
	struct err err = ERR_INIT;
	struct wire wire;
	struct moodle *moodle = open_site(&wire, &site);

	(void)state;
	expect_ok("list", cohort_list(&arena, moodle, &cohorts, &count, &err), &err);
	assert_int_equal(count, 2);
	expect_text("as it is written", cohorts[0].idnumber, "BUYERS");
	assert_int_equal(cohorts[1].id, 3);
	expect_ok("members", cohort_members(&arena, moodle, ids, 2, users, counts, &err), &err);
	assert_int_equal(counts[0], 2);
	assert_int_equal(users[0][1], 4);
	assert_int_equal(counts[1], 0);
	assert_int_equal(cohort_members(&arena, moodle, unknown, 1, users, counts, &err), -1);
	expect_err("not there", &err, ERR_REJECTED,
	    "could not read the members of cohorts of site \"campus\": \"core_cohort_get_cohort_members\" was refused "
	    "(invalidrecord): "
	    "Can't find data record in database table cohort.");
	err_reset(&err);
	site.hides = true;
	assert_int_equal(cohort_list(&arena, moodle, &cohorts, &count, &err), -1);
	expect_err("not ours to see", &err, ERR_REFUSED,
	    "could not list the cohorts of site \"campus\": \"core_cohort_get_cohorts\" was refused (nopermissions): Sorry (View "
	    "site-wide cohorts).");
	assert_non_null(strstr(err.hint, "moodle/cohort:view"));
	moodle_close(moodle);
}

static void
a_cohort_is_made_once(void **state)
{
	struct site site = { 0 };
	int64_t id = 0;
	struct err err = ERR_INIT;
	struct wire wire;
	struct moodle *moodle = open_site(&wire, &site);

	(void)state;
	expect_ok("there already", cohort_make(&arena, moodle, "Buyers", &id, &err), &err);
	assert_int_equal(id, 3);
	assert_int_equal(site.writes, 0);
	site.forbidden[0] = true;
	assert_int_equal(cohort_make(&arena, moodle, "NEW", &id, &err), -1);
	expect_err("refused", &err, ERR_REFUSED,
	    "could not make cohort \"NEW\" on site \"campus\": \"core_cohort_create_cohorts\" was refused (nopermissions): Sorry "
	    "(Create, "
	    "delete and move cohorts).");
	assert_non_null(strstr(err.hint, "moodle/cohort:manage"));
	err_reset(&err);
	site.forbidden[0] = false;
	site.lose = true;
	expect_ok("a lost answer", cohort_make(&arena, moodle, "NEW", &id, &err), &err);
	assert_int_equal(id, 4);
	assert_int_equal(site.writes, 2);
	expect_ok("again", cohort_make(&arena, moodle, "NEW", &id, &err), &err);
	assert_int_equal(site.writes, 2);
	moodle_close(moodle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_joins_is_told_row_by_row),
		cmocka_unit_test(a_lost_answer_is_read_back),
		cmocka_unit_test(a_missing_right_is_asked_about_once_for_each_cohort),
		cmocka_unit_test(who_leaves_does_not_depend_on_bad_rows),
		cmocka_unit_test(cohorts_are_known_by_their_id_numbers),
		cmocka_unit_test(a_cohort_is_made_once),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
