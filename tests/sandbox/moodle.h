#ifndef SANDBOX_MOODLE_H
#define SANDBOX_MOODLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "fault.h"
#include "param.h"
#include "pg.h"
#include "reply.h"
#include "tree.h"
#include "web.h"

/* The Moodle that the sandbox plays: one call of a web-service function. */
struct moodle_call {
	struct arena *arena;
	struct pg *pg;
	const char *base_url; /* $CFG->wwwroot */
	int64_t now;
	int64_t user_id;
	const char *user_name;
	const char *zone;      /* of dates in texts: moodlewssettingtimezone, else the profile's, else the site's */
	const char *caps;      /* ",a,b,": what the caller may do in the whole site */
	const char *roles;     /* array literal of the caller's roles in the system context */
	bool password_expired; /* forced change pending: courses are closed */
	bool raw;              /* moodlewssettingraw */
	struct tree *params;
	struct reply *reply;
	int64_t written;                   /* rows this call changed */
	const struct fault_effect *effect; /* what a fault does to a listing */

	const char *error_class, *error_code, *error_message, *error_debug; /* set by moodle_fail() */
};

/* A function of the web service. It writes one value to the reply, or fails with moodle_fail() or, when the sandbox itself is at fault,
 * with ${err}. */
struct moodle_function {
	const char *name;
	const struct param *params;
	size_t count;
	bool silent; /* no return value */
	int (*run)(struct moodle_call *, struct err *);
};

extern const struct moodle_function moodle_site_functions[], moodle_course_functions[], moodle_user_functions[],
    moodle_enrol_functions[], moodle_completion_functions[], moodle_grade_functions[], moodle_cohort_functions[],
    moodle_report_functions[]; /* each ends with a NULL name */

/**
 * moodle_handle(request, answer, base_url, effect, err):
 * Answer a request to a path of Moodle. ${err} is set when the sandbox itself failed.
 */
MUST_CHECK int moodle_handle(struct web_request *, struct web_answer *, const char *, const struct fault_effect *, struct err *)
    __attribute__((nonnull));

/**
 * moodle_is_claimed(name):
 * Does the sandbox play this function?
 */
bool moodle_is_claimed(const char *) __attribute__((nonnull));

/**
 * moodle_can(call, capability):
 * In every context.
 */
bool moodle_can(const struct moodle_call *, const char *) __attribute__((nonnull));

/**
 * moodle_fail(call, class, code, message), and its usual forms:
 * Refuse the call. All return -1.
 */
int moodle_fail(struct moodle_call *, const char *, const char *, const char *) __attribute__((nonnull));
int moodle_fail_plain(struct moodle_call *, const char *, const char *) __attribute__((nonnull)); /* moodle_exception */
int moodle_fail_params(struct moodle_call *, const char *) __attribute__((nonnull));              /* invalidparameter, debuginfo */
int moodle_fail_capability(struct moodle_call *, const char *) __attribute__((nonnull));          /* nopermissions, its name */
int moodle_fail_record(struct moodle_call *, const char *) __attribute__((nonnull));              /* invalidrecord, table */
int moodle_fail_user(struct moodle_call *) __attribute__((nonnull));                              /* invaliduser */
int moodle_fail_login(struct moodle_call *) __attribute__((nonnull));                             /* requireloginerror */

/**
 * moodle_enter_course(call, course_id, ret_message, err):
 * May the caller enter? 1 yes, 0 no with the reason in ${ret_message}, -1 error.
 */
MUST_CHECK int moodle_enter_course(struct moodle_call *, int64_t, const char **, struct err *) __attribute__((nonnull));

/**
 * moodle_check_user(call, user_id, err):
 * Refuse unknown, deleted, guest and unconfirmed users.
 */
MUST_CHECK int moodle_check_user(struct moodle_call *, int64_t, struct err *) __attribute__((nonnull));

/**
 * moodle_string(call, text):
 * Through format_string(): tags stripped, ampersands escaped; with moodlewssettingraw as stored.
 */
const char *moodle_string(const struct moodle_call *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * moodle_url(call, path):
 * An address of this site.
 */
const char *moodle_url(const struct moodle_call *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * moodle_date(call, utc):
 * "Friday, 20 November 2026, 9:38 AM" in the call's zone.
 */
const char *moodle_date(const struct moodle_call *, int64_t) __attribute__((nonnull, returns_nonnull));

#endif
