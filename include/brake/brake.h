#ifndef BRAKE_BRAKE_H
#define BRAKE_BRAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* Brakes: how much of a kind may happen at once before a person must look. The limits are in sql/rules/57_brake.sql. Whoever owns what is
 * judged (actions, certificates, mails) fills in what waits, asks, and marks its rows by the holds that stand. */

/* The kinds that are judged together, as brake_hold() takes them; and what ctok-apply does. */
#define BRAKE_PLAN "{enrol,create_account,rename,suspend,unenrol}"
#define BRAKE_APPLY "{enrol,create_account,rename,suspend,unenrol,extend}"
#define BRAKE_ISSUE "{issue}"
#define BRAKE_MAIL "{mail}"

/**
 * brake_begin(db, err):
 * In the open transaction: make the TEMP table `brake_item` (sql/brake/items.sql), to be filled with what waits and is not approved.
 */
MUST_CHECK int brake_begin(struct db *, struct err *) __attribute__((nonnull));

/**
 * brake_count(db, run_id, err):
 * In the open transaction: compare `brake_item` with the limits and with the nights before the run's. The TEMP table `brake_count` has the scopes that exceed theirs.
 */
MUST_CHECK int brake_count(struct db *, int64_t, struct err *) __attribute__((nonnull));

/**
 * brake_hold(db, run_id, kinds, err):
 * brake_count(), and what exceeds its limit becomes the holds that stand for ${kinds}; those of their last judgement stand no longer.
 */
MUST_CHECK int brake_hold(struct db *, int64_t, const char *, struct err *) __attribute__((nonnull));

/**
 * brake_end(db, err):
 * Drop the TEMP tables, so that another judgement can follow in the same transaction.
 */
MUST_CHECK int brake_end(struct db *, struct err *) __attribute__((nonnull));

/**
 * brake_tally(db, night_id, rc, err):
 * Record how much the night carried out so far, for later nights to be compared with, in a transaction of its own. ${rc} is how the work
 * ended: it is returned, with ${err} as it is, when it is not 0.
 */
MUST_CHECK int brake_tally(struct db *, int64_t, int, struct err *) __attribute__((nonnull));

/**
 * brake_unlike(arena, db, night_id, kinds, ret_words, err):
 * What of ${kinds} (NULL: all) the night had much more of than the 30 before it, in words; NULL for nothing. It holds nothing.
 */
MUST_CHECK int brake_unlike(struct arena *, struct db *, int64_t, const char *, const char **, struct err *)
    __attribute__((nonnull(1, 2, 5, 6)));

/* A hold in words, and the command that releases it. */
struct brake_standing {
	const char *what;
	const char *command;
};

/**
 * brake_standing(arena, db, config_file, tenant, ret_holds, ret_count, err):
 * The holds that stand, the widest of each kind. ${config_file} and ${tenant} are named in the commands unless NULL.
 */
MUST_CHECK int brake_standing(struct arena *, struct db *, const char *, const char *, struct brake_standing **, size_t *,
    struct err *) __attribute__((nonnull(1, 2, 5, 6, 7)));

#endif
