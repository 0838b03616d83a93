#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

struct plan_counts {
	int64_t settled;    /* actions of a run that was cut off, found done */
	int64_t superseded; /* no longer wanted */
	int64_t added;
	int64_t held; /* waiting for a person, old and new */
};

/**
 * plan_settle(db, run_id, ret_counts, err):
 * In the open transaction, with the dirty set begun and the mirror read: actions that were under way when a run was cut off are
 * done if Moodle shows them, and open again otherwise.
 */
MUST_CHECK int plan_settle(struct db *, int64_t, struct plan_counts *, struct err *) __attribute__((nonnull));

/**
 * plan_make(db, run_id, ret_counts, err):
 * In the open transaction, after entitle_reckon(): save the actions that the dirty pairs want, retire those they no longer want, and
 * hold what the brakes do not let pass (`action.held_why` tells why).
 */
MUST_CHECK int plan_make(struct db *, int64_t, struct plan_counts *, struct err *) __attribute__((nonnull));

/**
 * plan_release(db, err):
 * In the open transaction: what was approved is open.
 */
MUST_CHECK int plan_release(struct db *, struct err *) __attribute__((nonnull));

/**
 * plan_expire(db, err):
 * Hold again what an approval released that expired before it was carried out. In a transaction of its own.
 */
MUST_CHECK int plan_expire(struct db *, struct err *) __attribute__((nonnull));

/**
 * plan_held(arena, db, ret_actions, err):
 * How many actions of the tenant are held.
 */
MUST_CHECK int plan_held(struct arena *, struct db *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * plan_ready(arena, db, site name, ret_actions, err):
 * How many actions of the site may be carried out now: open, and not in trial.
 */
MUST_CHECK int plan_ready(struct arena *, struct db *, const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * plan_print(db, zone, file, ret_actions, err):
 * Every waiting action of the tenant in plain sentences, grouped by site and course, with reason and what it waits for.
 */
MUST_CHECK int plan_print(struct db *, const char *, FILE *, int64_t *, struct err *) __attribute__((nonnull));

#endif
