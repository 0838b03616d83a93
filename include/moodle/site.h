#ifndef MOODLE_SITE_H
#define MOODLE_SITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "moodle/moodle.h"

/* What a site says of itself. */
struct site {
	const char *release; /* "4.5.6 (Build: 20250811)" */
	const char *version; /* "2024100706" */
	const char *name;
	const char *url; /* as the site itself writes it */
	int64_t user_id; /* account of the token */
	const char *username;
	int64_t created;        /* when its front page was made, that is when it was installed; 0 if it is not shown to us */
	const char *identity;   /* url and creation: a plan made for another identity is refused */
	const char **functions; /* that the token may call */
	size_t function_count;
};

/**
 * site_read(arena, moodle, ret_site, err):
 * Ask the site who it is.
 *
 * Errors: as moodle_call(), with the name of the site.
 */
MUST_CHECK int site_read(struct arena *, struct moodle *, struct site *, struct err *) __attribute__((nonnull));

/* What a site is used for: each wants functions of its own. */
enum site_use {
	SITE_READS = 1,
	SITE_WRITES = 2,      /* accounts and enrolments */
	SITE_UPDATES = 4,     /* what accounts say */
	SITE_COHORTS = 8,     /* who is in which */
	SITE_NEW_COHORTS = 16 /* those that are not there are made */
};

/**
 * site_check(moodle, site, uses, err):
 * Are all functions in the token's service that ${uses} (of enum site_use) want at the configured read level?
 *
 * Errors: ERR_REFUSED naming each missing function with what it is for.
 */
MUST_CHECK int site_check(const struct moodle *, const struct site *, unsigned, struct err *) __attribute__((nonnull));

/**
 * site_same(a, b):
 * Do two identities belong to the same Moodle, whatever address it has? The moment of its installation tells; where it is not shown
 * to us (moodle/course:update), the address does.
 */
bool site_same(const char *, const char *) __attribute__((nonnull));

#endif
