#ifndef SALES_REFER_H
#define SALES_REFER_H

#include "base/arena.h"
#include "sales/source.h"

/**
 * sales_refer(arena, document, name, value):
 * Add a reference to the document, each once: ${value} trimmed, in Unicode form C, cut at 500 bytes. Nothing for NULL or "", and nothing for
 * what holds an e-mail address: people are found by other means, and their addresses stand in few places.
 */
void sales_refer(struct arena *, struct sales_document *, const char *, const char *) __attribute__((nonnull(1, 2, 3)));

/**
 * sales_refer_each(arena, document, name, values):
 * The same for each of several values in one text, between blanks, commas or semicolons: ids, which hold none of these.
 */
void sales_refer_each(struct arena *, struct sales_document *, const char *, const char *) __attribute__((nonnull(1, 2, 3)));

#endif
