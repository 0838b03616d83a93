/* Mail that came back: what each kind of server writes, what is none, and what is broken. The messages are those that the fuzzer begins with. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "outbox/bounce.h"

#define OURS "@VERP@"

static void
read_sample(struct arena *arena, const char *name, struct dsn **ret_dsn, struct bounce *ret_bounce)
{
	struct err err = ERR_INIT;
	char *bytes;
	size_t len;

	if (file_read(
		arena, "sample", arena_printf(arena, "tests/fuzz/corpus/bounce/%s", name), DSN_MAX_BYTES, &bytes, &len, &err) != 0)
		fail_msg("%s", err.message);
	*ret_dsn = dsn_read(arena, bytes, len);
	bounce_judge(arena, *ret_dsn, ret_bounce);
}

static void
each_server_is_understood(void **state)
{
	static const struct {
		const char *sample;
		enum bounce_kind kind;
		bool report, no_user;
		const char *status, *words, *address, *original, *message_id;
	} cases[] = {
		{ "postfix-no-user", BOUNCE_FAILED, true, true, "5.1.1",
		    "550 5.1.1 <address>: Recipient address rejected: User unknown in virtual mailbox table",
		    "learner@campus.example", "learner@campus.example", "<@MSGID@>" },
		{ "postfix-delayed", BOUNCE_DELAYED, true, false, "4.4.1",
		    "connect to mail.campus.example[192.0.2.25]:25: Connection timed out", "learner@campus.example",
		    "learner@campus.example", "<@MSGID@>" },
		/* Given up after days of trying: for good, but not for want of a user. */
		{ "postfix-expired", BOUNCE_FAILED, true, false, "4.4.1",
		    "connect to mail.campus.example[192.0.2.25]:25: Connection timed out", "learner@campus.example", NULL,
		    "<@MSGID@>" },
		/* 5.0.0 says nothing; the refusal it quotes does. */
		{ "exim-report", BOUNCE_FAILED, true, true, "5.1.1",
		    "550-5.1.1 The email account that you tried to reach does not exist. 550 5.1.1 Please try double-checking the "
		    "recipient's "
		    "email address",
		    "learner@campus.example", NULL, "<@MSGID@>" },
		{ "exchange-base64", BOUNCE_FAILED, true, true, "5.1.10",
		    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient address not found by SMTP address lookup",
		    "learner@campus.example", NULL, "<@MSGID@>" },
		{ "sendmail-full", BOUNCE_FAILED, true, false, "5.2.2", "552 5.2.2 Mailbox of address is over quota",
		    "learner@campus.example", NULL, "<@MSGID@>" },
		/* Who has it there does not undo that somebody else does not. */
		{ "forwarded", BOUNCE_FAILED, true, true, "5.1.1", "550 5.1.1 <address>: no such user",
		    "ana.private@elsewhere.example", "learner@campus.example", "<@MSGID@>" },
		{ "utf8-global", BOUNCE_FAILED, true, true, "5.1.1", "550 5.1.1 Benutzer unbekannt – müller",
		    "learner@campus.example", NULL, "<@MSGID@>" },
		{ "wrapped", BOUNCE_FAILED, true, false, "5.7.1", "554 5.7.1 Rejected as spam", "learner@campus.example", NULL,
		    "<@MSGID@>" },
		/* Texts for people: no report, so nobody is thought not to exist. */
		{ "exim-text", BOUNCE_FAILED, false, false, "5.1.1",
		    "mail.campus.example [192.0.2.25]: 550 5.1.1 <address>... User unknown", "learner@campus.example", NULL, NULL },
		{ "qmail-text", BOUNCE_FAILED, false, false, "5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)", NULL, NULL,
		    NULL },
		/* None of it. */
		{ "delivered", BOUNCE_NONE, true, false, "", "", NULL, NULL, "<@MSGID@>" },
		{ "vacation", BOUNCE_NONE, false, false, "", "", NULL, NULL, NULL },
		{ "person", BOUNCE_NONE, false, false, "", "", NULL, NULL, NULL },
		{ "no-newline", BOUNCE_NONE, false, false, "", "", NULL, NULL, NULL },
		{ "empty", BOUNCE_NONE, false, false, "", "", NULL, NULL, NULL },
		/* Broken ones, as far as they go. */
		{ "cut-short", BOUNCE_FAILED, true, true, "5.1.1",
		    "550 5.1.1 <address>: Recipient address rejected: User unknown in virtual mailbox table",
		    "learner@campus.example", "learner@campus.example", NULL },
		{ "nul", BOUNCE_FAILED, true, true, "5.1.1",
		    "550 5.1.1 <address>: Recipient address rejected: User unknown in virtual mailbox table",
		    "learner@campus.example", "learner@campus.example", "<@MSGID@>" },
		{ "nested", BOUNCE_NONE, false, false, "", "", NULL, NULL, NULL },
		{ "nested-messages", BOUNCE_NONE, false, false, "", "", NULL, NULL, NULL },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bounce bounce;
		struct dsn *dsn;

		read_sample(&arena, cases[i].sample, &dsn, &bounce);
		if (bounce.kind != cases[i].kind || bounce.report != cases[i].report || bounce.no_user != cases[i].no_user ||
		    !text_equal(bounce.status, cases[i].status) || !text_equal(bounce.words, cases[i].words) ||
		    !text_equal(bounce.address, cases[i].address) || !text_equal(bounce.original, cases[i].original) ||
		    !text_equal(dsn->message_id, cases[i].message_id))
			fail_msg("%s: kind %d report %d no_user %d status \"%s\" words \"%s\" address %s original %s id %s",
			    cases[i].sample, bounce.kind, bounce.report, bounce.no_user, bounce.status, bounce.words,
			    bounce.address == NULL ? "-" : bounce.address, bounce.original == NULL ? "-" : bounce.original,
			    dsn->message_id == NULL ? "-" : dsn->message_id);
		if (cases[i].kind != BOUNCE_NONE) {
			assert_true(dsn->delivered_count > 0);
			assert_string_equal(dsn->delivered[0], OURS);
		}
	}
	arena_done(&arena);
}

static void
limits_hold_whatever_is_sent(void **state)
{
	struct arena arena = ARENA_INIT;
	struct bounce bounce;
	struct dsn *dsn;
	struct buf buf;
	size_t i;

	(void)state;
	/* A hundred recipients, the last of which alone was given up: fifty are looked at. */
	read_sample(&arena, "many-recipients", &dsn, &bounce);
	assert_int_equal(dsn->recipient_count, DSN_MAX_RECIPIENTS);
	assert_int_equal(bounce.kind, BOUNCE_DELAYED);
	/* One header of megabytes, with addresses without end, and a body of them. */
	buf_init(&buf, (size_t)8 << 20);
	buf_text(&buf, "To: ");
	for (i = 0; i < 200000; i++)
		buf_text(&buf, "a@b.example, ");
	dsn = dsn_read(&arena, buf.data, buf.len);
	assert_int_equal(dsn->delivered_count, DSN_MAX_ADDRESSES);
	buf_reset(&buf);
	buf_text(&buf, "From: MAILER-DAEMON@x\nDelivered-To: " OURS "\n\n");
	for (i = 0; i < 200000; i++)
		buf_text(&buf, "5.1.1.1.1.1 ");
	dsn = dsn_read(&arena, buf.data, buf.len);
	bounce_judge(&arena, dsn, &bounce);
	assert_int_equal(bounce.kind, BOUNCE_NONE);
	assert_true(strlen(dsn->body) <= DSN_BODY_BYTES);
	/* What stands behind the limit is not read. */
	buf_reset(&buf);
	buf_text(&buf, "From: MAILER-DAEMON@x\n\n");
	while (buf.len < DSN_MAX_BYTES)
		buf_text(&buf, "x\n");
	buf_text(&buf, " 5.1.1 \n");
	dsn = dsn_read(&arena, buf.data, buf.len);
	bounce_judge(&arena, dsn, &bounce);
	assert_int_equal(bounce.kind, BOUNCE_NONE);
	buf_done(&buf);
	arena_done(&arena);
}

static void
a_status_is_one_only_by_itself(void **state)
{
	static const struct {
		const char *body, *status;
	} cases[] = {
		{ "550 5.1.1 no", "5.1.1" },
		{ "(#5.1.1)", "5.1.1" },
		{ "550-5.7.26 policy", "5.7.26" },
		{ "see 15.1.1 and 5.1.1.2 and 5.1 and 5..1 and 5.1.1234", "" },
		{ "2.1.5 ok, then 4.7.0 wait", "4.7.0" },
		{ "version5.1.1", "" },
		{ "5.1.1", "5.1.1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena arena = ARENA_INIT;
		struct bounce bounce;

		bounce_judge(&arena, &(struct dsn){ .from = "Mail Delivery <MAILER-DAEMON@x>", .body = cases[i].body }, &bounce);
		assert_string_equal(bounce.status, cases[i].status);
		assert_int_equal(bounce.kind, cases[i].status[0] == '5'   ? BOUNCE_FAILED
					      : cases[i].status[0] == '4' ? BOUNCE_DELAYED
									  : BOUNCE_NONE);
		arena_done(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_server_is_understood),
		cmocka_unit_test(limits_hold_whatever_is_sent),
		cmocka_unit_test(a_status_is_one_only_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
