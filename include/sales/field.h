#ifndef SALES_FIELD_H
#define SALES_FIELD_H

#include "base/arena.h"
#include "config/config.h"
#include "sales/source.h"

/* What sources say beside names and money: answers of forms, free fields, companies, tax numbers. A kind offers all it meets under the labels
 * that the source has for it; of these only what the settings name (`fields`) goes any further. */

/**
 * sales_field(arena, config, list, label, value):
 * Offer what the source says under ${label}: a label of its own, or "company" and "tax_id", which mean the same everywhere. Of several labels
 * that a setting names the first one in its list counts, of the same label twice the first that says something; NULL and "" say nothing.
 *
 * Units: values are kept to 500 bytes.
 */
void sales_field(struct arena *, const struct config_source *, struct sales_fields *, const char *, const char *)
    __attribute__((nonnull(1, 2, 3)));

/**
 * sales_field_join(arena, list, more):
 * Add what was kept elsewhere, by the same order of labels.
 */
void sales_field_join(struct arena *, struct sales_fields *, const struct sales_fields *) __attribute__((nonnull));

/**
 * sales_field_wanted(config):
 * Does the source keep any field?
 */
bool sales_field_wanted(const struct config_source *) __attribute__((nonnull));

#endif
