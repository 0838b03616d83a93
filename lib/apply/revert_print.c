/* A revert in plain sentences. */
#include "revert_print.h"

#include <string.h>

#include "base/text.h"
#include "room.h"
#include "sql.h"

struct listing {
	FILE *file;
	int64_t count;
};

struct printer {
	FILE *file;
	struct arena arena; /* reset by row, but for the group */
	char group[400];
	const char *(*sentence)(struct printer *, const struct db_row *);
};

/* "Ana Díaz <ana@example.org>", or the address alone. */
static const char *
who(struct printer *p, const struct db_row *row)
{
	const char *name = db_value(row, "name"), *email = db_value(row, "email");

	return name[0] == '\0' ? email : arena_printf(&p->arena, "%s <%s>", name, email);
}

static const char *
account(struct printer *p, const struct db_row *row)
{
	return arena_printf(&p->arena, "%s", who(p, row));
}

static const char *
left_alone(struct printer *p, const struct db_row *row)
{
	const char *verdict = db_value(row, "verdict"), *later = db_value(row, "later_run");

	if (text_equal(verdict, "protected"))
		return arena_printf(&p->arena, "%s: a protected account, or staff of the course", who(p, row));
	if (text_equal(verdict, "under_way"))
		return arena_printf(&p->arena, "%s: another change is under way; the next night settles it", who(p, row));
	return arena_printf(&p->arena, "%s: the run left it %s, now it is %s%s%s", who(p, row), db_value(row, "was"),
	    db_value(row, "now"), later[0] == '\0' ? "" : "; changed by us too, in run ", later);
}

static const char *
not_arrived(struct printer *p, const struct db_row *row)
{
	return arena_printf(&p->arena, "%s: %s", who(p, row), db_value(row, "kind"));
}

static const char *
undo(struct printer *p, const struct db_row *row)
{
	const char *kind = db_value(row, "undo_kind"), *done = db_value(row, "kind"), *learner = who(p, row);

	if (text_equal(kind, "release"))
		return arena_printf(&p->arena, "give the enrolment of %s back: it is no longer ours", learner);
	if (text_equal(kind, "adopt"))
		return arena_printf(&p->arena, "take the enrolment of %s over again", learner);
	if (text_equal(kind, "update_account"))
		return arena_printf(&p->arena, "write into the account of %s: %s (now %s)", learner, db_value(row, "becomes"),
		    db_value(row, "now"));
	if (text_equal(kind, "unenrol"))
		return arena_printf(&p->arena, "remove %s from the course", learner);
	if (text_equal(kind, "suspend"))
		return arena_printf(&p->arena, "suspend %s%s", learner,
		    text_equal(done, "enrol") ? ", who was not enrolled before"
					      : arena_printf(&p->arena, " again: %s", db_value(row, "becomes")));
	if (text_equal(done, "unenrol"))
		return arena_printf(&p->arena, "enrol %s again: %s", learner, db_value(row, "becomes"));
	return arena_printf(&p->arena, "set %s back to %s (now %s)", learner, db_value(row, "becomes"), db_value(row, "was"));
}

static int
print_row(const struct db_row *row, void *context, struct err *err)
{
	struct printer *p = context;
	const char *course = db_value(row, "course");
	char group[sizeof(p->group)];

	(void)err;
	arena_reset(&p->arena);
	(void)snprintf(group, sizeof(group), "%s: %s%s", db_value(row, "site"), course[0] == '\0' ? "accounts" : "course ", course);
	if (strcmp(group, p->group) != 0) {
		(void)fprintf(p->file, "  %s\n", group);
		memcpy(p->group, group, sizeof(group));
	}
	(void)fprintf(p->file, "    %s\n", p->sentence(p, row));
	return 0;
}

static int
list(struct db *db, FILE *file, const char *verdicts, const char *(*sentence)(struct printer *, const struct db_row *),
    struct err *err)
{
	struct printer printer = { file, ARENA_INIT, "", sentence };
	int rc = db_each(db, sql_apply_revert_show, DB_ARGS(verdicts), print_row, &printer, err);

	arena_done(&printer.arena);
	return rc;
}

/* "1 mail", "3 mails". */
static const char *
many(struct arena *arena, int64_t count, const char *one, const char *several)
{
	return arena_printf(arena, "%lld %s", (long long)count, count == 1 ? one : several);
}

static bool
has_limits(const struct revert_facts *f)
{
	return f->accounts + f->come_back + f->go + f->had_no_role + f->by_minute + f->blind + f->certificates + f->mails_gone > 0;
}

static int
cannot(struct arena *arena, struct db *db, const struct revert_facts *f, FILE *file, struct err *err)
{
	if (!has_limits(f))
		return 0;
	(void)fprintf(file, "\nWhat cannot be undone:\n");
	if (f->mails_gone > 0)
		(void)fprintf(file, "  %s that night about these accesses cannot be called back.\n",
		    many(arena, f->mails_gone, "mail that was sent", "mails that were sent"));
	if (f->certificates > 0)
		(void)fprintf(file, "  %s that night for these learners and courses.\n",
		    many(arena, f->certificates, "certificate stays, issued", "certificates stay, issued"));
	if (f->come_back > 0)
		(void)fprintf(file, "  %s without the grades and groups that Moodle deleted with them.\n",
		    many(arena, f->come_back, "removed enrolment comes back", "removed enrolments come back"));
	if (f->go > 0)
		(void)fprintf(file, "  %s now: Moodle deletes the learner's grades of the course with it.\n",
		    many(arena, f->go, "enrolment is removed", "enrolments are removed"));
	if (f->had_no_role > 0)
		(void)fprintf(file, "  %s no role in the course before and the student role since keep it.\n",
		    many(arena, f->had_no_role, "learner who had", "learners who had"));
	if (f->by_minute > 0)
		(void)fprintf(file, "  Dates are compared and set back to the minute: the site is read at level 2.\n");
	if (f->blind > 0)
		(void)fprintf(file,
		    "  The site is read at level 3, which shows only whether an enrolment gives access: what somebody changed in\n"
		    "  dates alone is not noticed and is overwritten.\n");
	if (f->accounts > 0) {
		(void)fprintf(file, "  %s:\n",
		    many(arena, f->accounts, "account that the run made stays", "accounts that the run made stay"));
		return list(db, file, "{account}", account, err);
	}
	return 0;
}

int
revert_print(struct arena *arena, struct db *db, const struct revert_run *run, const struct revert_facts *facts,
    const struct revert_counts *counts, bool dry, FILE *file, struct err *err)
{
	(void)fprintf(
	    file, "run %lld: %s, night %lld of %s\n", (long long)run->run_id, run->program, (long long)run->night_id, run->at);
	if (cannot(arena, db, facts, file, err) != 0)
		return -1;
	if (counts->left_alone > 0) {
		(void)fprintf(file, "\nLeft alone, for it changed since:\n");
		if (list(db, file, "{moved,protected,under_way}", left_alone, err) != 0)
			return -1;
	}
	if (counts->not_arrived > 0) {
		(void)fprintf(file, "\nNot carried out by the run, which was cut off; it waits for the next night:\n");
		if (list(db, file, "{not_arrived}", not_arrived, err) != 0)
			return -1;
	}
	if (counts->undo > 0) {
		(void)fprintf(file, "\n%s:\n", dry ? "Would be undone" : "To be undone");
		if (list(db, file, "{undo}", undo, err) != 0)
			return -1;
	}
	(void)fprintf(file, "\n%s to undo, %lld as before already, %lld left alone", many(arena, counts->undo, "change", "changes"),
	    (long long)counts->as_before, (long long)counts->left_alone);
	if (facts->mails_waiting > 0)
		(void)fprintf(file, "; %s %s withdrawn", many(arena, facts->mails_waiting, "waiting mail", "waiting mails"),
		    dry                         ? "would be"
		    : facts->mails_waiting == 1 ? "is"
						: "are");
	(void)fprintf(file, "\n");
	if (fflush(file) != 0 || ferror(file))
		return err_set(err, ERR_IO, "could not write what is to be undone");
	return 0;
}

static int
print_run(const struct db_row *row, void *context, struct err *err)
{
	struct listing *listing = context;
	int64_t undone = db_int(row, "undone");

	(void)err;
	if (listing->count++ == 0)
		(void)fprintf(listing->file, "  RUN  NIGHT  OF                PROGRAM            CHANGES\n");
	(void)fprintf(listing->file, "%5s  %5s  %-16s  %-17s  %s", db_value(row, "run_id"), db_value(row, "night_id"),
	    db_value(row, "at"), db_value(row, "program"), db_value(row, "actions"));
	if (undone > 0)
		(void)fprintf(listing->file, "; %lld of them taken back", (long long)undone);
	(void)fprintf(listing->file, "\n");
	return 0;
}

int
revert_runs(struct arena *arena, struct db *db, int64_t most, FILE *file, int64_t *ret_count, struct err *err)
{
	struct listing listing = { file, 0 };

	if (db_each(db, sql_apply_runs, DB_ARGS(apply_number(arena, most)), print_run, &listing, err) != 0)
		return -1;
	*ret_count = listing.count;
	return 0;
}

static int
print_outcome(const struct db_row *row, void *context, struct err *err)
{
	struct listing *listing = context;
	const char *state = db_value(row, "state"), *failure = db_value(row, "failure");

	(void)err;
	if (listing->count++ == 0)
		(void)fprintf(listing->file, "\nNot undone:\n");
	(void)fprintf(listing->file, "  %s <%s>, %s%s: %s\n", db_value(row, "name"), db_value(row, "email"),
	    db_value(row, "course")[0] == '\0' ? "account" : "course ", db_value(row, "course"),
	    failure[0] != '\0'             ? failure
	    : text_equal(state, "sending") ? "sent, but it is not known whether it arrived; repeat the revert"
					   : "not sent; repeat the revert");
	return 0;
}

int
revert_outcome(struct arena *arena, struct db *db, int64_t plan_id, FILE *file, int64_t *ret_not_undone, struct err *err)
{
	struct listing listing = { file, 0 };

	if (db_each(db, sql_apply_revert_outcome, DB_ARGS(apply_number(arena, plan_id)), print_outcome, &listing, err) != 0)
		return -1;
	*ret_not_undone = listing.count;
	return 0;
}
