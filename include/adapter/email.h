#ifndef ADAPTER_EMAIL_H
#define ADAPTER_EMAIL_H

#include "base/arena.h"
#include "base/err.h"

/**
 * email_normalise(arena, raw, ret_email, err):
 * The form of an e-mail address by which persons are found: trimmed, Unicode form C, lower case, the domain in punycode.
 * Dots and plus signs stay: to fold them would make two people one.
 *
 * Errors: ERR_DATA naming the reason: not exactly one "@", an empty part, a blank, control or invisible character, no UTF-8, a local
 * part over 64 bytes or an address over 254, a domain that is none. The address itself is personal data and never in the message.
 * Source: RFC 5321 section 4.5.3.1, RFC 6532; quoted local parts and address literals are not taken.
 */
MUST_CHECK int email_normalise(struct arena *, const char *, char **, struct err *) __attribute__((nonnull));

#endif
