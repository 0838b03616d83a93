/* What a mail that came back says. Pure: a mail taken apart goes in, a verdict comes out. Whoever wrote it may have lied; what is done about it
 * (lib/outbox/bounce_read.c) depends on what proves that it is about a mail of ours. */
#include "outbox/bounce.h"

#include <stddef.h>
#include <string.h>

#include "adapter/email.h"
#include "base/text.h"
#include "outbox/address.h"

/* What is kept of a text: from before the status on. */
#define WORDS_BEFORE 40
#define WORDS_BYTES ((ptrdiff_t)160)

/* There is nobody by that address, and there will not be: the mailbox, the host or the form of the address is wrong, the mailbox moved, or the
 * domain takes no mail. Not 5.2.1 (switched off), 5.2.2 (full) or 5.7.x (policy): these may pass. */
static const char *const nobody[] = { "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10" };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* An enhanced status code (RFC 3463 section 2) at ${p}: its length, 0 if there is none. */
static size_t
status_len(const char *p)
{
	size_t len = 2, digits;
	int part;

	if ((*p != '2' && *p != '4' && *p != '5') || p[1] != '.')
		return 0;
	for (part = 0; part < 2; part++) {
		for (digits = 0; is_digit(p[len + digits]); digits++)
			;
		if (digits == 0 || digits > 3)
			return 0;
		len += digits;
		if (part == 0 && p[len++] != '.')
			return 0;
	}
	return p[len] == '.' && is_digit(p[len + 1]) ? 0 : len;
}

/* The first status code in a text that stands by itself, where it stands; NULL if there is none. */
static const char *
find_status(struct arena *arena, const char *text, const char **ret_status)
{
	const char *p;
	size_t len;

	for (p = text; *p != '\0'; p++) {
		if (p > text && p[-1] != ' ' && p[-1] != '(' && p[-1] != '#' && p[-1] != '-' && p[-1] != ':')
			continue;
		len = *p == '2' ? 0 : status_len(p);
		if (len > 0 && (p[len] == '\0' || strchr(" ,;:)-", p[len]) != NULL)) {
			*ret_status = arena_strndup(arena, p, len);
			return p;
		}
	}
	return NULL;
}

/* An address as we keep them; NULL if it is none. */
static const char *
normal(struct arena *arena, const char *address)
{
	struct err err = ERR_INIT;
	char *email;

	return email_normalise(arena, address, &email, &err) == 0 ? email : NULL;
}

static enum bounce_kind
kind_of(const struct dsn_recipient *recipient, const char *status)
{
	if (text_equal(recipient->action, "failed"))
		return BOUNCE_FAILED;
	if (text_equal(recipient->action, "delayed"))
		return BOUNCE_DELAYED;
	if (recipient->action[0] != '\0')
		return BOUNCE_NONE;
	return status[0] == '5' ? BOUNCE_FAILED : status[0] == '4' ? BOUNCE_DELAYED : BOUNCE_NONE;
}

static void
judge_report(struct arena *arena, const struct dsn *dsn, struct bounce *bounce)
{
	const struct dsn_recipient *worst = NULL;
	const char *quoted;
	size_t i, len;

	for (i = 0; i < dsn->recipient_count; i++) {
		const struct dsn_recipient *recipient = &dsn->recipients[i];
		enum bounce_kind kind = kind_of(recipient, recipient->status);

		if (kind <= bounce->kind)
			continue;
		bounce->kind = kind;
		worst = recipient;
	}
	if (worst == NULL)
		return;
	len = status_len(worst->status);
	bounce->status = arena_strndup(arena, worst->status, len);
	/* "5.0.0" and "5.1.0" are what servers write that do not look; the refusal they quote may say more. */
	if ((len == 0 || text_ends(bounce->status, ".0")) && find_status(arena, worst->words, &quoted) != NULL &&
	    (len == 0 || quoted[0] == worst->status[0]))
		bounce->status = quoted;
	bounce->address = normal(arena, worst->final);
	bounce->original = normal(arena, worst->original);
	bounce->words = worst->words;
	for (i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
		if (bounce->kind == BOUNCE_FAILED && text_equal(bounce->status, nobody[i]))
			bounce->no_user = true;
}

/* Did a mail server write it? */
static bool
from_server(const struct dsn *dsn)
{
	static const char *const names[] = { "mailer-daemon", "postmaster", "mail-daemon" };
	char lower[DSN_TEXT_BYTES + 1];
	size_t i;

	if (dsn->failed_recipient != NULL)
		return true;
	for (i = 0; dsn->from[i] != '\0' && i < DSN_TEXT_BYTES; i++)
		lower[i] = (char)(dsn->from[i] >= 'A' && dsn->from[i] <= 'Z' ? dsn->from[i] + 32 : dsn->from[i]);
	lower[i] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(lower, names[i]) != NULL)
			return true;
	return false;
}

static void
judge_text(struct arena *arena, const struct dsn *dsn, struct bounce *bounce)
{
	const char *at, *end;
	size_t i;

	if (!from_server(dsn))
		return;
	/* The refusal stands around its status. What comes behind a line of dashes is the mail itself: nothing of it is kept. */
	at = find_status(arena, dsn->body, &bounce->status);
	if (at != NULL) {
		for (i = 0; i < WORDS_BEFORE && at > dsn->body; i++)
			at--;
		at = at == dsn->body ? at : at + strcspn(at, " ");
		end = strstr(at, " --");
		bounce->words = text_trim(arena,
		    arena_strndup(arena, at, end != NULL && end - at < WORDS_BYTES ? (size_t)(end - at) : (size_t)WORDS_BYTES));
		bounce->kind = bounce->status[0] == '5' ? BOUNCE_FAILED : BOUNCE_DELAYED;
	} else if (dsn->failed_recipient != NULL)
		bounce->kind = BOUNCE_FAILED;
	if (dsn->failed_recipient != NULL)
		bounce->address = normal(arena, dsn->failed_recipient);
}

void
bounce_judge(struct arena *arena, const struct dsn *dsn, struct bounce *ret_bounce)
{
	struct bounce bounce = { .kind = BOUNCE_NONE, .report = dsn->report, .status = "", .words = "" };

	if (dsn->report)
		judge_report(arena, dsn, &bounce);
	else
		judge_text(arena, dsn, &bounce);
	bounce.words = address_scrub(arena, bounce.words, bounce.address != NULL ? bounce.address : "");
	if (bounce.original != NULL)
		bounce.words = address_scrub(arena, bounce.words, bounce.original);
	*ret_bounce = bounce;
}
