#ifndef ENTITLE_DECISION_H
#define ENTITLE_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* What people decide against, or besides, what the rules say (docs/architecture.md, "Decisions"). A decision is noted here and holds from the
 * next reconcile on, which carries it out (entitle_begin(), entitle_reckon()); so is its taking back. What is noted already, or holds, is not
 * noted twice. All of these need a name and a reason, refuse what they cannot make out, and write nothing then. Days are the last ones with
 * access, in the tenant's zone. */

/* Who decided, and why. */
struct decision_word {
	const char *who;
	const char *reason;
};

struct decision_noted {
	int64_t decision_id;
	bool known; /* it was noted before, or holds: nothing was written */
};

/**
 * decision_grant(arena, db, run_id, who, what, term, until, word, ret_noted, err):
 * An access without a sale: person ${who} (as person_find() takes it) gets the courses of product ${what} ("sku:ACLS-1", a name, a rule's key), or course
 * ${what} alone, for ${term} ("P10D") or until day ${until}; both NULL: for as long as the product gives.
 *
 * Errors: ERR_USAGE for a term or a day that is none, is over, or for both; where several rules lead to the course and differ; ERR_NOT_FOUND for a person, or a
 * course or product with a rule, that is not there.
 */
MUST_CHECK int decision_grant(struct arena *, struct db *, int64_t, const char *, const char *, const char *, const char *,
    const struct decision_word *, struct decision_noted *, struct err *) __attribute__((nonnull(1, 2, 4, 5, 8, 9, 10)));

/**
 * decision_override(arena, db, run_id, kind, who, course, until, word, ret_noted, err):
 * "allow" or "deny" the access of person ${who} to ${course}, whatever the rules say, until day ${until}; NULL: until it is taken back.
 *
 * Errors: ERR_NOT_FOUND to allow what was never sold or granted to them.
 */
MUST_CHECK int decision_override(struct arena *, struct db *, int64_t, const char *, const char *, const char *, const char *,
    const struct decision_word *, struct decision_noted *, struct err *) __attribute__((nonnull(1, 2, 4, 5, 6, 8, 9, 10)));

/* What of a sale's policy is to be otherwise; NULL: as it was sold. */
struct decision_policy {
	const char *document; /* number, id or "source/number" */
	const char *person;   /* only theirs */
	const char *course;   /* only for it */
	const char *term;     /* "P10D"; "never" is without end */
	const char *until;
	const char *grace; /* days; "never" is without end */
};

/**
 * decision_policy_correct(arena, db, run_id, policy, word, ret_noted, err):
 * What was sold in a document is under another policy than it was sold under.
 *
 * Errors: ERR_USAGE if nothing is corrected, or several sales answer to it; ERR_NOT_FOUND if none does, or it gave no right; ERR_REFUSED if it is
 * only expected, and not sold yet.
 */
MUST_CHECK int decision_policy_correct(struct arena *, struct db *, int64_t, const struct decision_policy *,
    const struct decision_word *, struct decision_noted *, struct err *) __attribute__((nonnull));

/**
 * decision_answer(arena, db, run_id, finding, answers, count, until, word, ret_noted, err):
 * Decide what finding ${finding} asks: DOCUMENT_GONE "end" or "keep"; REFUND_AMBIGUOUS "seat" and the seats ("1.2": line 1, seat 2), or "keep";
 * TAKEN_AWAY "drop" or "restore".
 *
 * Errors: ERR_NOT_FOUND if there is no such finding; ERR_USAGE if it is settled, is none to decide, or has no such answer.
 */
MUST_CHECK int decision_answer(struct arena *, struct db *, int64_t, const char *, const char *const *, size_t, const char *,
    const struct decision_word *, struct decision_noted *, struct err *) __attribute__((nonnull(1, 2, 4, 5, 8, 9, 10)));

/**
 * decision_revoke(arena, db, run_id, decision, word, err):
 * Decision number ${decision} was wrong: the rules hold again.
 *
 * Errors: ERR_NOT_FOUND if there is none; ERR_USAGE if it holds no longer.
 */
MUST_CHECK int decision_revoke(struct arena *, struct db *, int64_t, const char *, const struct decision_word *, struct err *)
    __attribute__((nonnull));

/**
 * decision_list(db, past, file, err):
 * Print what waits for a decision, with the answers it has, and what was decided; what holds no longer only if ${past}.
 */
MUST_CHECK int decision_list(struct db *, bool, FILE *, struct err *) __attribute__((nonnull));

#endif
