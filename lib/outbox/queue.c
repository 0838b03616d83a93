/* Decisions about mails that wait. What a mail's state allows is judged here, under the lock of its row, so that one that is being handed over
 * at this moment is neither sent twice nor lost. */
#include "outbox/queue.h"

#include <inttypes.h>

#include "base/text.h"
#include "db/audit.h"
#include "sql.h"

enum wanted {
	WANTS_NAME,
	WANTS_REASON /* and a name */
};

static int
check_word(struct arena *arena, const struct queue_word *word, enum wanted wanted, struct queue_word *ret_word, struct err *err)
{
	struct queue_word said = *word;

	said.who = text_trim(arena, word->who != NULL ? word->who : "");
	said.reason = text_trim(arena, word->reason != NULL ? word->reason : "");
	if (said.who[0] == '\0') {
		(void)err_set(err, ERR_USAGE, "a decision about mail needs the name of whoever answers for it");
		return err_hint(err, "Give it with --name.");
	}
	if (wanted == WANTS_REASON && said.reason[0] == '\0') {
		(void)err_set(err, ERR_USAGE, "this needs a reason");
		return err_hint(err, "Give it with --reason.");
	}
	*ret_word = said;
	return 0;
}

static const char *
number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%" PRId64, value);
}

/* The audit log holds no names and no addresses: what was decided, and about which rows. */
static int
seal(struct db *db, const struct queue_word *word, const char *what, const char *subject, const char *detail, struct err *err)
{
	if (audit_add(db, word->run_id, what, subject, detail, err) != 0)
		return -1;
	return audit_seal(db, word->run_id, err);
}

int
queue_show(struct arena *arena, struct db *db, int64_t max, FILE *file, int64_t *ret_mails, struct err *err)
{
	struct db_row *rows;
	size_t count, i;
	int64_t mails = 0;

	if (db_rows(arena, db, sql_outbox_queue, DB_ARGS(number(arena, max)), &rows, &count, err) != 0)
		return -1;
	if (count > 0) {
		mails = db_int(&rows[0], "mails");
		(void)fprintf(
		    file, "%-8s  %-16s  %-8s  %5s  %-16s  %s\n", "MAIL", "SINCE", "STATE", "TRIES", "NEXT", "WHAT, TO WHOM");
	}
	for (i = 0; i < count; i++) {
		static const char *const more[] = { "reply", "held", "suppressed" };
		const struct db_row *row = &rows[i];
		size_t k;

		(void)fprintf(file, "%-8s  %-16s  %-8s  %5s  %-16s  %s, %s\n", arena_printf(arena, "#%s", db_value(row, "mail_id")),
		    db_value(row, "since"), db_value(row, "state"), db_value(row, "tries"), db_value(row, "next"),
		    db_value(row, "template"), db_value(row, "whom"));
		for (k = 0; k < sizeof(more) / sizeof(more[0]); k++)
			if (db_value(row, more[k]) != NULL)
				(void)fprintf(file, "%10s%s\n", "", db_value(row, more[k]));
	}
	*ret_mails = mails;
	return 0;
}

/* The row of a mail that may be decided about, locked; an error that says why not. */
static int
look_up(struct arena *arena, struct db *db, int64_t mail_id, const char *what, struct db_row **ret_row, struct err *err)
{
	struct db_row *row;
	const char *state;

	if (db_maybe(arena, db, sql_outbox_mail_state, DB_ARGS(number(arena, mail_id)), &row, err) != 0)
		return -1;
	if (row == NULL) {
		(void)err_set(err, ERR_NOT_FOUND, "there is no mail #%" PRId64, mail_id);
		return err_hint(err, "`ctok-admin mail queue` has the numbers of those that wait.");
	}
	state = db_value(row, "state");
	if (text_equal(state, "sent")) {
		(void)err_set(err, ERR_USAGE, "mail #%" PRId64 " (%s) cannot be %s: the mail server took it on %s", mail_id,
		    db_value(row, "template"), what, db_value(row, "at"));
		return err_hint(err, "What it said, and to whom, is not kept once it was sent.");
	}
	if (text_equal(state, "withdrawn"))
		return err_set(err, ERR_USAGE, "mail #%" PRId64 " (%s) cannot be %s: it was withdrawn, and nothing of it is left",
		    mail_id, db_value(row, "template"), what);
	if (text_equal(state, "sending")) {
		(void)err_set(err, ERR_USAGE,
		    "mail #%" PRId64 " (%s) cannot be %s: it is being handed to the mail server, or was when a run was cut off",
		    mail_id, db_value(row, "template"), what);
		return err_hint(
		    err, "The next run of ctok-mail tells. To keep it from being sent again, suppress its address first.");
	}
	*ret_row = row;
	return 0;
}

static int
retry_one(struct arena *arena, struct db *db, int64_t mail_id, const struct queue_word *word, bool *ret_moved, struct err *err)
{
	const char *id = number(arena, mail_id);
	struct db_row *mail, *done;

	if (look_up(arena, db, mail_id, "tried again", &mail, err) != 0)
		return -1;
	if (text_equal(db_value(mail, "state"), "queued"))
		return err_set(err, ERR_USAGE, "mail #%s (%s) waits for its first try already", id, db_value(mail, "template"));
	if (text_equal(db_value(mail, "state"), "returned")) {
		(void)err_set(err, ERR_USAGE, "mail #%s (%s) cannot be tried again: it was taken on %s, and came back", id,
		    db_value(mail, "template"), db_value(mail, "at"));
		return err_hint(err, "What it said, and to whom, is not kept once it was sent. Tell the learner by other means.");
	}
	if (db_bool(mail, "suppressed")) {
		(void)err_set(
		    err, ERR_USAGE, "mail #%s (%s) is to an address that is never mailed", id, db_value(mail, "template"));
		return err_hint(err, "`ctok-admin mail suppress ADDRESS --lift` lets it be mailed again.");
	}
	if (db_row(arena, db, sql_outbox_retry, DB_ARGS(id, word->who, word->reason, number(arena, word->now_utc)), &done, err) !=
	    0)
		return -1;
	*ret_moved = db_int(done, "moved") > 0;
	return seal(db, word, "mail retried", arena_printf(arena, "mail %s", id), "{}", err);
}

int
queue_retry(struct arena *arena, struct db *db, int64_t mail_id, const struct queue_word *word, bool *ret_moved, struct err *err)
{
	struct queue_word said;

	if (check_word(arena, word, WANTS_NAME, &said, err) != 0 || db_begin(db, err) != 0)
		return -1;
	return db_end(db, retry_one(arena, db, mail_id, &said, ret_moved, err), err);
}

static int
retry_all(
    struct arena *arena, struct db *db, const struct queue_word *word, int64_t *ret_mails, int64_t *ret_moved, struct err *err)
{
	struct db_row *done;

	if (db_row(arena, db, sql_outbox_retry, DB_ARGS(NULL, word->who, word->reason, number(arena, word->now_utc)), &done, err) !=
	    0)
		return -1;
	*ret_mails = db_int(done, "mails");
	*ret_moved = db_int(done, "moved");
	if (*ret_mails == 0)
		return 0;
	return seal(db, word, "mails retried", "failed mails", arena_printf(arena, "{\"mails\":%" PRId64 "}", *ret_mails), err);
}

int
queue_retry_failed(
    struct arena *arena, struct db *db, const struct queue_word *word, int64_t *ret_mails, int64_t *ret_moved, struct err *err)
{
	struct queue_word said;

	if (check_word(arena, word, WANTS_NAME, &said, err) != 0 || db_begin(db, err) != 0)
		return -1;
	return db_end(db, retry_all(arena, db, &said, ret_mails, ret_moved, err), err);
}

static int
drop_one(struct arena *arena, struct db *db, int64_t mail_id, const struct queue_word *word, bool *ret_returned, struct err *err)
{
	const char *id = number(arena, mail_id);
	struct db_row *mail;

	if (look_up(arena, db, mail_id, "dropped", &mail, err) != 0)
		return -1;
	if (db_exec(db, sql_outbox_drop, DB_ARGS(id, word->who, word->reason, number(arena, word->now_utc)), NULL, err) != 0)
		return -1;
	*ret_returned = text_equal(db_value(mail, "state"), "returned");
	return seal(db, word, *ret_returned ? "mail settled" : "mail dropped", arena_printf(arena, "mail %s", id), "{}", err);
}

int
queue_drop(struct arena *arena, struct db *db, int64_t mail_id, const struct queue_word *word, bool *ret_returned, struct err *err)
{
	struct queue_word said;

	if (check_word(arena, word, WANTS_REASON, &said, err) != 0 || db_begin(db, err) != 0)
		return -1;
	return db_end(db, drop_one(arena, db, mail_id, &said, ret_returned, err), err);
}

static const char *
person_of(struct arena *arena, const struct queue_whom *whom)
{
	return whom->address != NULL ? NULL : number(arena, whom->person_id);
}

static int
suppress(struct arena *arena, struct db *db, const struct queue_whom *whom, const struct queue_word *word, struct err *err)
{
	struct db_row *row;

	if (db_maybe(arena, db, sql_outbox_suppress,
		DB_ARGS(whom->address, person_of(arena, whom), word->who, word->reason, number(arena, word->now_utc)), &row,
		err) != 0)
		return -1;
	if (row == NULL)
		return err_set(err, ERR_USAGE, "%s is never mailed already", whom->said);
	return seal(db, word, "mail suppressed", arena_printf(arena, "suppression %s", db_value(row, "suppression_id")), "{}", err);
}

int
queue_suppress(struct arena *arena, struct db *db, const struct queue_whom *whom, const struct queue_word *word, struct err *err)
{
	struct queue_word said;

	if (check_word(arena, word, WANTS_REASON, &said, err) != 0 || db_begin(db, err) != 0)
		return -1;
	return db_end(db, suppress(arena, db, whom, &said, err), err);
}

static int
lift(struct arena *arena, struct db *db, const struct queue_whom *whom, const struct queue_word *word, int64_t *ret_count,
    struct err *err)
{
	const char *ids = "";
	struct db_row *rows;
	size_t count, i;

	if (db_rows(arena, db, sql_outbox_lift,
		DB_ARGS(whom->address, person_of(arena, whom), word->who, word->reason, number(arena, word->now_utc)), &rows,
		&count, err) != 0)
		return -1;
	if (count == 0) {
		(void)err_set(err, ERR_NOT_FOUND, "nothing keeps %s from being mailed", whom->said);
		return err_hint(err, "`ctok-admin mail suppress` lists who is never mailed.");
	}
	for (i = 0; i < count; i++)
		ids = arena_printf(arena, "%s %s", ids, db_value(&rows[i], "suppression_id"));
	*ret_count = (int64_t)count;
	return seal(db, word, "mail suppression lifted", arena_printf(arena, "suppression%s", ids), "{}", err);
}

int
queue_lift(struct arena *arena, struct db *db, const struct queue_whom *whom, const struct queue_word *word, int64_t *ret_count,
    struct err *err)
{
	struct queue_word said;

	if (check_word(arena, word, WANTS_REASON, &said, err) != 0 || db_begin(db, err) != 0)
		return -1;
	return db_end(db, lift(arena, db, whom, &said, ret_count, err), err);
}

int
queue_suppressions(struct arena *arena, struct db *db, FILE *file, int64_t *ret_count, struct err *err)
{
	struct db_row *rows;
	size_t count, i;

	if (db_rows(arena, db, sql_outbox_suppressions, DB_NONE, &rows, &count, err) != 0)
		return -1;
	for (i = 0; file != NULL && i < count; i++)
		(void)fprintf(file, "%s: %s\n", db_value(&rows[i], "whom"), db_value(&rows[i], "why"));
	*ret_count = (int64_t)count;
	return 0;
}
