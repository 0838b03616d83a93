#ifndef PARTY_PERSON_H
#define PARTY_PERSON_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* Who is who, as far as people decide it. What is asked for here is carried out by the next reconcile (party_decide()), so that persons,
 * rights and plan move together; until then it can be taken back without a trace. */

/**
 * person_find(arena, db, who, ret_person, err):
 * The one person whom ${who} means: an e-mail, a user name, a part of a name or "#id". Columns person_id, name, email.
 *
 * Errors: ERR_NOT_FOUND if nobody answers to it; ERR_USAGE listing the candidates if several do.
 */
MUST_CHECK int person_find(struct arena *, struct db *, const char *, const struct db_row **, struct err *)
    __attribute__((nonnull));

/* Who decided, and why. */
struct person_word {
	const char *who;
	const char *reason;
};

/**
 * person_merge(arena, db, run_id, record, into, word, ret_merge_id, err):
 * Record ${record} and person ${into}, each as person_find() takes them, are one human, called and written to as ${into} is.
 *
 * Errors: ERR_USAGE if one of them is part of another already, if a change of theirs in Moodle is in doubt, without a name or a reason;
 * person_find()'s.
 */
MUST_CHECK int person_merge(struct arena *, struct db *, int64_t, const char *, const char *, const struct person_word *, int64_t *,
    struct err *) __attribute__((nonnull));

/**
 * person_split(arena, db, run_id, record, word, err):
 * The merge of ${record} was wrong: what it brought, and what came since under its addresses, is its own again.
 *
 * Errors: ERR_NOT_FOUND if it is part of nobody; ERR_USAGE if who has it became part of another since.
 */
MUST_CHECK int person_split(struct arena *, struct db *, int64_t, const char *, const struct person_word *, struct err *)
    __attribute__((nonnull));

/**
 * person_alias(arena, db, run_id, who, email, word, err):
 * The address ${email} is that person's too.
 *
 * Errors: ERR_USAGE if it is no address, or somebody else's.
 */
MUST_CHECK int person_alias(struct arena *, struct db *, int64_t, const char *, const char *, const struct person_word *,
    struct err *) __attribute__((nonnull));

/**
 * person_confirm(arena, db, run_id, who, word, err):
 * The name that person goes by now is the same human's as before.
 *
 * Errors: ERR_NOT_FOUND if nothing about the name is open.
 */
MUST_CHECK int person_confirm(struct arena *, struct db *, int64_t, const char *, const struct person_word *, struct err *)
    __attribute__((nonnull));

/**
 * person_show(arena, db, zone, who, file, err):
 * Print addresses, names, accounts and merges of one person.
 */
MUST_CHECK int person_show(struct arena *, struct db *, const char *, const char *, FILE *, struct err *) __attribute__((nonnull));

#endif
