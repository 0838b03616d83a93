#ifndef SANDBOX_TLS_H
#define SANDBOX_TLS_H

#include "base/arena.h"
#include "base/err.h"

/**
 * tls_make(arena, ret_ca, ret_certificate, ret_key, err):
 * A new certificate authority and a server certificate of it for localhost and 127.0.0.1, as PEM texts; the authority's key is
 * forgotten.
 */
MUST_CHECK int tls_make(struct arena *, char **, char **, char **, struct err *) __attribute__((nonnull));

#endif
