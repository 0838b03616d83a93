#ifndef ADAPTER_JSON_PLAIN_H
#define ADAPTER_JSON_PLAIN_H

#include "adapter/json.h"

/**
 * json_plain(arena, text, len):
 * Read a document whose bytes are valid UTF-8 without NUL in one pass. NULL if it is not valid, or of a rare form that is not read here: then
 * json_parse() lets the library judge, and says what is wrong. What is accepted here is what that accepts, with the same outcome.
 *
 * Source: RFC 8259.
 */
struct json *json_plain(struct arena *, const char *, size_t) __attribute__((nonnull));

#endif
