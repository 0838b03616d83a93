/* A private PostgreSQL for the sandbox: no TCP, socket in a 0700 directory, nothing synced to disk because nothing has to survive. */
#define _GNU_SOURCE /* setgroups(), nftw() */
#include "cluster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "pg.h"

#define START_TIMEOUT_MS 60000
#define LOG_MAX (1 << 20)
#define BIN_ROOT "/usr/lib/postgresql"

static pid_t server, keeper;
static int keeper_pipe = -1;
static char *directory;
static uid_t account_uid;
static gid_t account_gid;

static int
remove_one(const char *path, const struct stat *stat, int kind, struct FTW *walk)
{
	(void)stat;
	(void)kind;
	(void)walk;
	return remove(path);
}

/* Is the server's own note of its process still there? */
static bool
server_alive(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/data/postmaster.pid", directory);
	return access(path, F_OK) == 0;
}

/* The newest version that is installed. */
static char *
find_bin(struct arena *arena)
{
	DIR *dir = opendir(BIN_ROOT);
	struct dirent *entry;
	char *best = NULL;
	long newest = 0, version;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		version = strtol(entry->d_name, NULL, 10);
		if (version <= newest || access(arena_printf(arena, BIN_ROOT "/%s/bin/postgres", entry->d_name), X_OK) != 0)
			continue;
		newest = version;
		best = arena_printf(arena, BIN_ROOT "/%s/bin", entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	return best;
}

/* In the child: become the account, write to the log, die with the parent, run. ${argv} begins with the whole path: by that, the programs of
 * PostgreSQL find each other. */
static void __attribute__((noreturn)) become(char *const *argv, const char *log, pid_t parent)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	if (fd < 0 || in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		_exit(EXIT_SYSTEM);
	if (geteuid() == 0 && (fchown(fd, account_uid, account_gid) != 0 || setgroups(0, NULL) != 0 || setgid(account_gid) != 0 ||
				  setuid(account_uid) != 0))
		_exit(EXIT_SYSTEM);
	if (prctl(PR_SET_PDEATHSIG, SIGINT) != 0 || getppid() != parent)
		_exit(EXIT_SYSTEM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (chdir("/") == 0)
		execv(argv[0], argv);
	_exit(EXIT_SYSTEM);
}

/* What a program said last, for the message: its log goes with the directory. */
static const char *
last_words(struct arena *arena, const char *log)
{
	struct err ignored = ERR_INIT;
	char *text, *line;
	size_t size;

	if (file_read(arena, "log", log, LOG_MAX, &text, &size, &ignored) != 0 || size == 0)
		return "it said nothing";
	while (size > 0 && text[size - 1] == '\n')
		text[--size] = '\0';
	line = strrchr(text, '\n');
	return line != NULL ? line + 1 : text;
}

static int
run(struct arena *arena, char *const *argv, pid_t *ret_pid, struct err *err)
{
	char *log = arena_printf(arena, "%s/log", directory);
	pid_t parent = getpid(), pid = fork();
	int status;

	if (pid < 0)
		return err_set(err, ERR_SYSTEM, "could not fork: %s", strerror(errno));
	if (pid == 0)
		become(argv, log, parent);
	if (ret_pid != NULL) {
		*ret_pid = pid;
		return 0;
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_SYSTEM, "could not run %s: %s", argv[0], last_words(arena, log));
	return 0;
}

static int
make_directory(struct arena *arena, struct err *err)
{
	struct passwd *account;

	if (geteuid() == 0) {
		account = getpwnam("postgres");
		if (account == NULL)
			return err_set(err, ERR_SYSTEM, "there is no user \"postgres\" to run the sandbox's database as");
		account_uid = account->pw_uid;
		account_gid = account->pw_gid;
	}
	directory = strdup("/tmp/ctok-sb-XXXXXX");
	BUG_UNLESS(directory != NULL);
	if (mkdtemp(directory) == NULL)
		return err_set(err, ERR_CREATE, "could not make \"%s\": %s", directory, strerror(errno));
	if (geteuid() == 0 && chown(directory, account_uid, account_gid) != 0)
		return err_set(err, ERR_SYSTEM, "could not give \"%s\" away: %s", directory, strerror(errno));
	(void)arena;
	return 0;
}

/* A child that waits for our end, however it comes, and then takes the directory away: a killed sandbox leaves nothing either. It holds one
 * end of a pipe whose other end only we have. */
static int
start_keeper(struct err *err)
{
	int ends[2];
	pid_t pid;
	char byte;
	int i;

	if (pipe(ends) != 0 || fcntl(ends[1], F_SETFD, FD_CLOEXEC) != 0)
		return err_set(err, ERR_SYSTEM, "could not make a pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		return err_set(err, ERR_SYSTEM, "could not fork: %s", strerror(errno));
	if (pid > 0) {
		close(ends[0]);
		keeper = pid;
		keeper_pipe = ends[1];
		return 0;
	}
	close(ends[1]);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	/* What a terminal or a script waits for must not be held open by us. */
	if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL)
		_exit(EXIT_SYSTEM);
	while (read(ends[0], &byte, 1) > 0)
		;
	for (i = 0; i < 200 && server_alive(); i++)
		clock_sleep_ms(50);
	nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	_exit(0);
}

static int
await(struct arena *arena, const char *conninfo, struct err *err)
{
	int64_t deadline = clock_mono_ms() + START_TIMEOUT_MS;
	int status;

	while (pg_pool_open(conninfo, err) != 0) {
		pg_pool_close();
		if (waitpid(server, &status, WNOHANG) == server) {
			server = 0;
			err_reset(err);
			return err_set(err, ERR_SYSTEM, "the sandbox's database did not start: %s",
			    last_words(arena, arena_printf(arena, "%s/log", directory)));
		}
		if (clock_mono_ms() > deadline)
			return -1;
		err_reset(err);
		clock_sleep_ms(20);
	}
	(void)arena;
	return 0;
}

int
cluster_start(struct arena *arena, char **ret_conninfo, char **ret_directory, struct err *err)
{
	char *bin = find_bin(arena), *data, *sockets, *conninfo;
	struct pg *pg;

	if (bin == NULL)
		return err_set(err, ERR_SYSTEM, "no PostgreSQL server under \"%s\"", BIN_ROOT);
	if (make_directory(arena, err) != 0 || start_keeper(err) != 0)
		return -1;
	data = arena_printf(arena, "%s/data", directory);
	sockets = arena_printf(arena, "unix_socket_directories=%s", directory);
	{
		char *argv[] = { arena_printf(arena, "%s/initdb", bin), arena_strdup(arena, "-D"), data, arena_strdup(arena, "-U"),
			arena_strdup(arena, "moodle"), arena_strdup(arena, "-A"), arena_strdup(arena, "trust"),
			arena_strdup(arena, "-E"), arena_strdup(arena, "UTF8"), arena_strdup(arena, "--locale=C.UTF-8"),
			arena_strdup(arena, "--no-sync"), arena_strdup(arena, "--no-instructions"), NULL };

		if (run(arena, argv, NULL, err) != 0)
			return -1;
	}
	{
		static const char *const settings[] = { "listen_addresses=", "fsync=off", "synchronous_commit=off",
			"full_page_writes=off", "max_connections=80", "shared_buffers=128MB", "max_wal_size=4GB",
			"wal_level=minimal", "max_wal_senders=0", "jit=off", "log_min_duration_statement=1000" };
		char *argv[4 + 2 * (sizeof(settings) / sizeof(settings[0])) + 2];
		size_t n = 0, i;

		argv[n++] = arena_printf(arena, "%s/postgres", bin);
		argv[n++] = arena_strdup(arena, "-D");
		argv[n++] = data;
		for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
			argv[n++] = arena_strdup(arena, "-c");
			argv[n++] = arena_strdup(arena, settings[i]);
		}
		argv[n++] = arena_strdup(arena, "-c");
		argv[n++] = sockets;
		argv[n] = NULL;
		if (run(arena, argv, &server, err) != 0)
			return -1;
	}
	conninfo = arena_printf(arena, "host=%s user=moodle dbname=postgres", directory);
	if (await(arena, conninfo, err) != 0)
		return -1;
	if (pg_take(&pg, err) != 0)
		return -1;
	if (pg_script(pg, "CREATE DATABASE moodle", err) != 0) {
		pg_give(pg);
		return -1;
	}
	pg_give(pg);
	pg_pool_close();
	*ret_conninfo = arena_printf(arena, "host=%s user=moodle dbname=moodle", directory);
	*ret_directory = arena_strdup(arena, directory);
	return 0;
}

void
cluster_stop(void)
{
	if (server > 0) {
		kill(server, SIGINT);
		waitpid(server, NULL, 0);
		server = 0;
	}
	if (keeper > 0) {
		close(keeper_pipe);
		waitpid(keeper, NULL, 0);
		keeper = 0;
	}
	if (directory != NULL) {
		free(directory);
		directory = NULL;
	}
}
