#ifndef BRAKE_APPROVAL_H
#define BRAKE_APPROVAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* Approvals release fingerprints for 48 hours, each for being carried out once. */

/**
 * approval_backlog(db, sites, sources, ret_items, err):
 * In the transaction of going live: approve the enrolments and accounts that the trial showed for these pairs (arrays of ids, in step).
 */
MUST_CHECK int approval_backlog(struct db *, const char *, const char *, int64_t *, struct err *) __attribute__((nonnull));

/* What a person lets go, and why. */
struct approval_ask {
	const char *kind;   /* of brake; NULL: all */
	const char *site;   /* name; NULL: all */
	const char *course; /* name; NULL: all */
	const char *who;
	const char *reason;
};

/* A group of what is released. */
struct approval_group {
	const char *what; /* "200 suspensions in course MATH-101 of site campus" */
	const char *why;  /* it was held: "held by a brake" */
};

struct approval {
	struct approval_group *groups;
	size_t count;
	int64_t items;
	const char *until; /* in the tenant's zone */
};

/**
 * approval_make(arena, db, run_id, ask, ret_approval, err):
 * In the open transaction: approve what is held and asked for, with a row of the audit log. Who owns it then lets it go: plan_release(),
 * outbox_approved(), issue_approved(); approval_end() comes last.
 *
 * Errors: ERR_USAGE without a name or a reason, or for an unknown kind, site or course; ERR_NOT_FOUND if nothing of it is held.
 */
MUST_CHECK int approval_make(struct arena *, struct db *, int64_t, const struct approval_ask *, struct approval *, struct err *)
    __attribute__((nonnull));

/**
 * approval_end(db, run_id, err):
 * Holds that hold nothing any more stand no longer; seals the audit rows.
 */
MUST_CHECK int approval_end(struct db *, int64_t, struct err *) __attribute__((nonnull));

#endif
