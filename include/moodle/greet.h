#ifndef MOODLE_GREET_H
#define MOODLE_GREET_H

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"
#include "moodle/moodle.h"

/**
 * greet_site(arena, moodle, tenant, password, ret_says, err):
 * Ask a site who it is, and see that the token's service has every function that the settings want, that the database of read level 1
 * (${password} may be NULL) is its own, and that the cohorts are there, or may be made. Nothing is written. ${ret_says} is half a sentence on what
 * was found. What an account may do is known only for what is asked here: Moodle tells no rights.
 *
 * Errors: as site_read(), site_check(), reader_open(), cohort_list(); ERR_CONFIG naming each cohort that is not there.
 */
MUST_CHECK int greet_site(struct arena *, struct moodle *, const struct config_tenant *, const char *, const char **, struct err *)
    __attribute__((nonnull(1, 2, 3, 5, 6)));

#endif
