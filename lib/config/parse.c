/* From the tree of a file to struct config, by the declarations alone. Nothing here knows a setting by name. */
#include "parse.h"

#include <stdint.h>
#include <string.h>

#include "settings.h"

static void parse_group(const struct conf_node *, enum settings_scope, void *, struct fault_list *);

static void
bad_value(const struct conf_node *node, const char *name, const struct err *err, struct fault_list *faults)
{
	fault_add(faults, node->file, node->line, "setting \"%s\": %s", name, err->message);
}

static void
bad_kind(const struct conf_node *node, const char *name, const char *wanted, struct fault_list *faults)
{
	fault_add(faults, node->file, node->line, "setting \"%s\" must be %s, not %s", name, wanted, conf_kind_name(node->kind));
}

static void
parse_list(const struct conf_node *node, const struct setting *setting, void *base, struct fault_list *faults)
{
	struct config_list *list = settings_field(setting, base);
	/* One text may stand without its brackets. */
	const struct conf_node *items = node->kind == CONF_TEXT ? node : node->children;
	size_t count = node->kind == CONF_TEXT ? 1 : node->count, i;

	if (node->kind != CONF_LIST && node->kind != CONF_TEXT) {
		bad_kind(node, setting->name, "a list of strings", faults);
		return;
	}
	list->items = ARENA_ARRAY(faults->arena, count, const char *);
	for (i = 0; i < count; i++) {
		if (items[i].kind != CONF_TEXT)
			fault_add(faults, items[i].file, items[i].line, "setting \"%s\" must be a list of strings, not of %s",
			    setting->name, conf_kind_name(items[i].kind));
		else if (items[i].text[0] == '\0')
			fault_add(
			    faults, items[i].file, items[i].line, "setting \"%s\": a string in the list is empty", setting->name);
		else
			list->items[list->count++] = arena_strdup(faults->arena, items[i].text);
	}
}

static void
parse_pairs(const struct conf_node *node, const struct setting *setting, void *base, struct fault_list *faults)
{
	struct config_pairs *pairs = settings_field(setting, base);
	size_t i;

	if (node->kind != CONF_GROUP) {
		bad_kind(node, setting->name, "a group { name = \"text\"; }", faults);
		return;
	}
	pairs->names = ARENA_ARRAY(faults->arena, node->count, const char *);
	pairs->values = ARENA_ARRAY(faults->arena, node->count, const char *);
	for (i = 0; i < node->count; i++) {
		if (node->children[i].kind != CONF_TEXT) {
			bad_kind(&node->children[i], node->children[i].name, "a string", faults);
			continue;
		}
		pairs->names[pairs->count] = arena_strdup(faults->arena, node->children[i].name);
		pairs->values[pairs->count++] = arena_strdup(faults->arena, node->children[i].text);
	}
}

static void
parse_groups(const struct conf_node *node, const struct setting *setting, void *base, struct fault_list *faults)
{
	const struct settings_struct *inner = &settings_structs[setting->inner];
	size_t *count = (size_t *)(void *)((char *)base + setting->count_offset), i;
	char *items;

	if (node->kind != CONF_LIST) {
		bad_kind(node, setting->name, "a list of groups ( { }, { } )", faults);
		return;
	}
	items = arena_array(faults->arena, node->count, inner->size);
	for (i = 0; i < node->count; i++) {
		if (node->children[i].kind != CONF_GROUP)
			fault_add(faults, node->children[i].file, node->children[i].line,
			    "setting \"%s\" must be a list of groups, not of %s", setting->name,
			    conf_kind_name(node->children[i].kind));
		else
			parse_group(&node->children[i], setting->inner, items + inner->size * (*count)++, faults);
	}
	*(void **)settings_field(setting, base) = items;
}

static void
parse_scalar(const struct conf_node *node, const struct setting *setting, void *base, struct fault_list *faults)
{
	struct err err = ERR_INIT;

	if (setting->type == SETTINGS_BOOL) {
		if (node->kind != CONF_BOOL)
			bad_kind(node, setting->name, "true or false", faults);
		else
			*(bool *)settings_field(setting, base) = node->truth;
		return;
	}
	if (setting->type == SETTINGS_INT) {
		if (node->kind != CONF_INT)
			bad_kind(node, setting->name, "a whole number", faults);
		else if (settings_set_int(setting, base, node->integer, &err) != 0)
			bad_value(node, setting->name, &err, faults);
		return;
	}
	if (setting->type == SETTINGS_DAYS && node->kind == CONF_INT) {
		if (settings_set_int(setting, base, node->integer, &err) != 0)
			bad_value(node, setting->name, &err, faults);
		return;
	}
	if (node->kind != CONF_TEXT)
		bad_kind(node, setting->name, setting->type == SETTINGS_DAYS ? "a whole number or \"never\"" : "a string", faults);
	else if (settings_set(faults->arena, setting, base, node->text, &err) != 0)
		bad_value(node, setting->name, &err, faults);
}

static void
parse_setting(const struct conf_node *node, const struct setting *setting, void *base, struct fault_list *faults)
{
	switch (setting->type) {
	case SETTINGS_LIST: parse_list(node, setting, base, faults); return;
	case SETTINGS_PAIRS: parse_pairs(node, setting, base, faults); return;
	case SETTINGS_GROUPS: parse_groups(node, setting, base, faults); return;
	case SETTINGS_GROUP:
		if (node->kind != CONF_GROUP)
			bad_kind(node, setting->name, "a group { }", faults);
		else
			parse_group(node, setting->inner, settings_field(setting, base), faults);
		return;
	default: parse_scalar(node, setting, base, faults); return;
	}
}

static const struct conf_node *
child(const struct conf_node *group, const char *name)
{
	size_t i;

	for (i = 0; i < group->count; i++)
		if (strcmp(group->children[i].name, name) == 0)
			return &group->children[i];
	return NULL;
}

static void
parse_unknown(const struct conf_node *node, enum settings_scope scope, struct fault_list *faults)
{
	const char *meant = settings_nearest(scope, node->name);

	if (meant == NULL)
		fault_add(
		    faults, node->file, node->line, "setting \"%s\" is not known in %s", node->name, settings_structs[scope].title);
	else
		fault_add(faults, node->file, node->line, "setting \"%s\" is not known in %s: did you mean \"%s\"?", node->name,
		    settings_structs[scope].title, meant);
}

static void
parse_default(const struct conf_node *group, const struct setting *setting, void *base, struct fault_list *faults)
{
	struct err err = ERR_INIT;

	if (setting->required)
		fault_add(faults, group->file, group->line > 0 ? group->line : 1, "setting \"%s\" of %s is missing", setting->name,
		    settings_structs[setting->scope].title);
	/* A default that its own declaration refuses is our mistake. */
	if (setting->fallback != NULL)
		BUG_UNLESS(settings_set(faults->arena, setting, base, setting->fallback, &err) == 0);
}

static void
parse_group(const struct conf_node *group, enum settings_scope scope, void *base, struct fault_list *faults)
{
	const struct setting *setting;
	const struct conf_node *node;
	size_t i;

	if (settings_structs[scope].has_where)
		*(struct config_where *)base = (struct config_where){ group->file, group->line };
	for (i = 0; i < group->count; i++)
		if (settings_find(scope, group->children[i].name) == NULL)
			parse_unknown(&group->children[i], scope, faults);
	for (i = 0; i < settings_count; i++) {
		setting = &settings_table[i];
		if (setting->scope != scope)
			continue;
		node = child(group, setting->name);
		if (node != NULL)
			parse_setting(node, setting, base, faults);
		else
			parse_default(group, setting, base, faults);
	}
}

void
parse_tree(const struct conf_node *root, struct config *config, struct fault_list *faults)
{
	parse_group(root, SETTINGS_ROOT, config, faults);
}

void
parse_rules(const struct conf_node *list, struct config_tenant *tenant, struct fault_list *faults)
{
	parse_groups(list, settings_find(SETTINGS_TENANT, "products"), tenant, faults);
}
