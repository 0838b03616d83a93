/* Pure but for its buffer: lines in, a stage and the newest reply out. Whatever a server sends, the code is 0 or 200 to 599. */
#include "smtp_dialogue.h"

#include <string.h>
#include <strings.h>

#define REPLY_MAX_BYTES ((size_t)4096)

static bool
begins_with_verb(const char *s, size_t len, const char *verb)
{
	size_t i;

	for (i = 0; verb[i] != '\0'; i++)
		if (i >= len || s[i] != verb[i])
			return false;
	return true;
}

void
dialogue_init(struct dialogue *dialogue)
{
	memset(dialogue, 0, sizeof(*dialogue));
	buf_init(&dialogue->reply, REPLY_MAX_BYTES);
}

void
dialogue_done(struct dialogue *dialogue)
{
	buf_done(&dialogue->reply);
}

void
dialogue_enter(struct dialogue *dialogue, enum dialogue_stage stage)
{
	dialogue->stage = stage;
	dialogue->code = 0;
	dialogue->reply_whole = false;
	buf_reset(&dialogue->reply);
}

void
dialogue_sent(struct dialogue *dialogue, const char *line, size_t len)
{
	static const struct {
		const char *verb;
		enum dialogue_stage stage;
	} verbs[] = {
		{ "EHLO", DIALOGUE_HELLO },
		{ "HELO", DIALOGUE_HELLO },
		{ "STARTTLS", DIALOGUE_TLS },
		{ "AUTH ", DIALOGUE_LOGIN },
		{ "MAIL FROM:", DIALOGUE_SENDER },
		{ "RCPT TO:", DIALOGUE_RECIPIENT },
		{ "DATA", DIALOGUE_DATA },
	};
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (begins_with_verb(line, len, verbs[i].verb)) {
			dialogue_enter(dialogue, verbs[i].stage);
			/* What a server offers it says in answer to this. */
			if (verbs[i].stage == DIALOGUE_HELLO)
				dialogue->utf8 = false;
			break;
		}
	/* Before the first verb it is an older connection that is closed to make room. */
	if (dialogue->stage != DIALOGUE_CONNECT && begins_with_verb(line, len, "QUIT"))
		dialogue->over = true;
}

void
dialogue_heard(struct dialogue *dialogue, const char *line, size_t len)
{
	size_t i;

	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	if (dialogue->over)
		return;
	if (dialogue->reply_whole) {
		dialogue->code = 0;
		dialogue->reply_whole = false;
		buf_reset(&dialogue->reply);
	}
	if (len < 3 || line[0] < '2' || line[0] > '5' || line[1] < '0' || line[1] > '9' || line[2] < '0' || line[2] > '9')
		return;
	dialogue->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
	dialogue->reply_whole = len == 3 || line[3] == ' ';
	if (dialogue->stage == DIALOGUE_HELLO && dialogue->code == 250 && len == 12 && strncasecmp(line + 4, "SMTPUTF8", 8) == 0)
		dialogue->utf8 = true;
	if (len > 4 && dialogue->reply.len > 0)
		buf_char(&dialogue->reply, ' ');
	for (i = 4; i < len; i++)
		buf_char(&dialogue->reply, line[i] == '\0' ? ' ' : line[i]);
}

const char *
dialogue_text(const struct dialogue *dialogue)
{
	return dialogue->reply.len > 0 ? dialogue->reply.data : "(no text)";
}

/* Is the newest reply about this mail, rather than about the session or the sender? */
static bool
is_about_mail(const struct dialogue *dialogue)
{
	if (dialogue->code < 400)
		return false;
	if (dialogue->stage == DIALOGUE_END)
		return true;
	if (dialogue->stage == DIALOGUE_SENDER)
		return dialogue->code == 552;
	return dialogue->stage >= DIALOGUE_RECIPIENT && dialogue->code != 421;
}

enum dialogue_verdict
dialogue_verdict(const struct dialogue *dialogue, bool whole)
{
	/* Another 2xx than 250 after the dot is unusual, but it is a yes. */
	if (whole || (dialogue->stage == DIALOGUE_END && dialogue->code >= 200 && dialogue->code < 300))
		return DIALOGUE_ACCEPTED;
	if (is_about_mail(dialogue))
		return dialogue->code < 500 ? DIALOGUE_DEFERRED : DIALOGUE_REJECTED;
	return dialogue->stage == DIALOGUE_END ? DIALOGUE_DOUBT : DIALOGUE_SESSION;
}
