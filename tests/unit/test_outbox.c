/* The outbox against a real database and a real mail server: one mail per event and recipient, whatever happens in between. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../support/with_db.h"
#include "../support/with_smtpd.h"
#include "adapter/crypto.h"
#include "base/buf.h"
#include "base/text.h"
#include "brake/approval.h"
#include "db/rules.h"
#include "db/store.h"
#include "entitle/entitle.h"
#include "finding/finding.h"
#include "outbox/outbox.h"
#include "outbox/queue.h"
#include "outbox/return_path.h"

#define DAY (24 * 3600)

static const struct smtp_limits haste = { 5000, 1000, 5000 };
static struct smtpd relay; /* of the whole group; each test counts from where it began */
static int relay_before;

/* What outbox_deliver() said of each mail, one line each. */
struct told {
	struct buf lines;
	int64_t stop_after;
	int64_t count;
};

static void
tell(void *context, const struct outbox_report *report)
{
	struct told *told = context;

	told->count++;
	buf_printf(&told->lines, "%s %s%s %d %s%s%s\n", report->event, outbox_outcome_name(report->outcome),
	    report->resent ? " (again)" : "", report->code, report->reply, report->error != NULL ? report->error->message : "",
	    report->recipient != NULL ? report->recipient : "");
}

static bool
go_on(void *context)
{
	const struct told *told = context;

	return told->stop_after == 0 || told->count < told->stop_after;
}

static int
open_group(void **state)
{
	struct with_db *w;
	int rc = with_db_open(state);

	if (rc != 0)
		return rc;
	w = *state;
	w->config.template_dir = "templates";
	smtpd_start(&relay, SMTPD_PLAIN, NULL);
	return 0;
}

static int
close_group(void **state)
{
	smtpd_stop(&relay);
	return with_db_close(state);
}

/* A tenant that mails over the relay, and a person. */
static int
fresh(void **state)
{
	struct with_db *w;

	assert_int_equal(with_db_fresh(state), 0);
	w = *state;
	w->tenant.mail = (struct config_mail){ .smtp = arena_printf(&w->arena, "smtp://localhost:%d", relay.port),
		.from = "Acme Academy <academy@example.org>",
		.reply_to = "help@example.org",
		.max_tries = 12 };
	w->tenant.certificate.issuer = "Acme Academy, S. L.";
	with_db_sql(w, "INSERT INTO ctok.person (tenant_id, email, display_name, known_at)"
		       " VALUES (current_setting('ctok.tenant')::bigint, 'ana@example.org', 'Ana', now())");
	relay_before = smtpd_count(&relay);
	return 0;
}

static void
must(int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s: %s", err_name(err->code), err->message);
}

/* Enqueue a grace notice in a transaction of its own; was it new? */
static bool
add(struct with_db *w, const char *event, const char *recipient)
{
	const struct outbox_mail mail = { .event = event,
		.person_id = 1,
		.recipient = recipient,
		.template = "grace-notice",
		.locale = "en",
		.facts_json = "{\"learner\": \"Ana Núñez\", \"course\": \"First aid\", \"date\": \"2026-08-03\"}" };
	struct err err = ERR_INIT;
	bool added;

	must(db_begin(w->db, &err), &err);
	must(outbox_add(&w->arena, w->db, &w->night, &mail, &added, &err), &err);
	must(db_commit(w->db, &err), &err);
	return added;
}

/* Deliver what is due at ${now}; what was told, and the message of an error in the end. */
static const char *
deliver_with(struct with_db *w, struct outbox_delivery delivery, int64_t now_utc, int64_t stop_after)
{
	struct told told = { .stop_after = stop_after };
	struct night night = w->night;
	struct err err = ERR_INIT;
	const char *text;

	night.now_utc = now_utc;
	delivery.config = &w->config;
	delivery.tenant = &w->tenant;
	delivery.night = &night;
	delivery.limits = &haste;
	delivery.report = tell;
	delivery.go_on = go_on;
	delivery.context = &told;
	buf_init(&told.lines, 65536);
	if (outbox_deliver(w->db, &delivery, &err) != 0)
		buf_printf(&told.lines, "%s: %s\n", err_name(err.code), err.message);
	text = arena_strdup(&w->arena, told.lines.data);
	buf_done(&told.lines);
	return text;
}

static const char *
deliver(struct with_db *w, int64_t now_utc)
{
	return deliver_with(w, (struct outbox_delivery){ 0 }, now_utc, 0);
}

/* Columns of every mail, in order, as one text. */
static const char *
rows(struct with_db *w, const char *columns)
{
	return with_db_text(
	    w, arena_printf(&w->arena,
		   "SELECT coalesce(string_agg(concat_ws(' ', %s), '; ' ORDER BY mail_id), '') FROM ctok.outbox", columns));
}

static void
a_mail_is_sent_once_and_then_forgets_whom_it_went_to(void **state)
{
	struct with_db *w = *state;
	char *mail;

	assert_true(add(w, "grace:1", "ana@example.org"));
	assert_false(add(w, "grace:1", "ana@example.org"));
	assert_false(add(w, "grace:1", "ANA@example.org"));
	assert_string_equal(
	    deliver(w, WITH_DB_NOW), arena_printf(&w->arena, "grace:1 sent 250 2.0.0 Ok: queued as %06d\n", relay_before + 1));
	mail = smtpd_mail(&w->arena, &relay, relay_before + 1);
	assert_non_null(strstr(mail, "X-Envelope-From: academy@example.org\r\nX-Envelope-To: ana@example.org\r\n"));
	assert_non_null(strstr(mail, "\r\nFrom: Acme Academy <academy@example.org>\r\nReply-To: help@example.org\r\n"
				     "To: =?UTF-8?B?QW5hIE7DusOxZXo=?= <ana@example.org>\r\n"
				     "Subject: Your access to First aid ends on 3 August 2026\r\n"
				     "Date: Fri, 01 May 2026 03:00:00 +0000\r\nMessage-ID: <"));
	assert_non_null(strstr(mail, "@example.org>\r\nAuto-Submitted: auto-generated\r\n"));
	assert_non_null(strstr(mail, "Acme Academy, S. L.\r\n"));
	assert_string_equal(
	    rows(w, "state, tries, doubts, recipient IS NULL, facts, last_code, extract(epoch FROM accepted_at)::bigint"),
	    "sent 1 0 t {} 250 1777604400");

	/* The next night, and an event that comes again: nothing. */
	assert_string_equal(deliver(w, WITH_DB_NOW + DAY), "");
	assert_false(add(w, "grace:1", "ana@example.org"));
	assert_string_equal(deliver(w, WITH_DB_NOW + DAY), "");
	assert_int_equal(smtpd_count(&relay), relay_before + 1);
	/* Another event is another mail. */
	assert_true(add(w, "grace:2", "ana@example.org"));
	(void)deliver(w, WITH_DB_NOW + DAY);
	assert_int_equal(smtpd_count(&relay), relay_before + 2);
}

static void
a_set_is_enqueued_with_its_event_or_not_at_all(void **state)
{
	static const char fill[] =
	    "INSERT INTO mail_new SELECT 'grace:' || n, NULL, 'l' || n || '@example.org', 'grace-notice', 'es',"
	    " jsonb_build_object('learner', 'L ' || n, 'course', 'C', 'date', date '2026-08-03'), NULL, NULL"
	    " FROM generate_series(1, 210) n, generate_series(1, 2)";
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t added = 0;

	must(db_begin(w->db, &err), &err);
	must(outbox_stage(w->db, &err), &err);
	must(db_exec(w->db, fill, DB_NONE, NULL, &err), &err);
	must(outbox_add_staged(&w->arena, w->db, &w->night, &added, &err), &err);
	assert_int_equal(added, 210);
	db_rollback(w->db);
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.outbox"), "0");

	must(db_begin(w->db, &err), &err);
	must(outbox_stage(w->db, &err), &err);
	must(db_exec(w->db, fill, DB_NONE, NULL, &err), &err);
	must(outbox_add_staged(&w->arena, w->db, &w->night, &added, &err), &err);
	assert_int_equal(added, 210);
	/* Twice in one transaction is fine too. */
	must(outbox_stage(w->db, &err), &err);
	must(db_exec(w->db, fill, DB_NONE, NULL, &err), &err);
	must(outbox_add_staged(&w->arena, w->db, &w->night, &added, &err), &err);
	assert_int_equal(added, 0);
	must(db_commit(w->db, &err), &err);

	/* More than a page, over one connection. */
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.outbox WHERE state = 'sent'"), "210");
	assert_int_equal(smtpd_count(&relay), relay_before + 210);
	assert_memory_equal(strstr(smtpd_mail(&w->arena, &relay, relay_before + 1), "X-Session: "),
	    strstr(smtpd_mail(&w->arena, &relay, relay_before + 210), "X-Session: "), strlen("X-Session: ") + 3);
}

static void
each_answer_has_its_state_and_stops_nobody_else(void **state)
{
	struct with_db *w = *state;

	(void)add(w, "grace:1", "defer@example.org");
	(void)add(w, "grace:2", "reject.me@example.org");
	(void)add(w, "grace:3", "busy@example.org");
	(void)add(w, "grace:4", "spam@example.org");
	(void)add(w, "grace:5", "josé@example.org");
	(void)add(w, "grace:6", "drop@example.org");
	(void)add(w, "grace:7", "bo@example.org");
	assert_non_null(
	    strstr(deliver(w, WITH_DB_NOW), "grace:1 deferred 451 4.2.1 <address>: try again later\n"
					    "grace:2 failed 550 5.1.1 <address>: no such user\n"
					    "grace:3 deferred 452 4.3.1 Insufficient system storage\n"
					    "grace:4 failed 554 5.7.1 Message refused as address\n"
					    "grace:5 failed 0 the address needs SMTPUTF8, which the mail server does not offer\n"
					    "grace:6 doubt 0 "));
	assert_string_equal(rows(w, "state, tries, doubts, last_code"),
	    "deferred 1 0 451; failed 1 0 550; deferred 1 0 452; failed 1 0 554; failed 1 0 0; doubt 1 1 0; sent 1 0 250");
	/* No reply keeps an address. */
	assert_string_equal(
	    with_db_text(w, "SELECT count(*) FROM ctok.outbox WHERE last_reply LIKE '%@%' OR last_reply LIKE '%reject.me%'"), "0");

	/* Nothing is due again at once; then the deferred ones and the doubt are, and rest longer each time. */
	assert_string_equal(deliver(w, WITH_DB_NOW), "");
	assert_string_equal(deliver(w, WITH_DB_NOW + 899), "");
	(void)deliver(w, WITH_DB_NOW + 900);
	assert_string_equal(rows(w, "state, tries, extract(epoch FROM next_try_at)::bigint - 1777604400"),
	    "deferred 2 4500; failed 1 900; deferred 2 4500; failed 1 900; failed 1 900; doubt 2 4500; sent 1 900");

	/* A person may ask to try again what was refused; an address that works now gets its mail. */
	with_db_sql(w, "UPDATE ctok.outbox SET recipient = 'fixed@example.org' WHERE event = 'grace:2'");
	{
		struct err err = ERR_INIT;
		int64_t count;

		must(outbox_retry_failed(&w->arena, w->db, &w->night, &count, &err), &err);
		assert_int_equal(count, 3);
	}
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(rows(w, "state"), "deferred; sent; deferred; failed; failed; doubt; sent");
}

static void
what_is_deferred_too_often_fails(void **state)
{
	struct with_db *w = *state;

	w->tenant.mail.max_tries = 2;
	(void)add(w, "grace:1", "defer@example.org");
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(rows(w, "state, tries"), "deferred 1");
	assert_string_equal(
	    deliver(w, WITH_DB_NOW + DAY), "grace:1 failed 451 given up after 2 tries: 4.2.1 <address>: try again later\n");
	assert_string_equal(rows(w, "state, tries, recipient"), "failed 2 defer@example.org");
	assert_string_equal(deliver(w, WITH_DB_NOW + 2 * DAY), "");
}

static void
a_lost_answer_is_a_doubt_and_the_same_mail_goes_out_again(void **state)
{
	struct with_db *w = *state;
	char *first, *second;

	(void)add(w, "grace:1", "dropone@example.org");
	assert_non_null(strstr(deliver(w, WITH_DB_NOW), "grace:1 doubt 0 "));
	assert_string_equal(rows(w, "state, tries, doubts"), "doubt 1 1");
	assert_string_equal(deliver(w, WITH_DB_NOW + DAY),
	    arena_printf(&w->arena, "grace:1 sent (again) 250 2.0.0 Ok: queued as %06d\n", relay_before + 2));
	assert_string_equal(rows(w, "state, tries, doubts"), "sent 2 1");
	first = strstr(smtpd_mail(&w->arena, &relay, relay_before + 1), "\r\nFrom: ");
	second = strstr(smtpd_mail(&w->arena, &relay, relay_before + 2), "\r\nFrom: ");
	assert_non_null(strstr(first, "\r\nMessage-ID: <"));
	assert_string_equal(first, second);
}

static void
silence_after_two_mails_in_a_row_keeps_the_rest(void **state)
{
	struct with_db *w = *state;
	const char *told;

	(void)add(w, "grace:1", "drop1@example.org");
	(void)add(w, "grace:2", "drop2@example.org");
	(void)add(w, "grace:3", "bo@example.org");
	told = deliver(w, WITH_DB_NOW);
	assert_non_null(strstr(told, "ERR_SERVICE: the mail server gave no answer to 2 mails in a row: the rest waits\n"));
	assert_string_equal(rows(w, "state, tries"), "doubt 1; doubt 1; queued 0");
	/* Those in doubt do not stand in the way of what was never tried. */
	(void)deliver_with(w, (struct outbox_delivery){ .max_mails = 1 }, WITH_DB_NOW + DAY, 0);
	assert_string_equal(rows(w, "state, tries"), "doubt 1; doubt 1; sent 1");
}

/* Killed after the server has the mail and before we know: a real process, a real SIGKILL. */
static void
killed_between_data_and_record_the_mail_is_in_doubt_and_resent(void **state)
{
	struct with_db *w = *state;
	const struct outbox_delivery delivery = { .config = &w->config, .tenant = &w->tenant, .night = &w->night };
	char *first, *second;
	pid_t pid;
	int status;

	(void)add(w, "grace:1", "hangone@example.org");
	(void)add(w, "grace:2", "bo@example.org");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* Its own connection; a member of the same night. SMTP_LIMITS: it would wait ten minutes. */
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct night night;
		struct db *db;

		if (store_open(&arena, &w->config, "killed", &db, &err) != 0 || db_tenant(db, w->tenant_id, &err) != 0 ||
		    rules_at(db, WITH_DB_NOW, "Europe/Madrid", &err) != 0 ||
		    night_join(&arena, db, w->night.id, &night, &err) != 0 || outbox_deliver(db, &delivery, &err) != 0)
			_exit(1);
		_exit(0);
	}
	smtpd_wait_for(arena_printf(&w->arena, "%s/maildir/new/%06d", relay.folder, relay_before + 1));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_string_equal(rows(w, "state, tries"), "sending 0; queued 0");

	assert_string_equal(deliver(w, WITH_DB_NOW), arena_printf(&w->arena,
							 "grace:2 sent 250 2.0.0 Ok: queued as %06d\n"
							 "grace:1 sent (again) 250 2.0.0 Ok: queued as %06d\n",
							 relay_before + 2, relay_before + 3));
	assert_string_equal(rows(w, "state, tries, doubts"), "sent 2 1; sent 1 0");
	assert_string_equal(deliver(w, WITH_DB_NOW + DAY), "");
	first = strstr(smtpd_mail(&w->arena, &relay, relay_before + 1), "\r\nFrom: ");
	second = strstr(smtpd_mail(&w->arena, &relay, relay_before + 3), "\r\nFrom: ");
	assert_string_equal(first, second);
}

static void
a_relay_that_refuses_us_leaves_everything_queued(void **state)
{
	static const struct {
		const char *mode, *message;
	} cases[] = {
		{ "refuse", "is not ready: 554 5.3.2 No mail service here\n" },
		{ "deny", "refused the sender: 550 5.7.1 Sender not allowed\n" },
	};
	struct with_db *w = *state;
	struct smtpd smtpd;
	const char *told;
	size_t i;

	(void)add(w, "grace:1", "ana@example.org");
	(void)add(w, "grace:2", "bo@example.org");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		smtpd_start(&smtpd, SMTPD_PLAIN, (const char *const[]){ "--mode", cases[i].mode, NULL });
		w->tenant.mail.smtp = arena_printf(&w->arena, "smtp://localhost:%d", smtpd.port);
		told = deliver(w, WITH_DB_NOW);
		assert_true(text_starts(told, "ERR_SERVICE: mail server "));
		assert_true(text_ends(told, cases[i].message));
		assert_string_equal(rows(w, "state, tries"), "queued 0; queued 0");
		smtpd_stop(&smtpd);
	}
	/* 421 in answer to one recipient is about the session, and the message names nobody. */
	w->tenant.mail.smtp = arena_printf(&w->arena, "smtp://localhost:%d", relay.port);
	with_db_sql(w, "UPDATE ctok.outbox SET recipient = 'bye@example.org' WHERE event = 'grace:1'");
	assert_true(text_ends(deliver(w, WITH_DB_NOW), "is not ready: 421 4.3.2 Shutting down\n"));
	assert_string_equal(rows(w, "state, tries"), "queued 0; queued 0");
}

static void
what_cannot_be_written_stays_and_is_named(void **state)
{
	struct with_db *w = *state;
	const char *told;

	(void)add(w, "grace:1", "ana@example.org");
	(void)add(w, "grace:2", "ana@example.org");
	(void)add(w, "grace:3", "ana@example.org");
	(void)add(w, "grace:4", "ana@example.org");
	(void)add(w, "grace:5", "ana@example.org");
	(void)add(w, "grace:6", "ana@example.org");
	(void)add(w, "grace:7", "bo@example.org");
	with_db_sql(w,
	    "UPDATE ctok.outbox SET facts = facts - 'course' WHERE event = 'grace:1';"
	    "UPDATE ctok.outbox SET template = 'birthday' WHERE event = 'grace:2';"
	    "UPDATE ctok.outbox SET locale = 'tlh' WHERE event = 'grace:3';"
	    "UPDATE ctok.outbox SET attachment_path = 'none.pdf', attachment_name = 'x.pdf' WHERE event = 'grace:4';"
	    "UPDATE ctok.outbox SET attachment_path = '../etc/passwd', attachment_name = 'x.pdf' WHERE event = 'grace:5';"
	    "UPDATE ctok.outbox SET facts = facts || '{\"course\": 7}' WHERE event = 'grace:6'");
	told = deliver(w, WITH_DB_NOW);
	assert_string_equal(
	    told, arena_printf(&w->arena,
		      "grace:1 blocked 0 templates/mail/en/grace-notice.txt:1: there is no value for {{course}}\n"
		      "grace:2 blocked 0 there is no mail \"birthday\"\n"
		      "grace:3 blocked 0 could not read locale \"templates/locales/tlh.txt\": No such file or directory\n"
		      "grace:4 blocked 0 could not read attachment \"%s/none.pdf\": No such file or directory\n"
		      "grace:5 blocked 0 attachment \"../etc/passwd\" is not a path within the state directory\n"
		      "grace:6 blocked 0 the fact \"course\" of the mail is not a text\n"
		      "grace:7 sent 250 2.0.0 Ok: queued as %06d\n",
		      w->state_dir, relay_before + 1));
	assert_string_equal(rows(w, "state, tries"), "queued 0; queued 0; queued 0; queued 0; queued 0; queued 0; sent 1");
	/* Mended, they go. */
	with_db_sql(w,
	    "UPDATE ctok.outbox SET template = 'grace-notice', locale = 'es', attachment_path = NULL, attachment_name = NULL,"
	    " facts = '{\"learner\": \"Ana\", \"course\": \"C\", \"date\": \"2026-08-03\"}' WHERE state = 'queued'");
	(void)deliver(w, WITH_DB_NOW);
	assert_int_equal(smtpd_count(&relay), relay_before + 7);
}

static void
who_has_no_name_is_written_to_all_the_same(void **state)
{
	struct with_db *w = *state;

	(void)add(w, "grace:1", "teamone@example.org");
	with_db_sql(w, "UPDATE ctok.outbox SET facts = facts || '{\"learner\": \" \"}'");
	assert_string_equal(
	    deliver(w, WITH_DB_NOW), arena_printf(&w->arena, "grace:1 sent 250 2.0.0 Ok: queued as %06d\n", relay_before + 1));
	assert_non_null(strstr(smtpd_mail(&w->arena, &relay, relay_before + 1), "\r\nTo: teamone <teamone@example.org>\r\n"));
}

static void
settings_are_asked_for_only_when_there_is_mail(void **state)
{
	struct with_db *w = *state;

	w->tenant.where = (struct config_where){ "test.conf", 7 };
	w->tenant.mail = (struct config_mail){ .max_tries = 12 };
	assert_string_equal(deliver(w, WITH_DB_NOW), "");
	(void)add(w, "grace:1", "ana@example.org");
	assert_string_equal(
	    deliver(w, WITH_DB_NOW), "ERR_CONFIG: test.conf:7: tenant \"acme\" has mail to send but no `mail` settings\n");
	w->tenant.mail.smtp = "smtp://localhost:1";
	w->tenant.mail.from = "nobody";
	assert_string_equal(
	    deliver(w, WITH_DB_NOW), "ERR_CONFIG: test.conf:7: `from` of tenant \"acme\": the address has no \"@\"\n");
	w->tenant.mail.from = "a@example.org";
	w->tenant.mail.reply_to = "Help <b@>";
	assert_string_equal(deliver(w, WITH_DB_NOW),
	    "ERR_CONFIG: test.conf:7: `reply_to` of tenant \"acme\": the address has a domain that cannot exist\n");
	assert_string_equal(rows(w, "state, tries"), "queued 0");
}

static void
a_dry_run_writes_every_mail_and_sends_none(void **state)
{
	struct with_db *w = *state;

	(void)add(w, "grace:1", "ana@example.org");
	(void)add(w, "grace:2", "ana@@example.org");
	(void)add(w, "grace:3", "bo@example.org");
	with_db_sql(w, "UPDATE ctok.outbox SET facts = facts - 'date' WHERE event = 'grace:3';"
		       "UPDATE ctok.outbox SET state = 'sending' WHERE event = 'grace:1'");
	assert_string_equal(deliver_with(w, (struct outbox_delivery){ .dry_run = true }, WITH_DB_NOW, 0),
	    "grace:2 failed 0 the address has a local part that is not plain letters, digits and signs with single dots inside"
	    "ana@@example.org\n"
	    "grace:3 blocked 0 templates/mail/en/grace-notice.txt:1: there is no value for {{date}}bo@example.org\n");
	with_db_sql(w, "UPDATE ctok.outbox SET state = 'queued' WHERE event = 'grace:1'");
	assert_true(text_starts(
	    deliver_with(w, (struct outbox_delivery){ .dry_run = true }, WITH_DB_NOW, 0), "grace:1 due 0 ana@example.org\n"));
	assert_string_equal(rows(w, "state, tries, message_id"), "queued 0; queued 0; queued 0");
	assert_int_equal(smtpd_count(&relay), relay_before);
}

static void
a_run_stops_between_mails_when_asked(void **state)
{
	struct with_db *w = *state;

	(void)add(w, "grace:1", "ana@example.org");
	(void)add(w, "grace:2", "ana@example.org");
	(void)add(w, "grace:3", "ana@example.org");
	(void)deliver_with(w, (struct outbox_delivery){ .max_mails = 1 }, WITH_DB_NOW, 0);
	assert_string_equal(rows(w, "state"), "sent; queued; queued");
	(void)deliver_with(w, (struct outbox_delivery){ 0 }, WITH_DB_NOW, 1);
	assert_string_equal(rows(w, "state"), "sent; sent; queued");
}

static void
the_certificate_arrives_as_it_was_made(void **state)
{
	struct with_db *w = *state;
	struct outbox_mail mail = { .event = "certificate:1",
		.person_id = 1,
		.recipient = "ana@example.org",
		.template = "certificate",
		.locale = "es",
		.facts_json =
		    "{\"learner\": \"王小明\", \"course\": \"Primeros auxilios\", \"date\": \"2026-08-03\", \"serial\": \"A-1\"}",
		.attachment_path = "made.pdf",
		.attachment_name = "Certificado 王小明.pdf" };
	char *path = arena_printf(&w->arena, "%s/made.pdf", w->state_dir), piece[8192], *saved;
	uint8_t bytes[5000], hash[CRYPTO_HASH_BYTES];
	struct err err = ERR_INIT;
	FILE *file;
	size_t i, got;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31 >> 3);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, sizeof(bytes), file), sizeof(bytes));
	assert_int_equal(fclose(file), 0);
	must(db_begin(w->db, &err), &err);
	must(outbox_add(&w->arena, w->db, &w->night, &mail, NULL, &err), &err);
	must(db_commit(w->db, &err), &err);
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(rows(w, "state, attachment_path IS NULL, attachment_name IS NULL"), "sent t t");
	/* A mail parser is the witness. */
	saved = arena_printf(&w->arena, "%s/maildir/new/%06d", relay.folder, relay_before + 1);
	file = popen(arena_printf(&w->arena, "/usr/bin/python3 tests/support/parse_mail.py %s", saved), "r");
	assert_non_null(file);
	got = fread(piece, 1, sizeof(piece) - 1, file);
	piece[got] = '\0';
	assert_int_equal(pclose(file), 0);
	crypto_sha256(bytes, sizeof(bytes), hash);
	assert_non_null(strstr(piece, "\nsubject\tTu certificado de Primeros auxilios\n"));
	assert_non_null(strstr(piece, "\nto-name\t王小明\n"));
	assert_non_null(strstr(piece, "\nfilename\tCertificado 王小明.pdf\n"));
	assert_non_null(strstr(piece, arena_printf(&w->arena, "\nfile-sha256\t%s\n", text_hex(&w->arena, hash, sizeof(hash)))));
	assert_non_null(strstr(piece, "\ndefects\t\n"));
}

static void
what_is_no_longer_so_is_withdrawn(void **state)
{
	static const char *const events[] = { "grace:1", "grace:2", "grace:4", "grace:9" };
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t count;

	(void)add(w, "grace:1", "ana@example.org");
	(void)deliver(w, WITH_DB_NOW);
	(void)add(w, "grace:2", "bo@example.org");
	(void)add(w, "grace:3", "bo@example.org");
	(void)add(w, "grace:4", "defer@example.org");
	must(db_begin(w->db, &err), &err);
	must(outbox_withdraw(&w->arena, w->db, events, 4, &count, &err), &err);
	assert_int_equal(count, 2);
	must(outbox_withdraw(&w->arena, w->db, NULL, 0, &count, &err), &err);
	assert_int_equal(count, 0);
	must(db_commit(w->db, &err), &err);
	(void)deliver(w, WITH_DB_NOW + DAY);
	assert_string_equal(rows(w, "state, recipient IS NULL"), "sent t; withdrawn t; sent t; withdrawn t");
	assert_int_equal(smtpd_count(&relay), relay_before + 2);
	assert_false(add(w, "grace:2", "bo@example.org"));
}

static void
a_notice_whose_debt_was_cured_never_goes_out(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t count;

	with_db_sql(w,
	    "INSERT INTO ctok.debt_episode (tenant_id, person_id, target_id, debt_at, why, suspend_at, notice_days, known_at, "
	    "cured_at)"
	    " SELECT current_setting('ctok.tenant')::bigint, 1, n, now(), 'term', now(), 3, now(), CASE WHEN n = 1 THEN now() END"
	    " FROM generate_series(1, 2) n");
	(void)add(w, "grace:1", "ana@example.org");
	(void)add(w, "grace:2", "ana@example.org");
	(void)add(w, "certificate:x", "ana@example.org");
	must(db_begin(w->db, &err), &err);
	must(rules_at(w->db, WITH_DB_NOW, w->tenant.timezone, &err), &err);
	must(entitle_notices(&w->arena, w->db, &w->night, "es", &count, &err), &err);
	must(db_commit(w->db, &err), &err);
	assert_int_equal(count, 0);
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(rows(w, "event, state"), "grace:1 withdrawn; grace:2 sent; certificate:x sent");
}

/* More than five times the median night, and more than 500: nothing leaves until somebody approves. */
static void
too_many_mails_wait_for_a_person(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct approval approval;
	int64_t held;

	with_db_sql(w, "INSERT INTO ctok.outbox (tenant_id, event, recipient, recipient_hash, template, locale, facts, "
		       "next_try_at, queued_run,"
		       " queued_at) SELECT ctok.current_tenant(), 'x:' || n, 'reject@example.org', ctok.mail_recipient_hash(1, "
		       "'x:' || n, ''), 'grace-notice',"
		       " 'en', '{}', rule.now(), 1, rule.now() FROM generate_series(1, 501) n");
	assert_string_equal(deliver(w, WITH_DB_NOW), "");
	must(outbox_held(&w->arena, w->db, &held, &err), &err);
	assert_int_equal(held, 501);
	assert_string_equal(
	    with_db_text(w, "SELECT string_agg(DISTINCT state || ' ' || tries, ', ') FROM ctok.outbox"), "queued 0");
	assert_string_equal(with_db_text(w, "SELECT concat_ws(' ', kind, scope, wanted, base, most) FROM ctok.hold WHERE standing"),
	    "mail tenant 501 0 500");
	/* Nights with 101 mails make 505 a usual burst. */
	with_db_sql(w, "INSERT INTO ctok.night_tally SELECT ctok.current_tenant(), 1000 + n, 'mail', 'tenant', 0, 0, CASE WHEN n "
		       "<= 14 THEN 9 ELSE"
		       " 101 END FROM generate_series(1, 30) n");
	(void)deliver_with(w, (struct outbox_delivery){ .max_mails = 1 }, WITH_DB_NOW, 0);
	must(outbox_held(&w->arena, w->db, &held, &err), &err);
	assert_int_equal(held, 0);
	with_db_sql(w, "UPDATE ctok.night_tally SET done = 9 WHERE night_id <= 1016; UPDATE ctok.outbox SET state = 'queued'");
	assert_string_equal(deliver(w, WITH_DB_NOW), "");
	must(db_begin(w->db, &err), &err);
	must(approval_make(&w->arena, w->db, w->night.run_id,
		 &(struct approval_ask){ .kind = "mail", .who = "Marta", .reason = "newsletter" }, &approval, &err),
	    &err);
	must(outbox_approved(w->db, &err), &err);
	must(approval_end(w->db, w->night.run_id, &err), &err);
	must(db_commit(w->db, &err), &err);
	assert_int_equal(approval.items, 501);
	assert_string_equal(approval.groups[0].what, "501 mails");
	/* One that was not approved goes on, for by itself it is no burst. */
	(void)add(w, "grace:1", "bo@example.org");
	(void)deliver_with(w, (struct outbox_delivery){ .max_mails = 1 }, WITH_DB_NOW, 0);
	must(outbox_held(&w->arena, w->db, &held, &err), &err);
	assert_int_equal(held, 0);
}

/* The operator is to hear of that. */
static void
what_tells_of_a_hold_is_not_held(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t held;

	with_db_sql(w,
	    "INSERT INTO ctok.outbox (tenant_id, event, recipient, recipient_hash, template, locale, facts, next_try_at, "
	    "queued_run, queued_at) SELECT ctok.current_tenant(), 'x:' || n, 'reject@example.org', "
	    "ctok.mail_recipient_hash(1, 'x:' || n, ''), 'grace-notice', 'en', '{}', rule.now(), 1, rule.now() FROM "
	    "generate_series(1, 501) n");
	with_db_sql(w,
	    "INSERT INTO ctok.outbox (tenant_id, event, recipient, recipient_hash, template, locale, facts, next_try_at, "
	    "queued_run, queued_at) VALUES (ctok.current_tenant(), 'summary:1', 'ops@example.org', '\\x00', "
	    "'operator-summary', 'en', '{\"operator\": \"Desk\", \"date\": \"2026-05-01\", \"findings\": \"1\", "
	    "\"lines\": \"501 mails are held\"}', rule.now(), 1, rule.now())");
	assert_true(text_starts(deliver(w, WITH_DB_NOW), "summary:1 sent 250 "));
	must(outbox_held(&w->arena, w->db, &held, &err), &err);
	assert_int_equal(held, 501);
}

/* What the queue shows, without its spaces at the end of a line. */
static const char *
queue(struct with_db *w, int64_t max, int64_t *ret_mails)
{
	struct err err = ERR_INIT;
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);
	const char *kept;

	assert_non_null(file);
	must(queue_show(&w->arena, w->db, max, file, ret_mails, &err), &err);
	assert_int_equal(fclose(file), 0);
	kept = arena_strdup(&w->arena, text);
	free(text);
	return kept;
}

static const struct queue_word word = { "Eva Prueba", "she called", WITH_DB_NOW, 0 };

static void
the_queue_says_what_waits_and_why(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t mails;

	assert_string_equal(queue(w, 0, &mails), "");
	assert_int_equal(mails, 0);
	(void)add(w, "grace:1", "defer@example.org");
	(void)add(w, "grace:2", "reject@example.org");
	(void)add(w, "grace:3", "bo@example.org");
	(void)deliver(w, WITH_DB_NOW);
	(void)add(w, "grace:4", "held@example.org");
	(void)add(w, "grace:5", "Never@example.org");
	(void)add(w, "grace:6", "dead@example.org");
	with_db_sql(w, "UPDATE ctok.outbox SET held_why = 'brake' WHERE event = 'grace:4';"
		       "UPDATE ctok.outbox SET state = 'sending' WHERE event = 'grace:6'");
	must(queue_suppress(&w->arena, w->db, &(struct queue_whom){ .address = "never@example.org", .said = "never" }, &word, &err),
	    &err);
	assert_string_equal(queue(w, 0, &mails),
	    "MAIL      SINCE             STATE     TRIES  NEXT              WHAT, TO WHOM\n"
	    "#1        2026-05-01 05:00  deferred      1  2026-05-01 05:15  grace-notice, Ana <defer@example.org> (#1)\n"
	    "          451 4.2.1 <address>: try again later\n"
	    "#2        2026-05-01 05:00  failed        1  -                 grace-notice, Ana <reject@example.org> (#1)\n"
	    "          550 5.1.1 <address>: no such user\n"
	    "#4        2026-05-01 05:00  queued        0  -                 grace-notice, Ana <held@example.org> (#1)\n"
	    "          held by the brake on mails: ctok-admin approve --kind mail lets it go\n"
	    "#5        2026-05-01 05:00  queued        0  -                 grace-notice, Ana <Never@example.org> (#1)\n"
	    "          never mailed since 2026-05-01: she called (Eva Prueba)\n"
	    "#6        2026-05-01 05:00  sending       0  now               grace-notice, Ana <dead@example.org> (#1)\n");
	assert_int_equal(mails, 5);
	assert_null(strstr(queue(w, 2, &mails), "#4"));
	assert_int_equal(mails, 5);
}

static void
a_mail_that_was_refused_is_tried_again_as_somebody_says(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	const char *first, *second;
	int64_t mails, moved_mails;
	bool moved = true;

	(void)add(w, "grace:1", "defer@example.org");
	(void)add(w, "grace:2", "reject@example.org");
	(void)deliver(w, WITH_DB_NOW);
	first = rows(w, "message_id");
	with_db_sql(w, "UPDATE ctok.person SET email = 'defer@example.org'");
	/* At once, not in a quarter of an hour; it waits longer the next time all the same. */
	must(queue_retry(&w->arena, w->db, 1, &word, &moved, &err), &err);
	assert_false(moved);
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(
	    rows(w, "state, tries, extract(epoch FROM next_try_at)::bigint - 1777604400"), "deferred 2 3600; failed 1 900");
	/* The learner has another address by now: another mail, for it never went to that one. */
	with_db_sql(w, "UPDATE ctok.person SET email = 'ana.nueva@example.org'");
	must(queue_retry_failed(&w->arena, w->db, &word, &mails, &moved_mails, &err), &err);
	assert_int_equal(mails, 1);
	assert_int_equal(moved_mails, 1);
	assert_string_equal(rows(w, "state, tries, recipient"), "deferred 2 defer@example.org; queued 0 ana.nueva@example.org");
	(void)deliver(w, WITH_DB_NOW);
	second = rows(w, "message_id");
	assert_string_equal(rows(w, "state, tries"), "deferred 2; sent 1");
	assert_string_not_equal(first, second);
	assert_non_null(strstr(smtpd_mail(&w->arena, &relay, relay_before + 1), "X-Envelope-To: ana.nueva@example.org\r\n"));
	/* That event's mail at that address is there for ever: no second one. */
	assert_false(add(w, "grace:2", "ana.nueva@example.org"));
	assert_string_equal(
	    with_db_text(
		w, "SELECT string_agg(concat_ws(' ', mail_id, what, who_name, reason), '; ' ORDER BY word_id) FROM ctok.mail_word"),
	    "1 retry Eva Prueba she called; 2 retry Eva Prueba she called");
	must(queue_retry_failed(&w->arena, w->db, &word, &mails, &moved_mails, &err), &err);
	assert_int_equal(mails, 0);
	assert_string_equal(
	    with_db_text(w, "SELECT string_agg(what || ' ' || subject, '; ' ORDER BY batch_id) FROM ctok.audit_row"),
	    "mail retried mail 1; mails retried failed mails");
}

static void
a_dropped_mail_is_never_sent_and_its_finding_clears(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct finding_counts counts;
	bool moved;

	(void)add(w, "grace:1", "reject@example.org");
	(void)add(w, "grace:2", "bo@example.org");
	(void)add(w, "grace:3", "reject@example.org");
	(void)deliver_with(w, (struct outbox_delivery){ .max_mails = 1 }, WITH_DB_NOW, 0);
	must(finding_refresh(&w->arena, w->db, w->night.run_id, &counts, &err), &err);
	assert_string_equal(
	    with_db_text(w, "SELECT string_agg(class || ' ' || detail, '; ') FROM ctok.finding WHERE cleared_at IS NULL"),
	    "MAIL_FAILED grace-notice, code 550, mail #1");
	must(queue_drop(&w->arena, w->db, 1, &word, &moved, &err), &err);
	must(finding_clear_mails(w->db, 0, &err), &err);
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.finding WHERE cleared_at IS NULL"), "0");
	must(queue_drop(&w->arena, w->db, 2, &word, &moved, &err), &err);
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(rows(w, "state, recipient IS NULL, facts = '{}'"), "withdrawn t t; withdrawn t t; failed f f");
	assert_false(add(w, "grace:2", "bo@example.org"));
	assert_int_equal(smtpd_count(&relay), relay_before);
	assert_string_equal(
	    with_db_text(
		w, "SELECT string_agg(concat_ws(' ', mail_id, what, who_name, reason), '; ' ORDER BY word_id) FROM ctok.mail_word"),
	    "1 drop Eva Prueba she called; 2 drop Eva Prueba she called");
	assert_string_equal(
	    with_db_text(w, "SELECT string_agg(what || ' ' || subject, '; ' ORDER BY batch_id) FROM ctok.audit_row"),
	    "mail dropped mail 1; mail dropped mail 2");
}

/* Dropped, or suppressed, between the reading of a page and the mail's turn: by the report of the mail before it. */
static struct with_db *dropping;

static void
drop_the_next(void *context, const struct outbox_report *report)
{
	tell(context, report);
	if (report->mail_id == 1)
		with_db_sql(dropping,
		    "UPDATE ctok.outbox SET state = 'withdrawn', recipient = NULL, facts = '{}' WHERE mail_id IN (2, 3);"
		    "INSERT INTO ctok.mail_suppression (tenant_id, address, origin, who_name, reason, since_at)"
		    " VALUES (ctok.current_tenant(), 'dan@example.org', 'hand', 'Eva', 'x', now())");
}

static void
what_is_stopped_while_others_are_sent_does_not_go(void **state)
{
	struct with_db *w = *state;
	struct told told = { .stop_after = 0 };
	struct err err = ERR_INIT;

	dropping = w;
	buf_init(&told.lines, 65536);
	(void)add(w, "grace:1", "ana@example.org");
	(void)add(w, "grace:2", "bo@example.org");
	(void)add(w, "grace:3", "jo@@example.org");
	(void)add(w, "grace:4", "dan@example.org");
	(void)add(w, "grace:5", "eve@example.org");
	must(outbox_deliver(w->db,
		 &(struct outbox_delivery){ .config = &w->config,
		     .tenant = &w->tenant,
		     .night = &w->night,
		     .limits = &haste,
		     .report = drop_the_next,
		     .context = &told },
		 &err),
	    &err);
	assert_string_equal(told.lines.data, arena_printf(&w->arena,
						 "grace:1 sent 250 2.0.0 Ok: queued as %06d\n"
						 "grace:5 sent 250 2.0.0 Ok: queued as %06d\n",
						 relay_before + 1, relay_before + 2));
	assert_string_equal(rows(w, "state"), "sent; withdrawn; withdrawn; queued; sent");
	buf_done(&told.lines);
}

static void
who_is_suppressed_gets_nothing_until_it_is_lifted(void **state)
{
	static const struct queue_whom ana = { .address = "ana@example.org", .said = "ana@example.org" };
	static const struct queue_whom person = { .person_id = 1, .said = "Ana (#1)" };
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct finding_counts counts;
	int64_t lifted;

	(void)add(w, "grace:1", "Ana@example.org");
	(void)add(w, "grace:2", "other@example.org");
	(void)add(w, "grace:3", "bo@example.org");
	with_db_sql(w,
	    "UPDATE ctok.outbox SET person_id = NULL WHERE event = 'grace:3';"
	    "INSERT INTO ctok.person_email (tenant_id, email, person_id) VALUES (ctok.current_tenant(), 'ana@example.org', 1)");
	must(queue_suppress(&w->arena, w->db, &ana, &word, &err), &err);
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(rows(w, "state, tries"), "queued 0; sent 1; sent 1");
	must(finding_refresh(&w->arena, w->db, w->night.run_id, &counts, &err), &err);
	assert_string_equal(
	    with_db_text(w,
		"SELECT string_agg(class || ' ' || detail || ' ' || person_id, '; ') FROM ctok.finding WHERE cleared_at IS NULL"),
	    "MAIL_SUPPRESSED grace-notice, mail #1 1");
	/* Twice is once. */
	assert_int_equal(queue_suppress(&w->arena, w->db, &ana, &word, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_string_equal(err.message, "ana@example.org is never mailed already");
	err_reset(&err);
	/* The person, at whatever address; also as what a record became that the mail names. */
	must(queue_lift(&w->arena, w->db, &ana, &word, &lifted, &err), &err);
	must(queue_suppress(&w->arena, w->db, &person, &word, &err), &err);
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(rows(w, "state, tries"), "queued 0; sent 1; sent 1");
	with_db_sql(w, "INSERT INTO ctok.person (tenant_id, email, display_name, known_at) VALUES (ctok.current_tenant(), "
		       "'old@example.org', 'Ana', now());"
		       "INSERT INTO ctok.person_merge (tenant_id, person_id, into_id, who_name, reason, asked_at, merged_at)"
		       " VALUES (ctok.current_tenant(), 2, 1, 'Eva', 'x', now(), now()); UPDATE ctok.outbox SET person_id = 2 "
		       "WHERE event = 'grace:1'");
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(rows(w, "state, tries"), "queued 0; sent 1; sent 1");
	/* With the person all their addresses are lifted. */
	must(queue_suppress(&w->arena, w->db, &ana, &word, &err), &err);
	must(queue_lift(&w->arena, w->db, &person, &word, &lifted, &err), &err);
	assert_int_equal(lifted, 2);
	must(finding_clear_mails(w->db, 0, &err), &err);
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.finding WHERE cleared_at IS NULL"), "0");
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(rows(w, "state, tries"), "sent 1; sent 1; sent 1");
	assert_int_equal(queue_lift(&w->arena, w->db, &person, &word, &lifted, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.message, "nothing keeps Ana (#1) from being mailed");
	assert_string_equal(
	    with_db_text(w, "SELECT string_agg(what || ' ' || subject, '; ' ORDER BY batch_id) FROM ctok.audit_row"),
	    "mail suppressed suppression 1; mail suppression lifted suppression 1; mail suppressed suppression 3; "
	    "mail suppressed suppression 4; mail suppression lifted suppression 3 4");
}

static void
what_cannot_be_decided_is_said(void **state)
{
	static const struct queue_word nobody = { " ", "why", WITH_DB_NOW, 0 }, no_reason = { "Eva", NULL, WITH_DB_NOW, 0 };
	static const struct {
		const char *state, *why;
	} cases[] = {
		{ "sending", "it is being handed to the mail server, or was when a run was cut off" },
		{ "sent", "the mail server took it on 2026-05-01 05:00" },
		{ "withdrawn", "it was withdrawn, and nothing of it is left" },
	};
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	bool moved;
	size_t i;

	assert_int_equal(queue_drop(&w->arena, w->db, 7, &word, &moved, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.message, "there is no mail #7");
	assert_string_equal(err.hint, "`ctok-admin mail queue` has the numbers of those that wait.");
	(void)add(w, "grace:1", "ana@example.org");
	err_reset(&err);
	assert_int_equal(queue_retry(&w->arena, w->db, 1, &word, &moved, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_string_equal(err.message, "mail #1 (grace-notice) waits for its first try already");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		with_db_sql(w,
		    arena_printf(&w->arena, "UPDATE ctok.outbox SET state = '%s', recipient = %s, facts = '{}', accepted_at = %s",
			cases[i].state, i == 0 ? "recipient" : "NULL", i == 1 ? "rule.now()" : "NULL"));
		err_reset(&err);
		assert_int_equal(queue_retry(&w->arena, w->db, 1, &word, &moved, &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
		assert_string_equal(
		    err.message, arena_printf(&w->arena, "mail #1 (grace-notice) cannot be tried again: %s", cases[i].why));
		err_reset(&err);
		assert_int_equal(queue_drop(&w->arena, w->db, 1, &word, &moved, &err), -1);
		assert_string_equal(
		    err.message, arena_printf(&w->arena, "mail #1 (grace-notice) cannot be dropped: %s", cases[i].why));
	}
	err_reset(&err);
	assert_int_equal(queue_retry(&w->arena, w->db, 1, &nobody, &moved, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_string_equal(err.message, "a decision about mail needs the name of whoever answers for it");
	err_reset(&err);
	assert_int_equal(queue_drop(&w->arena, w->db, 1, &no_reason, &moved, &err), -1);
	assert_string_equal(err.message, "this needs a reason");
	assert_string_equal(err.hint, "Give it with --reason.");
	/* Refused, and to an address that was suppressed since. */
	(void)add(w, "grace:2", "reject@example.org");
	(void)deliver(w, WITH_DB_NOW);
	err_reset(&err);
	must(queue_suppress(&w->arena, w->db, &(struct queue_whom){ .address = "reject@example.org", .said = "x" }, &word, &err),
	    &err);
	assert_int_equal(queue_retry(&w->arena, w->db, 2, &word, &moved, &err), -1);
	assert_string_equal(err.message, "mail #2 (grace-notice) is to an address that is never mailed");
	assert_string_equal(with_db_text(w, "SELECT count(*) FROM ctok.mail_word"), "0");
}

#define KEY_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* Settings with a master key and an address for bounces. */
static void
with_bounce(struct with_db *w, const char *bounce)
{
	char *path = arena_printf(&w->arena, "%s/master.key", w->state_dir);
	struct err err = ERR_INIT;

	must(file_write(path, KEY_HEX "\n", strlen(KEY_HEX) + 1, &err), &err);
	assert_int_equal(chmod(path, 0600), 0);
	w->config.master_key = arena_printf(&w->keep, "file:%s", path);
	w->tenant.mail.bounce = bounce;
}

static void
the_envelope_sender_names_the_mail_and_nobody_forges_it(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct return_path path, other;
	const char *sender, *again;
	char *spoiled, *mail;
	int64_t id;
	size_t i;

	with_bounce(w, "Bounces@bücher.example");
	must(return_path_open(&w->arena, &w->config, &w->tenant, &path, &err), &err);
	assert_true(path.on);
	w->tenant.name = "other";
	must(return_path_open(&w->arena, &w->config, &w->tenant, &other, &err), &err);
	w->tenant.name = "acme";
	for (id = 1; id < INT64_C(1) << 40; id = id * 3 + 1) {
		sender = return_path_write(&w->arena, &path, id);
		assert_string_equal(sender, return_path_write(&w->arena, &path, id));
		assert_int_equal(strlen(sender), strlen("Bounces@xn--bcher-kva.example") + RETURN_PATH_BYTES);
		assert_true(text_starts(sender, "Bounces+") && text_ends(sender, "@xn--bcher-kva.example"));
		assert_int_equal(return_path_read(&path, sender), id);
		/* Another tenant's is none of ours. */
		assert_int_equal(return_path_read(&other, sender), 0);
		/* Servers change case. */
		spoiled = arena_strdup(&w->arena, sender);
		for (i = 0; spoiled[i] != '\0'; i++)
			if (spoiled[i] >= 'a' && spoiled[i] <= 'z')
				spoiled[i] = (char)(spoiled[i] - 32);
		assert_int_equal(return_path_read(&path, spoiled), id);
	}
	/* Neighbours do not look alike, and no sign of it may be another. */
	sender = return_path_write(&w->arena, &path, 1);
	again = return_path_write(&w->arena, &path, 2);
	assert_memory_not_equal(sender + strlen("Bounces+"), again + strlen("Bounces+"), 4);
	for (i = 0; i < strlen(sender); i++) {
		spoiled = arena_strdup(&w->arena, sender);
		spoiled[i] = spoiled[i] == 'q' ? 'r' : 'q';
		assert_int_equal(return_path_read(&path, spoiled), 0);
	}
	for (i = 0; i < strlen(sender); i++)
		assert_int_equal(return_path_read(&path, arena_strndup(&w->arena, sender, i)), 0);
	assert_int_equal(return_path_read(&path, arena_printf(&w->arena, "%sx", sender)), 0);
	assert_int_equal(return_path_read(&path, ""), 0);

	/* It is what the server hears. */
	(void)add(w, "grace:1", "ana@example.org");
	(void)deliver(w, WITH_DB_NOW);
	mail = smtpd_mail(&w->arena, &relay, relay_before + 1);
	assert_true(text_starts(mail, arena_printf(&w->arena, "X-Envelope-From: %s\r\n", sender)));
	assert_non_null(strstr(mail, "\r\nFrom: Acme Academy <academy@example.org>\r\n"));

	/* A setting that cannot be one is said once, and mail waits. */
	with_bounce(w, "bounces@");
	w->tenant.where = (struct config_where){ "test.conf", 7 };
	(void)add(w, "grace:2", "ana@example.org");
	assert_string_equal(deliver(w, WITH_DB_NOW),
	    "ERR_CONFIG: test.conf:7: `bounce` of tenant \"acme\": the address has a domain that cannot exist\n");
	assert_string_equal(rows(w, "state, tries"), "sent 1; queued 0");
	/* Without the setting nothing is one. */
	w->tenant.mail.bounce = NULL;
	must(return_path_open(&w->arena, &w->config, &w->tenant, &path, &err), &err);
	assert_false(path.on);
	assert_int_equal(return_path_read(&path, sender), 0);
}

/* When the notice of the one debt counts as given, and whether it is told that nobody got it; at a moment. */
static const char *
given(struct with_db *w, int64_t now_utc)
{
	struct err err = ERR_INIT;

	must(rules_at(w->db, now_utc, w->tenant.timezone, &err), &err);
	return with_db_text(w, "SELECT concat_ws(' ', coalesce(to_char(given_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI'), 'not'), "
			       "undeliverable) FROM rule.notice_given");
}

/* Whoever did not get the notice that access ends has a week, as with a server that takes none; but what was taken for given stays so. */
static void
a_notice_that_comes_back_in_time_was_not_given(void **state)
{
	struct with_db *w = *state;

	with_db_sql(w,
	    "INSERT INTO ctok.debt_episode (tenant_id, person_id, target_id, debt_at, why, suspend_at, notice_days, known_at)"
	    " VALUES (ctok.current_tenant(), 1, 1, rule.now(), 'term', rule.now(), 3, rule.now())");
	(void)add(w, "grace:1", "ana@example.org");
	assert_string_equal(given(w, WITH_DB_NOW), "not f");
	(void)deliver(w, WITH_DB_NOW);
	assert_string_equal(given(w, WITH_DB_NOW), "05-01 03:00 f");
	with_db_sql(w,
	    "INSERT INTO ctok.mail_bounce (tenant_id, mail_id, digest, kind, form, proof, status, words, known_at, run_id)"
	    " VALUES (ctok.current_tenant(), 1, 'a', 'delayed', 'report', 'envelope', '4.4.1', '', rule.now() + interval '1 hour', "
	    "1)");
	assert_string_equal(given(w, WITH_DB_NOW + DAY), "05-01 03:00 f");
	with_db_sql(w,
	    "INSERT INTO ctok.mail_bounce (tenant_id, mail_id, digest, kind, form, proof, status, words, known_at, run_id)"
	    " VALUES (ctok.current_tenant(), 1, 'b', 'failed', 'report', 'envelope', '5.1.1', '', rule.now() + interval '1 day', "
	    "1)");
	assert_string_equal(given(w, WITH_DB_NOW + 2 * DAY), "not f");
	assert_string_equal(given(w, WITH_DB_NOW + 7 * DAY), "05-08 03:00 t");
	/* Settled by hand or not, it was not given. */
	with_db_sql(w, "UPDATE ctok.mail_bounce SET settled_at = now()");
	assert_string_equal(given(w, WITH_DB_NOW + 2 * DAY), "not f");
	/* It came back when the days were over. */
	with_db_sql(w, "UPDATE ctok.mail_bounce SET known_at = timestamptz '2026-05-04 22:00:01+00' WHERE kind = 'failed'");
	assert_string_equal(given(w, WITH_DB_NOW + 4 * DAY), "05-01 03:00 f");
}

/* What a server does at each step, what becomes of the mail, and whether it arrives when the server is well again. */
static void
each_fault_of_a_server_has_its_state(void **state)
{
	static const struct {
		const char *fault, *told, *left; /* state, tries, doubts, code; of the message its end */
		const char *later;
		int copies;
	} cases[] = {
		/* The session: nothing of the mail was begun, it waits as it was. */
		{ "connect 0 421 4.3.2 Busy", "is not ready: 421 4.3.2 Busy", "queued 0 0", "sent", 1 },
		{ "connect 0 451 4.3.2 Later", "is not ready: 451 4.3.2 Later", "queued 0 0", "sent", 1 },
		{ "connect 0 554 5.3.2 No service", "is not ready: 554 5.3.2 No service", "queued 0 0", "sent", 1 },
		{ "connect 0 drop", "", "queued 0 0", "sent", 1 },
		{ "connect 0 silent", ": server response timeout", "queued 0 0", "sent", 1 },
		{ "ehlo 0 421 4.3.2 Busy", "", "queued 0 0", "sent", 1 },
		{ "ehlo 0 550 5.7.1 Who are you", "is not ready: 550 5.7.1 Who are you", "queued 0 0", "sent", 1 },
		{ "ehlo 0 drop", "", "queued 0 0", "sent", 1 },
		{ "ehlo 0 silent", "", "queued 0 0", "sent", 1 },
		/* One that knows no EHLO. */
		{ "ehlo 1 502 5.5.2 What", NULL, "sent 1 0 250", "sent", 1 },
		{ "mail 0 421 4.7.0 Too many", "is not ready: 421 4.7.0 Too many", "queued 0 0", "sent", 1 },
		{ "mail 0 451 4.3.0 Later", "is not ready: 451 4.3.0 Later", "queued 0 0", "sent", 1 },
		{ "mail 0 452 4.3.1 Queue is full", "is not ready: 452 4.3.1 Queue is full", "queued 0 0", "sent", 1 },
		{ "mail 0 550 5.7.1 Not you", "refused the sender: 550 5.7.1 Not you", "queued 0 0", "sent", 1 },
		{ "mail 0 drop", "", "queued 0 0", "sent", 1 },
		{ "mail 0 silent", "", "queued 0 0", "sent", 1 },
		/* 552 to MAIL is about the size of this mail. */
		{ "mail 0 552 5.3.4 Too large", NULL, "failed 1 0 552", "failed", 0 },
		/* The recipient: greylisted, and refused for good. */
		{ "rcpt 1 451 4.7.1 Greylisted", NULL, "deferred 1 0 451", "sent", 1 },
		{ "rcpt 0 450 4.2.0 Busy mailbox", NULL, "deferred 1 0 450", "sent", 1 },
		{ "rcpt 0 452 4.2.2 Mailbox full", NULL, "deferred 1 0 452", "sent", 1 },
		{ "rcpt 0 550 5.1.1 Nobody", NULL, "failed 1 0 550", "failed", 0 },
		{ "rcpt 0 553 5.1.3 No address", NULL, "failed 1 0 553", "failed", 0 },
		{ "rcpt 0 421 4.3.2 Going down", "is not ready: 421 4.3.2 Going down", "queued 0 0", "sent", 1 },
		{ "rcpt 0 drop", "", "queued 0 0", "sent", 1 },
		{ "rcpt 0 silent", "", "queued 0 0", "sent", 1 },
		/* DATA, before the message. */
		{ "data 0 451 4.3.0 Later", NULL, "deferred 1 0 451", "sent", 1 },
		{ "data 0 452 4.3.1 Queue is full", NULL, "deferred 1 0 452", "sent", 1 },
		{ "data 0 554 5.7.1 No", NULL, "failed 1 0 554", "failed", 0 },
		{ "data 0 421 4.3.2 Going down", "is not ready: 421 4.3.2 Going down", "queued 0 0", "sent", 1 },
		{ "data 0 drop", "", "queued 0 0", "sent", 1 },
		{ "data 0 silent", "", "queued 0 0", "sent", 1 },
		/* Behind the message a reply is one; without a reply the server may have it: a doubt, and a second copy. */
		{ "dot 0 451 4.3.0 Later", NULL, "deferred 1 0 451", "sent", 1 },
		{ "dot 0 452 4.3.1 Queue is full", NULL, "deferred 1 0 452", "sent", 1 },
		{ "dot 0 421 4.3.2 Going down", NULL, "deferred 1 0 421", "sent", 1 },
		{ "dot 0 550 5.7.1 Spam", NULL, "failed 1 0 550", "failed", 0 },
		{ "dot 0 552 5.2.3 Too large", NULL, "failed 1 0 552", "failed", 0 },
		{ "dot 1 drop", NULL, "doubt 1 1 0", "sent", 2 },
		{ "dot 1 silent", NULL, "doubt 1 1 0", "sent", 2 },
	};
	struct with_db *w = *state;
	const char *event, *told, *first, *second;
	int before;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *row;

		event = arena_printf(&w->arena, "fault:%zu", i);
		before = smtpd_count(&relay);
		assert_true(add(w, event, arena_printf(&w->arena, "ana%zu@example.org", i)));
		row = arena_printf(
		    &w->arena, "SELECT concat_ws(' ', state, tries, doubts, last_code) FROM ctok.outbox WHERE event = '%s'", event);
		smtpd_fault(&relay, cases[i].fault);
		told = deliver(w, WITH_DB_NOW);
		if (!text_equal(with_db_text(w, row), cases[i].left))
			fail_msg("%s: %s; %s", cases[i].fault, with_db_text(w, row), told);
		if (cases[i].told != NULL && (!text_starts(told, "ERR_SERVICE: ") || strstr(told, cases[i].told) == NULL))
			fail_msg("%s: %s", cases[i].fault, told);
		if (cases[i].told == NULL && !text_starts(told, arena_printf(&w->arena, "%s ", event)))
			fail_msg("%s: %s", cases[i].fault, told);
		smtpd_fault(&relay, NULL);
		(void)deliver(w, WITH_DB_NOW + 900);
		if (!text_starts(with_db_text(w, row), cases[i].later) || smtpd_count(&relay) - before != cases[i].copies)
			fail_msg(
			    "%s, then well: %s, %d copies", cases[i].fault, with_db_text(w, row), smtpd_count(&relay) - before);
		if (cases[i].copies == 2) {
			first = strstr(smtpd_mail(&w->arena, &relay, before + 1), "X-Envelope-To: ");
			second = strstr(smtpd_mail(&w->arena, &relay, before + 2), "X-Envelope-To: ");
			assert_string_equal(strstr(first, "\r\nFrom: "), strstr(second, "\r\nFrom: "));
		}
		/* Nothing of it is due ever again. */
		with_db_sql(w, "UPDATE ctok.outbox SET state = 'withdrawn', recipient = NULL, facts = '{}' WHERE state = 'failed'");
	}
}

/* No mail goes to a server whose certificate is not its own or of another time, nor to one that was made to hide its TLS. */
static void
a_server_that_cannot_prove_itself_gets_nothing(void **state)
{
	static const struct {
		enum smtpd_tls tls;
		const char *from_start, *told;
	} cases[] = {
		{ SMTPD_EXPIRED, NULL, "SSL certificate problem: certificate has expired\n" },
		{ SMTPD_EXPIRED, "--smtps", "SSL certificate problem: certificate has expired\n" },
		{ SMTPD_OTHER_HOST, NULL, "no alternative certificate subject name matches target host name 'localhost'\n" },
		{ SMTPD_PLAIN, NULL, "offers no TLS\n" },
	};
	struct with_db *w = *state;
	struct smtpd smtpd;
	const char *told;
	size_t i;

	(void)add(w, "grace:1", "ana@example.org");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		smtpd_start(
		    &smtpd, cases[i].tls, cases[i].from_start == NULL ? NULL : (const char *const[]){ cases[i].from_start, NULL });
		w->tenant.mail.smtp =
		    arena_printf(&w->arena, "%s://localhost:%d", cases[i].from_start == NULL ? "smtp" : "smtps", smtpd.port);
		w->tenant.mail.ca_file = cases[i].tls == SMTPD_PLAIN ? "/etc/ssl/certs/ca-certificates.crt"
								     : arena_printf(&w->arena, "%s/ca.pem", smtpd.folder);
		told = deliver(w, WITH_DB_NOW);
		if (!text_starts(told, "ERR_SERVICE: ") || !text_ends(told, cases[i].told))
			fail_msg("case %zu: %s", i, told);
		assert_string_equal(rows(w, "state, tries"), "queued 0");
		assert_int_equal(smtpd_count(&smtpd), 0);
		smtpd_stop(&smtpd);
	}
}

static void
waits_grow_and_fit_into_a_night(void **state)
{
	int64_t tries;

	(void)state;
	assert_int_equal(outbox_wait_s(1), 900);
	for (tries = 1; tries < 100; tries++) {
		assert_true(outbox_wait_s(tries + 1) >= outbox_wait_s(tries));
		assert_true(outbox_wait_s(tries) < DAY);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_mail_is_sent_once_and_then_forgets_whom_it_went_to, fresh),
		cmocka_unit_test_setup(a_set_is_enqueued_with_its_event_or_not_at_all, fresh),
		cmocka_unit_test_setup(too_many_mails_wait_for_a_person, fresh),
		cmocka_unit_test_setup(what_tells_of_a_hold_is_not_held, fresh),
		cmocka_unit_test_setup(each_answer_has_its_state_and_stops_nobody_else, fresh),
		cmocka_unit_test_setup(what_is_deferred_too_often_fails, fresh),
		cmocka_unit_test_setup(a_lost_answer_is_a_doubt_and_the_same_mail_goes_out_again, fresh),
		cmocka_unit_test_setup(silence_after_two_mails_in_a_row_keeps_the_rest, fresh),
		cmocka_unit_test_setup(killed_between_data_and_record_the_mail_is_in_doubt_and_resent, fresh),
		cmocka_unit_test_setup(a_relay_that_refuses_us_leaves_everything_queued, fresh),
		cmocka_unit_test_setup(what_cannot_be_written_stays_and_is_named, fresh),
		cmocka_unit_test_setup(who_has_no_name_is_written_to_all_the_same, fresh),
		cmocka_unit_test_setup(settings_are_asked_for_only_when_there_is_mail, fresh),
		cmocka_unit_test_setup(a_dry_run_writes_every_mail_and_sends_none, fresh),
		cmocka_unit_test_setup(a_run_stops_between_mails_when_asked, fresh),
		cmocka_unit_test_setup(the_certificate_arrives_as_it_was_made, fresh),
		cmocka_unit_test_setup(what_is_no_longer_so_is_withdrawn, fresh),
		cmocka_unit_test_setup(a_notice_whose_debt_was_cured_never_goes_out, fresh),
		cmocka_unit_test_setup(the_queue_says_what_waits_and_why, fresh),
		cmocka_unit_test_setup(a_mail_that_was_refused_is_tried_again_as_somebody_says, fresh),
		cmocka_unit_test_setup(a_dropped_mail_is_never_sent_and_its_finding_clears, fresh),
		cmocka_unit_test_setup(what_is_stopped_while_others_are_sent_does_not_go, fresh),
		cmocka_unit_test_setup(who_is_suppressed_gets_nothing_until_it_is_lifted, fresh),
		cmocka_unit_test_setup(what_cannot_be_decided_is_said, fresh),
		cmocka_unit_test_setup(the_envelope_sender_names_the_mail_and_nobody_forges_it, fresh),
		cmocka_unit_test_setup(a_notice_that_comes_back_in_time_was_not_given, fresh),
		cmocka_unit_test_setup(each_fault_of_a_server_has_its_state, fresh),
		cmocka_unit_test_setup(a_server_that_cannot_prove_itself_gets_nothing, fresh),
		cmocka_unit_test(waits_grow_and_fit_into_a_night),
	};

	return cmocka_run_group_tests(tests, open_group, close_group);
}
