/* One night at a time, and writes of a night that was taken over are refused.
 *
 * The flock keeps two programs of one machine apart, at no cost and without trace after a crash. The row in `run_lock` does the same
 * for machines that share a database: its holder lives as long as the session that took it. Neither is believed at a commit: that
 * checks the fence, which rises each time the lock is taken. */
#include "db/night.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "session.h"
#include "sql.h"

#define HOST_BYTES 256

static void
read_host(char host[HOST_BYTES])
{
	memset(host, 0, HOST_BYTES);
	if (gethostname(host, HOST_BYTES - 1) != 0 || *host == '\0')
		(void)snprintf(host, HOST_BYTES, "unknown host");
}

/* "2 hours", for people. */
static const char *
age(struct arena *arena, int64_t seconds)
{
	if (seconds < 120)
		return arena_printf(arena, "%lld seconds", (long long)(seconds < 0 ? 0 : seconds));
	if (seconds < 7200)
		return arena_printf(arena, "%lld minutes", (long long)(seconds / 60));
	return arena_printf(arena, "%lld hours", (long long)(seconds / 3600));
}

/* The file stays when the lock is given back: removing it would let two programs lock two files. */
static int
lock_file(struct arena *arena, const char *state_dir, const char *program, int *ret_fd, struct err *err)
{
	const char *path = arena_printf(arena, "%s/night.lock", state_dir), *text;
	char holder[512], host[HOST_BYTES];
	ssize_t len;
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_set(err, ERR_CREATE, "could not open \"%s\": %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK) {
			len = pread(fd, holder, sizeof(holder) - 1, 0);
			holder[len > 0 ? len : 0] = '\0';
			holder[strcspn(holder, "\n")] = '\0';
			err_set(err, ERR_BUSY, "another night is running: %s", *holder != '\0' ? holder : "it has not said which");
		} else {
			err_set(err, ERR_IO, "could not lock \"%s\": %s", path, strerror(errno));
		}
		(void)close(fd);
		return -1;
	}
	read_host(host);
	text =
	    arena_printf(arena, "%s, process %ld on %s, since %s\n", program, (long)getpid(), host, clock_iso(arena, clock_now()));
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) != (ssize_t)strlen(text)) {
		err_set(err, ERR_IO, "could not write \"%s\": %s", path, strerror(errno));
		(void)close(fd);
		return -1;
	}
	*ret_fd = fd;
	return 0;
}

/* Does the holder in ${row} live? Its session may outlive it for a while, so a process of this machine is asked itself. */
static bool
holder_lives(const struct db_row *row, const char *host)
{
	if (!db_bool(row, "alive"))
		return false;
	return !text_equal(db_value(row, "host"), host) || kill((pid_t)db_int(row, "pid"), 0) == 0 || errno == EPERM;
}

/* In a transaction: take the row, unless its holder lives. */
static int
take_row(struct arena *arena, struct db *db, const char *program, int64_t now_utc, struct night *night, struct err *err)
{
	struct db_row *row;
	char host[HOST_BYTES];
	const char *id;

	read_host(host);
	if (db_row(arena, db, sql_db_night_look, DB_NONE, &row, err) != 0)
		return -1;
	if (holder_lives(row, host))
		return err_set(err, ERR_BUSY, "another night is running: %s, process %s on %s, for %s", db_value(row, "program"),
		    db_value(row, "pid"), db_value(row, "host"), age(arena, clock_now() - db_int(row, "taken_utc")));
	if (db_row(arena, db, sql_db_night_take,
		DB_ARGS(program, host, arena_printf(arena, "%ld", (long)getpid()), arena_printf(arena, "%lld", (long long)now_utc)),
		&row, err) != 0)
		return -1;
	night->id = db_int(row, "night_id");
	night->fence = db_int(row, "fence");
	id = db_value(row, "night_id");
	return db_exec(db, sql_db_night_hold, DB_ARGS(id), NULL, err);
}

int
night_begin(struct arena *arena, struct db *db, const char *state_dir, const char *program, int64_t now_utc,
    struct night *ret_night, struct err *err)
{
	struct night night = { 0, 0, now_utc, 0, -1 };
	int rc = -1;

	if (lock_file(arena, state_dir, program, &night.lock_fd, err) != 0)
		goto out;
	if (db_begin(db, err) != 0)
		goto out;
	if (take_row(arena, db, program, now_utc, &night, err) != 0)
		goto out;
	if (db_commit(db, err) != 0)
		goto out;
	if (db_join(db, night.fence, err) != 0)
		goto out;
	*ret_night = night;
	rc = 0;
out:
	if (rc != 0) {
		db_rollback(db);
		if (night.lock_fd >= 0)
			(void)close(night.lock_fd);
	}
	return rc;
}

int
night_join(struct arena *arena, struct db *db, int64_t night_id, struct night *ret_night, struct err *err)
{
	struct db_row *row;
	int64_t fence;

	if (db_maybe(arena, db, sql_db_night_join, DB_ARGS(arena_printf(arena, "%lld", (long long)night_id)), &row, err) != 0)
		return -1;
	if (row == NULL)
		return err_set(err, ERR_BUSY, "night %lld does not hold the lock", (long long)night_id);
	fence = db_int(row, "fence");
	if (db_join(db, fence, err) != 0)
		return -1;
	*ret_night = (struct night){ night_id, fence, db_int(row, "now_utc"), 0, -1 };
	return 0;
}

void
night_end(struct db *db, struct night *night)
{
	struct arena arena = ARENA_INIT;
	struct err ignored = ERR_INIT;

	db_rollback(db);
	/* Should the row stay because the connection is lost: its holder lives no longer, so the next night takes it. */
	if (db_join(db, 0, &ignored) == 0 && night->lock_fd >= 0 &&
	    db_exec(db, sql_db_night_end,
		DB_ARGS(arena_printf(&arena, "%lld", (long long)night->id), arena_printf(&arena, "%lld", (long long)night->fence)),
		NULL, &ignored) != 0)
		err_reset(&ignored);
	if (night->lock_fd >= 0)
		(void)close(night->lock_fd);
	*night = (struct night){ 0, 0, 0, 0, -1 };
	arena_done(&arena);
}

int
night_run_begin(struct arena *arena, struct db *db, struct night *night, const char *program, struct err *err)
{
	struct db_row *row;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_row(arena, db, sql_db_run_begin, DB_ARGS(arena_printf(arena, "%lld", (long long)night->id), program), &row, err) !=
		0 ||
	    db_commit(db, err) != 0) {
		db_rollback(db);
		return -1;
	}
	night->run_id = db_int(row, "run_id");
	return 0;
}

int
night_run_end(struct arena *arena, struct db *db, struct night *night, int exit_code, const char *counts_json, struct err *err)
{
	int64_t affected = 0;
	int rc = -1;

	BUG_UNLESS(night->run_id != 0);
	if (db_begin(db, err) != 0)
		goto out;
	if (db_exec(db, sql_db_run_end,
		DB_ARGS(arena_printf(arena, "%lld", (long long)night->run_id), arena_printf(arena, "%d", exit_code), counts_json),
		&affected, err) != 0)
		goto out;
	BUG_UNLESS(affected == 1); /* the tenant of the connection must be the run's */
	if (db_commit(db, err) != 0)
		goto out;
	night->run_id = 0;
	rc = 0;
out:
	if (rc != 0)
		db_rollback(db);
	return rc;
}
