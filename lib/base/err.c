/* Errors: a code, one line of message, one line of hint. Messages keep to one line and never end in a newline, whatever a
 * library handed us. When a message is too long its end is cut at a whole UTF-8 character. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int exit;
	bool retryable;
} codes[] = {
#define ERR_ROW(name, exit, retry) { #name, exit, retry },
	ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

/* Fold white space and control characters to single blanks, trim, and cut a broken UTF-8 tail. */
static void
fold_line(char *s)
{
	size_t in, out = 0, lead;

	for (in = 0; s[in] != '\0'; in++) {
		unsigned char c = (unsigned char)s[in];

		if (c < 0x20 || c == 0x7f)
			c = ' ';
		if (c == ' ' && (out == 0 || s[out - 1] == ' '))
			continue;
		s[out++] = (char)c;
	}
	while (out > 0 && s[out - 1] == ' ')
		out--;
	for (lead = out; lead > 0 && out - lead < 3 && ((unsigned char)s[lead - 1] & 0xc0) == 0x80; lead--)
		;
	if (lead > 0 && (unsigned char)s[lead - 1] >= 0xc0) {
		unsigned char c = (unsigned char)s[lead - 1];
		size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

		if (out - (lead - 1) < need)
			out = lead - 1;
	}
	s[out] = '\0';
}

int
err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	char message[sizeof(err->message)];
	va_list args;

	BUG_UNLESS(err->code == ERR_NONE);
	BUG_UNLESS(code != ERR_NONE);
	/* The arguments may point into err itself, so format aside first. */
	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	fold_line(message);
	err->code = code;
	memcpy(err->message, message, sizeof(message));
	err->hint[0] = '\0';
	return -1;
}

int
err_wrap(struct err *err, const char *fmt, ...)
{
	char message[2 * sizeof(err->message)];
	va_list args;
	size_t len;

	BUG_UNLESS(err->code != ERR_NONE);
	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(err->message), fmt, args);
	va_end(args);
	fold_line(message);
	len = strlen(message);
	memcpy(message + len, ": ", 2);
	memcpy(message + len + 2, err->message, sizeof(err->message));
	message[sizeof(err->message) - 1] = '\0';
	fold_line(message);
	memcpy(err->message, message, sizeof(err->message));
	return -1;
}

int
err_hint(struct err *err, const char *fmt, ...)
{
	char hint[sizeof(err->hint)];
	va_list args;

	BUG_UNLESS(err->code != ERR_NONE);
	va_start(args, fmt);
	(void)vsnprintf(hint, sizeof(hint), fmt, args);
	va_end(args);
	fold_line(hint);
	memcpy(err->hint, hint, sizeof(hint));
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
