/* Shaping, levels and outlines, on the fonts of Debian: what a reader of the script would expect, checked glyph by glyph. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "adapter/bidi.h"
#include "adapter/qr.h"
#include "adapter/shape.h"
#include "base/text.h"

#define GARAMOND "/usr/share/fonts/opentype/ebgaramond/EBGaramond12-Regular.otf"
#define NASKH "/usr/share/fonts/truetype/noto/NotoNaskhArabic-Regular.ttf"
#define DEVANAGARI "/usr/share/fonts/truetype/noto/NotoSerifDevanagari-Regular.ttf"
#define CJK "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"

static size_t
decode(const char *text, uint32_t *ret)
{
	size_t count = 0;

	while (*text != '\0')
		text = text_next(text, &ret[count++]);
	return count;
}

/* Shape a whole text in one font. */
static size_t
shape(
    struct arena *arena, const char *path, unsigned face, const char *text, const char *script, bool rtl, struct shape_glyph **ret)
{
	struct err err = ERR_INIT;
	struct shape_font *font;
	uint32_t characters[64];
	struct shape_run run = { .text = characters, .script = shape_script_tag(script), .rtl = rtl };
	size_t count;

	run.text_count = run.count = decode(text, characters);
	assert_int_equal(shape_font_open(arena, path, face, &font, &err), 0);
	assert_int_equal(shape_glyphs(arena, font, &run, ret, &count, &err), 0);
	shape_font_close(font);
	return count;
}

static void
arabic_letters_join_and_run_from_right_to_left(void **state)
{
	struct arena arena = ARENA_INIT;
	struct shape_glyph *joined, *alone;
	size_t count;

	(void)state;
	count = shape(&arena, NASKH, 0, "محمد", "Arab", /* rtl= */ true, &joined);
	assert_int_equal(count, 4);
	assert_int_equal(joined[0].cluster, 3); /* the last letter stands leftmost */
	assert_int_equal(joined[3].cluster, 0);
	assert_int_equal(shape(&arena, NASKH, 0, "م", "Arab", true, &alone), 1);
	assert_int_not_equal(joined[3].id, alone[0].id); /* its form at the beginning, not the one on its own */
	assert_int_not_equal(joined[1].id, joined[3].id);
	arena_done(&arena);
}

static void
neighbours_outside_a_run_decide_how_its_ends_join(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct shape_font *font;
	uint32_t text[8];
	size_t count = decode("مم", text), got;
	struct shape_run part = {
		.text = text, .text_count = count, .start = 1, .count = 1, .script = shape_script_tag("Arab"), .rtl = true
	};
	struct shape_glyph *within, *alone;

	(void)state;
	assert_int_equal(shape_font_open(&arena, NASKH, 0, &font, &err), 0);
	assert_int_equal(shape_glyphs(&arena, font, &part, &within, &got, &err), 0);
	part.text = text + 1;
	part.text_count = 1;
	part.start = 0;
	assert_int_equal(shape_glyphs(&arena, font, &part, &alone, &got, &err), 0);
	assert_int_not_equal(within[0].id, alone[0].id);
	shape_font_close(font);
	arena_done(&arena);
}

static void
devanagari_forms_conjuncts(void **state)
{
	struct arena arena = ARENA_INIT;
	struct shape_glyph *glyphs;
	size_t count, i;

	(void)state;
	/* र् before म becomes a hook over the म, which stands after it in the order of glyphs; 4 characters are one cluster. */
	count = shape(&arena, DEVANAGARI, 0, "र्मा", "Deva", false, &glyphs);
	assert_true(count < 4);
	for (i = 0; i < count; i++) {
		assert_int_not_equal(glyphs[i].id, 0);
		assert_int_equal(glyphs[i].cluster, 0);
	}
	arena_done(&arena);
}

static void
a_letter_and_its_mark_are_one_precomposed_glyph_where_the_font_has_it(void **state)
{
	struct arena arena = ARENA_INIT;
	struct shape_glyph *apart, *composed;

	(void)state;
	assert_int_equal(shape(&arena, GARAMOND, 0, "e\xcc\x82\xcc\x83", "Latn", false, &apart), 1);
	assert_int_equal(shape(&arena, GARAMOND, 0, "ễ", "Latn", false, &composed), 1);
	assert_int_equal(apart[0].id, composed[0].id);
	arena_done(&arena);
}

static void
collections_open_by_face_and_hold_characters_beyond_the_basic_plane(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct shape_font *font;
	struct shape_glyph *glyphs;

	(void)state;
	assert_int_equal(shape(&arena, CJK, 2, "𠮷", "Hani", false, &glyphs), 1);
	assert_int_not_equal(glyphs[0].id, 0);
	assert_int_equal(glyphs[0].advance, 1000);
	assert_int_equal(shape_font_open(&arena, CJK, 99, &font, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_string_equal(err.message, "font \"" CJK "\" has no face 99");
	arena_done(&arena);
}

static void
what_is_no_font_is_refused(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct shape_font *font;

	(void)state;
	assert_int_equal(shape_font_open(&arena, "/nowhere/x.ttf", 0, &font, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.message, "could not open font \"/nowhere/x.ttf\": No such file or directory");
	err_reset(&err);
	assert_int_equal(shape_font_open(&arena, "Makefile", 0, &font, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_string_equal(err.message, "font \"Makefile\" has no face 0");
	arena_done(&arena);
}

static void
an_unreadable_feature_is_named(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct shape_font *font;
	uint32_t text[] = { 'a' };
	struct shape_run run = { .text = text, .text_count = 1, .count = 1, .features = "smcp,liga=x" };
	struct shape_glyph *glyphs;
	size_t count;

	(void)state;
	assert_int_equal(shape_font_open(&arena, GARAMOND, 0, &font, &err), 0);
	assert_int_equal(shape_glyphs(&arena, font, &run, &glyphs, &count, &err), -1);
	assert_string_equal(err.message, "cannot read font feature \"liga=x\"");
	shape_font_close(font);
	arena_done(&arena);
}

struct tally {
	size_t moves, lines, curves, closes;
};

static void
count_move(void *context, double x, double y)
{
	(void)x, (void)y;
	((struct tally *)context)->moves++;
}

static void
count_line(void *context, double x, double y)
{
	(void)x, (void)y;
	((struct tally *)context)->lines++;
}

static void
count_curve(void *context, double x1, double y1, double x2, double y2, double x3, double y3)
{
	(void)x1, (void)y1, (void)x2, (void)y2, (void)x3, (void)y3;
	((struct tally *)context)->curves++;
}

static void
count_close(void *context)
{
	((struct tally *)context)->closes++;
}

static void
outlines_are_closed_contours_of_lines_and_cubic_curves(void **state)
{
	static const char *const fonts[] = { GARAMOND, NASKH };
	static const char *const texts[] = { "o", "ه" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct tally tally = { 0 };
		struct shape_pen pen = {
			.move = count_move, .line = count_line, .curve = count_curve, .close = count_close, .context = &tally
		};
		struct shape_font *font;
		uint32_t text[4];
		struct shape_run run = { .text = text, .script = shape_script_tag(i == 0 ? "Latn" : "Arab") };
		struct shape_glyph *glyphs;
		size_t count;

		run.count = run.text_count = decode(texts[i], text);
		assert_int_equal(shape_font_open(&arena, fonts[i], 0, &font, &err), 0);
		assert_int_equal(shape_glyphs(&arena, font, &run, &glyphs, &count, &err), 0);
		shape_outline(font, glyphs[0].id, &pen);
		assert_true(tally.moves >= 2); /* the letter and its counter */
		assert_int_equal(tally.closes, tally.moves);
		assert_true(tally.curves >= 8);
		shape_font_close(font);
		arena_done(&arena);
	}
}

static void
levels_follow_the_first_strong_character(void **state)
{
	static const struct {
		const char *text;
		bool rtl;
		const char *levels;
	} cases[] = {
		{ "Maria", false, "00000" },
		{ "محمد", true, "1111" },
		{ "a محمد b", false, "00111100" },
		{ "מ (ab) 12", true, "111221122" },
		{ "12", false, "00" },
		{ "", false, "" },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		uint32_t text[32];
		uint8_t levels[32];
		bool rtl;
		size_t count = decode(cases[i].text, text);

		assert_int_equal(bidi_levels(text, count, &rtl, levels, &err), 0);
		assert_int_equal(rtl, cases[i].rtl);
		for (k = 0; k < count; k++)
			assert_int_equal(levels[k], cases[i].levels[k] - '0');
	}
}

static void
characters_are_told_apart(void **state)
{
	static const struct {
		uint32_t character;
		enum shape_kind kind;
	} cases[] = {
		{ 'A', SHAPE_LETTER },
		{ 0x4e00, SHAPE_LETTER },
		{ 0x1f600, SHAPE_LETTER },
		{ '-', SHAPE_LETTER },
		{ 0x0301, SHAPE_MARK },
		{ 0x093e, SHAPE_MARK },
		{ ' ', SHAPE_SPACE },
		{ 0x00a0, SHAPE_SPACE },
		{ 0x200d, SHAPE_UNSEEN },
		{ 0x200f, SHAPE_UNSEEN },
		{ 0xfe0f, SHAPE_UNSEEN },
		{ 0xe0100, SHAPE_UNSEEN },
		{ 0x0007, SHAPE_FORBIDDEN },
		{ 0x009f, SHAPE_FORBIDDEN },
		{ 0x007f, SHAPE_FORBIDDEN },
		{ 0x2028, SHAPE_FORBIDDEN },
		{ 0x202e, SHAPE_FORBIDDEN },
		{ 0x2066, SHAPE_FORBIDDEN },
		{ 0xe000, SHAPE_FORBIDDEN },
		{ 0xe0041, SHAPE_FORBIDDEN },
		{ 0x0378, SHAPE_FORBIDDEN },
		{ 0xfffe, SHAPE_FORBIDDEN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(shape_kind(cases[i].character), cases[i].kind);
	assert_int_equal(shape_script('-'), 0);
	assert_int_equal(shape_script(0x0301), 0);
	assert_int_equal(shape_script('a'), shape_script_tag("Latn"));
	assert_int_equal(shape_script_tag("latn"), 0);
	assert_int_equal(shape_script_tag("Latin"), 0);
}

static void
qr_codes_have_their_finders_and_limits(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct qr code;
	size_t i;
	char *text;

	(void)state;
	assert_int_equal(qr_encode(&arena, "https://verify.example.org/c/AB-1234", &code, &err), 0);
	assert_int_equal(code.size, 29); /* version 3 */
	for (i = 0; i < 7; i++) {
		assert_int_equal(code.modules[i], 1);                 /* top edge of the upper left finder */
		assert_int_equal(code.modules[i * code.size], 1);     /* its left edge */
		assert_int_equal(code.modules[code.size - 1 - i], 1); /* of the upper right one */
	}
	assert_int_equal(code.modules[7], 0);
	assert_int_equal(qr_encode(&arena, "", &code, &err), -1);
	assert_string_equal(err.message, "cannot make a QR code of nothing");
	err_reset(&err);
	text = memset(arena_alloc(&arena, 3001), 'x', 3000);
	assert_int_equal(qr_encode(&arena, text, &code, &err), -1);
	assert_string_equal(err.message, "cannot make a QR code of 3000 bytes: too long");
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arabic_letters_join_and_run_from_right_to_left),
		cmocka_unit_test(neighbours_outside_a_run_decide_how_its_ends_join),
		cmocka_unit_test(devanagari_forms_conjuncts),
		cmocka_unit_test(a_letter_and_its_mark_are_one_precomposed_glyph_where_the_font_has_it),
		cmocka_unit_test(collections_open_by_face_and_hold_characters_beyond_the_basic_plane),
		cmocka_unit_test(what_is_no_font_is_refused),
		cmocka_unit_test(an_unreadable_feature_is_named),
		cmocka_unit_test(outlines_are_closed_contours_of_lines_and_cubic_curves),
		cmocka_unit_test(levels_follow_the_first_strong_character),
		cmocka_unit_test(characters_are_told_apart),
		cmocka_unit_test(qr_codes_have_their_finders_and_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
