/* Font stacks and the cache of outlines. A stack is an ordered list of lines from template and fallback sections; which of
 * them apply depends on script and language. Nothing here decides which font a text gets: lib/page/text.c does, by trying. */
#include "page/font.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

#define FONT_DIR "/usr/share/fonts"
#define MAX_GLYPH_BYTES ((size_t)1 << 20)
#define GLYPH_BUCKETS 1024u

struct glyph_node {
	struct glyph_node *next;
	uint32_t id;
	struct page_glyph glyph;
};

struct page_face {
	struct page_face *next;
	struct page_fonts *fonts;
	const char *path;
	unsigned face_index;
	double scale;
	struct shape_font *font; /* NULL until needed */
	struct glyph_node *glyphs[GLYPH_BUCKETS];
};

/* A font in a stack, and for whom it is meant. */
struct choice {
	struct choice *next;
	uint32_t script;      /* 0: every one */
	const char *language; /* "": every one */
	struct page_face *face;
	const char *file; /* the sheet that names it */
	unsigned line;
};

struct page_stack {
	struct page_stack *next;
	const char *name;
	struct choice *choices;
};

struct page_fonts {
	struct arena *arena;
	const char *folder;
	const struct sheet *fallbacks;
	struct page_face *faces;
	struct page_stack *stacks;
};

struct page_fonts *
page_fonts_new(struct arena *arena, const char *folder, const struct sheet *fallbacks)
{
	struct page_fonts *fonts = ARENA_NEW(arena, struct page_fonts);

	fonts->arena = arena;
	fonts->folder = arena_strdup(arena, folder);
	fonts->fallbacks = fallbacks;
	return fonts;
}

void
page_fonts_done(struct page_fonts *fonts)
{
	struct page_face *face;

	if (fonts == NULL)
		return;
	for (face = fonts->faces; face != NULL; face = face->next) {
		shape_font_close(face->font);
		face->font = NULL;
	}
}

static struct page_face *
find_face(struct page_fonts *fonts, const char *path, unsigned face_index, double scale)
{
	struct page_face *face;

	for (face = fonts->faces; face != NULL; face = face->next)
		if (face->face_index == face_index && !(face->scale < scale) && !(face->scale > scale) &&
		    strcmp(face->path, path) == 0)
			return face;
	face = ARENA_NEW(fonts->arena, struct page_face);
	face->fonts = fonts;
	face->path = path;
	face->face_index = face_index;
	face->scale = scale;
	face->next = fonts->faces;
	fonts->faces = face;
	return face;
}

static const char *
locate(const struct page_fonts *fonts, const char *name)
{
	const char *path;

	if (name[0] == '/')
		return name;
	path = arena_printf(fonts->arena, "%s/%s", fonts->folder, name);
	if (access(path, R_OK) == 0)
		return path;
	return arena_printf(fonts->arena, "%s/%s", FONT_DIR, name);
}

/* Take "FILE", "FILE#2", "FILE 90%" or "FILE#2 90%" apart. */
static int
read_font(struct page_fonts *fonts, const char *file, const struct sheet_entry *entry, char *text, const char **ret_name,
    int64_t *ret_index, int64_t *ret_percent, struct err *err)
{
	struct err ignored = ERR_INIT;
	char *mark;
	size_t len = strlen(text);

	*ret_index = 0;
	*ret_percent = 100;
	if (len > 0 && text[len - 1] == '%') {
		text[len - 1] = '\0';
		mark = strrchr(text, ' ');
		if (mark == NULL || text_int64(mark + 1, ret_percent, &ignored) != 0 || *ret_percent < 10 || *ret_percent > 500)
			return err_set(
			    err, ERR_CONFIG, "%s:%u: size of \"%s%%\" is not between 10%% and 500%%", file, entry->line, text);
		*mark = '\0';
		text = text_trim(fonts->arena, text);
	}
	mark = strrchr(text, '#');
	if (mark != NULL) {
		if (text_int64(mark + 1, ret_index, &ignored) != 0 || *ret_index < 0 || *ret_index > 255)
			return err_set(
			    err, ERR_CONFIG, "%s:%u: face number in \"%s\" is not a small number", file, entry->line, text);
		*mark = '\0';
	}
	if (text[0] == '\0')
		return err_set(err, ERR_CONFIG, "%s:%u: \"%s\" names an empty font file", file, entry->line, entry->key);
	*ret_name = text;
	return 0;
}

/* Append the fonts of one entry, "FILE, FILE, …", to a stack. */
static int
add_choices(struct page_fonts *fonts, struct choice ***tail, const char *file, const struct sheet_entry *entry, uint32_t script,
    const char *language, struct err *err)
{
	const char *at = entry->value, *name = NULL;
	struct choice *choice;
	int64_t index = 0, percent = 100;
	size_t len;

	while (*at != '\0') {
		len = strcspn(at, ",");
		if (read_font(fonts, file, entry, text_trim(fonts->arena, arena_strndup(fonts->arena, at, len)), &name, &index,
			&percent, err) != 0)
			return -1;
		at += len + (at[len] == ',' ? 1 : 0);
		choice = ARENA_NEW(fonts->arena, struct choice);
		choice->script = script;
		choice->language = language;
		choice->face = find_face(fonts, locate(fonts, name), (unsigned)index, (double)percent / 100);
		choice->file = file;
		choice->line = entry->line;
		**tail = choice;
		*tail = &choice->next;
	}
	return 0;
}

static int
add_section(struct page_fonts *fonts, struct choice ***tail, const char *file, const struct sheet_section *section, struct err *err)
{
	const struct sheet_entry *entry;
	const char *language, *dot;
	uint32_t script;
	size_t i, pass;

	/* Fonts for a script stand before those for all, wherever they are written; those for a language before both. */
	for (pass = 0; pass < 3; pass++) {
		for (i = 0; i < section->entry_count; i++) {
			entry = &section->entries[i];
			if (strcmp(entry->key, "fallback") == 0)
				continue;
			dot = strchr(entry->key, '.');
			language = dot == NULL ? "" : dot + 1;
			script = strcmp(entry->key, "faces") == 0
				     ? 0
				     : shape_script_tag(dot == NULL
							    ? entry->key
							    : arena_strndup(fonts->arena, entry->key, (size_t)(dot - entry->key)));
			if (script == 0 && strcmp(entry->key, "faces") != 0)
				return err_set(err, ERR_CONFIG, "%s:%u: \"%s\" is neither \"faces\", \"fallback\" nor a script",
				    file, entry->line, entry->key);
			if (pass != (script == 0 ? 2u : language[0] == '\0' ? 1u : 0u))
				continue;
			if (add_choices(fonts, tail, file, entry, script, language, err) != 0)
				return -1;
		}
	}
	return 0;
}

int
page_fonts_add(struct page_fonts *fonts, const char *file, const struct sheet_section *section, struct err *err)
{
	const struct sheet_entry *fallback = sheet_get(section, "fallback");
	const struct sheet_section *shared;
	struct page_stack *stack = ARENA_NEW(fonts->arena, struct page_stack);
	struct choice **tail = &stack->choices;
	const char *at, *name;
	size_t len;

	if (section->name[0] == '\0')
		return err_set(err, ERR_CONFIG, "%s:%u: font has no name", file, section->line);
	if (page_fonts_stack(fonts, section->name) != NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: font \"%s\" is declared twice", file, section->line, section->name);
	stack->name = section->name;
	if (add_section(fonts, &tail, file, section, err) != 0)
		return -1;
	for (at = fallback == NULL ? "" : fallback->value; *at != '\0'; at += len + (at[len] == ',' ? 1 : 0)) {
		len = strcspn(at, ",");
		name = text_trim(fonts->arena, arena_strndup(fonts->arena, at, len));
		shared = fonts->fallbacks == NULL ? NULL : sheet_find(fonts->fallbacks, "fallback", name);
		if (shared == NULL)
			return err_set(err, ERR_CONFIG, "%s:%u: there is no fallback \"%s\"", file, fallback->line, name);
		if (add_section(fonts, &tail, fonts->fallbacks->file, shared, err) != 0)
			return -1;
	}
	if (stack->choices == NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: font \"%s\" names no font files", file, section->line, section->name);
	stack->next = fonts->stacks;
	fonts->stacks = stack;
	return 0;
}

const struct page_stack *
page_fonts_stack(const struct page_fonts *fonts, const char *name)
{
	const struct page_stack *stack;

	for (stack = fonts->stacks; stack != NULL; stack = stack->next)
		if (strcmp(stack->name, name) == 0)
			return stack;
	return NULL;
}

/* "zh" applies to "zh", "zh-TW" and "zh_TW". */
static bool
language_applies(const char *wanted, const char *language)
{
	size_t len = strlen(wanted);

	return strncmp(wanted, language, len) == 0 &&
	       (len == 0 || language[len] == '\0' || language[len] == '-' || language[len] == '_');
}

int
page_stack_face(const struct page_stack *stack, uint32_t script, const char *language, size_t index, struct page_face **ret_face,
    struct err *err)
{
	const struct choice *choice;
	struct page_face *face;

	for (choice = stack->choices; choice != NULL; choice = choice->next) {
		if ((choice->script != 0 && choice->script != script) || !language_applies(choice->language, language))
			continue;
		if (index-- == 0)
			break;
	}
	if (choice == NULL) {
		*ret_face = NULL;
		return 0;
	}
	face = choice->face;
	if (face->font == NULL && shape_font_open(face->fonts->arena, face->path, face->face_index, &face->font, err) != 0) {
		err_wrap(err, "%s:%u", choice->file, choice->line);
		return err_hint(err, "Install the package that holds the font, or name another one.");
	}
	*ret_face = face;
	return 0;
}

/* Was this font looked at for an earlier line of a stack? One of the template's own is told as that, wherever else it stands. */
static bool
was_tried(const struct page_fonts *fonts, const struct page_stack *until, const struct choice *last)
{
	const struct page_stack *stack;
	const struct choice *choice;

	for (stack = fonts->stacks;; stack = stack->next)
		for (choice = stack->choices; choice != NULL; choice = choice->next) {
			if (stack == until && choice == last)
				return false;
			if (choice->face == last->face)
				return true;
		}
}

void
page_fonts_check(const struct page_fonts *fonts, void (*say)(void *, bool, const char *), void *context)
{
	const struct page_stack *stack;
	const struct choice *choice;
	struct shape_font *font;
	char script[5] = "";

	for (stack = fonts->stacks; stack != NULL; stack = stack->next)
		for (choice = stack->choices; choice != NULL; choice = choice->next) {
			const bool own = fonts->fallbacks == NULL || choice->file != fonts->fallbacks->file;
			struct err err = ERR_INIT;

			if (was_tried(fonts, stack, choice) || choice->face->font != NULL)
				continue;
			if (shape_font_open(fonts->arena, choice->face->path, choice->face->face_index, &font, &err) == 0) {
				shape_font_close(font);
				continue;
			}
			if (choice->script != 0)
				shape_script_name(choice->script, script);
			say(context, own,
			    arena_printf(fonts->arena, "%s:%u: %s%s%s%s", choice->file, choice->line, err.message,
				own || choice->script == 0 ? "" : ": letters of script ", own || choice->script == 0 ? "" : script,
				own || choice->script == 0 ? "" : " cannot be drawn"));
		}
}

const struct shape_font *
page_face_font(const struct page_face *face)
{
	return face->font;
}

double
page_face_em(const struct page_face *face)
{
	return face->scale / shape_font_units(face->font);
}

/* The pen that writes an outline as operators and measures it. Whole font units are fine enough: a thousandth of the size. */
struct writer {
	struct buf ops;
	struct page_glyph *glyph;
	bool any;
	long x, y;
};

static void
put_point(struct writer *writer, double x, double y)
{
	struct page_glyph *glyph = writer->glyph;

	writer->x = lround(x);
	writer->y = lround(y);
	if (!writer->any || writer->x < glyph->left)
		glyph->left = (int32_t)writer->x;
	if (!writer->any || writer->x > glyph->right)
		glyph->right = (int32_t)writer->x;
	if (!writer->any || writer->y < glyph->bottom)
		glyph->bottom = (int32_t)writer->y;
	if (!writer->any || writer->y > glyph->top)
		glyph->top = (int32_t)writer->y;
	writer->any = true;
	buf_printf(&writer->ops, "%ld %ld ", writer->x, writer->y);
}

static void
pen_move(void *context, double x, double y)
{
	put_point(context, x, y);
	buf_text(&((struct writer *)context)->ops, "m\n");
}

static void
pen_line(void *context, double x, double y)
{
	put_point(context, x, y);
	buf_text(&((struct writer *)context)->ops, "l\n");
}

static void
pen_curve(void *context, double x1, double y1, double x2, double y2, double x3, double y3)
{
	put_point(context, x1, y1);
	put_point(context, x2, y2);
	put_point(context, x3, y3);
	buf_text(&((struct writer *)context)->ops, "c\n");
}

/* Outlines are only ever filled, which closes them. */
static void
pen_close(void *context)
{
	(void)context;
}

const struct page_glyph *
page_face_glyph(struct page_face *face, uint32_t id)
{
	struct glyph_node *node, **bucket = &face->glyphs[id % GLYPH_BUCKETS];
	struct writer writer = { .any = false };
	struct shape_pen pen = { .move = pen_move, .line = pen_line, .curve = pen_curve, .close = pen_close, .context = &writer };

	for (node = *bucket; node != NULL; node = node->next)
		if (node->id == id)
			return &node->glyph;
	node = ARENA_NEW(face->fonts->arena, struct glyph_node);
	node->id = id;
	writer.glyph = &node->glyph;
	buf_init(&writer.ops, MAX_GLYPH_BYTES);
	shape_outline(face->font, id, &pen);
	node->glyph.path = arena_strndup(face->fonts->arena, writer.ops.data, writer.ops.len);
	node->glyph.path_len = writer.ops.len;
	buf_done(&writer.ops);
	node->next = *bucket;
	*bucket = node;
	return &node->glyph;
}
