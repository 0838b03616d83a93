/* Answers to findings that wait for a person. */
#include <string.h>

#include "base/text.h"
#include "decide.h"
#include "sql.h"

/* "1.2": line 1, seat 2. */
static int
read_seat(struct arena *arena, const char *text, const char **ret_line, const char **ret_seat, struct err *err)
{
	struct err none = ERR_INIT;
	const char *dot = strchr(text, '.');
	char *line = arena_strdup(arena, text);
	int64_t number;

	if (dot != NULL)
		line[dot - text] = '\0';
	if (dot == NULL || text_int64(line, &number, &none) != 0 || number < 1 || number > INT32_MAX ||
	    text_int64(dot + 1, &number, &none) != 0 || number < 1 || number > INT32_MAX)
		return err_set(err, ERR_USAGE, "\"%s\" is not a seat: it must be written as 1.2, for line 1 seat 2", text);
	*ret_line = line;
	*ret_seat = arena_strdup(arena, dot + 1);
	return 0;
}

static int
read_seats(struct arena *arena, struct db *db, const char *document, const char *const *texts, size_t count, const char **ret_units,
    struct err *err)
{
	const char **units = ARENA_ARRAY(arena, count, const char *), *line, *seat;
	struct db_row *row;
	size_t i, j;

	if (count == 0)
		return err_set(err, ERR_USAGE, "which seat? Name them as 1.2, for line 1 seat 2");
	for (i = 0; i < count; i++) {
		if (read_seat(arena, texts[i], &line, &seat, err) != 0)
			return -1;
		if (db_row(arena, db, sql_entitle_decide_seat, DB_ARGS(document, line, seat), &row, err) != 0)
			return -1;
		if (db_value(row, "unit_id") == NULL) {
			(void)err_set(err, ERR_USAGE, "it has no line %s seat %s", line, seat);
			return err_hint(err, "It is %s.", db_value(row, "choices"));
		}
		for (j = 0; j < i; j++)
			if (text_equal(units[j], db_value(row, "unit_id")))
				return err_set(err, ERR_USAGE, "line %s seat %s is named twice", line, seat);
		units[i] = db_value(row, "unit_id");
		if (db_int(row, "seats") == (int64_t)count)
			return err_set(
			    err, ERR_USAGE, "these are all of its seats: what is for all of them is a full refund, of the shop's");
	}
	*ret_units = db_array(arena, units, count);
	return 0;
}

/* About a document: what vanished, or money without a word what for. */
static int
answer_document(struct arena *arena, struct db *db, const struct db_row *finding, const char *const *answers, size_t count,
    struct decide_row *n, struct err *err)
{
	bool gone = text_equal(db_value(finding, "about"), "gone");

	n->document = db_value(finding, "document_id");
	n->about = db_value(finding, "about");
	n->about_at = db_value(finding, "about_at");
	n->about_minor = db_value(finding, "about_minor");
	n->matter = arena_printf(arena, "%s %s", n->about, n->document);
	if (!gone && text_equal(n->kind, "seat")) {
		if (n->until != NULL)
			return err_set(err, ERR_USAGE, "whose seat it was does not end: leave --until out");
		return read_seats(arena, db, n->document, answers + 1, count - 1, &n->units, err);
	}
	if (!text_equal(n->kind, "keep") && !(gone && text_equal(n->kind, "end")))
		return err_set(err, ERR_USAGE, "\"%s\" is no answer to %s: it is %s", n->kind, db_value(finding, "class"),
		    gone ? "end or keep" : "seat LINE.SEAT … or keep");
	return count == 1 ? 0 : err_set(err, ERR_USAGE, "nothing is to follow \"%s\"", n->kind);
}

/* About an access that staff took away, or that was dropped since. */
static int
answer_access(struct arena *arena, const struct db_row *finding, size_t count, struct decide_row *n, struct err *err)
{
	bool drop = text_equal(n->kind, "drop");

	if (!drop && !text_equal(n->kind, "restore"))
		return err_set(
		    err, ERR_USAGE, "\"%s\" is no answer to %s: it is drop or restore", n->kind, db_value(finding, "class"));
	if (count > 1)
		return err_set(err, ERR_USAGE, "nothing is to follow \"%s\"", n->kind);
	if (!drop && n->until != NULL)
		return err_set(err, ERR_USAGE, "access is given back once: leave --until out");
	n->person = db_value(finding, "person_id");
	n->target = db_value(finding, "target_id");
	n->matter = arena_printf(arena, "%s %s %s", drop ? "access" : "restore", n->person, n->target);
	return 0;
}

static int
answer(struct arena *arena, struct db *db, int64_t run_id, const char *id, const char *const *answers, size_t count,
    const char *until, const struct decision_word *word, struct decision_noted *ret_noted, struct err *err)
{
	struct decide_row n = { .kind = count > 0 ? answers[0] : "", .until = until };
	struct db_row *finding;
	const char *class;
	bool dropped;

	if (decide_day(arena, db, until, err) != 0)
		return -1;
	if (db_maybe(arena, db, sql_entitle_decide_finding, DB_ARGS(id), &finding, err) != 0)
		return -1;
	if (finding == NULL)
		return err_set(err, ERR_NOT_FOUND, "there is no finding \"%s\"", id);
	class = db_value(finding, "class");
	dropped = text_equal(class, "OVERRIDDEN") && db_value(finding, "override") != NULL &&
		  text_equal(db_value(finding, "override"), "drop");
	if (!dropped && !text_equal(class, "DOCUMENT_GONE") && !text_equal(class, "REFUND_AMBIGUOUS") &&
	    !text_equal(class, "TAKEN_AWAY")) {
		(void)err_set(err, ERR_USAGE, "finding %s (%s) is not for a decision: %s", id, class, db_value(finding, "words"));
		return db_value(finding, "decision_id") == NULL
			   ? -1
			   : err_hint(err, "It comes of decision %s; ctok-admin decisions revoke %s takes that back.",
				 db_value(finding, "decision_id"), db_value(finding, "decision_id"));
	}
	if (db_bool(finding, "cleared"))
		return err_set(err, ERR_USAGE, "finding %s (%s) is settled since %s", id, class, db_value(finding, "cleared_on"));
	if (count == 0)
		return err_set(err, ERR_USAGE, "what is decided about %s?", id);
	if (db_value(finding, "document_id") != NULL ? answer_document(arena, db, finding, answers, count, &n, err) != 0
						     : answer_access(arena, finding, count, &n, err) != 0)
		return -1;
	if (decide_note(arena, db, run_id, &n, word, ret_noted, err) != 0)
		return -1;
	/* Who comes back has not left. */
	if (dropped && text_equal(n.kind, "restore") && !ret_noted->known)
		return decide_revoke(arena, db, run_id, db_value(finding, "decision_id"), word, /* part= */ true, err);
	return 0;
}

int
decision_answer(struct arena *arena, struct db *db, int64_t run_id, const char *finding, const char *const *answers, size_t count,
    const char *until, const struct decision_word *word, struct decision_noted *ret_noted, struct err *err)
{
	struct decision_word said;

	if (decide_word(arena, word, &said, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db, answer(arena, db, run_id, finding, answers, count, until, &said, ret_noted, err), err);
}
