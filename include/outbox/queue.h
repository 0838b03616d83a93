#ifndef OUTBOX_QUEUE_H
#define OUTBOX_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* What people decide about mails that wait: to try one again, never to send it, never to mail somebody. Each decision stands on record with who
 * and why; none needs the night, so that a mail can be stopped while others are being sent. The tenant is the one the connection is set to. */

/* Who decided, why, and when: the clock of the program. */
struct queue_word {
	const char *who;
	const char *reason;
	int64_t now_utc;
	int64_t run_id; /* for the audit log; 0 outside a night */
};

/**
 * queue_show(arena, db, max, file, ret_mails, err):
 * Print what waits and what was refused for good, the oldest first: since when, how often it was tried, when it is tried again, the server's
 * last words, and what holds it. At most ${max} mails, 0: all. ${ret_mails} is how many there are.
 */
MUST_CHECK int queue_show(struct arena *, struct db *, int64_t, FILE *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * queue_retry(arena, db, mail_id, word, ret_moved, err):
 * Try a mail that was refused or deferred again at the next run. One that was refused for good goes to the address that its person has now;
 * ${ret_moved} says whether that is another one.
 *
 * Errors: ERR_NOT_FOUND if there is no such mail; ERR_USAGE if it waits for its first try, is under way, was sent or withdrawn, if its address
 * is suppressed, or without a name.
 */
MUST_CHECK int queue_retry(struct arena *, struct db *, int64_t, const struct queue_word *, bool *, struct err *)
    __attribute__((nonnull));

/**
 * queue_retry_failed(arena, db, word, ret_mails, ret_moved, err):
 * The same for all that were refused for good, but for those to suppressed addresses.
 */
MUST_CHECK int queue_retry_failed(struct arena *, struct db *, const struct queue_word *, int64_t *, int64_t *, struct err *)
    __attribute__((nonnull));

/**
 * queue_drop(arena, db, mail_id, word, ret_returned, err):
 * Never send this mail; whom it was for is forgotten. Of one that was sent and came back: somebody has seen to it (${ret_returned}).
 *
 * Errors: as queue_retry(); ERR_USAGE without a reason.
 */
MUST_CHECK int queue_drop(struct arena *, struct db *, int64_t, const struct queue_word *, bool *, struct err *)
    __attribute__((nonnull));

/* Whom a suppression is about: an address as email_normalise() gives it, or a person; the other is NULL or 0. */
struct queue_whom {
	const char *address;
	int64_t person_id;
	const char *said; /* as it was asked for, in messages */
};

/**
 * queue_suppress(arena, db, whom, word, err), queue_lift(arena, db, whom, word, ret_count, err):
 * Never mail an address, or a person at whatever address; mail them again: a person with all addresses of theirs.
 *
 * Errors: ERR_USAGE if that is so already, without a name or a reason; queue_lift(): ERR_NOT_FOUND if nothing is suppressed.
 */
MUST_CHECK int queue_suppress(struct arena *, struct db *, const struct queue_whom *, const struct queue_word *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int queue_lift(struct arena *, struct db *, const struct queue_whom *, const struct queue_word *, int64_t *,
    struct err *) __attribute__((nonnull));

/**
 * queue_suppressions(arena, db, file, ret_count, err):
 * Print who is never mailed, since when and why. ${file} NULL: only count them.
 */
MUST_CHECK int queue_suppressions(struct arena *, struct db *, FILE *, int64_t *, struct err *)
    __attribute__((nonnull(1, 2, 4, 5)));

#endif
