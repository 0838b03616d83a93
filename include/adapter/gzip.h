#ifndef ADAPTER_GZIP_H
#define ADAPTER_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Text files of lines, compressed with gzip (RFC 1952). The same lines give the same bytes: no name and no time is stored. */
struct gzip;

/**
 * gzip_create(path, ret_gzip, err):
 * Write ${path} anew, mode 0600; it must not exist.
 *
 * Errors: ERR_CREATE.
 */
MUST_CHECK int gzip_create(const char *, struct gzip **, struct err *) __attribute__((nonnull));

/**
 * gzip_write(gzip, bytes, len, err):
 * Append.
 */
MUST_CHECK int gzip_write(struct gzip *, const void *, size_t, struct err *) __attribute__((nonnull(1, 4)));

/**
 * gzip_finish(gzip, err):
 * Write what is buffered and the trailer, and fsync. Without it the file is cut and reads as an error.
 */
MUST_CHECK int gzip_finish(struct gzip *, struct err *) __attribute__((nonnull));

/**
 * gzip_open(path, max_line_bytes, ret_gzip, err):
 * Read ${path}; no line may be longer than ${max_line_bytes}.
 *
 * Errors: ERR_NOT_FOUND if there is no such file, ERR_IO.
 */
MUST_CHECK int gzip_open(const char *, size_t, struct gzip **, struct err *) __attribute__((nonnull));

/**
 * gzip_line(gzip, ret_line, ret_len, err):
 * The next line without its newline, NUL-terminated, valid (and free to change) until the next call; NULL after the
 * last one, whose CRC-32 and length were then checked.
 *
 * Errors: ERR_DATA for a cut or damaged file, a line that is too long, or a last line without newline.
 */
MUST_CHECK int gzip_line(struct gzip *, char **, size_t *, struct err *) __attribute__((nonnull));

/**
 * gzip_close(gzip):
 * Close and free; NULL does nothing. A file that was being written and is not finished stays cut: remove it.
 */
void gzip_close(struct gzip *);

#endif
