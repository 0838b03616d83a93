/* ctok-reconcile: from the ledger and the mirror to persons, entitlements, the plan and findings. Safe to repeat: it works on what
 * changed, and what did not change changes nothing. With --as-of it shows the plan of another moment and keeps nothing of it. */
#include "base/clock.h"
#include "finding/finding.h"
#include "job/job.h"
#include "job/preview.h"
#include "plan/plan.h"
#include "plan/reckon.h"

static const struct opt options[] = { { .name = "full",
					  .type = OPT_FLAG,
					  .help =
					      "Look at everything again, not only at what changed. The plan comes out the same." },
	{ .name = "as-of",
	    .type = OPT_MOMENT,
	    .help = "Print the plan as it would be at this moment, with what is known now; nothing is kept." },
	OPT_END };

/* Another moment's plan, printed. */
static int
show(struct job *job, const struct config_tenant *tenant, int64_t as_of_utc, struct err *err)
{
	struct night night = job->night;
	struct reckon_counts counts;
	int64_t shown;

	night.now_utc = as_of_utc;
	if (reckon_tenant(&job->row, job->db, &night, tenant, /* full= */ true, &counts, err) != 0)
		return -1;
	(void)printf("%s as of %s, with what is known now. A preview: nothing of it is kept or carried out.\n", tenant->name,
	    clock_iso(&job->row, as_of_utc));
	if (plan_print(job->db, tenant->timezone, stdout, &shown, err) != 0)
		return -1;
	if (counts.mails > 0)
		(void)printf(
		    "\n%lld more mail%s to learners would be queued.\n", (long long)counts.mails, counts.mails == 1 ? "" : "s");
	return 0;
}

static int
tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct finding_counts findings;
	struct reckon_counts counts;
	int64_t as_of_utc;

	(void)context;
	if (opt_moment(job->options, "as-of", &as_of_utc))
		return preview(job, tenant, as_of_utc, show, err);
	if (reckon_tenant(&job->row, job->db, &job->night, tenant, opt_flag(job->options, "full"), &counts, err) != 0)
		return -1;
	job_count(job, "entitlements", counts.rights.fresh);
	job_count(job, "notices", counts.mails);
	job_count(job, "accesses_changed", counts.rights.changed);
	job_count(job, "actions_settled", counts.plan.settled);
	job_count(job, "actions_superseded", counts.plan.superseded);
	job_count(job, "actions_planned", counts.plan.added);
	job_count(job, "actions_held", counts.plan.held);
	if (counts.plan.held > 0)
		job_note(job, EXIT_HELD);
	if (finding_refresh(&job->row, job->db, job->night.run_id, &findings, err) != 0)
		return err_wrap(err, "could not derive the findings");
	job_count(job, "findings_opened", findings.opened);
	job_count(job, "findings_cleared", findings.cleared);
	job_count(job, "findings_open", findings.open);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	return job_each_tenant(job, tenant, NULL, err);
}

int
main(int argc, char **argv)
{
	return job_main(
	    &(struct job_def){
		.name = "ctok-reconcile",
		.summary = "Match sales with Moodle and save the plan of what must change.",
		.options = options,
		.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
		.run = run,
	    },
	    argc, argv);
}
