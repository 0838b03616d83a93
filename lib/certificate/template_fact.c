/* What certificates state, and texts with places for it. */
#include <string.h>

#include "base/text.h"
#include "certificate/template.h"

static const struct {
	const char *name;
	bool required;
	enum template_scope scope;
} fact_rows[] = {
#define TEMPLATE_ROW(id, name, required, scope) { name, required, scope },
	TEMPLATE_FACTS(TEMPLATE_ROW)
#undef TEMPLATE_ROW
};

const char *
template_fact_name(enum template_fact fact)
{
	return fact_rows[fact].name;
}

bool
template_fact_required(enum template_fact fact)
{
	return fact_rows[fact].required;
}

enum template_scope
template_fact_scope(enum template_fact fact)
{
	return fact_rows[fact].scope;
}

int
template_fact_find(const char *name, enum template_fact *ret_fact)
{
	size_t i;

	for (i = 0; i < TEMPLATE_FACT_COUNT; i++) {
		if (strcmp(fact_rows[i].name, name) == 0) {
			*ret_fact = (enum template_fact)i;
			return 0;
		}
	}
	return -1;
}

static int
add_hint(struct arena *arena, struct err *err)
{
	const char *names = "";
	size_t i;

	for (i = 0; i < TEMPLATE_LOGO; i++)
		names = arena_printf(arena, "%s{{%s}}, ", names, fact_rows[i].name);
	return err_hint(err, "Known are %sand {{word.NAME}} for a word of the certificate's language.", names);
}

int
template_parse_text(
    struct arena *arena, const char *where, const char *text, bool words, const struct template_part **ret_parts, struct err *err)
{
	struct template_part *part;
	const struct template_part *first = NULL;
	struct template_part *last = NULL;
	const char *open, *close, *name;

	while (*text != '\0') {
		part = ARENA_NEW(arena, struct template_part);
		open = strstr(text, "{{");
		if (open != text) {
			part->text = open == NULL ? text : arena_strndup(arena, text, (size_t)(open - text));
			text = open == NULL ? text + strlen(text) : open;
		} else {
			close = strstr(open, "}}");
			if (close == NULL)
				return err_set(err, ERR_CONFIG, "%s: placeholder \"%.40s\" is not closed with \"}}\"", where, open);
			name = text_trim(arena, arena_strndup(arena, open + 2, (size_t)(close - open) - 2));
			text = close + 2;
			if (words && text_starts(name, "word.") && name[5] != '\0') {
				part->kind = TEMPLATE_WORD;
				part->text = name + 5;
			} else if (template_fact_find(name, &part->fact) == 0 && part->fact != TEMPLATE_LOGO) {
				part->kind = TEMPLATE_FACT;
			} else {
				err_set(err, ERR_CONFIG, "%s: unknown placeholder \"{{%s}}\"", where, name);
				return add_hint(arena, err);
			}
		}
		if (last == NULL)
			first = part;
		else
			last->next = part;
		last = part;
	}
	*ret_parts = first;
	return 0;
}
