#ifndef SALES_SPOOL_H
#define SALES_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "db/night.h"

/* The folder into which something that listens puts the webhooks of a source, a file for each: headers as they came, an empty line, the body byte by
 * byte. When a file was written last is when the delivery was received. */
struct spool;

/**
 * spool_open(arena, db, night, config, secret, ret_spool, err):
 * Read what lies there and was not taken before. What cannot be taken goes to rejected/ in the folder, with the reason beside it.
 *
 * Owns: lives as long as ${arena}; ${db}, ${night} and ${config} are borrowed.
 * Errors: ERR_CONFIG if the folder cannot be read or the secret cannot be one; ERR_IO if a file cannot be moved.
 */
MUST_CHECK int spool_open(struct arena *, struct db *, const struct night *, const struct config_source *, const char *,
    struct spool **, struct err *) __attribute__((nonnull));

/**
 * spool_ids(spool, ret_ids, ret_count), spool_rejected(spool, ret_why):
 * The documents to look at, each once, in order; how many files were rejected, and why the first one was.
 */
void spool_ids(const struct spool *, const char *const **, size_t *) __attribute__((nonnull));
size_t spool_rejected(const struct spool *, const char **) __attribute__((nonnull));

/**
 * spool_done(spool, err):
 * The documents were looked at, and it counts: remember the deliveries and remove their files. Until then all of it may be done again.
 */
MUST_CHECK int spool_done(struct spool *, struct err *) __attribute__((nonnull));

#endif
