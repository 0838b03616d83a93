/* Mail that came to us, taken apart by GMime. Its parser is lenient, which is what broken mail wants; limits and clean texts are ours. */
#include "adapter/dsn.h"

#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "base/buf.h"
#include "base/text.h"

/* The whole, a wrapper around the report, the report. */
#define MOST_DEPTH 3
#define MOST_PARTS 20
#define MOST_HEADERS 1000

/* A copy as valid UTF-8 on one line, of at most ${most} bytes; controls and blanks in a row become one blank, none stand around. */
static char *
clean(struct arena *arena, const char *text, size_t most)
{
	size_t left = strnlen(text, most), len;
	char *copy = arena_alloc(arena, left + 1), *out = copy;
	bool blank;

	for (; left > 0; text += len, left -= len) {
		len = text_character(text, left);
		/* C1 controls begin with C2 80 … C2 9F. */
		blank = len == 1 ? (unsigned char)*text <= 0x20 || *text == 0x7f
				 : len == 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0;
		if (blank) {
			if (out == copy || out[-1] != ' ')
				*out++ = ' ';
		} else if (len == 0) {
			*out++ = '?';
			len = 1;
		} else {
			memcpy(out, text, len);
			out += len;
		}
	}
	*out = '\0';
	return text_trim(arena, copy);
}

static GMimeMessage *
parse_message(const char *bytes, size_t len)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message;

	g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
	g_mime_parser_set_respect_content_length(parser, FALSE);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return message;
}

/* What a part holds, decoded; at most DSN_MAX_BYTES. Free with g_byte_array_unref(); NULL if it holds nothing. */
static GByteArray *
content(GMimeObject *part)
{
	GMimeDataWrapper *wrapper;
	GMimeStream *stream;
	GByteArray *bytes;

	wrapper = GMIME_IS_PART(part) ? g_mime_part_get_content(GMIME_PART(part)) : NULL;
	if (wrapper == NULL)
		return NULL;
	stream = g_mime_stream_mem_new();
	(void)g_mime_data_wrapper_write_to_stream(wrapper, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE); /* it is ours */
	g_object_unref(stream);
	return bytes;
}

/* What looks like an address: a run of signs around an "@". */
static void
add_addresses(struct arena *arena, struct dsn *dsn, const char *value)
{
	static const char between[] = " \t\r\n<>()[],;:\"";
	const char *p = value;
	size_t len;

	for (; *p != '\0' && dsn->delivered_count < DSN_MAX_ADDRESSES; p += len) {
		p += strspn(p, between);
		len = strcspn(p, between);
		if (len > 0 && len <= 320 && memchr(p, '@', len) != NULL)
			dsn->delivered[dsn->delivered_count++] = clean(arena, arena_strndup(arena, p, len), len);
	}
}

static void
read_headers(struct arena *arena, struct dsn *dsn, GMimeMessage *message)
{
	static const char *const delivered[] = { "Delivered-To", "X-Original-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To",
		"To", "Cc" };
	GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
	int i, count = g_mime_header_list_get_count(headers);

	for (i = 0; i < count && i < MOST_HEADERS; i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(headers, i);
		const char *name = g_mime_header_get_name(header), *value = g_mime_header_get_raw_value(header);
		size_t k;

		if (name == NULL || value == NULL)
			continue;
		for (k = 0; k < sizeof(delivered) / sizeof(delivered[0]); k++)
			if (strcasecmp(name, delivered[k]) == 0)
				add_addresses(arena, dsn, value);
		if (strcasecmp(name, "From") == 0)
			dsn->from = clean(arena, value, DSN_TEXT_BYTES);
		else if (strcasecmp(name, "X-Failed-Recipients") == 0)
			dsn->failed_recipient = clean(arena, value, DSN_TEXT_BYTES);
	}
}

/* The Message-ID in headers of a mail that was given back. */
static void
read_message_id(struct arena *arena, struct dsn *dsn, GMimeMessage *message)
{
	const char *id = message == NULL ? NULL : g_mime_message_get_message_id(message);

	if (id != NULL && dsn->message_id == NULL && strlen(id) <= DSN_TEXT_BYTES)
		dsn->message_id = arena_printf(arena, "<%s>", clean(arena, id, DSN_TEXT_BYTES));
}

/* What stands behind the type of a field, as in "rfc822; ana@example.org". */
static const char *
untyped(struct arena *arena, const char *value)
{
	const char *at = strchr(value, ';');

	return clean(arena, at != NULL ? at + 1 : value, DSN_TEXT_BYTES);
}

static const char *
address(struct arena *arena, const char *value)
{
	const char *text = untyped(arena, value);
	size_t len = strlen(text);

	return len >= 2 && text[0] == '<' && text[len - 1] == '>' ? arena_strndup(arena, text + 1, len - 2) : text;
}

static const char *
lower(struct arena *arena, const char *value)
{
	char *text = clean(arena, value, DSN_TEXT_BYTES), *p;

	for (p = text; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return text;
}

/* The fields of one recipient. The first group is about the message and names none. */
static void
read_group(struct arena *arena, struct dsn *dsn, const char *bytes, size_t len)
{
	GMimeMessage *group = parse_message(bytes, len);
	struct dsn_recipient recipient = { "", "", "", "", "" };
	GMimeHeaderList *fields;
	int i, count;

	if (group == NULL)
		return;
	fields = g_mime_object_get_header_list(GMIME_OBJECT(group));
	count = g_mime_header_list_get_count(fields);
	for (i = 0; i < count && i < MOST_HEADERS; i++) {
		GMimeHeader *field = g_mime_header_list_get_header_at(fields, i);
		const char *name = g_mime_header_get_name(field), *value = g_mime_header_get_raw_value(field);

		if (name == NULL || value == NULL)
			continue;
		if (strcasecmp(name, "Action") == 0)
			recipient.action = lower(arena, value);
		else if (strcasecmp(name, "Status") == 0)
			recipient.status = clean(arena, value, DSN_TEXT_BYTES);
		else if (strcasecmp(name, "Diagnostic-Code") == 0)
			recipient.words = untyped(arena, value);
		else if (strcasecmp(name, "Final-Recipient") == 0)
			recipient.final = address(arena, value);
		else if (strcasecmp(name, "Original-Recipient") == 0)
			recipient.original = address(arena, value);
	}
	g_object_unref(group);
	if ((recipient.action[0] != '\0' || recipient.status[0] != '\0') && dsn->recipient_count < DSN_MAX_RECIPIENTS)
		dsn->recipients[dsn->recipient_count++] = recipient;
}

/* Groups of fields with empty lines between. */
static void
read_status(struct arena *arena, struct dsn *dsn, const GByteArray *bytes)
{
	const char *p = (const char *)bytes->data, *end = p + bytes->len, *line, *group;
	int groups = 0;

	dsn->report = true;
	for (group = p; p < end && groups < 2 * DSN_MAX_RECIPIENTS; p = line) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		line = newline != NULL ? newline + 1 : end;
		if (line - p > 2 || (line - p == 2 && p[0] != '\r') || (line - p == 1 && newline == NULL))
			continue;
		if (p > group) {
			read_group(arena, dsn, group, (size_t)(p - group));
			groups++;
		}
		group = line;
	}
	if (group < end && groups < 2 * DSN_MAX_RECIPIENTS)
		read_group(arena, dsn, group, (size_t)(end - group));
}

static void
read_part(struct arena *arena, struct dsn *dsn, GMimeObject *part, int depth)
{
	GMimeContentType *type = g_mime_object_get_content_type(part);
	GByteArray *bytes;
	GMimeMessage *message;
	int i;

	if (GMIME_IS_MULTIPART(part)) {
		for (i = 0; depth < MOST_DEPTH && i < MOST_PARTS && i < g_mime_multipart_get_count(GMIME_MULTIPART(part)); i++)
			read_part(arena, dsn, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1);
		return;
	}
	if (GMIME_IS_MESSAGE_PART(part)) {
		read_message_id(arena, dsn, g_mime_message_part_get_message(GMIME_MESSAGE_PART(part)));
		return;
	}
	if (type == NULL)
		return;
	bytes = content(part);
	if (bytes == NULL)
		return;
	if (g_mime_content_type_is_type(type, "message", "delivery-status") ||
	    g_mime_content_type_is_type(type, "message", "global-delivery-status")) {
		if (!dsn->report)
			read_status(arena, dsn, bytes);
	} else if (g_mime_content_type_is_type(type, "text", "rfc822-headers") ||
		   g_mime_content_type_is_type(type, "message", "global-headers")) {
		message = parse_message((const char *)bytes->data, bytes->len);
		read_message_id(arena, dsn, message);
		if (message != NULL)
			g_object_unref(message);
	} else if (g_mime_content_type_is_type(type, "text", "plain") && dsn->body[0] == '\0' && bytes->len > 0) {
		char *text =
		    arena_strndup(arena, (const char *)bytes->data, bytes->len < DSN_BODY_BYTES ? bytes->len : DSN_BODY_BYTES);

		dsn->body = clean(arena, text, DSN_BODY_BYTES);
	}
	g_byte_array_unref(bytes);
}

struct dsn *
dsn_read(struct arena *arena, const void *bytes, size_t len)
{
	static bool ready;
	struct dsn *dsn = ARENA_NEW(arena, struct dsn);
	GMimeMessage *message;

	if (!ready)
		g_mime_init();
	ready = true;
	dsn->from = dsn->body = "";
	dsn->recipients = ARENA_ARRAY(arena, DSN_MAX_RECIPIENTS, struct dsn_recipient);
	dsn->delivered = ARENA_ARRAY(arena, DSN_MAX_ADDRESSES, const char *);
	message = parse_message(bytes, len < DSN_MAX_BYTES ? len : DSN_MAX_BYTES);
	if (message != NULL) {
		read_headers(arena, dsn, message);
		if (g_mime_message_get_mime_part(message) != NULL)
			read_part(arena, dsn, g_mime_message_get_mime_part(message), 1);
		g_object_unref(message);
	}
	return dsn;
}
