#ifndef MOODLE_BATCH_H
#define MOODLE_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "moodle/moodle.h"

/* Rows that travel in atomic batches: a batch is done as a whole or refused as a whole, and a refusal does not say which row was
 * bad. So a refused batch is halved until the bad rows stand alone; a batch in doubt is read back before any of it is sent again. */

enum outcome {
	OUTCOME_OPEN, /* not sent, or refused together with others and not tried again: the run ended before */
	OUTCOME_DONE,
	OUTCOME_FOUND,   /* the answer was lost, reading back shows that it was done */
	OUTCOME_REFUSED, /* for good, see errorcode and reason */
	OUTCOME_DOUBT    /* sent, and even reading back does not tell */
};

struct batch_row {
	enum outcome outcome;
	const char *errorcode; /* of OUTCOME_REFUSED: Moodle's, or "" if we did not send it */
	const char *reason;    /* one line, of OUTCOME_REFUSED and OUTCOME_DOUBT */
};

struct batch {
	size_t count;           /* of rows; they are known by their index */
	size_t size;            /* rows per request */
	struct batch_row *rows; /* in and out: only OUTCOME_OPEN rows are sent */
	void *context;
	/* The request for these rows. */
	void (*ask)(void *, struct arena *, const size_t *rows, size_t count, struct moodle_request *);
	/* What a batch that went well answered; may be NULL. An error leaves the batch in doubt. */
	int (*took)(void *, const size_t *rows, size_t count, const struct json *, struct err *);
	/* Which rows of a batch in doubt were done? Set their outcome to OUTCOME_FOUND; leave OUTCOME_OPEN what may be sent again,
	 * OUTCOME_DOUBT what reading cannot tell. */
	int (*find)(void *, const size_t *rows, size_t count, struct err *);
	/* Do two rows share a fate that Moodle decides by course (or cohort)? NULL: no. */
	bool (*same_course)(void *, size_t, size_t);
};

/**
 * batch_send(arena, moodle, batch, err):
 * Send all open rows over the site's connections and settle each.
 *
 * Owns:   texts of ${batch->rows} live as long as ${arena}.
 * Errors: a failure that concerns no row in particular (service down, token refused) ends the sending; outcomes reached so far stand,
 * the rest stays open or in doubt.
 */
MUST_CHECK int batch_send(struct arena *, struct moodle *, struct batch *, struct err *) __attribute__((nonnull));

#endif
