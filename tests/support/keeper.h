#ifndef KEEPER_H
#define KEEPER_H

#include <sys/types.h>

/* A process that waits for the test program to end, by whatever cause, and then cleans up after it: database servers under a
 * directory are stopped, the directory is removed. */
struct keeper {
	int alive_fd; /* the test program's end: closing it is its end */
	pid_t pid;
};

/**
 * keeper_start(dir), keeper_end(keeper):
 * Begin to keep ${dir}; have it cleaned up now and wait for that.
 */
struct keeper keeper_start(const char *);
void keeper_end(struct keeper *);

/**
 * keeper_run(argv):
 * Run a program and return its exit code; -1 if that fails.
 */
int keeper_run(const char *const *);

#endif
