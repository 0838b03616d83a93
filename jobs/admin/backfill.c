/* ctok-admin backfill: act on sales that are older than go-live, after showing what that would do. It gives access, it never takes any: a
 * backfill that would is refused. */
#include "admin.h"

#include <stdio.h>

#include "entitle/live.h"
#include "job/preview.h"
#include "plan/forecast.h"
#include "plan/reckon.h"

static const struct opt options[] = {
	{ .name = "since", .type = OPT_MOMENT, .help = "Act on sales since this moment.", .required = true },
	{ .name = "site", .type = OPT_TEXT, .value = "NAME", .help = "Only this Moodle site; all by default." },
	{ .name = "source", .type = OPT_TEXT, .value = "NAME", .help = "Only this source; all by default." },
	{ .name = "dry-run", .type = OPT_FLAG, .help = "Show what it would do, and change nothing." }, OPT_END
};

static int
move(struct job *job, int64_t *ret_moved, struct err *err)
{
	int64_t since = 0;

	(void)opt_moment(job->options, "since", &since);
	return live_backfill(
	    &job->row, job->db, opt_text(job->options, "site"), opt_text(job->options, "source"), since, ret_moved, err);
}

/* What is waiting anyway is reckoned first, so that the second plan is what the older sales alone would do. */
static int
show(struct job *job, const struct config_tenant *tenant, int64_t now_utc, struct err *err)
{
	struct night night = { .now_utc = now_utc };
	struct reckon_counts counts;
	struct forecast forecast;
	int64_t moved, due;

	if (reckon_tenant(&job->row, job->db, &night, tenant, /* full= */ false, &counts, err) != 0)
		return -1;
	if (forecast_certificates(&job->row, job->db, &due, err) != 0)
		return -1;
	if (move(job, &moved, err) != 0)
		return -1;
	if (forecast_again(job->db, err) != 0)
		return -1;
	night.run_id = FORECAST_RUN;
	if (reckon_tenant(&job->row, job->db, &night, tenant, /* full= */ false, &counts, err) != 0)
		return -1;
	(void)printf("%s: acting on sales since %s would do this:\n", tenant->name, opt_text(job->options, "since"));
	if (forecast_print(&job->row, job->db, stdout, &forecast, err) != 0)
		return -1;
	(void)printf("%lld enrolments of %lld persons in %lld courses, %lld accesses would end, %lld more certificates would be "
		     "due; %lld sold units "
		     "stay older than go-live.\n",
	    (long long)forecast.enrolments, (long long)forecast.persons, (long long)forecast.courses, (long long)forecast.losses,
	    (long long)(forecast.certificates - due), (long long)forecast.before_units);
	if (forecast.losses > 0) {
		(void)err_set(
		    err, ERR_REFUSED, "backfill never takes access, and this one would, from %lld", (long long)forecast.losses);
		return err_hint(err, "Choose a later --since, or narrow it down with --site and --source.");
	}
	return 0;
}

static int
backfill_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	int64_t moved;

	(void)context;
	if (preview(job, tenant, job->night.now_utc, show, err) != 0)
		return -1;
	if (opt_flag(job->options, "dry-run")) {
		(void)printf("%s: nothing was changed\n", tenant->name);
		return 0;
	}
	if (move(job, &moved, err) != 0)
		return -1;
	if (moved == 0)
		(void)printf("%s: sales since then are acted on already\n", tenant->name);
	else
		(void)printf("%s: the next night acts on sales since %s; what the brakes hold waits for \"ctok-admin approve\"\n",
		    tenant->name, opt_text(job->options, "since"));
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	return job_each_tenant(job, backfill_tenant, NULL, err);
}

const struct job_def admin_backfill = {
	.name = "ctok-admin backfill",
	.summary = "Act on sales that are older than go-live.",
	.options = options,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
