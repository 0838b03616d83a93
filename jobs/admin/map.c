/* ctok-admin map: which products have no rule, rules that could be theirs, and all rules as a sheet to fill in and back. */
#include "admin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/rule_sheet.h"
#include "entitle/map.h"

/* What is asked for: the first argument, and whether another follows. */
struct word {
	const char *name;
	const char *takes; /* what its argument is; NULL: it has none */
	const char *missing;
	int (*run)(struct job *, const struct config_tenant *, const char *, struct err *);
	bool one_tenant; /* a sheet is one tenant's */
};

static int
list(struct job *job, const struct config_tenant *tenant, const char *text, struct err *err)
{
	int64_t products;

	if (map_list(job->db, opt_flag(job->options, "all"), NULL, stdout, &products, err) != 0)
		return -1;
	(void)text;
	if (products == 0)
		(void)printf("%s: every product that was sold has its rule\n", tenant->name);
	return 0;
}

static int
test(struct job *job, const struct config_tenant *tenant, const char *text, struct err *err)
{
	int64_t products;

	if (map_list(job->db, /* all= */ true, text, stdout, &products, err) != 0)
		return -1;
	if (products == 0)
		(void)printf("%s: no product that was sold has \"%s\" in its keys or name\n", tenant->name, text);
	return 0;
}

static int
suggest(struct job *job, const struct config_tenant *tenant, const char *text, struct err *err)
{
	int64_t products;

	(void)text;
	if (map_suggest(job->db, stdout, &products, err) != 0)
		return -1;
	if (products == 0)
		(void)printf("%s: every product that was sold has its rule\n", tenant->name);
	return 0;
}

static int
export_sheet(struct job *job, const struct config_tenant *tenant, const char *text, struct err *err)
{
	(void)text;
	return map_export(job->db, tenant, stdout, err);
}

/* Nothing is changed by it: what it prints is for the configuration, where rules stand. */
static int
import_sheet(struct job *job, const struct config_tenant *tenant, const char *name, struct err *err)
{
	struct config_tenant filled;
	const char **faults;
	size_t fault_count, unfilled, i;
	FILE *file = fopen(name, "r");
	int rc;

	if (file == NULL)
		return err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
	rc = rule_sheet_read(&job->row, file, name, tenant, &filled, &unfilled, &faults, &fault_count, err);
	(void)fclose(file);
	if (rc != 0)
		return -1;
	for (i = 0; i < fault_count; i++)
		(void)fprintf(stderr, "%s\n", faults[i]);
	if (fault_count > 0)
		return err_set(err, ERR_DATA, "%s: nothing is taken from it, because of what is wrong above", name);
	(void)printf("# From %s: %zu rule%s%s.\n", name, filled.product_count, filled.product_count == 1 ? "" : "s",
	    unfilled == 0 ? "" : arena_printf(&job->row, "; %zu row%s not filled in", unfilled, unfilled == 1 ? " is" : "s are"));
	rule_sheet_print(stdout, &filled);
	return 0;
}

static const struct word words[] = {
	{ .name = "list", .run = list },
	{ .name = "suggest", .run = suggest },
	{ .name = "test", .takes = "TEXT", .missing = "Give a part of a product's SKU, id or name", .run = test },
	{ .name = "export", .run = export_sheet, .one_tenant = true },
	{ .name = "import",
	    .takes = "FILE",
	    .missing = "Give a sheet that map export wrote",
	    .run = import_sheet,
	    .one_tenant = true },
};

static int
show_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	const struct word *word = context;
	size_t count;
	const char *const *args = opt_args(job->options, &count);

	if (job->config->tenant_count > 1 && !word->one_tenant)
		(void)printf("# %s\n", tenant->name);
	return word->run(job, tenant, count > 1 ? args[1] : NULL, err);
}

static int
run(struct job *job, struct err *err)
{
	size_t count, i;
	const char *const *args = opt_args(job->options, &count);
	const char *name = count > 0 ? args[0] : "list";

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!text_equal(name, words[i].name))
			continue;
		if (words[i].takes == NULL && count > 1)
			return err_set(err, ERR_USAGE, "\"%s\" takes nothing else", name);
		if (words[i].takes != NULL && count != 2)
			return err_set(err, ERR_USAGE, "%s what? %s", name, words[i].missing);
		if (words[i].one_tenant && job->config->tenant_count > 1 && opt_text(job->options, "tenant") == NULL)
			return err_set(err, ERR_USAGE, "a sheet is of one tenant: give --tenant");
		return job_each_tenant(job, show_tenant, (void *)(uintptr_t)&words[i], err);
	}
	return err_set(err, ERR_USAGE, "\"%s\" is none of list, suggest, test, export and import", name);
}

static const struct opt options[] = { { .name = "all", .type = OPT_FLAG, .help = "List products that have a rule too." }, OPT_END };

const struct job_def admin_map = {
	.name = "ctok-admin map",
	.usage = "[list | suggest | test TEXT | export | import FILE]",
	.summary =
	    "List products without a rule, suggest rules, tell which rule a product falls under; rules as a sheet, and back.",
	.options = options,
	.max_args = 2,
	.needs = JOB_CONFIG | JOB_DATABASE,
	.run = run,
};
