/* ctok-nightly: all steps as one night. A failed step does not stop what does not depend on it; the worst exit code is the night's. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/file.h"
#include "finding/summary.h"
#include "job/job.h"
#include "job/step.h"

enum { PULL_SALES, PULL_MOODLE, RECONCILE, APPLY, CERTIFY, REPORT, MAIL, STEPS };

/* A step whose `needs` could not do its work is left out. Pulls that were incomplete changed nothing, and what may be derived
 * from what is on record is derived: reconcile and the rest run all the same. */
static const struct {
	const char *program;
	int needs; /* -1: nothing */
} steps[STEPS] = {
	[PULL_SALES] = { "ctok-pull-sales", -1 },
	[PULL_MOODLE] = { "ctok-pull-moodle", -1 },
	[RECONCILE] = { "ctok-reconcile", -1 },
	[APPLY] = { "ctok-apply", RECONCILE },
	[CERTIFY] = { "ctok-certify", RECONCILE },
	[REPORT] = { "ctok-report", RECONCILE },
	[MAIL] = { "ctok-mail", -1 },
};

/* Did the step get far enough for those that build on it? */
static bool
usable(int exit_code)
{
	return exit_code == EXIT_OK || exit_code == EXIT_SOME || exit_code == EXIT_HELD || exit_code == EXIT_UNTIED ||
	       exit_code == EXIT_INCOMPLETE;
}

/* The summary goes to the log's folder; a person gets it on a terminal, or when the night did not end well. */
static int
summarise(struct job *job, struct err *err)
{
	const char *path = arena_printf(&job->arena, "%s/summary.txt", job->config->state_dir), *text;

	if (summary_text(&job->arena, job->db, job->config, &job->night, job->exit_code, &text, err) != 0)
		return -1;
	if (file_write(path, text, strlen(text), err) != 0)
		return -1;
	if (isatty(STDOUT_FILENO) || job->exit_code != EXIT_OK || opt_flag(job->options, "verbose"))
		(void)fputs(text, stdout);
	return 0;
}

static int
tell_operator(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	const int *exit_code = context;
	bool added;

	if (tenant->mail.operator_to == NULL)
		return 0;
	return summary_mail(&job->row, job->db, job->config, tenant, &job->night, *exit_code, &added, err);
}

/* Who runs the system hears of each night by mail, too, if the settings say who that is; what went wrong with it is the night's trouble,
 * and keeps nothing from being delivered. Of what mails met, the next night tells. */
static int
tell_operators(struct job *job, struct err *err)
{
	int so_far = job->exit_code;
	size_t i;

	if (opt_flag(job->options, "dry-run"))
		return 0;
	for (i = 0; i < job->config->tenant_count; i++)
		if (job->config->tenants[i].mail.operator_to != NULL)
			return job_each_tenant(job, tell_operator, &so_far, err);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	int codes[STEPS];
	size_t i;

	for (i = 0; i < STEPS && job_continue(job); i++) {
		arena_reset(&job->row);
		codes[i] = EXIT_OK;
		if (steps[i].needs >= 0 && !usable(codes[steps[i].needs])) {
			log_event(LOG_WARN, LOG_FIELDS((struct log_field){ "step", steps[i].program }),
			    "left out: the step it needs could not do its work");
			codes[i] = codes[steps[i].needs];
			continue;
		}
		if (i == MAIL && tell_operators(job, err) != 0)
			return -1;
		if (step_run(job, steps[i].program, &codes[i], err) != 0)
			return -1;
		job_note(job, codes[i]);
	}
	return summarise(job, err);
}

int
main(int argc, char **argv)
{
	return job_main(
	    &(struct job_def){
		.name = "ctok-nightly",
		.summary = "Run all steps as one night.",
		.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
		.run = run,
	    },
	    argc, argv);
}
