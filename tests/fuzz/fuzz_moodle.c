/* Every reader of Moodle's answers, and both writers. The first byte chooses who asks; each further line of the input answers one request,
 * the last one all that come after it. A line may begin with an HTTP status and a blank. */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "moodle/account.h"
#include "moodle/completion.h"
#include "moodle/course.h"
#include "moodle/enrol.h"
#include "moodle/listing.h"
#include "moodle/report.h"
#include "moodle/site.h"

/* Far more than any of them may need for two rows: who asks on and on is broken. */
#define REQUESTS_MAX 5000

struct answers {
	struct arena *arena;
	const char *next;
	const char *end;
	size_t requests;
};

static int
send_all(void *context, struct arena *arena, const struct http_request *requests, size_t count,
    int (*done)(void *, size_t, const struct http_response *, const struct err *, struct err *), void *done_context,
    struct err *err)
{
	struct answers *answers = context;
	size_t i;

	(void)arena;
	(void)requests;
	for (i = 0; i < count; i++) {
		const char *line = answers->next, *stop = memchr(line, '\n', (size_t)(answers->end - line));
		struct http_response response = {
			.status = 200, .content_type = "application/json", .retry_after_s = -1, .tries = 1
		};

		MUST_HOLD(++answers->requests < REQUESTS_MAX);
		if (stop == NULL)
			stop = answers->end;
		else
			answers->next = stop + 1;
		if (stop - line >= 4 && line[0] >= '2' && line[0] <= '5' && line[3] == ' ') {
			response.status = (line[0] - '0') * 100 + 4;
			line += 4;
		}
		response.body_len = (size_t)(stop - line);
		response.body = arena_strndup(answers->arena, line, response.body_len);
		response.body_len = strlen(response.body);
		if (done(done_context, i, &response, NULL, err) != 0)
			return -1;
	}
	return 0;
}

static void
no_sleep(int64_t ms)
{
	MUST_HOLD(ms >= 0);
}

static bool
shown(const char *text)
{
	return text == NULL || text_utf8_valid(text, strlen(text));
}

static int
see_account(const struct account *account, void *unused, struct err *err)
{
	(void)unused;
	(void)err;
	MUST_HOLD(account->id > 0 && shown(account->username) && shown(account->email) && shown(account->lastname));
	return 0;
}

static int
see_participant(int64_t course, const struct listing_user *user, void *unused, struct err *err)
{
	(void)unused;
	(void)err;
	MUST_HOLD((course == 2 || course == 3) && user->id > 0 && shown(user->username) && shown(user->roles));
	return 0;
}

static int
see_row(const struct report_row *row, void *unused, struct err *err)
{
	(void)unused;
	(void)err;
	MUST_HOLD(shown(row->course) && shown(row->method) && row->created % 60 == 0 && row->ended % 60 == 0);
	return 0;
}

static int
write_rows(struct arena *arena, struct moodle *moodle, bool remove, struct err *err)
{
	struct enrol_row rows[2] = { { .course_id = 2, .user_id = 5, .username = "ana", .role_id = 5, .end = 1900000000 },
		{ .course_id = 3, .user_id = 6, .username = "bob", .role_id = 5, .suspend = true, .was_active = true } };
	struct unenrol_row gone[2] = { { .course_id = 2, .user_id = 5, .username = "ana" },
		{ .course_id = 3, .user_id = 6, .username = "bob" } };
	struct reader *reader = NULL;
	int rc = -1;

	if (reader_open(moodle, NULL, &reader, err) != 0)
		return -1;
	rc = remove ? enrol_remove(arena, moodle, reader, gone, 2, 1800000000, err)
		    : enrol_send(arena, moodle, reader, rows, 2, 1800000000, err);
	if (rc == 0)
		MUST_HOLD((remove ? gone[0].result.outcome : rows[0].result.outcome) != OUTCOME_OPEN);
	reader_close(reader);
	return rc;
}

static int
create(struct arena *arena, struct moodle *moodle, struct err *err)
{
	struct account_row rows[2] = { { .email = "ana@example.org", .firstname = "Ana", .lastname = "Ruiz" },
		{ .email = "bob@example.org", .firstname = "Bob", .lastname = "Hill" } };
	size_t i;

	if (account_create(arena, moodle, rows, 2, err) != 0)
		return -1;
	for (i = 0; i < 2; i++) {
		MUST_HOLD(rows[i].result.outcome != OUTCOME_OPEN);
		if (rows[i].result.outcome == OUTCOME_DONE || rows[i].result.outcome == OUTCOME_FOUND)
			MUST_HOLD(rows[i].id > 0);
	}
	return 0;
}

static int
ask(uint8_t who, struct arena *arena, struct moodle *moodle, struct err *err)
{
	static const int64_t ids[] = { 2, 3 };
	static const char *const emails[] = { "ana@example.org", "bob@example.org" };
	struct completion completions[2] = { { .course_id = 2, .user_id = 5 }, { .course_id = 3, .user_id = 6 } };
	struct listing listing = { .courses = ids, .count = 2, .page_rows = 2, .role = "student" };
	struct account_match *matches;
	struct course *courses;
	struct site *site = ARENA_NEW(arena, struct site);
	int64_t id = 0;
	size_t count;

	switch (who % 12) {
	case 0: return site_read(arena, moodle, site, err);
	case 1: return course_list(arena, moodle, ids, 2, &courses, &count, err);
	case 2: return course_find_idnumber(arena, moodle, "C-2", &id, err);
	case 3: return account_find(arena, moodle, emails, 2, &matches, err);
	case 4: return account_read(moodle, ids, 2, see_account, NULL, err);
	case 5: return create(arena, moodle, err);
	case 6: return completion_read(arena, moodle, completions, 2, err);
	case 7: return report_each(moodle, 12, 2, see_row, NULL, err);
	case 8: return write_rows(arena, moodle, /* remove= */ false, err);
	case 9: return write_rows(arena, moodle, /* remove= */ true, err);
	default:
		listing.fields = who % 12 == 10 ? LISTING_ACCOUNTS : LISTING_ROLES;
		listing.who = who % 12 == 10 ? LISTING_ALL : LISTING_ACTIVE;
		listing.descending = who >= 128;
		return listing_each(moodle, &listing, see_participant, NULL, err);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct answers answers = { .arena = &arena };
	struct moodle_wire wire = { .send_all = send_all, .context = &answers, .sleep_ms = no_sleep };
	struct config_site site = { .name = "campus",
		.patience_s = 1,
		.url = "https://moodle.example.test",
		.token = "file:/none",
		.role = "student",
		.connections = 2,
		.batch = 100 };
	struct moodle *moodle = NULL;

	if (size == 0)
		return 0;
	if (data[0] % 12 == 7 || data[0] >= 128)
		site.report = 12;
	answers.next = (const char *)data + 1;
	answers.end = (const char *)data + size;
	MUST_HOLD(moodle_open(&site, "TOKEN", &wire, &moodle, &err) == 0);
	if (ask(data[0], &arena, moodle, &err) != 0)
		MUST_HOLD(err.code != ERR_NONE && err.code != ERR_BUG && !text_has_control(err.message) && shown(err.message));
	else
		MUST_HOLD(err.code == ERR_NONE);
	moodle_close(moodle);
	arena_done(&arena);
	return 0;
}
