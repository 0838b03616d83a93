#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "http/breaker_db.h"
#include "moodle/moodle.h"
#include "moodle/read.h"

/* The executor: carries out saved actions and decides nothing. Every action is journaled before it is sent and after. */

struct apply_site {
	const struct config_site *config;
	int64_t site_id;
	int64_t role_id; /* of the student role in Moodle */
	struct moodle *moodle;
	struct reader *reader;
	const char
	    *cohorts_lack; /* functions that the token's service lacks, and without which nobody joins or leaves; NULL: none */
	int64_t now_utc;
	int64_t run_id;
	const char *locale;    /* of the mails that tell learners */
	int64_t plan_id;       /* carry out this plan of a revert alone; 0: the night's open actions */
	int64_t max;           /* stop after so many actions; 0: all */
	bool (*go_on)(void *); /* asked before each batch */
	void (*progress)(void *, int64_t done, int64_t total);
	void *context; /* of both */
	struct http_breaker_store breaker;
};

struct apply_counts {
	int64_t done;
	int64_t refused;
	int64_t moved;     /* skipped: the enrolment changed since it was planned */
	int64_t postponed; /* skipped: the learner's completion could not be read first */
	int64_t doubt;     /* sent, but not known to have arrived: the next reading tells */
};

/**
 * apply_open(arena, db, config, fresh, site, err), apply_close(site):
 * Make ready to write to a site: log in, see that it is the Moodle that was read and that the account may write, open the reader. Sets
 * ${site}'s config, ids, moodle and reader; ${site} must not move while it is open. With ${fresh} the last complete reading must be
 * fresh, as a plan's must be.
 *
 * Errors: as moodle_open(), site_check(), reader_open(); ERR_REFUSED if the site is another Moodle than the one that was read;
 * ERR_INCOMPLETE if it was never read, or not for too long. Close it all the same.
 */
MUST_CHECK int apply_open(struct arena *, struct db *, const struct config_site *, bool, struct apply_site *, struct err *)
    __attribute__((nonnull));
void apply_close(struct apply_site *) __attribute__((nonnull));

/**
 * apply_run(db, site, ret_counts, err):
 * Carry out the site's open actions that are not in trial, or those of ${site->plan_id}: accounts first, then enrolments, then suspensions
 * and removals. No transaction may be open on ${db}.
 *
 * Errors: a failure that concerns no action in particular ends the run; what was not sent is open again, what may have arrived is
 * settled by the next reading. ${ret_counts} is filled either way.
 */
MUST_CHECK int apply_run(struct db *, const struct apply_site *, struct apply_counts *, struct err *) __attribute__((nonnull));

#endif
