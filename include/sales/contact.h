#ifndef SALES_CONTACT_H
#define SALES_CONTACT_H

#include <stddef.h>

#include "base/arena.h"
#include "sales/source.h"

/* Text of people and products as a source spells it, brought into the form in which the ledger keeps it. */

/**
 * sales_text(arena, text, max_bytes):
 * Unicode form C, trimmed, control characters and runs of white space as one blank, cut at a whole character; NULL gives "".
 */
char *sales_text(struct arena *, const char *, size_t) __attribute__((nonnull(1), returns_nonnull));

/**
 * sales_contact(arena, email, name):
 * A contact; NULL when both are empty or missing. An e-mail that is no address is kept as `raw_email`.
 */
struct sales_contact *sales_contact(struct arena *, const char *, const char *) __attribute__((nonnull(1)));

/**
 * sales_label_matches(arena, label, wanted):
 * Is this label of a form one of the configured ones, case-folded and trimmed?
 */
bool sales_label_matches(struct arena *, const char *, const struct config_list *) __attribute__((nonnull));

#endif
