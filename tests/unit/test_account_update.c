/* What accounts say: good rows are done, bad ones come back as warnings, what moved is left alone, what Moodle drops is told. */
#include "moodle/account_update.h"

#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "wire.h"

static struct arena arena;

/* A Moodle of five accounts, 1 to 5; 9 is not there. It knows the profile field "company". */
struct site {
	const char *lastname[6], *phone1[6], *company[6];
	bool hides_phones;
	const char *failure; /* of a request with a row of user ${bad}: as recorded, it refuses the whole */
	int64_t bad;
	bool lose; /* the next write is not answered, though it is done */
	size_t writes;
	size_t rows;
};

static const char *
shown(struct arena *to, const char *name, const char *value)
{
	return value == NULL || value[0] == '\0' ? "" : arena_printf(to, ",\"%s\":%s", name, json_quote(to, value));
}

static void
read_users(struct site *site, struct arena *to, const char *body, struct wire_answer *answer)
{
	const char *list = "", *value;
	size_t i;

	for (i = 0; (value = wire_field(to, body, arena_printf(to, "values[%zu]", i))) != NULL; i++) {
		long id = strtol(value, NULL, 10);

		if (id < 1 || id > 5)
			continue;
		list =
		    arena_printf(to, "%s%s{\"id\":%ld,\"username\":\"u\",\"email\":\"%s\",\"firstname\":\"F\",\"lastname\":%s%s%s}",
			list, list[0] == '\0' ? "" : ",", id, id == 5 ? "0123456789abcdef0123456789abcdef" : "u@example.test",
			json_quote(to, site->lastname[id]), site->hides_phones ? "" : shown(to, "phone1", site->phone1[id]),
			site->company[id] == NULL
			    ? ""
			    : arena_printf(to, ",\"customfields\":[{\"type\":\"text\",\"value\":%s,\"shortname\":\"company\"}]",
				  json_quote(to, site->company[id])));
	}
	answer->body = arena_printf(to, "[%s]", list);
}

static void
update_users(struct site *site, struct arena *to, const char *body, struct wire_answer *answer)
{
	const char *warnings = "", *value;
	size_t i, k;

	for (i = 0; (value = wire_field(to, body, arena_printf(to, "users[%zu][id]", i))) != NULL; i++)
		if (site->failure != NULL && strtol(value, NULL, 10) == site->bad) {
			answer->body = site->failure;
			return;
		}
	for (i = 0; (value = wire_field(to, body, arena_printf(to, "users[%zu][id]", i))) != NULL; i++) {
		long id = strtol(value, NULL, 10);

		site->rows++;
		if (id == 4) {
			warnings = arena_printf(to,
			    "%s%s{\"item\":\"user\",\"itemid\":4,\"warningcode\":\"useremailduplicate\","
			    "\"message\":\"Duplicate address\"}",
			    warnings, warnings[0] == '\0' ? "" : ",");
			continue;
		}
		value = wire_field(to, body, arena_printf(to, "users[%zu][lastname]", i));
		if (value != NULL)
			site->lastname[id] = arena_strdup(&arena, value);
		value = wire_field(to, body, arena_printf(to, "users[%zu][phone1]", i));
		if (value != NULL)
			site->phone1[id] = arena_strdup(&arena, value);
		for (k = 0; (value = wire_field(to, body, arena_printf(to, "users[%zu][customfields][%zu][type]", i, k))) != NULL;
		     k++)
			if (strcmp(value, "company") == 0)
				site->company[id] = arena_strdup(
				    &arena, wire_field(to, body, arena_printf(to, "users[%zu][customfields][%zu][value]", i, k)));
	}
	answer->body = arena_printf(to, "{\"warnings\":[%s]}", warnings);
}

static void
answer(struct wire *wire, struct arena *to, const struct wire_request *request, struct wire_answer *answer, struct err *err)
{
	struct site *site = wire->context;

	if (strcmp(request->function, "core_user_get_users_by_field") == 0) {
		read_users(site, to, request->body, answer);
		return;
	}
	expect_text("function", request->function, "core_user_update_users");
	site->writes++;
	update_users(site, to, request->body, answer);
	if (site->lose) {
		site->lose = false;
		(void)err_set(err, ERR_DOUBT, "the answer was lost");
	}
}

static struct account_update_field *
field(const char *name, const char *before, const char *after)
{
	struct account_update_field *field = ARENA_NEW(&arena, struct account_update_field);

	*field = (struct account_update_field){ .name = name, .before = before, .after = after };
	return field;
}

#define ROW(id, name, before, after) \
	{ \
		.user_id = (id), .fields = field((name), (before), (after)), .count = 1 \
	}

/* The outcomes as one line. */
static const char *
outcomes(const struct account_update_row *rows, size_t count)
{
	static const char *const words[] = { "open", "done", "found", "refused", "doubt" };
	const char *text = "";
	size_t i;

	for (i = 0; i < count; i++)
		text = arena_printf(&arena, "%s%s%s%s%s%s", text, i == 0 ? "" : "; ",
		    rows[i].moved ? "moved" : words[rows[i].result.outcome], rows[i].result.reason == NULL ? "" : " (",
		    rows[i].result.reason == NULL ? "" : rows[i].result.reason, rows[i].result.reason == NULL ? "" : ")");
	return text;
}

static struct site
five(void)
{
	return (struct site){ .lastname = { "", "One", "Two", "Three", "Four", "Five" } };
}

static void
each_row_has_its_own_end(void **state)
{
	struct site site = five();
	struct account_update_row rows[] = {
		ROW(1, "lastname", "One", "Uno"), ROW(2, "lastname", "Due", "Dos"), /* somebody changed it */
		ROW(3, "lastname", "Tre", "Three"),                                 /* somebody did it */
		ROW(4, "lastname", "Four", "Cuatro"),                               /* warned of */
		ROW(5, "lastname", "Five", "Cinco"),                                /* deleted */
		ROW(9, "lastname", "Nine", "Nueve"),                                /* not shown */
	};
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;

	(void)state;
	wire_init(&wire, answer, &site);
	moodle = wire_open(&wire);
	expect_ok("send", account_update_send(&arena, moodle, rows, COUNT_OF(rows), &err), &err);
	expect_text("each its own", outcomes(rows, COUNT_OF(rows)),
	    "done; moved; found; refused (Duplicate address (useremailduplicate)); refused (the site does not show this account); "
	    "refused (the site does not show this account)");
	expect_text("written", site.lastname[1], "Uno");
	expect_text("left alone", site.lastname[2], "Two");
	assert_int_equal(site.writes, 1);
	assert_int_equal(site.rows, 2);
	moodle_close(moodle);
}

static void
what_moodle_drops_is_told(void **state)
{
	struct site site = five();
	struct account_update_row rows[] = {
		ROW(1, "profile_field_company", "", "ACME & Söhne"),
		ROW(2, "profile_field_nosuch", "", "x"),
		ROW(3, "phone1", "", "+34 600"),
		ROW(4, "country", "", "Spain"),
	};
	struct account_update_row again[] = { ROW(1, "profile_field_company", "", "ACME & Söhne") };
	struct account_update_row emptied[] = { ROW(1, "profile_field_company", "ACME & Söhne", "") };
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;

	(void)state;
	wire_init(&wire, answer, &site);
	moodle = wire_open(&wire);
	site.hides_phones = true;
	expect_ok("send", account_update_send(&arena, moodle, rows, COUNT_OF(rows), &err), &err);
	expect_text("each its own", outcomes(rows, COUNT_OF(rows)),
	    "done; refused (Moodle did not keep field \"profile_field_nosuch\": it has no such field, does not take the value, or "
	    "hides it "
	    "from us); refused (Moodle did not keep field \"phone1\": it has no such field, does not take the value, or hides it "
	    "from us); "
	    "refused (a country is two capital letters, as in \"ES\")");
	expect_ok("again", account_update_send(&arena, moodle, again, 1, &err), &err);
	expect_text("is so already", outcomes(again, 1), "found");
	assert_int_equal(site.writes, 1);
	expect_ok("emptied", account_update_send(&arena, moodle, emptied, 1, &err), &err);
	expect_text("nothing is a value too", outcomes(emptied, 1), "done");
	moodle_close(moodle);
	/* Where its tables are read, they tell. */
	wire.site.database = "host=none";
	rows[2].fields->after = "+34 601";
	moodle = wire_open(&wire);
	expect_ok("level 1", account_update_send(&arena, moodle, rows + 2, 1, &err), &err);
	expect_text("believed", outcomes(rows + 2, 1), "done");
	moodle_close(moodle);
}

static void
lost_answers_and_whole_refusals(void **state)
{
	struct site site = five();
	struct account_update_row rows[] = { ROW(1, "lastname", "One", "Uno"), ROW(2, "lastname", "Two", "Dos"),
		ROW(3, "lastname", "Three", "Tres") };
	struct account_update_row bad[] = { ROW(1, "lastname", "Uno", "Ein"), ROW(2, "lastname", "Dos", "Zwei"),
		ROW(3, "lastname", "Tres", "Drei") };
	struct err err = ERR_INIT;
	struct moodle *moodle;
	struct wire wire;

	(void)state;
	wire_init(&wire, answer, &site);
	moodle = wire_open(&wire);
	site.lose = true;
	expect_ok("lost", account_update_send(&arena, moodle, rows, COUNT_OF(rows), &err), &err);
	expect_text("read back", outcomes(rows, COUNT_OF(rows)), "found; found; found");
	assert_int_equal(site.writes, 1);
	site.failure =
	    "{\"exception\":\"core\\\\exception\\\\invalid_parameter_exception\",\"errorcode\":\"invalidparameter\",\"message\":"
	    "\"Invalid parameter value detected\"}";
	site.bad = 2;
	expect_ok("refused whole", account_update_send(&arena, moodle, bad, COUNT_OF(bad), &err), &err);
	assert_int_equal(bad[0].result.outcome, OUTCOME_DONE);
	assert_int_equal(bad[1].result.outcome, OUTCOME_REFUSED);
	expect_text("its code", bad[1].result.errorcode, "invalidparameter");
	assert_int_equal(bad[2].result.outcome, OUTCOME_DONE);
	moodle_close(moodle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_has_its_own_end),
		cmocka_unit_test(what_moodle_drops_is_told),
		cmocka_unit_test(lost_answers_and_whole_refusals),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return rc;
}
