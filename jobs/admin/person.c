/* ctok-admin person: who is who. */
#include "admin.h"

#include <stdio.h>

#include "base/text.h"
#include "party/person.h"

static const struct opt options[] = {
	{ .name = "name", .type = OPT_TEXT, .value = "NAME", .help = "Who answers for it. Required, but for show." },
	{ .name = "reason", .type = OPT_TEXT, .value = "TEXT", .help = "Why it is right. Required, but for show." },
	OPT_END,
};

static const char later[] = "The next night, or ctok-reconcile, carries it out.\n";

static int
person_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	struct person_word word = { opt_text(job->options, "name"), opt_text(job->options, "reason") };
	size_t count;
	const char *const *args = opt_args(job->options, &count);
	int64_t run_id = job->night.run_id, merge_id;

	(void)context;
	if (text_equal(args[0], "show"))
		return person_show(&job->row, job->db, tenant->timezone, args[1], stdout, err);
	if (text_equal(args[0], "merge")) {
		if (person_merge(&job->row, job->db, run_id, args[1], args[2], &word, &merge_id, err) != 0)
			return -1;
		(void)printf("merge %lld is noted. %s", (long long)merge_id, later);
	} else if (text_equal(args[0], "split")) {
		if (person_split(&job->row, job->db, run_id, args[1], &word, err) != 0)
			return -1;
		(void)printf("the merge is taken back. %s", later);
	} else if (text_equal(args[0], "alias")) {
		if (person_alias(&job->row, job->db, run_id, args[1], args[2], &word, err) != 0)
			return -1;
		(void)printf("the address is theirs. The next night looks for a Moodle account by it.\n");
	} else {
		if (person_confirm(&job->row, job->db, run_id, args[1], &word, err) != 0)
			return -1;
		(void)printf("the names are one human's. The next night makes the certificates that waited for it.\n");
	}
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	static const struct {
		const char *name;
		size_t args;
		const char *wants;
	} commands[] = {
		{ "show", 2, "PERSON" },
		{ "merge", 3, "RECORD PERSON" },
		{ "split", 2, "RECORD" },
		{ "alias", 3, "PERSON EMAIL" },
		{ "confirm", 2, "PERSON" },
	};
	size_t count, i;
	const char *const *args = opt_args(job->options, &count);

	if (count == 0)
		return err_set(err, ERR_USAGE, "what about whom? Give show, merge, split, alias or confirm, and a person");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!text_equal(args[0], commands[i].name))
			continue;
		if (count != commands[i].args)
			return err_set(err, ERR_USAGE, "ctok-admin person %s wants %s", commands[i].name, commands[i].wants);
		if (job->config->tenant_count > 1 && opt_text(job->options, "tenant") == NULL)
			return err_set(err, ERR_USAGE, "a person is of one tenant: give --tenant");
		return job_each_tenant(job, person_tenant, NULL, err);
	}
	return err_set(err, ERR_USAGE, "\"%s\" is none of show, merge, split, alias and confirm", args[0]);
}

const struct job_def admin_person = {
	.name = "ctok-admin person",
	.usage = "show PERSON | merge RECORD PERSON | split RECORD | alias PERSON EMAIL | confirm PERSON",
	.summary = "Say who is who: merge two records of one human, take that back, add an address, confirm a name.",
	.options = options,
	.max_args = 3,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
