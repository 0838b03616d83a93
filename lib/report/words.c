/* Look-ups walk the table: it has a few hundred words, and English has none. */
#include "words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

struct words {
	const char *language;
	const struct word *table; /* NULL: English, the key itself */
	char thousands, decimal;
};

static const struct words languages[] = { { "en", NULL, ',', '.' }, { "es", words_es, '.', ',' } };

const struct words *
words_of(const char *locale)
{
	size_t i;

	for (i = 0; locale != NULL && i < sizeof(languages) / sizeof(languages[0]); i++)
		if (strncmp(locale, languages[i].language, 2) == 0 && (locale[2] == '\0' || locale[2] == '-'))
			return &languages[i];
	return &languages[0];
}

const char *
words_find(const struct words *words, const char *english)
{
	const struct word *word;

	if (words->table == NULL || *english == '\0')
		return english;
	for (word = words->table; word->english != NULL; word++)
		if (strcmp(word->english, english) == 0)
			return word->said;
	return NULL;
}

static const char *missed;

const char *
words_missed(void)
{
	return missed;
}

const char *
words_say(const struct words *words, const char *english)
{
	const char *said = words_find(words, english);

	if (said == NULL && missed == NULL) {
		static char kept[200];

		(void)snprintf(kept, sizeof(kept), "%s", english);
		missed = kept;
	}
	return said != NULL ? said : english;
}

/* Does the run of words end here? At a comma, a slash, or before a word with a digit in it. */
static size_t
run_of(const char *text)
{
	size_t len = 0, word;

	while (text[len] != '\0' && text[len] != ',' && text[len] != '/') {
		word = strcspn(text + len, " ,/");
		if (strcspn(text + len, "0123456789") < word)
			break;
		len += word;
		len += strspn(text + len, " ");
	}
	return len;
}

const char *
words_say_parts(struct arena *arena, const struct words *words, const char *text)
{
	const char *result, *said;
	struct buf buf;
	size_t len, end;

	if (words->table == NULL)
		return text;
	buf_init(&buf, 16 * strlen(text) + 1024);
	while (*text != '\0') {
		len = end = run_of(text);
		while (end > 0 && text[end - 1] == ' ')
			end--;
		said = words_find(words, arena_strndup(arena, text, end));
		if (said != NULL)
			buf_text(&buf, said);
		else
			buf_add(&buf, text, end);
		buf_add(&buf, text + end, len - end);
		text += len;
		/* The value, or the sign between two runs, with its blanks. */
		len = *text == ',' || *text == '/' ? 1 : strcspn(text, " ,/");
		len += strspn(text + len, " ");
		buf_add(&buf, text, len);
		text += len;
	}
	result = arena_strndup(arena, buf.data, buf.len);
	buf_done(&buf);
	return result;
}

char
words_thousands(const struct words *words)
{
	return words->thousands;
}

char
words_decimal(const struct words *words)
{
	return words->decimal;
}
