#ifndef CERTIFICATE_ISSUE_H
#define CERTIFICATE_ISSUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"

struct issue_counts {
	int64_t planned;  /* new */
	int64_t issued;   /* drawn, on disk and in the outbox */
	int64_t refused;  /* a person must look: a character no font has, a name too long, … */
	int64_t unusable; /* of the refused: for the template's or the settings' sake, so that all like it are */
	int64_t held;     /* by a brake, until a person approves */
	int64_t told;     /* learners asked for their name, or reminded of the end of a certificate's validity */
};

struct issue_run {
	const struct config *config;
	const struct config_tenant *tenant;
	const struct night *night;
	bool dry_run; /* plan only */
	bool (*go_on)(void *);
	void (*progress)(void *, int64_t done, int64_t total);
	void *context;
};

/**
 * issue_all(db, run, ret_counts, err):
 * Make a certificate for every completion that is due one. Its facts are fixed in the table first; then it is drawn, written durably,
 * and marked issued in the one transaction that puts its mail in the outbox. Cut off anywhere, the next run goes on and draws the same
 * bytes under the same serial. Then whose certificate waits for the spelling of a name is asked for it, and whose is valid for a few days only is
 * reminded.
 *
 * Errors: a certificate that cannot be drawn, for its own sake or its template's, is counted and becomes a finding; it is tried again when its
 * names, its template, the fonts or the settings have changed. Anything else ends the run.
 */
MUST_CHECK int issue_all(struct db *, const struct issue_run *, struct issue_counts *, struct err *) __attribute__((nonnull));

/**
 * issue_approved(db, err):
 * In the open transaction: let go what was approved; the next run makes it.
 */
MUST_CHECK int issue_approved(struct db *, struct err *) __attribute__((nonnull));

#endif
