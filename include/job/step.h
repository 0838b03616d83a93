#ifndef JOB_STEP_H
#define JOB_STEP_H

#include "base/err.h"
#include "job/job.h"

/**
 * step_run(job, program, ret_exit_code, err):
 * Run another program of ours, found beside this one, as a step of the job's night: same settings, tenant and dry run. Wait for it;
 * a SIGTERM we get is passed on, and our death is one. A step that died of a signal counts as EXIT_BUG.
 *
 * Errors: ERR_SYSTEM if it cannot be started.
 */
MUST_CHECK int step_run(struct job *, const char *, int *, struct err *) __attribute__((nonnull));

#endif
