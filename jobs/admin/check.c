/* ctok-admin check: everything that is wrong with the settings, at once. */
#include "admin.h"

#include <stdio.h>

#include "config/config.h"

static const struct opt options[] = { { .name = "config", .type = OPT_FILE, .help = "Settings; " CONFIG_FILE " by default." },
	OPT_END };

static int
run(struct job *job, struct err *err)
{
	const char *file = opt_text(job->options, "config"), **lines;
	size_t count, i;

	if (config_findings(&job->arena, file != NULL ? file : CONFIG_FILE, &lines, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		(void)printf("%s\n", lines[i]);
	if (count > 0)
		job_note(job, EXIT_CONF);
	else
		(void)printf("the settings are in order\n");
	return 0;
}

const struct job_def admin_check = {
	.name = "ctok-admin check",
	.summary = "Find everything that is wrong with the settings.",
	.options = options,
	.run = run,
};
