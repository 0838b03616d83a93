#ifndef MOODLE_STAGE_H
#define MOODLE_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/copy.h"
#include "db/db.h"
#include "moodle/moodle.h"
#include "moodle/read.h"

/* One reading of a site into the temporary tables of sql/moodle/stage_make.sql: stage.c what all levels share, stage_source.c level 1,
 * stage_web.c what levels 2 and 3 share, stage_report.c level 2, stage_plain.c level 3. */
struct stage {
	struct db *db;
	struct moodle *moodle;
	struct reader *reader;
	int64_t site_id;
	const char *name;                   /* of the site */
	const struct config_tenant *tenant; /* whose rules say which courses matter at level 3 */
	int64_t now_utc;
	struct config_list fields; /* of the site's own profile fields those that the settings name, by short name */
	const char **role_names;   /* of the roles that the site's product rules name */
	int64_t *role_ids;         /* out: theirs; 0 if it is not known */
	size_t role_count;
	int64_t role_id; /* out: of the site's student role; 0 if nobody has it */
	int64_t lookups; /* out: e-mails looked up */
};

/* A COPY under way, with memory for one row. */
struct stage_sink {
	struct copy *copy;
	struct arena row;
};

struct stage_ids {
	int64_t *ids;
	size_t count;
};

/**
 * stage_read(arena, stage, err):
 * Read courses, accounts, enrolments and completions at the reader's level, and check that the reading is whole.
 *
 * Errors: ERR_INCOMPLETE naming what is missing; those of the level's way of reading.
 */
MUST_CHECK int stage_read(struct arena *, struct stage *, struct err *) __attribute__((nonnull));

/**
 * stage_copy(stage, statement, fill, context, err):
 * Run ${fill} between a COPY … FROM STDIN and its end.
 */
MUST_CHECK int stage_copy(struct stage *, const char *, int (*)(struct stage *, struct stage_sink *, void *, struct err *), void *,
    struct err *) __attribute__((nonnull(1, 2, 3, 5)));

/**
 * stage_ids(arena, stage, sql, args, column, ret_ids, err):
 * The ids that a query gives.
 */
MUST_CHECK int stage_ids(struct arena *, struct stage *, const char *, const struct db_args *, const char *, struct stage_ids *,
    struct err *) __attribute__((nonnull));

/**
 * stage_number(arena, value), stage_put_bool(copy, value), stage_email_key(arena, email):
 * A parameter; a field; the key to compare e-mails by, '' for what is no address and matches nobody.
 */
const char *stage_number(struct arena *, int64_t) __attribute__((nonnull, returns_nonnull));
void stage_put_bool(struct copy *, bool) __attribute__((nonnull));
const char *stage_email_key(struct arena *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * stage_source(arena, stage, err), stage_report(arena, stage, err), stage_plain(arena, stage, err):
 * Levels 1, 2 and 3.
 */
MUST_CHECK int stage_source(struct arena *, struct stage *, struct err *) __attribute__((nonnull));
MUST_CHECK int stage_report(struct arena *, struct stage *, struct err *) __attribute__((nonnull));
MUST_CHECK int stage_plain(struct arena *, struct stage *, struct err *) __attribute__((nonnull));

/**
 * stage_source_copy(stage, copy, statement, fields, what, err):
 * Level 1: ${statement} of ${fields} columns, from Moodle's database into ours. ${what} it is, for messages: "grades".
 */
MUST_CHECK int stage_source_copy(struct stage *, const char *, const char *, size_t, const char *, struct err *)
    __attribute__((nonnull));

/**
 * stage_web_courses(arena, stage, err):
 * List the courses into read_course.
 */
MUST_CHECK int stage_web_courses(struct arena *, struct stage *, struct err *) __attribute__((nonnull));

/**
 * stage_web_rules(arena, stage):
 * The courses that the site's product rules name, as an array literal.
 */
const char *stage_web_rules(struct arena *, const struct stage *) __attribute__((nonnull, returns_nonnull));

/**
 * stage_web_participants(arena, stage, courses, err):
 * List the participants of these courses, anew if they were listed before.
 */
MUST_CHECK int stage_web_participants(struct arena *, struct stage *, const struct stage_ids *, struct err *)
    __attribute__((nonnull));

/**
 * stage_web_scope(arena, stage, err):
 * List the participants of the courses in read_scope; one that comes back empty where the mirror has participants is asked again.
 */
MUST_CHECK int stage_web_scope(struct arena *, struct stage *, struct err *) __attribute__((nonnull));

/**
 * stage_web_accounts(arena, stage, all, err):
 * Fill read_user: accounts of the mirror that no listing has are read one by one, so that a renamed or deleted one is noticed; with
 * ${all} the listed ones too, which is how one learns whether an account is suspended.
 */
MUST_CHECK int stage_web_accounts(struct arena *, struct stage *, bool, struct err *) __attribute__((nonnull));

/**
 * stage_web_lookups(arena, stage, err):
 * Look up the ledger's e-mails that no known account carries.
 */
MUST_CHECK int stage_web_lookups(struct arena *, struct stage *, struct err *) __attribute__((nonnull));

#endif
