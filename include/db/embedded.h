#ifndef DB_EMBEDDED_H
#define DB_EMBEDDED_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"

/* The private PostgreSQL cluster of a state directory: made and started on demand, shared by the programs that run, stopped by
 * the last one to leave. Reached through a Unix socket that only root and the runner can enter. */
struct embedded {
	const char *owner;   /* conninfo of the role that owns the schema */
	const char *program; /* conninfo of the role that programs work as */
};

/* How long to wait for others. Tests shorten them. */
struct embedded_waits {
	int64_t lock_ms;  /* for a program that makes or stops the cluster */
	int64_t start_ms; /* for a server that starts or recovers: it replays at most max_wal_size, 2 GB */
	int64_t stop_ms;  /* for a server that ends */
	int64_t deaf_ms;  /* a ready server that does not answer for so long has lost its socket */
};

extern struct embedded_waits embedded_waits;

/**
 * embedded_open(arena, config, program, ret_embedded, err):
 * See to it that the server runs and count this process among its users. ${program} is named to others that wait meanwhile.
 * Each call is matched by one embedded_release().
 *
 * Errors: ERR_BUSY if another program makes or starts it for too long; ERR_REFUSED if the place is another user's;
 * ERR_CONFIG without the right PostgreSQL; ERR_SERVICE if the server does not start, with its own reason.
 */
MUST_CHECK int embedded_open(struct arena *, const struct config *, const char *, struct embedded *, struct err *)
    __attribute__((nonnull));

/**
 * embedded_release(config):
 * This process needs the server no longer; the last one to leave stops it. Without embedded_open() before, it does nothing.
 */
void embedded_release(const struct config *) __attribute__((nonnull));

#endif
