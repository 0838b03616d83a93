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
grant(struct job *job, const char *const *args, size_t count, const struct decision_word *word, struct decision_noted *ret_noted,
    struct err *err)
{
	(void)count;
	return decision_grant(&job->row, job->db, job->night.run_id, args[0], args[1], opt_text(job->options, "term"),
	    opt_text(job->options, "until"), word, ret_noted, err);
}

static int
run(struct job *job, struct err *err)
{
	return decided_note(job, "PERSON PRODUCT|COURSE", grant, err);
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
