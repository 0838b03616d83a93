/* ctok-admin: what people do by hand. Each command is a small program of its own behind one name: jobs/admin/. */
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"

static const struct job_def *const commands[] = {
	&admin_check,
	&admin_example_config,
	&admin_map,
	&admin_plan,
	&admin_go_live,
	&admin_backfill,
	&admin_approve,
	&admin_decisions,
	&admin_decide,
	&admin_grant,
	&admin_allow,
	&admin_deny,
	&admin_policy,
	&admin_explain,
	&admin_person,
	&admin_mail,
	&admin_runs,
	&admin_revert,
	&admin_adopt,
	&admin_replay,
};

static void
show_commands(FILE *file)
{
	size_t i;

	(void)fprintf(file, "Usage: ctok-admin COMMAND [option]...\n\n");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)fprintf(file, "  %-16s %s\n", strchr(commands[i]->name, ' ') + 1, commands[i]->summary);
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
		if (strcmp(argv[1], strchr(commands[i]->name, ' ') + 1) == 0)
			return job_main(commands[i], argc - 1, argv + 1);
	(void)fprintf(stderr, "ctok-admin: error: there is no command \"%s\"\n\n", argv[1]);
	show_commands(stderr);
	return EXIT_USAGE;
}
