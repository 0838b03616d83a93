/* Product rules as a table. Which columns there are, and what may stand in them, the declarations of the settings say; a row becomes the same
 * tree that the configuration file would, and is checked by the same code. */
#include "config/rule_sheet.h"

#include <string.h>

#include "adapter/csv.h"
#include "base/text.h"
#include "check.h"
#include "parse.h"
#include "print.h"
#include "settings.h"

#define MOST_COLUMNS 64
#define BETWEEN ';' /* several courses in a cell */

static const char *const for_people[] = { "product", "units", "sold" };

/* The next setting of a product rule after ${setting}; NULL after the last. */
static const struct setting *
next_setting(const struct setting *setting)
{
	for (setting = setting == NULL ? settings_table : setting + 1; setting < settings_table + settings_count; setting++)
		if (setting->scope == SETTINGS_PRODUCT)
			return setting;
	return NULL;
}

void
rule_sheet_head(FILE *file)
{
	const struct setting *setting;
	size_t i;

	for (i = 0; i < sizeof(for_people) / sizeof(for_people[0]); i++)
		(void)fprintf(file, "%s%s", i > 0 ? "," : "", for_people[i]);
	for (setting = next_setting(NULL); setting != NULL; setting = next_setting(setting))
		(void)fprintf(file, ",%s", setting->name);
	(void)fputc('\n', file);
}

static void
write_list(FILE *file, const struct config_list *list)
{
	struct arena arena = ARENA_INIT;
	const char *text = "";
	size_t i;

	for (i = 0; i < list->count; i++)
		text = arena_printf(&arena, "%s%s%s", text, i > 0 ? "; " : "", list->items[i]);
	csv_write_cell(file, text);
	arena_done(&arena);
}

/* "affiliation=St. Mary*; tax_id=B*" */
static void
write_pairs(FILE *file, const struct config_pairs *pairs)
{
	struct arena arena = ARENA_INIT;
	const char *text = "";
	size_t i;

	for (i = 0; i < pairs->count; i++)
		text = arena_printf(&arena, "%s%s%s=%s", text, i > 0 ? "; " : "", pairs->names[i], pairs->values[i]);
	csv_write_cell(file, text);
	arena_done(&arena);
}

static void
write_value(FILE *file, const struct setting *setting, const struct config_product *rule)
{
	const void *field = settings_field_const(setting, rule);
	const char *text;

	/* What the configuration leaves out stays out. */
	if (!print_differs(setting, rule))
		return;
	switch (setting->type) {
	case SETTINGS_DAYS:
		if (*(const int64_t *)field == CONFIG_NEVER)
			(void)fputs("never", file);
		else
			(void)fprintf(file, "%lld", (long long)*(const int64_t *)field);
		return;
	case SETTINGS_INT: (void)fprintf(file, "%lld", (long long)*(const int64_t *)field); return;
	case SETTINGS_BOOL: (void)fputs("yes", file); return;
	case SETTINGS_LIST: write_list(file, field); return;
	case SETTINGS_PAIRS: write_pairs(file, field); return;
	default:
		text = *(const char *const *)field;
		csv_write_cell(file, text);
		return;
	}
}

void
rule_sheet_rules(FILE *file, const struct config_tenant *tenant)
{
	const struct setting *setting;
	size_t i;

	for (i = 0; i < tenant->product_count; i++) {
		(void)fputs(",,", file);
		for (setting = next_setting(NULL); setting != NULL; setting = next_setting(setting)) {
			(void)fputc(',', file);
			write_value(file, setting, &tenant->products[i]);
		}
		(void)fputc('\n', file);
	}
}

void
rule_sheet_blank(FILE *file, const struct rule_sheet_blank *blank)
{
	const struct setting *setting;
	struct arena arena = ARENA_INIT;

	/* A spreadsheet must not take what a shop calls a product for a formula. */
	if (blank->product[0] != '\0' && strchr("=+-@\t\r'", blank->product[0]) != NULL)
		csv_write_cell(file, arena_printf(&arena, "'%s", blank->product));
	else
		csv_write_cell(file, blank->product);
	(void)fputc(',', file);
	csv_write_cell(file, blank->units);
	(void)fputc(',', file);
	csv_write_cell(file, blank->sold);
	for (setting = next_setting(NULL); setting != NULL; setting = next_setting(setting)) {
		(void)fputc(',', file);
		if (text_equal(setting->name, "source"))
			csv_write_cell(file, blank->source);
		else if (text_equal(setting->name, "match"))
			csv_write_cell(file, blank->match);
	}
	(void)fputc('\n', file);
	arena_done(&arena);
}

struct reading {
	struct arena *arena;
	const char *what;
	const struct setting *columns[MOST_COLUMNS]; /* NULL: not read */
	size_t column_count;                         /* 0: the header is still to come */
	struct conf_node *rows;
	size_t row_count, row_room;
	size_t unfilled;
	struct fault_list *faults;
};

static int
take_header(struct reading *reading, const struct csv_row *row, struct err *err)
{
	bool source = false, match = false;
	size_t i, j;

	if (row->count > MOST_COLUMNS)
		return err_set(
		    err, ERR_DATA, "%s: %zu columns, and a rule has %d settings at most", reading->what, row->count, MOST_COLUMNS);
	for (i = 0; i < row->count; i++) {
		const char *name = text_trim(reading->arena, row->cells[i]);
		bool read = name[0] != '\0';

		for (j = 0; j < sizeof(for_people) / sizeof(for_people[0]); j++)
			read = read && !text_equal(name, for_people[j]);
		reading->columns[i] = read ? settings_find(SETTINGS_PRODUCT, name) : NULL;
		if (read && reading->columns[i] == NULL) {
			(void)err_set(err, ERR_DATA, "%s: there is no setting \"%s\" of a product rule", reading->what, name);
			return err_hint(err, "`ctok-admin map export` writes a sheet with all columns that there are.");
		}
		for (j = 0; j < i && read; j++)
			if (reading->columns[j] == reading->columns[i])
				return err_set(err, ERR_DATA, "%s: there are two columns \"%s\"", reading->what, name);
		source = source || text_equal(name, "source");
		match = match || text_equal(name, "match");
	}
	if (!source || !match)
		return err_set(
		    err, ERR_DATA, "%s: the first row names no column \"%s\"", reading->what, source ? "match" : "source");
	reading->column_count = row->count;
	return 0;
}

/* "ACLS; BLS" as the list that the configuration would hold. */
static void
split(struct arena *arena, const char *text, struct conf_node *node)
{
	size_t room = 1;
	const char *p, *end;

	for (p = text; *p != '\0'; p++)
		room += *p == BETWEEN;
	node->kind = CONF_LIST;
	node->children = ARENA_ARRAY(arena, room, struct conf_node);
	for (p = text;; p = end + 1) {
		struct conf_node *item = &node->children[node->count];

		end = p + strcspn(p, ";");
		*item = (struct conf_node){ .kind = CONF_TEXT, .file = node->file, .line = node->line };
		item->text = text_trim(arena, arena_strndup(arena, p, (size_t)(end - p)));
		/* Nothing behind the last mark is no course. */
		if (item->text[0] != '\0' || *end != '\0')
			node->count++;
		if (*end == '\0')
			return;
	}
}

/* "affiliation=St. Mary*; tax_id=B*" as the group that the configuration would hold. What has no "=" is told as a setting that is no text. */
static void
split_pairs(struct arena *arena, const char *text, struct conf_node *node)
{
	size_t i;

	split(arena, text, node);
	node->kind = CONF_GROUP;
	for (i = 0; i < node->count; i++) {
		struct conf_node *item = &node->children[i];
		const char *mark = strchr(item->text, '=');

		if (mark == NULL) {
			item->name = item->text;
			item->kind = CONF_LIST;
			continue;
		}
		item->name = text_trim(arena, arena_strndup(arena, item->text, (size_t)(mark - item->text)));
		item->text = text_trim(arena, mark + 1);
	}
}

/* What a cell says, as the configuration would. */
static void
take_cell(struct reading *reading, const struct setting *setting, const char *text, struct conf_node *node)
{
	static const char *const yes[] = { "yes", "true", "1", "x" }, *const no[] = { "no", "false", "0" };
	struct err err = ERR_INIT;
	size_t i;

	node->name = setting->name;
	node->kind = CONF_TEXT;
	node->text = text;
	if (setting->type == SETTINGS_LIST) {
		split(reading->arena, text, node);
	} else if (setting->type == SETTINGS_PAIRS) {
		split_pairs(reading->arena, text, node);
	} else if (setting->type == SETTINGS_INT || setting->type == SETTINGS_DAYS) {
		if (text_int64(text, &node->integer, &err) == 0)
			node->kind = CONF_INT;
	} else if (setting->type == SETTINGS_BOOL) {
		for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
			if (text_equal(text, yes[i]))
				node->truth = true, node->kind = CONF_BOOL;
		for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
			if (text_equal(text, no[i]))
				node->kind = CONF_BOOL;
	}
}

static int
take_row(void *context, const struct csv_row *row, struct err *err)
{
	struct reading *reading = context;
	struct conf_node *group, *more;
	bool filled = false;
	size_t i;

	if (reading->column_count == 0)
		return take_header(reading, row, err);
	if (reading->row_count == reading->row_room) {
		reading->row_room = reading->row_room == 0 ? 64 : 2 * reading->row_room;
		more = ARENA_ARRAY(reading->arena, reading->row_room, struct conf_node);
		if (reading->row_count > 0)
			memcpy(more, reading->rows, reading->row_count * sizeof(*more));
		reading->rows = more;
	}
	group = &reading->rows[reading->row_count];
	*group = (struct conf_node){ .kind = CONF_GROUP, .file = reading->what, .line = (unsigned)row->line };
	group->children = ARENA_ARRAY(reading->arena, reading->column_count, struct conf_node);
	for (i = 0; i < row->count; i++) {
		const char *text = text_trim(reading->arena, row->cells[i]);

		if (text[0] == '\0')
			continue;
		if (i >= reading->column_count) {
			fault_add(
			    reading->faults, reading->what, (unsigned)row->line, "\"%.64s\" stands beyond the last column", text);
			break;
		}
		if (reading->columns[i] == NULL)
			continue;
		filled =
		    filled || text_equal(reading->columns[i]->name, "courses") || text_equal(reading->columns[i]->name, "exclude");
		group->children[group->count] = (struct conf_node){ .file = reading->what, .line = (unsigned)row->line };
		take_cell(reading, reading->columns[i], text, &group->children[group->count++]);
	}
	if (filled)
		reading->row_count++;
	else
		reading->unfilled++;
	return 0;
}

int
rule_sheet_read(struct arena *arena, FILE *file, const char *what, const struct config_tenant *tenant,
    struct config_tenant *ret_tenant, size_t *ret_unfilled, const char ***ret_lines, size_t *ret_count, struct err *err)
{
	struct fault_list faults = { .arena = arena };
	struct reading reading = { .arena = arena, .what = what, .faults = &faults };
	struct conf_node rules = { .kind = CONF_LIST };
	const struct csv_format format = { NULL, '\0' };
	size_t i;

	if (csv_read(file, what, &format, take_row, &reading, err) != 0)
		return -1;
	if (reading.column_count == 0)
		return err_set(err, ERR_DATA, "%s: it is empty", what);
	*ret_tenant = *tenant;
	ret_tenant->products = NULL;
	ret_tenant->product_count = 0;
	rules.children = reading.rows;
	rules.count = reading.row_count;
	if (rules.count > 0)
		parse_rules(&rules, ret_tenant, &faults);
	check_rules(ret_tenant, &faults);
	fault_sort(&faults);
	*ret_lines = ARENA_ARRAY(arena, faults.count, const char *);
	for (i = 0; i < faults.count; i++)
		(*ret_lines)[i] = fault_text(arena, &faults.items[i]);
	*ret_count = faults.count;
	*ret_unfilled = reading.unfilled;
	return 0;
}

void
rule_sheet_print(FILE *file, const struct config_tenant *tenant)
{
	const struct setting *setting;
	size_t i;

	(void)fputs("products = (", file);
	for (i = 0; i < tenant->product_count; i++) {
		(void)fprintf(file, "%s\n  { ", i > 0 ? "," : "");
		for (setting = next_setting(NULL); setting != NULL; setting = next_setting(setting)) {
			if (!print_differs(setting, &tenant->products[i]))
				continue;
			(void)fprintf(file, "%s = ", setting->name);
			print_value(file, setting, &tenant->products[i], 0);
			(void)fputs("; ", file);
		}
		(void)fputc('}', file);
	}
	(void)fprintf(file, "%s);\n", tenant->product_count > 0 ? "\n" : " ");
}
