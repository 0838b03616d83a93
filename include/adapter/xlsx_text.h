#ifndef ADAPTER_XLSX_TEXT_H
#define ADAPTER_XLSX_TEXT_H

#include "base/buf.h"
#include "base/err.h"

/**
 * xlsx_text(buf, text, ret_text, err):
 * ${text} as a cell can hold it: control characters made visible (U+2400…), "\r\n" and "\r" as a line break, what XML cannot hold as
 * U+FFFD, and "_x0041_", which would be read as "A", escaped. ${ret_text} is ${text} itself when there is nothing to do, else in ${buf}.
 *
 * Errors: ERR_DATA: not UTF-8, or more UTF-16 units than a cell holds.
 * Source: XML 1.0, production 2 (Char); ECMA-376 part 1, section 22.9.2.19 (ST_Xstring).
 */
MUST_CHECK int xlsx_text(struct buf *, const char *, const char **, struct err *) __attribute__((nonnull));

#endif
