#ifndef CONFIG_RULE_SHEET_H
#define CONFIG_RULE_SHEET_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"

/* Product rules as a sheet (CSV), for people who would rather fill in a table: a column for each setting of a rule, named as the setting is,
 * several courses with ";" between them, true or false as "yes" or "". Columns product, units and sold are for people and not read. */

/* What was sold and has no rule yet, for a row to be filled in. */
struct rule_sheet_blank {
	const char *source;
	const char *match;
	const char *product; /* its name */
	const char *units;
	const char *sold; /* "99.00 EUR" */
};

/**
 * rule_sheet_head(file), rule_sheet_rules(file, tenant), rule_sheet_blank(file, blank):
 * Write the header row; a row for each rule of the configuration; a row for a product without one.
 */
void rule_sheet_head(FILE *) __attribute__((nonnull));
void rule_sheet_rules(FILE *, const struct config_tenant *) __attribute__((nonnull));
void rule_sheet_blank(FILE *, const struct rule_sheet_blank *) __attribute__((nonnull));

/**
 * rule_sheet_read(arena, file, what, tenant, ret_tenant, ret_unfilled, ret_lines, ret_count, err):
 * Read such a sheet: ${ret_tenant} is ${tenant} with its rules instead. Rows in which neither courses nor exclude are filled in are left out,
 * and counted. What is wrong, in all rows, is in ${ret_lines} as "what:line: message"; none: the rules are good.
 *
 * Owns: all in ${arena}; sites and sources are ${tenant}'s.
 * Errors: ERR_DATA, ERR_IO if it is no CSV; ERR_DATA for a header without source and match, or with a column that is none.
 */
MUST_CHECK int rule_sheet_read(struct arena *, FILE *, const char *, const struct config_tenant *, struct config_tenant *, size_t *,
    const char ***, size_t *, struct err *) __attribute__((nonnull));

/**
 * rule_sheet_print(file, tenant):
 * Write the setting `products` with the tenant's rules, one to a line, without what is the default anyway.
 */
void rule_sheet_print(FILE *, const struct config_tenant *) __attribute__((nonnull));

#endif
