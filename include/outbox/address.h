#ifndef OUTBOX_ADDRESS_H
#define OUTBOX_ADDRESS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct address {
	const char *name;    /* as people read it, UTF-8; "" if there is none */
	const char *mailbox; /* local part and domain, this in punycode; ASCII, but for a recipient's local part */
};

/**
 * address_mailbox(arena, text, ret_mailbox, err):
 * Check a bare address and bring its domain into punycode. The local part is kept as it is.
 *
 * Errors: ERR_DATA with the reason, never with the address: it is personal data.
 * Source: RFC 5321 sections 4.1.2 and 4.5.3.1 (dot-string local parts of at most 64 octets, 254 in all). A local part that is not
 * ASCII would need SMTPUTF8 (RFC 6531) all the way to the recipient; quoted local parts and address literals are not taken either.
 */
MUST_CHECK int address_mailbox(struct arena *, const char *, char **, struct err *) __attribute__((nonnull));

/**
 * address_recipient(arena, text, ret_mailbox, err):
 * The same for whom a mail goes to: the local part may hold other letters than ASCII's, which takes a server that offers SMTPUTF8.
 *
 * Errors: as address_mailbox(); invisible characters and blanks.
 */
MUST_CHECK int address_recipient(struct arena *, const char *, char **, struct err *) __attribute__((nonnull));

/**
 * address_parse(arena, text, ret_address, err):
 * `user@example.org`, `Name <user@example.org>` or `"Name, with signs" <user@example.org>`.
 *
 * Errors: as address_mailbox(); a name with control characters or broken quotes.
 */
MUST_CHECK int address_parse(struct arena *, const char *, struct address *, struct err *) __attribute__((nonnull));

/**
 * address_has_break(text):
 * Does it hold a control character, or one that ends a line (U+2028, U+2029)? Such a text is no name and no header.
 */
bool address_has_break(const char *) __attribute__((nonnull));

/**
 * address_domain(mailbox):
 * What follows the '@'.
 */
const char *address_domain(const char *) __attribute__((nonnull, returns_nonnull));

/**
 * address_scrub(arena, text, mailbox):
 * A server's reply without addresses: everything that holds an '@', and ${mailbox}'s local part where it stands as a word, becomes
 * "address"; control characters become blanks; at most 300 bytes.
 */
char *address_scrub(struct arena *, const char *, const char *) __attribute__((nonnull, returns_nonnull));

#endif
