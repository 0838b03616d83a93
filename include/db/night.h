#ifndef DB_NIGHT_H
#define DB_NIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* One night at a time: a row in `run_lock` with holder, host, pid, fence and the night's `now`, beside a flock on a file
 * in the state directory. Steps of a night join it by id; a step run alone makes a night of its own. */
struct night {
	int64_t id;
	int64_t fence;
	int64_t now_utc; /* read once per night */
	int64_t run_id;  /* this program's row in `run` for the tenant at hand; 0 outside */
	int lock_fd;     /* the flock; -1 in a step that joined */
};

/**
 * night_begin(arena, db, state_dir, program, now_utc, ret_night, err):
 * Take the lock, raise the fence, write the row.
 *
 * Errors: ERR_BUSY naming holder, host and age.
 */
MUST_CHECK int night_begin(struct arena *, struct db *, const char *, const char *, int64_t, struct night *, struct err *)
    __attribute__((nonnull));

/**
 * night_join(arena, db, night_id, ret_night, err):
 * Be a step of a running night: read fence and now; db_commit() on ${db} checks the fence from now on.
 *
 * Errors: ERR_BUSY if that night does not hold the lock.
 */
MUST_CHECK int night_join(struct arena *, struct db *, int64_t, struct night *, struct err *) __attribute__((nonnull));

/**
 * night_end(db, night):
 * Give the lock back, if this night took it.
 */
void night_end(struct db *, struct night *) __attribute__((nonnull));

/**
 * night_run_begin(arena, db, night, program, err), night_run_end(arena, db, night, exit_code, counts_json, err):
 * The program's row in `run` for the tenant of the connection.
 */
MUST_CHECK int night_run_begin(struct arena *, struct db *, struct night *, const char *, struct err *) __attribute__((nonnull));
MUST_CHECK int night_run_end(struct arena *, struct db *, struct night *, int, const char *, struct err *) __attribute__((nonnull));

#endif
