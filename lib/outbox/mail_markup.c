/* The markup of mails. It is read before any value is known, so that a value can never become markup. */
#include "mail_markup.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

struct parser {
	struct arena *arena;
	const struct catalogue_message *message;
	const struct locale *locale;
	enum mail_markup_mode mode;
	const char *where;
	struct mail_mark **tail;
	bool in_word, in_link, strong;
};

/* What HTML has besides the message's values. */
static const struct catalogue_value of_html[] = {
	{ "language", CATALOGUE_TEXT, false, NULL },
	{ "direction", CATALOGUE_TEXT, false, NULL },
	{ "subject", CATALOGUE_TEXT, false, NULL },
};
static const struct catalogue_value of_layout[] = {
	{ "body", CATALOGUE_TEXT, false, NULL },
	{ "foot", CATALOGUE_TEXT, false, NULL },
	{ "issuer", CATALOGUE_TEXT, false, NULL },
};

static const struct catalogue_value *
find_value(const struct parser *parser, const char *name)
{
	size_t i;

	if (parser->mode == MAIL_MARKUP_HTML || parser->mode == MAIL_MARKUP_LAYOUT)
		for (i = 0; i < sizeof(of_html) / sizeof(of_html[0]); i++)
			if (strcmp(of_html[i].name, name) == 0)
				return &of_html[i];
	if (parser->mode != MAIL_MARKUP_LAYOUT)
		return catalogue_value(parser->message, name);
	for (i = 0; i < sizeof(of_layout) / sizeof(of_layout[0]); i++)
		if (strcmp(of_layout[i].name, name) == 0)
			return &of_layout[i];
	return NULL;
}

static struct mail_mark *__attribute__((returns_nonnull)) add_mark(struct parser *parser, enum mail_mark_kind kind)
{
	struct mail_mark *mark = ARENA_NEW(parser->arena, struct mail_mark);

	mark->kind = kind;
	mark->where = parser->where;
	*parser->tail = mark;
	parser->tail = &mark->next;
	return mark;
}

bool
mail_markup_web(const char *text)
{
	const char *p;

	if (!text_starts(text, "https://") && !text_starts(text, "http://"))
		return false;
	for (p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || strchr("\"<>\\^`{|}", *p) != NULL)
			return false;
	return true;
}

/* `one: # day | other: # days`; a form that ICU has for a language but that no whole number takes need not be there. */
static int
parse_plural(struct parser *parser, struct mail_mark *mark, const char *inside, const char *text, struct err *err)
{
	const struct cldr *formats = locale_formats(parser->locale);
	const char *end, *colon, *name, *form;
	unsigned i;

	for (; *text != '\0'; text = *end == '\0' ? end : end + 1) {
		end = text + strcspn(text, "|");
		colon = memchr(text, ':', (size_t)(end - text));
		if (colon == NULL)
			return err_set(
			    err, ERR_CONFIG, "%s: expected \"form: words | form: words\" in {{%s}}", parser->where, inside);
		name = text_trim(parser->arena, arena_strndup(parser->arena, text, (size_t)(colon - text)));
		form = text_trim(parser->arena, arena_strndup(parser->arena, colon + 1, (size_t)(end - colon - 1)));
		for (i = 0; i < CLDR_PLURALS; i++)
			if (strcmp(cldr_plural_name((enum cldr_plural)i), name) == 0)
				break;
		if (i == CLDR_PLURALS)
			return err_set(
			    err, ERR_CONFIG, "%s: no language has a form \"%s\", in {{%s}}", parser->where, name, inside);
		if (mark->forms[i] != NULL || *form == '\0')
			return err_set(err, ERR_CONFIG, "%s: form \"%s\" is %s, in {{%s}}", parser->where, name,
			    *form == '\0' ? "empty" : "there twice", inside);
		mark->forms[i] = form;
	}
	for (i = 0; i < CLDR_PLURALS; i++)
		if ((cldr_plurals(formats) & 1U << i) != 0 && mark->forms[i] == NULL)
			return err_set(err, ERR_CONFIG, "%s: language \"%s\" needs form \"%s\" in {{%s}}", parser->where,
			    locale_language(parser->locale), cldr_plural_name((enum cldr_plural)i), inside);
	return 0;
}

static int
parse_filter(struct parser *parser, struct mail_mark *mark, const char *inside, const char *filter, struct err *err)
{
	static const struct {
		const char *name;
		enum mail_filter filter;
		enum catalogue_kind kind;
	} filters[] = {
		{ "date", MAIL_FILTER_DATE, CATALOGUE_DATE },
		{ "money", MAIL_FILTER_MONEY, CATALOGUE_MONEY },
		{ "number", MAIL_FILTER_NUMBER, CATALOGUE_COUNT },
		{ "plural", MAIL_FILTER_PLURAL, CATALOGUE_COUNT },
	};
	const char *name = arena_strndup(parser->arena, filter, strcspn(filter, " "));
	size_t i;

	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (strcmp(filters[i].name, name) == 0)
			break;
	if (i == sizeof(filters) / sizeof(filters[0]) ||
	    (filters[i].filter != MAIL_FILTER_PLURAL && strlen(name) != strlen(filter))) {
		(void)err_set(err, ERR_CONFIG, "%s: unknown filter in {{%s}}", parser->where, inside);
		return err_hint(err, "There are \"date\", \"money\", \"number\" and \"plural\".");
	}
	if (mark->value->kind != filters[i].kind)
		return err_set(err, ERR_CONFIG, "%s: \"%s\" is %s, so \"%s\" does not fit, in {{%s}}", parser->where,
		    mark->value->name, catalogue_kind_name(mark->value->kind), name, inside);
	mark->filter = filters[i].filter;
	if (mark->filter == MAIL_FILTER_PLURAL)
		return parse_plural(parser, mark, inside, text_trim(parser->arena, filter + strlen(name)), err);
	return 0;
}

static int parse_line(struct parser *, const char *, struct err *);

/* The words that all mails of a language share stand in its locale file. */
static int
parse_word(struct parser *parser, const char *name, struct err *err)
{
	const char *key = arena_printf(parser->arena, "mail.%s", name), *where = parser->where, *word;
	int rc;

	if (parser->in_word)
		return err_set(err, ERR_CONFIG, "%s: a word cannot ask for another one", where);
	if (locale_word(parser->locale, key, &word, err) != 0)
		return err_wrap(err, "%s", where);
	parser->where = arena_printf(parser->arena, "%s: word \"%s\"", where, key);
	parser->in_word = true;
	rc = parse_line(parser, word, err);
	parser->in_word = false;
	parser->where = where;
	return rc;
}

static int
unknown_value(const struct parser *parser, const char *inside, struct err *err)
{
	const struct catalogue_value *value;
	struct buf names;

	(void)err_set(err, ERR_CONFIG, "%s: unknown placeholder {{%s}}", parser->where, inside);
	if (parser->mode == MAIL_MARKUP_LAYOUT)
		return err_hint(err, "The layout may have language, direction, subject, body, foot and issuer.");
	buf_init(&names, 400);
	for (value = parser->message->values; value->name != NULL; value++)
		buf_printf(&names, "%s, ", value->name);
	(void)err_hint(err, "Mail \"%s\" may have %srecipient, issuer and reply_to.", parser->message->name, names.data);
	buf_done(&names);
	return -1;
}

/* `name`, `name|filter` or `word.name`, between the braces. */
static int
parse_placeholder(struct parser *parser, const char *inside, struct err *err)
{
	static const char *const wanted[] = {
		[CATALOGUE_DATE] = "|date", [CATALOGUE_MONEY] = "|money", [CATALOGUE_COUNT] = "|number"
	};
	const char *bar = strchr(inside, '|');
	const char *name =
	    text_trim(parser->arena, bar == NULL ? inside : arena_strndup(parser->arena, inside, (size_t)(bar - inside)));
	const struct catalogue_value *value;
	struct mail_mark *mark;

	if (text_starts(name, "word.") && bar == NULL && (parser->mode == MAIL_MARKUP_BODY || parser->mode == MAIL_MARKUP_SUBJECT))
		return parse_word(parser, name + strlen("word."), err);
	value = find_value(parser, name);
	if (value == NULL)
		return unknown_value(parser, inside, err);
	if (value->optional && parser->mode == MAIL_MARKUP_SUBJECT)
		return err_set(
		    err, ERR_CONFIG, "%s: {{%s}} may be missing, so it cannot stand in the subject", parser->where, inside);
	mark = add_mark(parser, MAIL_MARK_VALUE);
	mark->value = value;
	if (bar != NULL)
		return parse_filter(parser, mark, inside, text_trim(parser->arena, bar + 1), err);
	if (value->kind == CATALOGUE_DATE || value->kind == CATALOGUE_MONEY || value->kind == CATALOGUE_COUNT)
		return err_set(err, ERR_CONFIG, "%s: \"%s\" is %s: write {{%s%s}}", parser->where, name,
		    catalogue_kind_name(value->kind), name, wanted[value->kind]);
	return 0;
}

/* `[words](address)` at ${text}: the address is a value or stands there; ${ret_end} is behind it. */
static int
parse_link(struct parser *parser, const char *text, const char *middle, const char *close, struct err *err)
{
	const char *words = arena_strndup(parser->arena, text + 1, (size_t)(middle - text - 1));
	const char *target = text_trim(parser->arena, arena_strndup(parser->arena, middle + 2, (size_t)(close - middle - 2)));
	struct mail_mark *mark;
	const char *name;

	if (parser->in_link)
		return err_set(err, ERR_CONFIG, "%s: a link within a link", parser->where);
	mark = add_mark(parser, MAIL_MARK_LINK);
	if (text_starts(target, "{{") && text_ends(target, "}}")) {
		name = text_trim(parser->arena, arena_strndup(parser->arena, target + 2, strlen(target) - 4));
		mark->value = find_value(parser, name);
		if (mark->value == NULL)
			return unknown_value(parser, name, err);
		if (mark->value->kind != CATALOGUE_WEB)
			return err_set(err, ERR_CONFIG, "%s: \"%s\" is %s, so nothing can be linked to it", parser->where, name,
			    catalogue_kind_name(mark->value->kind));
	} else if (mail_markup_web(target)) {
		mark->text = target;
	} else {
		return err_set(err, ERR_CONFIG, "%s: \"%s\" is not a web address", parser->where, target);
	}
	parser->in_link = true;
	if (parse_line(parser, words, err) != 0)
		return -1;
	parser->in_link = false;
	(void)add_mark(parser, MAIL_MARK_LINK_END);
	return 0;
}

/* A piece of text without line breaks. */
static int
parse_line(struct parser *parser, const char *text, struct err *err)
{
	const bool markup = parser->mode == MAIL_MARKUP_BODY;
	const char *close, *middle;
	size_t len;

	while (*text != '\0') {
		if (text_starts(text, "{{")) {
			close = strstr(text, "}}");
			if (close == NULL)
				return err_set(err, ERR_CONFIG, "%s: \"{{\" without \"}}\" on the same line", parser->where);
			if (parse_placeholder(parser, arena_strndup(parser->arena, text + 2, (size_t)(close - text - 2)), err) != 0)
				return -1;
			text = close + 2;
			continue;
		}
		if (markup && text_starts(text, "**")) {
			parser->strong = !parser->strong;
			(void)add_mark(parser, parser->strong ? MAIL_MARK_STRONG : MAIL_MARK_STRONG_END);
			text += 2;
			continue;
		}
		if (markup && *text == '[' && (middle = strstr(text, "](")) != NULL && (close = strchr(middle, ')')) != NULL) {
			if (parse_link(parser, text, middle, close, err) != 0)
				return -1;
			text = close + 1;
			continue;
		}
		len = 1 + strcspn(text + 1, "{*[");
		add_mark(parser, MAIL_MARK_TEXT)->text = arena_strndup(parser->arena, text, len);
		text += len;
	}
	return 0;
}

/* What can be said of a block when all of it is there. */
static int
finish_block(struct parser *parser, struct mail_block *block, struct err *err)
{
	const struct mail_mark *mark, *last = NULL;
	size_t links = 0;

	if (parser->strong)
		return err_set(err, ERR_CONFIG, "%s: \"**\" without its end", parser->where);
	for (mark = block->marks; mark != NULL; last = mark, mark = mark->next) {
		links += mark->kind == MAIL_MARK_LINK;
		if (mark->kind != MAIL_MARK_VALUE || mark->value->kind != CATALOGUE_LIST)
			continue;
		if (block->kind != MAIL_BLOCK_ITEM || block->marks->next != NULL)
			return err_set(err, ERR_CONFIG, "%s: {{%s}} is a list: write \"- {{%s}}\" on a line of its own",
			    mark->where, mark->value->name, mark->value->name);
		block->kind = MAIL_BLOCK_ITEMS;
	}
	if (block->kind == MAIL_BLOCK_PARAGRAPH && links == 1 && block->marks->kind == MAIL_MARK_LINK &&
	    last->kind == MAIL_MARK_LINK_END)
		block->kind = MAIL_BLOCK_BUTTON;
	return 0;
}

/* Paragraphs and lists. A line break is one: a paragraph is one line, however long. */
static int
parse_body(
    struct parser *parser, const char *file, unsigned line, const char *text, struct mail_block **ret_blocks, struct err *err)
{
	struct mail_block *first = NULL, **tail = &first, *block = NULL;
	const char *end, *words;
	bool item;

	for (; *text != '\0'; text = *end == '\0' ? end : end + 1, line++) {
		end = text + strcspn(text, "\n");
		words = text_trim(parser->arena, arena_strndup(parser->arena, text, (size_t)(end - text)));
		item = text_starts(words, "- ");
		if (block != NULL && (*words == '\0' || item || block->kind == MAIL_BLOCK_ITEM)) {
			if (finish_block(parser, block, err) != 0)
				return -1;
			block->leads = item && block->kind == MAIL_BLOCK_PARAGRAPH;
			block = NULL;
		}
		if (*words == '\0')
			continue;
		parser->where = arena_printf(parser->arena, "%s:%u", file, line);
		if (block != NULL) {
			(void)add_mark(parser, MAIL_MARK_BREAK);
		} else {
			block = ARENA_NEW(parser->arena, struct mail_block);
			block->kind = item ? MAIL_BLOCK_ITEM : MAIL_BLOCK_PARAGRAPH;
			parser->tail = &block->marks;
			*tail = block;
			tail = &block->next;
		}
		if (parse_line(parser, item ? text_trim(parser->arena, words + 1) : words, err) != 0)
			return -1;
	}
	if (block != NULL && finish_block(parser, block, err) != 0)
		return -1;
	if (first == NULL)
		return err_set(err, ERR_CONFIG, "%s: there is nothing below the subject", file);
	*ret_blocks = first;
	return 0;
}

/* HTML as it is, line by line only for the sake of messages. */
static int
parse_html(struct parser *parser, const char *file, unsigned line, const char *text, struct err *err)
{
	const char *end;

	for (; *text != '\0'; text = end, line++) {
		end = text + strcspn(text, "\n");
		end += *end == '\n';
		parser->where = arena_printf(parser->arena, "%s:%u", file, line);
		if (parse_line(parser, arena_strndup(parser->arena, text, (size_t)(end - text)), err) != 0)
			return -1;
	}
	return 0;
}

int
mail_markup_parse(struct arena *arena, const struct catalogue_message *message, const struct locale *locale,
    enum mail_markup_mode mode, const char *file, unsigned line, const char *text, struct mail_block **ret_blocks, struct err *err)
{
	struct parser parser = { .arena = arena, .message = message, .locale = locale, .mode = mode };
	struct mail_block *block;

	if (mode == MAIL_MARKUP_BODY)
		return parse_body(&parser, file, line, text, ret_blocks, err);
	block = ARENA_NEW(arena, struct mail_block);
	block->kind = mode == MAIL_MARKUP_SUBJECT ? MAIL_BLOCK_PARAGRAPH : MAIL_BLOCK_HTML;
	parser.tail = &block->marks;
	if (parse_html(&parser, file, line, text, err) != 0)
		return -1;
	*ret_blocks = block;
	return 0;
}
