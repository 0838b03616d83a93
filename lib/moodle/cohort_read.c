/* Cohorts in the mirror. They are read after it and merged by themselves, so that nothing they lack makes a reading of the site incomplete. */
#include "moodle/cohort.h"

#include <string.h>

#include "db/copy.h"
#include "sql.h"
#include "stage.h"

const char **
cohort_named(struct arena *arena, const struct config_tenant *tenant, const struct config_site *site, size_t *ret_count)
{
	const char **names;
	size_t count = 1, i, c;

	for (i = 0; i < tenant->product_count; i++)
		count += tenant->products[i].cohorts.count;
	names = ARENA_ARRAY(arena, count, const char *);
	count = 0;
	if (site->cohort != NULL)
		names[count++] = site->cohort;
	for (i = 0; i < tenant->product_count; i++)
		if (tenant->products[i].site != NULL && strcmp(tenant->products[i].site, site->name) == 0)
			for (c = 0; c < tenant->products[i].cohorts.count; c++)
				names[count++] = tenant->products[i].cohorts.items[c];
	*ret_count = count;
	return names;
}

struct found {
	struct cohort *cohorts;
	int64_t **users;
	size_t *counts, count;
};

static int
fill_cohorts(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	const struct found *found = context;
	size_t i;

	(void)stage;
	for (i = 0; i < found->count; i++) {
		copy_text(sink->copy, found->cohorts[i].idnumber);
		copy_int(sink->copy, found->cohorts[i].id);
		if (copy_row(sink->copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
fill_members(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	const struct found *found = context;
	size_t i, u;

	(void)stage;
	for (i = 0; i < found->count; i++)
		for (u = 0; u < found->counts[i]; u++) {
			copy_int(sink->copy, found->cohorts[i].id);
			copy_int(sink->copy, found->users[i][u]);
			if (copy_row(sink->copy, err) != 0)
				return -1;
		}
	return 0;
}

/* Levels 2 and 3: the site lists all its cohorts; those that are named are asked about. */
static int
read_web(struct arena *arena, struct stage *stage, const struct db_row *names, size_t name_count, struct err *err)
{
	struct found found = { 0 };
	struct cohort *all;
	int64_t *ids;
	size_t count, i, n;

	if (cohort_list(arena, stage->moodle, &all, &count, err) != 0)
		return -1;
	found.cohorts = ARENA_ARRAY(arena, count, struct cohort);
	for (i = 0; i < count; i++)
		for (n = 0; n < name_count; n++)
			if (strcmp(all[i].idnumber, db_value(&names[n], "cohort")) == 0) {
				found.cohorts[found.count++] = all[i];
				break;
			}
	ids = ARENA_ARRAY(arena, found.count, int64_t);
	for (i = 0; i < found.count; i++)
		ids[i] = found.cohorts[i].id;
	found.users = ARENA_ARRAY(arena, found.count, int64_t *);
	found.counts = ARENA_ARRAY(arena, found.count, size_t);
	if (cohort_members(arena, stage->moodle, ids, found.count, found.users, found.counts, err) != 0 ||
	    stage_copy(stage, "COPY read_cohort FROM STDIN", fill_cohorts, &found, err) != 0)
		return -1;
	return stage_copy(stage, "COPY read_cohort_member FROM STDIN", fill_members, &found, err);
}

static int
read_source(struct arena *arena, struct stage *stage, const struct db_row *names, size_t name_count, struct err *err)
{
	const char **list = ARENA_ARRAY(arena, name_count, const char *);
	struct db *db = reader_db(stage->reader);
	struct db_row *row;
	size_t i;
	int rc = -1;

	for (i = 0; i < name_count; i++)
		list[i] = db_value(&names[i], "cohort");
	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_moodle_source_snapshot, DB_NONE, NULL, err) == 0 &&
	    db_row(arena, db, sql_moodle_source_cohorts_scope, DB_ARGS(db_array(arena, list, name_count)), &row, err) == 0 &&
	    stage_source_copy(stage, "COPY read_cohort FROM STDIN", sql_moodle_source_cohorts, 2, "cohorts", err) == 0 &&
	    stage_source_copy(
		stage, "COPY read_cohort_member FROM STDIN", sql_moodle_source_cohort_members, 2, "members of cohorts", err) == 0)
		rc = 0;
	db_rollback(db);
	return rc;
}

static int
merge(struct arena *arena, struct db *db, const char *site_id, const char *now, int64_t *ret_changed, struct err *err)
{
	static const char *const steps[] = { sql_moodle_merge_cohorts, sql_moodle_merge_cohort_members };
	struct db_row *row;
	size_t i;

	if (db_begin(db, err) != 0)
		return -1;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (db_row(arena, db, steps[i], DB_ARGS(site_id), &row, err) != 0)
			goto failed;
		*ret_changed += db_int(row, "changed");
	}
	if (db_exec(db, sql_moodle_cohort_save, DB_ARGS(site_id, now, ""), NULL, err) != 0 ||
	    db_script(db, "DROP TABLE read_cohort, read_cohort_member", err) != 0 || db_commit(db, err) != 0)
		goto failed;
	return 0;
failed:
	db_rollback(db);
	return -1;
}

/* Record why they could not be read, and what helps. The first error stands, whatever comes of this. */
static void
record_failure(struct arena *arena, struct db *db, const char *site_id, const struct err *failure)
{
	const char *hint = failure->hint[0] != '\0' ? " HINT: " : "";
	struct err ignored = ERR_INIT;

	db_rollback(db);
	if (db_begin(db, &ignored) != 0 ||
	    db_exec(db, sql_moodle_cohort_save,
		DB_ARGS(site_id, NULL, arena_printf(arena, "%s%s%s", failure->message, hint, failure->hint)), NULL,
		&ignored) != 0 ||
	    db_commit(db, &ignored) != 0)
		db_rollback(db);
}

int
cohort_read(struct arena *arena, struct db *db, struct moodle *moodle, struct reader *reader, const struct config_tenant *tenant,
    int64_t site_id, int64_t now_utc, int64_t *ret_changed, struct err *err)
{
	struct stage stage = { .db = db,
		.moodle = moodle,
		.reader = reader,
		.tenant = tenant,
		.site_id = site_id,
		.name = moodle_config(moodle)->name,
		.now_utc = now_utc };
	const char *site = stage_number(arena, site_id);
	struct db_row *names;
	const char **named;
	size_t count;

	*ret_changed = 0;
	named = cohort_named(arena, tenant, moodle_config(moodle), &count);
	if (db_rows(arena, db, sql_moodle_cohorts_named, DB_ARGS(site, db_array(arena, named, count)), &names, &count, err) != 0)
		return -1;
	if (count == 0)
		return 0;
	if (db_begin(db, err) != 0 || db_script(db, sql_moodle_cohort_make, err) != 0 || db_commit(db, err) != 0)
		goto failed;
	if (reader_level(reader) == 1 ? read_source(arena, &stage, names, count, err) != 0
				      : read_web(arena, &stage, names, count, err) != 0)
		goto failed;
	if (merge(arena, db, site, stage_number(arena, now_utc), ret_changed, err) != 0)
		goto failed;
	return 0;
failed:
	(void)err_wrap(err, "could not read the cohorts of site \"%s\"", stage.name);
	record_failure(arena, db, site, err);
	return -1;
}
