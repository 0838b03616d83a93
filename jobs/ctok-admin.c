/* ctok-admin: what people do by hand. Each command is a small program of its own behind one name. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "entitle/entitle.h"
#include "entitle/live.h"
#include "finding/explain.h"
#include "job/job.h"
#include "plan/plan.h"

/* check: everything that is wrong with the settings, at once. */

static const struct opt check_options[] = {
	{ .name = "config", .type = OPT_FILE, .help = "Settings; /etc/ctok-batch/ctok-batch.conf by default." }, OPT_END
};

static int
check(struct job *job, struct err *err)
{
	const char *file = opt_text(job->options, "config"), **lines;
	size_t count, i;

	if (config_findings(&job->arena, file != NULL ? file : "/etc/ctok-batch/ctok-batch.conf", &lines, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		(void)printf("%s\n", lines[i]);
	if (count > 0)
		job_note(job, EXIT_CONF);
	else
		(void)printf("the settings are in order\n");
	return 0;
}

static int
example_config(struct job *job, struct err *err)
{
	(void)job;
	(void)err;
	config_example(stdout);
	return 0;
}

/* plan: what the next night would change in Moodle. */

static int
plan_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	int64_t actions;

	(void)context;
	if (plan_print(job->db, tenant->timezone, stdout, &actions, err) != 0)
		return -1;
	(void)printf(
	    "%s%s: %lld action%s waiting\n", actions > 0 ? "\n" : "", tenant->name, (long long)actions, actions == 1 ? "" : "s");
	return 0;
}

static int
plan(struct job *job, struct err *err)
{
	return job_each_tenant(job, plan_tenant, NULL, err);
}

/* go-live: from trial to live. */

static const struct opt live_options[] = {
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
	int64_t since = clock_now(), pairs;
	bool changed;

	(void)context;
	(void)opt_moment(job->options, "since", &since);
	if (entitle_sync_rules(&job->row, job->db, tenant, &changed, err) != 0)
		return -1;
	if (live_begin(&job->row, job->db, opt_text(job->options, "site"), opt_text(job->options, "source"), since, &pairs, err) !=
	    0)
		return -1;
	if (pairs == 0)
		(void)printf("%s: live already\n", tenant->name);
	else
		(void)printf("%s: live for sales since %s; the next night carries the plan out\n", tenant->name,
		    clock_iso(&job->row, since));
	return 0;
}

static int
go_live(struct job *job, struct err *err)
{
	return job_each_tenant(job, live_tenant, NULL, err);
}

/* explain: one learner's story. */

static int
explain_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	(void)context;
	return explain_person(&job->row, job->db, tenant->timezone, args[0], count > 1 ? args[1] : NULL, stdout, err);
}

static int
explain(struct job *job, struct err *err)
{
	size_t count;

	(void)opt_args(job->options, &count);
	if (count == 0)
		return err_set(err, ERR_USAGE, "explain whom? Give an e-mail, a user name, a part of a name or #number");
	return job_each_tenant(job, explain_tenant, NULL, err);
}

static const struct job_def commands[] = {
	{ .name = "ctok-admin check",
	    .summary = "Find everything that is wrong with the settings.",
	    .options = check_options,
	    .run = check },
	{ .name = "ctok-admin example-config",
	    .summary = "Print an example of the settings with every one explained.",
	    .run = example_config },
	{ .name = "ctok-admin plan",
	    .summary = "Show in plain sentences what is waiting to be changed in Moodle.",
	    .needs = JOB_CONFIG | JOB_DATABASE,
	    .run = plan },
	{ .name = "ctok-admin go-live",
	    .summary = "From now on carry plans out: end the trial.",
	    .options = live_options,
	    .needs = JOB_CONFIG | JOB_DATABASE,
	    .run = go_live },
	{ .name = "ctok-admin explain",
	    .usage = "LEARNER [COURSE]",
	    .summary = "Tell everything known of one learner, in time order.",
	    .max_args = 2,
	    .needs = JOB_CONFIG | JOB_DATABASE,
	    .run = explain },
};

static void
show_commands(FILE *file)
{
	size_t i;

	(void)fprintf(file, "Usage: ctok-admin COMMAND [option]...\n\n");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)fprintf(file, "  %-16s %s\n", strchr(commands[i].name, ' ') + 1, commands[i].summary);
	(void)fprintf(file, "\n`ctok-admin COMMAND --help` tells a command's options.\n");
}

int
main(int argc, char **argv)
{
	size_t i;

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		show_commands(argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_USAGE : EXIT_OK;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], strchr(commands[i].name, ' ') + 1) == 0)
			return job_main(&commands[i], argc - 1, argv + 1);
	(void)fprintf(stderr, "ctok-admin: error: there is no command \"%s\"\n\n", argv[1]);
	show_commands(stderr);
	return EXIT_USAGE;
}
