#ifndef ADAPTER_XML_H
#define ADAPTER_XML_H

#include <stdio.h>

#include "base/err.h"

/* XML as a stream of elements, by their local names. Nothing outside the file is ever read: a document type is refused. */

struct xml_reader {
	void *context;
	/* An element begins. `attribute` of it, by local name, with xml_attribute(). */
	int (*begin)(void *, const char *name, const char *const *attributes, struct err *);
	/* It ends; `text` is what stood directly in it, blanks at both ends dropped. */
	int (*end)(void *, const char *name, const char *text, struct err *);
};

/**
 * xml_attribute(attributes, name):
 * Its value, NULL if it is not there.
 */
const char *xml_attribute(const char *const *, const char *) __attribute__((nonnull(2)));

/**
 * xml_read(file, what, reader, err):
 * Hand each element to ${reader}.
 *
 * Errors: ERR_DATA naming ${what} and the line: what is not well-formed XML, a document type, elements nested deeper than 64, a text longer than
 * 1 MiB; ERR_IO; what ${reader} set, with the line.
 */
MUST_CHECK int xml_read(FILE *, const char *, const struct xml_reader *, struct err *) __attribute__((nonnull));

#endif
