/* Taking enrolments over. */
#include "apply/adopt.h"

#include <string.h>

#include "db/audit.h"
#include "room.h"
#include "sql.h"

struct printer {
	FILE *file;
	char course[300]; /* heading printed last */
};

static int
print_row(const struct db_row *row, void *context, struct err *err)
{
	struct printer *p = context;
	const char *course = db_value(row, "course"), *name = db_value(row, "name"), *email = db_value(row, "email");

	(void)err;
	if (strncmp(p->course, course, sizeof(p->course) - 1) != 0) {
		(void)snprintf(p->course, sizeof(p->course), "%s", course);
		(void)fprintf(p->file, "%s: course %s\n", db_value(row, "site"), course);
	}
	(void)fprintf(p->file, "  take over the enrolment of %s%s%s%s: %s; paid %s%s%s\n", name, name[0] == '\0' ? "" : " <", email,
	    name[0] == '\0' ? "" : ">", db_value(row, "now"), db_value(row, "paid"),
	    db_bool(row, "extends") ? ", so the next night extends it" : "", db_bool(row, "trial") ? " [trial]" : "");
	return 0;
}

static int
check(const struct db_row *site, struct err *err)
{
	if (db_int(site, "read_level") == 3) {
		(void)err_set(err, ERR_REFUSED, "site \"%s\" is read at level 3, which does not show the dates of enrolments",
		    db_value(site, "site"));
		return err_hint(err, "Give the site a custom report or a database connection: see README.md.");
	}
	if (!db_bool(site, "fresh"))
		return err_set(err, ERR_INCOMPLETE, "site \"%s\" was last read completely too long ago to take anything over",
		    db_value(site, "site"));
	return 0;
}

static int
take(struct arena *arena, struct db *db, const struct db_row *site, int64_t run_id, struct err *err)
{
	const char *run = apply_number(arena, run_id), **actions, **outcomes, **reasons;
	struct db_row *plan, *rows;
	size_t count, i;

	if (db_row(arena, db, sql_apply_adopt_add, DB_ARGS(run, db_value(site, "site_id")), &plan, err) != 0)
		return -1;
	if (db_rows(arena, db, sql_apply_local_before, DB_ARGS(db_value(plan, "plan_id"), run, db_value(site, "site_id")), &rows,
		&count, err) != 0)
		return -1;
	actions = ARENA_ARRAY(arena, count, const char *);
	outcomes = ARENA_ARRAY(arena, count, const char *);
	reasons = ARENA_ARRAY(arena, count, const char *);
	for (i = 0; i < count; i++) {
		actions[i] = db_value(&rows[i], "action_id");
		outcomes[i] = "done";
		reasons[i] = "";
	}
	/* The mirror has the row already, with its roles: what is said of these here is not used. */
	if (db_exec(db, sql_apply_record_rows,
		DB_ARGS(run, db_array(arena, actions, count), db_array(arena, outcomes, count), db_array(arena, reasons, count),
		    db_value(site, "read_level"), ""),
		NULL, err) != 0)
		return -1;
	return audit_add(db, run_id, "adopt", db_value(site, "site"), arena_printf(arena, "{\"adopted\":%zu}", count), err);
}

static int
in_transaction(struct arena *arena, struct db *db, const struct adopt_only *only, int64_t run_id, bool dry, FILE *file,
    int64_t *ret_adopted, struct err *err)
{
	struct printer printer = { file, "" };
	struct db_row *sites, *unknown;
	size_t count, i;
	int64_t adopted = 0;

	if (only->persons != NULL) {
		if (db_maybe(arena, db, sql_apply_adopt_unknown, DB_ARGS(only->persons), &unknown, err) != 0)
			return -1;
		if (unknown != NULL)
			return err_set(err, ERR_NOT_FOUND, "nobody is known by \"%s\"", db_value(unknown, "who"));
	}
	if (db_exec(db, sql_apply_adopt_begin, DB_ARGS(only->site, only->course, only->persons), NULL, err) != 0)
		return -1;
	if (db_rows(arena, db, sql_apply_adopt_sites, DB_NONE, &sites, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		if (check(&sites[i], err) != 0)
			return -1;
	for (i = 0; i < count; i++) {
		printer.course[0] = '\0';
		if (db_each(db, sql_apply_adopt_show, DB_ARGS(db_value(&sites[i], "site_id")), print_row, &printer, err) != 0)
			return -1;
		adopted += db_int(&sites[i], "items");
		if (!dry && take(arena, db, &sites[i], run_id, err) != 0)
			return -1;
	}
	*ret_adopted = adopted;
	return !dry && count > 0 ? audit_seal(db, run_id, err) : 0;
}

int
adopt(struct arena *arena, struct db *db, const struct adopt_only *only, int64_t run_id, bool dry, FILE *file, int64_t *ret_adopted,
    struct err *err)
{
	int64_t adopted;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_end(db, in_transaction(arena, db, only, run_id, dry, file, &adopted, err), err) != 0)
		return -1;
	*ret_adopted = adopted;
	return 0;
}
