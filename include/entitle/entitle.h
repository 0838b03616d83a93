#ifndef ENTITLE_ENTITLE_H
#define ENTITLE_ENTITLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"

/**
 * entitle_sync_rules(arena, db, tenant, ret_changed, err):
 * Bring product rules, targets and protected accounts of the tenant in step with the configuration, in a transaction of its own. A changed
 * rule is a new row: what was sold keeps the policy it was sold under. Documents whose units have no entitlement yet are looked at
 * again when rules changed.
 */
MUST_CHECK int entitle_sync_rules(struct arena *, struct db *, const struct config_tenant *, bool *, struct err *)
    __attribute__((nonnull));

struct entitle_counts {
	int64_t units;   /* entitled units looked at */
	int64_t fresh;   /* new entitlements */
	int64_t changed; /* accesses whose state or wanted enrolment changed */
};

/**
 * entitle_begin(db, full, err):
 * In the open transaction: begin the dirty set (TEMP tables `look_document` and `dirty_pair`), with everything in it when ${full}.
 */
MUST_CHECK int entitle_begin(struct db *, bool, struct err *) __attribute__((nonnull));

/**
 * entitle_reckon(db, ret_counts, err):
 * In the open transaction, after party_reckon(): entitlements of changed documents, their terms, and what they add up to per person and
 * course; debt episodes. Takes the dirty marks it looked at away.
 */
MUST_CHECK int entitle_reckon(struct db *, struct entitle_counts *, struct err *) __attribute__((nonnull));

/**
 * entitle_notices(arena, db, night, locale, ret_notices, err):
 * In the open transaction, after entitle_reckon(): put the notice of every debt that has none into the outbox, which names the day access
 * ends; suspension waits for it (rule.access_now). And reminders of ends that are near, and that access waits while its
 * payment is disputed. What waits unsent, of these and of
 * entitle_told(), and is no longer so is withdrawn.
 */
MUST_CHECK int entitle_notices(struct arena *, struct db *, const struct night *, const char *, int64_t *, struct err *)
    __attribute__((nonnull));

/**
 * entitle_told(arena, db, night, locale, actions, ret_mails, err):
 * In the transaction that records what ${night->run_id} did to enrolments: tell the learners whose access ended, began or is back.
 * ${actions} is a db_array() of the actions, NULL for all that ended in this run.
 */
MUST_CHECK int entitle_told(struct arena *, struct db *, const struct night *, const char *, const char *, int64_t *, struct err *)
    __attribute__((nonnull(1, 2, 3, 4, 6, 7)));

#endif
