#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/arena.h"

/**
 * guard_private(address), guard_loopback(address):
 * Does the guard refuse this address (see http_address_private()); is it this machine's loopback? A family other than
 * IPv4 and IPv6 is private and not loopback.
 *
 * Source: IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and successors).
 */
bool guard_private(const struct sockaddr *) __attribute__((nonnull));
bool guard_loopback(const struct sockaddr *) __attribute__((nonnull));

/**
 * guard_text(arena, address):
 * The numeric address, for messages.
 */
char *guard_text(struct arena *, const struct sockaddr *) __attribute__((nonnull, returns_nonnull));

#endif
