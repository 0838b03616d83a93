/* A template's texts in one language. Words are put in once; what is left to fill are facts. */
#include "certificate/wording.h"

#include <string.h>

/* A word: the template's own for this locale, else for what is left of its name without the last part ("es-MX", then "es"; RFC 4647 section
 * 3.4), else the shared one. */
static int
find_word(struct arena *arena, const struct template *template, const struct wording *wording, const char *key,
    const char **ret_value, const char **ret_where, struct err *err)
{
	const struct sheet *sheet = template->sheet;
	const struct sheet_section *section;
	const struct sheet_entry *entry;
	const char *name, *hyphen;

	for (name = wording->name; name != NULL;
	     name = hyphen == NULL ? NULL : arena_strndup(arena, name, (size_t)(hyphen - name))) {
		hyphen = strrchr(name, '-');
		section = sheet_find(sheet, "words", name);
		entry = section == NULL ? NULL : sheet_get(section, key);
		if (entry != NULL) {
			*ret_value = entry->value;
			*ret_where = arena_printf(arena, "%s:%u", sheet->file, entry->line);
			return 0;
		}
	}
	key = arena_printf(arena, "%s.%s", template_paper_name(template->paper), key);
	*ret_where = arena_printf(arena, "word \"%s\" of locale \"%s\"", key, wording->name);
	return locale_word(wording->locale, key, ret_value, err);
}

/* Copy a text's parts, words replaced by what they say. */
static int
put_words(struct arena *arena, const struct template *template, const struct wording *wording, const struct template_part *part,
    const struct template_part **ret_parts, struct err *err)
{
	struct template_part *copy, *last = NULL;
	const struct template_part *first = NULL, *inner;
	const char *word, *where;

	for (; part != NULL; part = part->next) {
		inner = part;
		if (part->kind == TEMPLATE_WORD) {
			if (find_word(arena, template, wording, part->text, &word, &where, err) != 0)
				return -1;
			if (template_parse_text(arena, where, template->paper, word, /* may= */ 0, &inner, err) != 0)
				return -1;
		}
		for (; inner != NULL; inner = part->kind == TEMPLATE_WORD ? inner->next : NULL) {
			copy = ARENA_NEW(arena, struct template_part);
			*copy = *inner;
			copy->next = NULL;
			if (last == NULL)
				first = copy;
			else
				last->next = copy;
			last = copy;
		}
	}
	*ret_parts = first;
	return 0;
}

int
wording_find(struct arena *arena, struct wording **list, const char *template_dir, const struct template *template,
    const char *locale, const struct wording **ret_wording, struct err *err)
{
	struct wording *wording;
	size_t i;

	for (wording = *list; wording != NULL; wording = wording->next) {
		if (strcmp(wording->name, locale) == 0) {
			*ret_wording = wording;
			return 0;
		}
	}
	wording = ARENA_NEW(arena, struct wording);
	wording->name = arena_strdup(arena, locale);
	if (locale_open(arena, template_dir, locale, &wording->locale, err) != 0)
		return -1;
	wording->texts = ARENA_ARRAY(arena, template->item_count, const struct template_part *);
	wording->titles = ARENA_ARRAY(arena, template->item_count, const struct template_part *);
	wording->totals = ARENA_ARRAY(arena, template->item_count, const struct template_part *);
	for (i = 0; i < template->item_count; i++) {
		if (put_words(arena, template, wording, template->items[i].text, &wording->texts[i], err) != 0 ||
		    put_words(arena, template, wording, template->items[i].title, &wording->titles[i], err) != 0 ||
		    put_words(arena, template, wording, template->items[i].total, &wording->totals[i], err) != 0)
			return err_wrap(err, "%s:%u", template->file, template->items[i].line);
	}
	wording->next = *list;
	*list = wording;
	*ret_wording = wording;
	return 0;
}
