/* ctok-admin plan: what the next night would change in Moodle. */
#include "admin.h"

#include <stdio.h>

#include "base/text.h"
#include "brake/brake.h"
#include "plan/plan.h"

static int
show_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	const char *file = text_equal(job->config->file, CONFIG_FILE) ? NULL : job->config->file;
	struct brake_standing *holds;
	size_t count, i;
	int64_t actions;

	(void)context;
	if (plan_print(job->db, tenant->timezone, stdout, &actions, err) != 0)
		return -1;
	if (brake_standing(&job->row, job->db, file, job->config->tenant_count > 1 ? tenant->name : NULL, &holds, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		(void)printf("%s%s\n  %s\n", i == 0 && actions > 0 ? "\n" : "", holds[i].what, holds[i].command);
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
