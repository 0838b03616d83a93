/* The outbox: enqueue with the event, deliver later. Two rules keep a learner from getting a mail twice: one row per event and
 * recipient, for ever; and nothing is handed to the mail server before `sending` is committed, so that a death in between leaves a mail
 * whose fate is unknown, and is shown as such, instead of one that looks untouched. */
#include "outbox/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapter/json.h"
#include "base/file.h"
#include "base/text.h"
#include "brake/brake.h"
#include "outbox/address.h"
#include "outbox/catalogue.h"
#include "outbox/mail_template.h"
#include "outbox/message.h"
#include "outbox/relay.h"
#include "outbox/return_path.h"
#include "sql.h"

#define PAGE_ROWS "200"
#define ATTACHMENT_MAX_BYTES ((size_t)20 << 20)
#define FACTS_MAX 32
#define NAME_MAX_BYTES 200
/* After so many mails in a row without an answer the rest is better kept than put in doubt too. */
#define DOUBTS_IN_A_ROW 2

/* Rests after the first, second, … try; the last one from then on. Less than a day, so that a nightly run finds it over. */
static const int64_t waits_s[] = { 900, 3600, 4 * 3600, 12 * 3600, 20 * 3600 };

struct loaded_template {
	const char *name;
	const char *locale;
	struct mail_template *template;
	struct err err; /* why it could not be read */
	struct loaded_template *next;
};

/* A run of outbox_deliver(). */
struct session {
	struct arena keep; /* for the run */
	struct arena page; /* for the rows at hand */
	struct arena row;  /* for the mail at hand */
	struct db *db;
	const struct outbox_delivery *delivery;
	struct loaded_template *templates;
	struct relay relay;             /* opened with the first mail */
	struct return_path return_path; /* of the relay's mails */
	int64_t mails;
	int doubts_in_a_row;
};

/* A row of due.sql. */
struct due {
	int64_t mail_id;
	int64_t tries;
	int64_t queued_utc;
	bool resent;
	const char *event, *recipient, *template, *locale, *facts, *attachment_path, *attachment_name, *state, *message_id, *hash;
	char *mailbox; /* the checked address */
	bool claimed;  /* `sending`, by us */
};

int
outbox_add(
    struct arena *arena, struct db *db, const struct night *night, const struct outbox_mail *mail, bool *ret_added, struct err *err)
{
	int64_t affected;

	if (db_exec(db, sql_outbox_add,
		DB_ARGS(arena_printf(arena, "%" PRId64, night->run_id), arena_printf(arena, "%" PRId64, night->now_utc),
		    mail->event, mail->person_id == 0 ? NULL : arena_printf(arena, "%" PRId64, mail->person_id), mail->recipient,
		    mail->template, mail->locale, mail->facts_json, mail->attachment_path, mail->attachment_name),
		&affected, err) != 0)
		return err_wrap(err, "could not enqueue mail \"%s\"", mail->event);
	if (ret_added != NULL)
		*ret_added = affected > 0;
	return 0;
}

int
outbox_stage(struct db *db, struct err *err)
{
	return db_exec(db, sql_outbox_stage, DB_NONE, NULL, err);
}

int
outbox_add_staged(struct arena *arena, struct db *db, const struct night *night, int64_t *ret_added, struct err *err)
{
	int64_t added;

	if (db_exec(db, sql_outbox_add_staged,
		DB_ARGS(arena_printf(arena, "%" PRId64, night->run_id), arena_printf(arena, "%" PRId64, night->now_utc)), &added,
		err) != 0 ||
	    db_exec(db, sql_outbox_unstage, DB_NONE, NULL, err) != 0)
		return err_wrap(err, "could not enqueue mails");
	*ret_added = added;
	return 0;
}

int
outbox_withdraw(struct arena *arena, struct db *db, const char *const *events, size_t count, int64_t *ret_count, struct err *err)
{
	int64_t withdrawn = 0;

	if (count > 0 && db_exec(db, sql_outbox_withdraw, DB_ARGS(db_array(arena, events, count)), &withdrawn, err) != 0)
		return err_wrap(err, "could not withdraw mails");
	*ret_count = withdrawn;
	return 0;
}

int
outbox_retry_failed(struct arena *arena, struct db *db, const struct night *night, int64_t *ret_count, struct err *err)
{
	int64_t count;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_outbox_retry_failed, DB_ARGS(arena_printf(arena, "%" PRId64, night->now_utc)), &count, err) != 0 ||
	    db_commit(db, err) != 0) {
		db_rollback(db);
		return -1;
	}
	*ret_count = count;
	return 0;
}

int64_t
outbox_wait_s(int64_t tries)
{
	const int64_t steps = sizeof(waits_s) / sizeof(waits_s[0]);

	return waits_s[tries < 1 ? 0 : tries > steps ? steps - 1 : tries - 1];
}

const char *
outbox_outcome_name(enum outbox_outcome outcome)
{
	static const char *const names[] = {
		[OUTBOX_SENT] = "sent",
		[OUTBOX_DEFERRED] = "deferred",
		[OUTBOX_FAILED] = "failed",
		[OUTBOX_DOUBT] = "doubt",
		[OUTBOX_BLOCKED] = "blocked",
		[OUTBOX_DUE] = "due",
	};

	return names[outcome];
}

/* One statement in a transaction of its own; did it touch the row? */
static int
write_row(struct session *session, const char *sql, const struct db_args *args, bool *ret_done, struct err *err)
{
	int64_t affected;

	if (db_begin(session->db, err) != 0)
		return -1;
	if (db_end(session->db, db_exec(session->db, sql, args, &affected, err), err) != 0)
		return -1;
	*ret_done = affected == 1;
	return 0;
}

/* A row that was not as it had been read: a person dropped the mail, or suppressed its address. Not once it is ours. */
static int
changed(const struct due *due, struct err *err)
{
	return due->claimed ? err_set(err, ERR_BUG, "a mail of the outbox was changed by someone else") : 0;
}

/* What a server says may quote the address it was given. */
static void
scrub_err(struct session *session, const char *mailbox, struct err *err)
{
	(void)snprintf(err->message, sizeof(err->message), "%s", address_scrub(&session->row, err->message, mailbox));
}

/* Each template is read once a run; so is the error of one that cannot be read. */
static int
load_template(struct session *session, const struct due *due, const struct mail_template **ret_template, struct err *err)
{
	struct loaded_template *loaded;

	for (loaded = session->templates; loaded != NULL; loaded = loaded->next)
		if (strcmp(loaded->name, due->template) == 0 && strcmp(loaded->locale, due->locale) == 0)
			break;
	if (loaded == NULL) {
		loaded = ARENA_NEW(&session->keep, struct loaded_template);
		loaded->name = arena_strdup(&session->keep, due->template);
		loaded->locale = arena_strdup(&session->keep, due->locale);
		loaded->next = session->templates;
		session->templates = loaded;
		if (mail_template_open(&session->keep, session->delivery->config->template_dir, loaded->name, loaded->locale,
			&loaded->template, &loaded->err) != 0)
			loaded->template = NULL;
	}
	if (loaded->template == NULL) {
		*err = loaded->err;
		return -1;
	}
	*ret_template = loaded->template;
	return 0;
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* The tenant's values first: a fact of the same name does not replace them. Somebody of whom no source gave a name is called by their mailbox, as in
 * Moodle: what a mail has to say is not kept from them for that. */
static int
read_values(struct session *session, const struct due *due, struct mail_value **ret_values, size_t *ret_count, struct err *err)
{
	const struct catalogue_message *message = catalogue_find(due->template);
	struct mail_value *values;
	struct json *facts;
	size_t i, count = 0;

	if (json_parse(&session->row, "facts of the mail", due->facts, strlen(due->facts), &facts, err) != 0)
		return -1;
	if (facts->kind != JSON_OBJECT || facts->count > FACTS_MAX)
		return err_set(err, ERR_DATA, "the facts of the mail are not an object of at most %d texts", FACTS_MAX);
	values = ARENA_ARRAY(&session->row, facts->count + 2, struct mail_value);
	values[count++] = (struct mail_value){ "issuer", session->relay.issuer };
	values[count++] = (struct mail_value){ "reply_to",
		session->relay.reply_to.mailbox != NULL ? session->relay.reply_to.mailbox : session->relay.from.mailbox };
	for (i = 0; i < facts->count; i++) {
		if (facts->items[i].kind != JSON_STRING)
			return err_set(err, ERR_DATA, "the fact \"%s\" of the mail is not a text", facts->names[i]);
		values[count] = (struct mail_value){ facts->names[i], facts->items[i].text };
		if (text_equal(values[count].name, message->to) && is_blank(values[count].text))
			values[count].text = arena_strndup(&session->row, due->mailbox, strcspn(due->mailbox, "@"));
		count++;
	}
	*ret_values = values;
	*ret_count = count;
	return 0;
}

/* The file to attach lies in the state directory and nowhere else. */
static int
read_attachment(struct session *session, const struct due *due, struct message_file *ret_file, struct err *err)
{
	const char *path = due->attachment_path;
	char *bytes;

	if (path[0] == '/' || text_starts(path, "../") || strstr(path, "/../") != NULL)
		return err_set(err, ERR_DATA, "attachment \"%s\" is not a path within the state directory", path);
	path = arena_printf(&session->row, "%s/%s", session->delivery->config->state_dir, path);
	if (file_read(&session->row, "attachment", path, ATTACHMENT_MAX_BYTES, &bytes, &ret_file->len, err) != 0)
		return -1;
	ret_file->bytes = bytes;
	ret_file->name = due->attachment_name;
	ret_file->type = text_ends(due->attachment_path, ".pdf") ? "application/pdf" : "application/octet-stream";
	return 0;
}

/* How the recipient is called beside the address, unless it is not fit for a header. */
static const char *
recipient_name(const char *message, const struct mail_value *values, size_t count)
{
	const char *to = catalogue_find(message)->to;
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(values[i].name, to) == 0)
			return address_has_break(values[i].text) || strlen(values[i].text) > NAME_MAX_BYTES ? "" : values[i].text;
	return "";
}

static int
compose(struct session *session, const struct due *due, char **ret_bytes, size_t *ret_len, struct err *err)
{
	const struct mail_template *template;
	struct mail_value *values = NULL;
	struct message_file file = { 0 };
	struct message message = { .from = session->relay.from, .reply_to = session->relay.reply_to, .date_utc = due->queued_utc };
	struct mail_letter letter;
	size_t count = 0;

	if (load_template(session, due, &template, err) != 0 || read_values(session, due, &values, &count, err) != 0 ||
	    mail_template_fill(&session->row, template, values, count, &letter, err) != 0)
		return -1;
	if (due->attachment_path != NULL) {
		if (read_attachment(session, due, &file, err) != 0)
			return -1;
		message.file = &file;
	}
	message.to = (struct address){ recipient_name(due->template, values, count), due->mailbox };
	message.subject = letter.subject;
	message.text = letter.text;
	message.delsp = letter.delsp;
	message.html = letter.html;
	message.language = mail_template_language(template);
	message.message_id = due->message_id;
	return message_build(&session->row, &message, ret_bytes, ret_len, err);
}

static void
report(struct session *session, const struct due *due, enum outbox_outcome outcome, int code, const char *reply,
    const struct err *error)
{
	const struct outbox_delivery *delivery = session->delivery;

	if (delivery->report == NULL)
		return;
	delivery->report(delivery->context, &(struct outbox_report){
						.mail_id = due->mail_id,
						.event = due->event,
						.template = due->template,
						.locale = due->locale,
						.outcome = outcome,
						.resent = due->resent,
						.code = code,
						.reply = reply,
						.message_id = due->message_id,
						.recipient = delivery->dry_run ? due->recipient : NULL,
						.error = error,
					    });
}

/* Commit what became of a try, then tell. */
static int
record(struct session *session, const struct due *due, enum outbox_outcome outcome, int code, const char *reply, struct err *err)
{
	const struct night *night = session->delivery->night;
	struct arena *arena = &session->row;
	int64_t tries = due->tries + 1;
	bool done;

	/* No relay keeps a mail for ever either. */
	if ((outcome == OUTBOX_DEFERRED || outcome == OUTBOX_DOUBT) && tries >= session->delivery->tenant->mail.max_tries) {
		outcome = OUTBOX_FAILED;
		reply = arena_printf(arena, "given up after %" PRId64 " tries: %s", tries, reply);
	}
	if (!session->delivery->dry_run) {
		if (write_row(session, sql_outbox_record,
			DB_ARGS(arena_printf(arena, "%" PRId64, due->mail_id), outbox_outcome_name(outcome),
			    arena_printf(arena, "%d", code), reply, arena_printf(arena, "%" PRId64, night->now_utc),
			    arena_printf(arena, "%" PRId64, outbox_wait_s(tries)), arena_printf(arena, "%" PRId64, night->run_id)),
			&done, err) != 0)
			return -1;
		if (!done)
			return changed(due, err);
	}
	report(session, due, outcome, code, reply, NULL);
	return 0;
}

/* Hand one mail over: claim it, send it, record the answer. */
static int
hand_over(struct session *session, struct due *due, const char *bytes, size_t len, struct err *err)
{
	static const enum outbox_outcome outcomes[] = {
		[SMTP_ACCEPTED] = OUTBOX_SENT,
		[SMTP_DEFERRED] = OUTBOX_DEFERRED,
		[SMTP_REJECTED] = OUTBOX_FAILED,
		[SMTP_DOUBT] = OUTBOX_DOUBT,
	};
	const struct night *night = session->delivery->night;
	struct arena *arena = &session->row;
	const char *mail_id = arena_printf(arena, "%" PRId64, due->mail_id);
	struct smtp_mail mail = { session->relay.from.mailbox, due->mailbox, bytes, len };
	struct smtp_answer *answer;
	struct err other = ERR_INIT;
	bool released;

	if (write_row(session, sql_outbox_claim,
		DB_ARGS(mail_id, due->message_id, arena_printf(arena, "%" PRId64, night->run_id),
		    arena_printf(arena, "%" PRId64, night->now_utc)),
		&due->claimed, err) != 0)
		return -1;
	if (!due->claimed)
		return changed(due, err);
	if (session->return_path.on)
		mail.sender = return_path_write(arena, &session->return_path, due->mail_id);
	if (smtp_send(arena, session->relay.smtp, &mail, &answer, err) != 0) {
		scrub_err(session, due->mailbox, err);
		/* Nothing was handed over. Should this fail too, the next run takes the mail for a doubt, which is safe. */
		if (write_row(session, sql_outbox_release, DB_ARGS(mail_id, due->state), &released, &other) != 0)
			return err_hint(err, "The mail at hand stays \"sending\": %s.", other.message);
		return -1;
	}
	if (record(session, due, outcomes[answer->outcome], answer->code, address_scrub(arena, answer->text, due->mailbox), err) !=
	    0)
		return -1;
	session->doubts_in_a_row = answer->outcome == SMTP_DOUBT ? session->doubts_in_a_row + 1 : 0;
	if (session->doubts_in_a_row >= DOUBTS_IN_A_ROW)
		return err_set(
		    err, ERR_SERVICE, "the mail server gave no answer to %d mails in a row: the rest waits", DOUBTS_IN_A_ROW);
	return 0;
}

static int
deliver_one(struct session *session, struct due *due, struct err *err)
{
	struct err why = ERR_INIT;
	char *bytes;
	size_t len;

	/* Settings come before the first mail, so that a wrong one is said once and not of each mail. */
	if (session->relay.smtp == NULL &&
	    (return_path_open(&session->keep, session->delivery->config, session->delivery->tenant, &session->return_path, err) !=
		    0 ||
		relay_open(&session->keep, session->delivery->tenant, session->delivery->limits, &session->relay, err) != 0))
		return -1;
	if (due->message_id == NULL)
		due->message_id = arena_printf(&session->row, "<%s@%s>", due->hash, address_domain(session->relay.from.mailbox));
	if (address_recipient(&session->row, due->recipient, &due->mailbox, &why) != 0)
		return record(session, due, OUTBOX_FAILED, 0, why.message, err);
	if (compose(session, due, &bytes, &len, &why) != 0) {
		report(session, due, OUTBOX_BLOCKED, 0, "", &why);
		return 0;
	}
	if (session->delivery->dry_run) {
		report(session, due, OUTBOX_DUE, 0, "", NULL);
		return 0;
	}
	return hand_over(session, due, bytes, len, err);
}

static struct due
read_due(const struct db_row *row)
{
	return (struct due){
		.mail_id = db_int(row, "mail_id"),
		.tries = db_int(row, "tries"),
		.queued_utc = db_int(row, "queued"),
		.resent = db_int(row, "doubts") > 0,
		.event = db_value(row, "event"),
		.recipient = db_value(row, "recipient"),
		.template = db_value(row, "template"),
		.locale = db_value(row, "locale"),
		.facts = db_value(row, "facts"),
		.attachment_path = db_value(row, "attachment_path"),
		.attachment_name = db_value(row, "attachment_name"),
		.state = db_value(row, "state"),
		.message_id = db_value(row, "message_id"),
		.hash = db_value(row, "hash"),
	};
}

/* All that is due, a page at a time. Mails are taken in the order of (tries, mail_id); one that was tried has its next try later
 * than now, and one that is blocked, or whose recipient is never mailed, lies behind the cursor, so that none is seen twice. */
static int
deliver_all(struct session *session, struct err *err)
{
	const struct outbox_delivery *delivery = session->delivery;
	int64_t tries = -1, mail_id = 0;
	struct db_row *rows;
	struct due due;
	size_t count, i;

	for (;;) {
		arena_reset(&session->row);
		arena_reset(&session->page);
		if (db_rows(&session->page, session->db, sql_outbox_due,
			DB_ARGS(arena_printf(&session->row, "%" PRId64, delivery->night->now_utc),
			    arena_printf(&session->row, "%" PRId64, tries), arena_printf(&session->row, "%" PRId64, mail_id),
			    PAGE_ROWS),
			&rows, &count, err) != 0)
			return -1;
		if (count == 0)
			return 0;
		for (i = 0; i < count; i++) {
			if (delivery->go_on != NULL && !delivery->go_on(delivery->context))
				return 0;
			if (delivery->max_mails > 0 && session->mails >= delivery->max_mails)
				return 0;
			arena_reset(&session->row);
			due = read_due(&rows[i]);
			tries = due.tries;
			mail_id = due.mail_id;
			if (db_bool(&rows[i], "suppressed"))
				continue;
			session->mails++;
			if (deliver_one(session, &due, err) != 0)
				return -1;
		}
	}
}

/* Mails of a run that died are in doubt; and above the limit of a night all wait for a person. */
static int
begin(struct arena *arena, struct db *db, const struct night *night, struct err *err)
{
	const char *now = arena_printf(arena, "%" PRId64, night->now_utc);
	int rc = -1;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_outbox_doubt_left, DB_ARGS(now), NULL, err) != 0)
		goto out;
	if (brake_begin(db, err) != 0)
		goto out;
	if (db_exec(db, sql_outbox_judged, DB_ARGS(now), NULL, err) != 0)
		goto out;
	if (brake_hold(db, night->run_id, BRAKE_MAIL, err) != 0)
		goto out;
	if (db_exec(db, sql_outbox_hold, DB_NONE, NULL, err) != 0)
		goto out;
	rc = 0;
out:
	return db_end(db, rc, err);
}

int
outbox_approved(struct db *db, struct err *err)
{
	return db_exec(db, sql_outbox_approved, DB_NONE, NULL, err);
}

int
outbox_held(struct arena *arena, struct db *db, int64_t *ret_mails, struct err *err)
{
	struct db_row *row;

	if (db_row(arena, db, sql_outbox_held, DB_NONE, &row, err) != 0)
		return -1;
	*ret_mails = db_int(row, "held");
	return 0;
}

int
outbox_deliver(struct db *db, const struct outbox_delivery *delivery, struct err *err)
{
	struct session session = { .keep = ARENA_INIT, .page = ARENA_INIT, .row = ARENA_INIT, .db = db, .delivery = delivery };
	int rc = -1;

	if (!delivery->dry_run && begin(&session.keep, db, delivery->night, err) != 0)
		goto out;
	rc = deliver_all(&session, err);
out:
	relay_close(&session.relay);
	arena_done(&session.row);
	arena_done(&session.page);
	arena_done(&session.keep);
	return rc;
}
