/* ctok-reconcile: from the ledger and the mirror to persons, entitlements, the plan and findings. Safe to repeat: it works on what
 * changed, and what did not change changes nothing. */
#include "db/rules.h"
#include "entitle/entitle.h"
#include "finding/finding.h"
#include "job/job.h"
#include "party/party.h"
#include "plan/plan.h"

static const struct opt options[] = { { .name = "full",
					  .type = OPT_FLAG,
					  .help =
					      "Look at everything again, not only at what changed. The plan comes out the same." },
	OPT_END };

/* One transaction: a reconcile is done or it is not. */
static int
reckon(struct job *job, const struct config_tenant *tenant, struct err *err)
{
	struct entitle_counts rights;
	struct plan_counts plan = { 0, 0, 0 };
	int64_t persons, notices, ended = 0;

	if (db_begin(job->db, err) != 0)
		return -1;
	if (entitle_begin(job->db, opt_flag(job->options, "full"), err) != 0)
		goto fail;
	if (plan_settle(job->db, job->night.run_id, &plan, err) != 0)
		goto fail;
	if (party_reckon(job->db, &persons, err) != 0)
		goto fail;
	if (entitle_reckon(job->db, &rights, err) != 0)
		goto fail;
	if (entitle_notices(&job->row, job->db, &job->night, tenant->locale, &notices, err) != 0)
		goto fail;
	/* What an earlier run did and could not record was recorded just now. */
	if (plan.settled > 0 && entitle_ended(&job->row, job->db, &job->night, tenant->locale, NULL, &ended, err) != 0)
		goto fail;
	if (plan_make(job->db, job->night.run_id, &plan, err) != 0)
		goto fail;
	if (db_commit(job->db, err) != 0)
		goto fail;
	job_count(job, "entitlements", rights.fresh);
	job_count(job, "notices", notices + ended);
	job_count(job, "accesses_changed", rights.changed);
	job_count(job, "actions_settled", plan.settled);
	job_count(job, "actions_superseded", plan.superseded);
	job_count(job, "actions_planned", plan.added);
	return 0;
fail:
	db_rollback(job->db);
	return -1;
}

static int
tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct finding_counts findings;
	bool rules_changed;

	(void)context;
	if (entitle_sync_rules(&job->row, job->db, tenant, &rules_changed, err) != 0)
		return err_wrap(err, "could not take in the product rules");
	if (reckon(job, tenant, err) != 0)
		return -1;
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
