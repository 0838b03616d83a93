/* Texts on pages: any bytes are drawn whole or refused. What is drawn fits its place, and the text behind holds every character,
 * spaces aside. Run from the project's folder: fonts come from templates/fonts.conf. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "page/text.h"

static struct arena forever = ARENA_INIT;
static struct page_style style = { .language = "en", .tracking = 0.05 };

static void
open_fonts(void)
{
	static const char text[] = "[font f]\nfaces = opentype/ebgaramond/EBGaramond12-Regular.otf\nfallback = serif\n";
	struct err err = ERR_INIT;
	struct sheet *sheet, *fallbacks;
	struct page_fonts *fonts;

	MUST_HOLD(sheet_load(&forever, "templates/fonts.conf", &fallbacks, &err) == 0);
	MUST_HOLD(sheet_parse(&forever, "f", text, sizeof(text) - 1, &sheet, &err) == 0);
	fonts = page_fonts_new(&forever, "/nowhere", fallbacks);
	MUST_HOLD(page_fonts_add(fonts, "f", sheet_find(sheet, "font", "f"), &err) == 0);
	style.stack = page_fonts_stack(fonts, "f");
}

/* Sum over the characters that are no spaces: equal sums, and equal counts, for the same characters in any order. */
static void
add_up(const char *text, uint64_t *sum, size_t *count)
{
	uint32_t character;

	while (*text != '\0') {
		text = text_next(text, &character);
		if (shape_kind(character) == SHAPE_SPACE)
			continue;
		*sum += (uint64_t)character * 2654435761u % 1000003u;
		(*count)++;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct page_slot slot = { .x = 300, .y = 300, .width = 500, .size = 40, .min_size = 10, .break_below = 25, .max_lines = 3 };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct page_set *set;
	struct page page;
	const struct page_word *word;
	char *text;
	uint64_t given = 0, behind = 0;
	size_t given_count = 0, behind_count = 0, i, k;

	if (style.stack == NULL)
		open_fonts();
	if (size > 0)
		slot.align = (enum page_align)(data[0] % 5);
	text = arena_strndup(&arena, (const char *)data, size);
	if (page_fit(&arena, &style, &slot, "text", text, &set, &err) != 0) {
		MUST_HOLD(err.code == ERR_DATA && text_utf8_valid(err.message, strlen(err.message)));
	} else {
		add_up(text, &given, &given_count);
		for (i = 0; i < set->line_count; i++) {
			MUST_HOLD(set->lines[i]->width * set->size <= slot.width + 1e-6);
			for (word = set->lines[i]->words; word != NULL; word = word->next)
				for (k = 0; k < word->count; k++)
					add_up(word->texts[k], &behind, &behind_count);
		}
		MUST_HOLD(given == behind && given_count == behind_count);
		page_init(&arena, &page, 600, 600);
		page_set_draw(&page, &slot, set);
		page_set_text(&page, &slot, set);
		MUST_HOLD(!page.content.overflow);
		page_done(&page);
	}
	arena_done(&arena);
	return 0;
}
