/* ctok-certify: a certificate for every completion that is due one. Safe to repeat: a completion has one live certificate. */
#include "base/log.h"
#include "brake/brake.h"
#include "certificate/issue.h"
#include "job/job.h"

static bool
go_on(void *context)
{
	return job_continue(context);
}

static void
progress(void *context, int64_t done, int64_t total)
{
	job_progress(context, "certificates", done, total);
}

static int
tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct issue_counts counts;
	const char *unlike;
	int rc;

	(void)context;
	rc = issue_all(job->db,
	    &(struct issue_run){
		.config = job->config,
		.tenant = tenant,
		.night = &job->night,
		.dry_run = opt_flag(job->options, "dry-run"),
		.go_on = go_on,
		.progress = progress,
		.context = job,
	    },
	    &counts, err);
	job_count(job, "certificates_planned", counts.planned);
	job_count(job, "certificates_issued", counts.issued);
	job_count(job, "certificates_refused", counts.refused);
	job_count(job, "certificates_held", counts.held);
	job_count(job, "told", counts.told);
	if (counts.refused > 0)
		job_note(job, EXIT_SOME);
	if (counts.unusable > 0)
		job_note(job, EXIT_CONF);
	if (counts.held > 0)
		job_note(job, EXIT_HELD);
	if (brake_tally(job->db, job->night.id, rc, err) != 0)
		return -1;
	if (brake_unlike(&job->row, job->db, job->night.id, BRAKE_ISSUE, &unlike, err) != 0)
		return -1;
	if (unlike != NULL)
		log_event(
		    LOG_WARN, LOG_FIELDS((struct log_field){ "tenant", tenant->name }), "unlike the last 30 nights: %s", unlike);
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
		.name = "ctok-certify",
		.summary = "Issue a certificate for every completion that is due one.",
		.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
		.run = run,
	    },
	    argc, argv);
}
