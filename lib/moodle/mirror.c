/* The mirror. A reading is staged in temporary tables, which takes as long as the site takes to answer, then merged in one
 * transaction. What the reading lacks is found before the merge: nothing that may be a fault of the site counts as a change. */
#include "moodle/mirror.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "db/rules.h"
#include "moodle/site.h"
#include "sql.h"
#include "stage.h"

#define DEFAULT_STUDENT_ROLE 5
/* From so many changed rows on, the planner is told. */
#define ANALYZE_ROWS 10000

static const char *
number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%" PRId64, value);
}

int
mirror_site_id(struct arena *arena, struct db *db, const char *name, int64_t *ret_site_id, struct err *err)
{
	struct db_row *row;

	if (db_row(arena, db, sql_moodle_site_id, DB_ARGS(name), &row, err) != 0)
		return err_wrap(err, "could not find site \"%s\" in the database", name);
	*ret_site_id = db_int(row, "site_id");
	return 0;
}

static int
begin(struct arena *arena, struct db *db, const struct stage *stage, int64_t run_id, int64_t *ret_pull_id, struct err *err)
{
	struct db_row *row;

	if (db_begin(db, err) != 0 || db_script(db, sql_moodle_stage_make, err) != 0 ||
	    db_row(arena, db, sql_moodle_pull_begin,
		DB_ARGS(number(arena, stage->site_id), number(arena, run_id), number(arena, reader_level(stage->reader))), &row,
		err) != 0 ||
	    db_commit(db, err) != 0) {
		db_rollback(db);
		return -1;
	}
	*ret_pull_id = db_int(row, "pull_id");
	return 0;
}

/* Record why a reading did not count. The first error stands, whatever comes of this. */
static void
record_failure(struct arena *arena, struct db *db, int64_t pull_id, const struct err *failure)
{
	struct err ignored = ERR_INIT;

	db_rollback(db);
	if (db_begin(db, &ignored) != 0 ||
	    db_exec(db, sql_moodle_pull_failed, DB_ARGS(number(arena, pull_id), failure->message), NULL, &ignored) != 0 ||
	    db_commit(db, &ignored) != 0)
		db_rollback(db);
}

/* Is it the site it was? Another address of the same Moodle is fine, another Moodle at the same address is not. */
static int
check_identity(struct arena *arena, struct db *db, const struct stage *stage, const struct site *site, struct mirror_pull *pull,
    int64_t *ret_role_id, struct err *err)
{
	struct db_row *row;

	pull->release = site->release;
	if (db_maybe(arena, db, sql_moodle_site_state, DB_ARGS(number(arena, stage->site_id)), &row, err) != 0)
		return -1;
	*ret_role_id = 0;
	if (row == NULL)
		return 0;
	*ret_role_id = db_int(row, "student_role_id");
	pull->upgraded = strcmp(db_value(row, "release"), site->release) != 0;
	if (!site_same(db_value(row, "identity"), site->identity)) {
		(void)err_set(err, ERR_REFUSED, "site \"%s\" is another Moodle than before: \"%s\", it was \"%s\"", stage->name,
		    site->identity, db_value(row, "identity"));
		return err_hint(
		    err, "Lead the setting \"url\" back to the old one; or give the site a new name, which begins it anew.");
	}
	return 0;
}

/* Nothing where there was something is no answer to act on. */
static int
check_counts(struct arena *arena, struct db *db, const struct stage *stage, struct mirror_pull *pull, struct err *err)
{
	struct db_row *row;
	const char *missing = NULL;

	if (db_row(arena, db, sql_moodle_counts, DB_ARGS(number(arena, stage->site_id)), &row, err) != 0)
		return -1;
	pull->courses = db_int(row, "courses");
	pull->users = db_int(row, "users");
	pull->enrolments = db_int(row, "enrolments");
	pull->completions = db_int(row, "completions");
	if (pull->courses == 0 && db_bool(row, "had_courses"))
		missing = "course";
	else if (pull->users == 0 && db_bool(row, "had_users"))
		missing = "account";
	else if (pull->enrolments == 0 && db_bool(row, "had_enrolments"))
		missing = "enrolment";
	if (missing != NULL) {
		(void)err_set(err, ERR_INCOMPLETE, "site \"%s\" shows no %s at all, but had some", stage->name, missing);
		return err_hint(
		    err, "Check that the account of the token still has its capabilities, moodle/user:viewdetails above all.");
	}
	return 0;
}

static int
merge_step(struct arena *arena, struct db *db, const char *sql, const struct db_args *args, const char *table, int64_t *changed,
    struct err *err)
{
	struct db_row *row;
	int64_t count;

	if (db_row(arena, db, sql, args, &row, err) != 0)
		return -1;
	count = db_int(row, "changed");
	*changed += count;
	return count < ANALYZE_ROWS ? 0 : rules_analyze(db, &table, 1, err);
}

static int
merge(struct arena *arena, struct db *db, const struct stage *stage, const struct site *site, int64_t pull_id, int64_t role_id,
    int64_t now_utc, struct mirror_pull *pull, struct err *err)
{
	const char *site_id = number(arena, stage->site_id), *level = number(arena, reader_level(stage->reader));
	const char **names = ARENA_ARRAY(arena, stage->role_count, const char *),
		   **ids = ARENA_ARRAY(arena, stage->role_count, const char *);
	size_t known = 0, i;

	if (merge_step(arena, db, sql_moodle_merge_courses, DB_ARGS(site_id), "mirror_course", &pull->changed, err) != 0 ||
	    merge_step(arena, db, sql_moodle_merge_users, DB_ARGS(site_id), "mirror_user", &pull->changed, err) != 0 ||
	    merge_step(arena, db, sql_moodle_merge_enrolments, DB_ARGS(site_id, level), "mirror_enrolment", &pull->changed, err) !=
		0 ||
	    merge_step(arena, db, sql_moodle_merge_completions, DB_ARGS(site_id), "mirror_completion", &pull->changed, err) != 0 ||
	    merge_step(arena, db, sql_moodle_merge_lookups, DB_ARGS(site_id), "mirror_lookup", &pull->changed, err) != 0)
		return -1;
	if (db_exec(db, sql_moodle_state_save,
		DB_ARGS(site_id, site->release, site->identity, level, number(arena, role_id), number(arena, now_utc)), NULL,
		err) != 0)
		return -1;
	for (i = 0; i < stage->role_count; i++) {
		if (stage->role_ids[i] == 0)
			continue;
		names[known] = stage->role_names[i];
		ids[known++] = number(arena, stage->role_ids[i]);
	}
	if (db_exec(db, sql_moodle_roles_save, DB_ARGS(site_id, db_array(arena, names, known), db_array(arena, ids, known)), NULL,
		err) != 0)
		return -1;
	if (db_exec(db, sql_moodle_pull_end,
		DB_ARGS(number(arena, pull_id), number(arena, pull->courses), number(arena, pull->users),
		    number(arena, pull->enrolments), number(arena, pull->completions), number(arena, pull->changed)),
		NULL, err) != 0)
		return -1;
	return db_script(db, sql_moodle_stage_drop, err);
}

int
mirror_read(struct arena *arena, struct db *db, struct moodle *moodle, struct reader *reader, const struct config_tenant *tenant,
    int64_t site_id, int64_t run_id, int64_t now_utc, struct mirror_pull *ret_pull, struct err *err)
{
	struct stage stage = { .db = db,
		.moodle = moodle,
		.reader = reader,
		.tenant = tenant,
		.site_id = site_id,
		.name = moodle_config(moodle)->name,
		.now_utc = now_utc };
	struct mirror_pull pull;
	struct site site;
	int64_t pull_id, role_id;

	memset(&pull, 0, sizeof(pull));
	if (begin(arena, db, &stage, run_id, &pull_id, err) != 0)
		return -1;
	if (site_read(arena, moodle, &site, err) != 0 || check_identity(arena, db, &stage, &site, &pull, &role_id, err) != 0 ||
	    site_check(moodle, &site, SITE_READS, err) != 0)
		goto failed;
	if (stage_read(arena, &stage, err) != 0)
		goto failed;
	/* The configured id wins, then the one just seen, the one seen before, and Moodle's usual one. */
	if (moodle_config(moodle)->role_id != 0)
		role_id = moodle_config(moodle)->role_id;
	else if (stage.role_id != 0)
		role_id = stage.role_id;
	else if (role_id == 0)
		role_id = DEFAULT_STUDENT_ROLE;
	if (db_begin(db, err) != 0 || db_script(db, sql_moodle_stage_analyze, err) != 0 ||
	    check_counts(arena, db, &stage, &pull, err) != 0 ||
	    merge(arena, db, &stage, &site, pull_id, role_id, now_utc, &pull, err) != 0 || db_commit(db, err) != 0)
		goto failed;
	pull.lookups = stage.lookups;
	*ret_pull = pull;
	return 0;
failed:
	/* Whatever the site's answers lacked, the reading is not whole. */
	if (err->code == ERR_DATA || err->code == ERR_REJECTED || err->code == ERR_NOT_FOUND)
		err->code = ERR_INCOMPLETE;
	record_failure(arena, db, pull_id, err);
	return -1;
}
