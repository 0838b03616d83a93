/* Facts as bytes, for a process of the same program. */
#include "certificate/wire.h"

#include <string.h>

#define ABSENT UINT32_MAX
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The facts that are texts, and those that are moments, in the order in which they travel. */
static const size_t texts[] = { offsetof(struct certificate_facts, learner), offsetof(struct certificate_facts, course),
	offsetof(struct certificate_facts, serial), offsetof(struct certificate_facts, issuer),
	offsetof(struct certificate_facts, signatory), offsetof(struct certificate_facts, signatory_title),
	offsetof(struct certificate_facts, verify_url), offsetof(struct certificate_facts, logo),
	offsetof(struct certificate_facts, logo_sha256), offsetof(struct certificate_facts, locale),
	offsetof(struct certificate_facts, timezone) };
static const size_t moments[] = { offsetof(struct certificate_facts, completed_utc),
	offsetof(struct certificate_facts, valid_until_utc), offsetof(struct certificate_facts, issued_utc) };

static void
put_text(struct buf *out, const char *text)
{
	uint32_t len = text == NULL ? ABSENT : (uint32_t)strlen(text);

	buf_add(out, &len, sizeof(len));
	if (text != NULL)
		buf_add(out, text, (size_t)len + 1);
}

void
wire_put(struct buf *out, size_t place, const char *template, const struct certificate_facts *facts)
{
	const char *text;
	size_t i;

	buf_add(out, &place, sizeof(place));
	put_text(out, template);
	for (i = 0; i < COUNT(texts); i++) {
		memcpy(&text, (const char *)facts + texts[i], sizeof(text));
		put_text(out, text);
	}
	for (i = 0; i < COUNT(moments); i++)
		buf_add(out, (const char *)facts + moments[i], sizeof(int64_t));
	buf_add(out, &facts->paper, sizeof(facts->paper));
	buf_add(out, &facts->row_count, sizeof(facts->row_count));
	for (i = 0; i < facts->row_count; i++) {
		put_text(out, facts->rows[i].course);
		put_text(out, facts->rows[i].serial);
		buf_add(out, &facts->rows[i].completed_utc, sizeof(int64_t));
		buf_add(out, &facts->rows[i].valid_until_utc, sizeof(int64_t));
		buf_add(out, &facts->rows[i].paid, sizeof(facts->rows[i].paid));
	}
}

/* Both ends are this file, so nothing has to be checked here. */
static const char *
take_text(const char **at)
{
	uint32_t len;
	const char *text;

	memcpy(&len, *at, sizeof(len));
	*at += sizeof(len);
	if (len == ABSENT)
		return NULL;
	text = *at;
	*at += (size_t)len + 1;
	return text;
}

static void
take(const char **at, void *out, size_t len)
{
	memcpy(out, *at, len);
	*at += len;
}

void
wire_take(struct arena *arena, const char *at, size_t *ret_place, const char **ret_template, struct certificate_facts *ret_facts)
{
	struct certificate_row *rows;
	const char *text;
	size_t i;

	memcpy(ret_place, at, sizeof(*ret_place));
	at += sizeof(*ret_place);
	*ret_template = take_text(&at);
	for (i = 0; i < COUNT(texts); i++) {
		text = take_text(&at);
		memcpy((char *)ret_facts + texts[i], &text, sizeof(text));
	}
	for (i = 0; i < COUNT(moments); i++, at += sizeof(int64_t))
		memcpy((char *)ret_facts + moments[i], at, sizeof(int64_t));
	take(&at, &ret_facts->paper, sizeof(ret_facts->paper));
	take(&at, &ret_facts->row_count, sizeof(ret_facts->row_count));
	ret_facts->rows = rows = ARENA_ARRAY(arena, ret_facts->row_count, struct certificate_row);
	for (i = 0; i < ret_facts->row_count; i++) {
		rows[i].course = take_text(&at);
		rows[i].serial = take_text(&at);
		take(&at, &rows[i].completed_utc, sizeof(int64_t));
		take(&at, &rows[i].valid_until_utc, sizeof(int64_t));
		take(&at, &rows[i].paid, sizeof(rows[i].paid));
	}
}
