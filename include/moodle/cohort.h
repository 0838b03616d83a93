#ifndef MOODLE_COHORT_H
#define MOODLE_COHORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "moodle/batch.h"
#include "moodle/moodle.h"
#include "moodle/read.h"

/* Cohorts of a site, by ID number, and their members. */
struct cohort {
	int64_t id;
	const char *idnumber;
};

/* A place in a cohort that is to be given or taken. */
struct cohort_row {
	int64_t cohort_id;
	int64_t user_id;
	struct batch_row result;
	bool was_there; /* out: was a member already, and not by this sending */
};

/**
 * cohort_read(arena, db, moodle, reader, tenant, site_id, now_utc, ret_changed, err):
 * Read the cohorts that the settings name into the mirror: which are there, and who of the people we know is a member. Nothing is asked where none is named. What is
 * known stays when they cannot be read; table cohort_state says why. Call it after mirror_read(); no transaction may be open.
 *
 * Errors:  ERR_REFUSED, ERR_SERVICE, ERR_DATA.
 * Source:  Moodle 4.5: core_cohort_get_cohorts (all of the site: it does not page, and refuses as a whole if one of them is not ours to see),
 *          core_cohort_get_cohort_members; tables cohort, cohort_members.
 */
MUST_CHECK int cohort_read(struct arena *, struct db *, struct moodle *, struct reader *, const struct config_tenant *, int64_t,
    int64_t, int64_t *, struct err *) __attribute__((nonnull));

/**
 * cohort_named(arena, tenant, site, ret_count):
 * ID numbers of the cohorts that the settings of ${tenant} name for ${site}; one may be there several times.
 */
const char **cohort_named(struct arena *, const struct config_tenant *, const struct config_site *, size_t *)
    __attribute__((nonnull, returns_nonnull));

/**
 * cohort_list(arena, moodle, ret_cohorts, ret_count, err):
 * All cohorts of the site that have an ID number.
 */
MUST_CHECK int cohort_list(struct arena *, struct moodle *, struct cohort **, size_t *, struct err *) __attribute__((nonnull));

/**
 * cohort_members(arena, moodle, cohorts, count, ret_users, ret_counts, err):
 * The members of each.
 *
 * Errors: ERR_REFUSED one of the cohorts is not there.
 */
MUST_CHECK int cohort_members(struct arena *, struct moodle *, const int64_t *, size_t, int64_t **, size_t *, struct err *)
    __attribute__((nonnull));

/**
 * cohort_make(arena, moodle, idnumber, ret_id, err):
 * The cohort of this ID number, which is made in the system's context, and called so, if it is not there. Safe to repeat.
 *
 * Source: core_cohort_create_cohorts; an ID number that is taken is "invalidparameter" and says no more.
 */
MUST_CHECK int cohort_make(struct arena *, struct moodle *, const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * cohort_join(arena, moodle, rows, count, err), cohort_leave(arena, moodle, rows, count, err):
 * Make members; take them out. Who is a member already is OUTCOME_FOUND and `was_there`; who leaves and was none is done, Moodle does not tell.
 *
 * Errors: as batch_send(); what was settled before stands.
 * Source: core_cohort_add_cohort_members, which does the good rows and tells of the others in `warnings`; core_cohort_delete_cohort_members.
 */
MUST_CHECK int cohort_join(struct arena *, struct moodle *, struct cohort_row *, size_t, struct err *)
    __attribute__((nonnull(1, 2, 5)));
MUST_CHECK int cohort_leave(struct arena *, struct moodle *, struct cohort_row *, size_t, struct err *)
    __attribute__((nonnull(1, 2, 5)));

#endif
