/* Enrolments: given, moved, suspended, removed. */
#include "room.h"
#include "base/text.h"
#include "entitle/entitle.h"
#include "moodle/enrol.h"
#include "sql.h"

/* A claimed action, as sent and as it ended. */
struct item {
	const struct db_row *row;
	int64_t role_id;     /* to enrol with */
	const char *outcome; /* NULL while it may be sent */
	const char *reason;
};

/* Look at the rows once more before they are written, where that costs one query (level 1), and at the completion of whom we suspend
 * (contract: it cannot be read afterwards). What moved is left alone, what cannot be read is postponed. */
static int
look_first(struct arena *arena, const struct apply_site *site, struct item *items, size_t count, bool completion, struct err *err)
{
	struct read_key *keys;
	struct read_seen *seen;
	size_t i;

	if (reader_level(site->reader) > 1 && !completion)
		return 0;
	keys = ARENA_ARRAY(arena, count, struct read_key);
	for (i = 0; i < count; i++)
		keys[i] = (struct read_key){ db_int(items[i].row, "course_id"), db_int(items[i].row, "user_id"),
			db_value(items[i].row, "username") };
	if (reader_rows(arena, site->reader, keys, count, completion, site->now_utc, &seen, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		int64_t before = db_int(items[i].row, "before_status");

		if (reader_level(site->reader) == 1 &&
		    (seen[i].present != (before >= 0) ||
			(seen[i].present && (seen[i].status != before || seen[i].start != db_int(items[i].row, "before_start") ||
						seen[i].end != db_int(items[i].row, "before_end"))))) {
			items[i].outcome = "moved";
			items[i].reason = "the enrolment changed since this was planned";
		} else if (completion && seen[i].completion == COMPLETION_UNKNOWN) {
			items[i].outcome = "postponed";
			items[i].reason =
			    seen[i].reason != NULL ? seen[i].reason : "the learner's completion could not be read first";
		}
	}
	return 0;
}

static int
send_enrolments(struct arena *arena, const struct apply_site *site, struct item *items, size_t count, struct err *err)
{
	struct enrol_row *rows = ARENA_ARRAY(arena, count, struct enrol_row);
	size_t *at = ARENA_ARRAY(arena, count, size_t), i, n = 0;
	int rc;

	for (i = 0; i < count; i++) {
		const struct db_row *row = items[i].row;

		if (items[i].outcome != NULL)
			continue;
		at[n] = i;
		rows[n++] = (struct enrol_row){
			.course_id = db_int(row, "course_id"),
			.user_id = db_int(row, "user_id"),
			.username = db_value(row, "username"),
			.role_id = items[i].role_id,
			.start = db_int(row, "after_start"),
			.end = db_int(row, "after_end"),
			.suspend = db_int(row, "after_status") != 0,
			.was_active = db_bool(row, "was_active"),
		};
	}
	rc = n == 0 ? 0 : enrol_send(arena, site->moodle, site->reader, rows, n, site->now_utc, err);
	for (i = 0; i < n; i++) {
		items[at[i]].outcome = apply_outcome(&rows[i].result);
		items[at[i]].reason = rows[i].result.reason;
	}
	return rc;
}

static int
send_removals(struct arena *arena, const struct apply_site *site, struct item *items, size_t count, struct err *err)
{
	struct unenrol_row *rows = ARENA_ARRAY(arena, count, struct unenrol_row);
	size_t *at = ARENA_ARRAY(arena, count, size_t), i, n = 0;
	int rc;

	for (i = 0; i < count; i++) {
		if (items[i].outcome != NULL)
			continue;
		at[n] = i;
		rows[n++] = (struct unenrol_row){
			.course_id = db_int(items[i].row, "course_id"),
			.user_id = db_int(items[i].row, "user_id"),
			.username = db_value(items[i].row, "username"),
		};
	}
	rc = n == 0 ? 0 : enrol_remove(arena, site->moodle, site->reader, rows, n, site->now_utc, err);
	for (i = 0; i < n; i++) {
		items[at[i]].outcome = apply_outcome(&rows[i].result);
		items[at[i]].reason = rows[i].result.reason;
	}
	return rc;
}

static int
record(struct arena *arena, struct db *db, const struct apply_site *site, const struct item *items, size_t count,
    struct apply_counts *counts, struct err *err)
{
	const char **actions = ARENA_ARRAY(arena, count, const char *), **outcomes = ARENA_ARRAY(arena, count, const char *);
	const char **reasons = ARENA_ARRAY(arena, count, const char *);
	int64_t told;
	size_t i;

	for (i = 0; i < count; i++) {
		actions[i] = db_value(items[i].row, "action_id");
		outcomes[i] = items[i].outcome != NULL ? items[i].outcome : "open";
		reasons[i] = items[i].reason != NULL ? items[i].reason : "";
	}
	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_apply_record_rows,
		DB_ARGS(apply_number(arena, site->run_id), db_array(arena, actions, count), db_array(arena, outcomes, count),
		    db_array(arena, reasons, count), apply_number(arena, reader_level(site->reader)), site->config->role),
		NULL, err) != 0)
		goto fail;
	/* Mails about access belong to what was done, not to what was planned. */
	if (entitle_told(arena, db, &(struct night){ .run_id = site->run_id, .now_utc = site->now_utc }, site->locale,
		db_array(arena, actions, count), &told, err) != 0)
		goto fail;
	if (db_commit(db, err) != 0)
		goto fail;
	for (i = 0; i < count; i++)
		apply_count(counts, outcomes[i], 1);
	return 0;
fail:
	db_rollback(db);
	return -1;
}

int
apply_rows(struct db *db, const struct apply_site *site, const char *kinds, int64_t left, struct apply_counts *ret_counts,
    bool *ret_more, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct err send_err = ERR_INIT;
	bool removes = text_equal(kinds, "{unenrol}"), ends = removes || text_equal(kinds, "{suspend}");
	struct db_row *claimed;
	struct item *items;
	size_t count, i;
	int rc = -1, sent;

	if (apply_claim(&arena, db, sql_apply_claim_rows,
		DB_ARGS(apply_number(&arena, site->site_id), apply_number(&arena, left), apply_number(&arena, site->run_id), kinds,
		    site->plan_id == 0 ? NULL : apply_number(&arena, site->plan_id)),
		&claimed, &count, err) != 0)
		goto out;
	if (count == 0) {
		*ret_more = false;
		rc = 0;
		goto out;
	}
	items = ARENA_ARRAY(&arena, count, struct item);
	for (i = 0; i < count; i++) {
		items[i].row = &claimed[i];
		items[i].role_id =
		    text_equal(db_value(&claimed[i], "role"), site->config->role) ? site->role_id : db_int(&claimed[i], "role_id");
		/* A removal goes by the enrolment, whatever its role. */
		if (items[i].role_id == 0 && !removes) {
			items[i].outcome = "refused";
			items[i].reason = arena_printf(&arena,
			    "the id of role \"%s\" is not known: nobody has it on the site, and the site's setting \"roles\" does "
			    "not tell",
			    db_value(&claimed[i], "role"));
		}
	}
	sent = look_first(&arena, site, items, count, ends, &send_err);
	if (sent == 0)
		sent = removes ? send_removals(&arena, site, items, count, &send_err)
			       : send_enrolments(&arena, site, items, count, &send_err);
	/* Whatever ended the sending, what is known by now is recorded first. */
	if (record(&arena, db, site, items, count, ret_counts, err) != 0)
		goto out;
	if (sent != 0) {
		*err = send_err;
		goto out;
	}
	*ret_more = true;
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}
