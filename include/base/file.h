#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/**
 * file_read(arena, what, path, max_bytes, ret_bytes, ret_len, err):
 * Read a whole regular file. ${what} says what kind of thing it is ("mail template"); a NUL is put after the last byte.
 *
 * Errors: ERR_NOT_FOUND if there is none; ERR_IO for any other reason, or more than ${max_bytes}.
 */
MUST_CHECK int file_read(struct arena *, const char *, const char *, size_t, char **, size_t *, struct err *)
    __attribute__((nonnull));

/**
 * file_make_dirs(arena, path, mode, err):
 * Make directory ${path} and what is missing above it, each with exactly ${mode}, whatever the umask; what exists stays as it is.
 *
 * Errors: ERR_CREATE naming the directory.
 */
MUST_CHECK int file_make_dirs(struct arena *, const char *, mode_t, struct err *) __attribute__((nonnull));

/**
 * file_write(path, bytes, len, err):
 * Write it beside ${path} (see base/stage.h), flush it to disk, rename it, flush the folder. Replaces an older file.
 *
 * Errors: ERR_CREATE if the file cannot be made; ERR_IO if it cannot be written. Nothing is left behind then.
 */
MUST_CHECK int file_write(const char *, const void *, size_t, struct err *) __attribute__((nonnull(1, 4)));

#endif
