#ifndef MOODLE_LISTING_H
#define MOODLE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "moodle/moodle.h"

/* The participants of courses, page by page. One row per user, whatever the number of enrolments. */
struct listing_user {
	int64_t id;
	const char *username; /* this and the rest NULL if the listing's fields do not have it */
	const char *email;
	const char *firstname;
	const char *lastname;
	const char *idnumber; /* this and the following: "" where there is none, or where the site does not show it */
	const char *phone1;
	const char *phone2;
	const char *institution;
	const char *department;
	const char *city;
	const char *country;
	const char *custom;  /* the site's own profile fields: a JSON object of short name and text; NULL if not asked for */
	const char *roles;   /* short names of the roles in the course, sorted, joined by ',' */
	int64_t last_access; /* of LISTING_SEEN: to this course, seconds since 1970; 0: never, or the site does not show it */
};

enum listing_who {
	LISTING_ALL,
	LISTING_ACTIVE, /* enrolment active, method enabled, started and not ended */
	LISTING_OTHERS  /* all but the active */
};

enum listing_fields {
	LISTING_IDS,
	LISTING_SEEN,     /* id and last access */
	LISTING_ROLES,    /* id and roles */
	LISTING_ACCOUNTS, /* everything but the site's own profile fields */
	LISTING_FIELDS    /* everything; Moodle reads these fields user by user */
};

struct listing {
	const int64_t *courses;
	size_t count;
	enum listing_who who;
	enum listing_fields fields;
	bool descending;               /* by descending id */
	const char *role;              /* short name of the role whose id is wanted; NULL: none */
	int64_t role_id;               /* out: its id if somebody has it, else 0 */
	const char *const *more_roles; /* the same of others, of which ${more_ids} has an element for each */
	int64_t *more_ids;
	size_t more_count;
	size_t page_rows; /* 0: 500 */
};

/**
 * listing_each(moodle, listing, fn, context, err):
 * Call ${fn} for each participant of each course; rows of several courses are mixed, those of one come in the order of their ids. A course is
 * at its end only when a page comes back empty: a short page is no proof.
 *
 * Errors: ERR_INCOMPLETE pages overlap or are out of order; ERR_REFUSED a participant's user name or e-mail is hidden from us;
 * as moodle_call(), naming the course.
 */
MUST_CHECK int listing_each(struct moodle *, struct listing *, int (*)(int64_t, const struct listing_user *, void *, struct err *),
    void *, struct err *) __attribute__((nonnull(1, 2, 3, 5)));

#endif
