/* Reading manual enrolments back, in three ways behind one face. */
#include "moodle/read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "moodle/course.h"
#include "moodle/listing.h"
#include "moodle/report.h"
#include "moodle/site.h"
#include "sql.h"

struct reader {
	struct arena arena; /* of the handle itself */
	struct moodle *moodle;
	struct db *db;
	int level;
};

int
read_level(const struct config_site *site)
{
	return site->database != NULL ? 1 : site->report != 0 ? 2 : 3;
}

/* Whether the database is the site's own: another one's ids would say nothing. */
static int
check_database(struct reader *reader, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct site site;
	struct db_row *row;
	int rc = -1;

	/* Leave the search path to the role or the conninfo: Moodle may live in a schema of its own. */
	if (db_exec(reader->db, "RESET search_path", DB_NONE, NULL, err) != 0)
		goto out;
	if (db_row(&arena, reader->db, sql_moodle_source_site, DB_NONE, &row, err) != 0) {
		(void)err_hint(err, "The setting \"database\" must lead to Moodle's own PostgreSQL database, with tables named "
				    "mdl_… that its user may "
				    "select from.");
		goto out;
	}
	if (site_read(&arena, reader->moodle, &site, err) != 0)
		goto out;
	if (site.created != 0 && site.created != db_int(row, "timecreated")) {
		(void)err_set(err, ERR_CONFIG, "database of site \"%s\" belongs to another Moodle than its url",
		    moodle_config(reader->moodle)->name);
		goto out;
	}
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
reader_open(struct moodle *moodle, const char *password, struct reader **ret_reader, struct err *err)
{
	const struct config_site *site = moodle_config(moodle);
	struct arena arena = ARENA_INIT;
	struct reader *reader = ARENA_NEW(&arena, struct reader);

	reader->arena = arena;
	reader->moodle = moodle;
	reader->level = read_level(site);
	if (reader->level == 1 &&
	    (db_connect(site->database, password, "ctok-batch", &reader->db, err) != 0 || check_database(reader, err) != 0)) {
		reader_close(reader);
		return err_wrap(err, "could not read the database of site \"%s\"", site->name);
	}
	*ret_reader = reader;
	return 0;
}

void
reader_close(struct reader *reader)
{
	struct arena arena;

	if (reader == NULL)
		return;
	db_close(reader->db);
	arena = reader->arena;
	arena_done(&arena);
}

int
reader_level(const struct reader *reader)
{
	return reader->level;
}

struct db *
reader_db(struct reader *reader)
{
	return reader->db;
}

/* Level 1: one statement. */
struct rows1 {
	struct read_seen *seen;
	size_t count;
	bool completion;
};

static int
rows1_row(const struct db_row *row, void *context, struct err *err)
{
	struct rows1 *rows = context;
	size_t n = (size_t)db_int(row, "n") - 1;
	struct read_seen *seen;

	(void)err;
	BUG_UNLESS(n < rows->count);
	seen = &rows->seen[n];
	if (rows->completion) {
		seen->completed_at = db_int(row, "completed");
		seen->completion = seen->completed_at > 0       ? COMPLETION_YES
				   : db_bool(row, "completion") ? COMPLETION_NO
								: COMPLETION_NONE;
	}
	if (!db_bool(row, "present"))
		return 0;
	seen->present = true;
	seen->active = db_bool(row, "active");
	seen->status = db_int(row, "status") != 0;
	seen->start = db_int(row, "timestart");
	seen->end = db_int(row, "timeend");
	seen->created = db_int(row, "timecreated");
	return 0;
}

static int
read_rows1(struct reader *reader, const struct read_key *keys, size_t count, bool completion, int64_t now_utc,
    struct read_seen *seen, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char **courses = ARENA_ARRAY(&arena, count, const char *), **users = ARENA_ARRAY(&arena, count, const char *);
	struct rows1 rows = { seen, count, completion };
	size_t i;
	int rc;

	for (i = 0; i < count; i++) {
		courses[i] = arena_printf(&arena, "%" PRId64, keys[i].course_id);
		users[i] = arena_printf(&arena, "%" PRId64, keys[i].user_id);
	}
	rc = db_each(reader->db, sql_moodle_source_rows,
	    DB_ARGS(db_array(&arena, courses, count), db_array(&arena, users, count), arena_printf(&arena, "%" PRId64, now_utc)),
	    rows1_row, &rows, err);
	arena_done(&arena);
	return rc;
}

/* Keys in an order to search them: by course as the report shows it and user name (level 2), or by ids (level 3). */
struct sought {
	const char *course;
	const char *username;
	int64_t course_id;
	int64_t user_id;
	struct read_seen *seen;
};

static int
by_names(const void *a, const void *b)
{
	const struct sought *x = a, *y = b;
	int order = strcmp(x->course, y->course);

	return order != 0 ? order : strcmp(x->username, y->username);
}

static int
by_ids(const void *a, const void *b)
{
	const struct sought *x = a, *y = b;

	if (x->course_id != y->course_id)
		return x->course_id < y->course_id ? -1 : 1;
	return x->user_id < y->user_id ? -1 : x->user_id > y->user_id;
}

struct search {
	struct sought *sought;
	size_t count;
	bool completion;
	bool active; /* level 3: the listing at hand is of active participants only */
};

static int
rows2_row(const struct report_row *row, void *context, struct err *err)
{
	struct search *search = context;
	struct sought key = { .course = row->course, .username = row->username }, *hit;

	(void)err;
	if (row->username == NULL || search->count == 0)
		return 0;
	hit = bsearch(&key, search->sought, search->count, sizeof(key), by_names);
	if (hit == NULL)
		return 0;
	/* Completion is the course's, whatever method the row is of. */
	if (search->completion && row->completed != 0) {
		hit->seen->completion = COMPLETION_YES;
		hit->seen->completed_at = row->completed;
	}
	if (strcmp(row->method, "manual") != 0)
		return 0;
	hit->seen->present = true;
	hit->seen->active = row->active;
	hit->seen->status = row->suspended ? 1 : 0;
	hit->seen->start = row->started;
	hit->seen->end = row->ended;
	hit->seen->created = row->created;
	return 0;
}

static int
by_course_id(const void *a, const void *b)
{
	const struct course *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* Level 2: the report has no ids, so courses are known by the name it shows. */
static int
read_rows2(
    struct reader *reader, const struct read_key *keys, size_t count, bool completion, struct read_seen *seen, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct search search = { ARENA_ARRAY(&arena, count, struct sought), 0, completion, false };
	struct course *courses, *course;
	size_t course_count, i;
	int rc = -1;

	if (course_list(&arena, reader->moodle, NULL, 0, &courses, &course_count, err) != 0)
		goto out;
	for (i = 0; i < count; i++) {
		struct course wanted = { .id = keys[i].course_id };

		BUG_UNLESS(keys[i].username != NULL);
		course = course_count == 0 ? NULL : bsearch(&wanted, courses, course_count, sizeof(*courses), by_course_id);
		if (course == NULL)
			continue; /* gone: so is the enrolment */
		if (completion)
			seen[i].completion = course->completion ? COMPLETION_NO : COMPLETION_NONE;
		search.sought[search.count++] =
		    (struct sought){ course->shown, keys[i].username, keys[i].course_id, keys[i].user_id, &seen[i] };
	}
	qsort(search.sought, search.count, sizeof(*search.sought), by_names);
	rc = report_each(reader->moodle, moodle_config(reader->moodle)->report, REPORT_PAGE_ROWS, rows2_row, &search, err);
out:
	arena_done(&arena);
	return rc;
}

static int
rows3_user(int64_t course_id, const struct listing_user *user, void *context, struct err *err)
{
	struct search *search = context;
	struct sought key = { .course_id = course_id, .user_id = user->id };
	struct sought *hit = bsearch(&key, search->sought, search->count, sizeof(key), by_ids);

	(void)err;
	if (hit == NULL)
		return 0;
	hit->seen->present = true;
	if (search->active)
		hit->seen->active = true;
	return 0;
}

/* Level 3: learner by learner, but for courses without completion, which refuse in the same words as a missing capability. */
static int
read_completions3(struct arena *arena, struct arena *reasons, struct reader *reader, const struct read_key *keys, size_t count,
    struct read_seen *seen, struct err *err)
{
	struct completion *list = ARENA_ARRAY(arena, count, struct completion);
	size_t *of = ARENA_ARRAY(arena, count, size_t);
	struct course *courses;
	size_t course_count, asked = 0, i;

	if (course_list(arena, reader->moodle, NULL, 0, &courses, &course_count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		struct course wanted = { .id = keys[i].course_id };
		const struct course *course =
		    course_count == 0 ? NULL : bsearch(&wanted, courses, course_count, sizeof(*courses), by_course_id);

		if (course != NULL && !course->completion) {
			seen[i].completion = COMPLETION_NONE;
			continue;
		}
		list[asked].course_id = keys[i].course_id;
		list[asked].user_id = keys[i].user_id;
		of[asked++] = i;
	}
	if (completion_read(reasons, reader->moodle, list, asked, err) != 0)
		return -1;
	for (i = 0; i < asked; i++) {
		seen[of[i]].completion = list[i].state;
		seen[of[i]].completed_at = list[i].completed_at;
		seen[of[i]].reason = list[i].reason;
	}
	return 0;
}

/* Level 3: everybody, then the active ones; what is neither is not enrolled. */
static int
read_rows3(struct arena *reasons, struct reader *reader, const struct read_key *keys, size_t count, bool completion,
    struct read_seen *seen, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct search search = { ARENA_ARRAY(&arena, count, struct sought), count, completion, false };
	int64_t *courses = ARENA_ARRAY(&arena, count, int64_t);
	struct listing listing = { .courses = courses };
	size_t i;
	int rc = -1;

	for (i = 0; i < count; i++) {
		search.sought[i] = (struct sought){ NULL, NULL, keys[i].course_id, keys[i].user_id, &seen[i] };
		seen[i].status = READ_UNKNOWN;
		seen[i].start = seen[i].end = seen[i].created = READ_UNKNOWN;
	}
	qsort(search.sought, count, sizeof(*search.sought), by_ids);
	for (i = 0; i < count; i++)
		if (i == 0 || search.sought[i].course_id != search.sought[i - 1].course_id)
			courses[listing.count++] = search.sought[i].course_id;
	if (listing_each(reader->moodle, &listing, rows3_user, &search, err) != 0)
		goto out;
	search.active = true;
	listing.who = LISTING_ACTIVE;
	if (listing_each(reader->moodle, &listing, rows3_user, &search, err) != 0)
		goto out;
	if (completion && read_completions3(&arena, reasons, reader, keys, count, seen, err) != 0)
		goto out;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

int
reader_rows(struct arena *arena, struct reader *reader, const struct read_key *keys, size_t count, bool completion, int64_t now_utc,
    struct read_seen **ret_seen, struct err *err)
{
	struct read_seen *seen = ARENA_ARRAY(arena, count, struct read_seen);
	int rc = 0;

	if (count > 0)
		rc = reader->level == 1   ? read_rows1(reader, keys, count, completion, now_utc, seen, err)
		     : reader->level == 2 ? read_rows2(reader, keys, count, completion, seen, err)
					  : read_rows3(arena, reader, keys, count, completion, seen, err);
	if (rc != 0)
		return err_wrap(err, "could not read enrolments of site \"%s\"", moodle_config(reader->moodle)->name);
	*ret_seen = seen;
	return 0;
}
