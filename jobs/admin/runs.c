/* ctok-admin runs: which run changed what, so that one can be taken back. */
#include "admin.h"

#include <stdio.h>

#include "apply/revert.h"

static const struct opt options[] = { { .name = "max", .type = OPT_ID, .help = "How many; 20 by default." }, OPT_END };

static int
show_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	int64_t runs;

	(void)context;
	if (job->config->tenant_count > 1)
		(void)printf("%s\n", tenant->name);
	if (revert_runs(&job->row, job->db, opt_count(job->options, "max", 20), stdout, &runs, err) != 0)
		return -1;
	if (runs == 0)
		(void)printf("%s: no run changed anything in Moodle so far\n", tenant->name);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	return job_each_tenant(job, show_tenant, NULL, err);
}

const struct job_def admin_runs = {
	.name = "ctok-admin runs",
	.summary = "List the last runs and what they changed in Moodle.",
	.options = options,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
