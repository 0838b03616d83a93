#ifndef ADMIN_DECIDED_H
#define ADMIN_DECIDED_H

/* What the commands by which people decide share: who and why, whose tenant, and what is said when it is noted. */

#include "entitle/decision.h"
#include "job/job.h"

#define DECIDED_OPTIONS \
	{ .name = "name", .type = OPT_TEXT, .value = "NAME", .help = "Who answers for it. Required." }, \
	{ \
		.name = "reason", .type = OPT_TEXT, .value = "TEXT", .help = "Why it is right. Required." \
	}

/**
 * decided_word(job):
 * Who decides and why, as the options say.
 */
struct decision_word decided_word(const struct job *) __attribute__((nonnull));

/**
 * decided_run(job, wants, tenant, context, err):
 * Run ${tenant} for the one tenant that is meant, with at least as many arguments as ${wants} ("PERSON COURSE") has words.
 */
MUST_CHECK int decided_run(struct job *, const char *, int (*)(struct job *, const struct config_tenant *, void *, struct err *),
    void *, struct err *) __attribute__((nonnull(1, 2, 3, 5)));

/**
 * decided_note(job, wants, note, err):
 * The same for a decision that ${note} notes, of the arguments and who decides; say that it is noted, or was before.
 */
typedef int decided_note_fn(
    struct job *, const char *const *, size_t, const struct decision_word *, struct decision_noted *, struct err *);
MUST_CHECK int decided_note(struct job *, const char *, decided_note_fn *, struct err *) __attribute__((nonnull));

#endif
