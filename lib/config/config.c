/* Loading a configuration: parse the file, fill the settings, check them together, and say everything that is wrong. */
#include "config/config.h"

#include <string.h>

#include "check.h"
#include "parse.h"

/* Errors go to ${faults}; the config is whole only if there is none. */
static struct config *
read_all(struct arena *arena, const char *file, struct fault_list *faults)
{
	struct config *config = ARENA_NEW(arena, struct config);
	struct conf_node *root;
	struct err err = ERR_INIT;

	config->file = arena_strdup(arena, file);
	if (conf_parse(arena, config->file, &root, &err) != 0) {
		fault_add(faults, NULL, 0, "%s", err.message);
		return config;
	}
	parse_tree(root, config, faults);
	check_config(config, faults);
	fault_sort(faults);
	if (config->log_file == NULL && config->state_dir != NULL)
		config->log_file = arena_printf(arena, "%s/log/ctok-batch.log", config->state_dir);
	return config;
}

int
config_load(struct arena *arena, const char *file, struct config **ret_config, struct err *err)
{
	struct fault_list faults = { .arena = arena };
	struct config *config = read_all(arena, file, &faults);

	if (faults.count == 0) {
		*ret_config = config;
		return 0;
	}
	(void)err_set(err, ERR_CONFIG, "%s", fault_text(arena, &faults.items[0]));
	if (faults.count > 1)
		return err_hint(err, "There %s %zu more: run \"ctok-admin check --config %s\".", faults.count == 2 ? "is" : "are",
		    faults.count - 1, file);
	return -1;
}

int
config_findings(struct arena *arena, const char *file, const char ***ret_lines, size_t *ret_count, struct err *err)
{
	struct fault_list faults = { .arena = arena };
	const char **lines;
	size_t i;

	(void)err;
	(void)read_all(arena, file, &faults);
	lines = ARENA_ARRAY(arena, faults.count, const char *);
	for (i = 0; i < faults.count; i++)
		lines[i] = fault_text(arena, &faults.items[i]);
	*ret_lines = lines;
	*ret_count = faults.count;
	return 0;
}

const struct config_tenant *
config_tenant(const struct config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config->tenant_count; i++)
		if (strcmp(config->tenants[i].name, name) == 0)
			return &config->tenants[i];
	return NULL;
}
