/* ctok-admin policy: what was sold is under another policy than it was sold under. */
#include "admin.h"
#include "decided.h"

#include "base/text.h"

static const struct opt options[] = {
	{ .name = "term",
	    .type = OPT_TEXT,
	    .value = "TERM",
	    .help = "How long it was sold for, as in P10D or P2Y; never: without end." },
	{ .name = "until",
	    .type = OPT_TEXT,
	    .value = "DAY",
	    .help = "Last day with access, as in 2027-06-30, in the place of a term." },
	{ .name = "grace", .type = OPT_TEXT, .value = "DAYS", .help = "Days of grace; never: without end." },
	{ .name = "person", .type = OPT_TEXT, .value = "PERSON", .help = "Only what this learner got by it; all by default." },
	{ .name = "course", .type = OPT_TEXT, .value = "NAME", .help = "Only this course; all by default." },
	DECIDED_OPTIONS,
	OPT_END,
};

static int
correct(struct job *job, const char *const *args, size_t count, const struct decision_word *word, struct decision_noted *ret_noted,
    struct err *err)
{
	const struct decision_policy policy = {
		.document = args[1],
		.person = opt_text(job->options, "person"),
		.course = opt_text(job->options, "course"),
		.term = opt_text(job->options, "term"),
		.until = opt_text(job->options, "until"),
		.grace = opt_text(job->options, "grace"),
	};

	(void)count;
	return decision_policy_correct(&job->row, job->db, job->night.run_id, &policy, word, ret_noted, err);
}

static int
run(struct job *job, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	if (count > 0 && !text_equal(args[0], "correct"))
		return err_set(err, ERR_USAGE, "\"%s\" is not correct, which is all that ctok-admin policy does", args[0]);
	return decided_note(job, "correct DOCUMENT", correct, err);
}

const struct job_def admin_policy = {
	.name = "ctok-admin policy",
	.usage = "correct DOCUMENT",
	.summary = "Correct the policy that a sale was sold under: its term, its end, its grace.",
	.options = options,
	.max_args = 2,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
