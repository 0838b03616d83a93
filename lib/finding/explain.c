/* One learner's story, for the operator on the telephone. It reads the same views as the rules, so it cannot tell another tale. */
#include "finding/explain.h"

#include "base/text.h"
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

/* Whoever only asked for something is nobody to us yet; but the operator on the telephone is asked about them all the same. */
static int
explain_expected(
    struct arena *arena, struct db *db, const char *zone, const char *who, FILE *file, bool *ret_found, struct err *err)
{
	const char *email = NULL;
	struct db_row *rows;
	size_t count, i;

	if (db_rows(arena, db, sql_finding_explain_expected, DB_ARGS(who, zone), &rows, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		if (email == NULL || !text_equal(email, db_value(&rows[i], "email"))) {
			email = db_value(&rows[i], "email");
			(void)fprintf(file, "%s%s <%s>, who has bought nothing yet\n\n", i > 0 ? "\n" : "",
			    db_value(&rows[i], "name"), email);
		}
		(void)fprintf(file, "  %s  %s\n", db_value(&rows[i], "at"), db_value(&rows[i], "text"));
	}
	*ret_found = count > 0;
	return 0;
}

int
explain_person(
    struct arena *arena, struct db *db, const char *zone, const char *who, const char *course, FILE *file, struct err *err)
{
	const struct db_row *person = NULL;
	struct err unsaid = ERR_INIT;
	bool expected = false;
	const char *id;

	if (person_find(arena, db, who, &person, err) != 0) {
		if (err->code != ERR_NOT_FOUND || explain_expected(arena, db, zone, who, file, &expected, &unsaid) != 0 ||
		    !expected)
			return -1;
		err_reset(err);
		return 0;
	}
	id = db_value(person, "person_id");
	(void)fprintf(file, "%s <%s> (#%s)\n\n", db_value(person, "name"), db_value(person, "email"), id);
	if (db_each(db, sql_finding_explain_story, DB_ARGS(id, zone, course), print_story, file, err) != 0)
		return -1;
	(void)fprintf(file, "\nNow (times in %s):\n", zone);
	if (db_each(db, sql_finding_explain_now, DB_ARGS(id, zone, course), print_now, file, err) != 0)
		return -1;
	return 0;
}
