/* The SMTP adapter against a real server: what each answer means, at each command. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../support/with_smtpd.h"
#include "adapter/smtp.h"
#include "base/buf.h"
#include "base/clock.h"
#include "patience.h"

#define MESSAGE "Subject: hello\r\nMessage-ID: <1@example.org>\r\n\r\nfirst\r\n.dot\r\n..\r\n.\r\nlast\r\n"
#define HASTE \
	{ \
		patience(5000), patience(1000), patience(5000) \
	}

static char *
url(struct arena *arena, const char *scheme, int port)
{
	return arena_printf(arena, "%s://localhost:%d", scheme, port);
}

static int
send_to(struct arena *arena, struct smtp *smtp, const char *recipient, struct smtp_answer **ret_answer, struct err *err)
{
	const struct smtp_mail mail = { "academy@example.org", recipient, MESSAGE, strlen(MESSAGE) };

	return smtp_send(arena, smtp, &mail, ret_answer, err);
}

static void
each_answer_is_told_apart_and_the_connection_is_kept(void **state)
{
	static const struct {
		const char *recipient;
		enum smtp_outcome outcome;
		int code;
		const char *text;
	} cases[] = {
		{ "ana@example.org", SMTP_ACCEPTED, 250, "2.0.0 Ok: queued as 000001" },
		{ "bo@example.org", SMTP_ACCEPTED, 250, "2.0.0 Ok: queued as 000002" },
		{ "defer@example.org", SMTP_DEFERRED, 451, "4.2.1 <defer@example.org>: try again later" },
		{ "reject@example.org", SMTP_REJECTED, 550, "5.1.1 <reject@example.org>: no such user" },
		{ "busy@example.org", SMTP_DEFERRED, 452, "4.3.1 Insufficient system storage" },
		{ "spam@example.org", SMTP_REJECTED, 554, "5.7.1 Message refused as spam" },
		{ "drop@example.org", SMTP_DOUBT, 0, NULL },
		{ "hang@example.org", SMTP_DOUBT, 0, NULL },
		{ "carl@example.org", SMTP_ACCEPTED, 250, "2.0.0 Ok: queued as 000005" },
	};
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct smtpd smtpd;
	struct smtp *smtp;
	size_t i;

	(void)state;
	smtpd_start(&smtpd, SMTPD_PLAIN, NULL);
	assert_int_equal(
	    smtp_open(&(struct smtp_config){ .url = url(&arena, "smtp", smtpd.port), .limits = HASTE }, &smtp, &err), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct smtp_answer *answer;

		if (send_to(&arena, smtp, cases[i].recipient, &answer, &err) != 0)
			fail_msg("%s: %s", cases[i].recipient, err.message);
		assert_int_equal(answer->outcome, cases[i].outcome);
		assert_int_equal(answer->code, cases[i].code);
		if (cases[i].text != NULL)
			assert_string_equal(answer->text, cases[i].text);
		else
			assert_int_not_equal(strlen(answer->text), 0);
		if (i == 1)
			assert_int_equal(smtp_connections(smtp), 1);
	}
	/* The mails arrive as they are, leading dots and all; those in doubt arrived too. */
	assert_int_equal(smtpd_count(&smtpd), 5);
	assert_string_equal(smtpd_mail(&arena, &smtpd, 1),
	    "X-Envelope-From: academy@example.org\r\nX-Envelope-To: ana@example.org\r\nX-Session: 1\r\n" MESSAGE);
	assert_non_null(strstr(smtpd_mail(&arena, &smtpd, 2), "X-Session: 1\r\n"));
	smtp_close(smtp);
	smtpd_stop(&smtpd);
	arena_done(&arena);
}

/* Long enough to be sent in many pieces, with dots where pieces might meet. */
static void
a_large_message_arrives_unchanged(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct smtp_answer *answer;
	struct smtpd smtpd;
	struct smtp *smtp;
	struct buf buf;
	int i;

	(void)state;
	buf_init(&buf, (size_t)4 << 20);
	buf_text(&buf, "Subject: large\r\n\r\n");
	for (i = 0; i < 30000; i++)
		buf_printf(&buf, "%.*s%d\r\n.\r\n", i % 61, ".............................................................", i);
	smtpd_start(&smtpd, SMTPD_PLAIN, NULL);
	assert_int_equal(
	    smtp_open(&(struct smtp_config){ .url = url(&arena, "smtp", smtpd.port), .limits = *SMTP_LIMITS }, &smtp, &err), 0);
	if (smtp_send(&arena, smtp, &(struct smtp_mail){ "a@example.org", "b@example.org", buf.data, buf.len }, &answer, &err) != 0)
		fail_msg("%s", err.message);
	assert_int_equal(answer->outcome, SMTP_ACCEPTED);
	assert_string_equal(strstr(smtpd_mail(&arena, &smtpd, 1), "Subject: large"), buf.data);
	smtp_close(smtp);
	smtpd_stop(&smtpd);
	buf_done(&buf);
	arena_done(&arena);
}

/* The server goes away between two mails, as servers do after so many: nothing is lost and nothing is in doubt. */
static void
a_kept_connection_that_was_closed_is_replaced(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct smtp_answer *answer;
	struct smtpd smtpd;
	struct smtp *smtp;

	(void)state;
	smtpd_start(&smtpd, SMTPD_PLAIN, NULL);
	assert_int_equal(
	    smtp_open(&(struct smtp_config){ .url = url(&arena, "smtp", smtpd.port), .limits = HASTE }, &smtp, &err), 0);
	assert_int_equal(send_to(&arena, smtp, "ana@example.org", &answer, &err), 0);
	assert_int_equal(answer->outcome, SMTP_ACCEPTED);
	/* Cut where DATA is asked for: tried once more over a new connection, then given up without a word about the mail. */
	assert_int_equal(send_to(&arena, smtp, "cut@example.org", &answer, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE);
	assert_int_equal(smtp_connections(smtp), 2);
	err_reset(&err);
	assert_int_equal(send_to(&arena, smtp, "bo@example.org", &answer, &err), 0);
	assert_int_equal(answer->outcome, SMTP_ACCEPTED);
	assert_int_equal(smtp_connections(smtp), 3);
	/* 421 is about the session, whatever it answers. */
	assert_int_equal(send_to(&arena, smtp, "bye@example.org", &answer, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE);
	assert_string_equal(
	    err.message, arena_printf(&arena, "mail server \"localhost:%d\" is not ready: 421 4.3.2 Shutting down", smtpd.port));
	assert_int_equal(smtpd_count(&smtpd), 2);
	smtp_close(smtp);
	smtpd_stop(&smtpd);
	arena_done(&arena);
}

static void
tls_and_login_are_kept_too(void **state)
{
	static const char *const starttls[] = { "--auth", "mailer:s3cret", NULL };
	static const char *const smtps[] = { "--auth", "mailer:s3cret", "--smtps", NULL };
	int from_start;

	(void)state;
	for (from_start = 0; from_start <= 1; from_start++) {
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct smtp_answer *answer;
		struct smtp_config config = { .user = "mailer", .password = "s3cret", .limits = HASTE };
		struct smtpd smtpd;
		struct smtp *smtp;
		int i;

		smtpd_start(&smtpd, SMTPD_TLS, from_start ? smtps : starttls);
		config.url = url(&arena, from_start ? "smtps" : "smtp", smtpd.port);
		config.ca_file = arena_printf(&arena, "%s/ca.pem", smtpd.folder);
		assert_int_equal(smtp_open(&config, &smtp, &err), 0);
		for (i = 0; i < 3; i++) {
			if (send_to(&arena, smtp, "ana@example.org", &answer, &err) != 0)
				fail_msg("%s", err.message);
			assert_int_equal(answer->outcome, SMTP_ACCEPTED);
		}
		assert_int_equal(smtp_connections(smtp), 1);
		smtp_close(smtp);

		/* A wrong password is about us, not about the mail. */
		config.password = "wrong";
		assert_int_equal(smtp_open(&config, &smtp, &err), 0);
		assert_int_equal(send_to(&arena, smtp, "ana@example.org", &answer, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE);
		assert_string_equal(
		    err.message, arena_printf(&arena,
				     "mail server \"localhost:%d\" refused the login: 535 5.7.8 Authentication credentials invalid",
				     smtpd.port));
		assert_string_equal(err.hint, "Check `user` and `password` of the tenant's mail settings.");
		smtp_close(smtp);
		err_reset(&err);

		/* Nor is mail taken without a login. */
		config.user = config.password = NULL;
		assert_int_equal(smtp_open(&config, &smtp, &err), 0);
		assert_int_equal(send_to(&arena, smtp, "ana@example.org", &answer, &err), -1);
		assert_string_equal(err.message,
		    arena_printf(
			&arena, "mail server \"localhost:%d\" refused the sender: 530 5.7.0 Authentication required", smtpd.port));
		smtp_close(smtp);
		err_reset(&err);

		/* A certificate of an authority we do not know. */
		if (from_start) {
			config.ca_file = NULL;
			assert_int_equal(smtp_open(&config, &smtp, &err), 0);
			assert_int_equal(send_to(&arena, smtp, "ana@example.org", &answer, &err), -1);
			assert_int_equal(err.code, ERR_SERVICE);
			assert_string_equal(err.message,
			    arena_printf(&arena,
				"could not make a TLS connection to mail server \"localhost:%d\": SSL certificate problem: "
				"unable to get local issuer certificate",
				smtpd.port));
			smtp_close(smtp);
		}
		assert_int_equal(smtpd_count(&smtpd), 3);
		smtpd_stop(&smtpd);
		arena_done(&arena);
	}
}

static void
what_concerns_the_session_is_an_error_and_hands_nothing_over(void **state)
{
	static const struct {
		const char *mode;
		const char *before, *after; /* of the message, around the server's name */
	} cases[] = {
		{ "silent", "could not reach mail server", ": server response timeout" },
		{ "refuse", "mail server", " is not ready: 554 5.3.2 No mail service here" },
		{ "deny", "mail server", " refused the sender: 550 5.7.1 Sender not allowed" },
		{ "slow", "mail server", " is not ready: 421 4.7.0 Too many mails, come back later" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct smtp_answer *answer;
		struct smtpd smtpd;
		struct smtp *smtp;

		smtpd_start(&smtpd, SMTPD_PLAIN, (const char *const[]){ "--mode", cases[i].mode, NULL });
		assert_int_equal(
		    smtp_open(&(struct smtp_config){ .url = url(&arena, "smtp", smtpd.port), .limits = HASTE }, &smtp, &err), 0);
		assert_int_equal(send_to(&arena, smtp, "ana@example.org", &answer, &err), -1);
		assert_int_equal(err.code, ERR_SERVICE);
		assert_string_equal(
		    err.message, arena_printf(&arena, "%s \"localhost:%d\"%s", cases[i].before, smtpd.port, cases[i].after));
		assert_int_equal(smtpd_count(&smtpd), 0);
		smtp_close(smtp);
		smtpd_stop(&smtpd);
		arena_done(&arena);
	}
}

/* TLS is demanded of every host but this machine, and of this machine too once a ca_file says so. */
static void
a_server_without_tls_gets_no_mail(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct smtp_answer *answer;
	struct smtpd smtpd;
	struct smtp *smtp;

	(void)state;
	smtpd_start(&smtpd, SMTPD_PLAIN, NULL);
	assert_int_equal(smtp_open(&(struct smtp_config){ .url = url(&arena, "smtp", smtpd.port),
				       .ca_file = "/etc/ssl/certs/ca-certificates.crt",
				       .limits = HASTE },
			     &smtp, &err),
	    0);
	assert_int_equal(send_to(&arena, smtp, "ana@example.org", &answer, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE);
	assert_string_equal(err.message, arena_printf(&arena, "mail server \"localhost:%d\" offers no TLS", smtpd.port));
	assert_string_equal(err.hint, "Use smtps://, or plain smtp:// to a mail server on this machine.");
	assert_int_equal(smtpd_count(&smtpd), 0);
	smtp_close(smtp);
	smtpd_stop(&smtpd);
	arena_done(&arena);
}

static void
a_server_that_is_not_there_is_a_service_error(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct smtp_answer *answer;
	struct smtp *smtp;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	/* Bound, but nobody listens. */
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(
	    smtp_open(&(struct smtp_config){ .url = arena_printf(&arena, "smtp://127.0.0.1:%d", ntohs(address.sin_port)),
			  .limits = HASTE },
		&smtp, &err),
	    0);
	assert_int_equal(send_to(&arena, smtp, "ana@example.org", &answer, &err), -1);
	assert_int_equal(err.code, ERR_SERVICE);
	assert_non_null(strstr(err.message, "could not reach mail server \"127.0.0.1:"));
	assert_non_null(strstr(err.message, "Couldn't connect to server"));
	smtp_close(smtp);
	assert_int_equal(close(fd), 0);
	arena_done(&arena);
}

static void
an_address_that_would_end_its_command_is_refused(void **state)
{
	static const char *const recipients[] = { "a@b\r\nRCPT TO:<c@d>", "a@b> NOTIFY=NEVER", "a b@c", "<a@b>",
		"jos\351@example.org", "", "a@b\x7f" };
	struct arena arena = ARENA_INIT;
	struct smtp *smtp;
	size_t i;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(smtp_open(&(struct smtp_config){ .url = "smtp://localhost:1", .limits = HASTE }, &smtp, &err), 0);
	for (i = 0; i < sizeof(recipients) / sizeof(recipients[0]); i++) {
		struct smtp_answer *answer;

		assert_int_equal(send_to(&arena, smtp, recipients[i], &answer, &err), -1);
		assert_int_equal(err.code, ERR_REFUSED);
		assert_string_equal(err.message, "the address of the recipient holds characters that do not belong in one");
		err_reset(&err);
	}
	assert_int_equal(smtp_connections(smtp), 0);
	smtp_close(smtp);
	arena_done(&arena);
}

static void
collect(void *context, const char *line)
{
	buf_printf(context, "%s\n", line);
}

/* Does a text stand on the line that begins here? */
static const char *
on_line(const char *line, const char *text)
{
	const char *at = strstr(line, text);

	return at != NULL && at < line + strcspn(line, "\n") ? at : NULL;
}

/* Where the server offers SMTPUTF8 it is asked for, and for no other mail; where it does not, nobody is bothered. */
static void
letters_beyond_ascii_go_to_a_server_that_offers_them(void **state)
{
	int offers;

	(void)state;
	for (offers = 0; offers <= 1; offers++) {
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct smtp_answer *answer;
		struct smtpd smtpd;
		struct smtp *smtp;
		struct buf trace;
		int i;

		buf_init(&trace, 65536);
		smtpd_start(&smtpd, SMTPD_PLAIN, offers ? (const char *const[]){ "--utf8", NULL } : NULL);
		assert_int_equal(
		    smtp_open(
			&(struct smtp_config){
			    .url = url(&arena, "smtp", smtpd.port), .limits = HASTE, .trace = collect, .trace_context = &trace },
			&smtp, &err),
		    0);
		for (i = 0; i < 2; i++) {
			if (send_to(&arena, smtp, "josé@example.org", &answer, &err) != 0)
				fail_msg("%s", err.message);
			assert_int_equal(answer->outcome, offers ? SMTP_ACCEPTED : SMTP_REJECTED);
			assert_int_equal(answer->code, offers ? 250 : 0);
			if (!offers)
				assert_string_equal(
				    answer->text, "the address needs SMTPUTF8, which the mail server does not offer");
			assert_int_equal(send_to(&arena, smtp, "ana@example.org", &answer, &err), 0);
			assert_int_equal(answer->outcome, SMTP_ACCEPTED);
		}
		assert_int_equal(smtp_connections(smtp), 1);
		assert_int_equal(smtpd_count(&smtpd), offers ? 4 : 2);
		if (offers) {
			const char *ours = strstr(trace.data, "> MAIL FROM:"), *others;

			assert_non_null(ours);
			assert_non_null(on_line(ours, " SMTPUTF8"));
			others = strstr(ours + 1, "> MAIL FROM:");
			assert_non_null(others);
			assert_null(on_line(others, " SMTPUTF8"));
			assert_non_null(strstr(smtpd_mail(&arena, &smtpd, 1), "X-Envelope-To: josé@example.org\r\n"));
		} else {
			assert_null(strstr(trace.data, "jos"));
		}
		smtp_close(smtp);
		smtpd_stop(&smtpd);
		buf_done(&trace);
		arena_done(&arena);
	}
}

static void
a_server_setting_of_another_form_is_refused(void **state)
{
	static const struct {
		const char *url, *message;
	} cases[] = {
		{ "mail.example.org", "mail server \"mail.example.org\": expected smtps://host or smtp://host" },
		{ "http://mail.example.org", "mail server \"http://mail.example.org\": expected smtps://host or smtp://host" },
		{ "smtp://user:pw@mail.example.org",
		    "mail server \"smtp://user:pw@mail.example.org\": expected a host, and at most a port" },
		{ "smtp://mail.example.org/x", "mail server \"smtp://mail.example.org/x\": expected a host, and at most a port" },
		{ "smtp://mail.example.org:0", "mail server \"smtp://mail.example.org:0\": expected a host, and at most a port" },
		{ "smtp://mail.example.org:70000",
		    "mail server \"smtp://mail.example.org:70000\": expected a host, and at most a port" },
		{ "smtp://", "mail server \"smtp://\": expected a host, and at most a port" },
		{ "smtps://[::1", "mail server \"smtps://[::1\": expected a host, and at most a port" },
	};
	struct smtp *smtp;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(smtp_open(&(struct smtp_config){ .url = cases[i].url, .limits = HASTE }, &smtp, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_string_equal(err.message, cases[i].message);
	}
	smtp_close(NULL);
}

static void
the_trace_shows_neither_login_nor_message(void **state)
{
	static const char *const auth[] = { "--auth", "mailer:s3cret", NULL };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct smtp_answer *answer;
	struct smtpd smtpd;
	struct smtp *smtp;
	struct buf trace;

	(void)state;
	buf_init(&trace, 65536);
	smtpd_start(&smtpd, SMTPD_TLS, auth);
	assert_int_equal(smtp_open(&(struct smtp_config){ .url = url(&arena, "smtp", smtpd.port),
				       .user = "mailer",
				       .password = "s3cret",
				       .ca_file = arena_printf(&arena, "%s/ca.pem", smtpd.folder),
				       .limits = HASTE,
				       .trace = collect,
				       .trace_context = &trace },
			     &smtp, &err),
	    0);
	assert_int_equal(send_to(&arena, smtp, "ana@example.org", &answer, &err), 0);
	smtp_close(smtp);
	smtpd_stop(&smtpd);
	assert_non_null(strstr(trace.data, "> STARTTLS\n"));
	assert_non_null(strstr(trace.data, "> (login)\n"));
	assert_non_null(strstr(trace.data, "> RCPT TO:<ana@example.org>\n"));
	assert_non_null(strstr(trace.data, "< 250 2.0.0 Ok: queued as 000001\n"));
	assert_null(strstr(trace.data, "bWFpbGVy")); /* "mailer" in base64 */
	assert_null(strstr(trace.data, "AG1haWxlcg"));
	assert_null(strstr(trace.data, "s3cret"));
	assert_null(strstr(trace.data, "first"));
	buf_done(&trace);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_is_told_apart_and_the_connection_is_kept),
		cmocka_unit_test(a_large_message_arrives_unchanged),
		cmocka_unit_test(a_kept_connection_that_was_closed_is_replaced),
		cmocka_unit_test(tls_and_login_are_kept_too),
		cmocka_unit_test(what_concerns_the_session_is_an_error_and_hands_nothing_over),
		cmocka_unit_test(a_server_without_tls_gets_no_mail),
		cmocka_unit_test(a_server_that_is_not_there_is_a_service_error),
		cmocka_unit_test(an_address_that_would_end_its_command_is_refused),
		cmocka_unit_test(letters_beyond_ascii_go_to_a_server_that_offers_them),
		cmocka_unit_test(a_server_setting_of_another_form_is_refused),
		cmocka_unit_test(the_trace_shows_neither_login_nor_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
