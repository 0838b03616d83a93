#ifndef MOODLE_MIRROR_H
#define MOODLE_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "moodle/moodle.h"
#include "moodle/read.h"

/* Our copy of a site's courses, accounts, enrolments and completions. */
struct mirror_pull {
	int64_t courses; /* read */
	int64_t users;
	int64_t enrolments;
	int64_t completions;
	int64_t lookups;     /* e-mails looked up */
	int64_t changed;     /* rows of the mirror written: 0 on a quiet night */
	const char *release; /* of Moodle */
	bool upgraded;       /* it was another one before */
};

/**
 * mirror_site_id(arena, db, name, ret_site_id, err):
 * Errors: ERR_NOT_FOUND.
 */
MUST_CHECK int mirror_site_id(struct arena *, struct db *, const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * mirror_read(arena, db, moodle, reader, tenant, site_id, run_id, now_utc, ret_pull, err):
 * Read the whole site and bring the mirror in step in one transaction: only rows that differ are written, and noted as dirty. A
 * reading is complete or counts nothing: then the mirror stays, and the row in `site_pull` says why. At level 3 only courses that the
 * rules of ${tenant} name, or named, are read for participants. No transaction may be open.
 *
 * Units:  ${now_utc} is the moment by which enrolments are active or not.
 * Errors: ERR_INCOMPLETE naming what is missing; ERR_REFUSED another Moodle answers than before, a capability is missing;
 * ERR_SERVICE, ERR_CONFIG.
 */
MUST_CHECK int mirror_read(struct arena *, struct db *, struct moodle *, struct reader *, const struct config_tenant *, int64_t,
    int64_t, int64_t, struct mirror_pull *, struct err *) __attribute__((nonnull));

#endif
