/* ctok-admin adopt: enrolments that others made become ours. Nothing is written to Moodle, but the next night acts on it: it keeps the night's
 * lock, so that no plan is made in between. */
#include "admin.h"

#include <stdio.h>
#include <string.h>

#include "apply/adopt.h"
#include "finding/finding.h"

static const struct opt options[] = {
	{ .name = "course", .type = OPT_TEXT, .value = "SHORT-NAME", .help = "Only in this course; in all by default." },
	{ .name = "site", .type = OPT_TEXT, .value = "NAME", .help = "Only on this Moodle site; on all by default." }, OPT_END
};

static int
adopt_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	bool dry = opt_flag(job->options, "dry-run");
	struct adopt_only only = { opt_text(job->options, "site"), opt_text(job->options, "course"), NULL };
	struct finding_counts findings;
	const char *const *args;
	int64_t adopted;
	size_t count;

	(void)context;
	args = opt_args(job->options, &count);
	if (count > 0)
		only.persons = db_array(&job->row, args, count);
	if (adopt(&job->row, job->db, &only, job->night.run_id, dry, stdout, &adopted, err) != 0)
		return -1;
	if (adopted == 0) {
		(void)printf("%s: there is nothing to take over\n", tenant->name);
		return 0;
	}
	job_count(job, dry ? "would_adopt" : "adopted", adopted);
	if (dry) {
		(void)printf("%s: %lld would be taken over; nothing was changed\n", tenant->name, (long long)adopted);
		return 0;
	}
	if (finding_refresh(&job->row, job->db, job->night.run_id, &findings, err) != 0)
		return err_wrap(err, "could not derive the findings");
	(void)printf("%s: %lld taken over. From now on they are extended and ended like our own; \"ctok-admin revert %lld\" gives "
		     "them back.\n",
	    tenant->name, (long long)adopted, (long long)job->night.run_id);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	return job_each_tenant(job, adopt_tenant, NULL, err);
}

const struct job_def admin_adopt = {
	.name = "ctok-admin adopt",
	.usage = "[LEARNER…]",
	.summary = "Take over enrolments that others made and that are owed.",
	.options = options,
	.max_args = 1000,
	.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
	.run = run,
};
