#ifndef MOODLE_MIRROR_H
#define MOODLE_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "moodle/account.h"
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
 * mirror_read(arena, db, moodle, reader, site_id, run_id, now_utc, ret_pull, err):
 * Read the whole site and bring the mirror in step in one transaction: only rows that differ are written, and noted as dirty. A
 * reading is complete or counts nothing: then the mirror stays, and the row in `site_pull` says why.
 *
 * Units:  ${now_utc} is the moment by which enrolments are active or not.
 * Errors: ERR_INCOMPLETE naming what is missing; ERR_REFUSED another Moodle answers than before, a capability is missing;
 * ERR_SERVICE, ERR_CONFIG.
 */
MUST_CHECK int mirror_read(struct arena *, struct db *, struct moodle *, struct reader *, int64_t, int64_t, int64_t,
    struct mirror_pull *, struct err *) __attribute__((nonnull));

/* A manual enrolment as it was made in Moodle. */
struct mirror_put {
	int64_t course_id;
	int64_t user_id;
	bool gone; /* removed; the rest does not matter */
	bool suspended;
	int64_t start;
	int64_t end;
	const char *role; /* short name */
};

/**
 * mirror_put_enrolments(db, site_id, level, now_utc, rows, count, err):
 * In the open transaction: show in the mirror what was done, so that it need not be read back, and note it as dirty. A user and
 * course must not come twice.
 */
MUST_CHECK int mirror_put_enrolments(struct db *, int64_t, int, int64_t, const struct mirror_put *, size_t, struct err *)
    __attribute__((nonnull(1, 7)));

/**
 * mirror_put_accounts(db, site_id, rows, count, err):
 * The same for accounts that account_create() made or found; other rows are left out.
 */
MUST_CHECK int mirror_put_accounts(struct db *, int64_t, const struct account_row *, size_t, struct err *)
    __attribute__((nonnull(1, 5)));

#endif
