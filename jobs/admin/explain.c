/* ctok-admin explain: one learner's story. */
#include "admin.h"

#include <stdio.h>

#include "finding/explain.h"

static int
explain_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	(void)context;
	return explain_person(&job->row, job->db, tenant->timezone, args[0], count > 1 ? args[1] : NULL, stdout, err);
}

static int
run(struct job *job, struct err *err)
{
	size_t count;

	(void)opt_args(job->options, &count);
	if (count == 0)
		return err_set(err, ERR_USAGE, "explain whom? Give an e-mail, a user name, a part of a name or #number");
	return job_each_tenant(job, explain_tenant, NULL, err);
}

const struct job_def admin_explain = {
	.name = "ctok-admin explain",
	.usage = "LEARNER [COURSE]",
	.summary = "Tell everything known of one learner, in time order.",
	.max_args = 2,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
