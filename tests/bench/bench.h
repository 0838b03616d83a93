#ifndef BENCH_H
#define BENCH_H

/* What measuring programs share: a database of their own with the settings that programs have, a stopwatch, medians, and one line of
 * output for each figure. Any failure ends the program. */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"
#include "db/db.h"
#include "db/embedded.h"
#include "db/night.h"

#define BENCH_MAX_RUNS 15

struct bench {
	struct arena arena;
	const char *dir;       /* everything is in there; run.sh takes it away */
	const char *conf_path; /* for programs that are run */
	struct config *config; /* tenant "acme", site "campus", sources "shop" and "again", courses with a rule each */
	struct embedded embedded;
	struct db *db;    /* as programs connect, tenant set */
	struct db *owner; /* of the tables, tenant set */
	struct night night;
};

/* Durations or rates of one thing, to take the median of. */
struct bench_runs {
	double value[BENCH_MAX_RUNS];
	size_t count;
};

/**
 * bench_fail(what, err):
 * Say why on standard error and end with 1; ${err} may be NULL.
 */
_Noreturn void bench_fail(const char *, const struct err *);
void bench_must(const char *, int, const struct err *);

/**
 * bench_open(bench, name, now, courses):
 * A directory ${name} under $BENCH_DIR with settings, a fresh database, the tenant's product rules, one for each of so many ${courses}, and a night at
 * ${now} (ISO).
 */
void bench_open(struct bench *, const char *, const char *, unsigned);
void bench_close(struct bench *);

/**
 * bench_night(bench, now), bench_night_end(bench):
 * The night's moment from here on; its lock is given back so that programs can have it.
 */
void bench_night(struct bench *, const char *);
void bench_night_end(struct bench *);

/**
 * bench_sql(db, sql), bench_file(bench, db, path), bench_number(bench, db, sql):
 * Run statements, or a file of them; the one number of a query.
 */
void bench_sql(struct db *, const char *);
void bench_file(struct bench *, struct db *, const char *);
int64_t bench_number(struct bench *, struct db *, const char *);

double bench_now(void); /* seconds of a clock that only goes forward */
void bench_add(struct bench_runs *, double);
double bench_median(const struct bench_runs *);

/**
 * bench_program(argv, ret_seconds, ret_peak_bytes):
 * Run a program to its end; its exit code. Its output goes to standard error.
 */
int bench_program(const char *const *, double *, double *);

/**
 * bench_result(name, unit, value, peer, against):
 * One figure beside its peer's.
 */
void bench_result(const char *, const char *, double, const char *, double);

/**
 * bench_size(units):
 * A count as people read it: 1,000,000.
 */
const char *bench_size(struct bench *, int64_t);

#endif
