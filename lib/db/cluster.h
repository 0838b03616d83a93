#ifndef DB_CLUSTER_H
#define DB_CLUSTER_H

/* Where the embedded cluster of a state directory lies, and making it. Private to lib/db. */
#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "process.h"

#define CLUSTER_PORT "5432" /* only a part of the socket's name */

/* <base> is <state_dir>/db, or what that links to. */
struct cluster {
	const char *base;               /* owned by root or by the runner: locks, log, access rules */
	const char *data;               /* <base>/data, owned by the account */
	const char *socket_dir;         /* short, 0700, owned by the account */
	const char *log;                /* <base>/server.log */
	const char *bin_dir;            /* of the server's programs; NULL until cluster_make() */
	struct process_account account; /* that the server runs as */
	struct process_account base_owner;
};

/**
 * cluster_locate(arena, config, ret_cluster, err):
 * Find or choose the place; makes the state directory and <base> if they are missing.
 *
 * Errors: ERR_REFUSED if the place is another user's; ERR_CONFIG; ERR_CREATE.
 */
MUST_CHECK int cluster_locate(struct arena *, const struct config *, struct cluster *, struct err *) __attribute__((nonnull));

/**
 * cluster_make(arena, cluster, lock_fd, err):
 * Under the start lock: make the cluster with its roles and database if there is none (a half-made one is removed), choose the
 * programs for its version, write its access rules, make or check the socket directory.
 */
MUST_CHECK int cluster_make(struct arena *, struct cluster *, int, struct err *) __attribute__((nonnull));

/**
 * cluster_open_log(cluster, ret_fd, err):
 * The server's log, to append to; an overgrown one is put aside first.
 */
MUST_CHECK int cluster_open_log(const struct cluster *, int *, struct err *) __attribute__((nonnull));

/**
 * cluster_open_lock(cluster, name, ret_fd, err):
 * Open <base>/<name>, made if missing. A link or another kind of file is refused.
 */
MUST_CHECK int cluster_open_lock(const struct cluster *, const char *, int *, struct err *) __attribute__((nonnull));

#endif
