#ifndef JOB_JOB_H
#define JOB_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/opt.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"

#define JOB_COUNTS 24

/* Counts of a job's end line and of its row in `run`. */
struct job_count {
	const char *name;
	int64_t value;
};

/* What every program shares: options, config, log, signals, lock, clock, arenas, begin and end lines, exit code. */
struct job {
	struct arena arena; /* lives for the run */
	struct arena row;   /* reset at the top of each loop turn */
	const char *name;   /* of the program */
	const struct config *config;
	const struct opt_set *options;
	struct db *db;      /* open and migrated when the definition asks for it */
	struct night night; /* the night this step belongs to: id, fence; its now_utc is set for programs without a night too */
	int exit_code;      /* worst so far; see job_note() */
	struct job_count counts[JOB_COUNTS];
	size_t count_count;
	int64_t progress_ms; /* when the bar was last drawn */
};

enum job_needs {
	JOB_CONFIG = 1,   /* --config is read */
	JOB_DATABASE = 2, /* connected, migrated, tenants in step with the config */
	JOB_NIGHT = 4     /* part of a night: joins --night ID or makes one of its own */
};

struct job_def {
	const char *name;
	const char *summary; /* one sentence for --help */
	const char *usage;   /* arguments after the options, NULL for none */
	const struct opt *options;
	size_t max_args;
	unsigned needs;                                /* of enum job_needs */
	unsigned (*needs_for)(const struct opt_set *); /* what this call needs, where calls differ; NULL: needs */
	int (*run)(struct job *, struct err *);
};

/**
 * job_main(def, argc, argv):
 * Run a program: parse, load, lock, log begin, run, log end; returns the exit code. An error of ${def->run} is logged and shown once,
 * here; ERR_BUSY at level info, for the other one is at it. Stopped by a signal, a run that is otherwise well ends with 65.
 */
int job_main(const struct job_def *, int, char **) __attribute__((nonnull));

/**
 * job_continue(job):
 * False after SIGTERM or SIGINT: finish the item at hand and return.
 */
bool job_continue(const struct job *) __attribute__((nonnull));

/**
 * job_note(job, exit_code):
 * The run goes on, but will not end better than ${exit_code}.
 */
void job_note(struct job *, int) __attribute__((nonnull));

/**
 * job_count(job, name, add):
 * Add to a count of the end line; ${name} is a literal.
 */
void job_count(struct job *, const char *, int64_t) __attribute__((nonnull));

/**
 * job_failed(job, err):
 * One item failed and the job goes on: log it once as a warning, note its exit code, reset ${err}.
 */
void job_failed(struct job *, struct err *) __attribute__((nonnull));

/**
 * job_progress(job, what, done, total):
 * A progress bar on a terminal, nothing elsewhere; ${total} 0 when unknown.
 */
void job_progress(struct job *, const char *, int64_t, int64_t) __attribute__((nonnull));

/**
 * job_each_tenant(job, fn, context, err):
 * Call ${fn} for each tenant that --tenant selects (all by default), with row-level security set to it and a row in `run`
 * begun and ended around it, and the rules' clock (rules_at()). What a failed tenant left open is rolled back; it is logged and
 * does not stop the others, unless the night itself is lost (ERR_BUSY).
 */
MUST_CHECK int job_each_tenant(struct job *, int (*)(struct job *, const struct config_tenant *, void *, struct err *), void *,
    struct err *) __attribute__((nonnull(1, 2, 4)));

#endif
