#ifndef LIB_REPORT_WORDS_H
#define LIB_REPORT_WORDS_H

#include "base/arena.h"

/* The workbook's language. Its own texts are English in the code, and so are the words in a snapshot (view rule.report_word); the English is
 * the key to each other language's, of which there is one table a file: words_<language>.c. What a table lacks stays English; a test
 * finds it. */
struct words;

struct word {
	const char *english, *said;
};

/**
 * words_of(locale):
 * The language of a locale ("es", "es-MX"); English for one that has no table, and for NULL.
 */
const struct words *words_of(const char *) __attribute__((returns_nonnull));

/**
 * words_say(words, english):
 * What is said for it. Of a format it is a format with the same conversions in the same order.
 */
const char *words_say(const struct words *, const char *) __attribute__((format_arg(2), nonnull, returns_nonnull));

/**
 * words_find(words, english):
 * The same, but NULL when the language has no word for it.
 */
const char *words_find(const struct words *, const char *) __attribute__((nonnull));

/**
 * words_say_parts(arena, words, text):
 * A text of words and values, "active from 2026-11-18, no end" or "active / suspended": each run of words is said for itself, what holds
 * digits stays.
 */
const char *words_say_parts(struct arena *, const struct words *, const char *) __attribute__((nonnull, returns_nonnull));

/**
 * words_thousands(words), words_decimal(words):
 * The signs within numbers in a sentence.
 */
char words_thousands(const struct words *) __attribute__((nonnull));
char words_decimal(const struct words *) __attribute__((nonnull));

/**
 * words_missed():
 * The first text since the start of the program that words_say() had no word for; NULL if there was none. For tests.
 */
const char *words_missed(void);

/* Spanish, in no order; the last has no `english`. */
extern const struct word words_es[];

#endif
