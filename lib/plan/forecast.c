/* What the next night would do, in counts, and by name whom it would cost something. */
#include "plan/forecast.h"

#include "sql.h"

#define LOSSES_NAMED 50

struct printer {
	FILE *file;
	int64_t losses;
};

static const char *
forecast_run(struct arena *arena)
{
	return arena_printf(arena, "%lld", (long long)FORECAST_RUN);
}

int
forecast_again(struct db *db, struct err *err)
{
	return db_script(db, sql_plan_forecast_again, err);
}

static int
print_line(const struct db_row *row, void *context, struct err *err)
{
	struct printer *p = context;
	const char *course = db_value(row, "course");
	int64_t held = db_int(row, "held");

	(void)err;
	(void)fprintf(p->file, "  %s: %s%s: %lld %s", db_value(row, "site"), course[0] == '\0' ? "accounts" : "course ", course,
	    (long long)db_int(row, "actions"), db_value(row, "kind"));
	if (held > 0)
		(void)fprintf(p->file, " (%lld of them held until approved)", (long long)held);
	(void)fprintf(p->file, "\n");
	return 0;
}

static int
print_loss(const struct db_row *row, void *context, struct err *err)
{
	struct printer *p = context;
	const char *name = db_value(row, "name");

	(void)err;
	if (p->losses++ == 0)
		(void)fprintf(p->file, "Access would end for:\n");
	if (p->losses <= LOSSES_NAMED)
		(void)fprintf(p->file, "  %s%s<%s>, %s: course %s: %s\n", name, name[0] == '\0' ? "" : " ", db_value(row, "email"),
		    db_value(row, "site"), db_value(row, "course"), db_value(row, "reason"));
	return 0;
}

int
forecast_certificates(struct arena *arena, struct db *db, int64_t *ret_count, struct err *err)
{
	struct db_row *row;

	if (db_row(arena, db, sql_plan_forecast_counts, DB_ARGS(forecast_run(arena)), &row, err) != 0)
		return -1;
	*ret_count = db_int(row, "certificates");
	return 0;
}

int
forecast_print(struct arena *arena, struct db *db, FILE *file, struct forecast *ret_forecast, struct err *err)
{
	struct printer printer = { file, 0 };
	struct db_row *row;

	if (db_row(arena, db, sql_plan_forecast_counts, DB_ARGS(forecast_run(arena)), &row, err) != 0)
		return -1;
	if (db_each(db, sql_plan_forecast_lines, DB_ARGS(forecast_run(arena)), print_line, &printer, err) != 0)
		return -1;
	if (db_each(db, sql_plan_forecast_losses, DB_ARGS(forecast_run(arena)), print_loss, &printer, err) != 0)
		return -1;
	if (printer.losses > LOSSES_NAMED)
		(void)fprintf(file, "  and %lld more\n", (long long)(printer.losses - LOSSES_NAMED));
	if (printer.losses == 0)
		(void)fprintf(file, "Nobody would lose access.\n");
	*ret_forecast = (struct forecast){ .actions = db_int(row, "actions"),
		.persons = db_int(row, "persons"),
		.courses = db_int(row, "courses"),
		.enrolments = db_int(row, "enrolments"),
		.losses = printer.losses,
		.before_units = db_int(row, "before_units"),
		.before_persons = db_int(row, "before_persons"),
		.certificates = db_int(row, "certificates") };
	return 0;
}
