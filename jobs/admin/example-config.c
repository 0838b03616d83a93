/* ctok-admin example-config: every setting explained; ctok-batch.conf.example is its output. */
#include "admin.h"

#include <stdio.h>

#include "config/config.h"

static int
run(struct job *job, struct err *err)
{
	(void)job;
	(void)err;
	config_example(stdout);
	return 0;
}

const struct job_def admin_example_config = {
	.name = "ctok-admin example-config",
	.summary = "Print an example of the settings with every one explained.",
	.run = run,
};
