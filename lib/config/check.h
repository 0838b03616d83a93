#ifndef LIB_CONFIG_CHECK_H
#define LIB_CONFIG_CHECK_H

#include "config/config.h"
#include "fault.h"

/**
 * check_config(config, faults):
 * What one setting cannot know alone: names twice, references that lead nowhere, rules that tie, settings that need each other.
 */
void check_config(const struct config *, struct fault_list *) __attribute__((nonnull));

/**
 * check_rules(tenant, faults):
 * The same of a tenant's product rules alone.
 */
void check_rules(const struct config_tenant *, struct fault_list *) __attribute__((nonnull));

/**
 * check_can_settle(source):
 * Do its documents settle others' sales: has it the role for it?
 */
bool check_can_settle(const struct config_source *) __attribute__((nonnull));

/**
 * check_source(source, faults), check_http(url, allow_http, where, faults):
 * The settings of one source, beside those of others; an address that is not to be sent to.
 */
void check_source(const struct config_source *, struct fault_list *) __attribute__((nonnull));
void check_http(const char *, bool, const struct config_where *, struct fault_list *) __attribute__((nonnull(3, 4)));

/**
 * check_profile(tenant, site, faults):
 * Setting `fields` of a site.
 */
void check_profile(const struct config_tenant *, const struct config_site *, struct fault_list *) __attribute__((nonnull));

#endif
