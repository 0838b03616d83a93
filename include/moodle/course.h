#ifndef MOODLE_COURSE_H
#define MOODLE_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "moodle/moodle.h"

struct course {
	int64_t id;
	const char *shortname; /* as stored */
	const char *idnumber;  /* "" if it has none */
	const char *fullname;  /* as stored */
	const char *shown;     /* the short name as the custom report shows it: formatted, without markup */
	bool idnumber_hidden;  /* Moodle did not tell it: the account lacks moodle/course:update */
	bool visible;
	bool completion; /* completion tracking is on */
	bool manual;     /* the manual enrolment method is there and enabled */
};

/**
 * course_list(arena, moodle, known, known_count, ret_courses, ret_count, err):
 * All courses but the front page, by id. ${known} are ids known from before: one that is not listed any more is asked for by id, and
 * if it is still there the list was cut.
 *
 * Errors: ERR_INCOMPLETE as said, or when a listed course has no details; as moodle_call().
 */
MUST_CHECK int course_list(struct arena *, struct moodle *, const int64_t *, size_t, struct course **, size_t *, struct err *)
    __attribute__((nonnull(1, 2, 5, 6, 7)));

/**
 * course_reference(arena, text):
 * How rules name a course, spelled out: "ACLS" is "shortname:ACLS"; "shortname:…", "idnumber:…" and "id:…" stay.
 */
const char *course_reference(struct arena *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * course_find_idnumber(arena, moodle, idnumber, ret_id, err):
 * The course of that ID number, 0 if there is none; works without the capability that shows ID numbers.
 */
MUST_CHECK int course_find_idnumber(struct arena *, struct moodle *, const char *, int64_t *, struct err *)
    __attribute__((nonnull));

#endif
