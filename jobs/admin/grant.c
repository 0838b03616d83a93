/* ctok-admin grant: an access without a sale. */
#include "admin.h"
#include "decided.h"

static const struct opt options[] = {
	{ .name = "until", .type = OPT_TEXT, .value = "DAY", .help = "Last day with access, as in 2027-06-30." },
	{ .name = "term",
	    .type = OPT_TEXT,
	    .value = "TERM",
	    .help = "How long, as in P10D or P2Y; by default as the product gives it." },
	DECIDED_OPTIONS,
	OPT_END,
};

static int
grant_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct decision_word word = decided_word(job);
	struct decision_noted noted;
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	(void)tenant;
	(void)context;
	if (decision_grant(&job->row, job->db, job->night.run_id, args[0], args[1], opt_text(job->options, "term"),
		opt_text(job->options, "until"), &word, &noted, err) != 0)
		return -1;
	decided_tell(&noted);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	return decided_run(job, "PERSON PRODUCT|COURSE", grant_tenant, err);
}

const struct job_def admin_grant = {
	.name = "ctok-admin grant",
	.usage = "PERSON PRODUCT|COURSE",
	.summary = "Give an access without a sale.",
	.options = options,
	.max_args = 2,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
