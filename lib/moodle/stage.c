/* Reading a site into temporary tables: what all levels share. What two functions of a site say about the same thing is compared at
 * levels 2 and 3, since each of them may be cut short, filtered or blind without a word. */
#include "stage.h"

#include <inttypes.h>
#include <string.h>

#include "adapter/email.h"
#include "base/text.h"
#include "sql.h"

const char *
stage_number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%" PRId64, value);
}

void
stage_put_bool(struct copy *copy, bool value)
{
	copy_text(copy, value ? "t" : "f");
}

const char *
stage_email_key(struct arena *arena, const char *email)
{
	struct err ignored = ERR_INIT;
	char *key;

	return email_normalise(arena, email, &key, &ignored) == 0 ? key : "";
}

int
stage_copy(struct stage *stage, const char *statement, int (*fill)(struct stage *, struct stage_sink *, void *, struct err *),
    void *context, struct err *err)
{
	struct stage_sink sink = { NULL, ARENA_INIT };
	int rc = -1;

	if (copy_open(stage->db, statement, &sink.copy, err) != 0)
		return -1;
	if (fill(stage, &sink, context, err) != 0)
		copy_abort(sink.copy);
	else
		rc = copy_finish(sink.copy, NULL, err);
	arena_done(&sink.row);
	return rc;
}

int
stage_ids(struct arena *arena, struct stage *stage, const char *sql, const struct db_args *args, const char *column,
    struct stage_ids *ret_ids, struct err *err)
{
	struct db_row *rows;
	int64_t *ids;
	size_t count, i;

	if (db_rows(arena, stage->db, sql, args, &rows, &count, err) != 0)
		return -1;
	ids = ARENA_ARRAY(arena, count, int64_t);
	for (i = 0; i < count; i++)
		ids[i] = db_int(&rows[i], column);
	*ret_ids = (struct stage_ids){ ids, count };
	return 0;
}

/* The site's own profile fields that the settings name: to be read, or to be kept in step. */
static struct config_list
named_fields(struct arena *arena, const struct config_site *site)
{
	struct config_list list = { ARENA_ARRAY(arena, site->profile_fields.count + site->field_count, const char *), 0 };
	size_t i, j;

	for (i = 0; i < site->profile_fields.count; i++)
		list.items[list.count++] = site->profile_fields.items[i];
	for (i = 0; i < site->field_count; i++) {
		const char *name = site->fields[i].moodle;

		if (!text_starts(name, CONFIG_PROFILE_CUSTOM))
			continue;
		name += strlen(CONFIG_PROFILE_CUSTOM);
		for (j = 0; j < list.count && strcmp(list.items[j], name) != 0; j++)
			;
		if (j == list.count)
			list.items[list.count++] = name;
	}
	return list;
}

/* The roles that product rules name, with the ids that the configuration tells; what the site itself shows takes their place. */
static int
name_roles(struct arena *arena, struct stage *stage, struct err *err)
{
	const struct config_tenant *tenant = stage->tenant;
	const struct config_pairs *told = &moodle_config(stage->moodle)->roles;
	size_t i, k;

	stage->role_names = ARENA_ARRAY(arena, tenant->product_count, const char *);
	stage->role_ids = ARENA_ARRAY(arena, tenant->product_count, int64_t);
	for (i = 0; i < tenant->product_count; i++) {
		const struct config_product *product = &tenant->products[i];

		if (product->role == NULL || product->site == NULL || strcmp(product->site, stage->name) != 0)
			continue;
		for (k = 0; k < stage->role_count && strcmp(stage->role_names[k], product->role) != 0; k++)
			;
		if (k == stage->role_count)
			stage->role_names[stage->role_count++] = product->role;
	}
	for (i = 0; i < stage->role_count; i++)
		for (k = 0; k < told->count; k++)
			if (strcmp(told->names[k], stage->role_names[i]) == 0 &&
			    text_int64(told->values[k], &stage->role_ids[i], err) != 0)
				return err_wrap(err, "setting \"roles\"");
	return 0;
}

int
stage_read(struct arena *arena, struct stage *stage, struct err *err)
{
	if (name_roles(arena, stage, err) != 0)
		return -1;
	stage->fields = named_fields(arena, moodle_config(stage->moodle));
	if (reader_level(stage->reader) == 1)
		return stage_source(arena, stage, err);
	if ((reader_level(stage->reader) == 2 ? stage_report : stage_plain)(arena, stage, err) != 0)
		return -1;
	return db_exec(
	    stage->db, sql_moodle_fields_named, DB_ARGS(db_array(arena, stage->fields.items, stage->fields.count)), NULL, err);
}
