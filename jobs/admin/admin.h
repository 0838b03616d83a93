#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

/* The commands of ctok-admin, each a file of its own beside this one, in the order of ctok-admin --help. */

#include "job/job.h"

extern const struct job_def admin_check, admin_example_config, admin_plan, admin_go_live, admin_approve, admin_explain, admin_runs,
    admin_revert, admin_adopt, admin_backfill, admin_map, admin_person, admin_mail, admin_replay, admin_decisions, admin_decide,
    admin_grant, admin_allow, admin_deny, admin_policy;

#endif
