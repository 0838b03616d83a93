/* ctok-admin decisions: what waits for a person to decide, what was decided, and how to take that back. */
#include "admin.h"
#include "decided.h"

#include <stdio.h>

#include "base/text.h"

static const struct opt options[] = {
	{ .name = "past", .type = OPT_FLAG, .help = "List what holds no longer, too." },
	{ .name = "name", .type = OPT_TEXT, .value = "NAME", .help = "Who answers for it. Required to take a decision back." },
	{ .name = "reason", .type = OPT_TEXT, .value = "TEXT", .help = "Why it is right. Required to take a decision back." },
	OPT_END,
};

static int
list_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	(void)context;
	if (job->config->tenant_count > 1)
		(void)printf("%s\n", tenant->name);
	return decision_list(job->db, opt_flag(job->options, "past"), stdout, err);
}

static int
revoke_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct decision_word word = decided_word(job);
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	(void)tenant;
	(void)context;
	if (decision_revoke(&job->row, job->db, job->night.run_id, args[1], &word, err) != 0)
		return -1;
	(void)printf("decision %s is taken back. The next night, or ctok-reconcile, carries that out.\n", args[1]);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	if (count == 0)
		return job_each_tenant(job, list_tenant, NULL, err);
	if (!text_equal(args[0], "revoke"))
		return err_set(err, ERR_USAGE, "\"%s\" is not revoke; without an argument decisions are listed", args[0]);
	return decided_run(job, "revoke DECISION", revoke_tenant, NULL, err);
}

const struct job_def admin_decisions = {
	.name = "ctok-admin decisions",
	.usage = "[revoke DECISION]",
	.summary = "List what waits for a person to decide and what was decided; take a decision back.",
	.options = options,
	.max_args = 2,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
