/* ctok-admin plan: what the next night would change in Moodle. */
#include "admin.h"

#include <stdio.h>

#include "plan/plan.h"

static int
show_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	int64_t actions;

	(void)context;
	if (plan_print(job->db, tenant->timezone, stdout, &actions, err) != 0)
		return -1;
	(void)printf(
	    "%s%s: %lld action%s waiting\n", actions > 0 ? "\n" : "", tenant->name, (long long)actions, actions == 1 ? "" : "s");
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	return job_each_tenant(job, show_tenant, NULL, err);
}

const struct job_def admin_plan = {
	.name = "ctok-admin plan",
	.summary = "Show in plain sentences what is waiting to be changed in Moodle.",
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
