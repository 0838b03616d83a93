#ifndef FINDING_EXPLAIN_H
#define FINDING_EXPLAIN_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/**
 * explain_person(arena, db, zone, who, course, file, err):
 * Print the whole story of one learner in time order, then where things stand and what is open. ${who} is an e-mail, a user name, a part of
 * a name or "#id"; ${course} a short name or NULL. Of one who has bought nothing yet, what is expected of them (by the e-mail or the number of the
 * quote).
 *
 * Errors: ERR_NOT_FOUND if nobody answers to it; ERR_USAGE listing the candidates if several do.
 */
MUST_CHECK int explain_person(struct arena *, struct db *, const char *, const char *, const char *, FILE *, struct err *)
    __attribute__((nonnull(1, 2, 3, 4, 6, 7)));

#endif
