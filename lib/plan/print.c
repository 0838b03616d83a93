/* The plan in plain sentences: what `ctok-admin plan` shows before anything is written. */
#include <string.h>

#include "base/text.h"
#include "plan/plan.h"
#include "sql.h"

struct printer {
	FILE *file;
	struct arena arena;
	const char *group; /* heading printed last */
	int64_t actions;
};

/* "Ana Díaz <ana@example.org>", or the address alone. */
static const char *
who(struct printer *p, const struct db_row *row)
{
	const char *name = db_value(row, "name"), *email = db_value(row, "email");

	return name[0] == '\0' ? arena_strdup(&p->arena, email) : arena_printf(&p->arena, "%s <%s>", name, email);
}

static const char *
until(struct printer *p, const struct db_row *row)
{
	const char *paid = db_value(row, "paid_until"), *end = db_value(row, "after_end");

	if (end[0] == '\0')
		return "without end";
	if (text_equal(db_value(row, "reason"), "allowed"))
		return arena_printf(&p->arena, "allowed by a decision; Moodle's own end %s", end);
	return arena_printf(&p->arena, "paid until %s; Moodle's own end %s", paid, end);
}

static const char *
sentence(struct printer *p, const struct db_row *row)
{
	const char *kind = db_value(row, "kind"), *learner = who(p, row);

	if (text_equal(db_value(row, "reason"), "revert"))
		return arena_printf(
		    &p->arena, "take back a change for %s, left over from a revert that was cut off: repeat it", learner);
	if (text_equal(kind, "create_account"))
		return arena_printf(&p->arena, "make an account for %s", learner);
	if (text_equal(kind, "update_account"))
		return arena_printf(
		    &p->arena, "write into the account of %s: %s (now %s)", learner, db_value(row, "said"), db_value(row, "says"));
	if (text_equal(kind, "join_cohort"))
		return arena_printf(&p->arena, "make %s a member", learner);
	if (text_equal(kind, "leave_cohort"))
		return arena_printf(&p->arena, "take %s out: access is over", learner);
	if (text_equal(kind, "enrol") && text_equal(db_value(row, "reason"), "welcome"))
		return arena_printf(&p->arena, "welcome %s", learner);
	if (text_equal(kind, "enrol"))
		return arena_printf(&p->arena, "enrol %s (%s)", learner, until(p, row));
	if (text_equal(kind, "extend") && text_equal(db_value(row, "reason"), "waits"))
		return arena_printf(&p->arena, "keep %s while the end waits (Moodle's own end %s; was %s)", learner,
		    db_value(row, "after_end"), db_value(row, "before_end"));
	if (text_equal(kind, "extend"))
		return arena_printf(&p->arena, "extend %s (%s; was %s)", learner, until(p, row),
		    db_value(row, "before_end")[0] == '\0' ? "without end" : db_value(row, "before_end"));
	if (text_equal(kind, "resume"))
		return arena_printf(&p->arena, "give access back to %s (%s)", learner, until(p, row));
	if (text_equal(kind, "take_over"))
		return arena_printf(
		    &p->arena, "renew the enrolment of %s that ended %s (%s)", learner, db_value(row, "before_end"), until(p, row));
	if (text_equal(kind, "suspend"))
		return arena_printf(&p->arena, "suspend %s: %s", learner, db_value(row, "why"));
	return arena_printf(&p->arena, "remove %s from the course: %s", learner, db_value(row, "why"));
}

static int
print_action(const struct db_row *row, void *context, struct err *err)
{
	struct printer *p = context;
	const char *course = db_value(row, "course"), *failure = db_value(row, "failure"), *held = db_value(row, "held"), *group;

	(void)err;
	if (text_equal(db_value(row, "kind"), "create_account") || text_equal(db_value(row, "kind"), "update_account"))
		group = arena_printf(&p->arena, "%s: accounts", db_value(row, "site"));
	else if (db_value(row, "cohort")[0] != '\0')
		group = arena_printf(&p->arena, "%s: cohort %s", db_value(row, "site"), db_value(row, "cohort"));
	else
		group = arena_printf(&p->arena, "%s: course %s, %s", db_value(row, "site"),
		    course[0] == '\0' ? "(unknown)" : course, db_value(row, "course_name"));
	if (p->group == NULL || strcmp(p->group, group) != 0) {
		(void)fprintf(p->file, "%s%s\n", p->group == NULL ? "" : "\n", group);
		p->group = group;
	}
	(void)fprintf(p->file, "  %s%s%s%s%s\n", sentence(p, row), db_bool(row, "trial") ? " [trial]" : "",
	    held[0] == '\0' ? "" : arena_printf(&p->arena, " [%s]", held), failure[0] == '\0' ? "" : " -- ", failure);
	p->actions++;
	/* A long plan takes no more memory than a short one. */
	if (p->arena.used_bytes > 1 << 20) {
		struct arena old = p->arena;

		p->arena = (struct arena)ARENA_INIT;
		p->group = arena_strdup(&p->arena, p->group);
		arena_done(&old);
	}
	return 0;
}

int
plan_print(struct db *db, const char *zone, FILE *file, int64_t *ret_actions, struct err *err)
{
	struct printer printer = { file, ARENA_INIT, NULL, 0 };
	int rc;

	rc = db_each(db, sql_plan_print, DB_ARGS(zone), print_action, &printer, err);
	arena_done(&printer.arena);
	if (rc == 0 && (fflush(file) != 0 || ferror(file)))
		rc = err_set(err, ERR_IO, "could not write the plan");
	if (rc == 0)
		*ret_actions = printer.actions;
	return rc;
}
