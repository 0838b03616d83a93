#ifndef CERTIFICATE_TRANSCRIPT_H
#define CERTIFICATE_TRANSCRIPT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"

struct transcript_wish {
	const char *who;      /* as person_find() takes it */
	const char *template; /* NULL: the settings' */
	const char *locale;   /* NULL: the tenant's */
	int64_t now_utc;
};

/**
 * transcript_make(arena, db, config, tenant, wish, ret_pdf, ret_count, err):
 * Append the transcript of what a learner has completed to ${ret_pdf}: every certificate that holds, and what Moodle says was completed and
 * has none. ${ret_count} is how many that are.
 *
 * Errors: person_find()'s; ERR_DATA if nothing was completed, or the learner's name is in doubt; press_render()'s.
 */
MUST_CHECK int transcript_make(struct arena *, struct db *, const struct config *, const struct config_tenant *,
    const struct transcript_wish *, struct buf *, size_t *, struct err *) __attribute__((nonnull));

#endif
