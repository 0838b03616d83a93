#ifndef ADAPTER_UNZIP_H
#define ADAPTER_UNZIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Reading a ZIP archive by its central directory: stored and deflated members, ZIP64, no encryption, one volume. */
struct unzip;

/**
 * unzip_open(path, ret_unzip, err):
 * Open ${path} and read its central directory.
 *
 * Errors: ERR_IO if the file cannot be read; ERR_DATA naming what is wrong with the archive.
 * Source: APPNOTE.TXT 6.3.10 of the ZIP format, sections 4.3.12 to 4.3.16.
 */
MUST_CHECK int unzip_open(const char *, struct unzip **, struct err *) __attribute__((nonnull));

/**
 * unzip_count(unzip), unzip_name(unzip, index), unzip_size(unzip, index):
 * Members in the order of the directory; the size is that of the content.
 */
size_t unzip_count(const struct unzip *) __attribute__((nonnull));
const char *unzip_name(const struct unzip *, size_t) __attribute__((nonnull));
uint64_t unzip_size(const struct unzip *, size_t) __attribute__((nonnull));

/**
 * unzip_read(unzip, index, fn, context, err):
 * Give the content of a member to ${fn} piece by piece (memory does not grow with it), then compare size and CRC-32
 * with the directory. A non-zero return of ${fn} (with ${err} set) ends the reading.
 *
 * Errors: ERR_DATA naming the member: cut, damaged, another size than declared, an unknown method, encrypted.
 */
MUST_CHECK int unzip_read(struct unzip *, size_t, int (*)(const char *, size_t, void *, struct err *), void *, struct err *)
    __attribute__((nonnull(1, 3, 5)));

/**
 * unzip_close(unzip):
 * NULL does nothing.
 */
void unzip_close(struct unzip *);

#endif
