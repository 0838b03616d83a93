#ifndef OUTBOX_OUTBOX_H
#define OUTBOX_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "adapter/smtp.h"
#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"

/* Mail to send (table `outbox`), enqueued in the transaction of the event that causes it. The tenant is the one the connection is set to. */

struct outbox_mail {
	const char *event;     /* "certificate:<issue_id>", "grace:<episode_id>": one mail per event and recipient, for ever */
	int64_t person_id;     /* 0: not to a learner */
	const char *recipient; /* bare address */
	const char *template;  /* "certificate", "grace-notice" */
	const char *locale;
	const char *facts_json;      /* object of texts; dates as "YYYY-MM-DD" in the tenant's zone */
	const char *attachment_path; /* relative to the state directory; NULL: none */
	const char *attachment_name; /* as the recipient sees it */
};

/**
 * outbox_add(arena, db, night, mail, ret_added, err):
 * Enqueue one mail in the open transaction. ${ret_added} (may be NULL) is false if it was enqueued before. Nothing of it is judged
 * here: what is wrong with an address or a fact is said at delivery, and does not undo the event.
 */
MUST_CHECK int outbox_add(struct arena *, struct db *, const struct night *, const struct outbox_mail *, bool *, struct err *)
    __attribute__((nonnull(1, 2, 3, 4, 6)));

/**
 * outbox_stage(db, err), outbox_add_staged(arena, db, night, ret_added, err):
 * The same for a set. outbox_stage() makes the TEMP table `mail_new` (sql/outbox/stage.sql) for this transaction; the caller fills it
 * with one `INSERT INTO mail_new SELECT …`; outbox_add_staged() enqueues it, drops the table, and counts what is new.
 */
MUST_CHECK int outbox_stage(struct db *, struct err *) __attribute__((nonnull));
MUST_CHECK int outbox_add_staged(struct arena *, struct db *, const struct night *, int64_t *, struct err *)
    __attribute__((nonnull));

/**
 * outbox_withdraw(arena, db, events, count, ret_count, err):
 * What these events' mails say is no longer so: those that were not sent yet never will be. In the open transaction, like the change that
 * made them moot.
 */
MUST_CHECK int outbox_withdraw(struct arena *, struct db *, const char *const *, size_t, int64_t *, struct err *)
    __attribute__((nonnull(1, 2, 5, 6)));

enum outbox_outcome {
	OUTBOX_SENT,     /* accepted by the mail server */
	OUTBOX_DEFERRED, /* refused for now */
	OUTBOX_FAILED,   /* refused for good or too often, or no address to send to */
	OUTBOX_DOUBT,    /* handed over, no answer */
	OUTBOX_BLOCKED,  /* cannot be written (template, attachment): stays as it was until that is mended */
	OUTBOX_DUE       /* dry run: would be sent */
};

/* What happened to one mail. No personal data but `recipient`, which is set in a dry run only. */
struct outbox_report {
	int64_t mail_id;
	const char *event;
	const char *template;
	const char *locale;
	enum outbox_outcome outcome;
	bool resent;       /* was in doubt before: the recipient may have it twice */
	int code;          /* the server's, 0 if it was not asked */
	const char *reply; /* the server's words, or ours; addresses taken out */
	const char *message_id;
	const char *recipient;
	const struct err *error; /* OUTBOX_BLOCKED: why */
};

struct outbox_delivery {
	const struct config *config;        /* template and state directories */
	const struct config_tenant *tenant; /* mail settings, issuer */
	const struct night *night;
	const struct smtp_limits *limits;                     /* NULL: SMTP_LIMITS */
	int64_t max_mails;                                    /* 0: all that are due */
	bool dry_run;                                         /* write every mail, send and change nothing */
	bool (*go_on)(void *);                                /* asked before each mail; NULL: always */
	void (*report)(void *, const struct outbox_report *); /* told of each mail; NULL: nobody */
	void *context;                                        /* of both */
};

/**
 * outbox_deliver(db, delivery, err):
 * Send what is due, one recipient a message, over one kept connection; what the mail brake holds waits for an approval. Each mail is `sending`, committed, before the server hears of it,
 * and its outcome is committed before the next: run again after a death anywhere, only a mail whose answer was lost goes out twice, with
 * the same Message-ID, and is reported as such. What the server says about one mail does not stop the others.
 *
 * Errors: ERR_SERVICE if the server cannot be reached, refuses our login, sender or TLS, or breaks off: the rest stays queued.
 * ERR_CONFIG for mail settings that are missing or wrong while mail is due. OUTBOX_BLOCKED mails are no error here: the report has it.
 */
MUST_CHECK int outbox_deliver(struct db *, const struct outbox_delivery *, struct err *) __attribute__((nonnull));

/**
 * outbox_approved(db, err), outbox_held(arena, db, ret_mails, err):
 * In the open transaction: let go what was approved. How many mails a brake holds.
 */
MUST_CHECK int outbox_approved(struct db *, struct err *) __attribute__((nonnull));
MUST_CHECK int outbox_held(struct arena *, struct db *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * outbox_retry_failed(arena, db, night, ret_count, err):
 * Queue again what was refused for good.
 */
MUST_CHECK int outbox_retry_failed(struct arena *, struct db *, const struct night *, int64_t *, struct err *)
    __attribute__((nonnull));

/**
 * outbox_wait_s(tries):
 * How long a mail rests after its ${tries}th try that did not succeed.
 */
int64_t outbox_wait_s(int64_t);

/**
 * outbox_outcome_name(outcome):
 * "sent", "deferred", "failed", "doubt", "blocked", "due".
 */
const char *outbox_outcome_name(enum outbox_outcome) __attribute__((returns_nonnull));

#endif
