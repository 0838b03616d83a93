/* ctok-admin allow, ctok-admin deny: an access as a person says, whatever the rules say. */
#include "admin.h"
#include "decided.h"

#include <string.h>

static const struct opt options[] = {
	{ .name = "until",
	    .type = OPT_TEXT,
	    .value = "DAY",
	    .help = "Last day of it, as in 2027-06-30; then the rules are back. By default until it is taken back." },
	DECIDED_OPTIONS,
	OPT_END,
};

static int
override(struct job *job, const char *const *args, size_t count, const struct decision_word *word, struct decision_noted *ret_noted,
    struct err *err)
{
	(void)count;
	return decision_override(&job->row, job->db, job->night.run_id, strchr(job->name, ' ') + 1, args[0], args[1],
	    opt_text(job->options, "until"), word, ret_noted, err);
}

static int
run(struct job *job, struct err *err)
{
	return decided_note(job, "PERSON COURSE", override, err);
}

const struct job_def admin_allow = {
	.name = "ctok-admin allow",
	.usage = "PERSON COURSE",
	.summary = "Let somebody have an access that the rules would end or withhold.",
	.options = options,
	.max_args = 2,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};

const struct job_def admin_deny = {
	.name = "ctok-admin deny",
	.usage = "PERSON COURSE",
	.summary = "Suspend an access that the rules would give.",
	.options = options,
	.max_args = 2,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
