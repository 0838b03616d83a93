#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* One line per event: `2026-05-01T03:00:02Z level job run text key=value …`; on standard error `job: level: text key=value …`,
 * and a hint on a line of its own, for people and cron. No personal data above debug; no secrets at any level. Library code
 * returns errors; only jobs log them. Until log_open() warnings and errors go to standard error. */

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log_field {
	const char *key;   /* what is no ASCII word prints as "_" */
	const char *value; /* quoted when odd, control characters escaped; NULL prints as "-" */
};

/**
 * log_open(job, file, file_level, stderr_level, err):
 * Send lines to ${file} (append, 0640, created; NULL: no file) and to standard error, each from its own level. Calling it
 * again closes the file before.
 *
 * Errors: ERR_CREATE naming the file.
 */
MUST_CHECK int log_open(const char *, const char *, enum log_level, enum log_level, struct err *) __attribute__((nonnull(1, 5)));

/**
 * log_run(run):
 * The run id that the lines carry from now on; 0 (none yet) prints as "-".
 */
void log_run(int64_t);

/**
 * log_event(level, fields, count, fmt, …):
 * Write one line. LOG_FIELDS((struct log_field){…}, …) spells fields and count.
 */
void log_event(enum log_level, const struct log_field *, size_t, const char *, ...) __attribute__((format(printf, 4, 5)));

#define LOG_FIELDS(...) \
	(const struct log_field[]){ __VA_ARGS__ }, sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field)
#define LOG_PLAIN NULL, 0

/**
 * log_err(level, err):
 * Write an error with its code; the hint goes as field `hint`.
 */
void log_err(enum log_level, const struct err *) __attribute__((nonnull));

/**
 * log_level_parse(name, ret_level, err):
 * "error", "warn", "info", "debug".
 */
MUST_CHECK int log_level_parse(const char *, enum log_level *, struct err *) __attribute__((nonnull));

/**
 * log_status(text):
 * A line that stands below what standard error shows until the next one replaces it, for a progress bar; NULL takes it away. For
 * terminals only: the caller asks isatty().
 */
void log_status(const char *);

/**
 * log_close():
 * Flush and close the file. Twice is fine.
 */
void log_close(void);

#endif
