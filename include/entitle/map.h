#ifndef ENTITLE_MAP_H
#define ENTITLE_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "config/config.h"
#include "db/db.h"

/* Which product gives access to which courses, for the person who writes the rules. */

/**
 * map_list(db, all, text, file, ret_products, err):
 * Print products with their rule, or why they have none, and what waits on them: those without a rule first, the most money first. ${all}:
 * those with a rule too; ${text}: only those in whose keys or name it stands; NULL for all.
 */
MUST_CHECK int map_list(struct db *, bool, const char *, FILE *, int64_t *, struct err *) __attribute__((nonnull(1, 4, 5, 6)));

/**
 * map_suggest(db, file, ret_rules, err):
 * Print a rule for each product without one, as the configuration writes it, with the course that is most like it; a product that is like
 * none gets a rule to be filled in, as a comment.
 */
MUST_CHECK int map_suggest(struct db *, FILE *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * map_export(db, tenant, file, err):
 * Write the rules of the configuration, and a row to be filled in for each product without one, as a sheet (config/rule_sheet.h).
 */
MUST_CHECK int map_export(struct db *, const struct config_tenant *, FILE *, struct err *) __attribute__((nonnull));

#endif
