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

#endif
