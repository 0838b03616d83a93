/* ctok-cert: certificates by hand. `preview` draws one (or a transcript) from a template without settings or database, to judge a template by
 * or to see how a name will look. `transcript` is what one learner has completed. */
#include <stdio.h>
#include <string.h>

#include "adapter/png.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/file.h"
#include "certificate/press.h"
#include "certificate/template.h"
#include "certificate/transcript.h"
#include "job/job.h"

#define PICTURE_DOTS_PER_INCH 150
#define PICTURE_MAX_BYTES ((size_t)256 << 20)
#define SAMPLE_ROWS_MOST 2000
#define DAY_S 86400

static const struct opt options[] = { { .name = "name", .type = OPT_TEXT, .help = "The learner's name, as it is to stand there." },
	{ .name = "output", .type = OPT_FILE, .help = "The PDF to write." },
	{ .name = "png", .type = OPT_FILE, .help = "Also write a picture of it, as a viewer shows it." },
	{ .name = "template", .type = OPT_TEXT, .value = "NAME", .help = "The template; \"classic\" or \"plain\" by default." },
	{ .name = "paper",
	    .type = OPT_TEXT,
	    .value = "PAPER",
	    .help = "\"certificate\" (default) or \"transcript\", of courses that are made up." },
	{ .name = "rows", .type = OPT_COUNT, .help = "How many courses are on the transcript; 14 by default." },
	{ .name = "locale", .type = OPT_TEXT, .value = "LOCALE", .help = "The language of words and dates; \"en\" by default." },
	{ .name = "course", .type = OPT_TEXT, .help = "The course's title." },
	{ .name = "date", .type = OPT_MOMENT, .value = "DATE", .help = "The day of completion; today by default." },
	{ .name = "valid-until", .type = OPT_MOMENT, .value = "DATE", .help = "The last day it is valid; without end by default." },
	{ .name = "issuer", .type = OPT_TEXT, .help = "The name of the issuer." },
	{ .name = "signatory", .type = OPT_TEXT, .help = "The name under the signature line." },
	{ .name = "signatory-title", .type = OPT_TEXT, .help = "What the signatory is." },
	{ .name = "serial", .type = OPT_TEXT, .help = "The serial number; \"SPECIMEN\" by default." },
	{ .name = "verify-url", .type = OPT_TEXT, .value = "URL", .help = "The address in the QR code." },
	{ .name = "logo", .type = OPT_FILE, .help = "A JPEG file, for templates that show the issuer's logo." },
	{ .name = "template-dir", .type = OPT_FILE, .value = "DIR", .help = "Where templates are; those installed by default." },
	OPT_END };

static const char *
text_or(const struct job *job, const char *name, const char *otherwise)
{
	const char *text = opt_text(job->options, name);

	return text == NULL ? otherwise : text;
}

static int
write_picture(const struct buf *pdf, const char *path, struct err *err)
{
	int rc = -1;
	struct buf png;

	buf_init(&png, PICTURE_MAX_BYTES);
	if (png_of_pdf(pdf->data, pdf->len, PICTURE_DOTS_PER_INCH, &png, err) != 0)
		goto out;
	if (file_write(path, png.data, png.len, err) != 0)
		goto out;
	rc = 0;
out:
	buf_done(&png);
	return rc;
}

/* A transcript's rows: ever the same courses, one a month, some of them with certificates that end. */
static void
sample_rows(struct job *job, struct certificate_facts *facts)
{
	static const char *const courses[] = { "First Aid and Basic Life Support", "Hygiene",
		"Advanced Cardiovascular Life Support", "Fire Safety for Employees in Buildings with Public Access",
		"Data Protection", "Working at Heights", "Manual Handling of Loads",
		"Communication with Patients and Relatives: Difficult Conversations" };
	struct certificate_row *rows;
	int64_t count = opt_count(job->options, "rows", 14), i;

	if (count > SAMPLE_ROWS_MOST)
		count = SAMPLE_ROWS_MOST;
	facts->row_count = (size_t)count;
	facts->rows = rows = ARENA_ARRAY(&job->arena, facts->row_count, struct certificate_row);
	for (i = 0; i < count; i++) {
		rows[i] = (struct certificate_row){ .course = courses[(size_t)i % (sizeof(courses) / sizeof(courses[0]))],
			.completed_utc = facts->issued_utc - (count - i) * 30 * DAY_S };
		if (i % 3 != 1)
			rows[i].serial = arena_printf(&job->arena, "4F7K%lld-9BC9D-B8D06", (long long)(i % 10));
		if (i % 3 == 0)
			rows[i].valid_until_utc = rows[i].completed_utc + 730 * DAY_S;
	}
}

static int
preview(struct job *job, struct err *err)
{
	int rc = -1;
	const char *output = opt_text(job->options, "output"), *png = opt_text(job->options, "png"),
		   *paper = text_or(job, "paper", "certificate");
	struct certificate_facts facts = {
		.learner = opt_text(job->options, "name"),
		.course = text_or(job, "course", "First Aid and Basic Life Support"),
		.issuer = text_or(job, "issuer", "Example Academy"),
		.signatory = text_or(job, "signatory", "Dr. Elena Marín"),
		.signatory_title = text_or(job, "signatory-title", "Director of Studies"),
		.serial = text_or(job, "serial", "SPECIMEN"),
		.verify_url = text_or(job, "verify-url", "https://verify.example.org/SPECIMEN"),
		.logo = opt_text(job->options, "logo"),
		.locale = text_or(job, "locale", "en"),
		.timezone = "UTC",
	};
	struct buf pdf;

	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	if (facts.learner == NULL || output == NULL) {
		err_set(err, ERR_USAGE, "preview needs --%s", facts.learner == NULL ? "name" : "output");
		goto out;
	}
	if (!opt_moment(job->options, "date", &facts.completed_utc))
		facts.completed_utc = clock_now() / DAY_S * DAY_S;
	if (opt_moment(job->options, "valid-until", &facts.valid_until_utc))
		facts.valid_until_utc += DAY_S;
	facts.issued_utc = facts.completed_utc;
	if (strcmp(paper, "transcript") == 0) {
		facts.paper = TEMPLATE_TRANSCRIPT;
		sample_rows(job, &facts);
	} else if (strcmp(paper, "certificate") != 0) {
		err_set(err, ERR_USAGE, "paper \"%s\" is neither certificate nor transcript", paper);
		goto out;
	}
	if (press_render(text_or(job, "template-dir", template_default_dir(&job->arena)),
		text_or(job, "template", facts.paper == TEMPLATE_CERTIFICATE ? "classic" : "plain"), &facts, &pdf, err) != 0)
		goto out;
	if (file_write(output, pdf.data, pdf.len, err) != 0)
		goto out;
	if (png != NULL && write_picture(&pdf, png, err) != 0)
		goto out;
	rc = 0;
out:
	buf_done(&pdf);
	return rc;
}

static const struct opt transcript_options[] = { { .name = "output", .type = OPT_FILE, .help = "The PDF to write." },
	{ .name = "png", .type = OPT_FILE, .help = "Also write a picture of its first page." },
	{ .name = "template", .type = OPT_TEXT, .value = "NAME", .help = "Another template than the settings name." },
	{ .name = "locale", .type = OPT_TEXT, .value = "LOCALE", .help = "Another language than the tenant's." }, OPT_END };

static int
transcript_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	const char *output = opt_text(job->options, "output"), *png = opt_text(job->options, "png");
	size_t count, arg_count;
	const struct transcript_wish wish = { .who = opt_args(job->options, &arg_count)[0],
		.template = opt_text(job->options, "template"),
		.locale = opt_text(job->options, "locale"),
		.now_utc = job->night.now_utc };
	struct buf pdf;
	int rc = -1;

	(void)context;
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	if (transcript_make(&job->row, job->db, job->config, tenant, &wish, &pdf, &count, err) != 0)
		goto out;
	if (file_write(output, pdf.data, pdf.len, err) != 0 || (png != NULL && write_picture(&pdf, png, err) != 0))
		goto out;
	(void)printf("%s: %zu courses\n", output, count);
	rc = 0;
out:
	buf_done(&pdf);
	return rc;
}

static int
transcript(struct job *job, struct err *err)
{
	size_t count;

	(void)opt_args(job->options, &count);
	if (count == 0)
		return err_set(err, ERR_USAGE, "a transcript of whom? Give an e-mail, a user name, a part of a name or #number");
	if (opt_text(job->options, "output") == NULL)
		return err_set(err, ERR_USAGE, "transcript needs --output");
	return job_each_tenant(job, transcript_tenant, NULL, err);
}

static int
run(struct job *job, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	if (count > 0 && strcmp(args[0], "preview") == 0)
		return preview(job, err);
	if (count == 0)
		err_set(err, ERR_USAGE, "a command is missing");
	else
		err_set(err, ERR_USAGE, "there is no command \"%s\"", args[0]);
	return err_hint(err, "The commands are preview and transcript.");
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "transcript") == 0)
		return job_main(
		    &(struct job_def){ .name = "ctok-cert transcript",
			.summary = "What a learner has completed, as a PDF: every certificate, and what Moodle says besides.",
			.usage = "LEARNER",
			.options = transcript_options,
			.max_args = 1,
			.needs = JOB_CONFIG | JOB_DATABASE,
			.run = transcript },
		    argc - 1, argv + 1);
	return job_main(
	    &(struct job_def){ .name = "ctok-cert",
		.summary = "Certificates by hand: preview draws one from a template, without settings or database; transcript "
			   "LEARNER (see its --help) is what a learner has completed.",
		.usage = "preview",
		.options = options,
		.max_args = 1,
		.run = run },
	    argc, argv);
}
