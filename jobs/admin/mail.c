/* ctok-admin mail: what mails look like, and whether they are in order in every language. Those that wait: queue.c. */
#include "admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "config/config.h"
#include "outbox/catalogue.h"
#include "outbox/mail_check.h"
#include "outbox/mail_sample.h"
#include "queue.h"

/* Of a mail that is looked at. */
#define SAMPLE_DOMAIN "example.org"
#define SAMPLE_SENDER "help@" SAMPLE_DOMAIN
#define SAMPLE_RECIPIENT "ana@" SAMPLE_DOMAIN

static const struct opt options[] = {
	{ .name = "template-dir",
	    .type = OPT_FILE,
	    .help = "Where templates are; by default as the settings say, which list, check and show do not need then." },
	{ .name = "locale",
	    .type = OPT_TEXT,
	    .value = "LOCALE",
	    .help = "The language; the tenant's by default, for check all of them." },
	{ .name = "html", .type = OPT_FLAG, .help = "Show the HTML." },
	{ .name = "eml", .type = OPT_FLAG, .help = "Show it as it is sent, for a file that mail programs open." },
	{ .name = "max", .type = OPT_COUNT, .help = "Of queue: show this many at most." },
	{ .name = "name", .type = OPT_TEXT, .value = "NAME", .help = "Who answers for it. Required for retry, drop and suppress." },
	{ .name = "reason", .type = OPT_TEXT, .value = "TEXT", .help = "Why it is right. Required for drop and suppress." },
	{ .name = "lift", .type = OPT_FLAG, .help = "Of suppress: may be mailed again." },
	OPT_END,
};

/* What the settings say, as far as it is asked for. */
struct asked {
	const struct config_tenant *tenant; /* NULL: not asked for */
	const char *template_dir;
	const char *locale; /* NULL: none was given */
};

static int
ask(struct job *job, bool needs_tenant, struct asked *ret_asked, struct err *err)
{
	const char *file = opt_text(job->options, "config"), *name = opt_text(job->options, "tenant");
	struct asked asked = { NULL, opt_text(job->options, "template-dir"), opt_text(job->options, "locale") };
	struct config *config;
	size_t i;

	if (asked.template_dir == NULL || needs_tenant) {
		if (config_load(&job->arena, file != NULL ? file : CONFIG_FILE, &config, err) != 0)
			return -1;
		if (asked.template_dir == NULL)
			asked.template_dir = config->template_dir;
		for (i = 0; i < config->tenant_count && asked.tenant == NULL; i++)
			if (name == NULL || strcmp(config->tenants[i].name, name) == 0)
				asked.tenant = &config->tenants[i];
		if (asked.tenant == NULL)
			return err_set(err, ERR_USAGE, "the settings have no tenant \"%s\"", name);
	}
	*ret_asked = asked;
	return 0;
}

static const char *
locale_of(const struct asked *asked)
{
	return asked->locale != NULL ? asked->locale : asked->tenant != NULL ? asked->tenant->locale : "en";
}

static int
list(struct job *job, const char *const *args, struct err *err)
{
	const struct catalogue_message *message;
	size_t count, i;

	(void)job, (void)args, (void)err;
	message = catalogue_messages(&count);
	for (i = 0; i < count; i++)
		(void)printf("%-22s %s\n", message[i].name, message[i].about);
	return 0;
}

static int
check(struct job *job, const char *const *args, struct err *err)
{
	struct mail_checked checked;
	struct asked asked;
	size_t i, mails;

	(void)args;
	(void)catalogue_messages(&mails);
	if (ask(job, false, &asked, err) != 0 || mail_check(&job->arena, asked.template_dir, asked.locale, &checked, err) != 0)
		return -1;
	for (i = 0; i < checked.finding_count; i++)
		(void)printf("%s\n", checked.findings[i]);
	for (i = 0; i < checked.count; i++) {
		const struct mail_language *language = &checked.languages[i];

		(void)printf("%-8s %2zu of %zu mails, %zu of its own; %s; %zu finding%s\n", language->name, language->mails, mails,
		    language->own, *language->translation == '\0' ? "nobody answers for it" : language->translation,
		    language->findings, language->findings == 1 ? "" : "s");
	}
	if (checked.finding_count > 0)
		job_note(job, EXIT_CONF);
	return 0;
}

static int
find(const char *name, const struct catalogue_message **ret_message, struct err *err)
{
	*ret_message = catalogue_find(name);
	if (*ret_message == NULL) {
		(void)err_set(err, ERR_USAGE, "there is no mail \"%s\"", name);
		return err_hint(err, "`ctok-admin mail list` has their names.");
	}
	return 0;
}

static int
show(struct job *job, const char *const *args, struct err *err)
{
	const struct catalogue_message *message;
	struct mail_letter letter;
	struct asked asked;
	const char *language;
	struct relay samples = { .from = { "", SAMPLE_SENDER }, .reply_to = { "", SAMPLE_SENDER } };
	char *bytes;
	size_t len;

	if (find(args[0], &message, err) != 0 || ask(job, false, &asked, err) != 0 ||
	    mail_sample(&job->arena, asked.template_dir, message, locale_of(&asked), NULL, NULL, /* whole= */ true, &letter,
		&language, err) != 0)
		return -1;
	if (opt_flag(job->options, "eml")) {
		samples.from.name = catalogue_sample(message, "issuer");
		if (mail_sample_build(&job->arena, &samples, message, &letter, language, SAMPLE_RECIPIENT,
			"<sample@" SAMPLE_DOMAIN ">", clock_now(), &bytes, &len, err) != 0)
			return -1;
		(void)fwrite(bytes, 1, len, stdout);
	} else if (opt_flag(job->options, "html")) {
		(void)printf("%s", letter.html);
	} else {
		(void)printf("Subject: %s\n\n%s", letter.subject, letter.text);
	}
	return 0;
}

static int
test(struct job *job, const char *const *args, struct err *err)
{
	const struct catalogue_message *message, *all;
	struct relay relay = { 0 };
	struct smtp_answer *answer;
	struct asked asked;
	char *mailbox;
	size_t count, i;
	int rc = -1;

	all = catalogue_messages(&count);
	if (args[1] != NULL) {
		if (find(args[1], &message, err) != 0)
			return -1;
		all = message;
		count = 1;
	}
	if (address_mailbox(&job->arena, args[0], &mailbox, err) != 0) {
		err->code = ERR_USAGE;
		return err_wrap(err, "the address");
	}
	if (ask(job, true, &asked, err) != 0 || relay_open(&job->arena, asked.tenant, NULL, &relay, err) != 0)
		goto out;
	for (i = 0; i < count; i++) {
		arena_reset(&job->row);
		if (mail_sample_send(
			&job->row, &relay, asked.template_dir, &all[i], locale_of(&asked), mailbox, clock_now(), &answer, err) != 0)
			goto out;
		(void)printf("%s: %s, %d %s\n", all[i].name,
		    answer->outcome == SMTP_ACCEPTED ? "taken"
		    : answer->outcome == SMTP_DOUBT  ? "no answer"
						     : "refused",
		    answer->code, address_scrub(&job->row, answer->text, mailbox));
		if (answer->outcome != SMTP_ACCEPTED)
			job_note(job, EXIT_SOME);
	}
	rc = 0;
out:
	relay_close(&relay);
	return rc;
}

static int
run(struct job *job, struct err *err)
{
	static const struct {
		const char *name;
		size_t least, most;
		const char *wants;
		int (*run)(struct job *, const char *const *, struct err *);
	} commands[] = {
		{ "list", 0, 0, "nothing", list },
		{ "check", 0, 0, "nothing", check },
		{ "show", 1, 1, "MAIL", show },
		{ "test", 1, 2, "ADDRESS [MAIL]", test },
	};
	const char *const *args, *given[2] = { NULL, NULL };
	size_t count, i, k;

	args = opt_args(job->options, &count);
	if (count == 0)
		return err_set(err, ERR_USAGE, "a command is missing: list, check, show, test, queue, retry, drop or suppress");
	if (queue_has_command(args[0]))
		return queue_run_command(job, err);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(args[0], commands[i].name) == 0)
			break;
	if (i == sizeof(commands) / sizeof(commands[0]))
		return err_set(
		    err, ERR_USAGE, "\"%s\" is none of list, check, show, test, queue, retry, drop and suppress", args[0]);
	if (count - 1 < commands[i].least || count - 1 > commands[i].most)
		return err_set(err, ERR_USAGE, "\"%s\" takes %s", args[0], commands[i].wants);
	for (k = 0; k + 1 < count; k++)
		given[k] = args[k + 1];
	return commands[i].run(job, given, err);
}

/* Templates are looked at before anything else is set up. */
static unsigned
needs(const struct opt_set *set)
{
	size_t count;
	const char *const *args = opt_args(set, &count);

	return count > 0 && queue_has_command(args[0]) ? JOB_CONFIG | JOB_DATABASE : 0;
}

const struct job_def admin_mail = {
	.name = "ctok-admin mail",
	.usage =
	    "list | check | show NAME | test ADDRESS [NAME] | queue | retry MAIL|failed | drop MAIL | suppress [ADDRESS|PERSON]",
	.summary = "What mails there are and whether every language has them, samples; and the mails that wait.",
	.options = options,
	.max_args = 3,
	.needs = JOB_CONFIG,
	.needs_for = needs,
	.run = run,
};
