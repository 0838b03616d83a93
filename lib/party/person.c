/* Who is who, as people decide it: asked for here, carried out by party_decide(). */
#include "party/person.h"

#include "adapter/email.h"
#include "base/text.h"
#include "db/audit.h"
#include "sql.h"

#define SHOWN 10 /* candidates of a name that several answer to */

int
person_find(struct arena *arena, struct db *db, const char *who, const struct db_row **ret_person, struct err *err)
{
	struct db_row *rows;
	const char *list = "";
	size_t count, i;

	if (db_rows(arena, db, sql_party_person_find, DB_ARGS(who), &rows, &count, err) != 0)
		return -1;
	if (count == 0)
		return err_set(err, ERR_NOT_FOUND, "no learner answers to \"%s\"", who);
	if (count == 1) {
		*ret_person = &rows[0];
		return 0;
	}
	for (i = 0; i < count && i < SHOWN; i++)
		list = arena_printf(arena, "%s%s%s <%s> (#%s)", list, i == 0 ? "" : ", ", db_value(&rows[i], "name"),
		    db_value(&rows[i], "email"), db_value(&rows[i], "person_id"));
	(void)err_set(err, ERR_USAGE, "several learners answer to \"%s\": %s%s", who, list, count > SHOWN ? ", …" : "");
	return err_hint(err, "Ask with the whole e-mail, or with the number, as in #%s.", db_value(&rows[0], "person_id"));
}

static int
check_word(struct arena *arena, const struct person_word *word, struct person_word *ret_word, struct err *err)
{
	*ret_word = (struct person_word){ text_trim(arena, word->who != NULL ? word->who : ""),
		text_trim(arena, word->reason != NULL ? word->reason : "") };
	if (ret_word->who[0] == '\0') {
		(void)err_set(err, ERR_USAGE, "a decision about a person needs the name of whoever answers for it");
		return err_hint(err, "Give it with --name.");
	}
	if (ret_word->reason[0] == '\0') {
		(void)err_set(err, ERR_USAGE, "a decision about a person needs a reason");
		return err_hint(err, "Give it with --reason.");
	}
	return 0;
}

/* The audit log holds no names: what was decided, and about which records. */
static int
seal(struct arena *arena, struct db *db, int64_t run_id, const char *what, const char *person, const char *into, struct err *err)
{
	if (audit_add(db, run_id, what, arena_printf(arena, "person %s", person),
		into == NULL ? "{}" : arena_printf(arena, "{\"into\":%s}", into), err) != 0)
		return -1;
	return audit_seal(db, run_id, err);
}

/* The record that ${who} means, with what it is part of; locked until the transaction ends. */
static int
look_up(struct arena *arena, struct db *db, const char *who, struct db_row **ret_state, struct err *err)
{
	const struct db_row *person;

	if (person_find(arena, db, who, &person, err) != 0)
		return -1;
	return db_row(arena, db, sql_party_person_state, DB_ARGS(db_value(person, "person_id")), ret_state, err);
}

/* A person in their own right, of whom nothing is in doubt. */
static int
look_up_whole(struct arena *arena, struct db *db, const char *who, struct db_row **ret_state, struct err *err)
{
	struct db_row *state;

	if (look_up(arena, db, who, &state, err) != 0)
		return -1;
	if (db_value(state, "into_id") != NULL) {
		(void)err_set(err, ERR_USAGE, "%s (#%s) is part of #%s by a merge of %s", db_value(state, "name"),
		    db_value(state, "person_id"), db_value(state, "into_id"), db_value(state, "since"));
		return err_hint(err, "Name #%s instead, or take that merge back first: ctok-admin person split #%s.",
		    db_value(state, "into_id"), db_value(state, "person_id"));
	}
	*ret_state = state;
	return 0;
}

static int
ask_merge(struct arena *arena, struct db *db, int64_t run_id, const char *record, const char *into, const struct person_word *word,
    int64_t *ret_merge_id, struct err *err)
{
	struct db_row *from, *to, *merge;
	const char *id;

	if (look_up_whole(arena, db, record, &from, err) != 0 || look_up_whole(arena, db, into, &to, err) != 0)
		return -1;
	id = db_value(from, "person_id");
	if (text_equal(id, db_value(to, "person_id")))
		return err_set(err, ERR_USAGE, "\"%s\" and \"%s\" are one person already: %s <%s> (#%s)", record, into,
		    db_value(to, "name"), db_value(to, "email"), id);
	if (db_int(from, "sending") > 0 || db_int(to, "sending") > 0) {
		(void)err_set(err, ERR_USAGE, "it is not known yet what became of a change in Moodle of #%s",
		    db_int(from, "sending") > 0 ? id : db_value(to, "person_id"));
		return err_hint(err, "The next reading of Moodle tells; merge after it.");
	}
	if (db_row(arena, db, sql_party_merge_ask, DB_ARGS(id, db_value(to, "person_id"), word->who, word->reason), &merge, err) !=
	    0)
		return -1;
	*ret_merge_id = db_int(merge, "merge_id");
	return seal(arena, db, run_id, "merge asked", id, db_value(to, "person_id"), err);
}

int
person_merge(struct arena *arena, struct db *db, int64_t run_id, const char *record, const char *into,
    const struct person_word *word, int64_t *ret_merge_id, struct err *err)
{
	struct person_word said;

	if (check_word(arena, word, &said, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, ask_merge(arena, db, run_id, record, into, &said, ret_merge_id, err), err);
}

static int
ask_split(struct arena *arena, struct db *db, int64_t run_id, const char *record, const struct person_word *word, struct err *err)
{
	struct db_row *from, *to;

	if (look_up(arena, db, record, &from, err) != 0)
		return -1;
	if (db_value(from, "into_id") == NULL) {
		(void)err_set(
		    err, ERR_NOT_FOUND, "%s (#%s) is part of nobody", db_value(from, "name"), db_value(from, "person_id"));
		return err_hint(err, "Name the record that was merged by its number: ctok-admin person show #%s lists merges.",
		    db_value(from, "person_id"));
	}
	if (db_bool(from, "splitting"))
		return err_set(
		    err, ERR_USAGE, "the merge of #%s is taken back by the next reconcile already", db_value(from, "person_id"));
	if (db_row(arena, db, sql_party_person_state, DB_ARGS(db_value(from, "into_id")), &to, err) != 0)
		return -1;
	if (db_value(to, "into_id") != NULL) {
		(void)err_set(err, ERR_USAGE, "#%s, which has it, became part of #%s since", db_value(to, "person_id"),
		    db_value(to, "into_id"));
		return err_hint(
		    err, "Take that merge back first: ctok-admin person split #%s, and a reconcile.", db_value(to, "person_id"));
	}
	if (db_exec(db, sql_party_split_ask, DB_ARGS(db_value(from, "merge_id"), word->who, word->reason), NULL, err) != 0)
		return -1;
	return seal(arena, db, run_id, "split asked", db_value(from, "person_id"), db_value(from, "into_id"), err);
}

int
person_split(
    struct arena *arena, struct db *db, int64_t run_id, const char *record, const struct person_word *word, struct err *err)
{
	struct person_word said;

	if (check_word(arena, word, &said, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, ask_split(arena, db, run_id, record, &said, err), err);
}

static int
add_alias(struct arena *arena, struct db *db, int64_t run_id, const char *who, const char *email, struct err *err)
{
	struct db_row *person, *owner;

	if (look_up_whole(arena, db, who, &person, err) != 0)
		return -1;
	if (db_maybe(arena, db, sql_party_alias_owner, DB_ARGS(email), &owner, err) != 0)
		return -1;
	if (owner != NULL && text_equal(db_value(owner, "person_id"), db_value(person, "person_id")))
		return err_set(err, ERR_USAGE, "the address %s is theirs already", email);
	if (owner != NULL) {
		(void)err_set(err, ERR_USAGE, "the address %s is that of %s (#%s)", email, db_value(owner, "name"),
		    db_value(owner, "person_id"));
		return err_hint(err, "If they are one human: ctok-admin person merge #%s #%s.", db_value(owner, "person_id"),
		    db_value(person, "person_id"));
	}
	if (db_exec(db, sql_party_alias_add, DB_ARGS(db_value(person, "person_id"), email), NULL, err) != 0)
		return -1;
	return seal(arena, db, run_id, "alias added", db_value(person, "person_id"), NULL, err);
}

int
person_alias(struct arena *arena, struct db *db, int64_t run_id, const char *who, const char *email, const struct person_word *word,
    struct err *err)
{
	struct person_word said;
	char *address;

	if (check_word(arena, word, &said, err) != 0)
		return -1;
	if (email_normalise(arena, email, &address, err) != 0)
		return err_wrap(err, "address \"%s\"", email);
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, add_alias(arena, db, run_id, who, address, err), err);
}

static int
confirm(struct arena *arena, struct db *db, int64_t run_id, const char *who, const struct person_word *word, struct err *err)
{
	struct db_row *person;
	int64_t settled;

	if (look_up_whole(arena, db, who, &person, err) != 0)
		return -1;
	if (db_exec(db, sql_party_name_confirm, DB_ARGS(db_value(person, "person_id"), word->who), &settled, err) != 0)
		return -1;
	if (settled == 0)
		return err_set(err, ERR_NOT_FOUND, "nothing about the name of %s (#%s) is open", db_value(person, "name"),
		    db_value(person, "person_id"));
	return seal(arena, db, run_id, "name confirmed", db_value(person, "person_id"), NULL, err);
}

int
person_confirm(struct arena *arena, struct db *db, int64_t run_id, const char *who, const struct person_word *word, struct err *err)
{
	struct person_word said;

	if (check_word(arena, word, &said, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, confirm(arena, db, run_id, who, &said, err), err);
}

static int
print(const struct db_row *row, void *context, struct err *err)
{
	(void)err;
	(void)fprintf(context, "  %s\n", db_value(row, "text"));
	return 0;
}

int
person_show(struct arena *arena, struct db *db, const char *zone, const char *who, FILE *file, struct err *err)
{
	const struct db_row *person;
	const char *id;

	if (person_find(arena, db, who, &person, err) != 0)
		return -1;
	id = db_value(person, "person_id");
	(void)fprintf(file, "%s <%s> (#%s)\n", db_value(person, "name"), db_value(person, "email"), id);
	return db_each(db, sql_party_person_show, DB_ARGS(id, zone), print, file, err);
}
