/* Reading a certificate's template. Which keys a section may have is one table; what a value must be is its type in that
 * table. Lengths in the file are millimetres from the upper left corner, sizes of type are points; here all become points
 * from the lower left. */
#include "certificate/template.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "prefix.h"

#define MAX_ITEMS 256

enum value_type {
	VALUE_MM,
	VALUE_X,
	VALUE_Y,
	VALUE_NUMBER,
	VALUE_COLOUR,
	VALUE_FONT,
	VALUE_ALIGN,
	VALUE_CORNER,
	VALUE_ROLE,
	VALUE_GROW,
	VALUE_ON,
	VALUE_STRING,
	VALUE_TEXT,
	VALUE_WHEN
};

/* One key: the kinds of section it may stand in (bits), what it is, its bounds, and where it goes. */
struct key {
	const char *name;
	unsigned kinds, required;
	enum value_type type;
	double low, high;
	size_t offset;
};

#define BIT(kind) (1u << TEMPLATE_##kind)
#define TYPED (BIT(TEXT) | BIT(TABLE))
#define DRAWN (BIT(TEXT) | BIT(RULE) | BIT(FRAME) | BIT(BAND) | BIT(ROSETTE) | BIT(DISC) | BIT(PATH) | BIT(QR) | BIT(AREA))
#define PICTURES (BIT(IMAGE) | BIT(BACKGROUND))
#define ITEMS (DRAWN | PICTURES | BIT(TABLE))
#define PLACED (DRAWN | BIT(IMAGE) | BIT(TABLE))
#define LINES (BIT(RULE) | BIT(FRAME) | BIT(BAND) | BIT(ROSETTE))
#define BOXES (BIT(FRAME) | BIT(BAND) | BIT(AREA))
#define WEAVES (BIT(BAND) | BIT(ROSETTE))
#define AT(field) offsetof(struct template_item, field)

static const struct key keys[] = {
	{ "x", PLACED, PLACED, VALUE_X, -2000, 2000, AT(x) },
	{ "y", PLACED, PLACED, VALUE_Y, -2000, 2000, AT(y) },
	{ "width", BIT(TEXT) | BIT(RULE) | BOXES | BIT(IMAGE) | BIT(COLUMN), BIT(TEXT) | BIT(RULE) | BOXES | BIT(COLUMN), VALUE_MM,
	    0.1, 2000, AT(width) },
	{ "height", BOXES | BIT(IMAGE), BOXES, VALUE_MM, 0.1, 2000, AT(height) },
	{ "colour", DRAWN | BIT(TABLE) | BIT(COLUMN), DRAWN | BIT(TABLE), VALUE_COLOUR, 0, 0, AT(rgb) },
	{ "when", ITEMS, 0, VALUE_WHEN, 0, 0, AT(when) },
	{ "unless", ITEMS, 0, VALUE_WHEN, 0, 0, AT(unless) },
	{ "on", ITEMS, 0, VALUE_ON, 0, 0, AT(on) },
	{ "text", BIT(TEXT) | BIT(QR) | BIT(COLUMN), BIT(TEXT) | BIT(QR) | BIT(COLUMN), VALUE_TEXT, 0, 0, AT(text) },
	{ "alt", BIT(IMAGE), 0, VALUE_TEXT, 0, 0, AT(text) },
	{ "title", BIT(COLUMN), BIT(COLUMN), VALUE_TEXT, 0, 0, AT(title) },
	{ "total", BIT(COLUMN), 0, VALUE_TEXT, 0, 0, AT(total) },
	{ "font", TYPED | BIT(COLUMN), TYPED, VALUE_FONT, 0, 0, AT(stack) },
	{ "head_font", BIT(TABLE), 0, VALUE_FONT, 0, 0, AT(head_stack) },
	{ "head_size", BIT(TABLE), 0, VALUE_NUMBER, 3, 500, AT(head_size) },
	{ "head_colour", BIT(TABLE), 0, VALUE_COLOUR, 0, 0, AT(head_rgb) },
	{ "bottom", BIT(TABLE), BIT(TABLE), VALUE_Y, 0, 2000, AT(bottom) },
	{ "last_bottom", BIT(TABLE), 0, VALUE_Y, 0, 2000, AT(last_bottom) },
	{ "next_y", BIT(TABLE), 0, VALUE_Y, 0, 2000, AT(next_y) },
	{ "padding", BIT(TABLE), 0, VALUE_MM, 0, 50, AT(padding) },
	{ "gap", BIT(TABLE), 0, VALUE_MM, 0, 50, AT(gap) },
	{ "rule", BIT(TABLE), 0, VALUE_NUMBER, 0, 20, AT(rule) },
	{ "head_rule", BIT(TABLE), 0, VALUE_NUMBER, 0, 20, AT(head_rule) },
	{ "rule_colour", BIT(TABLE), 0, VALUE_COLOUR, 0, 0, AT(rule_rgb) },
	{ "stripe", BIT(TABLE), 0, VALUE_COLOUR, 0, 0, AT(stripe) },
	{ "features", BIT(TEXT) | BIT(TABLE) | BIT(COLUMN), 0, VALUE_STRING, 0, 0, AT(features) },
	{ "align", BIT(TEXT) | BIT(IMAGE) | BIT(COLUMN), 0, VALUE_ALIGN, 0, 0, AT(align) },
	{ "grow", BIT(TEXT), 0, VALUE_GROW, 0, 0, AT(grow) },
	{ "role", BIT(TEXT), 0, VALUE_ROLE, 0, 0, AT(role) },
	{ "min_size", TYPED, 0, VALUE_NUMBER, 3, 500, AT(min_size) },
	{ "break_below", BIT(TEXT), 0, VALUE_NUMBER, 3, 500, AT(break_below) },
	{ "lines_size", BIT(TEXT), 0, VALUE_NUMBER, 3, 500, AT(lines_size) },
	{ "lines", BIT(TEXT) | BIT(COLUMN), 0, VALUE_NUMBER, 1, 3, AT(lines) },
	{ "leading", TYPED, 0, VALUE_NUMBER, 0.5, 4, AT(leading) },
	{ "rise", BIT(TEXT), 0, VALUE_NUMBER, 0.2, 10, AT(rise) },
	{ "drop", BIT(TEXT), 0, VALUE_NUMBER, 0.2, 10, AT(drop) },
	{ "tracking", BIT(TEXT), 0, VALUE_NUMBER, 0, 2, AT(tracking) },
	{ "thickness", LINES, LINES, VALUE_NUMBER, 0.02, 100, AT(thickness) },
	{ "swell", BIT(RULE), 0, VALUE_NUMBER, 0, 100, AT(swell) },
	{ "corner", BIT(FRAME) | BIT(AREA), 0, VALUE_CORNER, 0, 0, AT(corner) },
	{ "radius", BIT(FRAME) | BIT(AREA) | BIT(ROSETTE) | BIT(DISC), BIT(ROSETTE) | BIT(DISC), VALUE_MM, 0, 500, AT(radius) },
	{ "inner", BIT(ROSETTE), 0, VALUE_MM, 0, 500, AT(inner) },
	{ "petals", BIT(ROSETTE), BIT(ROSETTE), VALUE_NUMBER, 3, 180, AT(petals) },
	{ "strands", WEAVES, WEAVES, VALUE_NUMBER, 1, 24, AT(strands) },
	{ "twist", WEAVES, 0, VALUE_NUMBER, 0, 1, AT(twist) },
	{ "depth", BIT(BAND) | BIT(DISC), BIT(BAND), VALUE_MM, 0, 200, AT(depth) },
	{ "wave", BIT(BAND), BIT(BAND), VALUE_MM, 0.5, 500, AT(wave) },
	{ "scallops", BIT(DISC), 0, VALUE_NUMBER, 0, 180, AT(scallops) },
	{ "scale", BIT(PATH), 0, VALUE_MM, 0.0001, 1000, AT(scale) },
	{ "data", BIT(PATH), BIT(PATH), VALUE_STRING, 0, 0, AT(data) },
	{ "file", PICTURES, PICTURES, VALUE_STRING, 0, 0, AT(image_file) },
	{ "sha256", PICTURES, 0, VALUE_STRING, 0, 0, AT(image_sha256) },
};

/* "size" is points for type and millimetres for a QR code. */
static const struct key text_size = { "size", TYPED, TYPED, VALUE_NUMBER, 3, 500, AT(size) };
static const struct key qr_size = { "size", BIT(QR), BIT(QR), VALUE_MM, 5, 200, AT(size) };

static const char *const kind_names[] = { "text", "rule", "frame", "band", "rosette", "disc", "path", "qr", "area", "image",
	"background", "table", "column" };

struct loader {
	struct arena *arena;
	struct template *template;
	const struct sheet *sheet;
	const char *folder;
	const struct sheet_section *colours; /* NULL if there are none */
};

static int
read_colour(struct loader *loader, const struct sheet_entry *entry, unsigned *ret_rgb, struct err *err)
{
	const struct sheet_entry *named;

	if (entry->value[0] == '#')
		return sheet_colour(loader->sheet->file, entry, ret_rgb, err);
	named = loader->colours == NULL ? NULL : sheet_get(loader->colours, entry->value);
	if (named == NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: there is no colour \"%s\"", loader->sheet->file, entry->line, entry->value);
	return sheet_colour(loader->sheet->file, named, ret_rgb, err);
}

static int
read_choice(struct loader *loader, const struct sheet_entry *entry, const char *const *names, size_t count, size_t *ret_index,
    struct err *err)
{
	const char *all = "";
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(names[i], entry->value) == 0) {
			*ret_index = i;
			return 0;
		}
		all = arena_printf(loader->arena, "%s%s%s", all, i == 0 ? "" : ", ", names[i]);
	}
	return err_set(err, ERR_CONFIG, "%s:%u: value \"%s\" of \"%s\" is none of: %s", loader->sheet->file, entry->line,
	    entry->value, entry->key, all);
}

static int
read_when(struct loader *loader, const struct sheet_entry *entry, unsigned *ret_when, struct err *err)
{
	const char *at = entry->value, *name;
	enum template_fact fact;
	unsigned when = 0;
	size_t len;

	while (*at != '\0') {
		len = strcspn(at, ",");
		name = text_trim(loader->arena, arena_strndup(loader->arena, at, len));
		at += len + (at[len] == ',' ? 1 : 0);
		if (template_fact_find(loader->template->paper, name, &fact) != 0)
			return err_set(err, ERR_CONFIG, "%s:%u: \"%s\" names \"%s\", which no %s states", loader->sheet->file,
			    entry->line, entry->key, name, template_paper_name(loader->template->paper));
		when |= 1u << fact;
	}
	*ret_when = when;
	return 0;
}

static int
read_value(
    struct loader *loader, struct template_item *item, const struct key *key, const struct sheet_entry *entry, struct err *err)
{
	static const char *const aligns[] = { "start", "centre", "end", "left", "right" };
	static const char *const ons[] = { "every", "first", "rest", "last" };
	static const char *const grows[] = { "both", "down", "up" };
	static const char *const corners[] = { "square", "round", "notch" };
	static const char *const roles[] = { "text", "heading" };
	const char *file = loader->sheet->file;
	char *field = (char *)item + key->offset;
	double number;
	size_t index = 0;
	unsigned bits = 0;
	const struct page_stack *stack;
	const struct template_part *parts;

	switch (key->type) {
	case VALUE_MM:
	case VALUE_X:
	case VALUE_Y:
	case VALUE_NUMBER:
		if (sheet_number(file, entry, key->low, key->high, &number, err) != 0)
			return -1;
		if (key->type != VALUE_NUMBER)
			number *= PAGE_POINTS_PER_MM;
		if (key->type == VALUE_Y)
			number = loader->template->height - number;
		memcpy(field, &number, sizeof(number));
		return 0;
	case VALUE_COLOUR:
		if (read_colour(loader, entry, &bits, err) != 0)
			return -1;
		memcpy(field, &bits, sizeof(bits));
		return 0;
	case VALUE_WHEN:
		if (read_when(loader, entry, &bits, err) != 0)
			return -1;
		memcpy(field, &bits, sizeof(bits));
		return 0;
	case VALUE_FONT:
		stack = page_fonts_stack(loader->template->fonts, entry->value);
		if (stack == NULL)
			return err_set(err, ERR_CONFIG, "%s:%u: there is no font \"%s\"", file, entry->line, entry->value);
		memcpy(field, &stack, sizeof(stack));
		return 0;
	case VALUE_ALIGN:
		if (read_choice(loader, entry, aligns, sizeof(aligns) / sizeof(aligns[0]), &index, err) != 0)
			return -1;
		item->align = (enum page_align)index;
		return 0;
	case VALUE_CORNER:
		if (read_choice(loader, entry, corners, sizeof(corners) / sizeof(corners[0]), &index, err) != 0)
			return -1;
		item->corner = (enum page_corner)index;
		return 0;
	case VALUE_ROLE:
		if (read_choice(loader, entry, roles, sizeof(roles) / sizeof(roles[0]), &index, err) != 0)
			return -1;
		item->role = (enum template_role)index;
		return 0;
	case VALUE_GROW:
		if (read_choice(loader, entry, grows, sizeof(grows) / sizeof(grows[0]), &index, err) != 0)
			return -1;
		item->grow = (enum page_grow)index;
		return 0;
	case VALUE_ON:
		if (read_choice(loader, entry, ons, sizeof(ons) / sizeof(ons[0]), &index, err) != 0)
			return -1;
		item->on = (enum template_on)index;
		return 0;
	case VALUE_STRING: memcpy(field, &entry->value, sizeof(entry->value)); return 0;
	case VALUE_TEXT:
		if (template_parse_text(loader->arena, arena_printf(loader->arena, "%s:%u", file, entry->line),
			loader->template->paper, entry->value,
			TEMPLATE_MAY_WORDS |
			    (item->kind == TEMPLATE_COLUMN && strcmp(key->name, "text") == 0 ? TEMPLATE_MAY_ROWS : 0),
			&parts, err) != 0)
			return -1;
		memcpy(field, &parts, sizeof(parts));
		return 0;
	}
	err_bug("a value has no such type", __FILE__, __LINE__);
}

static const struct key *
find_key(enum template_kind kind, const char *name)
{
	size_t i;

	if (strcmp(name, "size") == 0 && (kind == TEMPLATE_TEXT || kind == TEMPLATE_QR || kind == TEMPLATE_TABLE))
		return kind == TEMPLATE_QR ? &qr_size : &text_size;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].name, name) == 0 && (keys[i].kinds & (1u << kind)) != 0)
			return &keys[i];
	return NULL;
}

/* Read an image's file and work out its place: what of width and height is not given follows from the other. */
static int
read_image(struct loader *loader, struct template_item *item, struct err *err)
{
	const bool is_box = item->width > 0 && item->height > 0;
	const char *path =
	    item->image_file[0] == '/' ? item->image_file : arena_printf(loader->arena, "%s/%s", loader->folder, item->image_file);
	const char *hint;

	if (strcmp(item->image_file, "{{logo}}") == 0) {
		if (item->kind == TEMPLATE_BACKGROUND || !is_box || item->image_sha256 != NULL)
			return err_set(err, ERR_CONFIG,
			    "%s:%u: {{logo}} is for an \"image\" with \"width\" and \"height\"; its \"sha256\" stands in the "
			    "settings",
			    loader->sheet->file, item->line);
		item->is_logo = true;
		item->when |= 1u << TEMPLATE_LOGO;
		return 0;
	}
	if (page_image_load(loader->arena, path, item->image_sha256 == NULL ? "none" : item->image_sha256, &item->image, err) !=
	    0) {
		if (item->image_sha256 != NULL || err->code != ERR_CONFIG)
			return err_wrap(err, "%s:%u", loader->sheet->file, item->line);
		hint = arena_strdup(loader->arena, err->hint); /* which tells the pin that is missing */
		err_reset(err);
		err_set(err, ERR_CONFIG, "%s:%u: key \"sha256\" is missing in this \"%s\"", loader->sheet->file, item->line,
		    kind_names[item->kind]);
		return err_hint(err, "%s", hint);
	}
	if (item->kind == TEMPLATE_BACKGROUND) {
		item->y = loader->template->height;
		item->width = loader->template->width;
		item->height = loader->template->height;
	} else if (item->width <= 0 && item->height <= 0) {
		return err_set(
		    err, ERR_CONFIG, "%s:%u: an \"image\" needs \"width\", \"height\" or both", loader->sheet->file, item->line);
	} else if (item->height <= 0) {
		item->height = item->width * item->image->height / item->image->width;
	} else if (item->width <= 0) {
		item->width = item->height * item->image->width / item->image->height;
	}
	return 0;
}

/* What a table does not say of its header, rules and further pages is as the rest. */
static int
finish_table(struct loader *loader, const struct sheet_section *section, struct template_item *item, struct err *err)
{
	size_t i;

	if (loader->template->paper == TEMPLATE_CERTIFICATE)
		return err_set(err, ERR_CONFIG, "%s:%u: a certificate has no rows: a \"table\" is for transcripts",
		    loader->sheet->file, section->line);
	for (i = 0; i < loader->template->item_count; i++)
		if (loader->template->items[i].kind == TEMPLATE_TABLE)
			return err_set(err, ERR_CONFIG, "%s:%u: there is a \"table\" already", loader->sheet->file, section->line);
	if (item->head_stack == NULL)
		item->head_stack = item->stack;
	if (item->head_size <= 0)
		item->head_size = item->size;
	if (sheet_get(section, "head_colour") == NULL)
		item->head_rgb = item->rgb;
	if (sheet_get(section, "rule_colour") == NULL)
		item->rule_rgb = item->rgb;
	if (sheet_get(section, "next_y") == NULL)
		item->next_y = item->y;
	if (sheet_get(section, "last_bottom") == NULL)
		item->last_bottom = item->bottom;
	item->has_stripe = sheet_get(section, "stripe") != NULL;
	if (item->y <= item->bottom || item->next_y <= item->bottom || item->y <= item->last_bottom)
		return err_set(
		    err, ERR_CONFIG, "%s:%u: the \"table\" has no room above its \"bottom\"", loader->sheet->file, section->line);
	return 0;
}

/* A column stands to the right of those before it; what it does not say is the table's. */
static int
finish_column(struct loader *loader, const struct sheet_section *section, struct template_item *item, struct err *err)
{
	const struct template *template = loader->template;
	struct template_item *table = item;

	while (table > template->items && (table == item || table->kind == TEMPLATE_COLUMN))
		table--;
	if (table == item || table->kind != TEMPLATE_TABLE)
		return err_set(
		    err, ERR_CONFIG, "%s:%u: a \"column\" stands behind its \"table\"", loader->sheet->file, section->line);
	if (item - table > TEMPLATE_MAX_COLUMNS)
		return err_set(err, ERR_CONFIG, "%s:%u: a \"table\" has at most %d columns", loader->sheet->file, section->line,
		    TEMPLATE_MAX_COLUMNS);
	if (item - table > 1)
		table->width += table->gap;
	item->x = table->x + table->width;
	table->width += item->width;
	if (item->stack == NULL)
		item->stack = table->stack;
	if (sheet_get(section, "colour") == NULL)
		item->rgb = table->rgb;
	if (item->features == NULL)
		item->features = table->features;
	if (sheet_get(section, "align") == NULL)
		item->align = PAGE_START;
	return 0;
}

static int
read_item(struct loader *loader, const struct sheet_section *section, enum template_kind kind, struct err *err)
{
	struct template *template = loader->template;
	struct template_item *item = &template->items[template->item_count];
	const struct key *key;
	size_t i;

	if (template->item_count == MAX_ITEMS)
		return err_set(
		    err, ERR_CONFIG, "%s:%u: template has more than %d items", loader->sheet->file, section->line, MAX_ITEMS);
	*item = (struct template_item){ .kind = kind,
		.name = section->name,
		.line = section->line,
		.align = PAGE_CENTRE,
		.lines = kind == TEMPLATE_COLUMN ? 0 : 1, /* 0: as many as it takes */
		.scale = PAGE_POINTS_PER_MM };
	for (i = 0; i < section->entry_count; i++) {
		key = find_key(kind, section->entries[i].key);
		if (key == NULL)
			return err_set(err, ERR_CONFIG, "%s:%u: unknown key \"%s\" in a \"%s\"", loader->sheet->file,
			    section->entries[i].line, section->entries[i].key, kind_names[kind]);
		if (read_value(loader, item, key, &section->entries[i], err) != 0)
			return -1;
	}
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if ((keys[i].required & (1u << kind)) != 0 && sheet_get(section, keys[i].name) == NULL)
			return err_set(err, ERR_CONFIG, "%s:%u: key \"%s\" is missing in this \"%s\"", loader->sheet->file,
			    section->line, keys[i].name, kind_names[kind]);
	if ((kind == TEMPLATE_TEXT || kind == TEMPLATE_QR || kind == TEMPLATE_TABLE) && sheet_get(section, "size") == NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: key \"size\" is missing in this \"%s\"", loader->sheet->file, section->line,
		    kind_names[kind]);
	if (item->image_file != NULL && read_image(loader, item, err) != 0)
		return -1;
	if (item->min_size <= 0 || item->min_size > item->size)
		item->min_size = item->size;
	if (kind == TEMPLATE_TABLE && finish_table(loader, section, item, err) != 0)
		return -1;
	if (kind == TEMPLATE_COLUMN && finish_column(loader, section, item, err) != 0)
		return -1;
	if (item->on != TEMPLATE_EVERY && template->paper == TEMPLATE_CERTIFICATE)
		return err_set(err, ERR_CONFIG, "%s:%u: a certificate has one page: \"on\" is for transcripts", loader->sheet->file,
		    section->line);
	if (kind == TEMPLATE_ROSETTE && item->inner > item->radius)
		return err_set(err, ERR_CONFIG, "%s:%u: \"inner\" of a rosette is larger than its \"radius\"", loader->sheet->file,
		    section->line);
	if (kind == TEMPLATE_BAND && 2 * item->depth >= (item->width < item->height ? item->width : item->height))
		return err_set(err, ERR_CONFIG, "%s:%u: \"depth\" of a band leaves nothing between its sides", loader->sheet->file,
		    section->line);
	template->item_count++;
	return 0;
}

/* Paper in millimetres, upright. */
static const struct {
	const char *name;
	double width, height;
} papers[] = { { "A3", 297, 420 }, { "A4", 210, 297 }, { "A5", 148, 210 }, { "letter", 215.9, 279.4 }, { "legal", 215.9, 355.6 } };

static int
read_paper(struct loader *loader, const struct sheet_section *section, struct err *err)
{
	static const char *const orientations[] = { "portrait", "landscape" };
	const char *names[sizeof(papers) / sizeof(papers[0])];
	const struct sheet_entry *paper = sheet_get(section, "paper"), *orientation = sheet_get(section, "orientation");
	size_t i, which = 0, turned = 0;

	for (i = 0; i < sizeof(papers) / sizeof(papers[0]); i++)
		names[i] = papers[i].name;
	if (orientation != NULL && (paper == NULL || read_choice(loader, orientation, orientations, 2, &turned, err) != 0))
		return paper != NULL
			   ? -1
			   : err_set(err, ERR_CONFIG, "%s:%u: \"orientation\" is for a \"paper\": swap width and height instead",
				 loader->sheet->file, orientation->line);
	if (paper == NULL)
		return 0;
	if (sheet_get(section, "width") != NULL || sheet_get(section, "height") != NULL)
		return err_set(err, ERR_CONFIG, "%s:%u: [page] has either a \"paper\" or \"width\" and \"height\"",
		    loader->sheet->file, paper->line);
	if (read_choice(loader, paper, names, sizeof(papers) / sizeof(papers[0]), &which, err) != 0)
		return -1;
	loader->template->width = (turned ? papers[which].height : papers[which].width) * PAGE_POINTS_PER_MM;
	loader->template->height = (turned ? papers[which].width : papers[which].height) * PAGE_POINTS_PER_MM;
	return 0;
}

static int
read_page(struct loader *loader, struct err *err)
{
	static const char *const known[] = { "width", "height", "paper", "orientation" };
	const struct sheet_section *section = sheet_find(loader->sheet, "page", "");
	const struct sheet_entry *entry;
	struct template *template = loader->template;
	double *size;
	size_t i, k;

	if (section == NULL)
		return err_set(err, ERR_CONFIG, "%s: template has no section [page]", loader->sheet->file);
	for (i = 0; i < section->entry_count; i++) {
		entry = &section->entries[i];
		for (k = 0; k < sizeof(known) / sizeof(known[0]) && strcmp(entry->key, known[k]) != 0; k++)
			;
		if (k == sizeof(known) / sizeof(known[0]))
			return err_set(
			    err, ERR_CONFIG, "%s:%u: unknown key \"%s\" in [page]", loader->sheet->file, entry->line, entry->key);
		if (k > 1)
			continue;
		size = k == 0 ? &template->width : &template->height;
		if (sheet_number(loader->sheet->file, entry, 20, 2000, size, err) != 0)
			return -1;
		*size *= PAGE_POINTS_PER_MM;
	}
	if (read_paper(loader, section, err) != 0)
		return -1;
	if (template->width <= 0 || template->height <= 0)
		return err_set(err, ERR_CONFIG, "%s:%u: section [page] needs a \"paper\", or \"width\" and \"height\"",
		    loader->sheet->file, section->line);
	return 0;
}

static int
read_sections(struct loader *loader, struct err *err)
{
	const struct sheet *sheet = loader->sheet;
	const struct sheet_section *section;
	size_t i, kind;

	/* Fonts first: texts refer to them wherever they stand. */
	for (i = 0; i < sheet->section_count; i++)
		if (strcmp(sheet->sections[i].kind, "font") == 0 &&
		    page_fonts_add(loader->template->fonts, sheet->file, &sheet->sections[i], err) != 0)
			return -1;
	for (i = 0; i < sheet->section_count; i++) {
		section = &sheet->sections[i];
		if (section->kind[0] == '\0' && section->entry_count > 0)
			return err_set(err, ERR_CONFIG, "%s:%u: key \"%s\" stands before the first [section]", sheet->file,
			    section->entries[0].line, section->entries[0].key);
		if (section->kind[0] == '\0' || strcmp(section->kind, "font") == 0 || strcmp(section->kind, "page") == 0 ||
		    strcmp(section->kind, "colours") == 0 || strcmp(section->kind, "words") == 0)
			continue;
		for (kind = 0; kind < sizeof(kind_names) / sizeof(kind_names[0]); kind++)
			if (strcmp(kind_names[kind], section->kind) == 0)
				break;
		if (kind == sizeof(kind_names) / sizeof(kind_names[0]))
			return err_set(err, ERR_CONFIG, "%s:%u: unknown section [%s]", sheet->file, section->line, section->kind);
		if (read_item(loader, section, (enum template_kind)kind, err) != 0)
			return -1;
	}
	return 0;
}

/* A folder's own name and nothing else: no way out of the folder of templates. */
static bool
name_valid(const char *name)
{
	return name[0] != '\0' && strlen(name) <= 64 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == strlen(name);
}

int
template_open(struct arena *arena, const char *template_dir, enum template_paper paper, const char *name,
    struct template **ret_template, struct err *err)
{
	struct loader loader = { .arena = arena };
	struct template *template = ARENA_NEW(arena, struct template);
	struct sheet *sheet, *fallbacks;
	const char *folder;

	if (!name_valid(name))
		return err_set(err, ERR_CONFIG, "template \"%s\" is not a name of letters, digits, \"-\" and \"_\"", name);
	folder = arena_printf(arena, "%s/%ss/%s", template_dir, template_paper_name(paper), name);
	if (sheet_load(arena, arena_printf(arena, "%s/template.conf", folder), &sheet, err) != 0) {
		if (err->code == ERR_NOT_FOUND)
			err_wrap(err, "there is no template \"%s\"", name);
		return -1;
	}
	if (sheet_load(arena, arena_printf(arena, "%s/fonts.conf", template_dir), &fallbacks, err) != 0)
		return -1;
	loader.template = template;
	loader.sheet = sheet;
	loader.folder = folder;
	loader.colours = sheet_find(sheet, "colours", "");
	template->paper = paper;
	template->file = sheet->file;
	template->sheet = sheet;
	template->fonts = page_fonts_new(arena, folder, fallbacks);
	template->items = ARENA_ARRAY(arena, MAX_ITEMS, struct template_item);
	if (read_page(&loader, err) != 0 || read_sections(&loader, err) != 0) {
		page_fonts_done(template->fonts);
		return -1;
	}
	*ret_template = template;
	return 0;
}

void
template_close(struct template *template)
{
	if (template != NULL)
		page_fonts_done(template->fonts);
}

const char *
template_default_dir(struct arena *arena)
{
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;
	const char *beside;

	if (len > 0) {
		program[len] = '\0';
		slash = strrchr(program, '/');
		if (slash != NULL) {
			beside = arena_printf(arena, "%.*s/../templates", (int)(slash - program), program);
			if (access(beside, R_OK | X_OK) == 0)
				return beside;
		}
	}
	return CTOK_PREFIX "/share/ctok-batch/templates";
}
