#ifndef BASE_STAGE_H
#define BASE_STAGE_H

#include <stdint.h>

#include "base/err.h"

/* A file that people see comes to its place whole or not at all: it is made in a private directory beside the target,
 * ".<name>.tmp" (0700, locked), fsynced and renamed. A killed program leaves that directory behind; the next one cleans it. */
struct stage;

/**
 * stage_open(path, ret_stage, err):
 * Prepare to write ${path}.
 *
 * Errors: ERR_CREATE; ERR_BUSY if another program writes this file.
 */
MUST_CHECK int stage_open(const char *, struct stage **, struct err *) __attribute__((nonnull));

/**
 * stage_target(stage), stage_dir(stage), stage_file(stage):
 * The path given; the private directory, for temporary files; the file in it to be written.
 */
const char *stage_target(const struct stage *) __attribute__((nonnull));
const char *stage_dir(const struct stage *) __attribute__((nonnull));
const char *stage_file(const struct stage *) __attribute__((nonnull));

/**
 * stage_room(stage, need_bytes, err):
 * Is there this much free room?
 *
 * Errors: ERR_IO naming the target, what is free and what is needed.
 */
MUST_CHECK int stage_room(const struct stage *, uint64_t, struct err *) __attribute__((nonnull));

/**
 * stage_publish(stage, err):
 * fsync the file, rename it to the target, fsync the directory that holds it.
 */
MUST_CHECK int stage_publish(struct stage *, struct err *) __attribute__((nonnull));

/**
 * stage_close(stage):
 * Remove what is private. NULL does nothing.
 */
void stage_close(struct stage *);

/**
 * stage_sweep(folder):
 * Remove what killed programs left in ${folder}, where each run's files have names of their own and no next one cleans it. What a
 * running program holds stays; what cannot be removed stays too, for it harms nobody.
 */
void stage_sweep(const char *) __attribute__((nonnull));

#endif
