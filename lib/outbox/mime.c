/* Encodings of mail. Pure: bytes in, ASCII out. Both SMTP and what reads mail count lines and columns, so the writers of headers
 * carry the column along. */
#include "outbox/mime.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define LINE_COLUMNS 76
/* `=?UTF-8?Q?` and `?=` around, and the whole (RFC 2047 section 2). */
#define WORD_OVERHEAD 12
#define WORD_MAX 75
/* Of a word that is not encoded: it fits beside any header's name. */
#define WORD_PLAIN_MAX 60

static const char hex_digits[] = "0123456789ABCDEF";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* Stands for itself in Q encoding, also within a phrase (RFC 2047 section 5, rule 3). */
static bool
is_q_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!*+-/", c) != NULL);
}

static size_t
q_size(const char *bytes, size_t len)
{
	size_t size = 0, i;

	for (i = 0; i < len; i++)
		size += is_q_plain(bytes[i]) || bytes[i] == ' ' ? 1 : 3;
	return size;
}

static size_t
b_size(size_t len)
{
	return (len + 2) / 3 * 4;
}

static void
q_write(struct buf *buf, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (bytes[i] == ' ') {
			buf_char(buf, '_');
		} else if (is_q_plain(bytes[i])) {
			buf_char(buf, bytes[i]);
		} else {
			buf_char(buf, '=');
			buf_char(buf, hex_digits[(unsigned char)bytes[i] >> 4]);
			buf_char(buf, hex_digits[(unsigned char)bytes[i] & 15]);
		}
	}
}

/* Base64 of at most 3 bytes. */
static void
b_write_group(struct buf *buf, const unsigned char *p, size_t len)
{
	uint32_t bits = (uint32_t)p[0] << 16 | (len > 1 ? (uint32_t)p[1] << 8 : 0) | (len > 2 ? p[2] : 0u);

	buf_char(buf, base64_digits[bits >> 18]);
	buf_char(buf, base64_digits[bits >> 12 & 63]);
	buf_char(buf, len > 1 ? base64_digits[bits >> 6 & 63] : '=');
	buf_char(buf, len > 2 ? base64_digits[bits & 63] : '=');
}

/* Write ${text} as encoded words from ${column} on and return the column after them. White space between encoded words is not shown,
 * so blanks of the text travel inside them. */
static size_t
write_words(struct buf *buf, const char *text, size_t column)
{
	size_t total = strlen(text);
	bool q = q_size(text, total) <= b_size(total);
	const char *start = text, *end, *next;
	uint32_t c;
	size_t room, size;

	while (*start != '\0') {
		room = LINE_COLUMNS - column < WORD_MAX ? LINE_COLUMNS - column : WORD_MAX;
		for (end = start; *end != '\0'; end = next) {
			next = text_next(end, &c);
			size = (size_t)(next - start);
			if ((q ? q_size(start, size) : b_size(size)) + WORD_OVERHEAD > room)
				break;
		}
		if (end > start) {
			buf_text(buf, q ? "=?UTF-8?Q?" : "=?UTF-8?B?");
			size = (size_t)(end - start);
			if (q) {
				q_write(buf, start, size);
				column += q_size(start, size) + WORD_OVERHEAD;
			} else {
				const char *p;

				for (p = start; p < end; p += 3)
					b_write_group(buf, (const unsigned char *)p, end - p < 3 ? (size_t)(end - p) : 3);
				column += b_size(size) + WORD_OVERHEAD;
			}
			buf_text(buf, "?=");
			start = end;
		}
		if (*start != '\0') {
			buf_text(buf, "\r\n ");
			column = 1;
		}
	}
	return column;
}

/* Can ${text} stand in a header as it is, folded at its blanks? Not when a reader would take part of it for an encoded word, nor when
 * a word is too long for a line. */
static bool
is_plain_text(const char *text)
{
	size_t len;

	if (!is_ascii(text) || strstr(text, "=?") != NULL || *text == ' ' || text_ends(text, " "))
		return false;
	for (; *text != '\0'; text += len) {
		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (len > WORD_PLAIN_MAX)
			return false;
	}
	return true;
}

/* Words separated by blanks, folded before a blank. Several blanks stay together. */
static size_t
write_folded(struct buf *buf, const char *text, size_t column)
{
	size_t blanks, len;

	for (; *text != '\0'; text += blanks + len) {
		blanks = strspn(text, " ");
		len = strcspn(text + blanks, " ");
		if (blanks > 0 && column + blanks + len > LINE_COLUMNS) {
			buf_text(buf, "\r\n");
			column = 0;
		}
		buf_add(buf, text, blanks + len);
		column += blanks + len;
	}
	return column;
}

void
mime_header(struct buf *buf, const char *name, const char *text)
{
	size_t column = strlen(name) + 2;

	buf_printf(buf, "%s: ", name);
	if (is_plain_text(text))
		(void)write_folded(buf, text, column);
	else
		(void)write_words(buf, text, column);
	buf_text(buf, "\r\n");
}

/* Letters, digits and the signs that need no quotes in a phrase, with single blanks between. */
static bool
is_phrase(const char *name)
{
	const char *p;

	for (p = name; *p != '\0'; p++) {
		if (*p == ' ' && p != name && p[1] != ' ' && p[1] != '\0')
			continue;
		if (!is_q_plain(*p) && strchr("#$%&'?^_`{|}~", *p) == NULL)
			return false;
	}
	return true;
}

/* A quoted string, which may be folded at its blanks like any text. */
static char *
quoted(struct arena *arena, const char *name)
{
	char *text = arena_alloc(arena, 2 * strlen(name) + 3), *out = text;

	*out++ = '"';
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			*out++ = '\\';
		*out++ = *name;
	}
	*out = '"';
	return text;
}

void
mime_header_address(struct buf *buf, const char *header, const struct address *address)
{
	struct arena arena = ARENA_INIT;
	const char *name = address->name;
	size_t column = strlen(header) + 2;

	buf_printf(buf, "%s: ", header);
	if (*name == '\0') {
		buf_printf(buf, "%s\r\n", address->mailbox);
		return;
	}
	if (is_plain_text(name) && is_phrase(name))
		column = write_folded(buf, name, column);
	else if (is_plain_text(quoted(&arena, name)))
		column = write_folded(buf, quoted(&arena, name), column);
	else
		column = write_words(buf, name, column);
	if (column + strlen(address->mailbox) + 3 > LINE_COLUMNS)
		buf_text(buf, "\r\n");
	buf_printf(buf, " <%s>\r\n", address->mailbox);
	arena_done(&arena);
}

/* `attribute-char` of RFC 2231 section 7, a little narrower. */
static bool
is_attribute_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

/* One section of an extended parameter: as many code points of ${name} as fit; returns where the next one begins. */
static const char *
write_section(struct buf *buf, const char *name)
{
	const char *next, *p;
	size_t column = strlen(" filename*00*=UTF-8'';"), size;
	uint32_t c;

	for (; *name != '\0'; name = next) {
		next = text_next(name, &c);
		size = next - name == 1 && is_attribute_char(*name) ? 1 : 3 * (size_t)(next - name);
		if (column + size > LINE_COLUMNS)
			break;
		column += size;
		for (p = name; p < next; p++) {
			if (size == 1) {
				buf_char(buf, *p);
			} else {
				buf_char(buf, '%');
				buf_char(buf, hex_digits[(unsigned char)*p >> 4]);
				buf_char(buf, hex_digits[(unsigned char)*p & 15]);
			}
		}
	}
	return name;
}

void
mime_header_file(struct buf *buf, const char *value, const char *name)
{
	struct arena arena = ARENA_INIT;
	const char *rest;
	struct buf section;
	unsigned number = 0;

	buf_printf(buf, "Content-Disposition: %s", value);
	if (text_equal(mime_file_fallback(&arena, name), name) && strlen(name) <= 60) {
		buf_printf(buf, ";\r\n filename=\"%s\"", name);
	} else {
		buf_init(&section, 4 * LINE_COLUMNS);
		for (rest = name; *rest != '\0'; number++) {
			buf_reset(&section);
			rest = write_section(&section, rest);
			if (number == 0 && *rest == '\0')
				buf_printf(buf, ";\r\n filename*=UTF-8''%s", section.data);
			else
				buf_printf(buf, ";\r\n filename*%u*=%s%s", number, number == 0 ? "UTF-8''" : "", section.data);
		}
		buf_done(&section);
	}
	buf_text(buf, "\r\n");
	arena_done(&arena);
}

char *
mime_file_fallback(struct arena *arena, const char *name)
{
	char *fallback = arena_alloc(arena, strlen(name) + 1), *out = fallback;
	const char *next;
	uint32_t c;

	for (; *name != '\0'; name = next) {
		next = text_next(name, &c);
		/* Some readers decode encoded words in a parameter too, where none may stand (RFC 2047 section 5). */
		*out++ = (char)(c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || text_starts(name, "=?") ? '_' : c);
	}
	return fallback;
}

void
mime_quoted_printable(struct buf *buf, const char *text)
{
	size_t column = 0, size;
	bool line_end, plain;
	char c, next;

	for (; *text != '\0'; text++) {
		c = *text;
		if (c == '\n' || (c == '\r' && text[1] == '\n')) {
			if (c == '\r')
				text++;
			buf_text(buf, "\r\n");
			column = 0;
			continue;
		}
		next = text[1];
		line_end = next == '\0' || next == '\n' || (next == '\r' && text[2] == '\n');
		plain = (c > ' ' && c < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !line_end);
		if (column == 0 && (c == '.' || text_starts(text, "From ")))
			plain = false;
		size = plain ? 1 : 3;
		/* The last column is for the '=' of a soft break, which the end of a line does not need. */
		if (column + size > LINE_COLUMNS - (line_end ? 0 : 1)) {
			buf_text(buf, "=\r\n");
			column = 0;
			/* A new line may begin with what must not begin one. */
			if (c == '.' || text_starts(text, "From "))
				plain = false, size = 3;
		}
		if (plain) {
			buf_char(buf, c);
		} else {
			buf_char(buf, '=');
			buf_char(buf, hex_digits[(unsigned char)c >> 4]);
			buf_char(buf, hex_digits[(unsigned char)c & 15]);
		}
		column += size;
	}
	if (column > 0)
		buf_text(buf, "\r\n");
}

void
mime_base64(struct buf *buf, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t at;

	for (at = 0; at < len; at += 3) {
		if (at > 0 && at % (LINE_COLUMNS / 4 * 3) == 0)
			buf_text(buf, "\r\n");
		b_write_group(buf, p + at, len - at < 3 ? len - at : 3);
	}
	if (len > 0)
		buf_text(buf, "\r\n");
}
