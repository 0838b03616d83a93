#ifndef ADAPTER_CSV_H
#define ADAPTER_CSV_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

/* Rows of a file of separated values, as programs and people export them: quoted cells with separators, quotes and line breaks in them; CR, LF
 * or CRLF; a byte order mark or none. A row at a time: memory does not grow with the file. */

struct csv_format {
	const char *
	    encoding; /* "utf-8", "windows-1252", "iso-8859-1", "iso-8859-15"; NULL: UTF-8. A mark of UTF-8 or UTF-16 in the file wins. */
	char separator; /* 0: the one of `,` `;` tab `|` that comes most often in the first row, outside quotes */
};

/* A row; cells are UTF-8 without control characters other than tabs and line breaks, as they stand but for blanks around unquoted ones. */
struct csv_row {
	const char *const *cells;
	size_t count;
	int64_t line; /* of the file, on which it begins; from 1 */
};

/**
 * csv_read(file, what, format, row, context, err):
 * Hand each row to ${row} until it does not return 0. Rows without any text are left out. Borrowed until it returns.
 *
 * Errors: ERR_DATA naming ${what} and the line: bytes that are not in the encoding, a NUL, a quote inside an unquoted cell or text after a
 * closing one, a quote that is never closed, a cell longer than 1 MiB; ERR_IO; what ${row} set.
 * Source: RFC 4180.
 */
MUST_CHECK int csv_read(FILE *, const char *, const struct csv_format *, int (*)(void *, const struct csv_row *, struct err *),
    void *, struct err *) __attribute__((nonnull(1, 2, 3, 4, 6)));

/**
 * csv_write_cell(file, text):
 * Write a cell, quoted. The comma or the end of the row comes from the caller.
 */
void csv_write_cell(FILE *, const char *) __attribute__((nonnull));

#endif
