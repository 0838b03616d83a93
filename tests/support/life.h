#ifndef LIFE_H
#define LIFE_H

/* Worlds of accesses (life_worlds.md), many at once, through the real statements: what their sources show is pulled into the ledger, reconcile reckons,
 * the plan is carried out on the mirror as Moodle would, and mails leave. One tenant and site; a world is a person. */
#include <stdbool.h>
#include <stdint.h>

#include "with_db.h"

struct life_options {
	int64_t mail_after_s; /* from a night's now until the mail server takes what waits */
	bool full;            /* look at everything each night */
};

/**
 * life_play(w, worlds, answers, options):
 * Play all worlds of file ${worlds}, which share zone, nights and mail, and write what becomes of them to file ${answers}. ${w} is fresh
 * (with_db_fresh()). A failure fails the test.
 */
void life_play(struct with_db *, const char *, const char *, const struct life_options *);

#endif
