/* ctok-admin check: everything that is wrong with the settings, at once; then whether mails can be written in the tenants' languages and certificates
 * be drawn from their templates; and, asked for, what each source and each site answers. */
#include "admin.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "certificate/press.h"
#include "config/config.h"
#include "moodle/greet.h"
#include "outbox/catalogue.h"
#include "outbox/mail_template.h"
#include "sales/source.h"

#define SPECIMEN_UTC INT64_C(1785800000) /* a day in 2026 */
#define CONTACT_S 30                     /* for one source, repetitions included */

static const struct opt options[] = { { .name = "config", .type = OPT_FILE, .help = "Settings; " CONFIG_FILE " by default." },
	{ .name = "contact",
	    .type = OPT_FLAG,
	    .help = "Ask each source and each Moodle as a night would, and say whether key, permissions, address and clock are "
		    "right. Reads only." },
	OPT_END };

/* A source that is asked, and until when it may take. */
struct greeting {
	struct job *job;
	int64_t give_up_ms;
};

static bool
is_late(void *context)
{
	const struct greeting *greeting = context;

	return !job_continue(greeting->job) || clock_mono_ms() > greeting->give_up_ms;
}

static int
take_nothing(void *context, const struct sales_document *document, struct err *err)
{
	(void)context;
	(void)document;
	(void)err;
	return 0;
}

static void
keep_nothing(void *context, const char *name, const char *value)
{
	(void)context;
	(void)name;
	(void)value;
}

static int
greet(struct job *job, const struct config_tenant *tenant, const struct config_source *config, int64_t now_utc,
    const char **ret_says, struct err *err)
{
	const struct sales_kind *kind = sales_kind(config->kind, err);
	struct greeting greeting = { .job = job, .give_up_ms = clock_mono_ms() + CONTACT_S * 1000 };
	const struct sales_sink sink = {
		.context = &greeting, .document = take_nothing, .cursor = keep_nothing, .stopped = is_late
	};
	struct sales_source source = { .config = config, .currency = tenant->currency, .now_utc = now_utc, .clock_utc = now_utc };
	char *secret = NULL;

	if (kind == NULL)
		return -1;
	if (kind->greet == NULL) {
		*ret_says = "it cannot be asked by itself";
		return 0;
	}
	if (!kind->is_fed && config_secret(&job->row, kind->wants_token ? config->token : config->api_key,
				 kind->wants_token ? "token" : "api_key", &secret, err) != 0)
		return -1;
	source.secret = secret;
	source.clock_mono_ms = clock_mono_ms();
	source.from_utc = source.now_utc - 3600;
	source.to_utc = source.now_utc;
	return kind->greet(&job->row, &source, &sink, ret_says, err);
}

static int
greet_moodle(
    struct job *job, const struct config_tenant *tenant, const struct config_site *site, const char **ret_says, struct err *err)
{
	struct moodle *moodle = NULL;
	char *token, *password = NULL;
	int rc = -1;

	if (config_secret(&job->row, site->token, "token", &token, err) != 0)
		return -1;
	if (site->database_password != NULL &&
	    config_secret(&job->row, site->database_password, "database_password", &password, err) != 0)
		return -1;
	if (moodle_open(site, token, NULL, &moodle, err) != 0)
		return -1;
	rc = greet_site(&job->row, moodle, tenant, password, ret_says, err);
	moodle_close(moodle);
	return rc;
}

/* A sentence for who was asked: what was wrong, or what was said. */
static void
tell(struct job *job, const char *tenant, const char *what, const char *name, const char *says, const struct err *err)
{
	if (err->code == ERR_NONE) {
		(void)printf("%s, %s \"%s\": in order: %s\n", tenant, what, name, says);
		return;
	}
	(void)printf("%s, %s \"%s\": %s%s%s\n", tenant, what, name, err->message, err->hint[0] != '\0' ? ". " : "", err->hint);
	job_note(job, err_exit(err->code));
}

static void
contact_sites(struct job *job, const struct config *config)
{
	size_t i, j;

	for (i = 0; i < config->tenant_count; i++)
		for (j = 0; j < config->tenants[i].site_count && job_continue(job); j++) {
			const struct config_site *site = &config->tenants[i].sites[j];
			const char *says = "";
			struct err err = ERR_INIT;

			arena_reset(&job->row);
			if (greet_moodle(job, &config->tenants[i], site, &says, &err) != 0)
				says = "";
			tell(job, config->tenants[i].name, "site", site->name, says, &err);
		}
}

/* A sentence for each source. One that refuses does not keep the others from being asked. */
static void
contact(struct job *job, const struct config *config, int64_t now_utc)
{
	size_t i, j;

	for (i = 0; i < config->tenant_count; i++)
		for (j = 0; j < config->tenants[i].source_count && job_continue(job); j++) {
			const struct config_source *source = &config->tenants[i].sources[j];
			const char *says = "";
			struct err err = ERR_INIT;

			arena_reset(&job->row);
			if (source->closed) {
				(void)printf("%s, source \"%s\": closed, not asked\n", config->tenants[i].name, source->name);
			} else {
				if (greet(job, &config->tenants[i], source, now_utc, &says, &err) != 0)
					says = "";
				tell(job, config->tenants[i].name, "source", source->name, says, &err);
			}
		}
}

/* The first mail that cannot be written stands for a tenant's others: mostly its language is not there at all. */
static void
check_mails(struct job *job, const struct config *config, size_t *ret_count)
{
	const struct catalogue_message *messages;
	const struct config_tenant *tenant;
	struct mail_template *template;
	struct err wrong;
	size_t mails, i, k;

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
}

/* One template of a tenant, once. Letters that cannot be drawn are told and are no fault of the settings: most schools need few scripts. */
static int
check_template(struct job *job, const struct config *config, const struct config_tenant *tenant, enum template_paper paper,
    const char *name, size_t *ret_count, struct err *err)
{
	static const struct certificate_row row = { .course = "Course", .serial = "SPECIMEN", .completed_utc = SPECIMEN_UTC };
	const struct config_certificate *c = &tenant->certificate;
	const struct certificate_facts facts = {
		.paper = paper,
		.learner = "Ana Specimen",
		.course = "Course",
		.serial = "SPECIMEN",
		.issuer = c->issuer != NULL ? c->issuer : tenant->name,
		.signatory = c->signatory,
		.signatory_title = c->signatory_title,
		.verify_url = c->verify_url,
		.logo = c->logo,
		.logo_sha256 = c->logo_sha256,
		.locale = tenant->locale,
		.timezone = tenant->timezone,
		.completed_utc = SPECIMEN_UTC,
		.valid_until_utc = SPECIMEN_UTC,
		.issued_utc = SPECIMEN_UTC,
		.rows = &row,
		.row_count = paper == TEMPLATE_TRANSCRIPT ? 1 : 0,
	};
	struct press_fault *faults;
	size_t count, i;

	if (press_check(&job->row, config->template_dir, name, &facts, &faults, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		(void)printf("%s:%u: %ss of tenant \"%s\"%s: %s\n", tenant->where.file, tenant->where.line,
		    template_paper_name(paper), tenant->name, faults[i].fatal ? "" : ", to be known", faults[i].text);
		*ret_count += faults[i].fatal ? 1 : 0;
	}
	return 0;
}

static int
check_certificates(struct job *job, const struct config *config, size_t *ret_count, struct err *err)
{
	const struct config_tenant *tenant;
	const char *name;
	size_t i, k, earlier;

	for (i = 0; i < config->tenant_count; i++) {
		tenant = &config->tenants[i];
		for (k = 0; k <= tenant->product_count; k++) {
			name = k == 0 ? tenant->certificate.template : tenant->products[k - 1].certificate;
			for (earlier = 0; earlier < k; earlier++)
				if (text_equal(name,
					earlier == 0 ? tenant->certificate.template : tenant->products[earlier - 1].certificate))
					break;
			if (name == NULL || text_equal(name, "none") || earlier < k)
				continue;
			if (check_template(job, config, tenant, TEMPLATE_CERTIFICATE, name, ret_count, err) != 0)
				return -1;
		}
		name = tenant->certificate.transcript;
		if (name != NULL && check_template(job, config, tenant, TEMPLATE_TRANSCRIPT, name, ret_count, err) != 0)
			return -1;
	}
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	const char *file = opt_text(job->options, "config"), **lines;
	struct config *config = NULL;
	int64_t now_utc;
	size_t count, i;
	int micros;

	file = file != NULL ? file : CONFIG_FILE;
	if (config_findings(&job->arena, file, &lines, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		(void)printf("%s\n", lines[i]);
	if (count == 0) {
		if (config_load(&job->arena, file, &config, err) != 0)
			return -1;
		check_mails(job, config, &count);
		if (check_certificates(job, config, &count, err) != 0)
			return -1;
	}
	if (count > 0) {
		job_note(job, EXIT_CONF);
		return 0;
	}
	(void)printf("the settings are in order\n");
	if (!opt_flag(job->options, "contact"))
		return 0;
	if (config->test_now == NULL)
		now_utc = clock_now();
	else if (clock_parse(config->test_now, &now_utc, &micros, err) != 0)
		return -1;
	contact(job, config, now_utc);
	contact_sites(job, config);
	return 0;
}

const struct job_def admin_check = {
	.name = "ctok-admin check",
	.summary = "Find everything that is wrong with the settings and templates; ask sources and sites whether they let us in.",
	.options = options,
	.run = run,
};
