/* What the commands by which people decide share. */
#include "decided.h"

#include <stdio.h>
#include <string.h>

struct decision_word
decided_word(const struct job *job)
{
	return (struct decision_word){ opt_text(job->options, "name"), opt_text(job->options, "reason") };
}

static size_t
words(const char *text)
{
	size_t count = text[0] != '\0';

	for (; *text != '\0'; text++)
		count += *text == ' ';
	return count;
}

int
decided_run(struct job *job, const char *wants, int (*tenant)(struct job *, const struct config_tenant *, void *, struct err *),
    struct err *err)
{
	size_t count;

	(void)opt_args(job->options, &count);
	if (count < words(wants))
		return err_set(err, ERR_USAGE, "%s wants %s", job->name, wants);
	if (job->config->tenant_count > 1 && opt_text(job->options, "tenant") == NULL)
		return err_set(err, ERR_USAGE, "a decision is of one tenant: give --tenant");
	return job_each_tenant(job, tenant, NULL, err);
}

void
decided_tell(const struct decision_noted *noted)
{
	if (noted->known)
		(void)printf("decision %lld says so already. Nothing was changed.\n", (long long)noted->decision_id);
	else
		(void)printf(
		    "decision %lld is noted. The next night, or ctok-reconcile, carries it out.\n", (long long)noted->decision_id);
}
