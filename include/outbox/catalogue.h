#ifndef OUTBOX_CATALOGUE_H
#define OUTBOX_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

/* Which mails there are and the values each brings. Declared once: templates are checked against it, `ctok-admin mail` lists it, and
 * its samples are what mails look like where there is no event. */

enum catalogue_kind {
	CATALOGUE_TEXT,    /* a name, a title, a number of a document */
	CATALOGUE_DATE,    /* YYYY-MM-DD, in the tenant's zone */
	CATALOGUE_MONEY,   /* "12.50 EUR" */
	CATALOGUE_COUNT,   /* a whole number, 0 or more */
	CATALOGUE_WEB,     /* https://… */
	CATALOGUE_ADDRESS, /* a mail address */
	CATALOGUE_LIST     /* texts, each on a line of its own */
};

struct catalogue_value {
	const char *name;
	enum catalogue_kind kind;
	bool optional; /* a paragraph that asks for it is left out where there is none */
	const char *sample;
};

#define CATALOGUE_VALUES 9

struct catalogue_message {
	const char *name;
	const char *about;                               /* when it is sent: for people */
	const char *to;                                  /* the value that is the recipient's name: {{recipient}} */
	struct catalogue_value values[CATALOGUE_VALUES]; /* ended by one without a name */
};

/**
 * catalogue_messages(ret_count):
 * All of them.
 */
const struct catalogue_message *catalogue_messages(size_t *) __attribute__((nonnull, returns_nonnull));

/**
 * catalogue_find(name):
 * NULL: there is no such mail.
 */
const struct catalogue_message *catalogue_find(const char *) __attribute__((nonnull));

/**
 * catalogue_value(message, name):
 * One of the message's values, or of those that all have: `issuer`, `reply_to`, `recipient`. NULL: it has none of that name.
 */
const struct catalogue_value *catalogue_value(const struct catalogue_message *, const char *) __attribute__((nonnull));

/**
 * catalogue_sample(message, name):
 * What a value looks like: {{recipient}} like the recipient's.
 */
const char *catalogue_sample(const struct catalogue_message *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * catalogue_kind_name(kind):
 * "a date", for messages.
 */
const char *catalogue_kind_name(enum catalogue_kind) __attribute__((returns_nonnull));

#endif
