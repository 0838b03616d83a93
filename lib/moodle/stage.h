#ifndef MOODLE_STAGE_H
#define MOODLE_STAGE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "moodle/moodle.h"
#include "moodle/read.h"

/* One reading of a site into the temporary tables of sql/moodle/stage_make.sql. */
struct stage {
	struct db *db;
	struct moodle *moodle;
	struct reader *reader;
	int64_t site_id;
	const char *name;                   /* of the site */
	const struct config_tenant *tenant; /* whose rules say which courses matter at level 3 */
	int64_t now_utc;
	int64_t role_id; /* out: of the site's student role; 0 if nobody has it */
	int64_t lookups; /* out: e-mails looked up */
};

/**
 * stage_read(arena, stage, err):
 * Read courses, accounts, enrolments and completions at the reader's level, and check that the reading is whole.
 *
 * Errors: ERR_INCOMPLETE naming what is missing; those of the level's way of reading.
 */
MUST_CHECK int stage_read(struct arena *, struct stage *, struct err *) __attribute__((nonnull));

#endif
