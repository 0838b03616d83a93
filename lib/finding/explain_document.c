/* One document, told from the views that decide: versions, money, lines and seats, what access they give, decisions and findings. */
#include "finding/explain.h"

#include <string.h>

#include "adapter/json.h"
#include "base/text.h"
#include "sql.h"
#include "told.h"

#define SHOWN 10 /* documents that answer to one number */

static int
find(struct arena *arena, struct db *db, const char *number, const char **ret_id, struct err *err)
{
	struct db_row *rows;
	const char *list = "";
	size_t count, i;

	if (db_rows(arena, db, sql_finding_document_find, DB_ARGS(number), &rows, &count, err) != 0)
		return -1;
	if (count == 0)
		return err_set(err, ERR_NOT_FOUND, "no document has the number or id \"%s\"", number);
	for (i = 0; i < count && i < SHOWN; i++)
		list = arena_printf(arena, "%s%s%s %s/%s (#%s)", list, i == 0 ? "" : ", ", db_value(&rows[i], "kind"),
		    db_value(&rows[i], "source"), db_value(&rows[i], "number"), db_value(&rows[i], "document_id"));
	if (count > 1)
		return err_set(
		    err, ERR_USAGE, "several documents answer to \"%s\": %s%s", number, list, count > SHOWN ? ", …" : "");
	*ret_id = db_value(&rows[0], "document_id");
	return 0;
}

static void
print_head(struct arena *arena, const struct json *told, FILE *file)
{
	const struct json *d = json_get(told, "document");
	const char *back = told_text(d, "given_back"), *missing = told_text(d, "missing_since"), *revenue = told_text(d, "revenue");
	char *kind = arena_strdup(arena, told_text(d, "kind")), *at;

	for (at = kind; *at != '\0'; at++)
		if (*at == '_')
			*at = ' ';
	(void)fprintf(file, "%s %s of source \"%s\" (#%s), %s: %s, paid %s%s%s\n", kind, told_text(d, "number"),
	    told_text(d, "source"), told_text(d, "id"), told_text(d, "status"), told_text(d, "total"), told_text(d, "paid"),
	    back != NULL ? ", given back " : "", back != NULL ? back : "");
	(void)fprintf(file, "sold %s to %s%s%s\n", told_text(d, "sold_at"), told_who(arena, d, "buyer"),
	    revenue != NULL ? "; revenue " : "; no revenue of its own", revenue != NULL ? revenue : "");
	if (missing != NULL)
		(void)fprintf(file, "no longer in its source since %s\n", missing);
	(void)fprintf(file, "(times in %s)\n", told_text(told, "zone"));
}

static void
print_past(const struct json *told, FILE *file)
{
	const struct json *versions, *movements, *notes;
	size_t count, i;
	const char *back;

	versions = told_items(told, "versions", &count);
	for (i = 0; i < count; i++) {
		back = told_text(&versions[i], "given_back");
		(void)fprintf(file, "%s  %s  version %s: %s, %s%s%s (known since %s)\n", i == 0 ? "\nWhat its source said:\n" : "",
		    told_text(&versions[i], "at"), told_text(&versions[i], "version"), told_text(&versions[i], "status"),
		    told_text(&versions[i], "total"), back != NULL ? ", given back " : "", back != NULL ? back : "",
		    told_text(&versions[i], "known_at"));
	}
	movements = told_items(told, "movements", &count);
	for (i = 0; i < count; i++)
		(void)fprintf(file, "%s  %s  %s %s%s%s\n", i == 0 ? "\nWhat moved:\n" : "", told_text(&movements[i], "at"),
		    told_text(&movements[i], "kind"), told_text(&movements[i], "amount"),
		    told_text(&movements[i], "seat") != NULL ? ", of seat " : "",
		    told_text(&movements[i], "seat") != NULL ? told_text(&movements[i], "seat") : "");
	notes = told_items(told, "credit_notes", &count);
	for (i = 0; i < count; i++)
		(void)fprintf(file, "  %s  credit note %s, %s\n", told_text(&notes[i], "at"), told_text(&notes[i], "number"),
		    told_text(&notes[i], "total"));
}

static void
print_unit(struct arena *arena, const struct json *unit, FILE *file)
{
	const char *rule = told_text(unit, "rule"), *back = told_text(unit, "given_back_at"), *code = told_text(unit, "code");
	const struct json *rights;
	size_t count, i;

	(void)fprintf(file, "    seat %s, %s: %s, %s%s%s%s", told_text(unit, "seat"), told_text(unit, "net"),
	    told_text(unit, "class"), told_text(unit, "reason"), code[0] != '\0' ? " (" : "", code, code[0] != '\0' ? ")" : "");
	if (rule != NULL)
		(void)fprintf(file, "; rule %s", rule);
	if (back != NULL)
		(void)fprintf(file, "; given back %s (%s)", back, told_text(unit, "given_back_why"));
	(void)fprintf(file, "\n");
	rights = told_items(unit, "rights", &count);
	for (i = 0; i < count; i++)
		told_right(arena, &rights[i], /* with_person= */ true, "      ", file);
}

static void
print_lines(struct arena *arena, const struct json *told, FILE *file)
{
	const struct json *lines, *units, *gone;
	size_t count, i, seats, j;

	lines = told_items(told, "lines", &count);
	for (i = 0; i < count; i++) {
		gone = json_get(&lines[i], "gone");
		(void)fprintf(file, "%s  line %s: %s x %s%s%s%s, %s%s\n", i == 0 ? "\nLines:\n" : "", told_text(&lines[i], "line"),
		    told_text(&lines[i], "quantity"), told_text(&lines[i], "product"),
		    told_text(&lines[i], "sku")[0] != '\0' ? " (" : "", told_text(&lines[i], "sku"),
		    told_text(&lines[i], "sku")[0] != '\0' ? ")" : "", told_text(&lines[i], "net"),
		    gone->truth ? ", taken out since" : "");
		units = told_items(&lines[i], "units", &seats);
		for (j = 0; j < seats; j++)
			print_unit(arena, &units[j], file);
		if (seats == 0)
			(void)fprintf(file, "    no seats\n");
	}
}

static void
print_now(struct arena *arena, const struct json *told, FILE *file)
{
	const struct json *items;
	size_t count, i;

	items = told_items(told, "accesses", &count);
	for (i = 0; i < count; i++) {
		if (i == 0)
			(void)fprintf(file, "\nAccess now:\n");
		told_access(arena, &items[i], /* with_person= */ true, "  ", file);
	}
	items = told_items(told, "deal", &count);
	for (i = 0; i < count; i++)
		(void)fprintf(file, "%s  %s %s of source \"%s\": %s, %s\n", i == 0 ? "\nIts deal:\n" : "",
		    told_text(&items[i], "part"), told_text(&items[i], "number"), told_text(&items[i], "source"),
		    told_text(&items[i], "total"), told_text(&items[i], "status"));
	items = told_items(told, "decisions", &count);
	for (i = 0; i < count; i++) {
		if (i == 0)
			(void)fprintf(file, "\nDecided:\n");
		told_decision(&items[i], file);
	}
	items = told_items(told, "findings", &count);
	for (i = 0; i < count; i++) {
		if (i == 0)
			(void)fprintf(file, "\nOpen:\n");
		told_finding(&items[i], file);
	}
	if (count == 0)
		(void)fprintf(file, "\nNothing is open.\n");
}

int
explain_document(struct arena *arena, struct db *db, const char *zone, const char *number, bool json, FILE *file, struct err *err)
{
	struct db_row *row;
	struct json *told;
	struct err unsaid = ERR_INIT;
	const char *id = NULL;
	bool expected = false;
	char *text;

	if (find(arena, db, number, &id, err) != 0) {
		if (err->code != ERR_NOT_FOUND ||
		    told_expected_document(arena, db, zone, number, json, file, &expected, &unsaid) != 0 || !expected)
			return -1;
		err_reset(err);
		return 0;
	}
	if (db_row(arena, db, sql_finding_explain_document, DB_ARGS(id, zone), &row, err) != 0)
		return -1;
	if (json) {
		if (json_pretty(arena, "explanation", db_value(row, "told"), &text, err) != 0)
			return -1;
		(void)fprintf(file, "%s\n", text);
		return 0;
	}
	if (json_parse(arena, "explanation", db_value(row, "told"), strlen(db_value(row, "told")), &told, err) != 0)
		return -1;
	print_head(arena, told, file);
	print_past(told, file);
	print_lines(arena, told, file);
	print_now(arena, told, file);
	return 0;
}
