#ifndef DB_PROCESS_H
#define DB_PROCESS_H

/* Programs of the database server: run as an unprivileged account, cut off from our terminal, directory and descriptors.
 * Private to lib/db. */
#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct process_account {
	uid_t uid;
	gid_t gid;
	const char *name;
};

/**
 * process_account_named(arena, name, ret_account, err), process_account_of(arena, uid, ret_account, err):
 * Errors: ERR_CONFIG if there is no such account.
 */
MUST_CHECK int process_account_named(struct arena *, const char *, struct process_account *, struct err *) __attribute__((nonnull));
MUST_CHECK int process_account_of(struct arena *, uid_t, struct process_account *, struct err *) __attribute__((nonnull));

/**
 * process_run(account, argv, input, log_fd, keep_fd, err):
 * Run a program to its end, giving it ${input} (at most 4096 bytes; NULL: nothing) and sending what it says to ${log_fd}.
 * ${keep_fd} (-1: none) stays open in it and in what it starts, so that a lock outlives us as long as they do.
 *
 * Errors: ERR_SYSTEM if it cannot be started or fails.
 */
MUST_CHECK int process_run(const struct process_account *, const char *const *, const char *, int, int, struct err *)
    __attribute__((nonnull(1, 2, 6)));

/**
 * process_start(account, argv, log_fd, ret_pid, err):
 * Start a program that stays: in a session of its own, nobody's child, with no descriptor of ours but ${log_fd}.
 */
MUST_CHECK int process_start(const struct process_account *, const char *const *, int, pid_t *, struct err *)
    __attribute__((nonnull));

/**
 * process_as(account, fn, context, err):
 * Call ${fn} in a child that runs as ${account}; what it leaves in memory is lost, its error comes back.
 */
MUST_CHECK int process_as(const struct process_account *, int (*)(const void *, struct err *), const void *, struct err *)
    __attribute__((nonnull(1, 2, 4)));

#endif
