/* What accounts say: names, address, profile fields, where the sources are right about them. */
#include "room.h"
#include "base/text.h"
#include "moodle/account_update.h"
#include "sql.h"

/* The claimed fields, an action's next to each other, as rows; returns how many rows that makes. ${actions} names the action of each. */
static size_t
group(struct arena *arena, const struct db_row *claimed, size_t count, struct account_update_row *rows, const char **actions)
{
	struct account_update_field *fields = ARENA_ARRAY(arena, count, struct account_update_field);
	size_t n = 0, i;

	for (i = 0; i < count; i++) {
		const char *action = db_value(&claimed[i], "action_id");

		fields[i] = (struct account_update_field){ .name = db_value(&claimed[i], "field"),
			.before = db_bool(&claimed[i], "unknown") ? NULL : db_value(&claimed[i], "before_value"),
			.after = db_value(&claimed[i], "after_value") };
		if (n == 0 || !text_equal(actions[n - 1], action)) {
			actions[n] = action;
			rows[n++] = (struct account_update_row){ .user_id = db_int(&claimed[i], "user_id"), .fields = &fields[i] };
		}
		rows[n - 1].count++;
	}
	return n;
}

static int
record(struct arena *arena, struct db *db, const struct apply_site *site, const struct account_update_row *rows,
    const char **actions, size_t count, struct apply_counts *counts, struct err *err)
{
	const char **outcomes = ARENA_ARRAY(arena, count, const char *), **reasons = ARENA_ARRAY(arena, count, const char *);
	size_t i;

	for (i = 0; i < count; i++) {
		outcomes[i] = rows[i].moved ? "moved" : apply_outcome(&rows[i].result);
		reasons[i] = rows[i].moved                   ? "the account changed since this was planned"
			     : rows[i].result.reason != NULL ? rows[i].result.reason
							     : "";
	}
	if (db_begin(db, err) != 0)
		return -1;
	if (db_end(db,
		db_exec(db, sql_apply_record_updates,
		    DB_ARGS(apply_number(arena, site->site_id), apply_number(arena, site->run_id), db_array(arena, actions, count),
			db_array(arena, outcomes, count), db_array(arena, reasons, count)),
		    NULL, err),
		err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		apply_count(counts, outcomes[i], 1);
	return 0;
}

int
apply_updates(
    struct db *db, const struct apply_site *site, int64_t left, struct apply_counts *ret_counts, bool *ret_more, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct err send_err = ERR_INIT;
	struct account_update_row *rows;
	struct db_row *claimed;
	const char **actions;
	size_t count;
	int rc = -1, sent;

	if (apply_claim(&arena, db, sql_apply_claim_updates,
		DB_ARGS(apply_number(&arena, site->site_id), apply_number(&arena, left), apply_number(&arena, site->run_id),
		    site->plan_id == 0 ? NULL : apply_number(&arena, site->plan_id)),
		&claimed, &count, err) != 0)
		goto out;
	if (count == 0) {
		*ret_more = false;
		rc = 0;
		goto out;
	}
	rows = ARENA_ARRAY(&arena, count, struct account_update_row);
	actions = ARENA_ARRAY(&arena, count, const char *);
	count = group(&arena, claimed, count, rows, actions);
	/* Whatever ends the sending, what is known by then is recorded first. */
	sent = account_update_send(&arena, site->moodle, rows, count, &send_err);
	if (record(&arena, db, site, rows, actions, count, ret_counts, err) != 0)
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
