#ifndef APPLY_ADOPT_H
#define APPLY_ADOPT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* Which enrolments; NULL means all. */
struct adopt_only {
	const char *site;
	const char *course;  /* short name, in any case */
	const char *persons; /* array literal: e-mails or "#number" */
};

/**
 * adopt(arena, db, only, run_id, dry, file, ret_adopted, err):
 * Take over enrolments that somebody else made and that give access which is owed: from then on they are managed, extended and ended as
 * ours. Nothing is written to Moodle; what the last reading saw is journaled, so that the run can be reverted. Each is printed; ${dry}: only
 * printed. ${ret_adopted} is how many there were.
 *
 * Errors: ERR_NOT_FOUND if nobody is known by one of ${only->persons}; ERR_REFUSED if a site is read at level 3, which shows no dates to
 * journal; ERR_INCOMPLETE if its last reading is too old. Then nothing is taken over.
 */
MUST_CHECK int adopt(struct arena *, struct db *, const struct adopt_only *, int64_t, bool, FILE *, int64_t *, struct err *)
    __attribute__((nonnull));

#endif
