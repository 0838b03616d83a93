/* What all decisions share. Each is one row about one matter; a newer one about the same matter takes its place. */
#include "decide.h"

#include "adapter/json.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/duration.h"
#include "db/audit.h"
#include "party/person.h"
#include "sql.h"

int
decide_word(struct arena *arena, const struct decision_word *word, struct decision_word *ret_word, struct err *err)
{
	*ret_word = (struct decision_word){ text_trim(arena, word->who != NULL ? word->who : ""),
		text_trim(arena, word->reason != NULL ? word->reason : "") };
	if (ret_word->who[0] == '\0') {
		(void)err_set(err, ERR_USAGE, "a decision needs the name of whoever answers for it");
		return err_hint(err, "Give it with --name.");
	}
	if (ret_word->reason[0] == '\0') {
		(void)err_set(err, ERR_USAGE, "a decision needs a reason");
		return err_hint(err, "Give it with --reason.");
	}
	return 0;
}

/* A last day that is not over yet. */
int
decide_day(struct arena *arena, struct db *db, const char *day, struct err *err)
{
	struct db_row *row;
	int64_t utc;

	if (day == NULL)
		return 0;
	if (clock_parse_date(day, &utc, err) != 0) {
		err_reset(err);
		return err_set(err, ERR_USAGE, "\"%s\" is not a day: it must be written as 2027-06-30", day);
	}
	if (db_row(arena, db, sql_entitle_decide_day, DB_ARGS(day), &row, err) != 0)
		return -1;
	return db_bool(row, "ahead") ? 0 : err_set(err, ERR_USAGE, "the day %s is over", day);
}

int
decide_term(const char *term, const char *until, bool never, struct err *err)
{
	struct duration duration;

	if (term == NULL || (never && text_equal(term, "never")))
		return 0;
	if (until != NULL)
		return err_set(err, ERR_USAGE, "either --term or --until: an access has one end");
	if (duration_term(term, &duration, err) == 0)
		return 0;
	err->code = ERR_USAGE;
	return -1;
}

/* A person in their own right. */
int
decide_person(struct arena *arena, struct db *db, const char *who, const struct db_row **ret_person, struct err *err)
{
	const struct db_row *person;
	struct db_row *part;

	if (person_find(arena, db, who, &person, err) != 0)
		return -1;
	if (db_maybe(arena, db, sql_entitle_decide_whole, DB_ARGS(db_value(person, "person_id")), &part, err) != 0)
		return -1;
	if (part != NULL)
		return err_set(err, ERR_USAGE, "%s (#%s) is part of #%s by a merge: decide about that one",
		    db_value(person, "name"), db_value(person, "person_id"), db_value(part, "into_id"));
	*ret_person = person;
	return 0;
}

int
decide_course(struct arena *arena, struct db *db, const char *course, const struct db_row **ret_course, struct err *err)
{
	struct db_row *rows;
	size_t count;

	if (db_rows(arena, db, sql_entitle_decide_course, DB_ARGS(course), &rows, &count, err) != 0)
		return -1;
	if (count == 0)
		return err_set(err, ERR_NOT_FOUND, "no rule leads to a course \"%s\"", course);
	if (count > 1)
		return err_set(err, ERR_USAGE, "several courses answer to \"%s\": say %s/%s or %s/%s", course,
		    db_value(&rows[0], "site"), db_value(&rows[0], "course"), db_value(&rows[1], "site"),
		    db_value(&rows[1], "course"));
	*ret_course = &rows[0];
	return 0;
}

/* In the open transaction: the row, unless the same is there already. The audit log points at it, for it holds no names. */
int
decide_note(struct arena *arena, struct db *db, int64_t run_id, const struct decide_row *n, const struct decision_word *word,
    struct decision_noted *ret_noted, struct err *err)
{
	const char *patch = n->patch != NULL ? n->patch : "{}", *units = n->units != NULL ? n->units : "{}";
	struct db_row *row;

	if (db_exec(db, sql_entitle_decide_lock, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_maybe(arena, db, sql_entitle_decide_same,
		DB_ARGS(n->kind, n->matter, patch, n->about_at, n->about_minor, n->until, units), &row, err) != 0)
		return -1;
	if (row != NULL) {
		*ret_noted = (struct decision_noted){ db_int(row, "decision_id"), true };
		return 0;
	}
	if (db_exec(db, sql_entitle_decide_instead, DB_ARGS(n->matter), NULL, err) != 0)
		return -1;
	if (db_row(arena, db, sql_entitle_decide_add,
		DB_ARGS(n->kind, n->matter, patch, n->about != NULL ? n->about : "", n->about_at, n->about_minor, n->until, units,
		    n->person, n->target, n->document, n->rule, word->who, word->reason),
		&row, err) != 0)
		return -1;
	*ret_noted = (struct decision_noted){ db_int(row, "decision_id"), false };
	if (audit_add(db, run_id, "decision noted", arena_printf(arena, "decision %s", db_value(row, "decision_id")),
		arena_printf(arena, "{\"kind\":%s,\"matter\":%s}", json_quote(arena, n->kind), json_quote(arena, n->matter)),
		err) != 0)
		return -1;
	return audit_seal(db, run_id, err);
}

int
decide_revoke(struct arena *arena, struct db *db, int64_t run_id, const char *id, const struct decision_word *word, bool part,
    struct err *err)
{
	struct err none = ERR_INIT;
	struct db_row *row;
	int64_t number;

	if (text_int64(id, &number, &none) != 0 || number < 1)
		return err_set(err, ERR_USAGE, "\"%s\" is not the number of a decision", id);
	if (db_exec(db, sql_entitle_decide_lock, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_maybe(arena, db, sql_entitle_decide_find, DB_ARGS(id), &row, err) != 0)
		return -1;
	if (row == NULL)
		return err_set(err, ERR_NOT_FOUND, "there is no decision %s", id);
	if (db_bool(row, "ended"))
		return err_set(err, ERR_USAGE, "decision %s holds no longer since %s: %s", id, db_value(row, "ended_on"),
		    db_value(row, "state_words"));
	if (db_bool(row, "revoked"))
		return part ? 0 : err_set(err, ERR_USAGE, "decision %s is taken back by the next reconcile already", id);
	if (db_exec(db, sql_entitle_decide_revoke, DB_ARGS(id, word->who, word->reason), NULL, err) != 0)
		return -1;
	if (part)
		return 0;
	if (audit_add(db, run_id, "decision taken back", arena_printf(arena, "decision %s", id), "{}", err) != 0)
		return -1;
	return audit_seal(db, run_id, err);
}
