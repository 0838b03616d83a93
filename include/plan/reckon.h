#ifndef PLAN_RECKON_H
#define PLAN_RECKON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"
#include "entitle/entitle.h"
#include "plan/plan.h"

struct reckon_counts {
	struct entitle_counts rights;
	struct plan_counts plan;
	int64_t mails; /* to learners: notices, and of access that ended */
};

/**
 * reckon_tenant(arena, db, night, tenant, full, ret_counts, err):
 * From the ledger and the mirror to persons, entitlements, notices and the saved plan: of what changed, or of everything when ${full}.
 * Product rules are brought in step first, in a transaction of their own; the rest is one, so that it is done or it is not.
 */
MUST_CHECK int reckon_tenant(struct arena *, struct db *, const struct night *, const struct config_tenant *, bool,
    struct reckon_counts *, struct err *) __attribute__((nonnull));

#endif
