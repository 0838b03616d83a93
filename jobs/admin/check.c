/* ctok-admin check: everything that is wrong with the settings, at once; then whether mails can be written in the tenants' languages. */
#include "admin.h"

#include <stdio.h>

#include "config/config.h"
#include "outbox/catalogue.h"
#include "outbox/mail_template.h"

static const struct opt options[] = { { .name = "config", .type = OPT_FILE, .help = "Settings; " CONFIG_FILE " by default." },
	OPT_END };

/* The first mail that cannot be written stands for a tenant's others: mostly its language is not there at all. */
static int
check_mails(struct job *job, const char *file, size_t *ret_count, struct err *err)
{
	const struct catalogue_message *messages;
	const struct config_tenant *tenant;
	struct mail_template *template;
	struct config *config;
	struct err wrong;
	size_t mails, i, k;

	if (config_load(&job->arena, file, &config, err) != 0)
		return -1;
	messages = catalogue_messages(&mails);
	for (i = 0; i < config->tenant_count; i++) {
		tenant = &config->tenants[i];
		for (k = 0; tenant->mail.smtp != NULL && k < mails; k++) {
			wrong = (struct err)ERR_INIT;
			if (mail_template_open(
				&job->row, config->template_dir, messages[k].name, tenant->locale, &template, &wrong) == 0)
				continue;
			(void)printf("%s:%u: mails of tenant \"%s\": %s\n", tenant->where.file, tenant->where.line, tenant->name,
			    wrong.message);
			++*ret_count;
			break;
		}
	}
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	const char *file = opt_text(job->options, "config"), **lines;
	size_t count, i;

	if (file == NULL)
		file = CONFIG_FILE;
	if (config_findings(&job->arena, file, &lines, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		(void)printf("%s\n", lines[i]);
	if (count == 0 && check_mails(job, file, &count, err) != 0)
		return -1;
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
