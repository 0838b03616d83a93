#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Bytes that grow up to a maximum stated at the start; always NUL-terminated after the last byte. */
struct buf {
	char *data; /* never NULL after buf_init() */
	size_t len;
	size_t capacity;
	size_t max_bytes;
	bool overflow; /* something did not fit; the content is cut at the last whole append */
};

/**
 * buf_init(buf, max_bytes), buf_done(buf):
 * Begin empty with a limit; give the memory back (twice is fine).
 */
void buf_init(struct buf *, size_t) __attribute__((nonnull));
void buf_done(struct buf *) __attribute__((nonnull));

/**
 * buf_add(buf, bytes, len), buf_text(buf, s), buf_char(buf, c), buf_printf(buf, fmt, …):
 * Append. Past the maximum nothing is added and `overflow` is set: check it once, with buf_check().
 */
void buf_add(struct buf *, const void *, size_t) __attribute__((nonnull(1)));
void buf_text(struct buf *, const char *) __attribute__((nonnull));
void buf_char(struct buf *, char) __attribute__((nonnull));
void buf_printf(struct buf *, const char *, ...) __attribute__((format(printf, 2, 3), nonnull));
void buf_vprintf(struct buf *, const char *, va_list) __attribute__((format(printf, 2, 0), nonnull));

/**
 * buf_reset(buf):
 * Empty it, keeping the memory and forgetting an overflow.
 */
void buf_reset(struct buf *) __attribute__((nonnull));

/**
 * buf_check(buf, what, err):
 * Errors: ERR_DATA "<what> is larger than <max> bytes" after an overflow.
 */
MUST_CHECK int buf_check(const struct buf *, const char *, struct err *) __attribute__((nonnull));

#endif
