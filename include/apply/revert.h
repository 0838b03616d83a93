#ifndef APPLY_REVERT_H
#define APPLY_REVERT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "apply/apply.h"
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* Taking back what a run did in Moodle. An enrolment is set back to what it was before the run, if it is still as the run left it; what
 * somebody changed since is left alone. A revert is a run itself and can be taken back in turn.
 *
 * In this order: revert_find(), revert_collect(), revert_look() for each site of revert_sites(), revert_plan(), revert_carry_out() for each
 * site, revert_outcome(). */

struct revert_run {
	int64_t run_id;
	int64_t night_id;
	const char *program;
	const char *at; /* of its night, in the tenant's zone */
};

/* Which of the run's actions; NULL arrays mean all. */
struct revert_only {
	const char *emails; /* array literals: normalised e-mails, short names in any case, kinds */
	const char *courses;
	const char *kinds;
};

struct revert_counts {
	int64_t items; /* of the run, as narrowed down */
	int64_t undo;
	int64_t barred; /* of them, held in the nights to come until approved */
	int64_t as_before;
	int64_t left_alone;
	int64_t not_arrived;
	int64_t withdrawn; /* mails */
};

/**
 * revert_runs(arena, db, most, file, ret_count, err):
 * List the newest ${most} runs that changed something, with what they changed and how much of it was taken back since.
 */
MUST_CHECK int revert_runs(struct arena *, struct db *, int64_t, FILE *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * revert_find(arena, db, which, ret_run, err):
 * The run that ${which} means: its number, or "last" for the newest that changed something. NULL if the tenant has no such run.
 */
MUST_CHECK int revert_find(struct arena *, struct db *, const char *, struct revert_run **, struct err *) __attribute__((nonnull));

/**
 * revert_only(arena, filters, count, ret_only, err):
 * Read filters: "person=E-MAIL", "course=SHORT-NAME", "kind=KIND", each as often as one likes.
 *
 * Errors: ERR_USAGE.
 */
MUST_CHECK int revert_only(struct arena *, const char *const *, size_t, struct revert_only *, struct err *)
    __attribute__((nonnull(1, 4, 5)));

/**
 * revert_collect(arena, db, run, only, err):
 * Gather the run's actions in temporary tables of the session, in a transaction of its own.
 */
MUST_CHECK int revert_collect(struct arena *, struct db *, const struct revert_run *, const struct revert_only *, struct err *)
    __attribute__((nonnull));

/**
 * revert_sites(arena, db, ret_names, ret_count, err):
 * Names of the sites whose enrolments must be looked at.
 */
MUST_CHECK int revert_sites(struct arena *, struct db *, const char ***, size_t *, struct err *) __attribute__((nonnull));

/**
 * revert_look(arena, db, site, err):
 * Read the enrolments as Moodle has them now. No transaction may be open on ${db}.
 */
MUST_CHECK int revert_look(struct arena *, struct db *, const struct apply_site *, struct err *) __attribute__((nonnull));

/**
 * revert_plan(arena, db, run, sites, site_count, own_run, unenrol, dry, file, ret_plan_id, ret_counts, err):
 * In a transaction of its own: judge every action, print to ${file} what cannot be undone, what is left alone and what is to be
 * undone, save the plan and withdraw mails that wait; ${dry}: only print. ${ret_plan_id} is 0 when there is nothing to do. With
 * ${unenrol}, enrolments that the run made are removed instead of suspended.
 */
MUST_CHECK int revert_plan(struct arena *, struct db *, const struct revert_run *, const struct apply_site *, size_t, int64_t, bool,
    bool, FILE *, int64_t *, struct revert_counts *, struct err *) __attribute__((nonnull));

/**
 * revert_carry_out(arena, db, site, ret_counts, err):
 * Carry out ${site->plan_id} on a site: apply_run() and, before it, what says only whose an enrolment is.
 */
MUST_CHECK int revert_carry_out(struct arena *, struct db *, const struct apply_site *, struct apply_counts *, struct err *)
    __attribute__((nonnull));

/**
 * revert_outcome(arena, db, plan_id, file, ret_undone_not, err):
 * Print each action of the plan that was not carried out, with the reason.
 */
MUST_CHECK int revert_outcome(struct arena *, struct db *, int64_t, FILE *, int64_t *, struct err *) __attribute__((nonnull));

#endif
