#ifndef MOODLE_READ_H
#define MOODLE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "moodle/completion.h"
#include "moodle/moodle.h"

/* Reading enrolments back, at the best level that is configured: 1 Moodle's own database, 2 the custom report, 3 plain listings. */
struct reader;

/* Which manual enrolment. */
struct read_key {
	int64_t course_id;
	int64_t user_id;
	const char *username; /* wanted at level 2 only */
};

/* What stands there. Values that the level cannot tell are READ_UNKNOWN. */
#define READ_UNKNOWN (-1)
struct read_seen {
	bool present;  /* there is a manual enrolment; at level 3: an enrolment of some method */
	bool active;   /* it gives access now */
	int status;    /* 0 active, 1 suspended; READ_UNKNOWN at level 3 */
	int64_t start; /* seconds; at level 2 whole minutes, and 0 where it is shown equal to creation; READ_UNKNOWN at level 3 */
	int64_t end;
	int64_t created;
	enum completion_state completion;
	int64_t completed_at;
	const char *reason; /* of COMPLETION_UNKNOWN */
};

/**
 * read_level(site):
 * The level of a site by its settings: 1, 2 or 3.
 */
int read_level(const struct config_site *) __attribute__((nonnull));

/**
 * reader_open(moodle, password, ret_reader, err), reader_close(reader):
 * Connect to Moodle's database at level 1 (${password} may be NULL), nothing else. The database must belong to the site: its front page
 * is as old as the one the web service shows.
 *
 * Errors: ERR_SERVICE, ERR_CONFIG.
 */
MUST_CHECK int reader_open(struct moodle *, const char *, struct reader **, struct err *) __attribute__((nonnull(1, 3, 4)));
void reader_close(struct reader *);

/**
 * reader_level(reader), reader_db(reader):
 * The level; Moodle's database at level 1, else NULL.
 */
int reader_level(const struct reader *) __attribute__((nonnull));
struct db *reader_db(struct reader *) __attribute__((nonnull));

/**
 * reader_rows(arena, reader, keys, count, completion, now_utc, ret_seen, err):
 * Read these enrolments as they are now; with ${completion} also whether their learners completed the courses. At level 2 one call
 * reads the whole report, so ask for many at once.
 *
 * Errors: as the level's way of reading; ERR_INCOMPLETE if it did not read everything.
 */
MUST_CHECK int reader_rows(struct arena *, struct reader *, const struct read_key *, size_t, bool, int64_t, struct read_seen **,
    struct err *) __attribute__((nonnull(1, 2, 7, 8)));

#endif
