/* Hands are forked and talk over a socket pair: a head with the length, then the bytes. A hand reads a request to its end before it works, and we give
 * it the next one only after its answer, so that neither waits for the other to read. A hand ends when our end of its socket closes, so none outlives
 * us. */
#define _GNU_SOURCE /* close_range */
#include "base/crew.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exit.h"

#define MOST_HANDS 4
#define DYING_MS 2000
#define MOST_BYTES ((size_t)1024 * 1024 * 1024)

struct hand {
	pid_t pid; /* 0: not there */
	int fd;
};

struct crew {
	crew_work *work;
	void *context;
	int lost; /* see crew_lost() */
	struct hand hands[MOST_HANDS];
	size_t count;
	size_t next;    /* is given the next request */
	size_t waiting; /* of those before it */
	struct buf answer;
};

/* What goes ahead of an answer. */
struct head {
	size_t len;
	int rc;
	struct err err;
};

/* All of ${len}; false if the other end is gone. */
static bool
send_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t sent;

	while (len > 0) {
		sent = send(fd, at, len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		at += sent;
		len -= (size_t)sent;
	}
	return true;
}

static bool
receive_all(int fd, void *bytes, size_t len)
{
	char *at = bytes;
	ssize_t got;

	while (len > 0) {
		got = recv(fd, at, len, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		len -= (size_t)got;
	}
	return true;
}

/* Make ${buf} ${len} bytes long, as they come. */
static bool
receive_into(int fd, struct buf *buf, size_t len)
{
	char chunk[65536];
	size_t part;

	buf_reset(buf);
	for (; len > 0; len -= part) {
		part = len < sizeof(chunk) ? len : sizeof(chunk);
		if (!receive_all(fd, chunk, part))
			return false;
		buf_add(buf, chunk, part);
	}
	return !buf->overflow;
}

/* The life of a hand. */
static _Noreturn void
work_on(int fd, crew_work *work, void *context)
{
	struct buf request, answer;
	struct head head;
	size_t len;

	buf_init(&request, MOST_BYTES);
	buf_init(&answer, MOST_BYTES);
	while (receive_all(fd, &len, sizeof(len)) && receive_into(fd, &request, len)) {
		memset(&head, 0, sizeof(head));
		buf_reset(&answer);
		head.rc = work(context, request.data, request.len, &answer, &head.err);
		if (head.rc == 0 && buf_check(&answer, "an answer", &head.err) != 0)
			head.rc = -1;
		head.len = head.rc == 0 ? answer.len : 0;
		if (!send_all(fd, &head, sizeof(head)) || !send_all(fd, answer.data, head.len))
			break;
	}
	_exit(EXIT_OK);
}

static int
take_on(struct crew *crew, struct hand *hand, struct err *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return err_set(err, ERR_SYSTEM, "could not make a socket: %s", strerror(errno));
	hand->pid = fork();
	if (hand->pid < 0) {
		hand->pid = 0;
		(void)close(ends[0]);
		(void)close(ends[1]);
		return err_set(err, ERR_SYSTEM, "could not fork: %s", strerror(errno));
	}
	if (hand->pid == 0) {
		/* A signal to all of us is answered by the one who gives the work. */
		(void)signal(SIGINT, SIG_IGN);
		(void)signal(SIGTERM, SIG_DFL);
		/* What we hold open is none of its business: the database, locks, the other hands. */
		if (ends[1] > STDERR_FILENO + 1)
			(void)close_range(STDERR_FILENO + 1, (unsigned)ends[1] - 1, 0);
		(void)close_range((unsigned)ends[1] + 1, ~0U, 0);
		work_on(ends[1], crew->work, crew->context);
	}
	(void)close(ends[1]);
	hand->fd = ends[0];
	return 0;
}

int
crew_open(struct arena *arena, size_t hands, crew_work *work, void *context, struct crew **ret_crew, struct err *err)
{
	struct crew *crew = ARENA_NEW(arena, struct crew);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (hands == 0)
		hands = processors > 0 ? (size_t)processors : 1;
	crew->work = work;
	crew->context = context;
	buf_init(&crew->answer, MOST_BYTES);
	while (crew->count < hands && crew->count < MOST_HANDS) {
		if (take_on(crew, &crew->hands[crew->count], err) != 0) {
			crew_close(crew);
			return -1;
		}
		crew->count++;
	}
	*ret_crew = crew;
	return 0;
}

void
crew_close(struct crew *crew)
{
	size_t i;

	if (crew == NULL)
		return;
	for (i = 0; i < crew->count; i++) {
		if (crew->hands[i].pid == 0)
			continue;
		(void)close(crew->hands[i].fd);
		(void)kill(crew->hands[i].pid, SIGKILL);
		while (waitpid(crew->hands[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	crew->count = 0;
	buf_done(&crew->answer);
}

size_t
crew_idle(const struct crew *crew)
{
	return crew->count - crew->waiting;
}

size_t
crew_waiting(const struct crew *crew)
{
	return crew->waiting;
}

/* Say what a hand that does not answer died of. */
static int
mourn(struct crew *crew, struct hand *hand, struct err *err)
{
	int status = 0, i;
	pid_t pid = 0;

	/* Its socket is broken, which mostly says that it is ending: it is left a moment to, so that it tells of what. */
	for (i = 0; i < DYING_MS; i++) {
		pid = waitpid(hand->pid, &status, WNOHANG);
		if (pid != 0 && !(pid < 0 && errno == EINTR))
			break;
		clock_sleep_ms(1);
	}
	if (pid == 0) {
		(void)kill(hand->pid, SIGKILL);
		do
			pid = waitpid(hand->pid, &status, 0);
		while (pid < 0 && errno == EINTR);
	}
	(void)close(hand->fd);
	hand->pid = 0;
	if (pid > 0 && WIFSIGNALED(status)) {
		crew->lost = WTERMSIG(status);
		return err_set(err, ERR_SYSTEM, "a helping process ended: killed by signal %d", crew->lost);
	}
	crew->lost = pid > 0 ? -WEXITSTATUS(status) : -EXIT_SYSTEM;
	return err_set(err, ERR_SYSTEM, "a helping process ended: exit code %d", pid > 0 ? WEXITSTATUS(status) : -1);
}

int
crew_give(struct crew *crew, const char *request, size_t len, struct err *err)
{
	struct hand *hand = &crew->hands[crew->next];

	BUG_UNLESS(crew->waiting < crew->count && hand->pid != 0);
	crew->lost = CREW_NONE;
	if (!send_all(hand->fd, &len, sizeof(len)) || !send_all(hand->fd, request, len))
		return mourn(crew, hand, err);
	crew->next = (crew->next + 1) % crew->count;
	crew->waiting++;
	return 0;
}

int
crew_take(struct crew *crew, const char **ret_answer, size_t *ret_len, struct err *err)
{
	struct hand *hand = &crew->hands[(crew->next + crew->count - crew->waiting) % crew->count];
	struct head head;

	BUG_UNLESS(crew->waiting > 0 && hand->pid != 0);
	crew->lost = CREW_NONE;
	crew->waiting--;
	if (!receive_all(hand->fd, &head, sizeof(head)) || !receive_into(hand->fd, &crew->answer, head.len))
		return mourn(crew, hand, err);
	if (head.rc != 0) {
		*err = head.err;
		return -1;
	}
	*ret_answer = crew->answer.data;
	*ret_len = crew->answer.len;
	return 0;
}

int
crew_lost(const struct crew *crew)
{
	return crew->lost;
}

int
crew_mend(struct crew *crew, struct err *err)
{
	size_t i;

	for (i = 0; i < crew->count; i++)
		if (crew->hands[i].pid == 0 && take_on(crew, &crew->hands[i], err) != 0)
			return -1;
	return 0;
}
