/* ctok-mail: deliver the outbox by SMTP, or read what came back. Safe to repeat: what was accepted is not sent again; what the mail server may
 * or may not have taken is sent again with the same Message-ID, and said so; what came back is noted once. */
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "base/text.h"
#include "brake/brake.h"
#include "finding/finding.h"
#include "job/job.h"
#include "outbox/bounce.h"
#include "outbox/outbox.h"

static const struct opt options[] = {
	{ .name = "max", .type = OPT_COUNT, .help = "Stop after this many mails of each tenant, or messages that came back." },
	{ .name = "retry-failed", .type = OPT_FLAG, .help = "Queue again first what was refused for good." },
	OPT_END,
};

static bool
go_on(void *context)
{
	return job_continue(context);
}

/* One line a mail. A mail that cannot be written is the job's warning; the others' fates are in the outbox. */
static void
tell(void *context, const struct outbox_report *report)
{
	struct job *job = context;
	enum log_level level = LOG_INFO;
	const char *mail_id, *code;
	struct err err;

	arena_reset(&job->row);
	mail_id = arena_printf(&job->row, "%" PRId64, report->mail_id);
	code = arena_printf(&job->row, "%d", report->code);
	job_count(job, outbox_outcome_name(report->outcome), 1);
	if (report->outcome == OUTBOX_BLOCKED) {
		err = *report->error;
		err_wrap(&err, "mail %s (%s)", mail_id, report->event);
		job_failed(job, &err);
		return;
	}
	if (report->recipient != NULL) {
		printf("%s\t%s\t%s/%s\t%s\t%s\n", outbox_outcome_name(report->outcome), report->event, report->locale,
		    report->template, report->recipient, report->reply);
		return;
	}
	if (report->outcome == OUTBOX_FAILED || report->outcome == OUTBOX_DOUBT || report->resent)
		level = LOG_WARN;
	if (report->outcome == OUTBOX_FAILED || report->outcome == OUTBOX_DOUBT)
		job_note(job, EXIT_SOME);
	log_event(level,
	    LOG_FIELDS({ "mail", mail_id }, { "event", report->event }, { "template", report->template }, { "code", code },
		{ "reply", report->reply }, { "message_id", report->message_id }),
	    "mail %s%s", outbox_outcome_name(report->outcome), report->resent ? ", the recipient may have it twice" : "");
}

static int
deliver(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	int64_t again = 0, held;
	const char *unlike;
	int rc;

	(void)context;
	if (opt_flag(job->options, "retry-failed") && !opt_flag(job->options, "dry-run")) {
		if (outbox_retry_failed(&job->row, job->db, &job->night, &again, err) != 0)
			return -1;
		job_count(job, "requeued", again);
	}
	rc = outbox_deliver(job->db,
	    &(struct outbox_delivery){
		.config = job->config,
		.tenant = tenant,
		.night = &job->night,
		.max_mails = opt_count(job->options, "max", 0),
		.dry_run = opt_flag(job->options, "dry-run"),
		.go_on = go_on,
		.report = tell,
		.context = job,
	    },
	    err);
	if (brake_tally(job->db, job->night.id, rc, err) != 0)
		return -1;
	if (brake_unlike(&job->row, job->db, job->night.id, BRAKE_MAIL, &unlike, err) != 0)
		return -1;
	if (unlike != NULL)
		log_event(
		    LOG_WARN, LOG_FIELDS((struct log_field){ "tenant", tenant->name }), "unlike the last 30 nights: %s", unlike);
	if (outbox_held(&job->row, job->db, &held, err) != 0)
		return -1;
	job_count(job, "held", held);
	if (held > 0)
		job_note(job, EXIT_HELD);
	return 0;
}

/* One line a mail that came back; what the server said has no addresses in it. */
static void
tell_bounce(void *context, int64_t mail_id, const struct bounce *bounce)
{
	struct job *job = context;
	const char *mail = arena_printf(&job->row, "%" PRId64, mail_id), *what;

	what = bounce->kind == BOUNCE_FAILED ? "mail came back" : "mail is delayed, says a mail server";
	if (opt_flag(job->options, "dry-run")) {
		printf(
		    "%s\t%s\t%s\t%s\n", bounce->kind == BOUNCE_FAILED ? "failed" : "delayed", mail, bounce->status, bounce->words);
		return;
	}
	log_event(bounce->kind == BOUNCE_FAILED ? LOG_WARN : LOG_INFO,
	    LOG_FIELDS({ "mail", mail }, { "status", bounce->status }, { "reply", bounce->words }), "%s", what);
}

static void
tell_trouble(void *context, struct err *err)
{
	job_failed(context, err);
}

/* What is left after the last tenant is nobody's. */
struct reading {
	const char *maildir;
	int64_t left;
};

static int
read_bounces(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct reading *reading = context;
	struct bounce_counts counts;
	struct finding_counts findings;
	bool dry_run = opt_flag(job->options, "dry-run");

	if (bounce_read(job->db,
		&(struct bounce_reading){
		    .maildir = reading->maildir,
		    .config = job->config,
		    .tenant = tenant,
		    .night = &job->night,
		    .dry_run = dry_run,
		    .max_files = opt_count(job->options, "max", 0),
		    .go_on = go_on,
		    .noted = tell_bounce,
		    .trouble = tell_trouble,
		    .context = job,
		},
		&counts, err) != 0)
		return -1;
	job_count(job, "failed", counts.failed);
	job_count(job, "delayed", counts.delayed);
	job_count(job, "known", counts.known);
	job_count(job, "suppressed", counts.suppressed);
	reading->left = counts.left;
	if (dry_run || counts.failed + counts.known == 0)
		return 0;
	return finding_refresh(&job->row, job->db, job->night.run_id, &findings, err);
}

static int
run(struct job *job, struct err *err)
{
	struct reading reading = { NULL, 0 };
	const char *const *args;
	size_t count;

	args = opt_args(job->options, &count);
	if (count == 0)
		return job_each_tenant(job, deliver, NULL, err);
	if (!text_equal(args[0], "bounces"))
		return err_set(err, ERR_USAGE, "\"%s\" is not \"bounces\", and nothing else may stand here", args[0]);
	if (count != 2)
		return err_set(err, ERR_USAGE, "\"bounces\" takes a Maildir");
	if (opt_flag(job->options, "retry-failed"))
		return err_set(err, ERR_USAGE, "--retry-failed is about sending: \"bounces\" sends nothing");
	reading.maildir = args[1];
	if (job_each_tenant(job, read_bounces, &reading, err) != 0)
		return -1;
	job_count(job, "left", reading.left);
	return 0;
}

int
main(int argc, char **argv)
{
	return job_main(
	    &(struct job_def){
		.name = "ctok-mail",
		.summary = "Delivers the mails of the outbox; with bounces, reads what came back.",
		.usage = "[bounces MAILDIR]",
		.options = options,
		.max_args = 2,
		.needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
		.run = run,
	    },
	    argc, argv);
}
