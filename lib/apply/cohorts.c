/* Places in cohorts: they follow access, so joining comes behind what gives it and leaving behind what ends it. */
#include "room.h"
#include "base/text.h"
#include "moodle/cohort.h"
#include "sql.h"

static int
record(struct arena *arena, struct db *db, const struct apply_site *site, const struct db_row *claimed,
    const struct cohort_row *rows, size_t count, struct apply_counts *counts, struct err *err)
{
	const char **actions = ARENA_ARRAY(arena, count, const char *), **outcomes = ARENA_ARRAY(arena, count, const char *);
	const char **reasons = ARENA_ARRAY(arena, count, const char *);
	size_t i;

	for (i = 0; i < count; i++) {
		actions[i] = db_value(&claimed[i], "action_id");
		/* What was found after a lost answer is our doing. */
		outcomes[i] =
		    rows[i].result.outcome == OUTCOME_FOUND && !rows[i].was_there ? "done" : apply_outcome(&rows[i].result);
		reasons[i] = rows[i].result.reason != NULL ? rows[i].result.reason : "";
	}
	if (db_begin(db, err) != 0)
		return -1;
	if (db_end(db,
		db_exec(db, sql_apply_record_cohorts,
		    DB_ARGS(apply_number(arena, site->run_id), db_array(arena, actions, count), db_array(arena, outcomes, count),
			db_array(arena, reasons, count)),
		    NULL, err),
		err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		apply_count(counts, outcomes[i], 1);
	return 0;
}

int
apply_cohorts(struct db *db, const struct apply_site *site, const char *kind, int64_t left, struct apply_counts *ret_counts,
    bool *ret_more, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct err send_err = ERR_INIT;
	struct db_row *claimed;
	struct cohort_row *rows;
	size_t count, i;
	int rc = -1, sent;

	if (apply_claim(&arena, db, sql_apply_claim_cohorts,
		DB_ARGS(apply_number(&arena, site->site_id), apply_number(&arena, left), apply_number(&arena, site->run_id)),
		&claimed, &count, err) != 0)
		goto out;
	if (count == 0) {
		*ret_more = false;
		rc = 0;
		goto out;
	}
	rows = ARENA_ARRAY(&arena, count, struct cohort_row);
	for (i = 0; i < count; i++)
		rows[i] =
		    (struct cohort_row){ .cohort_id = db_int(&claimed[i], "cohort_id"), .user_id = db_int(&claimed[i], "user_id") };
	if (site->cohorts_lack != NULL) {
		for (i = 0; i < count; i++)
			rows[i].result = (struct batch_row){ OUTCOME_REFUSED, "", site->cohorts_lack };
		rc = record(&arena, db, site, claimed, rows, count, ret_counts, err);
		*ret_more = true;
		goto out;
	}
	/* Whatever ends the sending, what is known by then is recorded first. */
	sent = text_equal(kind, "join_cohort") ? cohort_join(&arena, site->moodle, rows, count, &send_err)
					       : cohort_leave(&arena, site->moodle, rows, count, &send_err);
	if (record(&arena, db, site, claimed, rows, count, ret_counts, err) != 0)
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

int
apply_ready_cohorts(struct db *db, const struct apply_site *site, const char *kind, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int rc = -1;

	if (db_begin(db, err) != 0)
		goto out;
	if (db_script(db, sql_apply_cohort_ready_make, err) == 0 &&
	    db_exec(db, sql_apply_cohort_ready, DB_ARGS(apply_number(&arena, site->site_id), kind), NULL, err) == 0)
		rc = 0;
	rc = db_end(db, rc, err);
out:
	arena_done(&arena);
	return rc;
}

/* A cohort is there, or who was to join it is refused with the reason why it is not. */
static int
record_made(struct arena *arena, struct db *db, const struct apply_site *site, const char *idnumber, int64_t id,
    const struct err *failure, struct apply_counts *counts, struct err *err)
{
	const char *hint = failure->hint[0] != '\0' ? " HINT: " : "";
	int64_t refused = 0;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_end(db,
		id != 0 ? db_exec(db, sql_apply_cohort_made,
			      DB_ARGS(apply_number(arena, site->site_id), idnumber, apply_number(arena, id)), NULL, err)
			: db_exec(db, sql_apply_cohort_unmade,
			      DB_ARGS(apply_number(arena, site->site_id), apply_number(arena, site->run_id), idnumber,
				  arena_printf(arena, "%s%s%s", failure->message, hint, failure->hint)),
			      &refused, err),
		err) != 0)
		return -1;
	apply_count(counts, "refused", refused);
	return 0;
}

int
apply_make_cohorts(struct db *db, const struct apply_site *site, struct apply_counts *counts, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct db_row *lacking;
	size_t count, i;
	int rc = -1;

	if (db_rows(&arena, db, sql_apply_cohorts_lacking, DB_ARGS(apply_number(&arena, site->site_id)), &lacking, &count, err) !=
	    0)
		goto out;
	for (i = 0; i < count; i++) {
		const char *idnumber = db_value(&lacking[i], "cohort");
		struct err failure = ERR_INIT;
		int64_t id = 0;

		if (cohort_make(&arena, site->moodle, idnumber, &id, &failure) != 0) {
			/* What Moodle says of this cohort is told of it; a site that does not answer ends the run. */
			if (failure.code != ERR_REFUSED && failure.code != ERR_REJECTED && failure.code != ERR_DATA) {
				*err = failure;
				goto out;
			}
			id = 0;
		}
		if (record_made(&arena, db, site, idnumber, id, &failure, counts, err) != 0)
			goto out;
	}
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}
