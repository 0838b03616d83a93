#ifndef LIB_ENTITLE_DECIDE_H
#define LIB_ENTITLE_DECIDE_H

/* What all decisions share; entitle/decision.h says what they are. */

#include "entitle/decision.h"

/* A row to be. Ids as text; NULL: none. */
struct decide_row {
	const char *kind, *matter, *patch, *about, *about_at, *about_minor, *until;
	const char *units; /* array */
	const char *person, *target, *document, *rule;
};

/**
 * decide_word(arena, word, ret_word, err):
 * ${word} without blanks around it; ERR_USAGE if a name or a reason is missing.
 */
MUST_CHECK int decide_word(struct arena *, const struct decision_word *, struct decision_word *, struct err *)
    __attribute__((nonnull));

/**
 * decide_day(arena, db, day, err), decide_term(term, until, never, err):
 * Is it a day that is not over (NULL: none is given)? A term, beside ${until}? "never" is one if ${never}.
 */
MUST_CHECK int decide_day(struct arena *, struct db *, const char *, struct err *) __attribute__((nonnull(1, 2, 4)));
MUST_CHECK int decide_term(const char *, const char *, bool, struct err *) __attribute__((nonnull(4)));

/**
 * decide_person(arena, db, who, ret_person, err), decide_course(arena, db, course, ret_course, err):
 * A person in their own right, as person_find() takes them; a course that a rule leads to.
 */
MUST_CHECK int decide_person(struct arena *, struct db *, const char *, const struct db_row **, struct err *)
    __attribute__((nonnull));
MUST_CHECK int decide_course(struct arena *, struct db *, const char *, const struct db_row **, struct err *)
    __attribute__((nonnull));

/**
 * decide_note(arena, db, run_id, row, word, ret_noted, err):
 * In the open transaction: the row, unless the same is there already. What was noted about its matter and no reconcile has seen never was.
 */
MUST_CHECK int decide_note(struct arena *, struct db *, int64_t, const struct decide_row *, const struct decision_word *,
    struct decision_noted *, struct err *) __attribute__((nonnull));

/**
 * decide_revoke(arena, db, run_id, id, word, part, err):
 * In the open transaction: take decision ${id} back. ${part}: as part of another one, which the audit log has.
 */
MUST_CHECK int decide_revoke(struct arena *, struct db *, int64_t, const char *, const struct decision_word *, bool, struct err *)
    __attribute__((nonnull));

#endif
