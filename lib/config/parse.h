#ifndef LIB_CONFIG_PARSE_H
#define LIB_CONFIG_PARSE_H

#include "adapter/conf.h"
#include "config/config.h"
#include "fault.h"

/**
 * parse_tree(root, config, faults):
 * Fill ${config} from the tree by the declarations; what does not fit them goes to ${faults} and leaves its field empty.
 */
void parse_tree(const struct conf_node *, struct config *, struct fault_list *) __attribute__((nonnull));

/**
 * parse_rules(list, tenant, faults):
 * The same of a list of product rules, which become the tenant's.
 */
void parse_rules(const struct conf_node *, struct config_tenant *, struct fault_list *) __attribute__((nonnull));

#endif
