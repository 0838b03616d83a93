/* What people decided: the list, and taking back. */
#include "entitle/decision.h"

#include "decide.h"
#include "sql.h"

int
decision_revoke(
    struct arena *arena, struct db *db, int64_t run_id, const char *decision, const struct decision_word *word, struct err *err)
{
	struct decision_word said;

	if (decide_word(arena, word, &said, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, decide_revoke(arena, db, run_id, decision, &said, /* part= */ false, err), err);
}

/* ---- the list ---- */

struct listing {
	FILE *file;
	const char *heading; /* to be printed before the first */
	size_t count;
};

static void
begin_row(struct listing *list)
{
	if (list->count++ == 0)
		(void)fprintf(list->file, "%s\n", list->heading);
}

static int
print_open(const struct db_row *row, void *context, struct err *err)
{
	struct listing *list = context;

	(void)err;
	begin_row(list);
	(void)fprintf(list->file, "  %s  %s: %s\n                    ctok-admin decide %s %s\n", db_value(row, "finding_id"),
	    db_value(row, "words"), db_value(row, "about"), db_value(row, "finding_id"), db_value(row, "answers"));
	return 0;
}

static int
print_made(const struct db_row *row, void *context, struct err *err)
{
	struct listing *list = context;
	const char *ended = db_value(row, "ended_on");

	(void)err;
	begin_row(list);
	(void)fprintf(list->file, "  %s  %s%s: %s%s%s; %s, %s: %s%s\n", db_value(row, "decision_id"), db_value(row, "what"),
	    db_value(row, "until"), db_value(row, "state"), ended != NULL ? " since " : "", ended != NULL ? ended : "",
	    db_value(row, "day"), db_value(row, "who_name"), db_value(row, "reason"), db_value(row, "revoked"));
	return 0;
}

int
decision_list(struct db *db, bool past, FILE *file, struct err *err)
{
	struct listing open = { file, "Waiting for a decision:", 0 }, made = { file, "Decided:", 0 },
		       ended = { file, "Decided once:", 0 };

	if (db_each(db, sql_entitle_decisions_open, DB_NONE, print_open, &open, err) != 0)
		return -1;
	if (open.count == 0)
		(void)fprintf(file, "Nothing waits for a decision.\n");
	if (db_each(db, sql_entitle_decisions_made, DB_ARGS("f"), print_made, &made, err) != 0)
		return -1;
	if (made.count == 0)
		(void)fprintf(file, "No decision holds.\n");
	if (past && db_each(db, sql_entitle_decisions_made, DB_ARGS("t"), print_made, &ended, err) != 0)
		return -1;
	return 0;
}
