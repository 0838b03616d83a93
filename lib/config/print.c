/* The settings in force, in the syntax of the configuration file: what is printed can be loaded again. */
#include "print.h"

#include <string.h>

#include "base/text.h"
#include "config/duration.h"

static void print_scope(FILE *, enum settings_scope, const void *, int);

void
config_print_text(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

static void
print_list(FILE *file, const struct config_list *list)
{
	size_t i;

	fputs("( ", file);
	for (i = 0; i < list->count; i++) {
		fputs(i > 0 ? ", " : "", file);
		config_print_text(file, list->items[i]);
	}
	fputs(" )", file);
}

static void
print_pairs(FILE *file, const struct config_pairs *pairs)
{
	size_t i;

	fputs("{ ", file);
	for (i = 0; i < pairs->count; i++) {
		fprintf(file, "%s = ", pairs->names[i]);
		config_print_text(file, pairs->values[i]);
		fputs("; ", file);
	}
	fputc('}', file);
}

static void
print_span(FILE *file, int64_t seconds)
{
	struct arena arena = ARENA_INIT;

	config_print_text(file, duration_text(&arena, seconds));
	arena_done(&arena);
}

static void
print_groups(FILE *file, const struct setting *setting, const void *base, int indent)
{
	const char *items = *(const char *const *)settings_field_const(setting, base);
	size_t count, i;

	memcpy(&count, (const char *)base + setting->count_offset, sizeof(count));
	fputs("( ", file);
	for (i = 0; i < count; i++) {
		fputs(i > 0 ? ", {\n" : "{\n", file);
		print_scope(file, setting->inner, items + i * settings_structs[setting->inner].size, indent + 2);
		fprintf(file, "%*s}", indent, "");
	}
	fputs(" )", file);
}

/* Is there anything to print? A text that is not set, an empty group or list is left out. */
static bool
is_set(const struct setting *setting, const void *base)
{
	const struct setting *first;
	size_t i;

	switch (setting->type) {
	case SETTINGS_LIST: return ((const struct config_list *)settings_field_const(setting, base))->count > 0;
	case SETTINGS_PAIRS: return ((const struct config_pairs *)settings_field_const(setting, base))->count > 0;
	case SETTINGS_GROUPS: return *(const void *const *)settings_field_const(setting, base) != NULL;
	case SETTINGS_GROUP:
		/* A group that is there has its required settings. */
		for (i = 0; i < settings_count; i++) {
			first = &settings_table[i];
			if (first->scope == setting->inner && first->required)
				return *(const char *const *)settings_field_const(first, settings_field_const(setting, base)) !=
				       NULL;
		}
		return true;
	case SETTINGS_LEVEL:
	case SETTINGS_ROUNDING:
	case SETTINGS_INT:
	case SETTINGS_DAYS:
	case SETTINGS_SPAN:
	case SETTINGS_BOOL: return true;
	default: return *(const char *const *)settings_field_const(setting, base) != NULL;
	}
}

void
print_value(FILE *file, const struct setting *setting, const void *base, int indent)
{
	static const char *const levels[] = { "error", "warn", "info", "debug" };
	const void *field = settings_field_const(setting, base);
	int64_t value;

	switch (setting->type) {
	case SETTINGS_LEVEL: config_print_text(file, levels[*(const enum log_level *)field]); return;
	case SETTINGS_ROUNDING:
		config_print_text(file, *(const enum money_rounding *)field == MONEY_EXACT ? "exact" : "half_up");
		return;
	case SETTINGS_INT:
		value = *(const int64_t *)field;
		fprintf(file, "%lld%s", (long long)value, value > INT32_MAX || value < INT32_MIN ? "L" : "");
		return;
	case SETTINGS_DAYS:
		value = *(const int64_t *)field;
		if (value == CONFIG_NEVER)
			fputs("\"never\"", file);
		else
			fprintf(file, "%lld", (long long)value);
		return;
	case SETTINGS_SPAN: print_span(file, *(const int64_t *)field); return;
	case SETTINGS_BOOL: fputs(*(const bool *)field ? "true" : "false", file); return;
	case SETTINGS_LIST: print_list(file, field); return;
	case SETTINGS_PAIRS: print_pairs(file, field); return;
	case SETTINGS_GROUPS: print_groups(file, setting, base, indent); return;
	case SETTINGS_GROUP:
		fputs("{\n", file);
		print_scope(file, setting->inner, field, indent + 2);
		fprintf(file, "%*s}", indent, "");
		return;
	default: config_print_text(file, *(const char *const *)field); return;
	}
}

bool
print_differs(const struct setting *setting, const void *base)
{
	const void *field = settings_field_const(setting, base);
	struct arena arena = ARENA_INIT;
	const char *text;
	bool differs;

	if (!is_set(setting, base))
		return false;
	switch (setting->type) {
	case SETTINGS_BOOL: return *(const bool *)field;
	case SETTINGS_DAYS:
		text = *(const int64_t *)field == CONFIG_NEVER ? "never"
							       : arena_printf(&arena, "%lld", (long long)*(const int64_t *)field);
		break;
	case SETTINGS_INT: text = arena_printf(&arena, "%lld", (long long)*(const int64_t *)field); break;
	case SETTINGS_LIST:
	case SETTINGS_PAIRS:
	case SETTINGS_SPAN:
	case SETTINGS_LEVEL:
	case SETTINGS_ROUNDING:
	case SETTINGS_GROUP:
	case SETTINGS_GROUPS: return true;
	default: text = *(const char *const *)field; break;
	}
	differs = !text_equal(text, setting->fallback != NULL ? setting->fallback : setting->type == SETTINGS_INT ? "0" : "");
	arena_done(&arena);
	return differs;
}

static void
print_scope(FILE *file, enum settings_scope scope, const void *base, int indent)
{
	const struct setting *setting;
	size_t i;

	for (i = 0; i < settings_count; i++) {
		setting = &settings_table[i];
		if (setting->scope != scope || !is_set(setting, base))
			continue;
		fprintf(file, "%*s%s = ", indent, "", setting->name);
		print_value(file, setting, base, indent);
		fputs(";\n", file);
	}
}

void
config_print(FILE *file, const struct config *config)
{
	print_scope(file, SETTINGS_ROOT, config, 0);
}
