#ifndef FINDING_FINDING_H
#define FINDING_FINDING_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

struct finding_counts {
	int64_t open;   /* after the refresh */
	int64_t opened; /* new, changed or come back */
	int64_t cleared;
};

/**
 * finding_refresh(arena, db, run_id, ret_counts, err):
 * Derive the open findings from the tables (view rule.finding_now): new ones open, those that no longer hold are cleared, the others
 * keep their first seen moment. In a transaction of its own.
 */
MUST_CHECK int finding_refresh(struct arena *, struct db *, int64_t, struct finding_counts *, struct err *)
    __attribute__((nonnull));

/**
 * finding_clear_mails(db, run_id, err):
 * Clear the findings about mails that no longer hold, as a person settled them. In a transaction of its own; no night is needed.
 */
MUST_CHECK int finding_clear_mails(struct db *, int64_t, struct err *) __attribute__((nonnull));

/**
 * finding_controls(arena, db, run_id, ret_untied, err):
 * Reckon the controls (view rule.control_now) and save them for the run; ${ret_untied} names the first that does not tie, NULL if all do.
 */
MUST_CHECK int finding_controls(struct arena *, struct db *, int64_t, const char **, struct err *) __attribute__((nonnull));

#endif
