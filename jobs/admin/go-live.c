/* ctok-admin go-live: from trial to live. */
#include "admin.h"

#include <stdio.h>

#include "base/clock.h"
#include "entitle/entitle.h"
#include "entitle/live.h"

static const struct opt options[] = {
	{ .name = "site", .type = OPT_TEXT, .value = "NAME", .help = "Only this Moodle site; all by default." },
	{ .name = "source", .type = OPT_TEXT, .value = "NAME", .help = "Only this source; all by default." },
	{ .name = "since",
	    .type = OPT_MOMENT,
	    .help = "Act on sales since this moment; by default from now on. Older ones stay on record and are never "
		    "acted on." },
	OPT_END
};

static int
live_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	int64_t since = clock_now(), pairs, approved;
	bool changed;

	(void)context;
	(void)opt_moment(job->options, "since", &since);
	if (entitle_sync_rules(&job->row, job->db, tenant, &changed, err) != 0)
		return -1;
	if (live_begin(&job->row, job->db, opt_text(job->options, "site"), opt_text(job->options, "source"), since, &pairs,
		&approved, err) != 0)
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
