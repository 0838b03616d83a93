#ifndef SANDBOX_CLUSTER_H
#define SANDBOX_CLUSTER_H

#include "base/arena.h"
#include "base/err.h"

/**
 * cluster_start(arena, ret_conninfo, ret_directory, err):
 * Make a throw-away PostgreSQL cluster in a short directory of its own and start it as our child; it ends when we end, however that is.
 * Started as root it runs as the unprivileged user "postgres". ${ret_conninfo} reaches its database "moodle" as owner.
 */
MUST_CHECK int cluster_start(struct arena *, char **, char **, struct err *) __attribute__((nonnull));

/**
 * cluster_stop():
 * Stop the server and remove the directory. Without a cluster it does nothing.
 */
void cluster_stop(void);

#endif
