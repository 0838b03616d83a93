#ifndef PLAN_FORECAST_H
#define PLAN_FORECAST_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* What a change of the settings of ours (going live, acting on older sales) would let the next night do. Made within db_preview(): the plan is
 * made as ever, looked at, and rolled back. Its plan is known by a run that is none, FORECAST_RUN. */
#define FORECAST_RUN INT64_C(-1)

struct forecast {
	int64_t actions;
	int64_t persons;
	int64_t courses;
	int64_t enrolments;
	int64_t losses;       /* accesses that would end or be shortened */
	int64_t before_units; /* older than go-live: on record, never acted on */
	int64_t before_persons;
	int64_t certificates; /* due in all */
};

/**
 * forecast_again(db, err):
 * Before a second reckon_tenant() in one preview.
 */
MUST_CHECK int forecast_again(struct db *, struct err *) __attribute__((nonnull));

/**
 * forecast_print(arena, db, file, ret_forecast, err):
 * The plan of FORECAST_RUN: how many of each kind in each course, and by name who would lose access.
 */
MUST_CHECK int forecast_print(struct arena *, struct db *, FILE *, struct forecast *, struct err *) __attribute__((nonnull));

/**
 * forecast_certificates(arena, db, ret_count, err):
 * How many certificates are due.
 */
MUST_CHECK int forecast_certificates(struct arena *, struct db *, int64_t *, struct err *) __attribute__((nonnull));

#endif
