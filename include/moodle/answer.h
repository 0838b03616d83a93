#ifndef MOODLE_ANSWER_H
#define MOODLE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "adapter/json.h"
#include "base/arena.h"
#include "base/err.h"

/* What the body of an answer says. Practically every failure of a Moodle web service is HTTP 200: success or failure is told by the
 * body, an object with the key `exception`. Its class name changes between releases; `errorcode` is the stable part. */

struct answer_raw {
	const char *function;
	bool repeatable;  /* a read; an unreadable answer to a write leaves it in doubt */
	long status;      /* of HTTP */
	const char *body; /* NUL-terminated */
	size_t body_len;
};

/**
 * answer_judge(arena, raw, ret_json, ret_errorcode, err):
 * Give the parsed answer of a call that went well. After a refusal ${ret_errorcode} is Moodle's error code ("" if it sent none);
 * it stays NULL after any other failure.
 *
 * Errors: ERR_SERVICE site maintenance, upgrade, database down, trouble in the database during a read: may be tried again, nothing
 *         was done.
 *         ERR_REFUSED token, account or capability; the hint says what to give.
 *         ERR_REJECTED anything else Moodle refused.
 *         ERR_DATA the answer is not JSON (HTML, XML, cut); ERR_DOUBT the same of a write.
 *         ERR_CONFIG there is no web service at this address.
 */
MUST_CHECK int answer_judge(struct arena *, const struct answer_raw *, struct json **, const char **, struct err *)
    __attribute__((nonnull));

/**
 * answer_barred(errorcode):
 * Is it a refusal of the caller as such (token, service, account), which no other row or course will fare better with?
 */
bool answer_barred(const char *) __attribute__((nonnull));

/**
 * answer_barred_course(errorcode):
 * Does it hold for every row of the same course (method missing, course closed to us, role not assignable there)?
 */
bool answer_barred_course(const char *) __attribute__((nonnull));

/**
 * answer_needs(function):
 * The capabilities a function wants, for hints; NULL if it wants none.
 */
const char *answer_needs(const char *) __attribute__((nonnull));

#endif
