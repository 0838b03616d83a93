/* Mails as text. A paragraph is one logical line; it is cut into lines of at most 72 columns whose ends a reader that knows RFC 3676
 * takes away again, so that it fills a phone as well as a wide window. What must stay whole (web and mail addresses) is never cut. */
#include "mail_render.h"

#include <stdint.h>
#include <string.h>

#include "adapter/unicode.h"
#include "base/text.h"

#define COLUMNS 72
/* Gives a line the direction of the language where its first letter has the other one. */
#define RIGHT_TO_LEFT "\u200f"
/* What follows is a signature: readers show it apart, and leave it out of answers. */
#define SIGNATURE "\n-- \n"

/* Bytes of a line between which it is not broken. */
struct whole {
	struct whole *next;
	size_t begin, end;
};

/* A logical line, and where its first, second, … visible line ends. */
struct line {
	struct line *next;
	const char *text;
	size_t *ends;
	size_t count;
	bool blank_before; /* an empty line stands above it */
	bool address;      /* nothing but a web address */
};

struct writer {
	struct arena *arena;
	const struct locale *locale;
	struct line *first, **tail;
	struct buf at; /* the logical line that is being made */
	struct whole *wholes;
	bool blank_before, address, delsp;
};

static size_t
columns(const char *text, const char *end)
{
	size_t sum = 0;
	uint32_t c;

	while (text < end) {
		text = text_next(text, &c);
		sum += (size_t)unicode_columns(c);
	}
	return sum;
}

static bool
is_wide(const char *text)
{
	uint32_t c;

	(void)text_next(text, &c);
	return unicode_columns(c) == 2;
}

/* The character that ends at ${place}. */
static const char *
before(const char *text, size_t place)
{
	do
		place--;
	while (place > 0 && ((unsigned char)text[place] & 0xc0) == 0x80);
	return text + place;
}

/* Behind a blank, or between letters of a script that has none; not behind a hyphen, which a blank would then follow. */
static bool
may_break(const struct writer *writer, const char *text, size_t place)
{
	const struct whole *whole;

	if (place == 0 || text[place] == '\0')
		return false;
	for (whole = writer->wholes; whole != NULL; whole = whole->next)
		if (place > whole->begin && place < whole->end)
			return false;
	return text[place - 1] == ' ' || is_wide(text + place) || is_wide(before(text, place));
}

/* The logical line is whole: find its line ends, each as far on as fits. */
static void
end_line(struct writer *writer)
{
	struct line *line;
	char *text;
	size_t *breaks, count, i, begin = 0, candidate = 0, visible;

	text = text_trim(writer->arena, writer->at.data);
	if (*text != '\0') {
		line = ARENA_NEW(writer->arena, struct line);
		line->text = text;
		line->blank_before = writer->blank_before;
		line->address = writer->address;
		breaks = cldr_breaks(writer->arena, locale_formats(writer->locale), text, &count);
		line->ends = ARENA_ARRAY(writer->arena, count + 1, size_t);
		for (i = 0; i < count; i++) {
			if (text[breaks[i]] != '\0' && !may_break(writer, text, breaks[i]))
				continue;
			for (visible = breaks[i]; visible > begin && text[visible - 1] == ' ';)
				visible--;
			if (candidate > begin && columns(text + begin, text + visible) > COLUMNS) {
				line->ends[line->count++] = candidate;
				if (text[candidate - 1] != ' ')
					writer->delsp = true;
				begin = candidate;
			}
			candidate = breaks[i];
		}
		line->ends[line->count++] = strlen(text);
		*writer->tail = line;
		writer->tail = &line->next;
		writer->blank_before = false;
	}
	buf_reset(&writer->at);
	writer->wholes = NULL;
	writer->address = false;
}

static void
add_whole(struct writer *writer, const char *text)
{
	struct whole *whole = ARENA_NEW(writer->arena, struct whole);

	whole->begin = writer->at.len;
	buf_text(&writer->at, text);
	whole->end = writer->at.len;
	whole->next = writer->wholes;
	writer->wholes = whole;
}

static void
add_runs(struct writer *writer, const struct mail_part *part)
{
	const struct mail_run *run, *link = NULL;
	struct mail_run alone;

	for (run = part->runs; run != NULL; run = run->next) {
		switch (run->kind) {
		case MAIL_MARK_TEXT: buf_text(&writer->at, run->text); break;
		case MAIL_MARK_VALUE:
			if (run->value->kind == CATALOGUE_WEB || run->value->kind == CATALOGUE_ADDRESS) {
				add_whole(writer, run->text);
				break;
			}
			alone = *run;
			alone.next = NULL;
			mail_render_line(&writer->at, writer->locale, &alone);
			break;
		case MAIL_MARK_STRONG:
		case MAIL_MARK_STRONG_END: buf_char(&writer->at, '*'); break;
		case MAIL_MARK_BREAK: end_line(writer); break;
		case MAIL_MARK_LINK: link = run; break;
		case MAIL_MARK_LINK_END:
			if (part->kind == MAIL_BLOCK_BUTTON) {
				end_line(writer);
				writer->address = true;
				add_whole(writer, link->text);
				end_line(writer);
			} else {
				buf_text(&writer->at, " (");
				add_whole(writer, link->text);
				buf_char(&writer->at, ')');
			}
			break;
		}
	}
}

/* The first letter that has a direction has that of the language, or there is none. */
static bool
begins_against(const char *text, const char *end, bool rtl)
{
	int direction = 0;
	uint32_t c;

	while (text < end && direction == 0) {
		text = text_next(text, &c);
		direction = unicode_direction(c);
	}
	return direction == (rtl ? 1 : -1);
}

static void
write_line(const struct writer *writer, struct buf *buf, const struct line *line)
{
	const bool rtl = cldr_rtl(locale_formats(writer->locale));
	const char *text, *end;
	size_t i;

	if (line->blank_before)
		buf_char(buf, '\n');
	for (i = 0; i < line->count; i++) {
		text = line->text + (i == 0 ? 0 : line->ends[i - 1]);
		end = line->text + line->ends[i];
		if (rtl && !line->address && begins_against(text, end, rtl))
			buf_text(buf, RIGHT_TO_LEFT);
		else if (*text == ' ' || *text == '>' || text_starts(text, "From "))
			buf_char(buf, ' '); /* a quotation otherwise, or what some servers write as one */
		buf_add(buf, text, (size_t)(end - text));
		if (writer->delsp && i + 1 < line->count)
			buf_char(buf, ' ');
		buf_char(buf, '\n');
	}
}

bool
mail_render_text(
    struct arena *arena, struct buf *buf, const struct locale *locale, const struct mail_part *part, const struct mail_part *foot)
{
	struct writer writer = { .arena = arena, .locale = locale };
	const struct line *line;
	struct line **end;
	bool items = false;

	writer.tail = &writer.first;
	buf_init(&writer.at, buf->max_bytes);
	for (; part != NULL; part = part->next) {
		/* The items of a list stand together. */
		writer.blank_before = writer.first != NULL && !(items && part->kind == MAIL_BLOCK_ITEM);
		items = part->kind == MAIL_BLOCK_ITEM;
		if (items)
			buf_text(&writer.at, "- ");
		add_runs(&writer, part);
		end_line(&writer);
	}
	end = writer.tail;
	for (; foot != NULL; foot = foot->next) {
		add_runs(&writer, foot);
		end_line(&writer);
	}
	buf->overflow = buf->overflow || writer.at.overflow;
	buf_done(&writer.at);
	for (line = writer.first; line != NULL; line = line->next) {
		if (line == *end)
			buf_text(buf, SIGNATURE);
		write_line(&writer, buf, line);
	}
	return writer.delsp;
}
