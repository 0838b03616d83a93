/* One learner's story, for the operator on the telephone. It reads the same views as the rules, so it cannot tell another tale. */
#include "finding/explain.h"

#include "party/person.h"
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

int
explain_person(
    struct arena *arena, struct db *db, const char *zone, const char *who, const char *course, FILE *file, struct err *err)
{
	const struct db_row *person = NULL;
	const char *id;

	if (person_find(arena, db, who, &person, err) != 0)
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
