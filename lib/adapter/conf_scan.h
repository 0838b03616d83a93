#ifndef LIB_ADAPTER_CONF_SCAN_H
#define LIB_ADAPTER_CONF_SCAN_H

#include "base/arena.h"
#include "base/err.h"

/**
 * conf_scan(arena, file, dir, err):
 * Look through ${file} and the files it includes from ${dir} for what libconfig takes silently and wrongly, or dies of.
 *
 * Errors: ERR_CONFIG as "file:line: reason"; or that a file cannot be read.
 */
MUST_CHECK int conf_scan(struct arena *, const char *, const char *, struct err *) __attribute__((nonnull));

#endif
