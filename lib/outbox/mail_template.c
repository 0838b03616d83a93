/* Mail texts: a template is cut into pieces of text and placeholders once, then filled for each mail in a single pass, so that a
 * value never becomes a template. */
#include "outbox/mail_template.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "outbox/locale.h"

#define TEMPLATE_MAX_BYTES ((size_t)256 * 1024)
#define FILLED_MAX_BYTES ((size_t)1 << 20)

/* Which mails there are, and the values each brings: its event's facts, and `issuer` and `reply_to` of the tenant. */
static const struct {
	const char *name;
	const char *placeholders[12];
} mails[] = {
	{ "certificate", { "learner", "course", "date", "serial", "issuer", "reply_to", "language", "direction", NULL } },
	{ "access-ended", { "learner", "course", "date", "issuer", "reply_to", "language", "direction", NULL } },
	{ "access-revoked", { "learner", "course", "date", "issuer", "reply_to", "language", "direction", NULL } },
	{ "grace-notice", { "learner", "course", "date", "issuer", "reply_to", "language", "direction", NULL } },
};

struct piece {
	const char *text; /* literal text, or NULL for a placeholder */
	size_t len;
	const char *name;
	bool is_date;
	unsigned line;
};

struct part {
	const char *file;
	bool html;
	struct piece *pieces;
	size_t count;
};

struct mail_template {
	struct locale *locale;
	struct part subject, text, html;
};

static const char *const *
placeholders_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(mails) / sizeof(mails[0]); i++)
		if (strcmp(mails[i].name, name) == 0)
			return mails[i].placeholders;
	return NULL;
}

/* `name` or `name|date`, between the braces. */
static int
parse_placeholder(
    struct arena *arena, struct part *part, const char *const *known, const char *inside, unsigned line, struct err *err)
{
	const char *bar = strchr(inside, '|');
	const char *name = text_trim(arena, bar == NULL ? inside : arena_strndup(arena, inside, (size_t)(bar - inside)));
	bool is_date = bar != NULL;

	if (is_date && strcmp(text_trim(arena, bar + 1), "date") != 0)
		return err_set(
		    err, ERR_CONFIG, "%s:%u: unknown filter in {{%s}}: there is only \"date\"", part->file, line, inside);
	for (; *known != NULL; known++)
		if (strcmp(*known, name) == 0)
			break;
	if (*known == NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: unknown placeholder {{%s}}", part->file, line, inside);
	part->pieces[part->count++] = (struct piece){ .name = name, .is_date = is_date, .line = line };
	return 0;
}

static int
parse_part(struct arena *arena, struct part *part, const char *const *known, const char *text, unsigned line, struct err *err)
{
	const char *p, *open, *close;
	size_t marks = 0;

	for (p = text; (p = strstr(p, "{{")) != NULL; p += 2)
		marks++;
	part->pieces = ARENA_ARRAY(arena, 2 * marks + 1, struct piece);
	for (p = text; *p != '\0';) {
		open = strstr(p, "{{");
		if (open == NULL)
			open = p + strlen(p);
		if (open > p)
			part->pieces[part->count++] = (struct piece){ .text = p, .len = (size_t)(open - p), .line = line };
		for (; p < open; p++)
			line += *p == '\n';
		if (*open == '\0')
			break;
		close = strstr(open, "}}");
		if (close == NULL || memchr(open, '\n', (size_t)(close - open)) != NULL)
			return err_set(err, ERR_CONFIG, "%s:%u: \"{{\" without \"}}\" on the same line", part->file, line);
		if (parse_placeholder(arena, part, known, arena_strndup(arena, open + 2, (size_t)(close - open - 2)), line, err) !=
		    0)
			return -1;
		p = close + 2;
	}
	return 0;
}

/* Read a file of the mail, from the locale's folder or its language's. */
static int
read_part(struct arena *arena, const char *template_dir, const char *name, const char *locale, const char *suffix,
    struct part *part, char **ret_text, struct err *err)
{
	size_t len = 0;
	char *language;
	int rc;

	part->file = arena_printf(arena, "%s/mail/%s/%s.%s", template_dir, locale, name, suffix);
	rc = file_read(arena, "mail template", part->file, TEMPLATE_MAX_BYTES, ret_text, &len, err);
	if (rc != 0 && err->code == ERR_NOT_FOUND && strchr(locale, '-') != NULL) {
		err_reset(err);
		language = arena_strndup(arena, locale, strcspn(locale, "-"));
		part->file = arena_printf(arena, "%s/mail/%s/%s.%s", template_dir, language, name, suffix);
		rc = file_read(arena, "mail template", part->file, TEMPLATE_MAX_BYTES, ret_text, &len, err);
	}
	if (rc != 0) {
		if (err->code == ERR_NOT_FOUND)
			err->code = ERR_CONFIG;
		return -1;
	}
	if (strlen(*ret_text) != len || !text_utf8_valid(*ret_text, len))
		return err_set(err, ERR_CONFIG, "%s: not UTF-8 text", part->file);
	return 0;
}

int
mail_template_open(struct arena *arena, const char *template_dir, const char *name, const char *locale,
    struct mail_template **ret_template, struct err *err)
{
	struct mail_template *template = ARENA_NEW(arena, struct mail_template);
	const char *const *known = placeholders_of(name);
	char *text, *html, *end;

	if (known == NULL)
		return err_set(err, ERR_CONFIG, "there is no mail \"%s\"", name);
	/* The locale first: it has checked that the name is one, and not a path. */
	if (locale_open(arena, template_dir, locale, &template->locale, err) != 0)
		return -1;
	if (read_part(arena, template_dir, name, locale, "txt", &template->text, &text, err) != 0 ||
	    read_part(arena, template_dir, name, locale, "html", &template->html, &html, err) != 0)
		return -1;
	template->subject.file = template->text.file;
	template->html.html = true;
	end = strstr(text, "\n\n");
	if (!text_starts(text, "Subject: ") || end == NULL || end != strchr(text, '\n'))
		return err_set(err, ERR_CONFIG, "%s:1: expected \"Subject: …\" and an empty line", template->text.file);
	*end = '\0';
	if (parse_part(arena, &template->subject, known, text + strlen("Subject: "), 1, err) != 0 ||
	    parse_part(arena, &template->text, known, end + 2, 3, err) != 0 ||
	    parse_part(arena, &template->html, known, html, 1, err) != 0)
		return -1;
	*ret_template = template;
	return 0;
}

/* Control characters and runs of white space become one blank: a course named over two lines is still one course. */
static char *
one_line(struct arena *arena, const char *text)
{
	char *line = arena_alloc(arena, strlen(text) + 1), *out = line;
	const char *next;
	uint32_t c;

	for (; *text != '\0'; text = next) {
		next = text_next(text, &c);
		if (c <= ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029) {
			if (out > line && out[-1] != ' ')
				*out++ = ' ';
		} else {
			memcpy(out, text, (size_t)(next - text));
			out += next - text;
		}
	}
	*out = '\0';
	return text_trim(arena, line);
}

static void
add_html(struct buf *buf, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&': buf_text(buf, "&amp;"); break;
		case '<': buf_text(buf, "&lt;"); break;
		case '>': buf_text(buf, "&gt;"); break;
		case '"': buf_text(buf, "&quot;"); break;
		case '\'': buf_text(buf, "&#39;"); break;
		default: buf_char(buf, *text); break;
		}
	}
}

static const char *
value_of(const struct mail_template *template, const struct mail_value *values, size_t count, const char *name)
{
	size_t i;

	if (strcmp(name, "language") == 0)
		return locale_language(template->locale);
	if (strcmp(name, "direction") == 0)
		return locale_direction(template->locale);
	for (i = 0; i < count; i++)
		if (strcmp(values[i].name, name) == 0)
			return values[i].text;
	return NULL;
}

static int
fill_piece(struct arena *arena, const struct mail_template *template, const struct part *part, const struct piece *piece,
    const struct mail_value *values, size_t count, struct buf *buf, struct err *err)
{
	const char *value;
	struct clock_date date;

	if (piece->text != NULL) {
		buf_add(buf, piece->text, piece->len);
		return 0;
	}
	value = value_of(template, values, count, piece->name);
	if (value == NULL)
		return err_set(err, ERR_DATA, "%s:%u: there is no value for {{%s}}", part->file, piece->line, piece->name);
	if (!text_utf8_valid(value, strlen(value)))
		return err_set(err, ERR_DATA, "%s:%u: the value of {{%s}} is not UTF-8", part->file, piece->line, piece->name);
	value = one_line(arena, value);
	if (*value == '\0')
		return err_set(err, ERR_DATA, "%s:%u: the value of {{%s}} is empty", part->file, piece->line, piece->name);
	if (piece->is_date) {
		if (locale_date_parse(value, &date, err) != 0)
			return err_wrap(err, "%s:%u: the value of {{%s}}", part->file, piece->line, piece->name);
		value = locale_date(arena, template->locale, &date);
	}
	if (part->html)
		add_html(buf, value);
	else
		buf_text(buf, value);
	return 0;
}

static int
fill_part(struct arena *arena, const struct mail_template *template, const struct part *part, const struct mail_value *values,
    size_t count, char **ret_text, struct err *err)
{
	int rc = -1;
	struct buf buf;
	size_t i;

	buf_init(&buf, FILLED_MAX_BYTES);
	for (i = 0; i < part->count; i++)
		if (fill_piece(arena, template, part, &part->pieces[i], values, count, &buf, err) != 0)
			goto out;
	if (buf_check(&buf, part->file, err) != 0)
		goto out;
	*ret_text = arena_strndup(arena, buf.data, buf.len);
	rc = 0;
out:
	buf_done(&buf);
	return rc;
}

int
mail_template_fill(struct arena *arena, const struct mail_template *template, const struct mail_value *values, size_t count,
    char **ret_subject, char **ret_text, char **ret_html, struct err *err)
{
	char *subject, *text, *html;

	if (fill_part(arena, template, &template->subject, values, count, &subject, err) != 0 ||
	    fill_part(arena, template, &template->text, values, count, &text, err) != 0 ||
	    fill_part(arena, template, &template->html, values, count, &html, err) != 0)
		return -1;
	*ret_subject = subject;
	*ret_text = text;
	*ret_html = html;
	return 0;
}

const char *
mail_template_language(const struct mail_template *template)
{
	return locale_language(template->locale);
}
