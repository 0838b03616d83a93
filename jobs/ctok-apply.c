/* ctok-apply: carry out the saved plan in Moodle. Safe to repeat: what is already so is not sent again. */
#include "apply/apply.h"
#include "base/log.h"
#include "brake/brake.h"
#include "job/job.h"
#include "plan/plan.h"

static const struct opt options[] = { { .name = "max", .type = OPT_COUNT, .help = "Stop after this many actions." }, OPT_END };

static bool
go_on(void *context)
{
	return job_continue(context);
}

static void
progress(void *context, int64_t done, int64_t total)
{
	job_progress(context, "actions", done, total);
}

/* One site: who it is, may the account write, then the actions. */
static int
site(struct job *job, const struct config_tenant *tenant, const struct config_site *config, struct err *err)
{
	struct apply_site site = { .now_utc = job->night.now_utc,
		.run_id = job->night.run_id,
		.locale = tenant->locale,
		.go_on = go_on,
		.progress = progress,
		.context = job,
		.max = opt_count(job->options, "max", 0) };
	struct apply_counts counts = { 0 };
	int rc = -1;

	if (apply_open(&job->row, job->db, config, /* fresh= */ true, &site, err) != 0)
		goto out;
	rc = apply_run(job->db, &site, &counts, err);
	job_count(job, "done", counts.done);
	job_count(job, "refused", counts.refused);
	job_count(job, "moved", counts.moved);
	job_count(job, "postponed", counts.postponed);
	job_count(job, "in_doubt", counts.doubt);
	if (counts.refused + counts.postponed > 0)
		job_note(job, EXIT_SOME);
out:
	apply_close(&site);
	return rc;
}

static int
tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	int64_t ready, shown, held;
	const char *unlike;
	size_t i;

	(void)context;
	if (opt_flag(job->options, "dry-run"))
		return plan_print(job->db, tenant->timezone, stdout, &shown, err);
	if (plan_expire(job->db, err) != 0)
		return -1;
	for (i = 0; i < tenant->site_count && job_continue(job); i++) {
		arena_reset(&job->row);
		/* A site without work is not even asked who it is. */
		if (plan_ready(&job->row, job->db, tenant->sites[i].name, &ready, err) != 0)
			return -1;
		if (ready == 0)
			continue;
		if (site(job, tenant, &tenant->sites[i], err) != 0) {
			(void)err_wrap(err, "could not carry out the plan of site \"%s\"", tenant->sites[i].name);
			job_failed(job, err);
		}
	}
	if (brake_tally(job->db, job->night.id, /* rc= */ 0, err) != 0)
		return -1;
	if (brake_unlike(&job->row, job->db, job->night.id, BRAKE_APPLY, &unlike, err) != 0)
		return -1;
	if (unlike != NULL)
		log_event(
		    LOG_WARN, LOG_FIELDS((struct log_field){ "tenant", tenant->name }), "unlike the last 30 nights: %s", unlike);
	if (plan_held(&job->row, job->db, &held, err) != 0)
		return -1;
	job_count(job, "held", held);
	if (held > 0)
		job_note(job, EXIT_HELD);
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
		.name = "ctok-apply",
		.summary = "Carry out the saved plan in Moodle.",
		.options = options,
		.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
		.run = run,
	    },
	    argc, argv);
}
