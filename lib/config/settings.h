#ifndef LIB_CONFIG_SETTINGS_H
#define LIB_CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

/* The declarations that drive parsing, defaults, errors, the example file and --print-config. */

enum settings_scope {
	SETTINGS_ROOT,
	SETTINGS_TENANT,
	SETTINGS_SITE,
	SETTINGS_PROFILE,
	SETTINGS_SOURCE,
	SETTINGS_COLUMNS,
	SETTINGS_STATUSES,
	SETTINGS_FIELD,
	SETTINGS_LINK,
	SETTINGS_PRODUCT,
	SETTINGS_MAIL,
	SETTINGS_CERTIFICATE,
	SETTINGS_SCOPES
};

/* What a setting's value is. Up to SETTINGS_CHOICE the field is a `const char *`. */
enum settings_type {
	SETTINGS_TEXT,
	SETTINGS_NAME,     /* of a thing of ours */
	SETTINGS_PATH,     /* absolute */
	SETTINGS_SECRET,   /* a reference, never the secret itself */
	SETTINGS_URL,      /* http or https; a slash at its end is dropped */
	SETTINGS_PREFIX,   /* beginning of an http or https URL, kept as it is */
	SETTINGS_SMTP,     /* smtp or smtps URL */
	SETTINGS_CONNINFO, /* of libpq, without a password */
	SETTINGS_MAILBOX,  /* address or "Name <address>" */
	SETTINGS_ZONE,
	SETTINGS_CURRENCY,
	SETTINGS_MONEY, /* "99.00 EUR", not negative */
	SETTINGS_DATE,
	SETTINGS_MOMENT,
	SETTINGS_TERM,     /* ISO 8601 duration of the calendar */
	SETTINGS_MATCH,    /* "sku:…" */
	SETTINGS_PERCENT,  /* decimal text, 0 to 100 */
	SETTINGS_REGEX,    /* regular expression with one group */
	SETTINGS_CHOICE,   /* one of `choices` */
	SETTINGS_LEVEL,    /* enum log_level */
	SETTINGS_ROUNDING, /* enum money_rounding */
	SETTINGS_INT,      /* int64_t within `least` and `most` */
	SETTINGS_DAYS,     /* int64_t within `least` and `most`, or "never": CONFIG_NEVER */
	SETTINGS_SPAN,     /* int64_t seconds within `least` and `most`, written as an ISO 8601 duration */
	SETTINGS_BOOL,
	SETTINGS_LIST,  /* struct config_list of texts */
	SETTINGS_PAIRS, /* struct config_pairs: a group of texts under names of the file's own */
	SETTINGS_GROUP, /* a struct inside, of scope `inner` */
	SETTINGS_GROUPS /* pointer to an array of structs, of scope `inner`, their number at `count_offset` */
};

struct setting {
	enum settings_scope scope;
	const char *name;
	enum settings_type type;
	size_t offset;        /* in the scope's struct */
	const char *fallback; /* default, as the value's text; NULL: none (texts NULL, numbers 0, false, empty) */
	int64_t least, most;
	const char *choices; /* "a|b|c" */
	bool required;
	bool hidden; /* for tests: not in the example file */
	enum settings_scope inner;
	size_t count_offset;
	const char *help;
	const char *example; /* what the example file sets it to, in its syntax; NULL: shown as a comment with its default */
};

extern const struct setting settings_table[];
extern const size_t settings_count;

/* What a scope's struct is. */
struct settings_struct {
	const char *title; /* "a site", for messages */
	size_t size;
	bool has_where; /* begins with struct config_where */
};

extern const struct settings_struct settings_structs[SETTINGS_SCOPES];

/**
 * settings_find(scope, name):
 * The declaration, or NULL.
 */
const struct setting *settings_find(enum settings_scope, const char *) __attribute__((nonnull));

/**
 * settings_nearest(scope, name):
 * The name in that scope that a misspelt one may have meant, or NULL.
 */
const char *settings_nearest(enum settings_scope, const char *) __attribute__((nonnull));

/**
 * settings_set(arena, setting, base, text, err):
 * Check ${text} against the declaration and put the value into its field of the struct at ${base}. Not for lists and groups.
 *
 * Errors: ERR_CONFIG with the reason; it holds the text, unless the setting is a secret.
 */
MUST_CHECK int settings_set(struct arena *, const struct setting *, void *, const char *, struct err *) __attribute__((nonnull));

/**
 * settings_set_int(setting, base, value, err):
 * The same for SETTINGS_INT and SETTINGS_DAYS.
 */
MUST_CHECK int settings_set_int(const struct setting *, void *, int64_t, struct err *) __attribute__((nonnull));

/**
 * settings_field(setting, base), settings_field_const(setting, base):
 * Where the setting's field is.
 */
void *settings_field(const struct setting *, void *) __attribute__((nonnull, returns_nonnull));
const void *settings_field_const(const struct setting *, const void *) __attribute__((nonnull, returns_nonnull));

#endif
