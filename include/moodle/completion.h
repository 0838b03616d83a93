#ifndef MOODLE_COMPLETION_H
#define MOODLE_COMPLETION_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "moodle/moodle.h"

/* Course completion of one learner, asked for one by one: read level 3, and nothing else. */
enum completion_state {
	COMPLETION_UNKNOWN, /* not asked, or see `reason` */
	COMPLETION_NO,
	COMPLETION_YES,
	COMPLETION_NONE,        /* the course has nothing to complete */
	COMPLETION_NOT_ENROLLED /* not, or not actively, enrolled: Moodle hides it, even if the learner completed */
};

struct completion {
	int64_t course_id;
	int64_t user_id;
	enum completion_state state;
	int64_t completed_at; /* of COMPLETION_YES: when the last criterion was met; the course's own moment is not told */
	const char *reason;   /* of COMPLETION_UNKNOWN */
};

/**
 * completion_read(arena, moodle, list, count, err):
 * Fill state and moment of each. A refusal of one leaves it COMPLETION_UNKNOWN with its reason; the rest is read.
 *
 * Errors: as moodle_call() for a failure that concerns all.
 */
MUST_CHECK int completion_read(struct arena *, struct moodle *, struct completion *, size_t, struct err *)
    __attribute__((nonnull(1, 2, 5)));

#endif
