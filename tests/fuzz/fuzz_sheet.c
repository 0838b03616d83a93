/* Template files, the texts with placeholders in them, and path data: read, or refused with a reason. */
#include <string.h>

#include "base/text.h"
#include "certificate/template.h"
#include "fuzz.h"
#include "page/ornament.h"
#include "page/sheet.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct sheet *sheet;
	const struct sheet_entry *entry;
	const struct template_part *parts;
	struct page page;
	double number;
	unsigned rgb;
	size_t i, k;

	if (sheet_parse(&arena, "f", (const char *)data, size, &sheet, &err) != 0) {
		MUST_HOLD(err.code == ERR_CONFIG && strncmp(err.message, "f:", 2) == 0);
		goto out;
	}
	page_init(&arena, &page, 100, 100);
	for (i = 0; i < sheet->section_count; i++) {
		for (k = 0; k < sheet->sections[i].entry_count; k++) {
			entry = &sheet->sections[i].entries[k];
			MUST_HOLD(
			    text_utf8_valid(entry->key, strlen(entry->key)) && text_utf8_valid(entry->value, strlen(entry->value)));
			MUST_HOLD(sheet_get(&sheet->sections[i], entry->key) == entry);
			err_reset(&err);
			if (sheet_number("f", entry, -100, 100, &number, &err) == 0)
				MUST_HOLD(number >= -100 && number <= 100);
			err_reset(&err);
			if (sheet_colour("f", entry, &rgb, &err) == 0)
				MUST_HOLD(rgb <= 0xffffff);
			err_reset(&err);
			if (template_parse_text(&arena, "f:1", TEMPLATE_TRANSCRIPT, entry->value,
				TEMPLATE_MAY_WORDS | TEMPLATE_MAY_ROWS, &parts, &err) == 0)
				for (; parts != NULL; parts = parts->next)
					MUST_HOLD(parts->kind == TEMPLATE_FACT  ? parts->fact < TEMPLATE_FACT_COUNT
						  : parts->kind == TEMPLATE_ROW ? parts->row < TEMPLATE_ROW_COUNT
										: parts->text[0] != '\0');
			err_reset(&err);
			if (page_path(&page, 0, 0, 1, 0, entry->value, &err) != 0)
				MUST_HOLD(err.code == ERR_DATA);
		}
	}
	page_done(&page);
out:
	arena_done(&arena);
	return 0;
}
