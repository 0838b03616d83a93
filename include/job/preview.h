#ifndef JOB_PREVIEW_H
#define JOB_PREVIEW_H

#include <stdint.h>

#include "job/job.h"

/* --as-of: the work of a program at another moment, with what is known now, of which the database keeps nothing. */

/**
 * preview(job, tenant, as_of_utc, fn, err):
 * Call ${fn} with the rules' clock at ${as_of_utc}; whatever it writes to the database, also in transactions of its own, is rolled back
 * when it returns. In the views rule.preview() is true meanwhile.
 */
MUST_CHECK int preview(struct job *, const struct config_tenant *, int64_t,
    int (*)(struct job *, const struct config_tenant *, int64_t, struct err *), struct err *) __attribute__((nonnull));

#endif
