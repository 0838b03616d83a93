#ifndef OUTBOX_MAIL_CHECK_H
#define OUTBOX_MAIL_CHECK_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* A language of the templates, as `ctok-admin mail check` lists it. */
struct mail_language {
	const char *name;
	const char *translation; /* "original", "machine-translated", "reviewed by NAME, DATE"; "" if the file does not say */
	size_t mails, own;       /* that can be sent in it; of them those with a text of its own */
	size_t findings;
};

struct mail_checked {
	struct mail_language *languages;
	size_t count;
	const char **findings; /* "file:line: what is wrong" */
	size_t finding_count;
};

/**
 * mail_check(arena, template_dir, only, ret_checked, err):
 * Compare every language (NULL), or one, with English: each has every mail with every value, every word, the plural forms that it needs
 * and a subject that fits; nothing of it is English still; and its file says who answers for it.
 *
 * Errors: ERR_CONFIG if English itself is not in order, if there is no language ${only}; a folder that cannot be read.
 */
MUST_CHECK int mail_check(struct arena *, const char *, const char *, struct mail_checked *, struct err *)
    __attribute__((nonnull(1, 2, 4, 5)));

#endif
