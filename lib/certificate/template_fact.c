/* What certificates state, and texts with places for it. */
#include <string.h>

#include "base/text.h"
#include "certificate/template.h"

static const struct {
	const char *name;
	unsigned papers, required;
	enum template_scope scope;
} fact_rows[] = {
#define TEMPLATE_ROW_OF(id, name, papers, required, scope) { name, papers, required, scope },
	TEMPLATE_FACTS(TEMPLATE_ROW_OF)
#undef TEMPLATE_ROW_OF
};

static const char *const row_names[] = { "number", "course", "completed", "valid_until", "serial", "paid" };

const char *
template_fact_name(enum template_fact fact)
{
	return fact_rows[fact].name;
}

bool
template_fact_required(enum template_paper paper, enum template_fact fact)
{
	return (fact_rows[fact].required & (1u << paper)) != 0;
}

enum template_scope
template_fact_scope(enum template_fact fact)
{
	return fact_rows[fact].scope;
}

const char *
template_paper_name(enum template_paper paper)
{
	return paper == TEMPLATE_CERTIFICATE ? "certificate" : "transcript";
}

int
template_fact_find(enum template_paper paper, const char *name, enum template_fact *ret_fact)
{
	size_t i;

	for (i = 0; i < TEMPLATE_FACT_COUNT; i++) {
		if ((fact_rows[i].papers & (1u << paper)) != 0 && strcmp(fact_rows[i].name, name) == 0) {
			*ret_fact = (enum template_fact)i;
			return 0;
		}
	}
	return -1;
}

static int
find_row(const char *name, enum template_row *ret_row)
{
	size_t i;

	for (i = 0; text_starts(name, "row.") && i < TEMPLATE_ROW_COUNT; i++) {
		if (strcmp(row_names[i], name + 4) == 0) {
			*ret_row = (enum template_row)i;
			return 0;
		}
	}
	return -1;
}

static int
add_hint(struct arena *arena, enum template_paper paper, unsigned may, struct err *err)
{
	const char *names = "";
	size_t i;

	for (i = 0; (may & TEMPLATE_MAY_ROWS) != 0 && i < TEMPLATE_ROW_COUNT; i++)
		names = arena_printf(arena, "%s{{row.%s}}, ", names, row_names[i]);
	for (i = 0; i < TEMPLATE_LOGO; i++)
		if ((fact_rows[i].papers & (1u << paper)) != 0)
			names = arena_printf(arena, "%s{{%s}}, ", names, fact_rows[i].name);
	return err_hint(err, "Known are %sand {{word.NAME}} for a word of the %s's language.", names, template_paper_name(paper));
}

int
template_parse_text(struct arena *arena, const char *where, enum template_paper paper, const char *text, unsigned may,
    const struct template_part **ret_parts, struct err *err)
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
			if ((may & TEMPLATE_MAY_WORDS) != 0 && text_starts(name, "word.") && name[5] != '\0') {
				part->kind = TEMPLATE_WORD;
				part->text = name + 5;
			} else if ((may & TEMPLATE_MAY_ROWS) != 0 && find_row(name, &part->row) == 0) {
				part->kind = TEMPLATE_ROW;
			} else if (template_fact_find(paper, name, &part->fact) == 0 && part->fact != TEMPLATE_LOGO) {
				part->kind = TEMPLATE_FACT;
			} else {
				err_set(err, ERR_CONFIG, "%s: unknown placeholder \"{{%s}}\"", where, name);
				return add_hint(arena, paper, may, err);
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
