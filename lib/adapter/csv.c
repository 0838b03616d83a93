/* libcsv, fed line by line so that errors know theirs, behind a decoder to UTF-8. The library is strict here: by default it takes a stray
 * quote as text and an unclosed one as the rest of the file. */
#include "adapter/csv.h"

#include <csv.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

#define BLOCK_BYTES 65536
#define MOST_CELL_BYTES ((size_t)1024 * 1024)
#define MOST_CELLS 4096

struct reading {
	const char *what;
	int (*row)(void *, const struct csv_row *, struct err *);
	void *context;
	struct err *err;
	bool failed;
	struct csv_parser parser;
	iconv_t decoder; /* (iconv_t)-1: the file is UTF-8 */
	const char *encoding;
	struct buf line;  /* the line of the file being gathered, UTF-8 */
	struct buf cells; /* of the row being read, each ended by NUL */
	size_t starts[MOST_CELLS];
	size_t count;
	int64_t line_no, row_line;
	bool row_open; /* a row began and is not at its end */
	bool has_text;
};

static int
refuse(struct reading *reading, const char *why)
{
	reading->failed = true;
	return err_set(reading->err, ERR_DATA, "%s, line %lld: %s", reading->what, (long long)reading->line_no, why);
}

static void
take_cell(void *text, size_t len, void *context)
{
	struct reading *reading = context;

	if (reading->failed)
		return;
	if (reading->count == MOST_CELLS) {
		(void)refuse(reading, "the row has more than 4,096 cells");
		return;
	}
	reading->starts[reading->count++] = reading->cells.len;
	reading->has_text |= len > 0;
	reading->row_open = true;
	if (len > 0)
		buf_add(&reading->cells, text, len);
	buf_char(&reading->cells, '\0');
	if (reading->cells.overflow)
		(void)refuse(reading, "the row is longer than 4 MiB");
}

static void
take_row(int end, void *context)
{
	struct reading *reading = context;
	const char *cells[MOST_CELLS];
	const struct csv_row row = { cells, reading->count, reading->row_line };
	size_t i;

	(void)end;
	if (!reading->failed && reading->has_text) {
		for (i = 0; i < reading->count; i++)
			cells[i] = reading->cells.data + reading->starts[i];
		reading->failed = reading->row(reading->context, &row, reading->err) != 0;
	}
	reading->count = 0;
	reading->has_text = reading->row_open = false;
	buf_reset(&reading->cells);
}

/* A line of the file, its end included, goes to the parser. A quoted cell may go on in the next one. */
static int
feed_line(struct reading *reading)
{
	struct buf *line = &reading->line;
	bool blank = strspn(line->data, " \t\r\n") == line->len;

	reading->line_no++;
	if (reading->encoding == NULL && !text_utf8_valid(line->data, line->len))
		return refuse(reading, "it holds bytes that are not UTF-8; say in which encoding the file is");
	if (!reading->row_open)
		reading->row_line = reading->line_no;
	reading->row_open |= !blank;
	if (csv_parse(&reading->parser, line->data, line->len, take_cell, take_row, reading) != line->len && !reading->failed)
		return refuse(
		    reading, "a quote stands inside a cell that does not begin with one, or text follows a closing quote");
	if (csv_get_buffer_size(&reading->parser) > 2 * MOST_CELL_BYTES && !reading->failed) {
		reading->line_no = reading->row_line;
		return refuse(reading, "a cell is longer than 1 MiB: a quote in this row is not closed");
	}
	buf_reset(line);
	return reading->failed ? -1 : 0;
}

/* Decoded text, cut into lines. CR, LF and CRLF end one; a CR at the end of a block waits for what follows. */
static int
take_text(struct reading *reading, const char *text, size_t len)
{
	struct buf *line = &reading->line;
	size_t i, run;

	for (i = 0; i < len; i += run) {
		if (line->len > 0 && line->data[line->len - 1] == '\r') {
			run = text[i] == '\n' ? 1 : 0;
			buf_add(line, text + i, run);
			if (feed_line(reading) != 0)
				return -1;
			continue;
		}
		for (run = 0; i + run < len && text[i + run] != '\n' && text[i + run] != '\r'; run++) {
			if (text[i + run] == '\0') {
				reading->line_no++;
				return refuse(
				    reading, "it holds a NUL byte: this is no text file, or one in UTF-16 without a mark");
			}
		}
		if (line->len + run > MOST_CELL_BYTES) {
			reading->line_no++;
			return refuse(reading, "it is longer than 1 MiB");
		}
		run += i + run < len;
		buf_add(line, text + i, run);
		if (text[i + run - 1] == '\n' && feed_line(reading) != 0)
			return -1;
	}
	return 0;
}

/* Bytes of another encoding. ${*left} of them, the beginning of a character, stay for the next block. */
static int
decode(struct reading *reading, char *bytes, size_t len, size_t *left)
{
	char text[BLOCK_BYTES], *in = bytes, *out;
	size_t rest = len, room, done;

	while (rest > 0) {
		out = text;
		room = sizeof(text);
		done = iconv(reading->decoder, &in, &rest, &out, &room);
		if (take_text(reading, text, sizeof(text) - room) != 0)
			return -1;
		if (done != (size_t)-1 || errno == E2BIG)
			continue;
		if (errno == EINVAL)
			break;
		reading->line_no++;
		reading->failed = true;
		return err_set(reading->err, ERR_DATA, "%s, line %lld: it holds bytes that are not %s", reading->what,
		    (long long)reading->line_no, reading->encoding);
	}
	memmove(bytes, in, rest);
	*left = rest;
	return 0;
}

/* What a mark at the beginning of the file says, before what was declared; its bytes are skipped. */
static size_t
find_encoding(const char *bytes, size_t len, const char *declared, const char **ret_encoding)
{
	*ret_encoding = declared == NULL || strcmp(declared, "utf-8") == 0 ? NULL : declared;
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		*ret_encoding = NULL;
		return 3;
	}
	if (len >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0)
		*ret_encoding = "UTF-16LE";
	else if (len >= 2 && memcmp(bytes, "\xfe\xff", 2) == 0)
		*ret_encoding = "UTF-16BE";
	else
		return 0;
	return 2;
}

/* The separator that comes most often in the first row; of equals the first of the list. In UTF-16 the other byte of each is NUL. */
static char
sniff(const char *bytes, size_t len)
{
	static const char candidates[] = ",;\t|";
	size_t counts[sizeof(candidates) - 1] = { 0 }, i, best = 0;
	bool quoted = false, text = false;
	const char *found;

	for (i = 0; i < len && !(text && !quoted && (bytes[i] == '\n' || bytes[i] == '\r')); i++) {
		if (bytes[i] == '"')
			quoted = !quoted;
		text |= bytes[i] != '\n' && bytes[i] != '\r' && bytes[i] != '\0';
		found = bytes[i] == '\0' ? NULL : strchr(candidates, bytes[i]);
		if (!quoted && found != NULL)
			counts[found - candidates]++;
	}
	for (i = 1; i < sizeof(candidates) - 1; i++)
		best = counts[i] > counts[best] ? i : best;
	return candidates[best];
}

static int
read_blocks(struct reading *reading, FILE *file, const struct csv_format *format)
{
	char bytes[BLOCK_BYTES];
	size_t left = 0, len, skip;
	bool begun = false;

	for (;;) {
		len = fread(bytes + left, 1, sizeof(bytes) - left, file);
		if (ferror(file))
			return err_set(reading->err, ERR_IO, "%s: %s", reading->what, strerror(errno));
		if (len == 0)
			break;
		len += left;
		left = skip = 0;
		if (!begun) {
			skip = find_encoding(bytes, len, format->encoding, &reading->encoding);
			csv_set_delim(&reading->parser,
			    (unsigned char)(format->separator != '\0' ? format->separator : sniff(bytes + skip, len - skip)));
			if (reading->encoding != NULL) {
				reading->decoder = iconv_open("UTF-8", reading->encoding);
				if (reading->decoder == (iconv_t)-1)
					return err_set(reading->err, ERR_CONFIG, "%s: this system cannot read the encoding \"%s\"",
					    reading->what, reading->encoding);
			}
			begun = true;
		}
		if (reading->encoding == NULL ? take_text(reading, bytes + skip, len - skip) != 0
					      : decode(reading, memmove(bytes, bytes + skip, len - skip), len - skip, &left) != 0)
			return -1;
	}
	if (left > 0) {
		reading->line_no++;
		return refuse(reading, "the file ends in the middle of a character");
	}
	if (reading->line.len > 0 && feed_line(reading) != 0)
		return -1;
	if (csv_fini(&reading->parser, take_cell, take_row, reading) != 0) {
		reading->line_no = reading->row_line;
		return refuse(reading, "a quote in this row is not closed");
	}
	return reading->failed ? -1 : 0;
}

int
csv_read(FILE *file, const char *what, const struct csv_format *format, int (*row)(void *, const struct csv_row *, struct err *),
    void *context, struct err *err)
{
	struct reading reading = { .what = what, .row = row, .context = context, .err = err, .decoder = (iconv_t)-1 };
	int rc;

	if (csv_init(&reading.parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return err_set(err, ERR_SYSTEM, "%s: out of memory", what);
	buf_init(&reading.line, 2 * MOST_CELL_BYTES);
	buf_init(&reading.cells, 4 * MOST_CELL_BYTES);
	rc = read_blocks(&reading, file, format);
	csv_free(&reading.parser);
	buf_done(&reading.line);
	buf_done(&reading.cells);
	if (reading.decoder != (iconv_t)-1)
		(void)iconv_close(reading.decoder);
	return rc;
}

void
csv_write_cell(FILE *file, const char *text)
{
	(void)csv_fwrite(file, text, strlen(text));
}
