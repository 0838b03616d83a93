/* ctok-admin go-live: from trial to live, after showing the plan that this releases. */
#include "admin.h"

#include <stdio.h>

#include "base/clock.h"
#include "entitle/entitle.h"
#include "entitle/live.h"
#include "job/preview.h"
#include "plan/forecast.h"
#include "plan/reckon.h"

static const struct opt options[] = {
	{ .name = "site", .type = OPT_TEXT, .value = "NAME", .help = "Only this Moodle site; all by default." },
	{ .name = "source", .type = OPT_TEXT, .value = "NAME", .help = "Only this source; all by default." },
	{ .name = "since",
	    .type = OPT_MOMENT,
	    .help = "Act on sales since this moment; by default from now on. Older ones stay on record and are never "
		    "acted on." },
	{ .name = "dry-run", .type = OPT_FLAG, .help = "Show the plan that it would release, and change nothing." }, OPT_END
};

static int
begin(struct job *job, int64_t *ret_pairs, int64_t *ret_approved, struct err *err)
{
	int64_t since = job->night.now_utc;

	(void)opt_moment(job->options, "since", &since);
	return live_begin(&job->row, job->db, opt_text(job->options, "site"), opt_text(job->options, "source"), since, ret_pairs,
	    ret_approved, err);
}

/* The plan of the next night, were it live. */
static int
show(struct job *job, const struct config_tenant *tenant, int64_t now_utc, struct err *err)
{
	struct night night = { .now_utc = now_utc, .run_id = FORECAST_RUN };
	struct reckon_counts counts;
	struct forecast forecast;
	int64_t pairs, approved;

	if (begin(job, &pairs, &approved, err) != 0)
		return -1;
	if (pairs == 0)
		return 0;
	if (reckon_tenant(&job->row, job->db, &night, tenant, /* full= */ false, &counts, err) != 0)
		return -1;
	(void)printf("%s: with what is known now, going live releases this:\n", tenant->name);
	if (forecast_print(&job->row, job->db, stdout, &forecast, err) != 0)
		return -1;
	if (forecast.actions == 0)
		(void)printf("Nothing waits to be carried out.\n");
	(void)printf(
	    "%lld certificates are due. %lld sold units of %lld persons are older than go-live: on record, never acted on.\n",
	    (long long)forecast.certificates, (long long)forecast.before_units, (long long)forecast.before_persons);
	return 0;
}

static int
live_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	int64_t since = job->night.now_utc, pairs, approved;
	bool changed;

	(void)context;
	(void)opt_moment(job->options, "since", &since);
	if (entitle_sync_rules(&job->row, job->db, tenant, &changed, err) != 0)
		return -1;
	if (preview(job, tenant, job->night.now_utc, show, err) != 0)
		return -1;
	if (opt_flag(job->options, "dry-run")) {
		(void)printf("%s: nothing was changed\n", tenant->name);
		return 0;
	}
	/* The preview moved the clock of the rules for itself alone. */
	if (begin(job, &pairs, &approved, err) != 0)
		return -1;
	if (pairs == 0)
		(void)printf("%s: live already\n", tenant->name);
	else
		(void)printf("%s: live for sales since %s; the next night carries the plan out\n"
			     "%s: the %lld enrolments and new accounts of the plan are approved for 48 hours\n",
		    tenant->name, clock_iso(&job->row, since), tenant->name, (long long)approved);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	return job_each_tenant(job, live_tenant, NULL, err);
}

const struct job_def admin_go_live = {
	.name = "ctok-admin go-live",
	.summary = "From now on carry plans out: end the trial.",
	.options = options,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
