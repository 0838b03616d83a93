#ifndef CERTIFICATE_FILE_H
#define CERTIFICATE_FILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* Files that are complete under their final name or not there at all, and that survive a power cut once the call returned. */

/* Many files in one folder, flushed together: several times faster than one by one. */
struct certificate_batch;

/**
 * certificate_batch_open(arena, folder, ret_batch, err):
 * Begin; ${folder} must be there.
 */
MUST_CHECK int certificate_batch_open(struct arena *, const char *, struct certificate_batch **, struct err *)
    __attribute__((nonnull));

/**
 * certificate_batch_add(batch, name, bytes, len, err):
 * Write one file under a temporary name. ${name} has no slash.
 */
MUST_CHECK int certificate_batch_add(struct certificate_batch *, const char *, const void *, size_t, struct err *)
    __attribute__((nonnull(1, 2, 5)));

/**
 * certificate_batch_commit(batch, err):
 * Flush the contents, rename all to their names, flush the names. Only then may a database say that they exist. After a
 * failure some may have their final name: they are complete, and writing them again gives the same.
 */
MUST_CHECK int certificate_batch_commit(struct certificate_batch *, struct err *) __attribute__((nonnull));

/**
 * certificate_batch_close(batch):
 * End; removes the temporary files of a batch that was not committed.
 */
void certificate_batch_close(struct certificate_batch *);

#endif
