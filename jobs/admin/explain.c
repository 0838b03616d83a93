/* ctok-admin explain: one learner's story, or all of one document. */
#include "admin.h"

#include <stdio.h>

#include "base/text.h"
#include "finding/explain.h"

static const struct opt options[] = {
	{ .name = "json", .type = OPT_FLAG, .help = "As JSON (docs/explain.md)." },
	OPT_END,
};

/* "person LEARNER [COURSE]", "document NUMBER"; without a word before it, it is a learner. */
static int
explain_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	size_t count, first;
	const char *const *args = opt_args(job->options, &count);
	bool json = opt_flag(job->options, "json");

	(void)context;
	if (count > 1 && text_equal(args[0], "document"))
		return explain_document(&job->row, job->db, tenant->timezone, args[1], json, stdout, err);
	first = count > 1 && text_equal(args[0], "person");
	return explain_person(
	    &job->row, job->db, tenant->timezone, args[first], count > first + 1 ? args[first + 1] : NULL, json, stdout, err);
}

static int
run(struct job *job, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	if (count == 0)
		return err_set(err, ERR_USAGE, "explain whom? Give an e-mail, a user name, a part of a name or #number");
	if (count > 2 && !text_equal(args[0], "person"))
		return err_set(err, ERR_USAGE, "nothing is to follow \"%s\"", args[1]);
	return job_each_tenant(job, explain_tenant, NULL, err);
}

const struct job_def admin_explain = {
	.name = "ctok-admin explain",
	.usage = "[person] LEARNER [COURSE] | document NUMBER",
	.summary = "Tell everything known of one learner, in time order, or of one document.",
	.options = options,
	.max_args = 3,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
