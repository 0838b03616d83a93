#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "moodle/moodle.h"
#include "moodle/read.h"

/* The executor: carries out saved actions and decides nothing. Every action is journaled before it is sent and after. */

struct apply_site {
	const struct config_site *config;
	int64_t site_id;
	int64_t role_id; /* of the student role in Moodle */
	struct moodle *moodle;
	struct reader *reader;
	int64_t now_utc;
	int64_t run_id;
	const char *locale;    /* of the mails that tell learners */
	int64_t max;           /* stop after so many actions; 0: all */
	bool (*go_on)(void *); /* asked before each batch */
	void (*progress)(void *, int64_t done, int64_t total);
	void *context; /* of both */
};

struct apply_counts {
	int64_t done;
	int64_t refused;
	int64_t moved;     /* skipped: the enrolment changed since it was planned */
	int64_t postponed; /* skipped: the learner's completion could not be read first */
	int64_t doubt;     /* sent, but not known to have arrived: the next reading tells */
};

/**
 * apply_identify(arena, db, config, site_identity, ret_site_id, ret_role_id, err):
 * The ids of a configured site; refuses one that is another Moodle than the plan was made for.
 *
 * Errors: ERR_REFUSED if ${site_identity} (site_read()) is not the one that was read for the plan; ERR_INCOMPLETE if it was never read.
 */
MUST_CHECK int apply_identify(struct arena *, struct db *, const struct config_site *, const char *, int64_t *, int64_t *,
    struct err *) __attribute__((nonnull));

/**
 * apply_run(db, site, ret_counts, err):
 * Carry out the site's open actions that are not in trial: accounts first, then enrolments, then suspensions and removals. No transaction
 * may be open on ${db}.
 *
 * Errors: a failure that concerns no action in particular ends the run; what was not sent is open again, what may have arrived is
 * settled by the next reading. ${ret_counts} is filled either way.
 */
MUST_CHECK int apply_run(struct db *, const struct apply_site *, struct apply_counts *, struct err *) __attribute__((nonnull));

#endif
