/* Answers in the byte forms of the recordings. In XML every object member is `<KEY name="…">`, objects are SINGLE, lists MULTIPLE. */
#include "reply.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

void
reply_init(struct reply *reply, struct buf *out, enum reply_form form)
{
	memset(reply, 0, sizeof(*reply));
	reply->out = out;
	reply->form = form;
}

static void
json_text(struct buf *out, const char *text, enum reply_form form)
{
	const char *p = text, *next;
	uint32_t code;

	buf_char(out, '"');
	while (*p != '\0') {
		next = text_next(p, &code);
		if (code == '"' || code == '\\' || (code == '/' && form == REPLY_JSON))
			buf_printf(out, "\\%c", (int)code);
		else if (code == '\n')
			buf_text(out, "\\n");
		else if (code == '\r')
			buf_text(out, "\\r");
		else if (code == '\t')
			buf_text(out, "\\t");
		else if (code < 0x20)
			buf_printf(out, "\\u%04" PRIx32, code);
		else if (code < 0x7f || form == REPLY_PLAIN)
			buf_add(out, p, (size_t)(next - p));
		else if (code < 0x10000)
			buf_printf(out, "\\u%04" PRIx32, code);
		else
			buf_printf(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + ((code - 0x10000) >> 10),
			    0xdc00 + ((code - 0x10000) & 0x3ff));
		p = next;
	}
	buf_char(out, '"');
}

static void
xml_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&': buf_text(out, "&amp;"); break;
		case '<': buf_text(out, "&lt;"); break;
		case '>': buf_text(out, "&gt;"); break;
		case '"': buf_text(out, "&quot;"); break;
		default: buf_char(out, *text); break;
		}
	}
}

static void
begin(struct reply *reply, const char *key)
{
	if (reply->form == REPLY_XML) {
		if (key != NULL)
			buf_printf(reply->out, "<KEY name=\"%s\">", key);
		return;
	}
	if (reply->more[reply->depth])
		buf_char(reply->out, ',');
	reply->more[reply->depth] = true;
	if (key != NULL) {
		json_text(reply->out, key, reply->form);
		buf_char(reply->out, ':');
	}
}

/* ${key} of the members that end here is not known any more: values close their own KEY, containers remember whether they had one. */
static void
finish(struct reply *reply, const char *key)
{
	if (reply->form == REPLY_XML && key != NULL)
		buf_text(reply->out, "</KEY>\n");
}

static void
open_container(struct reply *reply, const char *key, const char *json, const char *xml)
{
	begin(reply, key);
	BUG_UNLESS(reply->depth + 1 < REPLY_DEPTH);
	if (reply->form == REPLY_XML) {
		reply->more[reply->depth] = key != NULL;
		buf_text(reply->out, xml);
		reply->depth++;
	} else {
		buf_text(reply->out, json);
		reply->more[++reply->depth] = false;
	}
}

static void
close_container(struct reply *reply, const char *json, const char *xml)
{
	BUG_UNLESS(reply->depth > 0);
	reply->depth--;
	if (reply->form != REPLY_XML) {
		buf_text(reply->out, json);
		return;
	}
	buf_text(reply->out, xml);
	if (reply->more[reply->depth])
		buf_text(reply->out, "</KEY>\n");
}

void
reply_object(struct reply *reply, const char *key)
{
	open_container(reply, key, "{", "<SINGLE>\n");
}

void
reply_end_object(struct reply *reply)
{
	close_container(reply, "}", "</SINGLE>\n");
}

void
reply_list(struct reply *reply, const char *key)
{
	open_container(reply, key, "[", "<MULTIPLE>\n");
}

void
reply_end_list(struct reply *reply)
{
	close_container(reply, "]", "</MULTIPLE>\n");
}

void
reply_text(struct reply *reply, const char *key, const char *value)
{
	if (value == NULL) {
		reply_null(reply, key);
		return;
	}
	begin(reply, key);
	if (reply->form == REPLY_XML) {
		buf_text(reply->out, "<VALUE>");
		xml_text(reply->out, value);
		buf_text(reply->out, "</VALUE>\n");
	} else {
		json_text(reply->out, value, reply->form);
	}
	finish(reply, key);
}

void
reply_int(struct reply *reply, const char *key, int64_t value)
{
	begin(reply, key);
	buf_printf(reply->out, reply->form == REPLY_XML ? "<VALUE>%" PRId64 "</VALUE>\n" : "%" PRId64, value);
	finish(reply, key);
}

void
reply_bool(struct reply *reply, const char *key, bool value)
{
	begin(reply, key);
	if (reply->form == REPLY_XML)
		buf_printf(reply->out, "<VALUE>%d</VALUE>\n", value ? 1 : 0);
	else
		buf_text(reply->out, value ? "true" : "false");
	finish(reply, key);
}

void
reply_null(struct reply *reply, const char *key)
{
	begin(reply, key);
	buf_text(reply->out, reply->form == REPLY_XML ? "<VALUE null=\"null\"/>\n" : "null");
	finish(reply, key);
}

void
reply_absent(struct reply *reply, const char *key)
{
	if (reply->form == REPLY_XML)
		reply_null(reply, key);
}

void
reply_absent_list(struct reply *reply, const char *key)
{
	if (reply->form == REPLY_XML) {
		reply_list(reply, key);
		reply_end_list(reply);
	}
}

void
reply_raw(struct reply *reply, const char *key, const char *json)
{
	begin(reply, key);
	buf_text(reply->out, json);
}
