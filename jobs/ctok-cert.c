/* ctok-cert: certificates by hand. `preview` draws one from a template without settings or database, to judge a template by or
 * to see how a name will look. */
#include <string.h>

#include "adapter/png.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/file.h"
#include "certificate/press.h"
#include "certificate/template.h"
#include "job/job.h"

#define PICTURE_DOTS_PER_INCH 150
#define PICTURE_MAX_BYTES ((size_t)256 << 20)
#define DAY_S 86400

static const struct opt options[] = { { .name = "name", .type = OPT_TEXT, .help = "The learner's name, as it is to stand there." },
	{ .name = "output", .type = OPT_FILE, .help = "The PDF to write." },
	{ .name = "png", .type = OPT_FILE, .help = "Also write a picture of it, as a viewer shows it." },
	{ .name = "template", .type = OPT_TEXT, .value = "NAME", .help = "The template; \"classic\" by default." },
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

static int
preview(struct job *job, struct err *err)
{
	int rc = -1;
	const char *output = opt_text(job->options, "output"), *png = opt_text(job->options, "png");
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
	if (press_render(text_or(job, "template-dir", template_default_dir(&job->arena)), text_or(job, "template", "classic"),
		&facts, &pdf, err) != 0)
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

static int
run(struct job *job, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	if (count == 0) {
		err_set(err, ERR_USAGE, "a command is missing");
		return err_hint(err, "The command is preview.");
	}
	if (strcmp(args[0], "preview") == 0)
		return preview(job, err);
	err_set(err, ERR_USAGE, "there is no command \"%s\"", args[0]);
	return err_hint(err, "The command is preview.");
}

int
main(int argc, char **argv)
{
	return job_main(&(struct job_def){ .name = "ctok-cert",
			    .summary = "Look at certificates: preview draws one from a template, without settings or database.",
			    .usage = "preview",
			    .options = options,
			    .max_args = 1,
			    .run = run },
	    argc, argv);
}
