/* The order of carrying out: accounts before the enrolments that wait for them; what gives access before what takes it, so that a
 * run that is cut off errs on the learner's side. */
#include "apply/apply.h"

#include "room.h"
#include "base/text.h"
#include "db/audit.h"
#include "plan/plan.h"
#include "sql.h"

/* Kinds that have a room of their own; the others are enrolments. */
#define ACCOUNTS "{create_account}"
#define UPDATES "{update_account}"
#define JOINS "join_cohort"
#define LEAVES "leave_cohort"

const char *
apply_number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%lld", (long long)value);
}

const char *
apply_outcome(const struct batch_row *row)
{
	switch (row->outcome) {
	case OUTCOME_DONE: return "done";
	case OUTCOME_FOUND: return "found";
	case OUTCOME_REFUSED: return "refused";
	case OUTCOME_DOUBT: return "doubt";
	case OUTCOME_OPEN: return "open";
	}
	return "doubt";
}

void
apply_count(struct apply_counts *counts, const char *outcome, int64_t add)
{
	if (text_equal(outcome, "done") || text_equal(outcome, "found"))
		counts->done += add;
	else if (text_equal(outcome, "refused"))
		counts->refused += add;
	else if (text_equal(outcome, "moved"))
		counts->moved += add;
	else if (text_equal(outcome, "postponed"))
		counts->postponed += add;
	else if (text_equal(outcome, "doubt"))
		counts->doubt += add;
}

int
apply_claim(struct arena *arena, struct db *db, const char *sql, const struct db_args *args, struct db_row **ret_rows,
    size_t *ret_count, struct err *err)
{
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, db_rows(arena, db, sql, args, ret_rows, ret_count, err), err);
}

/* What moved since it was planned is not for this run. */
static int
skip_moved(struct arena *arena, struct db *db, const struct apply_site *site, int64_t *ret_moved, struct err *err)
{
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db,
	    db_exec(db, sql_apply_skip_moved, DB_ARGS(apply_number(arena, site->site_id), apply_number(arena, site->run_id)),
		ret_moved, err),
	    err);
}

/* One line in the audit log for what a run did on a site. */
static int
audit_run(struct arena *arena, struct db *db, const struct apply_site *site, const struct apply_counts *counts, struct err *err)
{
	int rc = -1;

	if (db_begin(db, err) != 0)
		return -1;
	if (audit_add(db, site->run_id, site->plan_id != 0 ? "revert" : "apply", site->config->name,
		arena_printf(arena, "{\"done\":%lld,\"refused\":%lld,\"moved\":%lld,\"postponed\":%lld,\"doubt\":%lld}",
		    (long long)counts->done, (long long)counts->refused, (long long)counts->moved, (long long)counts->postponed,
		    (long long)counts->doubt),
		err) != 0)
		goto out;
	if (audit_seal(db, site->run_id, err) != 0)
		goto out;
	rc = 0;
out:
	return db_end(db, rc, err);
}

static int64_t
settled(const struct apply_counts *c)
{
	return c->done + c->refused + c->moved + c->postponed + c->doubt;
}

/* Turn after turn until nothing is left, the limit is reached or we are told to stop. */
static int
turns(struct db *db, const struct apply_site *site, const char *kinds, int64_t total, struct apply_counts *counts, struct err *err)
{
	bool more = true;

	while (more && site->go_on(site->context)) {
		int64_t left = site->max == 0 ? APPLY_TURN : site->max - settled(counts);

		if (left <= 0)
			break;
		if (left > APPLY_TURN)
			left = APPLY_TURN;
		if (text_equal(kinds, ACCOUNTS)) {
			if (apply_accounts(db, site, left, counts, &more, err) != 0)
				return -1;
		} else if (text_equal(kinds, UPDATES)) {
			if (apply_updates(db, site, left, counts, &more, err) != 0)
				return -1;
		} else if (text_equal(kinds, JOINS) || text_equal(kinds, LEAVES)) {
			if (apply_cohorts(db, site, kinds, left, counts, &more, err) != 0)
				return -1;
		} else if (apply_rows(db, site, kinds, left, counts, &more, err) != 0)
			return -1;
		site->progress(site->context, settled(counts), total);
	}
	return 0;
}

static int
in_order(struct arena *arena, struct db *db, const struct apply_site *site, struct apply_counts *counts, struct err *err)
{
	int64_t total = 0;

	/* What a revert writes was compared with Moodle itself just now. */
	if (site->plan_id == 0) {
		if (skip_moved(arena, db, site, &counts->moved, err) != 0)
			return -1;
		if (plan_ready(arena, db, site->config->name, &total, err) != 0)
			return -1;
		if (total == 0)
			return 0;
		if (turns(db, site, ACCOUNTS, total, counts, err) != 0)
			return -1;
	}
	if (turns(db, site, "{enrol,extend,resume,take_over,restore}", total, counts, err) != 0)
		return -1;
	/* What accounts say is nobody's access: it comes behind what gives any. */
	if (turns(db, site, UPDATES, total, counts, err) != 0)
		return -1;
	if (site->plan_id == 0 &&
	    (apply_ready_cohorts(db, site, JOINS, err) != 0 || apply_make_cohorts(db, site, counts, err) != 0 ||
		turns(db, site, JOINS, total, counts, err) != 0))
		return -1;
	if (turns(db, site, "{suspend}", total, counts, err) != 0)
		return -1;
	if (turns(db, site, "{unenrol}", total, counts, err) != 0)
		return -1;
	if (site->plan_id == 0 &&
	    (apply_ready_cohorts(db, site, LEAVES, err) != 0 || turns(db, site, LEAVES, total, counts, err) != 0))
		return -1;
	return 0;
}

int
apply_run(struct db *db, const struct apply_site *site, struct apply_counts *ret_counts, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct err audit_err = ERR_INIT;
	int rc;

	*ret_counts = (struct apply_counts){ 0 };
	rc = in_order(&arena, db, site, ret_counts, err);
	/* What was done is on record even when the run ended badly; the first error is the one to tell. */
	if (settled(ret_counts) > 0 && audit_run(&arena, db, site, ret_counts, &audit_err) != 0 && rc == 0) {
		*err = audit_err;
		rc = -1;
	}
	arena_done(&arena);
	return rc;
}
