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
    void *context, struct err *err)
{
	size_t count;

	(void)opt_args(job->options, &count);
	if (count < words(wants))
		return err_set(err, ERR_USAGE, "%s wants %s", job->name, wants);
	if (job->config->tenant_count > 1 && opt_text(job->options, "tenant") == NULL)
		return err_set(err, ERR_USAGE, "a decision is of one tenant: give --tenant");
	return job_each_tenant(job, tenant, context, err);
}

struct noting {
	decided_note_fn *note;
};

static int
note_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	const struct noting *noting = context;
	struct decision_word word = decided_word(job);
	struct decision_noted noted;
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	(void)tenant;
	if (noting->note(job, args, count, &word, &noted, err) != 0)
		return -1;
	if (noted.known)
		(void)printf("decision %lld says so already. Nothing was changed.\n", (long long)noted.decision_id);
	else
		(void)printf(
		    "decision %lld is noted. The next night, or ctok-reconcile, carries it out.\n", (long long)noted.decision_id);
	return 0;
}

int
decided_note(struct job *job, const char *wants, decided_note_fn *note, struct err *err)
{
	return decided_run(job, wants, note_tenant, &(struct noting){ note }, err);
}
