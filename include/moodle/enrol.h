#ifndef MOODLE_ENROL_H
#define MOODLE_ENROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "moodle/batch.h"
#include "moodle/moodle.h"
#include "moodle/read.h"

/* A manual enrolment as it shall be. All of it is sent each time: what is left out counts as 0, and ends or suspensions would vanish.
 * Sending a row that is so already mails the learner again: the caller sends only what differs. */
struct enrol_row {
	int64_t course_id;
	int64_t user_id;
	const char *username; /* for reading back at level 2 */
	int64_t role_id;
	int64_t start; /* seconds, 0: none */
	int64_t end;
	bool suspend;
	bool was_active; /* it gave access before: at level 3 only a change of that can be read back */
	struct batch_row result;
};

struct unenrol_row {
	int64_t course_id;
	int64_t user_id;
	const char *username;
	struct batch_row result;
};

/**
 * enrol_send(arena, moodle, reader, rows, count, now_utc, err):
 * Write manual enrolments: new, extended, suspended, resumed. A user and course must not come twice. Rows whose result is not
 * OUTCOME_OPEN are left out.
 *
 * Errors: as batch_send(); what was settled before stands.
 * Source: enrol_manual_enrol_users; Moodle checks neither dates nor order, so a negative moment or an end not after the start is
 * refused here.
 */
MUST_CHECK int enrol_send(struct arena *, struct moodle *, struct reader *, struct enrol_row *, size_t, int64_t, struct err *)
    __attribute__((nonnull(1, 2, 3, 7)));

/**
 * enrol_remove(arena, moodle, reader, rows, count, now_utc, err):
 * Remove manual enrolments. Moodle deletes the learner's grades of the course with them, and says success for who is not enrolled.
 */
MUST_CHECK int enrol_remove(struct arena *, struct moodle *, struct reader *, struct unenrol_row *, size_t, int64_t, struct err *)
    __attribute__((nonnull(1, 2, 3, 7)));

#endif
