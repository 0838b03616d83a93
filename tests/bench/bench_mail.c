/* Mails a second: out of the outbox to a mail server, each claimed and recorded in transactions of its own; the SMTP adapter alone with bytes that
 * are there; against a bare loop that writes the same bytes to the same server with neither database nor library; and against Python's
 * smtplib (peer_smtplib.py). The server is a sink of our own: it answers as RFC 5321 asks and keeps nothing.
 *
 *     bench_mail MAILS     in $BENCH_DIR */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapter/smtp.h"
#include "base/file.h"
#include "base/text.h"
#include "bench.h"
#include "outbox/outbox.h"

#define TURNS 3
#define SENDER "academy@acme.example"

/* What the sink's process tells ours. */
struct seen {
	volatile int64_t mails;
	volatile size_t len; /* of the newest one */
	char newest[256 * 1024];
};

static struct seen *seen;

static void
say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(1);
}

/* One line of the dialogue, or the whole of a message with its dot, at ${text}. */
static void
answer(int fd, const char *text, size_t len, bool *data)
{
	if (*data) {
		if (len < sizeof(seen->newest)) {
			memcpy(seen->newest, text, len);
			seen->len = len;
		}
		seen->mails++;
		*data = false;
		say(fd, "250 2.0.0 Ok: queued\r\n");
	} else if (strncasecmp(text, "DATA", 4) == 0) {
		*data = true;
		say(fd, "354 Go on\r\n");
	} else if (strncasecmp(text, "EHLO", 4) == 0) {
		say(fd, "250-sink.example\r\n250 8BITMIME\r\n");
	} else if (strncasecmp(text, "QUIT", 4) == 0) {
		say(fd, "221 2.0.0 Bye\r\n");
	} else {
		say(fd, "250 2.1.0 Ok\r\n");
	}
}

/* Where what was begun at ${text} ends: behind a line, or behind the dot of a message; NULL: not yet. */
static char *
end_of(char *text, bool data)
{
	char *end = strstr(text, data ? "\r\n.\r\n" : "\r\n");

	return end == NULL ? NULL : end + (data ? 5 : 2);
}

static void
serve(int fd)
{
	static char room[1 << 20];
	size_t have = 0;
	bool data = false;
	ssize_t got;
	char *end;

	say(fd, "220 sink.example ESMTP\r\n");
	while ((got = read(fd, room + have, sizeof(room) - have - 1)) > 0) {
		have += (size_t)got;
		room[have] = '\0';
		while ((end = end_of(room, data)) != NULL) {
			answer(fd, room, (size_t)(end - room), &data);
			have -= (size_t)(end - room);
			memmove(room, end, have + 1);
		}
	}
	(void)close(fd);
}

/* One client after the other; nobody here has two connections. Ends with its parent. */
static int
start_sink(pid_t *ret_pid)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd, one = 1;

	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen == MAP_FAILED || listener < 0 || bind(listener, (struct sockaddr *)&address, len) != 0 ||
	    listen(listener, 8) != 0 || getsockname(listener, (struct sockaddr *)&address, &len) != 0)
		bench_fail("the sink", NULL);
	*ret_pid = fork();
	if (*ret_pid < 0)
		bench_fail("the sink", NULL);
	if (*ret_pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		while ((fd = accept(listener, NULL, NULL)) >= 0) {
			(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			serve(fd);
		}
		_exit(0);
	}
	(void)close(listener);
	return ntohs(address.sin_port);
}

static void
expect_mails(int64_t before, int64_t mails, const char *what)
{
	if (seen->mails - before != mails)
		bench_fail(what, NULL);
}

/* The outbox of a night: so many welcomes. */
static void
fill_outbox(struct bench *bench, int64_t mails, int turn)
{
	struct err err = ERR_INIT;
	int64_t added;

	bench_must("begin", db_begin(bench->db, &err), &err);
	bench_must("stage", outbox_stage(bench->db, &err), &err);
	bench_must("mails",
	    db_script(bench->db,
		arena_printf(&bench->arena,
		    "INSERT INTO mail_new (event, person_id, recipient, template, locale, facts) SELECT 'welcome:%d.' || n, NULL, "
		    "'learner' || n || '@example.org', 'welcome', 'en', jsonb_build_object('learner', 'Ana Núñez ' || n, 'course', "
		    "'First Aid', 'course_url', 'https://campus.example.org/course/view.php?id=12', 'until', '2028-08-03', "
		    "'username', "
		    "'learner' || n, 'password_url', 'https://campus.example.org/login/forgot_password.php') FROM "
		    "generate_series(1, "
		    "%lld) n",
		    turn, (long long)mails),
		&err),
	    &err);
	bench_must("mails", outbox_add_staged(&bench->arena, bench->db, &bench->night, &added, &err), &err);
	bench_must("commit", db_commit(bench->db, &err), &err);
}

static double
by_outbox(struct bench *bench, int64_t mails)
{
	struct err err = ERR_INIT;
	int64_t before = seen->mails;
	double start = bench_now();

	bench_must("outbox",
	    outbox_deliver(bench->db,
		&(struct outbox_delivery){ .config = bench->config, .tenant = &bench->config->tenants[0], .night = &bench->night },
		&err),
	    &err);
	expect_mails(before, mails, "the outbox did not send all");
	return (double)mails / (bench_now() - start);
}

static double
by_adapter(struct bench *bench, int64_t mails, const char *bytes, size_t len)
{
	struct smtp_config config = { .url = bench->config->tenants[0].mail.smtp, .limits = *SMTP_LIMITS };
	struct smtp_mail mail = { SENDER, "learner@example.org", bytes, len };
	struct arena row = ARENA_INIT;
	struct smtp_answer *said;
	struct err err = ERR_INIT;
	int64_t before = seen->mails, i;
	struct smtp *smtp;
	double start = bench_now(), took;

	bench_must("adapter", smtp_open(&config, &smtp, &err), &err);
	for (i = 0; i < mails; i++) {
		arena_reset(&row);
		bench_must("adapter", smtp_send(&row, smtp, &mail, &said, &err), &err);
	}
	took = bench_now() - start;
	smtp_close(smtp);
	arena_done(&row);
	expect_mails(before, mails, "the adapter did not send all");
	return (double)mails / took;
}

static void
ask(int fd, const char *text, size_t len)
{
	char reply[512];
	ssize_t got;

	while (len > 0) {
		got = write(fd, text, len);
		if (got <= 0)
			bench_fail("the bare loop", NULL);
		text += got;
		len -= (size_t)got;
	}
	if (read(fd, reply, sizeof(reply)) <= 0)
		bench_fail("the bare loop", NULL);
}

/* The same dialogue with the same bytes, the dot behind them. */
static double
bare(int port, int64_t mails, const char *bytes, size_t len)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)
	};
	static const char mail[] = "MAIL FROM:<" SENDER ">\r\n", recipient[] = "RCPT TO:<learner@example.org>\r\n";
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	double start = bench_now(), took;
	int64_t before = seen->mails, i;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0)
		bench_fail("the bare loop", NULL);
	ask(fd, "", 0);
	ask(fd, "EHLO bare.example\r\n", strlen("EHLO bare.example\r\n"));
	for (i = 0; i < mails; i++) {
		ask(fd, mail, strlen(mail));
		ask(fd, recipient, strlen(recipient));
		ask(fd, "DATA\r\n", strlen("DATA\r\n"));
		ask(fd, bytes, len);
	}
	took = bench_now() - start;
	(void)close(fd);
	expect_mails(before, mails, "the bare loop did not send all");
	return (double)mails / took;
}

static double
by_python(struct bench *bench, int port, int64_t mails, const char *how, const char *file)
{
	FILE *peer = popen(arena_printf(&bench->arena, "/usr/bin/python3 tests/bench/peer_smtplib.py %d %lld %s %s", port,
			       (long long)mails, how, file),
	    "r");
	int64_t before = seen->mails;
	double rate;

	if (peer == NULL || fscanf(peer, "%lf", &rate) != 1 || pclose(peer) != 0)
		bench_fail("smtplib", NULL);
	expect_mails(before, mails, "smtplib did not send all");
	return rate;
}

int
main(int argc, char **argv)
{
	struct bench_runs outbox = { 0 }, adapter = { 0 }, loop = { 0 }, prebuilt = { 0 }, building = { 0 };
	struct err err = ERR_INIT;
	struct bench bench;
	const char *file;
	char *bytes;
	int64_t mails;
	size_t len;
	int port, turn;
	pid_t sink;

	if (argc != 2 || text_int64(argv[1], &mails, &err) != 0 || mails < 1)
		bench_fail("usage: bench_mail MAILS", NULL);
	port = start_sink(&sink);
	bench_open(&bench, "mail", "2026-05-01T03:00:00Z", 1);
	bench.config->template_dir = "templates";
	bench.config->tenants[0].mail.smtp = arena_printf(&bench.arena, "smtp://127.0.0.1:%d", port);
	/* Nights have been as busy as this: no brake holds it. */
	bench_must("begin", db_begin(bench.db, &err), &err);
	bench_sql(bench.db, arena_printf(&bench.arena,
				"INSERT INTO ctok.night_tally SELECT ctok.current_tenant(), -n, 'mail', 'tenant', 0, 0, %lld FROM "
				"generate_series(1, 9) n",
				(long long)mails));
	bench_must("commit", db_commit(bench.db, &err), &err);
	for (turn = 0; turn < TURNS; turn++) {
		fill_outbox(&bench, mails, turn);
		bench_add(&outbox, by_outbox(&bench, mails));
		/* What came over the wire, its dot with it. */
		len = seen->len;
		bytes = arena_strndup(&bench.arena, seen->newest, len);
		file = arena_printf(&bench.arena, "%s/mail.eml", bench.dir);
		bench_must("the mail", file_write(file, bytes, len - 3, &err), &err);
		bench_add(&adapter, by_adapter(&bench, mails, bytes, len - 3));
		bench_add(&loop, bare(port, mails, bytes, len));
		bench_add(&prebuilt, by_python(&bench, port, mails, "prebuilt", file));
		bench_add(&building, by_python(&bench, port, mails, "building", file));
	}
	bench_result("mails, outbox to server", "1/s", bench_median(&outbox), "bare loop, same bytes", bench_median(&loop));
	bench_result("mails, outbox to server", "1/s", bench_median(&outbox), "smtplib, building", bench_median(&building));
	bench_result("mails, SMTP adapter", "1/s", bench_median(&adapter), "bare loop, same bytes", bench_median(&loop));
	bench_result("mails, SMTP adapter", "1/s", bench_median(&adapter), "smtplib, prebuilt", bench_median(&prebuilt));
	bench_close(&bench);
	(void)kill(sink, SIGTERM);
	return 0;
}
