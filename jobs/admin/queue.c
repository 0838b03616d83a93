/* ctok-admin mail queue, retry, drop, suppress: mails that wait, and what a person decides about them. Called by mail.c. */
#include "queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapter/email.h"
#include "base/text.h"
#include "finding/finding.h"
#include "outbox/queue.h"
#include "party/person.h"

/* What a command does for the tenant. */
struct asked {
	int (*run)(struct job *, const char *, struct err *);
	const char *arg; /* NULL: none was given */
};

static struct queue_word
word_of(const struct job *job)
{
	return (struct queue_word){
		.who = opt_text(job->options, "name"),
		.reason = opt_text(job->options, "reason"),
		.now_utc = job->night.now_utc,
		.run_id = job->night.run_id,
	};
}

/* What was decided may have settled findings about mails. */
static int
settle(struct job *job, struct err *err)
{
	return finding_clear_mails(job->db, job->night.run_id, err);
}

static int
show(struct job *job, const char *arg, struct err *err)
{
	int64_t mails, most = opt_count(job->options, "max", 0), suppressed;

	(void)arg;
	if (queue_show(&job->row, job->db, most, stdout, &mails, err) != 0 ||
	    queue_suppressions(&job->row, job->db, NULL, &suppressed, err) != 0)
		return -1;
	if (mails == 0)
		(void)printf("no mail waits\n");
	else if (most > 0 && mails > most)
		(void)printf("… and %" PRId64 " more\n", mails - most);
	if (suppressed > 0)
		(void)printf("%" PRId64 " suppressed: ctok-admin mail suppress lists who is never mailed\n", suppressed);
	return 0;
}

/* The number of a mail, as the queue shows it. */
static int
mail_number(const char *text, int64_t *ret_id, struct err *err)
{
	struct err why = ERR_INIT;

	if (text_int64(*text == '#' ? text + 1 : text, ret_id, &why) == 0 && *ret_id > 0)
		return 0;
	(void)err_set(err, ERR_USAGE, "\"%s\" is not the number of a mail", text);
	return err_hint(err, "`ctok-admin mail queue` has them.");
}

static int
retry(struct job *job, const char *arg, struct err *err)
{
	const struct queue_word word = word_of(job);
	int64_t mail_id, mails, count;
	bool moved;

	if (text_equal(arg, "failed")) {
		if (queue_retry_failed(&job->row, job->db, &word, &mails, &count, err) != 0)
			return -1;
		(void)printf("%" PRId64 " mail%s by the next ctok-mail", mails, mails == 1 ? " is sent again" : "s are sent again");
		if (count > 0)
			(void)printf(", %" PRId64 " of them to the address that its learner has now", count);
		(void)printf("\n");
		return settle(job, err);
	}
	if (mail_number(arg, &mail_id, err) != 0 || queue_retry(&job->row, job->db, mail_id, &word, &moved, err) != 0)
		return -1;
	(void)printf("mail #%" PRId64 " is sent again by the next ctok-mail%s\n", mail_id,
	    moved ? ", to the address that its learner has now" : "");
	return settle(job, err);
}

static int
drop(struct job *job, const char *arg, struct err *err)
{
	const struct queue_word word = word_of(job);
	int64_t mail_id;
	bool returned;

	if (mail_number(arg, &mail_id, err) != 0 || queue_drop(&job->row, job->db, mail_id, &word, &returned, err) != 0)
		return -1;
	(void)printf(
	    "mail #%" PRId64 " is %s\n", mail_id, returned ? "settled: it came back, and somebody has seen to it" : "never sent");
	return settle(job, err);
}

/* An address, or a person as the other commands take them. */
static int
whom_of(struct job *job, const char *arg, struct queue_whom *ret_whom, struct err *err)
{
	const struct db_row *person;
	char *address;

	if (strchr(arg, '@') != NULL) {
		if (email_normalise(&job->row, arg, &address, err) != 0)
			return err_wrap(err, "address \"%s\"", arg);
		*ret_whom = (struct queue_whom){ .address = address, .said = address };
		return 0;
	}
	if (person_find(&job->row, job->db, arg, &person, err) != 0)
		return -1;
	*ret_whom = (struct queue_whom){ .person_id = db_int(person, "person_id"),
		.said = arena_printf(&job->row, "%s (#%s)", db_value(person, "name"), db_value(person, "person_id")) };
	return 0;
}

static int
suppress(struct job *job, const char *arg, struct err *err)
{
	const struct queue_word word = word_of(job);
	struct queue_whom whom;
	int64_t count;

	if (arg == NULL) {
		if (opt_flag(job->options, "lift"))
			return err_set(err, ERR_USAGE, "--lift wants an address or a person");
		if (queue_suppressions(&job->row, job->db, stdout, &count, err) != 0)
			return -1;
		if (count == 0)
			(void)printf("everybody may be mailed\n");
		return 0;
	}
	if (whom_of(job, arg, &whom, err) != 0)
		return -1;
	if (opt_flag(job->options, "lift")) {
		if (queue_lift(&job->row, job->db, &whom, &word, &count, err) != 0)
			return -1;
		(void)printf(
		    "%s may be mailed again: %" PRId64 " suppression%s lifted\n", whom.said, count, count == 1 ? " is" : "s are");
		return settle(job, err);
	}
	if (queue_suppress(&job->row, job->db, &whom, &word, err) != 0)
		return -1;
	(void)printf("%s is never mailed, until --lift; mail that is due waits\n", whom.said);
	return settle(job, err);
}

static const struct {
	const char *name;
	size_t least, most;
	const char *wants;
	int (*run)(struct job *, const char *, struct err *);
} commands[] = {
	{ "queue", 0, 0, "nothing", show },
	{ "retry", 1, 1, "MAIL, or \"failed\" for all that were refused", retry },
	{ "drop", 1, 1, "MAIL", drop },
	{ "suppress", 0, 1, "ADDRESS or PERSON", suppress },
};

bool
queue_has_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(name, commands[i].name) == 0)
			return true;
	return false;
}

static int
tenant(struct job *job, const struct config_tenant *config, void *context, struct err *err)
{
	const struct asked *asked = context;

	if (job->config->tenant_count > 1 && asked->run == show)
		(void)printf("%s:\n", config->name);
	return asked->run(job, asked->arg, err);
}

int
queue_run_command(struct job *job, struct err *err)
{
	struct asked asked = { NULL, NULL };
	const char *const *args;
	size_t count, i;

	args = opt_args(job->options, &count);
	for (i = 0; strcmp(args[0], commands[i].name) != 0; i++)
		;
	if (count - 1 < commands[i].least || count - 1 > commands[i].most)
		return err_set(err, ERR_USAGE, "\"%s\" takes %s", args[0], commands[i].wants);
	if (commands[i].run != show && job->config->tenant_count > 1 && opt_text(job->options, "tenant") == NULL)
		return err_set(err, ERR_USAGE, "a mail is of one tenant: give --tenant");
	asked.run = commands[i].run;
	asked.arg = count > 1 ? args[1] : NULL;
	return job_each_tenant(job, tenant, &asked, err);
}
