/* A job's work for each tenant: row-level security, the rules' clock and the row in `run` around it. */
#include <string.h>

#include "base/log.h"
#include "db/rules.h"
#include "db/store.h"
#include "job/job.h"

/* Counts since ${before} as a JSON object. Names are literals of ours. */
static const char *
counts_json(struct job *job, const struct job_count *before, size_t before_count)
{
	const char *text = "{", *comma = "";
	int64_t value;
	size_t i;

	for (i = 0; i < job->count_count; i++) {
		value = job->counts[i].value - (i < before_count ? before[i].value : 0);
		text = arena_printf(&job->arena, "%s%s\"%s\":%lld", text, comma, job->counts[i].name, (long long)value);
		comma = ",";
	}
	return arena_printf(&job->arena, "%s}", text);
}

/* The work with its row in `run`; the exit code of this tenant alone goes there. */
static int
run_recorded(struct job *job, const struct config_tenant *tenant,
    int (*fn)(struct job *, const struct config_tenant *, void *, struct err *), void *context, struct err *err)
{
	struct job_count before[JOB_COUNTS];
	struct err end_err = ERR_INIT;
	size_t before_count = job->count_count;
	int rc, code_before = job->exit_code;

	memcpy(before, job->counts, sizeof(before));
	if (night_run_begin(&job->arena, job->db, &job->night, job->name, err) != 0)
		return -1;
	log_run(job->night.run_id);
	job->exit_code = EXIT_OK;
	rc = fn(job, tenant, context, err);
	if (rc != 0) {
		/* What it left half done must not be committed with the end of its run. */
		db_rollback(job->db);
		job_note(job, err_exit(err->code));
	}
	if (night_run_end(&job->arena, job->db, &job->night, job->exit_code, counts_json(job, before, before_count), &end_err) !=
	    0) {
		/* A run whose end could not be written shows as cut off, which it was; its own error comes first. */
		if (rc == 0)
			*err = end_err;
		rc = -1;
	}
	job_note(job, code_before);
	return rc;
}

static int
one_tenant(struct job *job, const struct config_tenant *tenant,
    int (*fn)(struct job *, const struct config_tenant *, void *, struct err *), void *context, struct err *err)
{
	int64_t tenant_id;

	if (store_tenant_id(&job->arena, job->db, tenant->name, &tenant_id, err) != 0)
		return -1;
	if (db_tenant(job->db, tenant_id, err) != 0)
		return -1;
	if (rules_at(job->db, job->night.now_utc, tenant->timezone, err) != 0)
		return -1;
	if (job->night.id != 0)
		return run_recorded(job, tenant, fn, context, err);
	if (fn(job, tenant, context, err) != 0) {
		db_rollback(job->db);
		return -1;
	}
	return 0;
}

int
job_each_tenant(
    struct job *job, int (*fn)(struct job *, const struct config_tenant *, void *, struct err *), void *context, struct err *err)
{
	const char *only = opt_text(job->options, "tenant");
	const struct config_tenant *tenant;
	size_t i;

	for (i = 0; i < job->config->tenant_count && job_continue(job); i++) {
		tenant = &job->config->tenants[i];
		if (only != NULL && strcmp(only, tenant->name) != 0)
			continue;
		arena_reset(&job->row);
		if (one_tenant(job, tenant, fn, context, err) == 0)
			continue;
		if (job->config->tenant_count > 1)
			(void)err_wrap(err, "tenant \"%s\"", tenant->name);
		/* A stale fence is everybody's. */
		if (err->code == ERR_BUSY)
			return -1;
		/* One tenant's trouble is not the others'. */
		log_err(LOG_ERROR, err);
		job_note(job, err_exit(err->code));
		err_reset(err);
	}
	log_run(0);
	return 0;
}
