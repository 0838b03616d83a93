/* ctok-admin approve: let go what the brakes hold. */
#include "admin.h"

#include <stdio.h>

#include "brake/approval.h"
#include "certificate/issue.h"
#include "outbox/outbox.h"
#include "plan/plan.h"

static const struct opt options[] = {
	{ .name = "kind", .type = OPT_TEXT, .value = "KIND", .help = "Only this kind, as the summary names it; all by default." },
	{ .name = "site", .type = OPT_TEXT, .value = "NAME", .help = "Only this Moodle site; all by default." },
	{ .name = "course", .type = OPT_TEXT, .value = "NAME", .help = "Only this course, by its short name; all by default." },
	{ .name = "name", .type = OPT_TEXT, .value = "NAME", .help = "Who answers for it. Required." },
	{ .name = "reason", .type = OPT_TEXT, .value = "TEXT", .help = "Why it is right. Required." },
	OPT_END,
};

static void
show(const struct config_tenant *tenant, const struct approval *approval, bool dry_run)
{
	size_t i;

	for (i = 0; i < approval->count; i++)
		(void)printf("%s: %s %s: %s\n", tenant->name, dry_run ? "would release" : "released", approval->groups[i].what,
		    approval->groups[i].why);
	if (!dry_run)
		(void)printf("%s: the next night, or ctok-apply, ctok-certify and ctok-mail, carry this out; approved until %s\n",
		    tenant->name, approval->until);
}

/* Everything in one transaction; a dry run takes it back. */
static int
approve(struct job *job, const struct approval_ask *ask, struct approval *ret_approval, struct err *err)
{
	if (db_begin(job->db, err) != 0)
		return -1;
	if (approval_make(&job->row, job->db, job->night.run_id, ask, ret_approval, err) != 0)
		goto fail;
	if (plan_release(job->db, err) != 0)
		goto fail;
	if (issue_approved(job->db, err) != 0)
		goto fail;
	if (outbox_approved(job->db, err) != 0)
		goto fail;
	if (approval_end(job->db, job->night.run_id, err) != 0)
		goto fail;
	if (opt_flag(job->options, "dry-run")) {
		db_rollback(job->db);
		return 0;
	}
	if (db_commit(job->db, err) != 0)
		goto fail;
	return 0;
fail:
	db_rollback(job->db);
	return -1;
}

static int
tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct approval approval;
	bool *found = context;
	int rc;

	rc = approve(job,
	    &(struct approval_ask){
		.kind = opt_text(job->options, "kind"),
		.site = opt_text(job->options, "site"),
		.course = opt_text(job->options, "course"),
		.who = opt_text(job->options, "name"),
		.reason = opt_text(job->options, "reason"),
	    },
	    &approval, err);
	/* Of several tenants some hold nothing: that is an error only if none does. */
	if (rc != 0 && err->code == ERR_NOT_FOUND && job->config->tenant_count > 1 && opt_text(job->options, "tenant") == NULL) {
		err_reset(err);
		return 0;
	}
	if (rc != 0)
		return -1;
	show(tenant, &approval, opt_flag(job->options, "dry-run"));
	job_count(job, "released", approval.items);
	*found = true;
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	bool found = false;

	if (job_each_tenant(job, tenant, &found, err) != 0)
		return -1;
	if (!found && job->exit_code == EXIT_OK)
		return err_set(err, ERR_NOT_FOUND, "nothing of what was named is held");
	return 0;
}

const struct job_def admin_approve = {
	.name = "ctok-admin approve",
	.summary = "Let go what the brakes hold.",
	.options = options,
	.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
	.run = run,
};
