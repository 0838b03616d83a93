#ifndef LIB_APPLY_REVERT_PRINT_H
#define LIB_APPLY_REVERT_PRINT_H

#include "apply/revert.h"

/* What a revert cannot undo, or not quite. */
struct revert_facts {
	int64_t accounts;
	int64_t come_back;   /* removed enrolments: without grades and groups */
	int64_t go;          /* enrolments that are removed now, with their grades */
	int64_t had_no_role; /* learners who had no role in the course before */
	int64_t by_minute;   /* compared at level 2 */
	int64_t blind;       /* compared at level 3 */
	int64_t certificates;
	int64_t mails_gone;
	int64_t mails_waiting;
};

/**
 * revert_print(arena, db, run, facts, counts, dry, file, err):
 * The judged actions (table undo_item) in plain sentences: what cannot be undone first, then what is left alone, then what is undone.
 */
MUST_CHECK int revert_print(struct arena *, struct db *, const struct revert_run *, const struct revert_facts *,
    const struct revert_counts *, bool, FILE *, struct err *) __attribute__((nonnull));

#endif
