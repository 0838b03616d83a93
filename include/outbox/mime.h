#ifndef OUTBOX_MIME_H
#define OUTBOX_MIME_H

#include <stddef.h>

#include "base/buf.h"
#include "outbox/address.h"

/* Pieces of an RFC 5322 message: ASCII, lines of at most 76 characters wherever the content can be cut, ended by CRLF. Every text is
 * valid UTF-8 without control characters: message_build() has checked it. */

/**
 * mime_header(buf, name, text):
 * An unstructured header. ASCII stays as it is, folded at blanks; anything else becomes encoded words, cut between code points,
 * in Q or B encoding, whichever is shorter.
 *
 * Source: RFC 5322 section 2.2.3; RFC 2047 sections 2, 4 and 5.
 */
void mime_header(struct buf *, const char *, const char *) __attribute__((nonnull));

/**
 * mime_header_address(buf, name, address):
 * A header with one mailbox and its display name: as a phrase, quoted, or as encoded words.
 */
void mime_header_address(struct buf *, const char *, const struct address *) __attribute__((nonnull));

/**
 * mime_header_file(buf, value, name):
 * `Content-Disposition: ${value}` with the file's name: in ASCII as it is, otherwise as RFC 2231 says, in sections where it is long. No
 * second form of the name stands beside it: some readers would take that one. Those that know no RFC 2231 look at the name
 * parameter of Content-Type, which holds mime_file_fallback().
 */
void mime_header_file(struct buf *, const char *, const char *) __attribute__((nonnull));

/**
 * mime_file_fallback(arena, name):
 * The name with '_' for each character that is not plain ASCII, for quotes and backslashes, and where
 * an encoded word would begin.
 */
char *mime_file_fallback(struct arena *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * mime_quoted_printable(buf, text):
 * A text with lines ended by LF or CRLF. No line begins with a dot or ends in a blank, none begins with "From ".
 *
 * Source: RFC 2045 section 6.7.
 */
void mime_quoted_printable(struct buf *, const char *) __attribute__((nonnull));

/**
 * mime_base64(buf, bytes, len):
 * Base64 in lines of 76.
 */
void mime_base64(struct buf *, const void *, size_t) __attribute__((nonnull));

#endif
