/* One learner's story, for the operator on the telephone. It reads the same views as the rules, so it cannot tell another tale. */
#include "finding/explain.h"

#include "sql.h"

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

static int
find(struct arena *arena, struct db *db, const char *who, const struct db_row **ret_person, struct err *err)
{
	struct db_row *rows;
	const char *list = "";
	size_t count, i;

	if (db_rows(arena, db, sql_finding_explain_person, DB_ARGS(who), &rows, &count, err) != 0)
		return -1;
	if (count == 0)
		return err_set(err, ERR_NOT_FOUND, "no learner answers to \"%s\"", who);
	if (count == 1) {
		*ret_person = &rows[0];
		return 0;
	}
	for (i = 0; i < count && i < 10; i++)
		list = arena_printf(arena, "%s%s%s <%s> (#%s)", list, i == 0 ? "" : ", ", db_value(&rows[i], "name"),
		    db_value(&rows[i], "email"), db_value(&rows[i], "person_id"));
	(void)err_set(err, ERR_USAGE, "several learners answer to \"%s\": %s%s", who, list, count > 10 ? ", …" : "");
	return err_hint(err, "Ask with the whole e-mail, or with the number, as in #%s.", db_value(&rows[0], "person_id"));
}

int
explain_person(
    struct arena *arena, struct db *db, const char *zone, const char *who, const char *course, FILE *file, struct err *err)
{
	const struct db_row *person = NULL;
	const char *id;

	if (find(arena, db, who, &person, err) != 0)
		return -1;
	id = db_value(person, "person_id");
	(void)fprintf(file, "%s <%s> (#%s)\n\n", db_value(person, "name"), db_value(person, "email"), id);
	if (db_each(db, sql_finding_explain_story, DB_ARGS(id, zone, course), print_story, file, err) != 0)
		return -1;
	(void)fprintf(file, "\nNow (times in %s):\n", zone);
	if (db_each(db, sql_finding_explain_now, DB_ARGS(id, zone, course), print_now, file, err) != 0)
		return -1;
	return 0;
}
