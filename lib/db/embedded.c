/* Starting, sharing and stopping the embedded server.
 *
 * Two locks, both kernel locks on files that stay, so that a killed program lets go of them:
 *   users.lock  shared by every program that uses the server; who can have it alone is the last one, and stops the server;
 *   start.lock  held while looking whether a server runs, and while making or starting one. Its text says by whom.
 * A server whose programs were all killed is simply found running and used. */
#include "db/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cluster.h"
#include "session.h"

#define POLL_MS 10
#define RESTART_MS 100

struct embedded_waits embedded_waits = { .lock_ms = 120000, .start_ms = 300000, .stop_ms = 60000, .deaf_ms = 2000 };

/* Of a server for batches: few sessions, large sorts, no surprises. Durability is left as it comes: full. */
static const char *const settings[] = { "listen_addresses=", "max_connections=20", "shared_buffers=128MB", "work_mem=64MB",
	"maintenance_work_mem=128MB", "max_wal_size=2GB", "jit=off", "unix_socket_permissions=0700",
	"password_encryption=scram-sha-256", "logging_collector=off", "log_destination=stderr", "log_line_prefix=%m [%p] ",
	"log_timezone=UTC", "log_checkpoints=off", "lc_messages=C",
	/* Failed statements go back to the program that sent them; in a log they could show personal data. */
	"log_min_messages=log", "log_min_error_statement=panic", "log_error_verbosity=terse", "log_statement=none" };

#define SETTING_COUNT (sizeof(settings) / sizeof(settings[0]))

/* The clusters this process uses. Programs use one; tests a few. */
struct use {
	struct arena arena;
	const char *state_dir;
	struct cluster cluster;
	pid_t pid; /* after a fork it is not the child's */
	unsigned count;
	int users_fd;
};

static struct use uses[4];

/* What <data>/postmaster.pid says. Source: PostgreSQL, src/include/utils/pidfile.h. */
struct postmaster {
	pid_t pid;       /* 0: there is no file */
	bool serves;     /* ${pid} lives and is a server over our data */
	int shared_id;   /* of its System V memory, which is there as long as a process of it lives; -1 unknown */
	char status[16]; /* "starting", "ready", "stopping"; "" while the file is being written */
};

/* Read a small file whole; false if that fails. */
static bool
read_small(const char *path, char *text, size_t size, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t got = 1;

	if (fd < 0)
		return false;
	while (have < size - 1 && (got = read(fd, text + have, size - 1 - have)) > 0)
		have += (size_t)got;
	(void)close(fd);
	text[have] = '\0';
	*ret_len = have;
	return got >= 0;
}

/* Is process ${pid} a server over ${data}? A number alone may by now be somebody else's. */
static bool
serves(pid_t pid, const char *data)
{
	char path[64], text[4096];
	const char *argument;
	size_t len;

	if (kill(pid, 0) != 0 && errno == ESRCH)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	if (!read_small(path, text, sizeof(text), &len))
		return access("/proc/self/cmdline", R_OK) != 0; /* without /proc, believe the number */
	for (argument = text; argument < text + len; argument += strlen(argument) + 1)
		if (strcmp(argument, data) == 0)
			return true;
	return false; /* also a zombie, whose line is empty */
}

static struct postmaster
look(const struct cluster *cluster)
{
	struct postmaster found = { 0, false, -1, "" };
	char path[PATH_MAX], text[1024], *line = text, *end;
	size_t len;
	unsigned number;
	long pid;

	if (snprintf(path, sizeof(path), "%s/postmaster.pid", cluster->data) >= (int)sizeof(path) ||
	    !read_small(path, text, sizeof(text), &len))
		return found;
	pid = strtol(text, &end, 10);
	if (end == text || pid <= 1)
		return found;
	found.pid = (pid_t)pid;
	found.serves = serves(found.pid, cluster->data);
	for (number = 1; line != NULL; number++) {
		len = strcspn(line, " \n");
		/* Line 7: key and id of the shared memory; line 8: the state. */
		if (number == 7 && line[len] == ' ')
			found.shared_id = (int)strtol(line + strspn(line, " ") + strcspn(line + strspn(line, " "), " "), NULL, 10);
		if (number == 8 && len < sizeof(found.status))
			memcpy(found.status, line, len);
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	return found;
}

/* After a crash of the machine the number in the file may be a living process of the same account that is no server. PostgreSQL
 * would not start then. Only when nothing of the old server lives is it safe to take the file away. */
static void
remove_stale(const struct cluster *cluster, const struct postmaster *server)
{
	char path[PATH_MAX], name[64];
	struct shmid_ds memory;
	size_t len;

	if (server->pid == 0 || kill(server->pid, 0) != 0)
		return; /* PostgreSQL sees to it by itself */
	(void)snprintf(path, sizeof(path), "/proc/%ld/comm", (long)server->pid);
	if (!read_small(path, name, sizeof(name), &len) || text_starts(name, "postgres"))
		return;
	if (server->shared_id < 0 || (shmctl(server->shared_id, IPC_STAT, &memory) == 0 && memory.shm_nattch > 0))
		return;
	if (snprintf(path, sizeof(path), "%s/postmaster.pid", cluster->data) < (int)sizeof(path))
		(void)unlink(path);
	if (snprintf(path, sizeof(path), "%s/.s.PGSQL." CLUSTER_PORT ".lock", cluster->socket_dir) < (int)sizeof(path))
		(void)unlink(path);
}

/* Quote a value of a conninfo. */
static const char *
quote(struct arena *arena, const char *value)
{
	char *quoted = arena_alloc(arena, 2 * strlen(value) + 3), *p = quoted;

	*p++ = '\'';
	for (; *value != '\0'; value++) {
		if (*value == '\'' || *value == '\\')
			*p++ = '\\';
		*p++ = *value;
	}
	*p++ = '\'';
	*p = '\0';
	return quoted;
}

/* Everything that an environment variable could set is set; and the server must be the account's, whoever else listens there. */
static const char *
conninfo_of(struct arena *arena, const struct cluster *cluster, const char *role)
{
	return arena_printf(arena,
	    "host=%s port=" CLUSTER_PORT " dbname=ctok user=%s requirepeer=%s sslmode=disable gssencmode=disable options=''"
	    " target_session_attrs=any connect_timeout=10",
	    quote(arena, cluster->socket_dir), role, quote(arena, cluster->account.name));
}

/* The reason of a server that ended: the last FATAL line it logged from ${start} on. */
static void
last_words(const struct cluster *cluster, off_t start, char *ret_text, size_t size)
{
	char text[8192], *line, *next, *found = NULL;
	int fd = open(cluster->log, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t len = -1;

	(void)snprintf(ret_text, size, "it gave no reason");
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0) {
		if (st.st_size - start > (off_t)sizeof(text) - 1)
			start = st.st_size - (off_t)sizeof(text) + 1;
		len = pread(fd, text, sizeof(text) - 1, start);
	}
	(void)close(fd);
	if (len <= 0)
		return;
	text[len] = '\0';
	for (line = text; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (strstr(line, "FATAL:  ") != NULL)
			found = strstr(line, "FATAL:  ") + strlen("FATAL:  ");
		else if (strstr(line, "PANIC:  ") != NULL)
			found = strstr(line, "PANIC:  ") + strlen("PANIC:  ");
	}
	if (found != NULL)
		(void)snprintf(ret_text, size, "%s", found);
}

/* Start a server. ${ret_log_start}: where its part of the log begins. */
static int
start(const struct cluster *cluster, off_t *ret_log_start, pid_t *ret_pid, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char *argv[5 + 2 * (SETTING_COUNT + 3) + 1];
	size_t count = 0, i;
	struct stat st;
	int log_fd = -1, rc = -1;

	argv[count++] = arena_printf(&arena, "%s/postgres", cluster->bin_dir);
	argv[count++] = "-D";
	argv[count++] = cluster->data;
	argv[count++] = "-p";
	argv[count++] = CLUSTER_PORT;
	for (i = 0; i < SETTING_COUNT; i++) {
		argv[count++] = "-c";
		argv[count++] = settings[i];
	}
	argv[count++] = "-c";
	argv[count++] = arena_printf(&arena, "unix_socket_directories=%s", cluster->socket_dir);
	argv[count++] = "-c";
	argv[count++] = arena_printf(&arena, "hba_file=%s/pg_hba.conf", cluster->base);
	argv[count++] = "-c";
	argv[count++] = arena_printf(&arena, "ident_file=%s/pg_ident.conf", cluster->base);
	argv[count] = NULL;
	if (cluster_open_log(cluster, &log_fd, err) != 0)
		goto out;
	*ret_log_start = fstat(log_fd, &st) == 0 ? st.st_size : 0;
	if (process_start(&cluster->account, argv, log_fd, ret_pid, err) != 0)
		goto out;
	rc = 0;
out:
	if (log_fd >= 0)
		(void)close(log_fd);
	arena_done(&arena);
	return rc;
}

/* Ask the server to end, sessions or not, wait until it has, and remove its empty socket directory. */
static void
stop(const struct cluster *cluster)
{
	struct postmaster server = look(cluster);
	int64_t until = clock_mono_ms() + embedded_waits.stop_ms;

	if (!server.serves || kill(server.pid, SIGINT) != 0)
		return;
	while (serves(server.pid, cluster->data) && clock_mono_ms() < until)
		clock_sleep_ms(POLL_MS);
	(void)rmdir(cluster->socket_dir); /* made again at the next start */
}

static bool
lacks_socket(const struct cluster *cluster)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof(path), "%s/.s.PGSQL." CLUSTER_PORT, cluster->socket_dir) < (int)sizeof(path) &&
	       lstat(path, &st) != 0 && errno == ENOENT;
}

/* Does another try help? Sessions of a killed server may outlive it for a moment; and a killed program's server may come up beside
 * ours. */
static bool
may_pass(const char *reason)
{
	return strstr(reason, "is still in use") != NULL || strstr(reason, "already exists") != NULL;
}

/* Under the start lock: return when a server answers. */
static int
see_to_server(struct arena *arena, struct cluster *cluster, int lock_fd, struct err *err)
{
	int64_t until = clock_mono_ms() + embedded_waits.start_ms, deaf_since = 0;
	const char *conninfo = conninfo_of(arena, cluster, "ctok_program");
	struct postmaster server;
	off_t log_start = 0;
	pid_t started = 0;
	char reason[512];

	for (; clock_mono_ms() < until; clock_sleep_ms(POLL_MS)) {
		server = look(cluster);
		if (server.serves && strcmp(server.status, "ready") == 0) {
			if (db_ping(conninfo))
				return 0;
			/* Slow, or its socket was removed, by a cleaner of temporary files perhaps: only a new server makes a new one. */
			if (!lacks_socket(cluster))
				deaf_since = 0;
			else if (deaf_since == 0)
				deaf_since = clock_mono_ms();
			else if (clock_mono_ms() - deaf_since > embedded_waits.deaf_ms)
				stop(cluster);
			continue;
		}
		deaf_since = 0;
		if (server.serves || (started != 0 && serves(started, cluster->data)))
			continue; /* it starts, recovers or stops */
		if (started != 0) {
			last_words(cluster, log_start, reason, sizeof(reason));
			if (!may_pass(reason)) {
				err_set(err, ERR_SERVICE, "the database server did not start: %s", reason);
				return err_hint(err, "See \"%s\".", cluster->log);
			}
			started = 0;
			clock_sleep_ms(RESTART_MS);
			continue;
		}
		if (cluster_make(arena, cluster, lock_fd, err) != 0)
			return -1;
		remove_stale(cluster, &server);
		if (start(cluster, &log_start, &started, err) != 0)
			return -1;
	}
	err_set(err, ERR_SERVICE, "the database server in \"%s\" was not ready within %lld seconds", cluster->base,
	    (long long)(embedded_waits.start_ms / 1000));
	return err_hint(err, "See \"%s\".", cluster->log);
}

/* Take a lock within a time. ${what} says what for, in the error; the file's text names the holder. */
static int
take_lock(int fd, int operation, const char *what, int64_t wait_ms, struct err *err)
{
	int64_t until = clock_mono_ms() + wait_ms;
	char holder[256];
	ssize_t len;

	while (flock(fd, operation | LOCK_NB) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return err_set(err, ERR_IO, "could not lock the database's files: %s", strerror(errno));
		if (clock_mono_ms() >= until) {
			len = pread(fd, holder, sizeof(holder) - 1, 0);
			holder[len > 0 ? len : 0] = '\0';
			return err_set(err, ERR_BUSY, "waited %lld seconds for another program to %s the database%s%s",
			    (long long)(wait_ms / 1000), what, *holder != '\0' ? ": " : "", holder);
		}
		clock_sleep_ms(POLL_MS);
	}
	return 0;
}

/* The text of start.lock, for people. */
static void
sign_lock(int fd, const char *program)
{
	char text[256], host[128] = "";
	int len;

	(void)gethostname(host, sizeof(host) - 1);
	len = snprintf(text, sizeof(text), "%s, process %ld on %s\n", program, (long)getpid(), host);
	/* If this fails the lock holds all the same. */
	if (len > 0 && ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) < 0)
		return;
}

static struct use *
find_use(const char *base)
{
	size_t i;

	for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
		if (uses[i].count > 0 && uses[i].pid == getpid() && strcmp(uses[i].cluster.base, base) == 0)
			return &uses[i];
	return NULL;
}

static struct use *
free_use(void)
{
	size_t i;

	for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		/* What a parent process used: its descriptor would keep the lock shared with it. */
		if (uses[i].count > 0 && uses[i].pid != getpid()) {
			(void)close(uses[i].users_fd);
			arena_done(&uses[i].arena);
			uses[i].count = 0;
		}
		if (uses[i].count == 0)
			return &uses[i];
	}
	BUG("one process uses more clusters than it has room for");
}

int
embedded_open(struct arena *arena, const struct config *config, const char *program, struct embedded *ret_embedded, struct err *err)
{
	struct arena own = ARENA_INIT;
	struct cluster cluster;
	struct use *use;
	int start_fd = -1, users_fd = -1, rc = -1;

	if (cluster_locate(&own, config, &cluster, err) != 0)
		goto out;
	use = find_use(cluster.base);
	if (use == NULL && (cluster_open_lock(&cluster, "users.lock", &users_fd, err) != 0 ||
			       /* The last one out holds it alone while it stops the server. */
			       take_lock(users_fd, LOCK_SH, "stop", embedded_waits.lock_ms, err) != 0))
		goto out;
	if (cluster_open_lock(&cluster, "start.lock", &start_fd, err) != 0)
		goto out;
	if (take_lock(start_fd, LOCK_EX, "start", embedded_waits.lock_ms + embedded_waits.start_ms, err) != 0)
		goto out;
	sign_lock(start_fd, program);
	if (see_to_server(&own, &cluster, start_fd, err) != 0) {
		if (err->code == ERR_SERVICE)
			(void)rmdir(cluster.socket_dir); /* which only works when no server has it */
		goto out;
	}
	if (use == NULL) {
		use = free_use();
		*use = (struct use){ .state_dir = arena_strdup(&own, config->state_dir),
			.cluster = cluster,
			.pid = getpid(),
			.users_fd = users_fd };
		use->arena = own; /* after the last allocation from it */
		own = (struct arena)ARENA_INIT;
		users_fd = -1;
	}
	use->count++;
	ret_embedded->owner = conninfo_of(arena, &use->cluster, "ctok_owner");
	ret_embedded->program = conninfo_of(arena, &use->cluster, "ctok_program");
	rc = 0;
out:
	if (start_fd >= 0)
		(void)close(start_fd);
	if (users_fd >= 0)
		(void)close(users_fd);
	arena_done(&own);
	return rc;
}

void
embedded_release(const struct config *config)
{
	size_t i;
	struct use *use;

	for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		use = &uses[i];
		if (use->count == 0 || use->pid != getpid() || strcmp(use->state_dir, config->state_dir) != 0)
			continue;
		if (--use->count > 0)
			return;
		if (flock(use->users_fd, LOCK_EX | LOCK_NB) == 0)
			stop(&use->cluster);
		(void)close(use->users_fd);
		arena_done(&use->arena);
		return;
	}
}
