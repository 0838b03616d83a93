/* Templates of mails: their files, and a letter out of them. */
#include "outbox/mail_template.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "mail_fill.h"
#include "mail_markup.h"
#include "mail_render.h"
#include "outbox/catalogue.h"
#include "outbox/locale.h"

#define TEMPLATE_MAX_BYTES ((size_t)256 * 1024)
#define FILLED_MAX_BYTES ((size_t)1 << 20)
/* What HTML has besides the values of the message. */
#define HTML_VALUES 5

struct mail_template {
	const struct catalogue_message *message;
	struct locale *locale;
	struct mail_block *subject, *body, *foot;
	struct mail_block *html; /* the layout, or a user's own */
};

/* A file that may be missing: ${ret_text} is NULL then. */
static int
read_file(struct arena *arena, const char *path, char **ret_text, struct err *err)
{
	size_t len = 0;

	if (file_read(arena, "mail template", path, TEMPLATE_MAX_BYTES, ret_text, &len, err) != 0) {
		if (err->code != ERR_NOT_FOUND)
			return -1;
		*ret_text = NULL;
		return 0;
	}
	if (strlen(*ret_text) != len || !text_utf8_valid(*ret_text, len))
		return err_set(err, ERR_CONFIG, "%s: not UTF-8 text", path);
	return 0;
}

/* The message's folder and text: of the locale, or of its language. */
static int
read_message(struct arena *arena, const char *template_dir, const char *name, const char *locale, const char **ret_stem,
    char **ret_text, struct err *err)
{
	const char *stem = arena_printf(arena, "%s/mail/%s/%s", template_dir, locale, name), *language;
	struct err missing;

	if (read_file(arena, arena_printf(arena, "%s.txt", stem), ret_text, err) != 0)
		return -1;
	if (*ret_text == NULL) {
		missing = *err;
		err_reset(err);
		if (strchr(locale, '-') != NULL) {
			language = arena_strndup(arena, locale, strcspn(locale, "-"));
			stem = arena_printf(arena, "%s/mail/%s/%s", template_dir, language, name);
			if (read_file(arena, arena_printf(arena, "%s.txt", stem), ret_text, err) != 0)
				return -1;
			err_reset(err);
		}
		if (*ret_text == NULL) {
			*err = missing;
			err->code = ERR_CONFIG;
			return -1;
		}
	}
	*ret_stem = stem;
	return 0;
}

static int
parse_html(struct arena *arena, struct mail_template *template, const char *template_dir, const char *stem, struct err *err)
{
	const char *file = arena_printf(arena, "%s.html", stem);
	enum mail_markup_mode mode = MAIL_MARKUP_HTML;
	char *text;

	if (read_file(arena, file, &text, err) != 0)
		return -1;
	if (text == NULL) {
		err_reset(err);
		mode = MAIL_MARKUP_LAYOUT;
		file = arena_printf(arena, "%s/mail/layout.html", template_dir);
		if (read_file(arena, file, &text, err) != 0)
			return -1;
		if (text == NULL) {
			err->code = ERR_CONFIG;
			return -1;
		}
	}
	return mail_markup_parse(arena, template->message, template->locale, mode, file, 1, text, &template->html, err);
}

/* Below each mail: who sends it, where an answer goes, and why it came, as far as the language has words for that. */
static int
parse_foot(struct arena *arena, struct mail_template *template, struct err *err)
{
	const char *reason = arena_printf(arena, "reason_%s", template->message->to), *word;
	struct err none = ERR_INIT;
	bool said = locale_word(template->locale, arena_printf(arena, "mail.%s", reason), &word, &none) == 0;

	return mail_markup_parse(arena, template->message, template->locale, MAIL_MARKUP_BODY, locale_file(template->locale), 0,
	    arena_printf(arena, "{{issuer}} · {{reply_to}}%s%s%s", said ? "\n{{word." : "", said ? reason : "", said ? "}}" : ""),
	    &template->foot, err);
}

int
mail_template_open(struct arena *arena, const char *template_dir, const char *name, const char *locale,
    struct mail_template **ret_template, struct err *err)
{
	struct mail_template *template = ARENA_NEW(arena, struct mail_template);
	const char *stem, *file;
	char *text, *end;

	template->message = catalogue_find(name);
	if (template->message == NULL)
		return err_set(err, ERR_CONFIG, "there is no mail \"%s\"", name);
	/* The locale first: it has checked that the name is one, and not a path. */
	if (locale_open(arena, template_dir, locale, &template->locale, err) != 0 ||
	    read_message(arena, template_dir, name, locale, &stem, &text, err) != 0)
		return -1;
	file = arena_printf(arena, "%s.txt", stem);
	end = strstr(text, "\n\n");
	if (!text_starts(text, "Subject: ") || end == NULL || end != strchr(text, '\n'))
		return err_set(err, ERR_CONFIG, "%s:1: expected \"Subject: …\" and an empty line", file);
	*end = '\0';
	if (mail_markup_parse(arena, template->message, template->locale, MAIL_MARKUP_SUBJECT, file, 1, text + strlen("Subject: "),
		&template->subject, err) != 0 ||
	    mail_markup_parse(
		arena, template->message, template->locale, MAIL_MARKUP_BODY, file, 3, end + 2, &template->body, err) != 0 ||
	    parse_foot(arena, template, err) != 0 || parse_html(arena, template, template_dir, stem, err) != 0)
		return -1;
	*ret_template = template;
	return 0;
}

/* A part made with one of the renderers, out of the buffer into the arena. */
static int
keep(struct arena *arena, struct buf *buf, const char *what, const char **ret_text, struct err *err)
{
	if (buf_check(buf, what, err) != 0)
		return -1;
	*ret_text = arena_strndup(arena, buf->data, buf->len);
	buf_reset(buf);
	return 0;
}

static int
fill_html(struct arena *arena, const struct mail_template *template, const struct mail_value *values, size_t count,
    const struct mail_part *body, const struct mail_part *foot, struct mail_letter *letter, struct buf *buf, struct err *err)
{
	struct mail_value *more = ARENA_ARRAY(arena, count + HTML_VALUES, struct mail_value);
	struct mail_part *page;
	const char *inner, *below;

	mail_render_html(buf, body);
	if (keep(arena, buf, "the mail's HTML", &inner, err) != 0)
		return -1;
	mail_render_html(buf, foot);
	if (keep(arena, buf, "the mail's HTML", &below, err) != 0)
		return -1;
	more[0] = (struct mail_value){ "language", locale_language(template->locale) };
	more[1] = (struct mail_value){ "direction", locale_direction(template->locale) };
	more[2] = (struct mail_value){ "subject", "-" };
	more[3] = (struct mail_value){ "body", "-" };
	more[4] = (struct mail_value){ "foot", "-" };
	if (count > 0)
		memcpy(more + HTML_VALUES, values, count * sizeof(*values));
	if (mail_fill(arena, template->html, template->locale, template->message, more, count + HTML_VALUES, &page, err) != 0)
		return -1;
	mail_render_raw(buf, page == NULL ? NULL : page->runs, letter->subject, inner, below);
	return keep(arena, buf, "the mail's HTML", &letter->html, err);
}

int
mail_template_fill(struct arena *arena, const struct mail_template *template, const struct mail_value *values, size_t count,
    struct mail_letter *ret_letter, struct err *err)
{
	struct mail_letter letter = { 0 };
	struct mail_part *subject, *body, *foot;
	int rc = -1;
	struct buf buf;

	buf_init(&buf, FILLED_MAX_BYTES);
	if (mail_fill(arena, template->subject, template->locale, template->message, values, count, &subject, err) != 0 ||
	    mail_fill(arena, template->body, template->locale, template->message, values, count, &body, err) != 0 ||
	    mail_fill(arena, template->foot, template->locale, template->message, values, count, &foot, err) != 0)
		goto out;
	mail_render_line(&buf, template->locale, subject->runs);
	if (keep(arena, &buf, "the mail's subject", &letter.subject, err) != 0)
		goto out;
	letter.delsp = mail_render_text(arena, &buf, template->locale, body, foot);
	if (keep(arena, &buf, "the mail's text", &letter.text, err) != 0)
		goto out;
	if (fill_html(arena, template, values, count, body, foot, &letter, &buf, err) != 0)
		goto out;
	*ret_letter = letter;
	rc = 0;
out:
	buf_done(&buf);
	return rc;
}

const char *
mail_template_language(const struct mail_template *template)
{
	return locale_language(template->locale);
}

static bool
blocks_ask(const struct mail_block *block, const char *value)
{
	const struct mail_mark *mark;

	for (; block != NULL; block = block->next)
		for (mark = block->marks; mark != NULL; mark = mark->next)
			if (mark->value != NULL && strcmp(mark->value->name, value) == 0)
				return true;
	return false;
}

bool
mail_template_asks(const struct mail_template *template, const char *value)
{
	return blocks_ask(template->subject, value) || blocks_ask(template->body, value);
}
