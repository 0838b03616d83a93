#ifndef BRAKE_BRAKE_H
#define BRAKE_BRAKE_H

#include <stdint.h>

#include "base/err.h"
#include "db/db.h"

/* Brakes: how much of a kind may happen at once before a person must look. The limits are in sql/rules/57_brake.sql. Whoever owns what is
 * judged (actions, certificates, mails) fills in what waits, asks, and marks its rows by the holds that stand. */

/* The kinds that are judged together, as brake_hold() takes them. */
#define BRAKE_PLAN "{enrol,create_account,rename,suspend,unenrol}"
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

#endif
