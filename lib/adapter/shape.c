/* Shaping and outlines by HarfBuzz. A font's size is its own units: scaling is left to whoever draws, so that one outline
 * serves every size. HarfBuzz checks tables before it uses them; a damaged font gives empty outlines or glyph 0, no crash. */
#include "adapter/shape.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <hb-ot.h>
#include <hb.h>

#include "base/trail.h"

#define MAX_FEATURES 16

struct shape_font {
	const char *path;
	hb_face_t *face;
	hb_font_t *font;
	int32_t units;
	int32_t cap_height;
};

static size_t
big32(const uint8_t *bytes)
{
	return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

/* Does a font file hold all the tables it says it has? HarfBuzz takes one that reaches beyond the end for empty, and then letters are drawn
 * as nothing. */
static bool
is_whole(const uint8_t *bytes, size_t len, unsigned face_index)
{
	size_t at = 0, count, i;

	if (len >= 12 && memcmp(bytes, "ttcf", 4) == 0) {
		if (len < 16 + 4 * (size_t)face_index)
			return false;
		at = big32(bytes + 12 + 4 * (size_t)face_index);
	}
	if (at > len || len - at < 12)
		return false;
	count = (size_t)bytes[at + 4] << 8 | bytes[at + 5];
	if ((len - at - 12) / 16 < count)
		return false;
	for (i = 0, at += 12; i < count; i++, at += 16)
		if (big32(bytes + at + 8) > len || big32(bytes + at + 12) > len - big32(bytes + at + 8))
			return false;
	return true;
}

int
shape_font_open(struct arena *arena, const char *path, unsigned face_index, struct shape_font **ret_font, struct err *err)
{
	hb_blob_t *blob;
	hb_face_t *face;
	hb_position_t cap;
	struct shape_font *font;
	const uint8_t *bytes;
	unsigned len;

	trail_mark(path);
	if (access(path, R_OK) != 0)
		return err_set(err, ERR_NOT_FOUND, "could not open font \"%s\": %s", path, strerror(errno));
	blob = hb_blob_create_from_file_or_fail(path);
	if (blob == NULL)
		return err_set(err, ERR_NOT_FOUND, "could not read font \"%s\"", path);
	if (face_index >= hb_face_count(blob)) {
		hb_blob_destroy(blob);
		return err_set(err, ERR_DATA, "font \"%s\" has no face %u", path, face_index);
	}
	bytes = (const uint8_t *)hb_blob_get_data(blob, &len);
	if (!is_whole(bytes, len, face_index)) {
		hb_blob_destroy(blob);
		return err_set(err, ERR_DATA, "font \"%s\" is cut short", path);
	}
	face = hb_face_create(blob, face_index);
	hb_blob_destroy(blob);
	if (hb_face_get_glyph_count(face) == 0 || hb_face_get_upem(face) == 0) {
		hb_face_destroy(face);
		return err_set(err, ERR_DATA, "font \"%s\" holds no glyphs", path);
	}
	font = ARENA_NEW(arena, struct shape_font);
	font->path = arena_strdup(arena, path);
	font->face = face;
	font->units = (int32_t)hb_face_get_upem(face);
	font->font = hb_font_create(face);
	hb_font_set_scale(font->font, font->units, font->units);
	if (!hb_ot_metrics_get_position(font->font, HB_OT_METRICS_TAG_CAP_HEIGHT, &cap) || cap <= 0)
		cap = font->units * 7 / 10;
	font->cap_height = cap;
	*ret_font = font;
	return 0;
}

void
shape_font_close(struct shape_font *font)
{
	if (font == NULL)
		return;
	hb_font_destroy(font->font);
	hb_face_destroy(font->face);
	font->font = NULL;
	font->face = NULL;
}

int32_t
shape_font_units(const struct shape_font *font)
{
	return font->units;
}

int32_t
shape_font_cap_height(const struct shape_font *font)
{
	return font->cap_height;
}

bool
shape_font_has(const struct shape_font *font, uint32_t character)
{
	return shape_font_glyph(font, character) != 0;
}

uint32_t
shape_font_glyph(const struct shape_font *font, uint32_t character)
{
	hb_codepoint_t glyph;

	trail_mark(font->path);
	return hb_font_get_nominal_glyph(font->font, character, &glyph) ? glyph : 0;
}

static int
parse_features(const char *text, hb_feature_t *features, unsigned *ret_count, struct err *err)
{
	const char *at = text;
	size_t len;
	unsigned count = 0;

	while (text != NULL && *at != '\0') {
		at += strspn(at, ", ");
		len = strcspn(at, ", ");
		if (len == 0)
			break;
		if (count == MAX_FEATURES || !hb_feature_from_string(at, (int)len, &features[count]))
			return err_set(err, ERR_DATA, "cannot read font feature \"%.*s\"", (int)len, at);
		count++;
		at += len;
	}
	*ret_count = count;
	return 0;
}

int
shape_glyphs(struct arena *arena, const struct shape_font *font, const struct shape_run *run, struct shape_glyph **ret_glyphs,
    size_t *ret_count, struct err *err)
{
	hb_buffer_t *buffer;
	hb_feature_t features[MAX_FEATURES];
	unsigned feature_count = 0, count, i;
	const hb_glyph_info_t *infos;
	const hb_glyph_position_t *positions;
	struct shape_glyph *glyphs;

	trail_mark(font->path);
	if (parse_features(run->features, features, &feature_count, err) != 0)
		return -1;
	buffer = hb_buffer_create();
	hb_buffer_add_utf32(buffer, run->text, (int)run->text_count, (unsigned)run->start, (int)run->count);
	hb_buffer_set_direction(buffer, run->rtl ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
	hb_buffer_set_script(buffer, run->script == 0 ? HB_SCRIPT_LATIN : hb_script_from_iso15924_tag(run->script));
	if (run->language != NULL)
		hb_buffer_set_language(buffer, hb_language_from_string(run->language, -1));
	hb_buffer_set_cluster_level(buffer, HB_BUFFER_CLUSTER_LEVEL_MONOTONE_GRAPHEMES);
	hb_shape(font->font, buffer, features, feature_count);
	infos = hb_buffer_get_glyph_infos(buffer, &count);
	positions = hb_buffer_get_glyph_positions(buffer, NULL);
	glyphs = ARENA_ARRAY(arena, count, struct shape_glyph);
	for (i = 0; i < count; i++) {
		glyphs[i].id = infos[i].codepoint;
		glyphs[i].cluster = infos[i].cluster;
		glyphs[i].advance = positions[i].x_advance;
		glyphs[i].x = positions[i].x_offset;
		glyphs[i].y = positions[i].y_offset;
	}
	hb_buffer_destroy(buffer);
	*ret_glyphs = glyphs;
	*ret_count = count;
	return 0;
}

static void
draw_move(hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, float x, float y, void *user)
{
	const struct shape_pen *pen = data;

	(void)funcs, (void)state, (void)user;
	pen->move(pen->context, (double)x, (double)y);
}

static void
draw_line(hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, float x, float y, void *user)
{
	const struct shape_pen *pen = data;

	(void)funcs, (void)state, (void)user;
	pen->line(pen->context, (double)x, (double)y);
}

static void
draw_cubic(hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, float x1, float y1, float x2, float y2, float x3, float y3,
    void *user)
{
	const struct shape_pen *pen = data;

	(void)funcs, (void)state, (void)user;
	pen->curve(pen->context, (double)x1, (double)y1, (double)x2, (double)y2, (double)x3, (double)y3);
}

static void
draw_close(hb_draw_funcs_t *funcs, void *data, hb_draw_state_t *state, void *user)
{
	const struct shape_pen *pen = data;

	(void)funcs, (void)state, (void)user;
	pen->close(pen->context);
}

/* No quadratic callback is set: HarfBuzz then raises quadratic curves to cubic ones by itself. */
void
shape_outline(const struct shape_font *font, uint32_t glyph, const struct shape_pen *pen)
{
	struct shape_pen copy = *pen;
	hb_draw_funcs_t *funcs = hb_draw_funcs_create();

	trail_mark(font->path);
	hb_draw_funcs_set_move_to_func(funcs, draw_move, NULL, NULL);
	hb_draw_funcs_set_line_to_func(funcs, draw_line, NULL, NULL);
	hb_draw_funcs_set_cubic_to_func(funcs, draw_cubic, NULL, NULL);
	hb_draw_funcs_set_close_path_func(funcs, draw_close, NULL, NULL);
	hb_font_get_glyph_shape(font->font, glyph, funcs, &copy);
	hb_draw_funcs_destroy(funcs);
}

uint32_t
shape_script(uint32_t character)
{
	hb_script_t script = hb_unicode_script(hb_unicode_funcs_get_default(), character);

	if (script == HB_SCRIPT_COMMON || script == HB_SCRIPT_INHERITED || script == HB_SCRIPT_UNKNOWN)
		return 0;
	return hb_script_to_iso15924_tag(script);
}

uint32_t
shape_script_tag(const char *name)
{
	hb_script_t script;

	if (strlen(name) != 4 || name[0] < 'A' || name[0] > 'Z' || strspn(name + 1, "abcdefghijklmnopqrstuvwxyz") != 3)
		return 0;
	script = hb_script_from_string(name, 4);
	return script == HB_SCRIPT_INVALID || script == HB_SCRIPT_UNKNOWN ? 0 : hb_script_to_iso15924_tag(script);
}

void
shape_script_name(uint32_t script, char ret_name[5])
{
	hb_tag_to_string(script, ret_name);
	ret_name[4] = '\0';
}

enum shape_kind
shape_kind(uint32_t character)
{
	/* Direction marks, joiners, the grapheme joiner and variation selectors belong to ordinary names. */
	if (character == 0x034f || character == 0x061c || (character >= 0x200c && character <= 0x200f) || character == 0x2060 ||
	    (character >= 0x180b && character <= 0x180f && character != 0x180e) || (character >= 0xfe00 && character <= 0xfe0f) ||
	    (character >= 0xe0100 && character <= 0xe01ef))
		return SHAPE_UNSEEN;
	switch (hb_unicode_general_category(hb_unicode_funcs_get_default(), character)) {
	case HB_UNICODE_GENERAL_CATEGORY_CONTROL:
	case HB_UNICODE_GENERAL_CATEGORY_FORMAT:
	case HB_UNICODE_GENERAL_CATEGORY_UNASSIGNED:
	case HB_UNICODE_GENERAL_CATEGORY_PRIVATE_USE:
	case HB_UNICODE_GENERAL_CATEGORY_SURROGATE:
	case HB_UNICODE_GENERAL_CATEGORY_LINE_SEPARATOR:
	case HB_UNICODE_GENERAL_CATEGORY_PARAGRAPH_SEPARATOR: return SHAPE_FORBIDDEN;
	case HB_UNICODE_GENERAL_CATEGORY_SPACE_SEPARATOR: return SHAPE_SPACE;
	case HB_UNICODE_GENERAL_CATEGORY_SPACING_MARK:
	case HB_UNICODE_GENERAL_CATEGORY_ENCLOSING_MARK:
	case HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK: return SHAPE_MARK;
	default: return SHAPE_LETTER;
	}
}
