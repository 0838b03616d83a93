/* The crash probe: counts every effect of our programs that somebody outside the process can see, and ends the process, the night, the
 * database or the room on the disk before or after the n-th. It is linked into a build of its own (make probe-programs): the linker hands
 * it the calls (--wrap), so that the ordinary programs know nothing of it and no call can be forgotten.
 *
 * CTOK_PROBE is what to do, and at which effect, counted from 1 over all programs that share CTOK_PROBE_DIR:
 *
 *   count:0                     nothing
 *   power-before:N, -after:N    the whole process group and the database server end, and what no fsync made sure of is gone
 *   night-before:N, -after:N    the whole process group ends, the database server lives on
 *   step-before:N, -after:N     this process ends, the night goes on
 *   hold-before:N, -after:N     this process stops (SIGSTOP) until somebody continues it
 *   database-before:N, -after:N the database server is killed, the programs go on
 *   full:N                      from the N-th effect on nothing can be written any more
 *   full-once:N                 the N-th effect alone finds no room
 *
 * Instead of a number words of the trace may stand, as in "hold-after:ctok-apply http#2": the second effect of a process that fits.
 *
 * CTOK_PROBE_DIR holds the files `number` (of the last effect) and `trace` (a line for each: number, program, kind, name).
 * CTOK_PROBE_DB is the directory of the embedded database. */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/http.h"
#include "transfer.h"

#define UNSYNCED_MAX 1024
/* The workbook's library writes in small pieces. */
#define PIECES 256
/* Of an effect that does not fit the order's words. */
#define NO_NUMBER UINT64_MAX

enum what { COUNT, POWER, NIGHT, STEP, HOLD, DATABASE, FULL, FULL_ONCE };

static struct {
	bool read, on, after, full;
	enum what what;
	uint64_t at;
	char words[128]; /* "": the number counts */
	uint64_t fits;   /* so many effects fitted the words so far */
	const char *dir, *database;
} probe;

/* Files that were written and not flushed: a duplicate descriptor each. */
static int unsynced[UNSYNCED_MAX];
static size_t unsynced_count;

ssize_t __real_write(int, const void *, size_t);
ssize_t __wrap_write(int, const void *, size_t);
ssize_t __real_pwrite(int, const void *, size_t, off_t);
ssize_t __wrap_pwrite(int, const void *, size_t, off_t);
int __real_ftruncate(int, off_t);
int __wrap_ftruncate(int, off_t);
int __real_fsync(int);
int __wrap_fsync(int);
int __real_syncfs(int);
int __wrap_syncfs(int);
int __real_rename(const char *, const char *);
int __wrap_rename(const char *, const char *);
int __real_renameat(int, const char *, int, const char *);
int __wrap_renameat(int, const char *, int, const char *);
int __real_unlink(const char *);
int __wrap_unlink(const char *);
int __real_unlinkat(int, const char *, int);
int __wrap_unlinkat(int, const char *, int);
int __real_rmdir(const char *);
int __wrap_rmdir(const char *);
int __real_mkdir(const char *, mode_t);
int __wrap_mkdir(const char *, mode_t);
int __real_symlink(const char *, const char *);
int __wrap_symlink(const char *, const char *);
int __real_flock(int, int);
int __wrap_flock(int, int);
int __real_PQsendQueryParams(PGconn *, const char *, int, const Oid *, const char *const *, const int *, const int *, int);
int __wrap_PQsendQueryParams(PGconn *, const char *, int, const Oid *, const char *const *, const int *, const int *, int);
int __real_PQsendQuery(PGconn *, const char *);
int __wrap_PQsendQuery(PGconn *, const char *);
PGresult *__real_PQgetResult(PGconn *);
PGresult *__wrap_PQgetResult(PGconn *);
int __real_transfer_start(struct transfer_pool *, const struct http_request *, size_t, struct err *);
int __wrap_transfer_start(struct transfer_pool *, const struct http_request *, size_t, struct err *);
int __real_transfer_wait(struct transfer_pool *, int64_t, struct transfer_result *, struct err *);
int __wrap_transfer_wait(struct transfer_pool *, int64_t, struct transfer_result *, struct err *);
CURLcode __real_curl_easy_perform(CURL *);
CURLcode __wrap_curl_easy_perform(CURL *);

static void
read_order(void)
{
	static const struct {
		const char *name;
		enum what what;
		bool after;
	} orders[] = { { "count", COUNT, false }, { "power-before", POWER, false }, { "power-after", POWER, true },
		{ "night-before", NIGHT, false }, { "night-after", NIGHT, true }, { "step-before", STEP, false },
		{ "step-after", STEP, true }, { "hold-before", HOLD, false }, { "hold-after", HOLD, true },
		{ "database-before", DATABASE, false }, { "database-after", DATABASE, true }, { "full", FULL, false },
		{ "full-once", FULL_ONCE, false } };
	const char *order = getenv("CTOK_PROBE");
	size_t i, len;

	probe.read = true;
	probe.dir = getenv("CTOK_PROBE_DIR");
	probe.database = getenv("CTOK_PROBE_DB");
	if (order == NULL || probe.dir == NULL)
		return;
	len = strcspn(order, ":");
	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strlen(orders[i].name) == len && memcmp(orders[i].name, order, len) == 0 && order[len] == ':')
			break;
	if (i == sizeof(orders) / sizeof(orders[0])) {
		(void)fprintf(stderr, "probe: there is no order \"%s\"\n", order);
		_exit(64);
	}
	probe.what = orders[i].what;
	probe.after = orders[i].after;
	order += len + 1;
	if (strspn(order, "0123456789") != strlen(order)) {
		len = strcspn(order, "#");
		(void)snprintf(probe.words, sizeof(probe.words), "%.*s", (int)len, order);
		order = order[len] == '#' ? order + len + 1 : "1";
	}
	probe.at = strtoull(order, NULL, 10);
	probe.on = true;
}

/* The next number, over all processes of the night, and its line in the trace. */
static uint64_t
count(const char *kind, const char *name)
{
	char path[PATH_MAX], text[PATH_MAX + 128] = "";
	uint64_t number;
	int fd, len;

	(void)snprintf(path, sizeof(path), "%s/number", probe.dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || __real_flock(fd, LOCK_EX) != 0 || pread(fd, text, sizeof(text) - 1, 0) < 0)
		_exit(70);
	number = strtoull(text, NULL, 10) + 1;
	len = snprintf(text, sizeof(text), "%020llu\n", (unsigned long long)number);
	if (__real_pwrite(fd, text, (size_t)len, 0) != len)
		_exit(70);
	(void)close(fd);
	(void)snprintf(path, sizeof(path), "%s/trace", probe.dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	len =
	    snprintf(text, sizeof(text), "%llu %s %s %s\n", (unsigned long long)number, program_invocation_short_name, kind, name);
	if (fd < 0 || __real_write(fd, text, (size_t)len) != len)
		_exit(70);
	(void)close(fd);
	if (probe.words[0] != '\0')
		number = strstr(strchr(text, ' ') + 1, probe.words) == strchr(text, ' ') + 1 ? ++probe.fits : NO_NUMBER;
	return number;
}

/* The server and its children: first all are found, then all are killed. */
static void
kill_database(void)
{
	pid_t pids[512], parent;
	char path[PATH_MAX], text[512];
	size_t found = 0, i;
	struct dirent *entry;
	FILE *file;
	DIR *proc;

	if (probe.database == NULL)
		return;
	(void)snprintf(path, sizeof(path), "%s/data/postmaster.pid", probe.database);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	pids[0] = fgets(text, sizeof(text), file) != NULL ? (pid_t)strtol(text, NULL, 10) : 0;
	(void)fclose(file);
	if (pids[0] <= 1)
		return;
	found = 1;
	proc = opendir("/proc");
	while (proc != NULL && (entry = readdir(proc)) != NULL && found < sizeof(pids) / sizeof(pids[0])) {
		(void)snprintf(path, sizeof(path), "/proc/%.20s/stat", entry->d_name);
		file = strtol(entry->d_name, NULL, 10) > 1 ? fopen(path, "re") : NULL;
		if (file == NULL)
			continue;
		if (fgets(text, sizeof(text), file) != NULL && strrchr(text, ')') != NULL) {
			parent = (pid_t)strtol(strrchr(text, ')') + 4, NULL, 10);
			if (parent == pids[0])
				pids[found++] = (pid_t)strtol(entry->d_name, NULL, 10);
		}
		(void)fclose(file);
	}
	if (proc != NULL)
		(void)closedir(proc);
	for (i = 0; i < found; i++)
		(void)kill(pids[i], SIGKILL);
}

static void
strike(void)
{
	size_t i;

	switch (probe.what) {
	case COUNT: return;
	case POWER:
		kill_database();
		for (i = 0; i < unsynced_count; i++)
			(void)__real_ftruncate(unsynced[i], 0);
		(void)kill(0, SIGKILL);
		break;
	case NIGHT: (void)kill(0, SIGKILL); break;
	case STEP: (void)kill(getpid(), SIGKILL); break;
	case HOLD: (void)kill(getpid(), SIGSTOP); return;
	case DATABASE: kill_database(); return;
	case FULL: probe.full = true; return;
	case FULL_ONCE: return;
	}
	for (;;)
		(void)pause();
}

/* An effect is about to be: its number, 0 when the probe is off. */
static uint64_t
before(const char *kind, const char *name)
{
	int saved = errno;
	uint64_t number;

	if (!probe.read)
		read_order();
	if (!probe.on)
		return 0;
	number = count(kind, name);
	if (!probe.after && number == probe.at)
		strike();
	if (probe.what == FULL && number >= probe.at && number != NO_NUMBER)
		probe.full = true;
	errno = saved;
	return number;
}

static void
after(uint64_t number)
{
	int saved = errno;

	if (number != 0 && probe.after && number == probe.at)
		strike();
	errno = saved;
}

/* Does the effect of this number find no room? A disk that was full before a program began is full for it, too. */
static bool
lacks_room(uint64_t number)
{
	if (number == 0 || !(probe.full || (probe.what == FULL_ONCE && number == probe.at)))
		return false;
	errno = ENOSPC;
	return true;
}

static const char *
name_of(int fd)
{
	static char name[PATH_MAX];
	char path[64];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	len = readlink(path, name, sizeof(name) - 1);
	name[len > 0 ? len : 0] = '\0';
	return name;
}

/* A file that counts: a regular one, and neither the log nor what a lock says of its holder, which are for people. */
static bool
counts(int fd)
{
	struct stat st;
	int saved = errno;
	const char *name;
	bool yes = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (fcntl(fd, F_GETFL) & O_APPEND) == 0;

	if (yes) {
		name = name_of(fd);
		yes = strlen(name) < 5 || strcmp(name + strlen(name) - 5, ".lock") != 0;
	}
	errno = saved;
	return yes;
}

static bool
same_file(int a, int b)
{
	struct stat first, second;

	return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static void
note_unsynced(int fd)
{
	int saved = errno;
	size_t i;

	for (i = 0; i < unsynced_count && !same_file(unsynced[i], fd); i++)
		;
	if (i == unsynced_count && unsynced_count < UNSYNCED_MAX) {
		unsynced[i] = fcntl(fd, F_DUPFD_CLOEXEC, 200);
		if (unsynced[i] >= 0)
			unsynced_count++;
	}
	errno = saved;
}

/* ${fd} < 0: all of them. */
static void
note_synced(int fd)
{
	size_t i;

	for (i = unsynced_count; i > 0; i--)
		if (fd < 0 || same_file(unsynced[i - 1], fd)) {
			(void)close(unsynced[i - 1]);
			unsynced[i - 1] = unsynced[--unsynced_count];
		}
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	uint64_t number;
	ssize_t put;

	if (!counts(fd))
		return probe.full && (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? (errno = ENOSPC, -1) : __real_write(fd, bytes, len);
	number = before("write", name_of(fd));
	if (lacks_room(number))
		return -1;
	put = __real_write(fd, bytes, len);
	note_unsynced(fd);
	after(number);
	return put;
}

ssize_t
__wrap_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	uint64_t number = counts(fd) ? before("write", name_of(fd)) : 0;
	ssize_t put;

	if (lacks_room(number))
		return -1;
	put = __real_pwrite(fd, bytes, len, at);
	after(number);
	return put;
}

/* Pieces that libraries write through stdio: they find this symbol in the program first. */
size_t
fwrite(const void *bytes, size_t size, size_t n, FILE *file)
{
	static size_t (*real)(const void *, size_t, size_t, FILE *);
	static unsigned pieces;
	static bool failing;
	uint64_t number = 0;
	size_t put;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fwrite");
	if (!probe.on || fileno(file) < 0 || !counts(fileno(file)))
		return real(bytes, size, n, file);
	if (pieces++ % PIECES == 0) {
		number = before("fwrite", name_of(fileno(file)));
		failing = lacks_room(number);
	}
	if (failing || probe.full) {
		errno = ENOSPC;
		return 0;
	}
	put = real(bytes, size, n, file);
	note_unsynced(fileno(file));
	after(number);
	return put;
}

int
__wrap_ftruncate(int fd, off_t len)
{
	uint64_t number = counts(fd) ? before("truncate", name_of(fd)) : 0;
	int rc = __real_ftruncate(fd, len);

	after(number);
	return rc;
}

int
__wrap_fsync(int fd)
{
	uint64_t number = before("fsync", name_of(fd));
	int rc;

	/* Where room is only reserved at the flush (network file systems), this is where it is missed. */
	if (lacks_room(number))
		return -1;
	rc = __real_fsync(fd);
	note_synced(fd);
	after(number);
	return rc;
}

int
__wrap_syncfs(int fd)
{
	uint64_t number = before("syncfs", name_of(fd));
	int rc;

	if (lacks_room(number))
		return -1;
	rc = __real_syncfs(fd);
	note_synced(-1);
	after(number);
	return rc;
}

int
__wrap_rename(const char *from, const char *to)
{
	uint64_t number = before("rename", to);
	int rc = __real_rename(from, to);

	after(number);
	return rc;
}

int
__wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	uint64_t number = before("rename", to);
	int rc = __real_renameat(from_dir, from, to_dir, to);

	after(number);
	return rc;
}

int
__wrap_unlink(const char *path)
{
	uint64_t number = before("unlink", path);
	int rc = __real_unlink(path);

	after(number);
	return rc;
}

int
__wrap_unlinkat(int dir, const char *path, int flags)
{
	uint64_t number = before("unlink", path);
	int rc = __real_unlinkat(dir, path, flags);

	after(number);
	return rc;
}

int
__wrap_rmdir(const char *path)
{
	uint64_t number = before("rmdir", path);
	int rc = __real_rmdir(path);

	after(number);
	return rc;
}

int
__wrap_mkdir(const char *path, mode_t mode)
{
	struct stat st;
	uint64_t number = stat(path, &st) != 0 ? before("mkdir", path) : 0;
	int rc;

	if (lacks_room(number))
		return -1;
	rc = __real_mkdir(path, mode);
	after(number);
	return rc;
}

int
__wrap_symlink(const char *target, const char *path)
{
	uint64_t number = before("symlink", path);
	int rc = __real_symlink(target, path);

	after(number);
	return rc;
}

int
__wrap_flock(int fd, int operation)
{
	uint64_t number;
	int rc = __real_flock(fd, operation);
	int saved = errno;

	/* The night's lock alone: those of the embedded server are taken again and again while waiting. */
	if (rc != 0 || strstr(name_of(fd), "/night.lock") == NULL) {
		errno = saved;
		return rc;
	}
	number = before("lock", "night.lock");
	after(number);
	return rc;
}

/* What the database makes last: a commit, and each statement of its own that may write. One connection at a time is busy. A connection
 * that has joined a night writes in transactions alone: the server sees to that. */
static struct {
	const PGconn *conn;
	uint64_t number;
} committing;
static const PGconn *joined;

static const char no_room[] =
    "DO $$ BEGIN RAISE EXCEPTION 'could not extend file \"base/1/1\": No space left on device' USING ERRCODE = '53100'; END $$";

/* A commit that fails ends its transaction, as with the server itself. */
static void
fail_commit(PGconn *conn)
{
	PGresult *result;

	committing.number = 0;
	if (PQtransactionStatus(conn) == PQTRANS_IDLE || __real_PQsendQuery(conn, "ROLLBACK") == 0)
		return;
	while ((result = __real_PQgetResult(conn)) != NULL)
		PQclear(result);
}

static bool
lasts(PGconn *conn, const char *sql)
{
	static const char *const harmless[] = { "SELECT", "BEGIN", "SET", "SHOW", "ROLLBACK", "COPY (", NULL };
	size_t i;

	if (strcmp(sql, "COMMIT") == 0)
		return true;
	if (strcmp(sql, "SET default_transaction_read_only = on") == 0)
		joined = conn;
	else if (strcmp(sql, "SET default_transaction_read_only = off") == 0)
		joined = NULL;
	if (PQtransactionStatus(conn) != PQTRANS_IDLE || joined == conn)
		return false;
	while (strncmp(sql, "--", 2) == 0) {
		sql += strcspn(sql, "\n");
		sql += strspn(sql, "\n");
	}
	for (i = 0; harmless[i] != NULL; i++)
		if (strncmp(sql, harmless[i], strlen(harmless[i])) == 0)
			return false;
	return true;
}

static const char *
short_of(const char *sql)
{
	static char text[64];
	size_t i;

	(void)snprintf(text, sizeof(text), "%s", sql);
	for (i = 0; text[i] != '\0'; i++)
		if (text[i] == '\n' || text[i] == '\t')
			text[i] = ' ';
	return text;
}

int
__wrap_PQsendQueryParams(PGconn *conn, const char *sql, int n, const Oid *types, const char *const *values, const int *lengths,
    const int *formats, int format)
{
	if (lasts(conn, sql)) {
		committing.conn = conn;
		committing.number = before("commit", short_of(sql));
		if (lacks_room(committing.number)) {
			fail_commit(conn);
			return __real_PQsendQueryParams(conn, no_room, 0, NULL, NULL, NULL, NULL, format);
		}
	}
	return __real_PQsendQueryParams(conn, sql, n, types, values, lengths, formats, format);
}

int
__wrap_PQsendQuery(PGconn *conn, const char *sql)
{
	if (lasts(conn, sql)) {
		committing.conn = conn;
		committing.number = before("commit", short_of(sql));
		if (lacks_room(committing.number)) {
			fail_commit(conn);
			return __real_PQsendQuery(conn, no_room);
		}
	}
	return __real_PQsendQuery(conn, sql);
}

PGresult *
__wrap_PQgetResult(PGconn *conn)
{
	PGresult *result = __real_PQgetResult(conn);
	uint64_t number;

	/* The answer has come: the commit is made, and the program does not know yet. */
	if (committing.conn == conn && committing.number != 0) {
		number = committing.number;
		committing.number = 0;
		after(number);
	}
	return result;
}

/* Requests that write: several may be under way, and each ends with its own tag. */
static struct {
	size_t tag;
	uint64_t number;
} under_way[64];

int
__wrap_transfer_start(struct transfer_pool *pool, const struct http_request *request, size_t tag, struct err *err)
{
	size_t i;

	if (!request->repeatable) {
		for (i = 0; i < sizeof(under_way) / sizeof(under_way[0]) && under_way[i].number != 0; i++)
			;
		if (i < sizeof(under_way) / sizeof(under_way[0])) {
			under_way[i].number = before("http", request->what);
			under_way[i].tag = tag;
		}
	}
	return __real_transfer_start(pool, request, tag, err);
}

int
__wrap_transfer_wait(struct transfer_pool *pool, int64_t timeout_ms, struct transfer_result *ret_result, struct err *err)
{
	int ended = __real_transfer_wait(pool, timeout_ms, ret_result, err);
	uint64_t number;
	size_t i;

	for (i = 0; ended > 0 && i < sizeof(under_way) / sizeof(under_way[0]); i++)
		if (under_way[i].number != 0 && under_way[i].tag == ret_result->tag) {
			number = under_way[i].number;
			under_way[i].number = 0;
			after(number);
		}
	return ended;
}

/* A mail: before is before anything was said, after is between the server's 250 and our knowing it. */
CURLcode
__wrap_curl_easy_perform(CURL *curl)
{
	uint64_t number = before("mail", "");
	CURLcode code = __real_curl_easy_perform(curl);

	after(number);
	return code;
}
