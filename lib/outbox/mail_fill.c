/* Values of a mail, checked by their kind and written as the language does. */
#include "mail_fill.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/money.h"
#include "base/text.h"

#define WORDS_MAX_BYTES ((size_t)64 * 1024)

struct filler {
	struct arena *arena;
	const struct locale *locale;
	const struct catalogue_message *message;
	const struct mail_value *values;
	size_t count;
};

/* What turns the text behind it around, and would do so beyond the value; that a value has the other direction is marked anyway. */
static bool
is_turn(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Control characters and runs of white space become one blank: a course named over two lines is still one course. Only a list's texts
 * keep theirs apart. */
static char *
one_line(struct arena *arena, const char *text, bool list)
{
	char *line = arena_alloc(arena, strlen(text) + 1), *out = line;
	const char *next;
	uint32_t c;

	for (; *text != '\0'; text = next) {
		next = text_next(text, &c);
		if (list && c == '\n') {
			*out++ = '\n';
		} else if (c <= ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029) {
			if (out > line && out[-1] != ' ' && out[-1] != '\n')
				*out++ = ' ';
		} else if (!is_turn(c)) {
			memcpy(out, text, (size_t)(next - text));
			out += next - text;
		}
	}
	*out = '\0';
	return text_trim(arena, line);
}

/* NULL if there is none. */
static const char *
find(const struct filler *filler, const char *name)
{
	size_t i;

	for (i = 0; i < filler->count; i++)
		if (strcmp(filler->values[i].name, name) == 0)
			return filler->values[i].text;
	return strcmp(name, "recipient") == 0 ? find(filler, filler->message->to) : NULL;
}

/* ${ret_text} is NULL for an optional value that is not there. */
static int
read_value(const struct filler *filler, const struct mail_mark *mark, const char **ret_text, struct err *err)
{
	const struct catalogue_value *value = mark->value;
	const char *text = find(filler, value->name), *line;

	if (text == NULL && !value->optional)
		return err_set(err, ERR_DATA, "%s: there is no value for {{%s}}", mark->where, value->name);
	if (text == NULL) {
		*ret_text = NULL;
		return 0;
	}
	if (!text_utf8_valid(text, strlen(text)))
		return err_set(err, ERR_DATA, "%s: the value of {{%s}} is not UTF-8", mark->where, value->name);
	line = one_line(filler->arena, text, value->kind == CATALOGUE_LIST);
	if (*line == '\0' && !value->optional)
		return err_set(err, ERR_DATA, "%s: the value of {{%s}} is empty", mark->where, value->name);
	if (value->kind == CATALOGUE_WEB && *line != '\0' && !mail_markup_web(line))
		return err_set(err, ERR_DATA, "%s: the value of {{%s}} is not a web address", mark->where, value->name);
	*ret_text = *line == '\0' ? NULL : line;
	return 0;
}

/* `#` is the number. */
static char *
write_plural(const struct filler *filler, const struct mail_mark *mark, int64_t number)
{
	const struct cldr *formats = locale_formats(filler->locale);
	const char *form = mark->forms[cldr_plural(formats, number)], *p;
	struct buf buf;
	char *text;

	/* A form that only millions take is not asked for in a template. */
	if (form == NULL)
		form = mark->forms[CLDR_OTHER] != NULL ? mark->forms[CLDR_OTHER] : mark->forms[CLDR_MANY];
	BUG_UNLESS(form != NULL);
	buf_init(&buf, WORDS_MAX_BYTES);
	for (p = form; *p != '\0'; p++) {
		if (*p == '#')
			buf_text(&buf, cldr_number(filler->arena, formats, number));
		else
			buf_char(&buf, *p);
	}
	text = arena_strndup(filler->arena, buf.data, buf.len);
	buf_done(&buf);
	return text;
}

static int
write_value(const struct filler *filler, const struct mail_mark *mark, const char *text, const char **ret_text, struct err *err)
{
	const struct cldr *formats = locale_formats(filler->locale);
	struct clock_date date;
	struct money money;
	int64_t number;

	switch (mark->filter) {
	case MAIL_FILTER_NONE: *ret_text = text; return 0;
	case MAIL_FILTER_DATE:
		if (locale_date_parse(text, &date, err) != 0)
			return err_wrap(err, "%s: the value of {{%s}}", mark->where, mark->value->name);
		*ret_text = cldr_date(filler->arena, formats, &date);
		return 0;
	case MAIL_FILTER_MONEY:
		if (money_parse_pair(text, &money, err) != 0)
			return err_wrap(err, "%s: the value of {{%s}}", mark->where, mark->value->name);
		*ret_text = cldr_money(filler->arena, formats, &money);
		return 0;
	case MAIL_FILTER_NUMBER:
	case MAIL_FILTER_PLURAL:
		if (text_int64(text, &number, err) != 0)
			return err_wrap(err, "%s: the value of {{%s}}", mark->where, mark->value->name);
		if (number < 0)
			return err_set(err, ERR_DATA, "%s: the value of {{%s}} is below 0", mark->where, mark->value->name);
		*ret_text = mark->filter == MAIL_FILTER_NUMBER ? cldr_number(filler->arena, formats, number)
							       : write_plural(filler, mark, number);
		return 0;
	}
	BUG("a filter that is none");
}

static struct mail_part *
add_part(struct arena *arena, struct mail_part ***tail, enum mail_block_kind kind)
{
	struct mail_part *part = ARENA_NEW(arena, struct mail_part);

	part->kind = kind;
	**tail = part;
	*tail = &part->next;
	return part;
}

static int
fill_items(const struct filler *filler, const struct mail_mark *mark, struct mail_part ***tail, struct err *err)
{
	const char *text, *end;
	struct mail_run *run;

	if (read_value(filler, mark, &text, err) != 0)
		return -1;
	for (; text != NULL && *text != '\0'; text = *end == '\0' ? end : end + 1) {
		end = text + strcspn(text, "\n");
		if (end == text)
			continue;
		run = ARENA_NEW(filler->arena, struct mail_run);
		run->kind = MAIL_MARK_VALUE;
		run->value = mark->value;
		run->text = text_trim(filler->arena, arena_strndup(filler->arena, text, (size_t)(end - text)));
		add_part(filler->arena, tail, MAIL_BLOCK_ITEM)->runs = run;
	}
	return 0;
}

/* ${ret_runs} is NULL if the block is left out. HTML never is: what is not there is nothing. */
static int
fill_runs(const struct filler *filler, const struct mail_block *block, struct mail_run **ret_runs, struct err *err)
{
	const struct mail_mark *mark = block->marks;
	struct mail_run *first = NULL, **tail = &first, *run;
	const char *text;
	bool stop = false;

	for (; mark != NULL; mark = mark->next) {
		run = ARENA_NEW(filler->arena, struct mail_run);
		run->kind = mark->kind;
		run->text = mark->text;
		run->value = mark->value;
		*tail = run;
		tail = &run->next;
		if (mark->kind == MAIL_MARK_TEXT) {
			/* "3 серпня 2026 р." at the end of a sentence. */
			if (stop && run->text[0] == '.' && run->text[1] != '.')
				run->text++;
			stop = false;
		}
		if (mark->value == NULL)
			continue;
		if (read_value(filler, mark, &text, err) != 0)
			return -1;
		if (text == NULL && block->kind == MAIL_BLOCK_HTML) {
			run->text = "";
			continue;
		}
		if (text == NULL) {
			*ret_runs = NULL;
			return 0;
		}
		if (write_value(filler, mark, text, &run->text, err) != 0)
			return -1;
		run->written = mark->filter != MAIL_FILTER_NONE;
		stop = mark->kind == MAIL_MARK_VALUE && text_ends(run->text, ".");
	}
	*ret_runs = first;
	return 0;
}

int
mail_fill(struct arena *arena, const struct mail_block *block, const struct locale *locale, const struct catalogue_message *message,
    const struct mail_value *values, size_t count, struct mail_part **ret_parts, struct err *err)
{
	const struct filler filler = { arena, locale, message, values, count };
	struct mail_part *first = NULL, **tail = &first;
	struct mail_run *runs;
	const char *list;

	for (; block != NULL; block = block->next) {
		if (block->kind == MAIL_BLOCK_ITEMS) {
			if (fill_items(&filler, block->marks, &tail, err) != 0)
				return -1;
			continue;
		}
		if (block->leads && block->next->kind == MAIL_BLOCK_ITEMS) {
			if (read_value(&filler, block->next->marks, &list, err) != 0)
				return -1;
			if (list == NULL)
				continue;
		}
		if (fill_runs(&filler, block, &runs, err) != 0)
			return -1;
		if (runs != NULL)
			add_part(arena, &tail, block->kind)->runs = runs;
	}
	*ret_parts = first;
	return 0;
}
