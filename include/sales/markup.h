#ifndef SALES_MARKUP_H
#define SALES_MARKUP_H

#include "base/arena.h"

/**
 * sales_markup(arena, text):
 * Text that was written for a web page as people read it: tags taken out, character references resolved, by number or by the names that shops
 * use. What is no tag and no reference stays as it is. NULL gives "".
 *
 * Source: HTML, "Named character references"; WordPress wptexturize() for what it makes of typed text.
 */
char *sales_markup(struct arena *, const char *) __attribute__((nonnull(1), returns_nonnull));

#endif
