#ifndef OUTBOX_MAIL_MARKUP_H
#define OUTBOX_MAIL_MARKUP_H

#include <stdbool.h>

#include "adapter/cldr.h"
#include "base/arena.h"
#include "base/err.h"
#include "outbox/catalogue.h"
#include "outbox/locale.h"

/* A template's text, cut into blocks and marks once; values are put in for each mail. The markup is told in docs/translating.md. */

enum mail_filter { MAIL_FILTER_NONE, MAIL_FILTER_DATE, MAIL_FILTER_MONEY, MAIL_FILTER_NUMBER, MAIL_FILTER_PLURAL };

enum mail_mark_kind {
	MAIL_MARK_TEXT,  /* literal */
	MAIL_MARK_VALUE, /* {{…}} */
	MAIL_MARK_STRONG,
	MAIL_MARK_STRONG_END,
	MAIL_MARK_LINK, /* goes to `value`, or to `text` */
	MAIL_MARK_LINK_END,
	MAIL_MARK_BREAK /* a new line within the paragraph */
};

struct mail_mark {
	struct mail_mark *next;
	enum mail_mark_kind kind;
	const char *text;
	const struct catalogue_value *value;
	enum mail_filter filter;
	const char *forms[CLDR_PLURALS]; /* of a plural: NULL where there is none */
	const char *where;               /* "file:line", for messages */
};

enum mail_block_kind {
	MAIL_BLOCK_PARAGRAPH,
	MAIL_BLOCK_BUTTON, /* a link that stands alone */
	MAIL_BLOCK_ITEM,   /* of a list */
	MAIL_BLOCK_ITEMS,  /* one for each text of the value that is its only mark */
	MAIL_BLOCK_HTML
};

struct mail_block {
	struct mail_block *next;
	enum mail_block_kind kind;
	bool leads; /* the next block is a list that stands right below: without that it is left out too */
	struct mail_mark *marks;
};

/* What may stand in a text. */
enum mail_markup_mode {
	MAIL_MARKUP_BODY,
	MAIL_MARKUP_SUBJECT, /* one line, no markup */
	MAIL_MARKUP_HTML,    /* a user's own: values only, and `language`, `direction`, `subject` */
	MAIL_MARKUP_LAYOUT   /* templates/mail/layout.html: these, `body`, `foot` and `issuer` */
};

/**
 * mail_markup_parse(arena, message, locale, mode, file, line, text, ret_blocks, err):
 * Cut ${text}, which begins at ${line} of ${file}. For HTML the one block is all of it, line breaks are part of the text.
 *
 * Errors: ERR_CONFIG with file and line: unknown value or filter, a filter that does not fit its value, a plural that lacks a form
 * which the language needs, markup that has no end.
 */
MUST_CHECK int mail_markup_parse(struct arena *, const struct catalogue_message *, const struct locale *, enum mail_markup_mode,
    const char *, unsigned, const char *, struct mail_block **, struct err *) __attribute__((nonnull));

/**
 * mail_markup_web(text):
 * Is it a web address that can be linked to: http(s), printable ASCII without quotes, blanks and brackets?
 */
bool mail_markup_web(const char *) __attribute__((nonnull));

#endif
