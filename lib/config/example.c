/* ctok-batch.conf.example, from the declarations. It is a configuration that loads: what has an example is set, the rest stands there
 * as a comment with its default. */
#include <stdbool.h>
#include <string.h>

#include "settings.h"

#define COLUMNS 100

/* ${text} as comment lines of whole words. */
static void
write_comment(FILE *file, int indent, const char *text)
{
	int column = 0, len;

	while (*text != '\0') {
		len = (int)strcspn(text, " ");
		if (column == 0 || column + 1 + len > COLUMNS) {
			column = fprintf(file, "%s%*s# %.*s", column == 0 ? "" : "\n", indent, "", len, text);
		} else {
			column += fprintf(file, " %.*s", len, text);
		}
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', file);
}

/* A default as the file would write it. */
static void
write_fallback(FILE *file, const struct setting *setting)
{
	if (setting->type == SETTINGS_BOOL)
		fputs("false", file);
	else if (setting->type == SETTINGS_INT || setting->type == SETTINGS_DAYS)
		fputs(setting->fallback == NULL ? "0" : setting->fallback, file);
	else if (setting->type == SETTINGS_LIST)
		fputs("( )", file);
	else if (setting->type == SETTINGS_PAIRS)
		fputs("{ }", file);
	else
		fprintf(file, "\"%s\"", setting->fallback == NULL ? "" : setting->fallback);
}

/* A group whose example is "( )" is shown, but set to nothing: it stands there as a comment. */
static void
write_scope(FILE *file, enum settings_scope scope, int indent, bool set)
{
	const char *mark = set ? "" : "# ";
	const struct setting *setting;
	size_t i;

	for (i = 0; i < settings_count; i++) {
		setting = &settings_table[i];
		if (setting->scope != scope || setting->hidden)
			continue;
		write_comment(file, indent, setting->help);
		if (setting->type == SETTINGS_GROUPS || setting->type == SETTINGS_GROUP) {
			const bool inner = set && setting->example == NULL;

			mark = inner ? "" : "# ";
			fprintf(file, "%*s%s%s = %s\n", indent, "", mark, setting->name,
			    setting->type == SETTINGS_GROUPS ? "( {" : "{");
			write_scope(file, setting->inner, indent + 2, inner);
			fprintf(file, "%*s%s%s;\n", indent, "", mark, setting->type == SETTINGS_GROUPS ? "} )" : "}");
			mark = set ? "" : "# ";
		} else if (setting->example != NULL) {
			fprintf(file, "%*s%s%s = %s;\n", indent, "", mark, setting->name, setting->example);
		} else {
			fprintf(file, "%*s# %s = ", indent, "", setting->name);
			write_fallback(file, setting);
			fputs(";\n", file);
		}
		fputc('\n', file);
	}
}

void
config_example(FILE *file)
{
	fputs(
	    "# ctok-batch.conf: every setting with its meaning. What is commented out shows its default, \"\" for none.\n"
	    "# Secrets are references, \"file:/path\" (mode 0600), \"cred:name\" (systemd) or \"env:NAME\". Amounts are strings.\n"
	    "# Further files: @include \"name\", on a line of its own, relative to this one. Check: ctok-admin check.\n\n",
	    file);
	write_scope(file, SETTINGS_ROOT, 0, /* set= */ true);
}
