#ifndef LIB_APPLY_ROOM_H
#define LIB_APPLY_ROOM_H

#include "apply/apply.h"
#include "moodle/batch.h"

/* What the files of this room share. */

/* Rows per turn: a few batches per connection, so that a turn's claim is small when a run is cut off. */
#define APPLY_TURN 400

/**
 * apply_accounts(db, site, left, ret_counts, ret_more, err), apply_updates(db, site, left, ret_counts, ret_more, err), apply_rows(db, site, kinds, left, ret_counts, ret_more, err):
 * One turn: claim at most ${left} actions (committed), send them, record what became of them (committed). ${ret_more} is false when there
 * was nothing to claim.
 */
MUST_CHECK int apply_accounts(struct db *, const struct apply_site *, int64_t, struct apply_counts *, bool *, struct err *);
MUST_CHECK int apply_updates(struct db *, const struct apply_site *, int64_t, struct apply_counts *, bool *, struct err *);
MUST_CHECK int apply_rows(
    struct db *, const struct apply_site *, const char *, int64_t, struct apply_counts *, bool *, struct err *);

/**
 * apply_cohorts(db, site, kind, left, ret_counts, ret_more, err):
 * The same for changes of cohorts of one kind, 'join_cohort' or 'leave_cohort'.
 */
MUST_CHECK int apply_cohorts(
    struct db *, const struct apply_site *, const char *, int64_t, struct apply_counts *, bool *, struct err *);

/**
 * apply_ready_cohorts(db, site, kind, err):
 * Find which of them are ready now, before apply_cohorts() takes any.
 */
MUST_CHECK int apply_ready_cohorts(struct db *, const struct apply_site *, const char *, struct err *);

/**
 * apply_make_cohorts(db, site, counts, err):
 * Make the cohorts that somebody is to join now and that are not there, where the settings say so. Where Moodle refuses one, who was to join
 * it is refused, and counted.
 */
MUST_CHECK int apply_make_cohorts(struct db *, const struct apply_site *, struct apply_counts *, struct err *);

/**
 * apply_claim(arena, db, sql, args, ret_rows, ret_count, err):
 * Run a statement that takes actions, in a transaction of its own: from its commit on they are under way.
 */
MUST_CHECK int apply_claim(
    struct arena *, struct db *, const char *, const struct db_args *, struct db_row **, size_t *, struct err *);

/**
 * apply_outcome(row):
 * The outcome as record_*.sql call it.
 */
const char *apply_outcome(const struct batch_row *) __attribute__((nonnull));

/**
 * apply_count(counts, outcome, add):
 * Add to the count of an outcome by name.
 */
void apply_count(struct apply_counts *, const char *, int64_t) __attribute__((nonnull));

/**
 * apply_number(arena, value):
 * An integer as a parameter.
 */
const char *apply_number(struct arena *, int64_t) __attribute__((nonnull));

#endif
