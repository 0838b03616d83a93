#ifndef FINDING_EXPLAIN_H
#define FINDING_EXPLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* What is known of a person or a document, and why it is as it is: read from the views that decide. docs/explain.md says what the JSON holds. */

/**
 * explain_person(arena, db, zone, who, course, json, file, err):
 * Print the whole story of one learner in time order, then where things stand, what that waits for, what was decided, and what is open. ${who} is an e-mail, a
 * user name, a part of a name or "#id"; ${course} a short name or NULL. ${json}: where things stand, and the story, as JSON. Of one who has bought nothing
 * yet, what is expected of them (by the e-mail or the number of the quote).
 *
 * Errors: ERR_NOT_FOUND if nobody answers to it; ERR_USAGE listing the candidates if several do.
 */
MUST_CHECK int explain_person(struct arena *, struct db *, const char *, const char *, const char *, bool, FILE *, struct err *)
    __attribute__((nonnull(1, 2, 3, 4, 7, 8)));

/**
 * explain_document(arena, db, zone, number, json, file, err):
 * Print all of one document: its versions, what moved, its lines and seats with what became of each, what access they give until when and what that waits for, its
 * deal, what was decided about it, what is open. ${number} is its number or id, with "source/" before it if several have it, or "#id".
 *
 * Errors: ERR_NOT_FOUND if there is none; ERR_USAGE listing them if several answer to it.
 */
MUST_CHECK int explain_document(struct arena *, struct db *, const char *, const char *, bool, FILE *, struct err *)
    __attribute__((nonnull));

#endif
