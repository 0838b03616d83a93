#ifndef HTTP_REDACT_H
#define HTTP_REDACT_H

#include "base/arena.h"
#include "http/http.h"

/**
 * redact_excerpt(arena, request, body, len):
 * The first words of a response body for an error: on one line, tags of HTML dropped, at most 240 bytes of valid UTF-8.
 * Anything in it that looks like a credential and stands in the request's secret headers, query or body is blotted out.
 */
char *redact_excerpt(struct arena *, const struct http_request *, const char *, size_t) __attribute__((nonnull, returns_nonnull));

/**
 * redact_path(arena, path):
 * The path with the values of query parameters whose names suggest a credential blotted out.
 */
char *redact_path(struct arena *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * redact_headers(arena, request):
 * "Name: value" of all headers, comma separated, secret ones as <redacted>.
 */
char *redact_headers(struct arena *, const struct http_request *) __attribute__((nonnull, returns_nonnull));

#endif
