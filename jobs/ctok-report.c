/* ctok-report: findings and controls as the night leaves them, saved as a snapshot, and the workbook drawn from it. Safe to repeat: each
 * run has files of its own, and an old run is drawn again from its snapshot to the same bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "finding/finding.h"
#include "job/job.h"
#include "report/report.h"

static const struct opt options[] = {
	{ .name = "run", .type = OPT_ID, .help = "Draw the workbook of this earlier run again, from its snapshot." }, OPT_END
};

/* A person gets the path; a step of a night keeps silent. */
static void
tell(const struct job *job, const char *xlsx)
{
	if (opt_text(job->options, "night") == NULL)
		(void)printf("%s\n", xlsx);
}

/* Old workbook, same bytes: the snapshot must be the one on record. */
static int
again(struct job *job, int64_t run_id, bool *found, struct err *err)
{
	struct report_record record;
	struct report_summary summary;
	const char *snapshot, *xlsx;
	uint8_t hash[sizeof(record.snapshot_hash)];

	if (report_find(&job->row, job->db, run_id, &record, err) != 0) {
		if (err->code != ERR_NOT_FOUND)
			return -1;
		err_reset(err); /* it may be another tenant's run */
		return 0;
	}
	*found = true;
	snapshot = arena_printf(&job->row, "%s/%s", job->config->state_dir, record.snapshot_path);
	xlsx = arena_printf(&job->row, "%s/%s", job->config->state_dir, record.xlsx_path);
	if (report_hash(snapshot, hash, err) != 0)
		return -1;
	if (memcmp(hash, record.snapshot_hash, sizeof(hash)) != 0)
		return err_set(err, ERR_DATA, "snapshot \"%s\" is not the one that run %" PRId64 " saved", snapshot, run_id);
	if (report_render(snapshot, xlsx, REPORT_ROWS_PER_SHEET, &summary, err) != 0)
		return -1;
	if (report_hash(xlsx, hash, err) != 0)
		return -1;
	if (memcmp(hash, record.xlsx_hash, sizeof(hash)) != 0)
		log_event(LOG_WARN, LOG_FIELDS((struct log_field){ "file", record.xlsx_path }),
		    "workbook differs from the one first made: this is another version of the program or its libraries");
	tell(job, xlsx);
	return 0;
}

static int
fresh(struct job *job, const struct config_tenant *tenant, struct err *err)
{
	const char *base = arena_printf(&job->row, "report/%s-%" PRId64, tenant->name, job->night.run_id);
	const char *snapshot = arena_printf(&job->row, "%s.snapshot", base), *xlsx = arena_printf(&job->row, "%s.xlsx", base);
	const char *state_dir = job->config->state_dir, *untied;
	struct finding_counts findings;
	struct report_summary summary;

	if (file_make_dirs(&job->row, arena_printf(&job->row, "%s/report", state_dir), 0750, err) != 0)
		return -1;
	/* What apply changed in Moodle is in the mirror by now. */
	if (finding_refresh(&job->row, job->db, job->night.run_id, &findings, err) != 0)
		return err_wrap(err, "could not derive the findings");
	if (finding_controls(&job->row, job->db, job->night.run_id, &untied, err) != 0)
		return err_wrap(err, "could not reckon the controls");
	if (report_snapshot_write(job->db, job->night.run_id, arena_printf(&job->row, "%s/%s", state_dir, snapshot), err) != 0)
		return -1;
	if (report_render(arena_printf(&job->row, "%s/%s", state_dir, snapshot), arena_printf(&job->row, "%s/%s", state_dir, xlsx),
		REPORT_ROWS_PER_SHEET, &summary, err) != 0)
		return -1;
	if (report_save(&job->row, job->db, job->night.run_id, state_dir, snapshot, xlsx, summary.ties && untied == NULL, err) != 0)
		return -1;
	job_count(job, "units", summary.units);
	job_count(job, "units_open", summary.open_units);
	job_count(job, "findings_open", summary.exceptions);
	job_count(job, "actions", summary.actions);
	if (untied != NULL || !summary.ties) {
		log_event(LOG_WARN,
		    LOG_FIELDS((struct log_field){ "tenant", tenant->name }, (struct log_field){ "workbook", xlsx }),
		    "does not tie: %s", untied != NULL ? untied : "a check in the workbook is not 0");
		job_note(job, EXIT_UNTIED);
	}
	tell(job, arena_printf(&job->row, "%s/%s", state_dir, xlsx));
	return 0;
}

static int
tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	int64_t old = opt_count(job->options, "run", 0);

	return old != 0 ? again(job, old, context, err) : fresh(job, tenant, err);
}

static int
run(struct job *job, struct err *err)
{
	bool found = opt_text(job->options, "run") == NULL;

	if (job_each_tenant(job, tenant, &found, err) != 0)
		return -1;
	if (!found && job->exit_code == EXIT_OK)
		return err_set(err, ERR_NOT_FOUND, "run %s made no report", opt_text(job->options, "run"));
	return 0;
}

int
main(int argc, char **argv)
{
	return job_main(
	    &(struct job_def){
		.name = "ctok-report",
		.summary = "Reckon findings and controls, and make the workbook for finance.",
		.options = options,
		.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
		.run = run,
	    },
	    argc, argv);
}
