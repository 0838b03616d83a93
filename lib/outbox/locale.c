/* Words of a language, shared by mails and certificates. A file is small and read once; look-ups walk it. Every value is one
 * line of text without control characters, so that it can stand in a header as well as on a page. */
#include "outbox/locale.h"

#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

#define LOCALE_MAX_BYTES ((size_t)256 * 1024)

struct word {
	const char *key;
	const char *value;
};

struct locale {
	const char *file;
	struct word *words;
	size_t count;
	const char *language;
	const struct locale *whole; /* of its language, where this is a region's; NULL: none */
	const struct cldr *formats;
};

/* Letters, digits and single hyphens inside: nothing that could leave the folder of locales. */
static bool
name_valid(const char *name)
{
	const char *p;

	for (p = name; *p != '\0'; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9'))
			continue;
		if (*p == '-' && p != name && p[-1] != '-' && p[1] != '\0')
			continue;
		return false;
	}
	return p - name >= 2 && p - name <= 35;
}

static const char *
find(const struct locale *locale, const char *key)
{
	size_t i;

	for (i = 0; i < locale->count; i++)
		if (strcmp(locale->words[i].key, key) == 0)
			return locale->words[i].value;
	return NULL;
}

/* One line: blank, a comment, or `key = value`. */
static int
add_line(struct arena *arena, struct locale *locale, const char *line, unsigned number, struct err *err)
{
	const char *text = text_trim(arena, line), *equals;
	char *key, *value;

	if (*text == '\0' || *text == '#')
		return 0;
	equals = strchr(text, '=');
	if (equals == NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: expected \"key = value\"", locale->file, number);
	key = text_trim(arena, arena_strndup(arena, text, (size_t)(equals - text)));
	value = text_trim(arena, equals + 1);
	if (*key == '\0' || *value == '\0')
		return err_set(err, ERR_CONFIG, "%s:%u: expected \"key = value\"", locale->file, number);
	if (text_has_control(value))
		return err_set(err, ERR_CONFIG, "%s:%u: the value of \"%s\" holds a control character", locale->file, number, key);
	if (find(locale, key) != NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: \"%s\" is there twice", locale->file, number, key);
	locale->words[locale->count++] = (struct word){ key, value };
	return 0;
}

static int
parse(struct arena *arena, struct locale *locale, const char *text, struct err *err)
{
	const char *line = text, *end;
	size_t lines = 1;
	unsigned number = 0;

	for (; *text != '\0'; text++)
		if (*text == '\n')
			lines++;
	locale->words = ARENA_ARRAY(arena, lines, struct word);
	for (; *line != '\0'; line = *end == '\0' ? end : end + 1) {
		end = line + strcspn(line, "\n");
		if (add_line(arena, locale, arena_strndup(arena, line, (size_t)(end - line)), ++number, err) != 0)
			return -1;
	}
	return 0;
}

/* A file of words; a missing one is no error: ${ret_locale} is NULL then. */
static int
read_words(struct arena *arena, const char *template_dir, const char *name, struct locale **ret_locale, struct err *err)
{
	struct locale *locale = ARENA_NEW(arena, struct locale);
	char *text = NULL;
	size_t len = 0;

	locale->file = arena_printf(arena, "%s/locales/%s.txt", template_dir, name);
	locale->language = arena_strdup(arena, name);
	if (file_read(arena, "locale", locale->file, LOCALE_MAX_BYTES, &text, &len, err) != 0) {
		if (err->code != ERR_NOT_FOUND)
			return -1;
		*ret_locale = NULL;
		return 0;
	}
	if (strlen(text) != len || !text_utf8_valid(text, len))
		return err_set(err, ERR_CONFIG, "%s: not UTF-8 text", locale->file);
	if (parse(arena, locale, text, err) != 0)
		return -1;
	*ret_locale = locale;
	return 0;
}

int
locale_open(struct arena *arena, const char *template_dir, const char *name, struct locale **ret_locale, struct err *err)
{
	struct locale *locale, *whole = NULL;
	struct err missing;
	const char *formats;

	if (!name_valid(name))
		return err_set(err, ERR_CONFIG, "\"%s\" is not a locale", name);
	if (read_words(arena, template_dir, name, &locale, err) != 0)
		return -1;
	missing = *err;
	err_reset(err);
	if (strchr(name, '-') != NULL) {
		if (read_words(arena, template_dir, arena_strndup(arena, name, strcspn(name, "-")), &whole, err) != 0)
			return -1;
		err_reset(err);
	}
	if (locale == NULL && whole == NULL) {
		/* A locale nobody wrote: a matter of configuration. */
		*err = missing;
		err->code = ERR_CONFIG;
		return -1;
	}
	formats = locale == NULL ? NULL : find(locale, "formats");
	if (locale == NULL)
		locale = whole;
	else
		locale->whole = whole;
	if (cldr_open(formats != NULL ? formats : name, &locale->formats, err) != 0)
		return err_wrap(err, "%s", locale->file);
	*ret_locale = locale;
	return 0;
}

int
locale_word(const struct locale *locale, const char *key, const char **ret_value, struct err *err)
{
	const char *value = find(locale, key);

	if (value == NULL && locale->whole != NULL)
		value = find(locale->whole, key);
	if (value == NULL)
		return err_set(err, ERR_CONFIG, "%s: there is no \"%s\"", locale->file, key);
	*ret_value = value;
	return 0;
}

const char *
locale_key(const struct locale *locale, size_t index)
{
	return index < locale->count ? locale->words[index].key : NULL;
}

char *
locale_date(struct arena *arena, const struct locale *locale, const struct clock_date *date)
{
	return cldr_date(arena, locale->formats, date);
}

int
locale_date_parse(const char *text, struct clock_date *ret_date, struct err *err)
{
	struct clock_date date = { 0 };
	size_t i;

	for (i = 0; i < 10 && text[i] != '\0'; i++)
		if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9')
			break;
	if (i != 10 || text[10] != '\0')
		return err_set(err, ERR_DATA, "\"%s\" is not a date of the form YYYY-MM-DD", text);
	date.year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
	date.month = (text[5] - '0') * 10 + (text[6] - '0');
	date.day = (text[8] - '0') * 10 + (text[9] - '0');
	if (!clock_valid(&date))
		return err_set(err, ERR_DATA, "the calendar has no date \"%s\"", text);
	*ret_date = date;
	return 0;
}

const char *
locale_language(const struct locale *locale)
{
	return locale->language;
}

const char *
locale_direction(const struct locale *locale)
{
	return cldr_rtl(locale->formats) ? "rtl" : "ltr";
}

const struct cldr *
locale_formats(const struct locale *locale)
{
	return locale->formats;
}

const char *
locale_file(const struct locale *locale)
{
	return locale->file;
}
