/* ctok-admin decide: answer a finding that waits for a person. */
#include "admin.h"
#include "decided.h"

static const struct opt options[] = {
	{ .name = "until",
	    .type = OPT_TEXT,
	    .value = "DAY",
	    .help = "Last day on which it holds, as in 2027-06-30; then the finding is back. By default until it is taken back." },
	DECIDED_OPTIONS,
	OPT_END,
};

static int
decide_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct decision_word word = decided_word(job);
	struct decision_noted noted;
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	(void)tenant;
	(void)context;
	if (decision_answer(&job->row, job->db, job->night.run_id, args[0], args + 1, count - 1, opt_text(job->options, "until"),
		&word, &noted, err) != 0)
		return -1;
	decided_tell(&noted);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	return decided_run(job, "FINDING ANSWER", decide_tenant, err);
}

const struct job_def admin_decide = {
	.name = "ctok-admin decide",
	.usage = "FINDING end|keep|seat LINE.SEAT...|drop|restore",
	.summary = "Decide what a finding asks: ctok-admin decisions lists those that wait.",
	.options = options,
	.max_args = 20,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
