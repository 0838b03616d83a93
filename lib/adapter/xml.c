/* XML by expat. */
#include "adapter/xml.h"

#include <errno.h>
#include <string.h>

#include <expat.h>

#include "base/buf.h"

#define BETWEEN '|' /* namespace and name */
#define MOST_DEPTH 64
#define MOST_TEXT ((size_t)1024 * 1024)
#define BLOCK_BYTES 65536

struct reading {
	XML_Parser parser;
	const struct xml_reader *reader;
	struct buf text;           /* of all open elements, one behind the other */
	size_t begins[MOST_DEPTH]; /* where each one's begins */
	size_t depth;
	struct err *err;
	bool failed; /* err is set */
};

static const char *
local(const char *name)
{
	const char *at = strrchr(name, BETWEEN);

	return at != NULL ? at + 1 : name;
}

const char *
xml_attribute(const char *const *attributes, const char *name)
{
	for (; attributes != NULL && attributes[0] != NULL; attributes += 2)
		if (strcmp(local(attributes[0]), name) == 0)
			return attributes[1];
	return NULL;
}

static void
fail(struct reading *reading)
{
	reading->failed = true;
	(void)XML_StopParser(reading->parser, XML_FALSE);
}

static void
refuse(struct reading *reading, const char *why)
{
	if (reading->failed)
		return;
	(void)err_set(reading->err, ERR_DATA, "%s", why);
	fail(reading);
}

static void
on_begin(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *reading = context;

	if (reading->failed)
		return;
	if (reading->depth == MOST_DEPTH) {
		refuse(reading, "elements are nested too deeply");
		return;
	}
	reading->begins[reading->depth++] = reading->text.len;
	if (reading->reader->begin(reading->reader->context, local(name), (const char *const *)attributes, reading->err) != 0)
		fail(reading);
}

static void
cut(struct buf *buf, size_t len)
{
	buf->len = len;
	buf->data[len] = '\0';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
on_end(void *context, const XML_Char *name)
{
	struct reading *reading = context;
	const char *text;
	size_t begin, end;

	if (reading->failed)
		return;
	begin = reading->begins[--reading->depth];
	end = reading->text.len;
	while (end > begin && is_blank(reading->text.data[end - 1]))
		end--;
	cut(&reading->text, end);
	text = reading->text.data + begin;
	while (is_blank(*text))
		text++;
	if (reading->reader->end(reading->reader->context, local(name), text, reading->err) != 0) {
		fail(reading);
		return;
	}
	cut(&reading->text, begin);
}

static void
on_text(void *context, const XML_Char *text, int len)
{
	struct reading *reading = context;

	if (reading->failed)
		return;
	buf_add(&reading->text, text, (size_t)len);
	if (reading->text.overflow)
		refuse(reading, "a text is too long");
}

static void
on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	refuse(context, "it declares a document type, which no such file needs");
}

static int
parse(struct reading *reading, FILE *file, const char *what)
{
	char block[BLOCK_BYTES];
	enum XML_Status status;
	size_t len;

	do {
		len = fread(block, 1, sizeof(block), file);
		if (ferror(file))
			return err_set(reading->err, ERR_IO, "%s: %s", what, strerror(errno));
		status = XML_Parse(reading->parser, block, (int)len, len < sizeof(block));
		if (reading->failed)
			return err_wrap(
			    reading->err, "%s, line %lu", what, (unsigned long)XML_GetCurrentLineNumber(reading->parser));
		if (status != XML_STATUS_OK)
			return err_set(reading->err, ERR_DATA, "%s, line %lu: not XML: %s", what,
			    (unsigned long)XML_GetCurrentLineNumber(reading->parser),
			    XML_ErrorString(XML_GetErrorCode(reading->parser)));
	} while (len == sizeof(block));
	return 0;
}

int
xml_read(FILE *file, const char *what, const struct xml_reader *reader, struct err *err)
{
	struct reading reading = { .reader = reader, .err = err };
	int rc;

	reading.parser = XML_ParserCreateNS(NULL, BETWEEN);
	if (reading.parser == NULL)
		return err_set(err, ERR_SYSTEM, "%s: out of memory", what);
	buf_init(&reading.text, MOST_TEXT);
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, on_begin, on_end);
	XML_SetCharacterDataHandler(reading.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
	rc = parse(&reading, file, what);
	buf_done(&reading.text);
	XML_ParserFree(reading.parser);
	return rc;
}
