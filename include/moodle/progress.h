#ifndef MOODLE_PROGRESS_H
#define MOODLE_PROGRESS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "moodle/moodle.h"
#include "moodle/read.h"

/* How far learners are, in the courses that rules name: activities done, course grades, last access. It decides nothing about access. */
struct progress {
	int64_t asked;   /* learners that the site was asked about one by one (levels 2 and 3) */
	int64_t waiting; /* and those left for the next nights */
	int64_t changed; /* rows written: 0 on a quiet night */
};

/**
 * progress_read(arena, db, moodle, reader, tenant, site_id, now_utc, ret_progress, err):
 * Level 1 reads it in two COPYs. Levels 2 and 3 list when each participant was in the course last, and ask about those who were there since they were asked
 * about, and once a week about the others who ever were, for a grade may come without the learner; no more than 1,000 a night. Of people with an account that we know.
 * What is known stays when it cannot be read; table progress_state says why. Call it after mirror_read(); no transaction may be open.
 *
 * Errors:  ERR_REFUSED the site tells neither activities nor grades; ERR_SERVICE; ERR_DATA.
 * Source:  Moodle 4.5: core_completion_get_activities_completion_status, gradereport_user_get_grade_items; tables course_modules_completion,
 *          grade_grades, user_lastaccess.
 */
MUST_CHECK int progress_read(struct arena *, struct db *, struct moodle *, struct reader *, const struct config_tenant *, int64_t,
    int64_t, struct progress *, struct err *) __attribute__((nonnull));

#endif
