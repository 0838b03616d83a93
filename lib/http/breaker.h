#ifndef HTTP_BREAKER_H
#define HTTP_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "http/http.h"

enum breaker_state {
	BREAKER_CLOSED, /* requests go */
	BREAKER_PROBE,  /* one request may try */
	BREAKER_OPEN    /* none may */
};

/**
 * breaker_state(breaker, now_utc):
 * What the breaker admits at ${now_utc}.
 */
enum breaker_state breaker_state(const struct http_breaker *, int64_t) __attribute__((nonnull));

/**
 * breaker_banned(breaker, now_utc, pause_s):
 * What is called said that it will not answer for ${pause_s} (at most a quarter of an hour).
 */
void breaker_banned(struct http_breaker *, int64_t, int64_t) __attribute__((nonnull));

/**
 * breaker_failed(breaker, now_utc), breaker_passed(breaker):
 * A request ended in a transient failure, or got an answer. The second returns whether that changed anything.
 */
void breaker_failed(struct http_breaker *, int64_t) __attribute__((nonnull));
bool breaker_passed(struct http_breaker *) __attribute__((nonnull));

#endif
