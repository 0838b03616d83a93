#ifndef HTTP_BREAKER_DB_H
#define HTTP_BREAKER_DB_H

#include "db/db.h"
#include "http/http.h"

/**
 * http_breaker_db(db):
 * A breaker store in table `http_breaker`, so that what one program found dead is not asked again by the next. Each change
 * is a transaction of its own: no request may be sent while a transaction or a COPY is open on ${db}.
 *
 * Owns: ${db} is borrowed and must outlive every `struct http` opened with the store.
 */
struct http_breaker_store http_breaker_db(struct db *) __attribute__((nonnull));

#endif
