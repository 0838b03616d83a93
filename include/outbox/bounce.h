#ifndef OUTBOX_BOUNCE_H
#define OUTBOX_BOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter/dsn.h"
#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"
#include "outbox/return_path.h"

/* Mail that comes back: what a mail server says became of one of ours after it had been taken. */

enum bounce_kind {
	BOUNCE_NONE,    /* says nothing of the kind */
	BOUNCE_DELAYED, /* a server is still at it (4.x.x) */
	BOUNCE_FAILED   /* given up (5.x.x, or Action: failed) */
};

/* What a mail says, whichever of ours it is about. */
struct bounce {
	enum bounce_kind kind;
	bool report;          /* it is a report (RFC 3464), not a text for people */
	bool no_user;         /* and it says that there is nobody by that address, for good */
	const char *status;   /* "5.1.1"; "" if it does not say */
	const char *words;    /* the server's, addresses taken out; at most 300 bytes */
	const char *address;  /* whom it names, normalised; NULL: nobody, or several */
	const char *original; /* whom it was sent to first, as far as it says */
};

/**
 * bounce_judge(arena, dsn, ret_bounce):
 * What became of it. Of several recipients, as of an address that was forwarded, one that was given up counts before one that is delayed, and
 * both before one that has it. A text for people counts only if a mail server wrote it, by its From or its X-Failed-Recipients, and it quotes a
 * status: whoever is on holiday is no bounce.
 *
 * Source: RFC 3464 sections 2.3.3 and 2.3.4; RFC 3463 section 3.2 (5.1.1, 5.1.2, 5.1.3, 5.1.6), RFC 7505 (5.1.10); RFC 3834 section 4.
 */
void bounce_judge(struct arena *, const struct dsn *, struct bounce *) __attribute__((nonnull));

/* Of a Maildir, in one run. */
struct bounce_counts {
	int64_t failed;     /* noted: finding MAIL_BOUNCED */
	int64_t delayed;    /* noted */
	int64_t known;      /* had been noted before a run died */
	int64_t suppressed; /* addresses that are never mailed from now on */
	int64_t left;       /* left alone: no bounces, or not ours */
	int64_t trouble;    /* could not be read, or not be marked as read */
};

struct bounce_reading {
	const char *maildir;
	const struct config *config;
	const struct config_tenant *tenant;
	const struct night *night;
	bool dry_run;                                          /* note nothing, mark nothing */
	int64_t max_files;                                     /* 0: all; of those that are taken */
	bool (*go_on)(void *);                                 /* asked before each file */
	void (*noted)(void *, int64_t, const struct bounce *); /* told of each mail that came back */
	void (*trouble)(void *, struct err *);                 /* told of each file that could not be taken */
	void *context;                                         /* of these */
};

/**
 * bounce_read(db, reading, ret_counts, err):
 * Read every file in new/ and cur/ of a Maildir that is not marked as seen, note what is about mail of this tenant, and mark the file as seen
 * (renamed to cur/…:2,S), in this order: after a death anywhere it is read again, and noted once. Everything else stays as it is.
 *
 * A mail is known by the address it was delivered to, which only we can make (return_path.h), or else by the Message-ID of the headers that it
 * gives back, which others could know: what goes by that is noted, but suppresses nothing. Nor does a text for people.
 *
 * Errors: ERR_NOT_FOUND for no Maildir; ERR_SERVICE of the database. A file that cannot be read is told and passed over.
 * Source: D. J. Bernstein, "Using maildir format".
 */
MUST_CHECK int bounce_read(struct db *, const struct bounce_reading *, struct bounce_counts *, struct err *)
    __attribute__((nonnull));

#endif
