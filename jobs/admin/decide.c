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
answer(struct job *job, const char *const *args, size_t count, const struct decision_word *word, struct decision_noted *ret_noted,
    struct err *err)
{
	return decision_answer(&job->row, job->db, job->night.run_id, args[0], args + 1, count - 1, opt_text(job->options, "until"),
	    word, ret_noted, err);
}

static int
run(struct job *job, struct err *err)
{
	return decided_note(job, "FINDING ANSWER", answer, err);
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
