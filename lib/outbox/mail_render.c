/* HTML of mails, and what text has in common with their subjects. Nothing is fetched when such a mail is read, and nothing in it runs. */
#include "mail_render.h"

#include <stdint.h>
#include <string.h>

#include "adapter/unicode.h"
#include "base/text.h"

/* First strong isolate and its end. */
#define ISOLATE "\u2068"
#define ISOLATE_END "\u2069"

/* Does it hold a letter of the other direction? */
static bool
runs_against(const char *text, bool rtl)
{
	uint32_t c;

	while (*text != '\0') {
		text = text_next(text, &c);
		if (unicode_direction(c) == (rtl ? 1 : -1))
			return true;
	}
	return false;
}

void
mail_render_line(struct buf *buf, const struct locale *locale, const struct mail_run *run)
{
	const bool rtl = cldr_rtl(locale_formats(locale));
	bool against;

	for (; run != NULL; run = run->next) {
		if (run->kind == MAIL_MARK_TEXT) {
			buf_text(buf, run->text);
		} else if (run->kind == MAIL_MARK_VALUE) {
			against = run->value->kind == CATALOGUE_TEXT && runs_against(run->text, rtl);
			buf_printf(buf, "%s%s%s", against ? ISOLATE : "", run->text, against ? ISOLATE_END : "");
		}
	}
}

static void
escape(struct buf *buf, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&': buf_text(buf, "&amp;"); break;
		case '<': buf_text(buf, "&lt;"); break;
		case '>': buf_text(buf, "&gt;"); break;
		case '"': buf_text(buf, "&quot;"); break;
		case '\'': buf_text(buf, "&#39;"); break;
		case '\n': buf_text(buf, "<br>\n"); break; /* between the texts of a list */
		default: buf_char(buf, *text); break;
		}
	}
}

/* Bytes that mean something else in a mailto: address are encoded (RFC 6068 section 2). */
static void
add_mailto(struct buf *buf, const char *address)
{
	buf_text(buf, "<a href=\"mailto:");
	for (; *address != '\0'; address++) {
		if ((*address >= 'a' && *address <= 'z') || (*address >= 'A' && *address <= 'Z') ||
		    (*address >= '0' && *address <= '9') || strchr("@.-_+", *address) != NULL)
			buf_char(buf, *address);
		else
			buf_printf(buf, "%%%02X", (unsigned)(unsigned char)*address);
	}
	buf_text(buf, "\">");
}

/* A day stays on one line. */
static void
add_date(struct buf *buf, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == ' ')
			buf_text(buf, "&nbsp;");
		else
			buf_char(buf, *text);
}

static void
add_value(struct buf *buf, const struct mail_run *run, bool in_link)
{
	const bool address = run->value->kind == CATALOGUE_ADDRESS && !in_link, web = run->value->kind == CATALOGUE_WEB && !in_link;

	if (address)
		add_mailto(buf, run->text);
	if (web) {
		buf_text(buf, "<a href=\"");
		escape(buf, run->text);
		buf_text(buf, "\">");
	}
	if (run->value->kind == CATALOGUE_DATE) {
		add_date(buf, run->text);
		return;
	}
	if (!run->written)
		buf_text(buf, "<bdi>");
	escape(buf, run->text);
	if (!run->written)
		buf_text(buf, "</bdi>");
	if (address || web)
		buf_text(buf, "</a>");
}

static void
add_runs(struct buf *buf, const struct mail_run *run, bool button)
{
	bool in_link = false;

	for (; run != NULL; run = run->next) {
		switch (run->kind) {
		case MAIL_MARK_TEXT: escape(buf, run->text); break;
		case MAIL_MARK_VALUE: add_value(buf, run, in_link); break;
		case MAIL_MARK_STRONG: buf_text(buf, "<strong>"); break;
		case MAIL_MARK_STRONG_END: buf_text(buf, "</strong>"); break;
		case MAIL_MARK_BREAK: buf_text(buf, "<br>\n"); break;
		case MAIL_MARK_LINK:
			buf_text(buf, button ? "<a class=\"button\" href=\"" : "<a href=\"");
			escape(buf, run->text);
			buf_text(buf, "\">");
			in_link = true;
			break;
		case MAIL_MARK_LINK_END:
			buf_text(buf, "</a>");
			in_link = false;
			break;
		}
	}
}

void
mail_render_html(struct buf *buf, const struct mail_part *part)
{
	bool list = false;

	for (; part != NULL; part = part->next) {
		if (list != (part->kind == MAIL_BLOCK_ITEM)) {
			list = !list;
			buf_text(buf, list ? "<ul>\n" : "</ul>\n");
		}
		buf_text(buf, list ? "<li>" : "<p>");
		add_runs(buf, part->runs, part->kind == MAIL_BLOCK_BUTTON);
		buf_text(buf, list ? "</li>\n" : "</p>\n");
	}
	if (list)
		buf_text(buf, "</ul>\n");
}

void
mail_render_raw(struct buf *buf, const struct mail_run *run, const char *subject, const char *body, const char *foot)
{
	for (; run != NULL; run = run->next) {
		if (run->kind == MAIL_MARK_TEXT)
			buf_text(buf, run->text);
		else if (strcmp(run->value->name, "subject") == 0)
			escape(buf, subject);
		else if (strcmp(run->value->name, "body") == 0)
			buf_text(buf, body);
		else if (strcmp(run->value->name, "foot") == 0)
			buf_text(buf, foot);
		else
			escape(buf, run->text);
	}
}
