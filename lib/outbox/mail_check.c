/* What can be found wrong with a translation without reading the language. English is the measure: its mails, values and words. */
#include "outbox/mail_check.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "adapter/unicode.h"
#include "base/file.h"
#include "base/text.h"
#include "outbox/catalogue.h"
#include "outbox/locale.h"
#include "outbox/mail_sample.h"
#include "outbox/mail_template.h"

#define FINDINGS_MAX 1000
#define NAMES_MAX 1000
#define FILE_MAX_BYTES ((size_t)256 * 1024)
/* What phones show of a subject, with samples for values. */
#define SUBJECT_COLUMNS 78
/* Fewer words in a row may be the same in both languages. */
#define ENGLISH_WORDS 4

struct checker {
	struct arena *arena;
	const char *dir;
	struct locale *english;
	struct mail_checked *out;
	struct mail_language *language;
};

static void __attribute__((format(printf, 2, 3))) add(struct checker *checker, const char *format, ...)
{
	va_list args;

	checker->language->findings++;
	if (checker->out->finding_count == FINDINGS_MAX)
		return;
	va_start(args, format);
	checker->out->findings[checker->out->finding_count++] = arena_vprintf(checker->arena, format, args);
	va_end(args);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of a folder's files that end in ${suffix}, without it, in order; a folder that is not there has none. */
static int
list(struct arena *arena, const char *folder, const char *suffix, const char ***ret_names, size_t *ret_count, struct err *err)
{
	DIR *dir = opendir(folder);
	const char **names = ARENA_ARRAY(arena, NAMES_MAX, const char *);
	struct dirent *entry;
	size_t count = 0, len;

	if (dir == NULL && errno != ENOENT)
		return err_set(err, ERR_IO, "could not read folder \"%s\": %s", folder, strerror(errno));
	while (dir != NULL && count < NAMES_MAX && (entry = readdir(dir)) != NULL) {
		len = strlen(entry->d_name);
		if (entry->d_name[0] != '.' && len > strlen(suffix) && text_ends(entry->d_name, suffix))
			names[count++] = arena_strndup(arena, entry->d_name, len - strlen(suffix));
	}
	if (dir != NULL)
		(void)closedir(dir);
	qsort(names, count, sizeof(*names), compare);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

/* The `{{…}}` of a word, one after the other. */
static char *
placeholders(struct arena *arena, const char *text)
{
	char *all = arena_strdup(arena, "");
	const char *end;

	for (; (text = strstr(text, "{{")) != NULL && (end = strstr(text, "}}")) != NULL; text = end)
		all = arena_printf(arena, "%s%.*s}}", all, (int)(end - text), text);
	return all;
}

/* NAME, YYYY-MM-DD */
static bool
is_review(const char *text)
{
	const char *comma = strrchr(text, ',');
	struct clock_date date;
	struct err err = ERR_INIT;

	return comma != NULL && comma > text && comma[1] == ' ' && locale_date_parse(comma + 2, &date, &err) == 0;
}

static const char *
word_or_null(const struct locale *locale, const char *key)
{
	struct err err = ERR_INIT;
	const char *value;

	return locale_word(locale, key, &value, &err) == 0 ? value : NULL;
}

static void
check_words(struct checker *checker, const struct locale *locale)
{
	const char *key, *english, *word, *review = word_or_null(locale, "reviewed-by"),
					  *said = word_or_null(locale, "translation");
	size_t i;

	checker->language->translation = "";
	if (review != NULL && is_review(review))
		checker->language->translation = arena_printf(checker->arena, "reviewed by %s", review);
	else if (review != NULL)
		add(checker, "%s: \"reviewed-by\" is not of the form NAME, YYYY-MM-DD", locale_file(locale));
	else if (text_equal(said, "machine-translated") || (text_equal(said, "original") && locale == checker->english))
		checker->language->translation = said;
	else
		add(checker, "%s: says neither \"reviewed-by = NAME, DATE\" nor \"translation = machine-translated\"",
		    locale_file(locale));
	for (i = 0; (key = locale_key(checker->english, i)) != NULL; i++) {
		if (strchr(key, '.') == NULL)
			continue;
		english = word_or_null(checker->english, key);
		word = word_or_null(locale, key);
		if (word == NULL)
			add(checker, "%s: there is no \"%s\"", locale_file(locale), key);
		else if (strcmp(placeholders(checker->arena, word), placeholders(checker->arena, english)) != 0)
			add(checker, "%s: \"%s\" must hold %s", locale_file(locale), key,
			    *placeholders(checker->arena, english) == '\0' ? "no value" : placeholders(checker->arena, english));
		else if (locale != checker->english && strcmp(word, english) == 0)
			add(checker, "%s: \"%s\" is English still", locale_file(locale), key);
	}
	for (i = 0; (key = locale_key(locale, i)) != NULL; i++)
		if (strchr(key, '.') != NULL && word_or_null(checker->english, key) == NULL)
			add(checker, "%s: \"%s\" is no word that is asked for", locale_file(locale), key);
}

/* So many words in a row that are not values. */
static bool
says_enough(const char *line)
{
	size_t words = 0;

	while (*line != '\0') {
		if (text_starts(line, "{{")) {
			line = strstr(line, "}}");
			if (line == NULL)
				return false;
			line += 2;
			words = 0;
			continue;
		}
		if (*line != ' ' && (line[1] == ' ' || line[1] == '\0') && ++words >= ENGLISH_WORDS)
			return true;
		line++;
	}
	return false;
}

/* Lines that stand word for word in the English mail. */
static void
check_leftovers(struct checker *checker, const char *file, const char *english_file)
{
	struct err err = ERR_INIT;
	char *text, *english, *line, *end, *found;
	size_t len, number = 1;

	if (file_read(checker->arena, "mail template", file, FILE_MAX_BYTES, &text, &len, &err) != 0)
		return;
	if (file_read(checker->arena, "mail template", english_file, FILE_MAX_BYTES, &english, &len, &err) != 0)
		return;
	for (line = text; *line != '\0'; line = end + 1, number++) {
		end = line + strcspn(line, "\n");
		if (*end == '\0')
			break;
		*end = '\0';
		found = *line == '\0' ? NULL : strstr(english, line);
		if (found != NULL && (found == english || found[-1] == '\n') && found[strlen(line)] == '\n' && says_enough(line))
			add(checker, "%s:%zu: is English still", file, number);
	}
}

static void
check_mail(struct checker *checker, const struct catalogue_message *message, bool english)
{
	static const char *const common[] = { "recipient", "issuer", "reply_to" };
	struct arena *arena = checker->arena;
	const char *locale = checker->language->name, *file, *language;
	const struct catalogue_value *value;
	struct mail_template *template, *measure;
	struct mail_letter letter;
	struct err err = ERR_INIT;
	size_t i, columns = 0;
	const char *p;
	uint32_t c;

	file = arena_printf(arena, "%s/mail/%s/%s.txt", checker->dir, locale, message->name);
	if (mail_template_open(arena, checker->dir, message->name, locale, &template, &err) != 0 ||
	    mail_sample(arena, checker->dir, message, locale, NULL, NULL, /* whole= */ false, &letter, &language, &err) != 0 ||
	    mail_sample(arena, checker->dir, message, locale, NULL, NULL, /* whole= */ true, &letter, &language, &err) != 0) {
		add(checker, "%s", err.message);
		return;
	}
	checker->language->mails++;
	for (p = letter.subject; *p != '\0';) {
		p = text_next(p, &c);
		columns += (size_t)unicode_columns(c);
	}
	if (columns > SUBJECT_COLUMNS)
		add(checker, "%s:1: the subject is %zu columns wide with samples, more than %d", file, columns, SUBJECT_COLUMNS);
	if (english || mail_template_open(arena, checker->dir, message->name, "en", &measure, &err) != 0)
		return;
	for (value = message->values; value->name != NULL; value++)
		if (mail_template_asks(measure, value->name) && !mail_template_asks(template, value->name))
			add(checker, "%s: {{%s}} is not in it", file, value->name);
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (mail_template_asks(measure, common[i]) && !mail_template_asks(template, common[i]))
			add(checker, "%s: {{%s}} is not in it", file, common[i]);
	if (!text_starts(locale, "en-"))
		check_leftovers(checker, file, arena_printf(arena, "%s/mail/en/%s.txt", checker->dir, message->name));
}

/* Texts that no mail is made of: a name that is not quite one. */
static int
check_folder(struct checker *checker, struct err *err)
{
	const char **names, *folder = arena_printf(checker->arena, "%s/mail/%s", checker->dir, checker->language->name);
	size_t count, i;

	if (list(checker->arena, folder, ".txt", &names, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		if (catalogue_find(names[i]) == NULL)
			add(checker, "%s/%s.txt: there is no mail \"%s\"", folder, names[i], names[i]);
		else
			checker->language->own++;
	}
	return 0;
}

static int
check_language(struct checker *checker, const char *name, struct err *err)
{
	const struct catalogue_message *messages;
	struct locale *locale;
	struct err wrong = ERR_INIT;
	size_t count, i;
	bool english = strcmp(name, "en") == 0;

	checker->language = &checker->out->languages[checker->out->count++];
	checker->language->name = name;
	checker->language->translation = "";
	if (locale_open(checker->arena, checker->dir, name, &locale, &wrong) != 0) {
		add(checker, "%s", wrong.message);
		return 0;
	}
	check_words(checker, english ? checker->english : locale);
	if (check_folder(checker, err) != 0)
		return -1;
	messages = catalogue_messages(&count);
	for (i = 0; i < count; i++)
		check_mail(checker, &messages[i], english);
	return 0;
}

int
mail_check(struct arena *arena, const char *template_dir, const char *only, struct mail_checked *ret_checked, struct err *err)
{
	struct mail_checked checked = { 0 };
	struct checker checker = { .arena = arena, .dir = template_dir, .out = &checked };
	const char **names;
	size_t count, i;

	if (locale_open(arena, template_dir, "en", &checker.english, err) != 0 ||
	    list(arena, arena_printf(arena, "%s/locales", template_dir), ".txt", &names, &count, err) != 0)
		return -1;
	checked.languages = ARENA_ARRAY(arena, count, struct mail_language);
	checked.findings = ARENA_ARRAY(arena, FINDINGS_MAX, const char *);
	for (i = 0; i < count; i++)
		if ((only == NULL || strcmp(only, names[i]) == 0) && check_language(&checker, names[i], err) != 0)
			return -1;
	if (only != NULL && checked.count == 0)
		return err_set(err, ERR_CONFIG, "there is no language \"%s\" in \"%s/locales\"", only, template_dir);
	*ret_checked = checked;
	return 0;
}
