#ifndef FINDING_SUMMARY_H
#define FINDING_SUMMARY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"

/**
 * summary_text(arena, db, config, night, exit_code, ret_text, err):
 * What the night did, for a person: at most 25 lines of 100 columns (commands may be longer), worst first, no
 * personal data: what is held, with the command that releases it, then the steps with their runs, then the open findings by class. Leaves the connection on the last tenant.
 */
MUST_CHECK int summary_text(struct arena *, struct db *, const struct config *, const struct night *, int, const char **,
    struct err *) __attribute__((nonnull));

/**
 * summary_mail(arena, db, config, tenant, night, exit_code, ret_added, err):
 * Put what the night did into the outbox, for the operator of ${tenant} (setting `operator` of `mail`, which must be there): once a night.
 * The connection works for ${tenant} already, the night's run is begun.
 */
MUST_CHECK int summary_mail(struct arena *, struct db *, const struct config *, const struct config_tenant *, const struct night *,
    int, bool *, struct err *) __attribute__((nonnull));

#endif
