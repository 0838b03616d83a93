/* Fork, drop what we are, run. Between fork and exec only system calls are made. */
#define _DEFAULT_SOURCE /* setgroups, syscall */

#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define INPUT_MAX_BYTES 4096
#define REPORT_FD 3 /* in a child: where it says why it could not begin; closes itself on exec */
#define KEEP_FD 4

/* The whole environment of what we start: nothing of ours (PGOPTIONS, LANG, …) may change a server. */
static char env_path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
static char env_locale[] = "LC_ALL=C.UTF-8";
static char env_zone[] = "TZ=UTC";
static char *const environment[] = { env_path, env_locale, env_zone, NULL };

static int
fill_account(struct arena *arena, const struct passwd *entry, struct process_account *ret_account)
{
	*ret_account = (struct process_account){ entry->pw_uid, entry->pw_gid, arena_strdup(arena, entry->pw_name) };
	return 0;
}

int
process_account_named(struct arena *arena, const char *name, struct process_account *ret_account, struct err *err)
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL) {
		err_set(err, ERR_CONFIG, "there is no account \"%s\" to run the database server", name);
		return err_hint(err, "Install PostgreSQL from the distribution, or set database_user to an unprivileged account.");
	}
	if (entry->pw_uid == 0)
		return err_set(err, ERR_CONFIG, "the database server cannot run as \"%s\", which is root", name);
	return fill_account(arena, entry, ret_account);
}

int
process_account_of(struct arena *arena, uid_t uid, struct process_account *ret_account, struct err *err)
{
	const struct passwd *entry = getpwuid(uid);

	if (entry == NULL)
		return err_set(err, ERR_CONFIG, "user id %ld has no account, which the database server needs", (long)uid);
	return fill_account(arena, entry, ret_account);
}

/* In the child: become ${account} for good. Returns 0 or an errno. */
static int
become(const struct process_account *account)
{
	if (geteuid() != account->uid &&
	    (setgroups(1, &account->gid) != 0 || setgid(account->gid) != 0 || setuid(account->uid) != 0))
		return errno;
	return 0;
}

/* In the child: signals as at boot. */
static void
reset_signals(void)
{
	struct sigaction action;
	sigset_t none;
	int number;

	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_DFL;
	for (number = 1; number < 32; number++)
		(void)sigaction(number, &action, NULL); /* KILL and STOP refuse */
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
close_from(unsigned first)
{
	long most;

	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
	/* Kernels before 5.9. */
	most = sysconf(_SC_OPEN_MAX);
	for (; (long)first < most; first++)
		(void)close((int)first);
}

struct child {
	const struct process_account *account;
	const char *const *argv;
	int input_fd;
	int log_fd;
	int keep_fd;
	int report_fd;
};

/* In the child: never returns. */
static void __attribute__((noreturn)) become_program(const struct child *child)
{
	/* Above everything that is about to be overwritten. */
	int input = fcntl(child->input_fd, F_DUPFD, 10), output = fcntl(child->log_fd, F_DUPFD, 10);
	int keep = child->keep_fd < 0 ? -1 : fcntl(child->keep_fd, F_DUPFD, 10), report = fcntl(child->report_fd, F_DUPFD, 10);
	union {
		const char *const *ours;
		char *const *theirs; /* execve() does not write to them, but says so nowhere */
	} argv = { child->argv };
	int reason;
	ssize_t written;

	reset_signals();
	(void)setsid(); /* fails only for a group's leader, which a fresh child is not */
	if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 || dup2(report, REPORT_FD) < 0 ||
	    fcntl(REPORT_FD, F_SETFD, FD_CLOEXEC) != 0 || (keep >= 0 && dup2(keep, KEEP_FD) < 0))
		goto fail;
	close_from(keep >= 0 ? KEEP_FD + 1 : REPORT_FD + 1);
	report = REPORT_FD;
	(void)umask(077);
	if (chdir("/") != 0)
		goto fail;
	errno = become(child->account);
	if (errno != 0)
		goto fail;
	(void)execve(child->argv[0], argv.theirs, environment);
fail:
	reason = errno;
	written = write(report, &reason, sizeof(reason));
	_exit(written == (ssize_t)sizeof(reason) ? 127 : 126);
}

/* Read up to ${len} bytes until the end; the number read, or -1. */
static ssize_t
read_all(int fd, void *buffer, size_t len)
{
	size_t have = 0;
	ssize_t got;

	while (have < len) {
		got = read(fd, (char *)buffer + have, len - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static int
pipe_cloexec(int fds[2], struct err *err)
{
	if (pipe(fds) != 0)
		return err_set(err, ERR_SYSTEM, "could not make a pipe: %s", strerror(errno));
	(void)fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

static void
close_both(const int fds[2])
{
	if (fds[0] >= 0)
		(void)close(fds[0]);
	if (fds[1] >= 0)
		(void)close(fds[1]);
}

/* Wait for ${pid}; 0 for success, else what happened in ${err}. */
static int
reap(pid_t pid, const char *what, struct err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_set(err, ERR_SYSTEM, "could not wait for \"%s\": %s", what, strerror(errno));
	if (WIFSIGNALED(status))
		return err_set(err, ERR_SYSTEM, "\"%s\" was ended by signal %d", what, WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return err_set(err, ERR_SYSTEM, "\"%s\" failed with exit code %d", what, WEXITSTATUS(status));
	return 0;
}

/* Did the child say why it could not begin? */
static int
check_report(int fd, const char *what, struct err *err)
{
	int reason = 0;

	if (read_all(fd, &reason, sizeof(reason)) == (ssize_t)sizeof(reason))
		return err_set(err, ERR_SYSTEM, "could not start \"%s\": %s", what, strerror(reason));
	return 0;
}

int
process_run(
    const struct process_account *account, const char *const *argv, const char *input, int log_fd, int keep_fd, struct err *err)
{
	int report[2] = { -1, -1 }, in[2] = { -1, -1 }, rc = -1;
	size_t len = input == NULL ? 0 : strlen(input);
	struct err ignored = ERR_INIT;
	pid_t pid;

	BUG_UNLESS(len <= INPUT_MAX_BYTES); /* a pipe takes that much without a reader */
	if (pipe_cloexec(report, err) != 0 || pipe_cloexec(in, err) != 0)
		goto out;
	if (len > 0 && write(in[1], input, len) != (ssize_t)len) {
		err_set(err, ERR_SYSTEM, "could not write to a pipe: %s", strerror(errno));
		goto out;
	}
	pid = fork();
	if (pid < 0) {
		err_set(err, ERR_SYSTEM, "could not fork: %s", strerror(errno));
		goto out;
	}
	if (pid == 0)
		become_program(&(struct child){ account, argv, in[0], log_fd, keep_fd, report[1] });
	close_both(in); /* the end of its input */
	in[0] = in[1] = -1;
	(void)close(report[1]);
	report[1] = -1;
	rc = check_report(report[0], argv[0], err);
	if (reap(pid, argv[0], rc == 0 ? err : &ignored) != 0)
		rc = -1;
out:
	close_both(in);
	close_both(report);
	return rc;
}

int
process_start(const struct process_account *account, const char *const *argv, int log_fd, pid_t *ret_pid, struct err *err)
{
	int report[2] = { -1, -1 }, told[2] = { -1, -1 }, null = -1, rc = -1;
	pid_t middle, pid = 0;

	if (pipe_cloexec(report, err) != 0 || pipe_cloexec(told, err) != 0)
		goto out;
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0) {
		err_set(err, ERR_SYSTEM, "could not open \"/dev/null\": %s", strerror(errno));
		goto out;
	}
	middle = fork();
	if (middle < 0) {
		err_set(err, ERR_SYSTEM, "could not fork: %s", strerror(errno));
		goto out;
	}
	if (middle == 0) {
		/* Once this one is gone, the program is nobody's child: it leaves no zombie with us. */
		pid = fork();
		if (pid == 0)
			become_program(&(struct child){ account, argv, null, log_fd, -1, report[1] });
		_exit(pid > 0 && write(told[1], &pid, sizeof(pid)) == (ssize_t)sizeof(pid) ? 0 : 1);
	}
	(void)close(report[1]);
	(void)close(told[1]);
	report[1] = told[1] = -1;
	if (reap(middle, argv[0], err) != 0)
		goto out;
	if (read_all(told[0], &pid, sizeof(pid)) != (ssize_t)sizeof(pid)) {
		err_set(err, ERR_SYSTEM, "could not learn the process id of \"%s\"", argv[0]);
		goto out;
	}
	if (check_report(report[0], argv[0], err) != 0)
		goto out;
	*ret_pid = pid;
	rc = 0;
out:
	if (null >= 0)
		(void)close(null);
	close_both(told);
	close_both(report);
	return rc;
}

int
process_as(const struct process_account *account, int (*fn)(const void *, struct err *), const void *context, struct err *err)
{
	struct err theirs = ERR_INIT, ignored = ERR_INIT;
	int report[2] = { -1, -1 }, rc = -1, reason;
	pid_t pid;

	if (pipe_cloexec(report, err) != 0)
		return -1;
	pid = fork();
	if (pid < 0) {
		err_set(err, ERR_SYSTEM, "could not fork: %s", strerror(errno));
		goto out;
	}
	if (pid == 0) {
		reason = become(account);
		if (reason != 0)
			err_set(&theirs, ERR_SYSTEM, "cannot become user \"%s\": %s", account->name, strerror(reason));
		else
			rc = fn(context, &theirs);
		_exit(write(report[1], &theirs, sizeof(theirs)) == (ssize_t)sizeof(theirs) && rc == 0 ? 0 : 1);
	}
	(void)close(report[1]);
	report[1] = -1;
	if (read_all(report[0], &theirs, sizeof(theirs)) == (ssize_t)sizeof(theirs) && theirs.code != ERR_NONE)
		*err = theirs;
	rc = reap(pid, account->name, err->code == ERR_NONE ? err : &ignored);
out:
	close_both(report);
	return rc;
}
