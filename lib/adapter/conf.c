/* Configuration files through libconfig, copied into a tree of our own. conf_scan() has refused what libconfig misreads. */
#include "adapter/conf.h"

#include <string.h>

#include <libconfig.h>

#include "base/text.h"
#include "conf_scan.h"

/* libconfig names an included file as it was written; ours stands beside the main file. */
struct place {
	struct arena *arena;
	const char *file, *dir;
};

static const char *
file_of(const struct place *place, const char *named)
{
	if (named == NULL || strcmp(named, place->file) == 0)
		return place->file;
	return arena_printf(place->arena, "%s/%s", place->dir, named);
}

static int
copy_node(const struct place *place, config_setting_t *from, struct conf_node *to, struct err *err)
{
	int i, count;

	to->name = arena_strdup(place->arena, config_setting_name(from));
	to->line = config_setting_source_line(from);
	to->file = file_of(place, config_setting_source_file(from));
	switch (config_setting_type(from)) {
	case CONFIG_TYPE_STRING:
		to->kind = CONF_TEXT;
		to->text = arena_strdup(place->arena, config_setting_get_string(from));
		if (!text_utf8_valid(to->text, strlen(to->text)))
			return err_set(err, ERR_CONFIG, "%s:%u: a string is not UTF-8", to->file, to->line);
		if (text_has_control(to->text))
			return err_set(err, ERR_CONFIG, "%s:%u: a string holds a control character", to->file, to->line);
		return 0;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		to->kind = CONF_INT;
		to->integer = config_setting_get_int64(from);
		return 0;
	case CONFIG_TYPE_BOOL:
		to->kind = CONF_BOOL;
		to->truth = config_setting_get_bool(from) != 0;
		return 0;
	case CONFIG_TYPE_FLOAT: to->kind = CONF_FLOAT; return 0;
	case CONFIG_TYPE_GROUP: to->kind = CONF_GROUP; break;
	default: to->kind = CONF_LIST; break;
	}
	count = config_setting_length(from);
	to->count = (size_t)count;
	to->children = ARENA_ARRAY(place->arena, to->count, struct conf_node);
	for (i = 0; i < count; i++)
		if (copy_node(place, config_setting_get_elem(from, (unsigned)i), &to->children[i], err) != 0)
			return -1;
	return 0;
}

int
conf_parse(struct arena *arena, const char *file, struct conf_node **ret_root, struct err *err)
{
	int rc = -1;
	const char *slash = strrchr(file, '/');
	struct place place = { arena, file, slash == NULL ? "." : arena_strndup(arena, file, (size_t)(slash - file)) };
	struct conf_node *root;
	config_t config;

	config_init(&config);
	if (slash == file)
		place.dir = "/";
	if (conf_scan(arena, file, place.dir, err) != 0) {
		/* A file that cannot be read is a fault of the configuration too. */
		err->code = ERR_CONFIG;
		goto out;
	}
	config_set_include_dir(&config, place.dir);
	if (!config_read_file(&config, file)) {
		if (config_error_type(&config) == CONFIG_ERR_FILE_IO)
			(void)err_set(err, ERR_CONFIG, "could not read configuration file \"%s\"", file);
		else
			(void)err_set(err, ERR_CONFIG, "%s:%d: %s", file_of(&place, config_error_file(&config)),
			    config_error_line(&config), config_error_text(&config));
		goto out;
	}
	root = ARENA_NEW(arena, struct conf_node);
	if (copy_node(&place, config_root_setting(&config), root, err) != 0)
		goto out;
	*ret_root = root;
	rc = 0;
out:
	config_destroy(&config);
	return rc;
}

const char *
conf_kind_name(enum conf_kind kind)
{
	static const char *const names[] = { "a string", "a whole number", "true or false", "a decimal number", "a group { }",
		"a list ( )" };

	return names[kind];
}
