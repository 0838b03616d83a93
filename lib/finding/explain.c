/* One learner's story, for the operator on the telephone. It reads the same views as the rules, so it cannot tell another tale. */
#include "finding/explain.h"

#include <string.h>

#include "adapter/json.h"
#include "base/buf.h"
#include "party/person.h"
#include "sql.h"
#include "told.h"

static int
print_story(const struct db_row *row, void *context, struct err *err)
{
	(void)err;
	(void)fprintf(context, "  %s  %s\n", db_value(row, "at"), db_value(row, "text"));
	return 0;
}

static int
print_now(const struct db_row *row, void *context, struct err *err)
{
	(void)err;
	(void)fprintf(context, "  %s\n", db_value(row, "text"));
	return 0;
}

/* What each access waits for, and what was decided about this person. */
static void
print_more(struct arena *arena, const struct json *told, FILE *file)
{
	const struct json *items;
	size_t count, waits, i;
	bool begun = false;

	items = told_items(told, "accesses", &count);
	for (i = 0; i < count; i++) {
		(void)told_items(&items[i], "waits", &waits);
		if (waits == 0)
			continue;
		if (!begun)
			(void)fprintf(file, "\nWhy it is so, or what it waits for:\n");
		begun = true;
		told_waits(&items[i], arena_printf(arena, "  %s: ", told_text(&items[i], "course")), file);
	}
	items = told_items(told, "rights", &count);
	begun = false;
	for (i = 0; i < count; i++) {
		(void)told_items(&items[i], "superseded", &waits);
		if (waits == 0 && told_text(&items[i], "decision") == NULL)
			continue;
		if (!begun)
			(void)fprintf(file, "\nRights that a person decided about:\n");
		begun = true;
		told_right(arena, &items[i], /* with_person= */ false, "  ", file);
	}
	items = told_items(told, "decisions", &count);
	for (i = 0; i < count; i++) {
		if (i == 0)
			(void)fprintf(file, "\nDecided:\n");
		told_decision(&items[i], file);
	}
}

/* ${told}, an object, with the story as its last member. */
static int
print_json(struct arena *arena, struct db *db, const char *told, const struct db_args *args, FILE *file, struct err *err)
{
	int rc = -1;
	struct db_row *rows;
	struct buf whole;
	char *text;
	size_t count, i;

	buf_init(&whole, SIZE_MAX);
	if (db_rows(arena, db, sql_finding_explain_story, args, &rows, &count, err) != 0)
		goto out;
	buf_add(&whole, told, strlen(told) - 1);
	buf_text(&whole, ",\"story\":[");
	for (i = 0; i < count; i++)
		buf_printf(&whole, "%s{\"at\":%s,\"words\":%s}", i == 0 ? "" : ",", json_quote(arena, db_value(&rows[i], "at")),
		    json_quote(arena, db_value(&rows[i], "text")));
	buf_text(&whole, "]}");
	if (json_pretty(arena, "explanation", whole.data, &text, err) != 0)
		goto out;
	(void)fprintf(file, "%s\n", text);
	rc = 0;
out:
	buf_done(&whole);
	return rc;
}

int
explain_person(struct arena *arena, struct db *db, const char *zone, const char *who, const char *course, bool json, FILE *file,
    struct err *err)
{
	const struct db_row *person = NULL;
	struct err unsaid = ERR_INIT;
	bool expected = false;
	struct db_row *row;
	struct json *told;
	const char *id;

	if (person_find(arena, db, who, &person, err) != 0) {
		if (err->code != ERR_NOT_FOUND || told_expected_person(arena, db, zone, who, json, file, &expected, &unsaid) != 0 ||
		    !expected)
			return -1;
		err_reset(err);
		return 0;
	}
	id = db_value(person, "person_id");
	if (db_row(arena, db, sql_finding_explain_person, DB_ARGS(id, zone, course), &row, err) != 0)
		return -1;
	if (json)
		return print_json(arena, db, db_value(row, "told"), DB_ARGS(id, zone, course), file, err);
	if (json_parse(arena, "explanation", db_value(row, "told"), strlen(db_value(row, "told")), &told, err) != 0)
		return -1;
	(void)fprintf(file, "%s <%s> (#%s)\n\n", db_value(person, "name"), db_value(person, "email"), id);
	if (db_each(db, sql_finding_explain_story, DB_ARGS(id, zone, course), print_story, file, err) != 0)
		return -1;
	(void)fprintf(file, "\nNow (times in %s):\n", zone);
	if (db_each(db, sql_finding_explain_now, DB_ARGS(id, zone, course), print_now, file, err) != 0)
		return -1;
	print_more(arena, told, file);
	return 0;
}
