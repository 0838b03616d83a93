#ifndef TESTS_WITH_SMTPD_H
#define TESTS_WITH_SMTPD_H

/* A real SMTP server (tests/support/smtpd.py) for one test, in a folder of its own; it dies with the test program. Include after cmocka.h. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

struct smtpd {
	char folder[64]; /* holds maildir/, port and, with TLS, ca.pem */
	pid_t pid;
	int port;
};

/* Wait at most 10 s for ${path} to exist. */
static inline void
smtpd_wait_for(const char *path)
{
	const struct timespec pause = { 0, 5 * 1000 * 1000 };
	int i;

	for (i = 0; i < 2000 && access(path, F_OK) != 0; i++)
		(void)nanosleep(&pause, NULL);
	if (access(path, F_OK) != 0)
		fail_msg("\"%s\" did not appear", path);
}

static inline void
smtpd_run(const char *const *argv)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)execvp(argv[0], (char *const *)(const void *)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Certificates of a server (tests/support/tls.sh); all but SMTPD_PLAIN have TLS. */
enum smtpd_tls { SMTPD_PLAIN, SMTPD_TLS, SMTPD_EXPIRED, SMTPD_OTHER_HOST };

/* With TLS make a CA and offer STARTTLS, or with "--smtps" among ${more} speak TLS from the start. ${more} ends in NULL. */
static inline void
smtpd_start(struct smtpd *smtpd, enum smtpd_tls tls, const char *const *more)
{
	static const char *const kinds[] = { "", "good", "expired", "other-host" };
	char maildir[128], port_file[128], faults[128], cert[128], key[128];
	const char *argv[24];
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	size_t n = 0, len;
	pid_t parent = getpid();
	char *text;

	(void)snprintf(smtpd->folder, sizeof(smtpd->folder), "%s", "/tmp/ctok-smtpd-XXXXXX");
	assert_non_null(mkdtemp(smtpd->folder));
	(void)snprintf(maildir, sizeof(maildir), "%s/maildir", smtpd->folder);
	(void)snprintf(port_file, sizeof(port_file), "%s/port", smtpd->folder);
	(void)snprintf(cert, sizeof(cert), "%s/server.pem", smtpd->folder);
	(void)snprintf(key, sizeof(key), "%s/server.key", smtpd->folder);
	(void)snprintf(faults, sizeof(faults), "%s/fault", smtpd->folder);
	if (tls != SMTPD_PLAIN) {
		const char *const make[] = { "sh", "tests/support/tls.sh", smtpd->folder, kinds[tls], NULL };

		smtpd_run(make);
	}
	argv[n++] = "/usr/bin/python3";
	argv[n++] = "tests/support/smtpd.py";
	argv[n++] = "--maildir";
	argv[n++] = maildir;
	argv[n++] = "--port-file";
	argv[n++] = port_file;
	argv[n++] = "--faults";
	argv[n++] = faults;
	if (tls != SMTPD_PLAIN) {
		argv[n++] = "--cert";
		argv[n++] = cert;
		argv[n++] = "--key";
		argv[n++] = key;
	}
	for (; more != NULL && *more != NULL && n < 22; more++)
		argv[n++] = *more;
	argv[n] = NULL;
	smtpd->pid = fork();
	assert_true(smtpd->pid >= 0);
	if (smtpd->pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
			_exit(127);
		(void)execvp(argv[0], (char *const *)(void *)argv);
		_exit(127);
	}
	smtpd_wait_for(port_file);
	assert_int_equal(file_read(&arena, "port", port_file, 64, &text, &len, &err), 0);
	smtpd->port = atoi(text);
	arena_done(&arena);
}

static inline void
smtpd_stop(struct smtpd *smtpd)
{
	const char *const clear[] = { "rm", "-rf", smtpd->folder, NULL };

	assert_int_equal(kill(smtpd->pid, SIGTERM), 0);
	assert_int_equal(waitpid(smtpd->pid, NULL, 0), smtpd->pid);
	smtpd_run(clear);
}

/* From now on a step is answered in another way ("rcpt 1 451 4.7.1 Later", see smtpd.py); NULL: in the usual one. */
static inline void
smtpd_fault(const struct smtpd *smtpd, const char *fault)
{
	struct err err = ERR_INIT;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/fault", smtpd->folder);
	if (fault == NULL)
		(void)unlink(path);
	else if (file_write(path, fault, strlen(fault), &err) != 0)
		fail_msg("%s", err.message);
}

/* Mails kept so far. */
static inline int
smtpd_count(const struct smtpd *smtpd)
{
	char path[128];
	struct dirent *entry;
	DIR *folder;
	int count = 0;

	(void)snprintf(path, sizeof(path), "%s/maildir/new", smtpd->folder);
	folder = opendir(path);
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL)
		count += entry->d_name[0] != '.';
	assert_int_equal(closedir(folder), 0);
	return count;
}

/* The ${number}th kept mail, from 1, as it came over the wire. */
static inline char *
smtpd_mail(struct arena *arena, const struct smtpd *smtpd, int number)
{
	struct err err = ERR_INIT;
	size_t len;
	char *text;

	if (file_read(arena, "mail", arena_printf(arena, "%s/maildir/new/%06d", smtpd->folder, number), (size_t)32 << 20, &text,
		&len, &err) != 0)
		fail_msg("%s", err.message);
	return text;
}

#endif
