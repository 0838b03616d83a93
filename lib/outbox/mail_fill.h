#ifndef OUTBOX_MAIL_FILL_H
#define OUTBOX_MAIL_FILL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "mail_markup.h"
#include "outbox/mail_template.h"

/* Blocks with the values put in, written as the language does: what is left is only how they look. */

struct mail_run {
	struct mail_run *next;
	enum mail_mark_kind kind;
	const char *text;                    /* MAIL_MARK_TEXT, MAIL_MARK_VALUE: valid UTF-8; MAIL_MARK_LINK: where to */
	const struct catalogue_value *value; /* MAIL_MARK_VALUE */
	bool written;                        /* in the language's own words: a date, a number */
};

struct mail_part {
	struct mail_part *next;
	enum mail_block_kind kind; /* never MAIL_BLOCK_ITEMS */
	struct mail_run *runs;
};

/**
 * mail_fill(arena, blocks, locale, message, values, count, ret_parts, err):
 * Put the values in. Control characters and runs of white space in them become one blank, directional
 * embeddings, overrides and isolates go; a block that asks for an optional value that
 * is not there is left out; a full stop behind a value that ends in one is dropped.
 *
 * Errors: ERR_DATA with file and line of the placeholder: no value, an empty one, one of another kind.
 */
MUST_CHECK int mail_fill(struct arena *, const struct mail_block *, const struct locale *, const struct catalogue_message *,
    const struct mail_value *, size_t, struct mail_part **, struct err *) __attribute__((nonnull(1, 3, 4, 7, 8)));

#endif
