/* ctok-admin revert: take back what a run did in Moodle. It writes to Moodle, so it is a night of its own: while one is under way it ends
 * with 75, and no night begins before it is done. */
#include "admin.h"

#include <stdio.h>
#include <string.h>

#include "apply/revert.h"
#include "finding/finding.h"

static const struct opt options[] = { { .name = "only",
					  .type = OPT_TEXTS,
					  .value = "KEY=VALUE",
					  .help = "Take back only this: person=E-MAIL, course=SHORT-NAME or kind=KIND (enrol, "
						  "extend, resume, suspend, …). May be given "
						  "several times." },
	{ .name = "unenrol",
	    .type = OPT_FLAG,
	    .help = "Remove enrolments that the run made, with their grades, instead of suspending them." },
	OPT_END };

struct request {
	struct revert_only only;
	bool narrowed;
	int64_t found; /* tenants that have the run */
};

static bool
go_on(void *context)
{
	return job_continue(context);
}

static void
progress(void *context, int64_t done, int64_t total)
{
	(void)total;
	job_progress(context, "enrolments", done, 0);
}

static const struct config_site *
site_of(const struct config_tenant *tenant, const char *name)
{
	size_t i;

	for (i = 0; i < tenant->site_count; i++)
		if (strcmp(tenant->sites[i].name, name) == 0)
			return &tenant->sites[i];
	return NULL;
}

/* Site after site; one that fails leaves the others to be done. */
static int
carry_out(
    struct job *job, struct apply_site *sites, size_t count, int64_t plan_id, const struct revert_counts *planned, struct err *err)
{
	struct finding_counts findings;
	struct apply_counts counts;
	int64_t not_undone, undone = 0;
	size_t i;

	for (i = 0; i < count && job_continue(job); i++) {
		sites[i].plan_id = plan_id;
		if (revert_carry_out(&job->arena, job->db, &sites[i], &counts, err) != 0) {
			(void)err_wrap(err, "site \"%s\"", sites[i].config->name);
			job_failed(job, err);
		}
		undone += counts.done;
	}
	if (finding_refresh(&job->arena, job->db, job->night.run_id, &findings, err) != 0)
		return err_wrap(err, "could not derive the findings");
	if (revert_outcome(&job->arena, job->db, plan_id, stdout, &not_undone, err) != 0)
		return -1;
	job_count(job, "undone", undone);
	job_count(job, "not_undone", not_undone);
	if (not_undone + planned->left_alone > 0)
		job_note(job, EXIT_SOME);
	(void)printf("%lld undone. This was run %lld: \"ctok-admin revert %lld\" takes it back.\n", (long long)undone,
	    (long long)job->night.run_id, (long long)job->night.run_id);
	if (planned->barred > 0)
		(void)printf("The nights to come hold the changes that were undone until somebody approves them.\n");
	return 0;
}

static int
take_back(struct job *job, const struct config_tenant *tenant, const struct revert_run *run, struct request *request,
    struct apply_site *sites, const char *const *names, size_t count, struct err *err)
{
	bool dry = opt_flag(job->options, "dry-run");
	struct revert_counts counts;
	int64_t plan_id;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct config_site *config = site_of(tenant, names[i]);

		if (config == NULL)
			return err_set(err, ERR_CONFIG, "site \"%s\" of run %lld is no longer in the settings", names[i],
			    (long long)run->run_id);
		sites[i] = (struct apply_site){ .now_utc = job->night.now_utc,
			.run_id = job->night.run_id,
			.locale = tenant->locale,
			.go_on = go_on,
			.progress = progress,
			.context = job };
		if (apply_open(&job->arena, job->db, config, /* fresh= */ false, &sites[i], err) != 0)
			return err_wrap(err, "site \"%s\"", names[i]);
		if (revert_look(&job->arena, job->db, &sites[i], err) != 0)
			return -1;
	}
	if (revert_plan(&job->arena, job->db, run, sites, count, job->night.run_id, opt_flag(job->options, "unenrol"), dry, stdout,
		&plan_id, &counts, err) != 0)
		return -1;
	job_count(job, "as_before", counts.as_before);
	job_count(job, "left_alone", counts.left_alone);
	if (counts.items == 0) {
		if (request->narrowed)
			return err_set(err, ERR_NOT_FOUND, "nothing of run %lld fits --only", (long long)run->run_id);
		(void)err_set(err, ERR_NOT_FOUND, "run %lld changed nothing in Moodle", (long long)run->run_id);
		return err_hint(err, "\"ctok-admin runs\" lists the runs that did.");
	}
	if (dry || plan_id == 0) {
		if (counts.left_alone > 0)
			job_note(job, EXIT_SOME);
		(void)printf(dry ? "Nothing was changed.\n" : "There is nothing to do.\n");
		return 0;
	}
	return carry_out(job, sites, count, plan_id, &counts, err);
}

static int
revert_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct request *request = context;
	struct revert_run *run;
	struct apply_site *sites;
	const char *const *args, **names;
	size_t arg_count, count, i;
	int rc;

	args = opt_args(job->options, &arg_count);
	if (revert_find(&job->arena, job->db, args[0], &run, err) != 0)
		return -1;
	if (run == NULL)
		return 0;
	request->found++;
	if (revert_collect(&job->arena, job->db, run, &request->only, err) != 0)
		return -1;
	if (revert_sites(&job->arena, job->db, &names, &count, err) != 0)
		return -1;
	sites = ARENA_ARRAY(&job->arena, count, struct apply_site);
	rc = take_back(job, tenant, run, request, sites, names, count, err);
	for (i = 0; i < count; i++)
		apply_close(&sites[i]);
	return rc;
}

static int
check(struct job *job, struct request *request, struct err *err)
{
	const char *const *args, *const *filters;
	size_t count;

	args = opt_args(job->options, &count);
	if (count == 0) {
		(void)err_set(err, ERR_USAGE, "revert which run?");
		return err_hint(err, "Give a number of \"ctok-admin runs\", or \"last\".");
	}
	if (strcmp(args[0], "last") != 0 && strspn(args[0], "0123456789") != strlen(args[0]))
		return err_set(err, ERR_USAGE, "\"%s\" is neither the number of a run nor \"last\"", args[0]);
	if (strcmp(args[0], "last") == 0 && job->config->tenant_count > 1 && opt_text(job->options, "tenant") == NULL)
		return err_set(err, ERR_USAGE, "the last run of which tenant? Name it with --tenant");
	filters = opt_texts(job->options, "only", &count);
	request->narrowed = count > 0;
	return revert_only(&job->arena, filters, count, &request->only, err);
}

static int
run(struct job *job, struct err *err)
{
	struct request request = { .found = 0 };
	const char *const *args;
	size_t count;

	if (check(job, &request, err) != 0)
		return -1;
	if (job_each_tenant(job, revert_tenant, &request, err) != 0)
		return -1;
	args = opt_args(job->options, &count);
	if (request.found == 0 && job->exit_code == EXIT_OK && job_continue(job)) {
		if (strcmp(args[0], "last") == 0)
			return err_set(err, ERR_NOT_FOUND, "no run changed anything in Moodle so far");
		(void)err_set(err, ERR_NOT_FOUND, "there is no run %s", args[0]);
		return err_hint(err, "\"ctok-admin runs\" lists the runs that changed something.");
	}
	return 0;
}

const struct job_def admin_revert = {
	.name = "ctok-admin revert",
	.usage = "RUN|last",
	.summary = "Take back what a run did in Moodle, except where somebody changed it since.",
	.options = options,
	.max_args = 1,
	.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
	.run = run,
};
