/* What is told, line by line. */
#include "told.h"

#include "base/text.h"

const char *
told_text(const struct json *object, const char *name)
{
	const struct json *value = json_get(object, name);

	return value == NULL || (value->kind != JSON_STRING && value->kind != JSON_NUMBER) ? NULL : value->text;
}

const struct json *
told_items(const struct json *object, const char *name, size_t *ret_count)
{
	const struct json *value = json_get(object, name);

	*ret_count = value != NULL && value->kind == JSON_ARRAY ? value->count : 0;
	return value == NULL ? NULL : value->items;
}

/* Is it there, and true? */
static bool
is(const struct json *object, const char *name)
{
	const struct json *value = json_get(object, name);

	return value != NULL && value->kind == JSON_BOOL && value->truth;
}

const char *
told_who(struct arena *arena, const struct json *object, const char *name)
{
	const struct json *who = json_get(object, name);
	const char *called = who == NULL ? NULL : told_text(who, "name"), *email = who == NULL ? NULL : told_text(who, "email"),
		   *id;

	if (called == NULL && email == NULL)
		return "nobody";
	id = told_text(who, "id");
	return arena_printf(arena, "%s%s%s%s%s%s%s", called != NULL ? called : "", called != NULL && called[0] != '\0' ? " <" : "",
	    email != NULL ? email : "", called != NULL && called[0] != '\0' ? ">" : "", id != NULL ? " (#" : "",
	    id != NULL ? id : "", id != NULL ? ")" : "");
}

/* "term P1Y, grace 14 days", of a rule or of what it was before. */
static const char *
policy(struct arena *arena, const struct json *p)
{
	const char *term = told_text(p, "term"), *until = told_text(p, "until"), *grace = told_text(p, "grace_days");

	return arena_printf(arena, "%s%s, %s%s%s",
	    until != NULL  ? "until "
	    : term != NULL ? "term "
			   : "without end",
	    until != NULL  ? until
	    : term != NULL ? term
			   : "",
	    grace == NULL ? "grace without end" : "grace ", grace == NULL ? "" : grace,
	    grace == NULL            ? ""
	    : text_equal(grace, "1") ? " day"
				     : " days");
}

void
told_right(struct arena *arena, const struct json *right, bool with_person, const char *indent, FILE *file)
{
	const char *from = told_text(right, "from"), *until = told_text(right, "until"), *why = told_text(right, "ended_why");
	const char *decision = told_text(right, "decision");
	const struct json *rule = json_get(right, "policy"), *old;
	size_t count, i;

	(void)fprintf(file, "%sgives %s%s%s", indent, told_text(right, "course"), with_person ? " to " : "",
	    with_person ? told_who(arena, right, "person") : "");
	if (decision != NULL)
		(void)fprintf(file, ", by decision %s", decision);
	if (from == NULL && told_text(right, "waits") != NULL)
		(void)fprintf(file, ": not yet, %s", told_text(right, "waits"));
	else if (from == NULL)
		(void)fprintf(file, ": ended before it began");
	else if (is(right, "without_end"))
		(void)fprintf(file, ": from %s, without end", from);
	else
		(void)fprintf(file, ": from %s until %s", from, until != NULL ? until : "?");
	if (why != NULL)
		(void)fprintf(file, "; ended %s: %s", told_text(right, "ended_at"),
		    told_text(right, "ended_words") != NULL ? told_text(right, "ended_words") : why);
	(void)fprintf(file, "\n%s  by rule %s: %s; price %s\n", indent, told_text(rule, "rule"), policy(arena, rule),
	    told_text(right, "price"));
	old = told_items(right, "superseded", &count);
	for (i = 0; i < count; i++)
		(void)fprintf(file, "%s  until %s it had %s; then decision %s\n", indent, told_text(&old[i], "at"),
		    policy(arena, &old[i]), told_text(&old[i], "decision"));
}

void
told_waits(const struct json *access, const char *indent, FILE *file)
{
	size_t count, i;
	const struct json *waits = told_items(access, "waits", &count);

	for (i = 0; i < count; i++)
		(void)fprintf(file, "%s%s: %s\n", indent, told_text(&waits[i], "on"), told_text(&waits[i], "words"));
}

void
told_access(struct arena *arena, const struct json *access, bool with_person, const char *indent, FILE *file)
{
	const char *until = told_text(access, "paid_until"), *gap = told_text(access, "gap");

	(void)fprintf(file, "%s%s%s%s: %s%s%s; Moodle: %s%s%s\n", indent, told_text(access, "course"), with_person ? " of " : "",
	    with_person ? told_who(arena, access, "person") : "", told_text(access, "words"),
	    is(access, "without_end") ? ", paid without end"
	    : until != NULL           ? ", paid until "
				      : "",
	    until != NULL ? until : "", told_text(access, "moodle"), gap != NULL ? "; to be done: " : "", gap != NULL ? gap : "");
	told_waits(access, arena_printf(arena, "%s  ", indent), file);
}

void
told_decision(const struct json *decision, FILE *file)
{
	const char *until = told_text(decision, "until"), *who = told_text(decision, "revoked_who");

	(void)fprintf(file, "  %s  decision %s: %s%s%s; %s; %s: %s", told_text(decision, "asked_at"), told_text(decision, "id"),
	    told_text(decision, "words"), until != NULL ? ", until " : "", until != NULL ? until : "",
	    told_text(decision, "state_words"), told_text(decision, "who"), told_text(decision, "reason"));
	if (who != NULL)
		(void)fprintf(file, "; taken back by %s: %s", who, told_text(decision, "revoked_reason"));
	(void)fprintf(file, "\n");
}

void
told_finding(const struct json *finding, FILE *file)
{
	const char *risk = told_text(finding, "at_risk"), *detail = told_text(finding, "detail"),
		   *advice = told_text(finding, "advice");

	(void)fprintf(file, "  %s %s: %s, since %s%s%s%s%s\n", told_text(finding, "id"), told_text(finding, "class"),
	    told_text(finding, "words"), told_text(finding, "since"), risk != NULL ? ", at risk " : "", risk != NULL ? risk : "",
	    detail != NULL && detail[0] != '\0' ? "; " : "", detail != NULL ? detail : "");
	if (advice != NULL && advice[0] != '\0')
		(void)fprintf(file, "    %s\n", advice);
}
