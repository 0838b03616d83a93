#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#include "base/exit.h"

/* Every error code: name, exit code, may the same call work later? */
#define ERR_TABLE(X) \
	X(ERR_NONE, EXIT_OK, false) \
	X(ERR_USAGE, EXIT_USAGE, false)           /* bad option or argument */ \
	X(ERR_DATA, EXIT_SOME, false)             /* outside data is not as it must be */ \
	X(ERR_NOT_FOUND, EXIT_SOME, false)        /* the named thing does not exist */ \
	X(ERR_REJECTED, EXIT_SOME, false)         /* a peer refused this item for good */ \
	X(ERR_INCOMPLETE, EXIT_INCOMPLETE, false) /* a pull did not read everything */ \
	X(ERR_SERVICE, EXIT_SERVICE, true)        /* a peer is down or busy */ \
	X(ERR_DOUBT, EXIT_SERVICE, false)         /* sent, but it is not known whether it was done */ \
	X(ERR_BUG, EXIT_BUG, false) \
	X(ERR_SYSTEM, EXIT_SYSTEM, false) \
	X(ERR_CREATE, EXIT_CREATE, false) \
	X(ERR_IO, EXIT_IO, false) \
	X(ERR_BUSY, EXIT_BUSY, false)       /* lock held, fence stale */ \
	X(ERR_REFUSED, EXIT_REFUSED, false) /* not permitted, address guard */ \
	X(ERR_CONFIG, EXIT_CONF, false)

enum err_code {
#define ERR_ENUM(name, exit, retry) name,
	ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
};

/* Fixed size, owns nothing, so it outlives any arena. Start from `struct err err = ERR_INIT;`. */
struct err {
	enum err_code code;
	char message[1024];
	char hint[512];
};

#define ERR_INIT \
	{ \
		ERR_NONE, "", "" \
	}

/**
 * err_set(err, code, fmt, …):
 * Record ${code} and the message where the fault is first seen; newlines are folded to spaces. Setting an
 * error that is already set is a bug. Returns -1.
 */
int err_set(struct err *, enum err_code, const char *, ...) __attribute__((format(printf, 3, 4), nonnull));

/**
 * err_wrap(err, fmt, …):
 * Put context in front of the message: "<context>: <message>". Returns -1.
 */
int err_wrap(struct err *, const char *, ...) __attribute__((format(printf, 2, 3), nonnull));

/**
 * err_hint(err, fmt, …):
 * Set the remedy, a full sentence. Returns -1.
 */
int err_hint(struct err *, const char *, ...) __attribute__((format(printf, 2, 3), nonnull));

/**
 * err_reset(err):
 * Forget the error, so that ${err} can be used again.
 */
void err_reset(struct err *) __attribute__((nonnull));

/**
 * err_name(code), err_exit(code), err_retryable(code):
 * The columns of ERR_TABLE.
 */
const char *err_name(enum err_code);
int err_exit(enum err_code);
bool err_retryable(enum err_code);

/**
 * err_bug(condition text, file, line):
 * Log one line on standard error and _exit(70). Use through BUG_UNLESS and BUG, which stay on in production.
 */
void err_bug(const char *, const char *, int) __attribute__((noreturn, nonnull));

#define BUG_UNLESS(cond) ((cond) ? (void)0 : err_bug(#cond, __FILE__, __LINE__))
#define BUG(text) err_bug(text, __FILE__, __LINE__) /* for what cannot be reached */

#define MUST_CHECK __attribute__((warn_unused_result))

#endif
