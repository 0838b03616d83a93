/* Accounts that learners need before they can be enrolled. */
#include "room.h"
#include "moodle/account.h"
#include "sql.h"

static int
record(struct arena *arena, struct db *db, const struct apply_site *site, struct db_row *claimed, struct account_row *rows,
    size_t count, struct apply_counts *counts, struct err *err)
{
	const char **actions = ARENA_ARRAY(arena, count, const char *), **outcomes = ARENA_ARRAY(arena, count, const char *);
	const char **users = ARENA_ARRAY(arena, count, const char *), **usernames = ARENA_ARRAY(arena, count, const char *);
	const char **firsts = ARENA_ARRAY(arena, count, const char *), **lasts = ARENA_ARRAY(arena, count, const char *);
	const char **reasons = ARENA_ARRAY(arena, count, const char *), **asked = ARENA_ARRAY(arena, count, const char *);
	size_t i;

	for (i = 0; i < count; i++) {
		bool known = rows[i].result.outcome == OUTCOME_DONE || rows[i].result.outcome == OUTCOME_FOUND;

		actions[i] = db_value(&claimed[i], "action_id");
		outcomes[i] = apply_outcome(&rows[i].result);
		users[i] = known ? apply_number(arena, rows[i].id) : NULL;
		usernames[i] = rows[i].username != NULL ? rows[i].username : "";
		firsts[i] = rows[i].firstname;
		lasts[i] = rows[i].lastname;
		reasons[i] = rows[i].result.reason != NULL ? rows[i].result.reason : "";
		asked[i] = rows[i].asked ? "t" : "f";
	}
	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_apply_record_accounts,
		DB_ARGS(apply_number(arena, site->site_id), apply_number(arena, site->run_id), db_array(arena, actions, count),
		    db_array(arena, outcomes, count), db_array(arena, users, count), db_array(arena, usernames, count),
		    db_array(arena, firsts, count), db_array(arena, lasts, count), db_array(arena, reasons, count),
		    db_array(arena, asked, count)),
		NULL, err) != 0)
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
apply_accounts(
    struct db *db, const struct apply_site *site, int64_t left, struct apply_counts *ret_counts, bool *ret_more, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct err send_err = ERR_INIT;
	struct account_row *rows;
	struct db_row *claimed;
	size_t count, i;
	int rc = -1, sent;

	if (apply_claim(&arena, db, sql_apply_claim_accounts,
		DB_ARGS(apply_number(&arena, site->site_id), apply_number(&arena, left), apply_number(&arena, site->run_id)),
		&claimed, &count, err) != 0)
		goto out;
	if (count == 0) {
		*ret_more = false;
		rc = 0;
		goto out;
	}
	rows = ARENA_ARRAY(&arena, count, struct account_row);
	for (i = 0; i < count; i++) {
		rows[i].email = db_value(&claimed[i], "email");
		rows[i].firstname = db_value(&claimed[i], "firstname");
		rows[i].lastname = db_value(&claimed[i], "lastname");
		rows[i].stem = db_value(&claimed[i], "stem");
	}
	/* Whatever ends the sending, what is known by then is recorded first. */
	sent = account_create(&arena, site->moodle, rows, count, &send_err);
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
