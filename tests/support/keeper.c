/* Cleaning up after test programs, also after those that crash. */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

int
keeper_run(const char *const *argv)
{
	union {
		const char *const *ours;
		char *const *theirs;
	} args = { argv };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execvp(args.theirs[0], args.theirs);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Stop the server whose lock file is ${path}: its number is on the first line, its socket's directory on the fifth. */
static void
stop_server(const char *path)
{
	const struct timespec tick = { 0, 10000000 };
	char line[512], proc[64], socket_dir[512] = "";
	FILE *file = fopen(path, "r");
	long pid = 0;
	unsigned number;

	if (file == NULL)
		return;
	for (number = 1; number <= 5 && fgets(line, sizeof(line), file) != NULL; number++) {
		line[strcspn(line, "\n")] = '\0';
		if (number == 1)
			pid = strtol(line, NULL, 10);
		else if (number == 5)
			(void)snprintf(socket_dir, sizeof(socket_dir), "%s", line);
	}
	(void)fclose(file);
	(void)snprintf(proc, sizeof(proc), "/proc/%ld/comm", pid);
	file = pid > 1 ? fopen(proc, "r") : NULL;
	if (file == NULL || fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	if (file != NULL)
		(void)fclose(file);
	if (strncmp(line, "postgres", 8) == 0 && kill((pid_t)pid, SIGQUIT) == 0)
		for (number = 0; number < 1000 && access(path, F_OK) == 0; number++)
			(void)nanosleep(&tick, NULL);
	/* A killed server leaves its socket behind. */
	if (strncmp(socket_dir, "/run/ctok-batch-", 16) == 0 || strncmp(socket_dir, "/tmp/ctok-", 10) == 0)
		(void)keeper_run((const char *const[]){ "rm", "-rf", socket_dir, NULL });
}

static void
stop_servers(const char *dir, const char *pattern)
{
	char path[512];
	glob_t found;
	size_t i;

	(void)snprintf(path, sizeof(path), "%s%s", dir, pattern);
	if (glob(path, GLOB_NOSORT, NULL, &found) != 0)
		return;
	for (i = 0; i < found.gl_pathc; i++)
		stop_server(found.gl_pathv[i]);
	globfree(&found);
}

struct keeper
keeper_start(const char *dir)
{
	struct keeper keeper;
	int fds[2];
	char byte;

	assert_int_equal(pipe(fds), 0);
	(void)fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	keeper.alive_fd = fds[1];
	keeper.pid = fork();
	assert_true(keeper.pid >= 0);
	if (keeper.pid > 0) {
		(void)close(fds[0]);
		return keeper;
	}
	(void)close(fds[1]);
	(void)setsid();
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	while (read(fds[0], &byte, 1) < 0 && errno == EINTR)
		;
	stop_servers(dir, "/db/data/postmaster.pid");
	stop_servers(dir, "/*/db/data/postmaster.pid");
	_exit(keeper_run((const char *const[]){ "rm", "-rf", dir, NULL }) == 0 ? 0 : 1);
}

void
keeper_end(struct keeper *keeper)
{
	int status;

	(void)close(keeper->alive_fd);
	assert_int_equal(waitpid(keeper->pid, &status, 0), keeper->pid);
	assert_int_equal(status, 0);
}
