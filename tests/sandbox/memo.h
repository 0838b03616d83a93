#ifndef SANDBOX_MEMO_H
#define SANDBOX_MEMO_H

#include <stdbool.h>

#include "web.h"

/* Answers that are given again as they were, for measuring: what the tables cost is not what a shop costs. Switch `memo`. */

/**
 * memo_find(request, answer), memo_keep(request, answer):
 * Answer as before, if the same was asked for before; keep an answer of 200. A change of the world in between is not noticed.
 */
bool memo_find(const struct web_request *, struct web_answer *) __attribute__((nonnull));
void memo_keep(const struct web_request *, const struct web_answer *) __attribute__((nonnull));

/**
 * memo_clear():
 * Forget all.
 */
void memo_clear(void);

#endif
