/* Errors: a code, one line of message, one line of hint. Messages keep to one line and never end in a newline, whatever a
 * library handed us. When a message is too long its end is cut at a whole UTF-8 character. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static const struct {
	const char *name;
	int exit;
	bool retryable;
} codes[] = {
#define ERR_ROW(name, exit, retry) { #name, exit, retry },
	ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

/* Make one line of valid UTF-8: white space and control characters become single blanks, the ends are trimmed, and bytes that are no
 * UTF-8 (a peer's, or a name cut by its precision) one question mark. A tail that did not fit (${cut}) just goes. */
static void
fold_line(char *s, bool cut)
{
	size_t in, out = 0, len, left = strlen(s);
	bool stray = false;

	for (in = 0; in < left; in += len) {
		len = text_character(s + in, left - in);
		if (len == 0) {
			if (cut && left - in < 4)
				break;
			len = 1;
			if (!stray)
				s[out++] = '?';
			stray = true;
			continue;
		}
		stray = false;
		if ((unsigned char)s[in] <= 0x20 || s[in] == 0x7f || (s[in] == '\xc2' && (unsigned char)s[in + 1] < 0xa0)) {
			if (out > 0 && s[out - 1] != ' ')
				s[out++] = ' ';
			continue;
		}
		memmove(s + out, s + in, len);
		out += len;
	}
	while (out > 0 && s[out - 1] == ' ')
		out--;
	s[out] = '\0';
}

int
err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	char message[sizeof(err->message)];
	va_list args;
	int len;

	BUG_UNLESS(err->code == ERR_NONE);
	BUG_UNLESS(code != ERR_NONE);
	/* The arguments may point into err itself, so format aside first. */
	va_start(args, fmt);
	len = vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	fold_line(message, len >= (int)sizeof(message));
	err->code = code;
	memcpy(err->message, message, strlen(message) + 1);
	err->hint[0] = '\0';
	return -1;
}

int
err_wrap(struct err *err, const char *fmt, ...)
{
	char message[2 * sizeof(err->message) + 2];
	va_list args;
	size_t len;
	int whole;

	BUG_UNLESS(err->code != ERR_NONE);
	va_start(args, fmt);
	whole = vsnprintf(message, sizeof(err->message), fmt, args);
	va_end(args);
	fold_line(message, whole >= (int)sizeof(err->message));
	len = strlen(message);
	memcpy(message + len, ": ", 2);
	memcpy(message + len + 2, err->message, strlen(err->message) + 1);
	len = strlen(message);
	message[sizeof(err->message) - 1] = '\0';
	fold_line(message, len >= sizeof(err->message));
	memcpy(err->message, message, strlen(message) + 1);
	return -1;
}

int
err_hint(struct err *err, const char *fmt, ...)
{
	char hint[sizeof(err->hint)];
	va_list args;
	int len;

	BUG_UNLESS(err->code != ERR_NONE);
	va_start(args, fmt);
	len = vsnprintf(hint, sizeof(hint), fmt, args);
	va_end(args);
	fold_line(hint, len >= (int)sizeof(hint));
	memcpy(err->hint, hint, strlen(hint) + 1);
	return -1;
}

void
err_reset(struct err *err)
{
	err->code = ERR_NONE;
	err->message[0] = '\0';
	err->hint[0] = '\0';
}

const char *
err_name(enum err_code code)
{
	return codes[code].name;
}

int
err_exit(enum err_code code)
{
	return codes[code].exit;
}

bool
err_retryable(enum err_code code)
{
	return codes[code].retryable;
}

void
err_bug(const char *condition, const char *file, int line)
{
	char text[512];
	int len;

	len = snprintf(text, sizeof(text), "bug: \"%s\" does not hold at %s:%d\n", condition, file, line);
	if (len > 0)
		/* Nothing can be done if standard error is gone too. */
		if (write(STDERR_FILENO, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1) < 0)
			_exit(EXIT_BUG);
	_exit(EXIT_BUG);
}
