/* Decisions that give rights, or change what rights say: grants, overrides, corrected policies. */
#include "base/text.h"
#include "decide.h"
#include "sql.h"

#define SHOWN 10 /* of several that answer to a name */
#define GRACE_MAX 3650

static int
check_grace(const char *grace, struct err *err)
{
	struct err none = ERR_INIT;
	int64_t days;

	if (grace == NULL || text_equal(grace, "never"))
		return 0;
	if (text_int64(grace, &days, &none) != 0 || days < 0 || days > GRACE_MAX)
		return err_set(err, ERR_USAGE, "grace \"%s\" is neither a number of days from 0 to %d nor never", grace, GRACE_MAX);
	return 0;
}

/* ---- grants ---- */

/* The one rule that a grant follows. */
static int
find_rule(struct arena *arena, struct db *db, const char *what, bool ends, const struct db_row **ret_rule, struct err *err)
{
	struct db_row *rows;
	const char *list = "";
	size_t count, i;

	if (db_rows(arena, db, sql_entitle_decide_rules, DB_ARGS(what, ends ? "t" : "f"), &rows, &count, err) != 0)
		return -1;
	if (count == 0) {
		(void)err_set(err, ERR_NOT_FOUND, "no product rule leads to a course or product \"%s\"", what);
		return err_hint(
		    err, "An access is granted as a rule of the configuration gives it; ctok-admin map export lists the rules.");
	}
	if (count == 1 && db_bool(&rows[0], "exclude"))
		return err_set(err, ERR_USAGE, "product \"%s\" is no course, by rule %s", what, db_value(&rows[0], "product"));
	if (count == 1) {
		*ret_rule = &rows[0];
		return 0;
	}
	for (i = 0; i < count && i < SHOWN; i++)
		list = arena_printf(arena, "%s%s%s", list, i == 0 ? "" : ", ", db_value(&rows[i], "product"));
	(void)err_set(err, ERR_USAGE, "\"%s\" is given by rules that differ: %s%s", what, list, count > SHOWN ? ", …" : "");
	return err_hint(err, "Name one of them: ctok-admin grant PERSON %s.", db_value(&rows[0], "product"));
}

static int
grant(struct arena *arena, struct db *db, int64_t run_id, const char *who, const char *what, const char *term, const char *until,
    const struct decision_word *word, struct decision_noted *ret_noted, struct err *err)
{
	const struct db_row *person, *rule = NULL;
	struct db_row *patch;
	struct decide_row n = { .kind = "grant" };

	if (decide_day(arena, db, until, err) != 0 || decide_person(arena, db, who, &person, err) != 0 ||
	    find_rule(arena, db, what, term != NULL || until != NULL, &rule, err) != 0)
		return -1;
	n.rule = db_value(rule, "rule_id");
	if (db_row(arena, db, sql_entitle_decide_patch, DB_ARGS(n.rule, term, until, NULL), &patch, err) != 0)
		return -1;
	n.patch = db_value(patch, "patch");
	n.person = db_value(person, "person_id");
	n.target = db_value(rule, "target_id");
	n.matter =
	    arena_printf(arena, "grant %s %s%s %s", n.person, n.target == NULL ? "rule " : "", n.target == NULL ? n.rule : n.target,
		until != NULL  ? until
		: term != NULL ? term
			       : "as sold");
	return decide_note(arena, db, run_id, &n, word, ret_noted, err);
}

int
decision_grant(struct arena *arena, struct db *db, int64_t run_id, const char *who, const char *what, const char *term,
    const char *until, const struct decision_word *word, struct decision_noted *ret_noted, struct err *err)
{
	struct decision_word said;

	if (decide_word(arena, word, &said, err) != 0 || decide_term(term, until, false, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, grant(arena, db, run_id, who, what, term, until, &said, ret_noted, err), err);
}

/* ---- overrides ---- */

static int
override(struct arena *arena, struct db *db, int64_t run_id, const char *kind, const char *who, const char *course,
    const char *until, const struct decision_word *word, struct decision_noted *ret_noted, struct err *err)
{
	const struct db_row *person, *target;
	struct decide_row n = { .kind = kind, .until = until };
	struct db_row *row;

	if (decide_day(arena, db, until, err) != 0 || decide_person(arena, db, who, &person, err) != 0 ||
	    decide_course(arena, db, course, &target, err) != 0)
		return -1;
	n.person = db_value(person, "person_id");
	n.target = db_value(target, "target_id");
	n.matter = arena_printf(arena, "access %s %s", n.person, n.target);
	if (db_row(arena, db, sql_entitle_decide_pair, DB_ARGS(n.person, n.target), &row, err) != 0)
		return -1;
	if (text_equal(kind, "allow") && !db_bool(row, "yes")) {
		(void)err_set(err, ERR_NOT_FOUND, "nothing that gives %s was sold or granted to %s (#%s) since go-live",
		    db_value(target, "course"), db_value(person, "name"), n.person);
		return err_hint(
		    err, "Give an access without a sale with ctok-admin grant #%s %s.", n.person, db_value(target, "course"));
	}
	return decide_note(arena, db, run_id, &n, word, ret_noted, err);
}

int
decision_override(struct arena *arena, struct db *db, int64_t run_id, const char *kind, const char *who, const char *course,
    const char *until, const struct decision_word *word, struct decision_noted *ret_noted, struct err *err)
{
	struct decision_word said;

	if (decide_word(arena, word, &said, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, override(arena, db, run_id, kind, who, course, until, &said, ret_noted, err), err);
}

/* ---- policies ---- */

/* Nothing can be decided about what is only expected: it has no learner, no price and no end yet. */
static int
check_sold(struct arena *arena, struct db *db, const char *document, struct err *err)
{
	struct db_row *row;

	if (db_maybe(arena, db, sql_entitle_decide_expected, DB_ARGS(document), &row, err) != 0)
		return -1;
	if (row == NULL)
		return 0;
	(void)err_set(err, ERR_REFUSED, "%s %s of source \"%s\" is not sold yet: %s", db_value(row, "kind"),
	    db_value(row, "number"), db_value(row, "source"), db_value(row, "why"));
	return err_hint(err, "Decide about it once it is sold; ctok-admin grant gives an access without a sale.");
}

static int
find_document(struct arena *arena, struct db *db, const char *document, const char *person, const char *target,
    const struct db_row **ret_document, struct err *err)
{
	struct db_row *rows;
	const char *list = "";
	size_t count, i;

	if (db_rows(arena, db, sql_entitle_decide_document, DB_ARGS(document, person, target), &rows, &count, err) != 0)
		return -1;
	if ((count == 0 || (count == 1 && db_int(&rows[0], "rights") == 0)) && check_sold(arena, db, document, err) != 0)
		return -1;
	if (count == 0)
		return err_set(err, ERR_NOT_FOUND, "no sale has the number or id \"%s\"", document);
	for (i = 0; i < count && i < SHOWN; i++)
		list = arena_printf(
		    arena, "%s%s%s/%s", list, i == 0 ? "" : ", ", db_value(&rows[i], "source"), db_value(&rows[i], "number"));
	if (count > 1)
		return err_set(err, ERR_USAGE, "several sales answer to \"%s\": %s%s", document, list, count > SHOWN ? ", …" : "");
	if (db_int(&rows[0], "rights") == 0)
		return err_set(err, ERR_NOT_FOUND, "%s %s of source \"%s\" gave no right%s", db_value(&rows[0], "kind"),
		    db_value(&rows[0], "number"), db_value(&rows[0], "source"),
		    person != NULL || target != NULL ? " to that person and course" : "");
	*ret_document = &rows[0];
	return 0;
}

static int
correct(struct arena *arena, struct db *db, int64_t run_id, const struct decision_policy *policy, const struct decision_word *word,
    struct decision_noted *ret_noted, struct err *err)
{
	const struct db_row *person = NULL, *target = NULL, *document = NULL;
	struct decide_row n = { .kind = "policy" };
	struct db_row *patch;

	if (decide_day(arena, db, policy->until, err) != 0)
		return -1;
	if (policy->person != NULL && decide_person(arena, db, policy->person, &person, err) != 0)
		return -1;
	if (policy->course != NULL && decide_course(arena, db, policy->course, &target, err) != 0)
		return -1;
	n.person = person != NULL ? db_value(person, "person_id") : NULL;
	n.target = target != NULL ? db_value(target, "target_id") : NULL;
	if (find_document(arena, db, policy->document, n.person, n.target, &document, err) != 0)
		return -1;
	n.document = db_value(document, "document_id");
	if (db_row(arena, db, sql_entitle_decide_patch, DB_ARGS(NULL, policy->term, policy->until, policy->grace), &patch, err) !=
	    0)
		return -1;
	n.patch = db_value(patch, "patch");
	n.matter = arena_printf(
	    arena, "policy %s %s %s", n.document, n.person != NULL ? n.person : "all", n.target != NULL ? n.target : "all");
	return decide_note(arena, db, run_id, &n, word, ret_noted, err);
}

int
decision_policy_correct(struct arena *arena, struct db *db, int64_t run_id, const struct decision_policy *policy,
    const struct decision_word *word, struct decision_noted *ret_noted, struct err *err)
{
	struct decision_word said;

	if (decide_word(arena, word, &said, err) != 0)
		return -1;
	if (policy->term == NULL && policy->until == NULL && policy->grace == NULL) {
		(void)err_set(err, ERR_USAGE, "what is to be corrected?");
		return err_hint(err, "Give --term, --until or --grace.");
	}
	if (policy->term != NULL && policy->until != NULL)
		return err_set(err, ERR_USAGE, "either --term or --until: an access has one end");
	if (decide_term(policy->term, policy->until, true, err) != 0 || check_grace(policy->grace, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, correct(arena, db, run_id, policy, &said, ret_noted, err), err);
}
