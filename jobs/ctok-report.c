/* ctok-report: findings and controls as the night leaves them, saved as a snapshot, and the workbook drawn from it. Safe to repeat: each
 * run has files of its own, and an old run is drawn again from its snapshot to the same bytes. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stage.h"
#include "finding/finding.h"
#include "job/job.h"
#include "job/preview.h"
#include "plan/reckon.h"
#include "report/report.h"

static const struct opt options[] = {
	{ .name = "run", .type = OPT_ID, .help = "Draw the workbook of this earlier run again, from its snapshot." },
	{ .name = "as-of",
	    .type = OPT_MOMENT,
	    .help =
		"Make a workbook as it would be at this moment, with what is known now; it is a file only, not the run's report." },
	OPT_END
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

/* Findings, controls and the two files ${base}.snapshot and ${base}.xlsx, which are relative to the state directory. */
static int
draw(struct job *job, const char *base, struct report_summary *ret_summary, const char **ret_untied, struct err *err)
{
	const char *path = arena_printf(&job->row, "%s/%s", job->config->state_dir, base);
	const char *snapshot = arena_printf(&job->row, "%s.snapshot", path);
	struct finding_counts findings;

	if (file_make_dirs(&job->row, arena_printf(&job->row, "%s/report", job->config->state_dir), 0750, err) != 0)
		return -1;
	/* What apply changed in Moodle is in the mirror by now. */
	if (finding_refresh(&job->row, job->db, job->night.run_id, &findings, err) != 0)
		return err_wrap(err, "could not derive the findings");
	if (finding_controls(&job->row, job->db, job->night.run_id, ret_untied, err) != 0)
		return err_wrap(err, "could not reckon the controls");
	if (report_snapshot_write(job->db, job->night.run_id, snapshot, err) != 0)
		return -1;
	return report_render(snapshot, arena_printf(&job->row, "%s.xlsx", path), REPORT_ROWS_PER_SHEET, ret_summary, err);
}

/* Another moment's workbook: a file with a name of its own, and nothing on record. */
static int
show(struct job *job, const struct config_tenant *tenant, int64_t as_of_utc, struct err *err)
{
	struct clock_date date = clock_from_utc(as_of_utc);
	const char *base = arena_printf(&job->row, "report/%s-preview-as-of-%04d-%02d-%02dT%02d%02d%02dZ-%" PRId64, tenant->name,
	    date.year, date.month, date.day, date.hour, date.minute, date.second, job->night.run_id);
	struct night night = job->night;
	struct reckon_counts counts;
	struct report_summary summary;
	const char *untied;

	night.now_utc = as_of_utc;
	if (reckon_tenant(&job->row, job->db, &night, tenant, /* full= */ true, &counts, err) != 0)
		return -1;
	if (draw(job, base, &summary, &untied, err) != 0)
		return -1;
	/* The workbook is for reading; drawing it again would suggest that it was a report. */
	if (unlink(arena_printf(&job->row, "%s/%s.snapshot", job->config->state_dir, base)) != 0)
		return err_set(err, ERR_IO, "could not remove the snapshot of the preview: %s", strerror(errno));
	tell(job, arena_printf(&job->row, "%s/%s.xlsx", job->config->state_dir, base));
	return 0;
}

/* A name that people can sort and name: the tenant's day, and the run. */
static int
fresh(struct job *job, const struct config_tenant *tenant, struct err *err)
{
	const char *state_dir = job->config->state_dir, *base, *snapshot, *xlsx, *untied;
	struct report_summary summary;
	struct clock_date date;

	if (clock_in_zone(tenant->timezone, job->night.now_utc, &date, NULL, err) != 0)
		return -1;
	base = arena_printf(
	    &job->row, "report/%s-%04d-%02d-%02d-run%" PRId64, tenant->name, date.year, date.month, date.day, job->night.run_id);
	snapshot = arena_printf(&job->row, "%s.snapshot", base);
	xlsx = arena_printf(&job->row, "%s.xlsx", base);
	stage_sweep(arena_printf(&job->row, "%s/report", state_dir));
	if (draw(job, base, &summary, &untied, err) != 0)
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
	int64_t old = opt_count(job->options, "run", 0), as_of_utc;

	if (opt_moment(job->options, "as-of", &as_of_utc))
		return preview(job, tenant, as_of_utc, show, err);
	return old != 0 ? again(job, old, context, err) : fresh(job, tenant, err);
}

static int
run(struct job *job, struct err *err)
{
	bool found = opt_text(job->options, "run") == NULL;

	if (!found && opt_text(job->options, "as-of") != NULL)
		return err_set(err, ERR_USAGE, "--run and --as-of cannot be given together: an earlier run has its own moment");
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
