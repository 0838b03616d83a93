/* How far learners are. It is read after the mirror and merged by itself, so that nothing it lacks makes a reading of the site incomplete. */
#include "moodle/progress.h"

#include <string.h>

#include "db/copy.h"
#include "moodle/answer.h"
#include "moodle/listing.h"
#include "sql.h"
#include "stage.h"

#define ACTIVITIES "core_completion_get_activities_completion_status"
#define GRADES "gradereport_user_get_grade_items"
#define MOST_ASKED 1000

/* What completionstate means: 1 done, 2 done and passed; 3, done and failed, is not done. */
#define STATE_DONE 1
#define STATE_PASSED 2

/* The two questions about a learner, and what the site says to them. */
enum { ASK_ACTIVITIES, ASK_GRADES, ASK_COUNT };

struct learner {
	int64_t course_id;
	int64_t user_id;
	bool answered;
};

struct asking {
	struct arena *arena;
	struct learner *learners; /* of this turn */
	size_t asks[ASK_COUNT];   /* the questions of this turn: which ones are asked */
	size_t ask_count;
	struct copy *statuses, *grades;
	size_t answers[ASK_COUNT];
	const char *refusal[ASK_COUNT]; /* the first one; NULL: none yet */
};

static int
put_statuses(struct asking *asking, const struct learner *learner, const struct json *answer, struct err *err)
{
	const struct json *statuses;
	const char *kind;
	int64_t activity, state;
	size_t i;

	if (json_list(answer, "statuses", &statuses, err) != 0)
		return -1;
	for (i = 0; i < statuses->count; i++) {
		const struct json *status = &statuses->items[i];

		if (json_int(status, "cmid", &activity, err) != 0 || json_text(status, "modname", &kind, err) != 0 ||
		    json_int(status, "state", &state, err) != 0)
			return -1;
		copy_int(asking->statuses, learner->course_id);
		copy_int(asking->statuses, learner->user_id);
		copy_int(asking->statuses, activity);
		copy_int(asking->statuses, (int64_t)i + 1);
		copy_text(asking->statuses, kind);
		stage_put_bool(asking->statuses, state == STATE_DONE || state == STATE_PASSED);
		if (copy_row(asking->statuses, err) != 0)
			return -1;
	}
	return 0;
}

/* Of a learner's grades the course total. Without one, or while nothing is graded, there is none: that is not 0. */
static int
put_grade(struct asking *asking, const struct learner *learner, const struct json *answer, struct err *err)
{
	static const char *const bounds[] = { "grademin", "grademax" };
	const struct json *users, *items;
	const char *type, *text;
	size_t i, k;

	if (json_list(answer, "usergrades", &users, err) != 0)
		return -1;
	if (users->count == 0)
		return 0;
	if (json_list(&users->items[0], "gradeitems", &items, err) != 0)
		return -1;
	for (i = 0; i < items->count; i++) {
		const struct json *item = &items->items[i];

		if (json_text(item, "itemtype", &type, err) != 0)
			return -1;
		if (strcmp(type, "course") != 0 || json_is_null(json_get(item, "graderaw")))
			continue;
		if (json_decimal(json_get(item, "graderaw"), &text, err) != 0)
			return err_wrap(err, "\"graderaw\"");
		copy_int(asking->grades, learner->course_id);
		copy_int(asking->grades, learner->user_id);
		copy_text(asking->grades, text);
		for (k = 0; k < sizeof(bounds) / sizeof(bounds[0]); k++) {
			if (json_decimal(json_get(item, bounds[k]), &text, err) != 0)
				return err_wrap(err, "\"%s\"", bounds[k]);
			copy_text(asking->grades, text);
		}
		return copy_row(asking->grades, err);
	}
	return 0;
}

static int
answer_done(void *context, size_t index, const struct moodle_reply *reply, struct err *err)
{
	struct asking *asking = context;
	struct learner *learner = &asking->learners[index / asking->ask_count];
	size_t ask = asking->asks[index % asking->ask_count];

	if (reply->json == NULL) {
		if (reply->errorcode == NULL || reply->err.code == ERR_SERVICE) {
			*err = reply->err;
			return -1;
		}
		if (asking->refusal[ask] == NULL)
			asking->refusal[ask] = arena_strdup(asking->arena, reply->err.message);
		return 0;
	}
	if ((ask == ASK_ACTIVITIES ? put_statuses : put_grade)(asking, learner, reply->json, err) != 0)
		return err_wrap(err, "cannot read the answer of \"%s\"", ask == ASK_ACTIVITIES ? ACTIVITIES : GRADES);
	asking->answers[ask]++;
	learner->answered = true;
	return 0;
}

/* Ask about all of them, in turns. A question that nobody of the first turn has an answer to is not asked again. */
static int
ask_all(struct moodle *moodle, struct asking *asking, struct learner *learners, size_t count, struct err *err)
{
	static const char *const functions[] = { [ASK_ACTIVITIES] = ACTIVITIES, [ASK_GRADES] = GRADES };
	struct arena turn = ARENA_INIT;
	size_t most = moodle_wave(moodle), from, ask, i, k;
	int rc = -1;

	for (from = 0; from < count; from += most) {
		size_t n = count - from < most ? count - from : most;
		struct moodle_request *requests;

		for (ask = asking->ask_count = 0; ask < ASK_COUNT; ask++)
			if (from == 0 || asking->answers[ask] > 0)
				asking->asks[asking->ask_count++] = ask;
		if (asking->ask_count == 0)
			break;
		arena_reset(&turn);
		asking->learners = learners + from;
		requests = ARENA_ARRAY(&turn, n * asking->ask_count, struct moodle_request);
		for (i = 0; i < n; i++) {
			for (k = 0; k < asking->ask_count; k++) {
				struct moodle_request *request = &requests[i * asking->ask_count + k];

				moodle_request_init(request, &turn, functions[asking->asks[k]]);
				params_int(&request->params, learners[from + i].course_id, "courseid");
				params_int(&request->params, learners[from + i].user_id, "userid");
			}
		}
		if (moodle_call_all(&turn, moodle, requests, n * asking->ask_count, answer_done, asking, err) != 0)
			goto out;
	}
	rc = 0;
out:
	arena_done(&turn);
	return rc;
}

static int
put_seen(int64_t course_id, const struct listing_user *user, void *context, struct err *err)
{
	struct copy *copy = context;

	copy_int(copy, course_id);
	copy_int(copy, user->id);
	copy_int(copy, user->last_access);
	return copy_row(copy, err);
}

static int
fill_seen(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	const struct stage_ids *courses = context;
	struct listing listing = { .courses = courses->ids, .count = courses->count, .fields = LISTING_SEEN };

	return listing_each(stage->moodle, &listing, put_seen, sink->copy, err);
}

static int
fill_kept(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	const char *bytes;
	size_t len;

	(void)stage;
	copy_memory_take(context, &bytes, &len);
	return copy_rows(sink->copy, bytes, len, err);
}

struct learners {
	const struct learner *list;
	size_t count;
};

static int
fill_asked(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	const struct learners *learners = context;
	size_t i;

	(void)stage;
	for (i = 0; i < learners->count; i++) {
		if (!learners->list[i].answered)
			continue;
		copy_int(sink->copy, learners->list[i].course_id);
		copy_int(sink->copy, learners->list[i].user_id);
		if (copy_row(sink->copy, err) != 0)
			return -1;
	}
	return 0;
}

/* Levels 2 and 3. ${ret_lacks}: what the site did not tell, and why; "" if it told all. */
static int
read_web(struct arena *arena, struct stage *stage, const struct stage_ids *courses, struct progress *progress,
    const char **ret_lacks, struct err *err)
{
	const char *site_id = stage_number(arena, stage->site_id), *now = stage_number(arena, stage->now_utc);
	struct asking asking = { .arena = arena, .statuses = copy_memory(arena), .grades = copy_memory(arena) };
	struct stage_ids scope = *courses;
	struct learners learners;
	struct learner *list;
	struct db_row *rows;
	size_t count, i;
	int rc = -1;

	if (stage_copy(stage, "COPY read_seen FROM STDIN", fill_seen, &scope, err) != 0 ||
	    db_rows(arena, stage->db, sql_moodle_progress_wanted, DB_ARGS(site_id, stage_number(arena, MOST_ASKED), now), &rows,
		&count, err) != 0)
		goto out;
	list = ARENA_ARRAY(arena, count, struct learner);
	for (i = 0; i < count; i++)
		list[i] = (struct learner){ db_int(&rows[i], "course_id"), db_int(&rows[i], "user_id"), false };
	if (ask_all(stage->moodle, &asking, list, count, err) != 0)
		goto out;
	if (count > 0 && asking.answers[ASK_ACTIVITIES] == 0 && asking.answers[ASK_GRADES] == 0) {
		(void)err_set(err, ERR_REFUSED, "site \"%s\" tells nothing of it: %s", stage->name, asking.refusal[ASK_ACTIVITIES]);
		(void)err_hint(err,
		    "To have it in the workbook, add " ACTIVITIES " and " GRADES
		    " to the service, and give its account report/progress:view, moodle/grade:viewall and gradereport/user:view.");
		goto out;
	}
	learners = (struct learners){ list, count };
	if (stage_copy(stage, "COPY read_status FROM STDIN", fill_kept, asking.statuses, err) != 0 ||
	    stage_copy(stage, "COPY read_grade FROM STDIN", fill_kept, asking.grades, err) != 0 ||
	    stage_copy(stage, "COPY read_asked FROM STDIN", fill_asked, &learners, err) != 0 ||
	    db_exec(stage->db, sql_moodle_progress_web, DB_ARGS(site_id, now), NULL, err) != 0)
		goto out;
	progress->asked = (int64_t)count;
	progress->waiting = count == 0 ? 0 : db_int(&rows[0], "due") - (int64_t)count;
	*ret_lacks = "";
	for (i = 0; i < ASK_COUNT; i++)
		if (count > 0 && asking.answers[i] == 0)
			*ret_lacks =
			    arena_printf(arena, "%s: %s", i == ASK_ACTIVITIES ? "activities" : "grades", asking.refusal[i]);
	rc = 0;
out:
	copy_memory_done(asking.statuses);
	copy_memory_done(asking.grades);
	return rc;
}

static int
read_source(struct arena *arena, struct stage *stage, const struct stage_ids *courses, struct err *err)
{
	const char **ids = ARENA_ARRAY(arena, courses->count, const char *);
	struct db *db = reader_db(stage->reader);
	struct db_row *row;
	size_t i;
	int rc = -1;

	for (i = 0; i < courses->count; i++)
		ids[i] = stage_number(arena, courses->ids[i]);
	if (db_begin(db, err) != 0)
		return err_wrap(err, "could not read the database of site \"%s\"", stage->name);
	if (db_exec(db, sql_moodle_source_snapshot, DB_NONE, NULL, err) != 0 ||
	    db_row(arena, db, sql_moodle_source_scope, DB_ARGS(db_array(arena, ids, courses->count)), &row, err) != 0)
		(void)err_wrap(err, "could not read the database of site \"%s\"", stage->name);
	else if (stage_source_copy(stage, "COPY read_activity FROM STDIN", sql_moodle_source_activities, 4, "activities", err) ==
		     0 &&
		 stage_source_copy(stage, "COPY read_progress (course_id, user_id, last_access, done, reached, grade) FROM STDIN",
		     sql_moodle_source_progress, 6, "progress", err) == 0)
		rc = 0;
	db_rollback(db);
	return rc;
}

static int
merge(struct arena *arena, struct db *db, const char *site_id, const char *now, const char *lacks, struct progress *progress,
    struct err *err)
{
	static const char *const steps[] = { sql_moodle_merge_activities, sql_moodle_merge_progress };
	struct db_row *row;
	size_t i;

	if (db_begin(db, err) != 0)
		return -1;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (db_row(arena, db, steps[i], DB_ARGS(site_id), &row, err) != 0)
			goto failed;
		progress->changed += db_int(row, "changed");
	}
	if (db_exec(db, sql_moodle_progress_save, DB_ARGS(site_id, now, stage_number(arena, progress->waiting), lacks), NULL,
		err) != 0 ||
	    db_script(db, sql_moodle_progress_drop, err) != 0 || db_commit(db, err) != 0)
		goto failed;
	return 0;
failed:
	db_rollback(db);
	return -1;
}

/* Record why it could not be read. The first error stands, whatever comes of this. */
static void
record_failure(struct arena *arena, struct db *db, const char *site_id, const struct err *failure)
{
	struct err ignored = ERR_INIT;

	(void)arena;
	db_rollback(db);
	if (db_begin(db, &ignored) != 0 ||
	    db_exec(db, sql_moodle_progress_save, DB_ARGS(site_id, NULL, "0", failure->message), NULL, &ignored) != 0 ||
	    db_commit(db, &ignored) != 0)
		db_rollback(db);
}

int
progress_read(struct arena *arena, struct db *db, struct moodle *moodle, struct reader *reader, const struct config_tenant *tenant,
    int64_t site_id, int64_t now_utc, struct progress *ret_progress, struct err *err)
{
	struct stage stage = { .db = db,
		.moodle = moodle,
		.reader = reader,
		.tenant = tenant,
		.site_id = site_id,
		.name = moodle_config(moodle)->name,
		.now_utc = now_utc };
	const char *site = stage_number(arena, site_id), *lacks = "";
	struct progress progress = { 0 };
	struct stage_ids courses;

	if (db_begin(db, err) != 0 || db_script(db, sql_moodle_progress_make, err) != 0 || db_commit(db, err) != 0 ||
	    stage_ids(arena, &stage, sql_moodle_progress_courses, DB_ARGS(site, stage_web_rules(arena, &stage)), "course_id",
		&courses, err) != 0)
		goto failed;
	if (reader_level(reader) == 1 ? read_source(arena, &stage, &courses, err) != 0
				      : read_web(arena, &stage, &courses, &progress, &lacks, err) != 0)
		goto failed;
	if (merge(arena, db, site, stage_number(arena, now_utc), lacks, &progress, err) != 0)
		goto failed;
	*ret_progress = progress;
	return 0;
failed:
	(void)err_wrap(err, "could not read the progress of learners of site \"%s\"", stage.name);
	record_failure(arena, db, site, err);
	return -1;
}
