/* Reading the small text files of templates, fonts and words. Values are kept as text; who asks for one says what it must be,
 * and errors carry file and line, because the reader of the message is the operator who wrote the file. */
#include "page/sheet.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"

#define MAX_FILE_BYTES ((size_t)1 << 20)

struct parser {
	struct arena *arena;
	const char *file;
	struct sheet *sheet;
	size_t section_room, entry_room;
	unsigned line;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static char *
trimmed(struct arena *arena, const char *from, const char *to)
{
	while (from < to && is_blank(*from))
		from++;
	while (to > from && is_blank(to[-1]))
		to--;
	return arena_strndup(arena, from, (size_t)(to - from));
}

static struct sheet_section *
current(struct parser *parser)
{
	return &parser->sheet->sections[parser->sheet->section_count - 1];
}

static void
add_section(struct parser *parser, const char *kind, const char *name)
{
	struct sheet *sheet = parser->sheet;
	struct sheet_section *grown;

	if (sheet->section_count == parser->section_room) {
		parser->section_room = parser->section_room * 2 + 8;
		grown = ARENA_ARRAY(parser->arena, parser->section_room, struct sheet_section);
		if (sheet->section_count > 0)
			memcpy(grown, sheet->sections, sheet->section_count * sizeof(*grown));
		sheet->sections = grown;
	}
	sheet->sections[sheet->section_count++] = (struct sheet_section){ .kind = kind, .name = name, .line = parser->line };
	parser->entry_room = 0;
}

static int
add_heading(struct parser *parser, const char *from, const char *to, struct err *err)
{
	const char *close = memchr(from, ']', (size_t)(to - from)), *space;
	const char *kind, *name = "";

	if (close == NULL || trimmed(parser->arena, close + 1, to)[0] != '\0')
		return err_set(err, ERR_CONFIG, "%s:%u: heading has no \"]\" at its end", parser->file, parser->line);
	kind = trimmed(parser->arena, from + 1, close);
	if (kind[0] == '\0')
		return err_set(err, ERR_CONFIG, "%s:%u: heading is empty", parser->file, parser->line);
	space = strchr(kind, ' ');
	if (space != NULL) {
		name = trimmed(parser->arena, space, kind + strlen(kind));
		kind = arena_strndup(parser->arena, kind, (size_t)(space - kind));
	}
	add_section(parser, kind, name);
	return 0;
}

static int
add_entry(struct parser *parser, const char *from, const char *to, struct err *err)
{
	const char *equals = memchr(from, '=', (size_t)(to - from)), *key;
	struct sheet_section *section = current(parser);
	const struct sheet_entry *earlier;
	struct sheet_entry *grown;

	if (equals == NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: line is neither a heading nor \"key = value\"", parser->file, parser->line);
	key = trimmed(parser->arena, from, equals);
	if (key[0] == '\0')
		return err_set(err, ERR_CONFIG, "%s:%u: key is missing before \"=\"", parser->file, parser->line);
	earlier = sheet_get(section, key);
	if (earlier != NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: key \"%s\" was given already in line %u", parser->file, parser->line, key,
		    earlier->line);
	if (section->entry_count == parser->entry_room) {
		parser->entry_room = parser->entry_room * 2 + 8;
		grown = ARENA_ARRAY(parser->arena, parser->entry_room, struct sheet_entry);
		if (section->entry_count > 0)
			memcpy(grown, section->entries, section->entry_count * sizeof(*grown));
		section->entries = grown;
	}
	section->entries[section->entry_count++] =
	    (struct sheet_entry){ .key = key, .value = trimmed(parser->arena, equals + 1, to), .line = parser->line };
	return 0;
}

static int
add_continuation(struct parser *parser, const char *from, const char *to, struct err *err)
{
	struct sheet_section *section = current(parser);
	struct sheet_entry *entry;

	if (section->entry_count == 0)
		return err_set(err, ERR_CONFIG, "%s:%u: line begins with a blank, but there is no value to continue", parser->file,
		    parser->line);
	entry = &section->entries[section->entry_count - 1];
	entry->value = arena_printf(
	    parser->arena, "%s%s%s", entry->value, entry->value[0] == '\0' ? "" : " ", trimmed(parser->arena, from, to));
	return 0;
}

int
sheet_parse(struct arena *arena, const char *file, const char *text, size_t len, struct sheet **ret_sheet, struct err *err)
{
	struct parser parser = { .arena = arena, .file = file };
	const char *at = text, *end = text + len, *to, *from;
	int rc;

	parser.sheet = ARENA_NEW(arena, struct sheet);
	parser.sheet->file = arena_strdup(arena, file);
	add_section(&parser, "", "");
	for (; at < end; at = to + 1) {
		parser.line++;
		to = memchr(at, '\n', (size_t)(end - at));
		if (to == NULL)
			to = end;
		if (!text_utf8_valid(at, (size_t)(to - at)) || memchr(at, '\0', (size_t)(to - at)) != NULL)
			return err_set(err, ERR_CONFIG, "%s:%u: line is not UTF-8 text", file, parser.line);
		for (from = at; from < to && is_blank(*from); from++)
			;
		if (from == to || *from == '#')
			continue;
		if (from > at)
			rc = add_continuation(&parser, from, to, err);
		else if (*from == '[')
			rc = add_heading(&parser, from, to, err);
		else
			rc = add_entry(&parser, from, to, err);
		if (rc != 0)
			return -1;
	}
	*ret_sheet = parser.sheet;
	return 0;
}

int
sheet_load(struct arena *arena, const char *file, struct sheet **ret_sheet, struct err *err)
{
	char *text;
	size_t len;

	if (file_read(arena, "file", file, MAX_FILE_BYTES, &text, &len, err) != 0)
		return -1;
	return sheet_parse(arena, file, text, len, ret_sheet, err);
}

const struct sheet_entry *
sheet_get(const struct sheet_section *section, const char *key)
{
	size_t i;

	for (i = 0; i < section->entry_count; i++)
		if (strcmp(section->entries[i].key, key) == 0)
			return &section->entries[i];
	return NULL;
}

const struct sheet_section *
sheet_find(const struct sheet *sheet, const char *kind, const char *name)
{
	size_t i;

	for (i = 0; i < sheet->section_count; i++)
		if (strcmp(sheet->sections[i].kind, kind) == 0 && strcmp(sheet->sections[i].name, name) == 0)
			return &sheet->sections[i];
	return NULL;
}

/* Digits with at most one point: strtod() would also take "0x1p3", "inf", and a comma in some locales. */
static bool
parse_number(const char *text, double *ret_value)
{
	double value = 0, place = 1;
	bool negative = *text == '-', point = false, digits = false;

	for (text += negative ? 1 : 0; *text != '\0'; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (*text < '0' || *text > '9')
			return false;
		digits = true;
		if (value > 1e12)
			return false;
		value = value * 10 + (*text - '0');
		if (point)
			place *= 10;
	}
	*ret_value = (negative ? -value : value) / place;
	return digits;
}

int
sheet_number(const char *file, const struct sheet_entry *entry, double low, double high, double *ret_value, struct err *err)
{
	double value;

	if (!parse_number(entry->value, &value))
		return err_set(
		    err, ERR_CONFIG, "%s:%u: value \"%s\" of \"%s\" is not a number", file, entry->line, entry->value, entry->key);
	if (value < low || value > high)
		return err_set(err, ERR_CONFIG, "%s:%u: value %s of \"%s\" is not between %g and %g", file, entry->line,
		    entry->value, entry->key, low, high);
	*ret_value = value;
	return 0;
}

int
sheet_colour(const char *file, const struct sheet_entry *entry, unsigned *ret_rgb, struct err *err)
{
	const char *digits = entry->value + 1;
	unsigned value = 0;
	size_t i;
	char c;

	if (entry->value[0] != '#' || strlen(digits) != 6 || strspn(digits, "0123456789abcdefABCDEF") != 6)
		return err_set(err, ERR_CONFIG, "%s:%u: value \"%s\" of \"%s\" is not a colour like #1a2b3c", file, entry->line,
		    entry->value, entry->key);
	for (i = 0; i < 6; i++) {
		c = digits[i];
		value = value * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	*ret_rgb = value;
	return 0;
}
