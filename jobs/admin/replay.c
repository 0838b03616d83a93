/* ctok-admin replay: read what is stored of a source once more, by today's settings, and ask nobody. */
#include "admin.h"

#include <stdio.h>

#include "adapter/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "sales/replay.h"

static const struct opt options[] = {
	{ .name = "into",
	    .type = OPT_TEXT,
	    .value = "SOURCE",
	    .help =
		"Put the whole history, version by version, into the ledger of this source of the same kind, which is empty; by "
		"default the newest versions are read again where they are." },
	OPT_END
};

struct request {
	uint8_t master_key[CRYPTO_KEY_BYTES];
	const char *from, *into;
	bool found;
};

static bool
go_on(void *context)
{
	return job_continue(context);
}

static void
progress(void *context, int64_t done, int64_t total)
{
	job_progress(context, "documents", done, total);
}

/* No personal data: a number and what is wrong. */
static void
note(void *context, const char *number, const char *why)
{
	(void)context;
	log_event(LOG_WARN, LOG_FIELDS((struct log_field){ "document", number }), "%s", why);
}

static const struct config_source *
source_of(const struct config_tenant *tenant, const char *name)
{
	size_t i;

	for (i = 0; i < tenant->source_count; i++)
		if (text_equal(tenant->sources[i].name, name))
			return &tenant->sources[i];
	return NULL;
}

static void
show(const struct request *request, const struct replay_counts *counts)
{
	(void)printf("%lld stored document%s read, %lld changed in the ledger of source \"%s\".\n", (long long)counts->read,
	    counts->read == 1 ? "" : "s", (long long)counts->changed, request->into);
	if (counts->not_taken > 0)
		(void)printf("%lld would not be taken by today's settings%s.\n", (long long)counts->not_taken,
		    text_equal(request->from, request->into) ? ": what the ledger has of them stays as it is" : "");
	if (counts->without > 0)
		(void)printf("%lld lack%s something that the source would be asked now; the log names the first of them.\n",
		    (long long)counts->without, counts->without == 1 ? "s" : "");
	if (counts->unreadable > 0)
		(void)printf("%lld cannot be read: what the ledger has of them stays as it is. The log names the first of them.\n",
		    (long long)counts->unreadable);
}

static int
replay_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct request *request = context;
	struct replay_plan plan = { .db = job->db,
		.night = &job->night,
		.tenant = tenant,
		.from = source_of(tenant, request->from),
		.into = source_of(tenant, request->into),
		.master_key = request->master_key,
		.dry_run = opt_flag(job->options, "dry-run"),
		.go_on = go_on,
		.progress = progress,
		.note = note,
		.context = job };
	struct replay_counts counts = { .read = 0 };
	int rc;

	if (plan.from == NULL)
		return 0;
	request->found = true;
	if (plan.into == NULL)
		return err_set(err, ERR_USAGE, "there is no source \"%s\" beside \"%s\" in \"%s\"", request->into, request->from,
		    job->config->file);
	rc = replay_run(&plan, &counts, err);
	job_count(job, "read", counts.read);
	job_count(job, "changed", rc == 0 ? counts.changed : 0);
	if (counts.unreadable > 0) {
		job_count(job, "unreadable", counts.unreadable);
		job_note(job, EXIT_SOME);
	}
	if (rc == 0)
		show(request, &counts);
	if (rc == 0 && plan.dry_run)
		(void)printf("Nothing was kept.\n");
	return rc;
}

static int
run(struct job *job, struct err *err)
{
	struct request request = { .found = false };
	const char *const *args;
	size_t count;
	char *key;

	args = opt_args(job->options, &count);
	if (count == 0)
		return err_set(err, ERR_USAGE, "replay which source?");
	request.from = args[0];
	request.into = opt_text(job->options, "into") != NULL ? opt_text(job->options, "into") : args[0];
	if (config_secret(&job->arena, job->config->master_key, "master_key", &key, err) != 0 ||
	    crypto_key_parse(key, request.master_key, err) != 0)
		return -1;
	if (job_each_tenant(job, replay_tenant, &request, err) != 0)
		return -1;
	if (!request.found && job->exit_code == EXIT_OK)
		return err_set(err, ERR_USAGE, "there is no source \"%s\" in \"%s\"", request.from, job->config->file);
	return 0;
}

const struct job_def admin_replay = {
	.name = "ctok-admin replay",
	.usage = "SOURCE",
	.summary = "Read once more what is stored of a source, by today's settings, and ask nobody.",
	.options = options,
	.max_args = 1,
	.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
	.run = run,
};
