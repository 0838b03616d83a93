/* ctok-admin map: which products have no rule, and rules that could be theirs. */
#include "admin.h"

#include <stdio.h>

#include "base/text.h"
#include "entitle/map.h"

static int
show_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);
	bool suggest = count > 0 && text_equal(args[0], "suggest"), test = count > 0 && text_equal(args[0], "test");
	int64_t products;

	(void)context;
	if (job->config->tenant_count > 1)
		(void)printf("# %s\n", tenant->name);
	if (suggest ? map_suggest(job->db, stdout, &products, err) != 0
		    : map_list(job->db, test || opt_flag(job->options, "all"), test ? args[1] : NULL, stdout, &products, err) != 0)
		return -1;
	if (products > 0)
		return 0;
	if (test)
		(void)printf("%s: no product that was sold has \"%s\" in its keys or name\n", tenant->name, args[1]);
	else
		(void)printf("%s: every product that was sold has its rule\n", tenant->name);
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	if (count > 0 && !text_equal(args[0], "list") && !text_equal(args[0], "suggest") && !text_equal(args[0], "test"))
		return err_set(err, ERR_USAGE, "\"%s\" is none of list, suggest and test", args[0]);
	if (count > 0 && text_equal(args[0], "test") != (count == 2))
		return err_set(err, ERR_USAGE,
		    count == 1 ? "test what? Give a part of a product's SKU, id or name" : "\"%s\" takes nothing else", args[0]);
	return job_each_tenant(job, show_tenant, NULL, err);
}

static const struct opt options[] = { { .name = "all", .type = OPT_FLAG, .help = "List products that have a rule too." }, OPT_END };

const struct job_def admin_map = {
	.name = "ctok-admin map",
	.usage = "[list | suggest | test TEXT]",
	.summary = "List products without a rule, suggest rules, or tell which rule a product falls under.",
	.options = options,
	.max_args = 2,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
