#ifndef ADMIN_QUEUE_H
#define ADMIN_QUEUE_H

#include <stdbool.h>

#include "job/job.h"

/**
 * queue_has_command(name), queue_run_command(job, err):
 * Is it one of the commands of `ctok-admin mail` that work on the outbox: queue, retry, drop, suppress; run the one that the job's first
 * argument names.
 */
bool queue_has_command(const char *) __attribute__((nonnull));
MUST_CHECK int queue_run_command(struct job *, struct err *) __attribute__((nonnull));

#endif
