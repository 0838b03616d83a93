/* The log of a program: whole lines, each in one write to a file opened for appending, so that the programs of a night may share it.
 * What could forge a line or reorder it on a terminal (control characters, bidi overrides, bytes that are no UTF-8) is escaped.
 * State is the process's own: programs are single-threaded. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#define LINE_MAX_BYTES 65536

static const char *const level_names[] = { "error", "warn", "info", "debug" };

static struct {
	char job[64];
	int fd; /* -1: no file */
	enum log_level file_level, stderr_level;
	int64_t run;
	char status[256];
	bool write_failed;
} state = { "ctok-batch", -1, LOG_WARN, LOG_WARN, 0, "", false };

/* Write all; a line that does not fit on a full disk is lost, and said once on standard error. */
static bool
write_all(int fd, const char *bytes, size_t len)
{
	ssize_t done;

	while (len > 0) {
		done = write(fd, bytes, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		len -= (size_t)done;
	}
	return true;
}

/* Could this code point break a line, hide or reorder what stands beside it? */
static bool
unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static void
add_escaped(struct buf *line, const char *s, bool quoted)
{
	size_t left = strlen(s), len;
	uint32_t c;

	for (; left > 0; s += len, left -= len) {
		len = text_character(s, left);
		if (len == 0) {
			buf_printf(line, "\\x%02x", (unsigned)(unsigned char)*s);
			len = 1;
			continue;
		}
		(void)text_next(s, &c);
		if (c == '\n')
			buf_text(line, "\\n");
		else if (c == '\t')
			buf_text(line, "\\t");
		else if (c == '\r')
			buf_text(line, "\\r");
		else if (unsafe(c))
			buf_printf(line, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
		else if (quoted && (c == '"' || c == '\\'))
			buf_printf(line, "\\%c", (char)c);
		else
			buf_add(line, s, len);
	}
}

static bool
needs_quotes(const char *s)
{
	uint32_t c;

	if (*s == '\0' || !text_utf8_valid(s, strlen(s)))
		return true;
	while (*s != '\0') {
		s = text_next(s, &c);
		if (c == ' ' || c == '"' || c == '=' || c == '\\' || unsafe(c))
			return true;
	}
	return false;
}

static void
add_fields(struct buf *line, const struct log_field *fields, size_t count)
{
	const char *key;
	size_t i;
	bool quote;

	for (i = 0; i < count; i++) {
		buf_char(line, ' ');
		for (key = fields[i].key; *key != '\0'; key++)
			buf_char(line, *key > ' ' && *key < 0x7f && *key != '=' && *key != '"' ? *key : '_');
		buf_char(line, '=');
		if (fields[i].value == NULL) {
			buf_char(line, '-');
			continue;
		}
		quote = needs_quotes(fields[i].value);
		buf_text(line, quote ? "\"" : "");
		add_escaped(line, fields[i].value, quote);
		buf_text(line, quote ? "\"" : "");
	}
}

static void
to_file(enum log_level level, const char *text, const struct log_field *fields, size_t count)
{
	static const char failed[] = ": warn: could not write to the log file, its lines are lost\n";
	struct arena arena = ARENA_INIT;
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	buf_printf(&line, "%s %s %s ", clock_iso(&arena, clock_now()), level_names[level], state.job);
	if (state.run > 0)
		buf_printf(&line, "%lld ", (long long)state.run);
	else
		buf_text(&line, "- ");
	add_escaped(&line, text, /* quoted= */ false);
	add_fields(&line, fields, count);
	/* The end of line must fit even where the rest did not. */
	line.max_bytes++;
	line.overflow = false;
	buf_char(&line, '\n');
	if (!write_all(state.fd, line.data, line.len) && !state.write_failed) {
		state.write_failed = true;
		(void)(write_all(STDERR_FILENO, state.job, strlen(state.job)) &&
		       write_all(STDERR_FILENO, failed, sizeof(failed) - 1));
	}
	buf_done(&line);
	arena_done(&arena);
}

static void
to_stderr(enum log_level level, const char *text, const struct log_field *fields, size_t count, const char *hint)
{
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	if (state.status[0] != '\0')
		buf_text(&line, "\r\033[K");
	buf_printf(&line, "%s: %s: ", state.job, level_names[level]);
	add_escaped(&line, text, /* quoted= */ false);
	add_fields(&line, fields, count);
	line.max_bytes += LINE_MAX_BYTES;
	line.overflow = false;
	buf_char(&line, '\n');
	if (hint != NULL && hint[0] != '\0') {
		buf_text(&line, "HINT: ");
		add_escaped(&line, hint, /* quoted= */ false);
		buf_char(&line, '\n');
	}
	buf_text(&line, state.status);
	/* With standard error gone nobody is left to tell. */
	(void)write_all(STDERR_FILENO, line.data, line.len);
	buf_done(&line);
}

int
log_open(const char *job, const char *file, enum log_level file_level, enum log_level stderr_level, struct err *err)
{
	const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY;
	int fd = -1;

	if (file != NULL) {
		fd = open(file, flags | O_CREAT | O_EXCL, 0640);
		/* Whoever may read it is the mode's business, not the umask's. */
		if (fd >= 0 && fchmod(fd, 0640) != 0) {
			(void)close(fd);
			return err_set(err, ERR_CREATE, "could not set the mode of log file \"%s\": %s", file, strerror(errno));
		}
		if (fd < 0 && errno == EEXIST)
			fd = open(file, flags);
		if (fd < 0)
			return err_set(err, ERR_CREATE, "could not open log file \"%s\": %s", file, strerror(errno));
	}
	log_close();
	(void)snprintf(state.job, sizeof(state.job), "%s", job);
	state.fd = fd;
	state.file_level = file_level;
	state.stderr_level = stderr_level;
	state.write_failed = false;
	return 0;
}

void
log_run(int64_t run)
{
	state.run = run;
}

void
log_event(enum log_level level, const struct log_field *fields, size_t count, const char *fmt, ...)
{
	struct arena arena = ARENA_INIT;
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(&arena, fmt, args);
	va_end(args);
	if (state.fd >= 0 && level <= state.file_level)
		to_file(level, text, fields, count);
	if (level <= state.stderr_level)
		to_stderr(level, text, fields, count, NULL);
	arena_done(&arena);
}

void
log_err(enum log_level level, const struct err *err)
{
	struct log_field fields[2] = { { "code", err_name(err->code) }, { "hint", err->hint } };

	if (state.fd >= 0 && level <= state.file_level)
		to_file(level, err->message, fields, err->hint[0] != '\0' ? 2 : 1);
	/* People read the message; the code is for the file. */
	if (level <= state.stderr_level)
		to_stderr(level, err->message, NULL, 0, err->hint);
}

int
log_level_parse(const char *name, enum log_level *ret_level, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++)
		if (strcmp(level_names[i], name) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	return err_set(err, ERR_USAGE, "\"%.64s\" is not a log level: error, warn, info or debug", name);
}

void
log_status(const char *text)
{
	static const char clear[] = "\r\033[K";

	if (text == NULL && state.status[0] == '\0')
		return;
	(void)snprintf(state.status, sizeof(state.status), "%s", text == NULL ? "" : text);
	(void)(write_all(STDERR_FILENO, clear, sizeof(clear) - 1) && write_all(STDERR_FILENO, state.status, strlen(state.status)));
}

void
log_close(void)
{
	if (state.fd >= 0)
		(void)close(state.fd);
	state.fd = -1;
}
