/* Pages: sheets, text fitting, what is refused, and that the text behind is found by an independent reader. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cairo.h>

#include "adapter/pdf.h"
#include "adapter/png.h"
#include "page/font.h"
#include "page/mark.h"
#include "page/ornament.h"
#include "page/page.h"
#include "page/sheet.h"
#include "page/text.h"

#include "shell.h"

/* Fonts and a style, as a template would declare them. */
struct bench {
	struct arena arena;
	struct page_fonts *fonts;
	struct page_style style;
	struct page_slot slot;
};

static void
bench_open(struct bench *bench)
{
	static const char text[] = "[font name]\nfaces = opentype/ebgaramond/EBGaramond12-Regular.otf\nfallback = serif\n";
	struct err err = ERR_INIT;
	struct sheet *sheet, *fallbacks;

	memset(bench, 0, sizeof(*bench));
	assert_int_equal(sheet_load(&bench->arena, "templates/fonts.conf", &fallbacks, &err), 0);
	assert_int_equal(sheet_parse(&bench->arena, "test", text, sizeof(text) - 1, &sheet, &err), 0);
	bench->fonts = page_fonts_new(&bench->arena, "/nowhere", fallbacks);
	assert_int_equal(page_fonts_add(bench->fonts, "test", sheet_find(sheet, "font", "name"), &err), 0);
	bench->style.stack = page_fonts_stack(bench->fonts, "name");
	bench->style.language = "en";
	bench->slot = (struct page_slot){ .x = 300,
		.y = 400,
		.width = 500,
		.size = 40,
		.min_size = 20,
		.break_below = 30,
		.max_lines = 2,
		.align = PAGE_CENTRE };
}

static void
bench_close(struct bench *bench)
{
	page_fonts_done(bench->fonts);
	arena_done(&bench->arena);
}

/* Write a page as a PDF and give what a program says of it; "$f" in ${command} is the file. */
static char *
said_by(struct arena *arena, const struct page *page, const char *command)
{
	struct err err = ERR_INIT;
	struct pdf_page pdf_page = page_as_pdf(page);
	struct buf pdf;
	char path[] = "/tmp/test_page.XXXXXX", *text;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	buf_init(&pdf, 1 << 22);
	assert_int_equal(
	    pdf_write(&(struct pdf_document){ .title = "t", .language = "en", .pages = &pdf_page, .page_count = 1 }, &pdf, &err),
	    0);
	assert_int_equal(write(fd, pdf.data, pdf.len), (ssize_t)pdf.len);
	close(fd);
	text = shell_output(arena, arena_printf(arena, "f=%s; %s", path, command));
	unlink(path);
	buf_done(&pdf);
	return text;
}

static char *
text_of(struct arena *arena, const struct page *page)
{
	return said_by(arena, page, "pdftotext $f -");
}

static const char *
found_in(const struct buf *buf, const char *text)
{
	size_t len = strlen(text), i;

	for (i = 0; i + len <= buf->len; i++)
		if (memcmp(buf->data + i, text, len) == 0)
			return buf->data + i;
	return NULL;
}

static void
every_script_is_drawn_and_its_text_found(void **state)
{
	static const char *const names[] = { "María Nguyễn Đức", "Nguye\xcc\x82\xcc\x83n n\xcc\x88 Straße",
		"Ἀλέξανδρος Παπαδόπουλος", "Александр Ёжиков", "محمد العربي", "علاء الأزرق", "مُحَمَّد", "דָּוִד בֶּן־גּוּרִיּוֹן", "सीता शर्मा",
		"কৃষ্ণ চক্রবর্তী", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "ગાંધી", "தமிழ்ச்செல்வி", "వెంకట", "ಕೃಷ್ಣ", "ശ്രീ", "සුනිල්", "สมชาย ใจดี", "ສົມສັກ", "សុខា",
		"မောင်မောင်", "བསྟན་འཛིན", "Վարդան", "გიორგი", "አበበ", "王小明", "山田 太郎さくら", "김철수", "𠮷野家",
		("Ẽ\xcc\x84"
		 "a Smith") };
	struct bench bench;
	size_t i;

	(void)state;
	bench_open(&bench);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct err err = ERR_INIT;
		struct page page;
		struct page_set *set;
		char *text;

		if (page_fit(&bench.arena, &bench.style, &bench.slot, "name", names[i], &set, &err) != 0)
			fail_msg("%s: %s", names[i], err.message);
		assert_int_equal(set->line_count, 1);
		page_init(&bench.arena, &page, 600, 800);
		page_set_draw(&page, &bench.slot, set);
		assert_non_null(strstr(page.content.data, " c\n")); /* curves: drawn, not set in type */
		page_set_text(&page, &bench.slot, set);
		text = text_of(&bench.arena, &page);
		if (strstr(text, names[i]) == NULL)
			fail_msg("%s was read as: %s", names[i], text);
		page_done(&page);
	}
	bench_close(&bench);
}

static void
what_cannot_be_drawn_is_refused_by_code_point_and_position(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "Ana 😀", "no font has a character of name: U+1F600 at position 5" },
		{ "Ana\x01", "name has a character that cannot be drawn: U+0001 at position 4" },
		{ "A\tb", "name has a character that cannot be drawn: U+0009 at position 2" },
		{ "\xe2\x80\xae"
		  "evil",
		    "name has a character that cannot be drawn: U+202E at position 1" },
		{ "Zo\xc3", "name is not UTF-8 text" },
		{ "Zo\xed\xa0\x80", "name is not UTF-8 text" },
		{ "\xee\x80\x80", "name has a character that cannot be drawn: U+E000 at position 1" },
		{ "𓀀", "no font has a character of name: U+13000 at position 1" },
		{ "ꦱꦸꦂꦪꦤꦶꦁꦿꦠ", "name has marks that do not go together: at U+A9A4, position 5" },
		{ "म\u094d\u093f\u093f", "name has marks that do not go together: at U+092E, position 1" },
		{ "Maria \xd9\x85 😀 x", "no font has a character of name: U+1F600 at position 9" },
	};
	struct bench bench;
	size_t i;

	(void)state;
	bench_open(&bench);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct page_set *set;

		assert_int_equal(page_fit(&bench.arena, &bench.style, &bench.slot, "name", cases[i].text, &set, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_string_equal(err.message, cases[i].message);
	}
	bench_close(&bench);
}

static void
too_long_a_text_shrinks_then_breaks_then_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t lines;
		double low, high; /* size */
	} cases[] = {
		{ "Ana", 1, 40, 40 }, { "Maximiliana Konstantinopoulou", 1, 31, 39.5 },
		{ "Maria de los Ángeles Fernández Villaverde Ruiz", 2, 30, 40 },
		{ "Maria de los Ángeles Fernández-Villaverde y Goicoechea de la Santísima", 2, 24, 36 },
		{ "Wolfeschlegelsteinhausenbergerdorffwaldschmidtkamp", 1, 20,
		    29.5 }, /* no place to break, so it may shrink further */
	};
	struct bench bench;
	struct err err = ERR_INIT;
	struct page_set *set;
	size_t i;

	(void)state;
	bench_open(&bench);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(page_fit(&bench.arena, &bench.style, &bench.slot, "name", cases[i].text, &set, &err), 0);
		assert_int_equal(set->line_count, cases[i].lines);
		if (set->size < cases[i].low || set->size > cases[i].high)
			fail_msg("%s is set in %g points", cases[i].text, set->size);
		assert_true(set->lines[0]->width * set->size <= bench.slot.width);
		assert_true(fabs(fmod(set->size, 0.5)) < 1e-9);
	}
	assert_int_equal(
	    page_fit(&bench.arena, &bench.style, &bench.slot, "name",
		"Wolfeschlegelsteinhausenbergerdorff Wolfeschlegelsteinhausenbergerdorff Wolfeschlegelsteinhausenbergerdorff", &set,
		&err),
	    -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_string_equal(err.message,
	    "name does not fit: at the smallest size of 20 points on 2 lines it is wider or taller than 176 mm by 32 mm");
	bench_close(&bench);
}

/* Cells of tables are filled line after line; names and titles are broken at blanks alone, and where a script has none. */
static void
lines_are_broken_as_each_script_does(void **state)
{
	static const struct {
		const char *text;
		double width;
		size_t lines;
		const char *read;
	} cases[] = { { "one two three four five six", 100, 3, "one two\nthree four\nfive six\n\f" },
		{ "anti-inflammatory drugs", 110, 3, "anti-\ninflammatory\ndrugs\n\f" },
		{ "การปฐมพยาบาลเบื้องต้น", 100, 3, "การ\nปฐมพยาบาล\nเบื้องต้น\n\f" },
		{ "東京都、大阪府。京都府", 90, 3, "東京都、\n大阪府。\n京都府\n\f" } };
	struct bench bench;
	size_t i;

	(void)state;
	bench_open(&bench);
	bench.slot.size = bench.slot.min_size = 20;
	bench.slot.align = PAGE_LEFT;
	bench.slot.grow = PAGE_GROW_DOWN;
	bench.slot.leading = 1.5;
	bench.slot.max_lines = 0;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct page page;
		struct page_set *set;

		bench.slot.width = cases[i].width;
		if (page_wrap(&bench.arena, &bench.style, &bench.slot, "cell", cases[i].text, &set, &err) != 0)
			fail_msg("%s: %s", cases[i].text, err.message);
		page_init(&bench.arena, &page, 600, 800);
		page_set_text(&page, &bench.slot, set);
		if (set->line_count != cases[i].lines ||
		    strcmp(said_by(&bench.arena, &page, "pdftotext -raw $f -"), cases[i].read) != 0)
			fail_msg("%s: %zu lines: %s", cases[i].text, set->line_count,
			    said_by(&bench.arena, &page, "pdftotext -raw $f -"));
		page_done(&page);
	}
	/* A hyphenated name stays whole, a Thai one is broken between words. */
	bench.slot = (struct page_slot){ .width = 150, .size = 20, .min_size = 20, .max_lines = 2 };
	{
		struct err err = ERR_INIT;
		struct page_set *set;

		assert_int_equal(
		    page_fit(&bench.arena, &bench.style, &bench.slot, "name", "Anna-Maria Habermann-Schmid", &set, &err), -1);
		err_reset(&err);
		assert_int_equal(page_fit(&bench.arena, &bench.style, &bench.slot, "name", "การปฐมพยาบาลเบื้องต้น", &set, &err), 0);
		assert_int_equal(set->line_count, 2);
		err_reset(&err);
		bench.slot.max_lines = 1;
		assert_int_equal(
		    page_wrap(&bench.arena, &bench.style, &bench.slot, "cell", "one two three four five six", &set, &err), -1);
		assert_string_equal(
		    err.message, "cell does not fit: at the smallest size of 20 points it is wider than 53 mm on 1 line");
	}
	bench_close(&bench);
}

static void
towers_of_marks_do_not_reach_into_other_lines(void **state)
{
	struct bench bench;
	struct err err = ERR_INIT;
	struct page_set *set;
	char text[64] = "Z";
	size_t i;

	(void)state;
	bench_open(&bench);
	for (i = 0; i < 15; i++)
		strcat(text, "\xcc\x81");
	assert_int_equal(page_fit(&bench.arena, &bench.style, &bench.slot, "name", text, &set, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_memory_equal(err.message, "name does not fit", 17);
	bench_close(&bench);
}

static void
deep_and_tall_names_keep_out_of_the_lines_around(void **state)
{
	static const char *const names[] = { "ꦱꦸꦂꦪꦤꦶꦁꦫꦠ꧀", "རྡོ་རྗེ་སྒྲོལ་མ", "Ana", "ꦱꦸꦂꦪꦤꦶꦁꦫꦠ꧀ ꦱꦸꦂꦪꦤꦶꦁꦫꦠ꧀ ꦱꦸꦂꦪꦤꦶꦁꦫꦠ꧀", "རྡོ་རྗེ་སྒྲོལ་མ རྡོ་རྗེ་སྒྲོལ་མ རྡོ་རྗེ་སྒྲོལ་མ",
		"Wilhelmina Konstantinopoulou de la Santísima" };
	struct bench bench;
	struct err err = ERR_INIT;
	struct page_set *set;
	size_t i, k, smaller = 0, two = 0, wider = 0;
	double up, leading;

	(void)state;
	bench_open(&bench);
	bench.slot.rise = 1.1;
	bench.slot.drop = 0.6;
	bench.slot.lines_size = 28;
	bench.slot.min_size = 10;
	bench.slot.leading = 1.1;
	bench.slot.width = 380;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (page_fit(&bench.arena, &bench.style, &bench.slot, "name", names[i], &set, &err) != 0)
			fail_msg("%s: %s", names[i], err.message);
		two += set->line_count == 2;
		for (k = 0; k < set->line_count; k++) {
			/* Two lines stand around the middle of the capitals, .325 em high, that one line would have. */
			up = 0;
			if (set->line_count == 2) {
				leading = fmax(1.1, set->lines[1]->top - set->lines[0]->bottom - 0.2);
				up = (k == 0 ? 0.5 : -0.5) * leading * set->size + 0.325 * (40 - set->size);
				wider += leading > 1.1;
			}
			assert_true(up + set->lines[k]->top * set->size <= 1.1 * 40 + 1e-6);
			assert_true(up + set->lines[k]->bottom * set->size >= -0.6 * 40 - 1e-6);
		}
		smaller += set->size < (set->line_count == 1 ? 40 : 28);
	}
	assert_true(smaller >= 2);
	assert_true(two >= 2);
	assert_true(wider >= 2);                               /* lines of deep letters stand further apart */
	assert_true(set->size > 27.9 && set->line_count == 2); /* what is neither deep nor tall is as large as it was */
	bench_close(&bench);
}

static void
a_name_keeps_to_one_font_if_one_has_it_all(void **state)
{
	struct bench bench;
	struct err err = ERR_INIT;
	static const char *const texts[] = { "e Smith", "e", "ẽ\xcc\x81 Smith", "ẽ\xcc\x81" };
	struct page_line *lines[4];
	size_t i;

	(void)state;
	bench_open(&bench);
	/* The display face has no place for a mark on a mark: the whole name moves to the next font, so " Smith" changes too. */
	for (i = 0; i < 4; i++)
		assert_int_equal(page_line_shape(&bench.arena, &bench.style, "name", texts[i], &lines[i], &err), 0);
	assert_true(fabs((lines[0]->width - lines[1]->width) - (lines[2]->width - lines[3]->width)) > 0.02);
	bench_close(&bench);
}

static void
direction_decides_what_start_means(void **state)
{
	struct bench bench;
	struct err err = ERR_INIT;
	struct page page;
	struct page_set *set;
	double x[2];
	static const char *const texts[] = { "David", "דוד" };
	size_t i;
	char *at;

	(void)state;
	bench_open(&bench);
	bench.slot.align = PAGE_START;
	for (i = 0; i < 2; i++) {
		assert_int_equal(page_fit(&bench.arena, &bench.style, &bench.slot, "name", texts[i], &set, &err), 0);
		assert_int_equal(set->lines[0]->rtl, i == 1);
		page_init(&bench.arena, &page, 600, 800);
		page_set_text(&page, &bench.slot, set);
		at = strstr(page.content.data, "1 0 0 1 ");
		assert_non_null(at);
		x[i] = strtod(at + 8, NULL);
		if (i == 1)
			assert_true(fabs(x[1] + set->lines[0]->width * set->size - 300) < 0.02);
		page_done(&page);
	}
	assert_true(fabs(x[0] - 300) < 0.01);
	bench_close(&bench);
}

static void
a_page_without_marks_is_archived_without_claims(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct page page;
	struct pdf_page as_pdf;
	struct pdf_image image = { .bytes = "\xff\xd8\xff\xd9", .len = 4, .width = 1, .height = 1, .components = 3 };
	const struct pdf_image *images[] = { &image };
	struct buf pdf;

	(void)state;
	page_init(&arena, &page, 100, 100);
	page_fill(&page, 0);
	as_pdf = page_as_pdf(&page);
	as_pdf.images = images;
	as_pdf.image_count = 1;
	buf_init(&pdf, 1 << 20);
	assert_int_equal(pdf_write(&(struct pdf_document){ .language = "en", .pages = &as_pdf, .page_count = 1 }, &pdf, &err), 0);
	assert_non_null(found_in(&pdf, "<pdfaid:conformance>U</pdfaid:conformance>"));
	assert_null(found_in(&pdf, "pdfuaid"));
	assert_null(found_in(&pdf, "MarkInfo"));
	assert_non_null(found_in(&pdf, "GTS_PDFA1"));
	buf_reset(&pdf);
	image.components = 4; /* ink, of which sRGB says nothing */
	assert_int_equal(pdf_write(&(struct pdf_document){ .language = "en", .pages = &as_pdf, .page_count = 1 }, &pdf, &err), 0);
	assert_null(found_in(&pdf, "pdfaid"));
	assert_null(found_in(&pdf, "GTS_PDFA1"));
	buf_done(&pdf);
	page_done(&page);
	arena_done(&arena);
}

static void
groups_of_marks_make_a_tree(void **state)
{
	struct arena arena = ARENA_INIT;
	struct page page;
	struct page_box box = { .left = 1, .bottom = 2, .width = 3, .height = 4 };
	const char *const word[] = { "word" };
	const char *tree;

	(void)state;
	page_init(&arena, &page, 200, 200);
	page_group(&page, "Table");
	page_group(&page, "TR");
	page_mark(&page, "TH", NULL, NULL);
	page_text(&page, 10, 100, 10, 20, word, 1);
	page_mark_end(&page);
	page_group(&page, "TD");
	page_group(&page, "Link");
	page_mark_figure(&page, &box, "a picture");
	page_mark_end(&page);
	page_link(&page, &box, "https://example.org/");
	page_group_end(&page);
	page_mark(&page, "P", NULL, NULL);
	page_text(&page, 50, 100, 10, 20, word, 1);
	page_mark_end(&page);
	page_link(&page, &box, "https://example.org/cell");
	page_group_end(&page);
	page_group_end(&page);
	page_group_end(&page);
	page_artifact(&page);
	page_fill(&page, 0);
	page_mark_end(&page);
	page_mark(&page, "P", NULL, NULL);
	page_text(&page, 10, 10, 10, 20, word, 1);
	page_mark_end(&page);
	page_link(&page, &box, "https://example.org/loose");
	assert_int_equal(page.links[0].mark, 5);
	assert_int_equal(page.links[1].mark, 4);
	assert_int_equal(page.links[2].mark, 0);
	tree = said_by(&arena, &page, "pdfinfo -struct $f | sed 's/Object [0-9]* 0/Object/' | tr -d ' '");
	assert_string_equal(tree, "Document\nTable(block)\nTR\nTH:\n/Scope/Column\nTD\nObject\nLink(inline)\nObject\nFigure:\n/"
				  "Placement/Block\n/BBox[1246]\nP(block)\n"
				  "P(block)\n");
	page_done(&page);
	arena_done(&arena);
}

/* How dark the pixel is, 0 to 255; beyond the edge it is white. */
static int
ink(cairo_surface_t *picture, int x, int y)
{
	const unsigned char *row;

	if (x < 0 || y < 0 || x >= cairo_image_surface_get_width(picture) || y >= cairo_image_surface_get_height(picture))
		return 0;
	row = cairo_image_surface_get_data(picture) + (ptrdiff_t)y * cairo_image_surface_get_stride(picture);
	return 255 - row[(ptrdiff_t)x * 4];
}

/* A picture in a known pixel format, and the upper left and lower right corner of what is drawn in it. */
static cairo_surface_t *
load_picture(const char *path, int box[4])
{
	cairo_surface_t *file = cairo_image_surface_create_from_png(path), *picture;
	cairo_t *cairo;
	int x, y, width = cairo_image_surface_get_width(file), height = cairo_image_surface_get_height(file);

	assert_int_equal(cairo_surface_status(file), CAIRO_STATUS_SUCCESS);
	picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
	cairo = cairo_create(picture);
	cairo_set_source_rgb(cairo, 1, 1, 1);
	cairo_paint(cairo);
	cairo_set_source_surface(cairo, file, 0, 0);
	cairo_paint(cairo);
	cairo_destroy(cairo);
	cairo_surface_destroy(file);
	cairo_surface_flush(picture);
	box[0] = width, box[1] = height, box[2] = box[3] = 0;
	for (y = 0; y < height; y++) {
		for (x = 0; x < width; x++) {
			if (ink(picture, x, y) < 128)
				continue;
			box[0] = x < box[0] ? x : box[0];
			box[1] = y < box[1] ? y : box[1];
			box[2] = x > box[2] ? x : box[2];
			box[3] = y > box[3] ? y : box[3];
		}
	}
	return picture;
}

/* The share of ink by which two pictures differ once their drawings lie upon each other. */
static double
difference(const char *path, const char *other)
{
	int a[4], b[4], x, y;
	cairo_surface_t *left = load_picture(path, a), *right = load_picture(other, b);
	double all = 0, differs = 0, best = 1;
	int dx, dy;

	/* Corners of anti-aliased shapes may be off by one. */
	for (dx = -1; dx <= 1; dx++) {
		for (dy = -1; dy <= 1; dy++) {
			all = differs = 0;
			for (y = -5; y <= a[3] - a[1] + 5; y++) {
				for (x = -5; x <= a[2] - a[0] + 5; x++) {
					int p = ink(left, a[0] + x, a[1] + y), q = ink(right, b[0] + x + dx, b[1] + y + dy);

					all += p;
					differs += abs(p - q);
				}
			}
			best = fmin(best, differs / all);
		}
	}
	cairo_surface_destroy(left);
	cairo_surface_destroy(right);
	return best;
}

static void
outlines_look_as_an_independent_program_draws_them(void **state)
{
	static const struct {
		const char *font, *face, *text;
	} cases[] = {
		{ "opentype/ebgaramond/EBGaramond12-Regular.otf", "0", "ễ Đứ ffi" },
		{ "opentype/ebgaramond/EBGaramond12-Regular.otf", "0", "Ἀλέξ" },
		{ "truetype/noto/NotoSerif-Regular.ttf", "0", "ẽ\xcc\x81 n\xcc\x88 Źǵ" },
		{ "truetype/noto/NotoNaskhArabic-Regular.ttf", "0", "مُحَمَّد العربي" },
		{ "truetype/noto/NotoSerifHebrew-Regular.ttf", "0", "דָּוִד בֶּן" },
		{ "truetype/noto/NotoSerifDevanagari-Regular.ttf", "0", "शर्मा कृष्ण" },
		{ "truetype/noto/NotoSerifThai-Regular.ttf", "0", "สมชาย มานะ" },
		{ "opentype/noto/NotoSerifCJK-Regular.ttc", "2", "王小明" },
		{ "truetype/noto/NotoNastaliqUrdu-Regular.ttf", "0", "محمد اقبال ٹنڈو" },
		{ "truetype/noto/NotoSerifSinhala-Regular.ttf", "0", "ශ්\u200dරී ලක්ෂ්මී" },
		{ "truetype/noto/NotoSerifKhmer-Regular.ttf", "0", "ស្រីមុំ ញ៉ាញ់" },
		{ "truetype/noto/NotoSansMyanmar-Regular.ttf", "0", "သန္တာ ထူ" },
		{ "truetype/noto/NotoSerifMalayalam-Regular.ttf", "0", "ജ്യോത്സ്ന ക്ഷ്മി" },
		{ "truetype/noto/NotoSansJavanese-Regular.ttf", "0", "ꦏꦂꦠꦶꦤꦶ ꦱꦿꦶ" },
		{ "truetype/noto/NotoSansNKo-Regular.ttf", "0", "ߛߎߟߏߡߣߊ߫ ߞߊ߲" },
		{ "truetype/noto/NotoSansMongolian-Regular.ttf", "0", "ᠬᠠᠭᠠᠨ" },
	};
	struct arena arena = ARENA_INIT;
	char folder[] = "/tmp/test_page.XXXXXX";
	const char *ours, *theirs;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(folder));
	ours = arena_printf(&arena, "%s/ours.png", folder);
	theirs = arena_printf(&arena, "%s/theirs.png", folder);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		const char *text = arena_printf(&arena, "[font f]\nfaces = %s#%s\n", cases[i].font, cases[i].face);
		struct page_fonts *fonts = page_fonts_new(&arena, "/nowhere", NULL);
		struct page_slot slot = { .x = 20, .y = 120, .width = 2000, .size = 150, .min_size = 150, .align = PAGE_LEFT };
		struct sheet *sheet;
		struct page_set *set;
		struct page page;
		struct pdf_page pdf_page;
		struct buf pdf, png;
		FILE *file;
		double off;

		assert_int_equal(sheet_parse(&arena, "test", text, strlen(text), &sheet, &err), 0);
		assert_int_equal(page_fonts_add(fonts, "test", sheet_find(sheet, "font", "f"), &err), 0);
		if (page_fit(&arena, &(struct page_style){ .stack = page_fonts_stack(fonts, "f"), .language = "" }, &slot, "name",
			cases[i].text, &set, &err) != 0)
			fail_msg("%s", err.message);
		page_init(&arena, &page, 1600, 400);
		page_set_draw(&page, &slot, set);
		pdf_page = page_as_pdf(&page);
		buf_init(&pdf, 1 << 22);
		buf_init(&png, 1 << 24);
		assert_int_equal(
		    pdf_write(&(struct pdf_document){ .language = "en", .pages = &pdf_page, .page_count = 1 }, &pdf, &err), 0);
		assert_int_equal(png_of_pdf(pdf.data, pdf.len, 72, &png, &err), 0);
		file = fopen(ours, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(png.data, 1, png.len, file), png.len);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(
		    system(arena_printf(&arena,
			"LC_ALL=C.UTF-8 hb-view --face-index=%s --font-size=150 --margin=40 -O png -o %s /usr/share/fonts/%s '%s'",
			cases[i].face, theirs, cases[i].font, cases[i].text)),
		    0);
		off = difference(ours, theirs);
		if (off > 0.05)
			fail_msg("%s differs by %.1f %% of its ink", cases[i].text, 100 * off);
		page_done(&page);
		buf_done(&pdf);
		buf_done(&png);
		page_fonts_done(fonts);
	}
	unlink(ours);
	unlink(theirs);
	rmdir(folder);
	arena_done(&arena);
}

static void
words_from_right_to_left_stand_in_reading_order(void **state)
{
	struct bench bench;
	struct err err = ERR_INIT;
	struct page page;
	struct page_set *set;
	const char *text, *first, *second;

	(void)state;
	bench_open(&bench);
	assert_int_equal(page_fit(&bench.arena, &bench.style, &bench.slot, "name", "דוד כהן", &set, &err), 0);
	page_init(&bench.arena, &page, 600, 800);
	page_set_text(&page, &bench.slot, set);
	text = said_by(&bench.arena, &page, "pdftotext -raw $f -");
	first = strstr(text, "דוד");
	second = strstr(text, "כהן");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
	assert_non_null(strstr(text_of(&bench.arena, &page), "דוד כהן"));
	page_done(&page);
	bench_close(&bench);
}

static void
tracking_spaces_letters_but_not_joined_scripts(void **state)
{
	struct bench bench;
	struct err err = ERR_INIT;
	struct page_line *line;
	double latin, arabic;

	(void)state;
	bench_open(&bench);
	assert_int_equal(page_line_shape(&bench.arena, &bench.style, "name", "Anna", &line, &err), 0);
	latin = line->width;
	assert_int_equal(page_line_shape(&bench.arena, &bench.style, "name", "محمد", &line, &err), 0);
	arabic = line->width;
	bench.style.tracking = 0.5;
	assert_int_equal(page_line_shape(&bench.arena, &bench.style, "name", "Anna", &line, &err), 0);
	assert_true(fabs(line->width - latin - 1.5) < 1e-9); /* three gaps, none after the last letter */
	assert_int_equal(page_line_shape(&bench.arena, &bench.style, "name", "محمد", &line, &err), 0);
	assert_true(fabs(line->width - arabic) < 1e-9);
	bench_close(&bench);
}

static void
numbers_are_short_and_exact(void **state)
{
	static const struct {
		double value;
		int decimals;
		const char *text;
	} cases[] = {
		{ 0, 2, "0 " },
		{ 1, 2, "1 " },
		{ -0.004, 2, "0 " },
		{ 0.5, 2, ".5 " },
		{ -0.25, 2, "-.25 " },
		{ 12.345, 2, "12.35 " },
		{ 100, 0, "100 " },
		{ 1.10, 2, "1.1 " },
		{ 0.0224609375, 7, ".0224609 " },
		{ -841.889, 2, "-841.89 " },
		{ 0.999, 2, "1 " },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out;

		buf_init(&out, 100);
		page_number(&out, cases[i].value, cases[i].decimals);
		assert_string_equal(out.data, cases[i].text);
		buf_done(&out);
	}
}

static void
more_texts_than_one_font_holds_go_into_several(void **state)
{
	struct arena arena = ARENA_INIT;
	struct page page;
	size_t i, k;
	char *text;

	(void)state;
	page_init(&arena, &page, 600, 800);
	for (i = 0; i < 20; i++) {
		const char *row[20];

		for (k = 0; k < 20; k++)
			row[k] = arena_printf(&arena, "%c%c", (char)('A' + i), (char)('a' + k));
		page_text(&page, 20, 780 - (double)i * 30, 10, 400, row, 20);
	}
	assert_int_equal(page.text_count, 400);
	text = text_of(&arena, &page);
	assert_non_null(strstr(text, "AaAbAcAdAeAf"));
	assert_non_null(strstr(text, "MlMmMnMoMp")); /* across the border of the first font */
	assert_non_null(strstr(text, "TqTrTsTt"));
	page_done(&page);
	arena_done(&arena);
}

static void
sheets_say_file_and_line(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "a = 1\nb\n", "f:2: line is neither a heading nor \"key = value\"" },
		{ "[x\n", "f:1: heading has no \"]\" at its end" },
		{ "[ ]\n", "f:1: heading is empty" },
		{ "\n# c\n = 3\n", "f:3: line begins with a blank, but there is no value to continue" },
		{ "=3\n", "f:1: key is missing before \"=\"" },
		{ "[a]\nk = 1\n[b]\nk = 1\nk = 2\n", "f:5: key \"k\" was given already in line 4" },
		{ "k = \xff\n", "f:1: line is not UTF-8 text" },
	};
	size_t i;
	struct arena arena = ARENA_INIT;
	struct sheet *sheet;
	const struct sheet_section *section;
	double number;
	unsigned rgb;
	struct err err = ERR_INIT;
	static const char good[] = "top = 1\r\n[page]\nw = 2.5\n[text the name]\n# comment\nt = a\n  b c\nx = #0aF\n=\n";

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err_reset(&err);
		assert_int_equal(sheet_parse(&arena, "f", cases[i].text, strlen(cases[i].text), &sheet, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_string_equal(err.message, cases[i].message);
	}
	err_reset(&err);
	assert_int_equal(sheet_parse(&arena, "f", good, sizeof(good) - 3, &sheet, &err), 0);
	assert_string_equal(sheet_get(&sheet->sections[0], "top")->value, "1");
	section = sheet_find(sheet, "text", "the name");
	assert_non_null(section);
	assert_string_equal(sheet_get(section, "t")->value, "a b c");
	assert_null(sheet_get(section, "w"));
	assert_int_equal(sheet_number("f", sheet_get(sheet_find(sheet, "page", ""), "w"), 0, 3, &number, &err), 0);
	assert_true(fabs(number - 2.5) < 1e-12);
	assert_int_equal(sheet_number("f", sheet_get(sheet_find(sheet, "page", ""), "w"), 0, 2, &number, &err), -1);
	assert_string_equal(err.message, "f:3: value 2.5 of \"w\" is not between 0 and 2");
	err_reset(&err);
	assert_int_equal(sheet_number("f", sheet_get(section, "t"), 0, 2, &number, &err), -1);
	assert_string_equal(err.message, "f:6: value \"a b c\" of \"t\" is not a number");
	err_reset(&err);
	assert_int_equal(sheet_colour("f", sheet_get(section, "x"), &rgb, &err), -1);
	assert_string_equal(err.message, "f:8: value \"#0aF\" of \"x\" is not a colour like #1a2b3c");
	arena_done(&arena);
}

static void
shapes_are_read_or_refused(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct page page;

	(void)state;
	page_init(&arena, &page, 100, 100);
	assert_int_equal(page_path(&page, 10, 20, 2, 0x000000, "m1 1 2 0h-1V3zM0,0C1-1 2-2 3 0S5 1 6 0Q7 7 8 0Z", &err), 0);
	assert_string_equal(page.content.data, "0 0 0 rg\n12 18 m\n16 18 l\n14 18 l\n14 14 l\nh\n10 20 m\n12 22 14 24 16 20 c\n"
					       "18 16 20 18 22 20 c\n23.33 10.67 24.67 10.67 26 20 c\nh\nf\n");
	assert_int_equal(page_path(&page, 0, 0, 1, 0, "L 1 1", &err), -1);
	assert_string_equal(err.message, "path data has no command that is known here at position 1");
	err_reset(&err);
	assert_int_equal(page_path(&page, 0, 0, 1, 0, "M 1 x", &err), -1);
	assert_string_equal(err.message, "path data has no number at position 5");
	err_reset(&err);
	assert_int_equal(page_path(&page, 0, 0, 1, 0, "M 0 0 L 99999 0 l 2 0", &err), -1);
	assert_string_equal(err.message, "path data leads too far away before position 22");
	page_done(&page);
	arena_done(&arena);
}

/* The numbers of all m, l and c operators lie in a box, given that no cm but quarter turns about ${x}, ${y} is in force. */
static void
check_points(const struct page *page, double reach)
{
	const char *at = strstr(page->content.data, "1 j\n");
	char *end;
	double value;
	size_t count = 0;

	assert_non_null(at);
	for (at += 4; *at != '\0'; at++) {
		value = strtod(at, &end);
		if (end == at)
			continue;
		assert_true(fabs(value) <= reach);
		count++;
		at = end;
	}
	assert_true(count > 1000);
}

static void
rosettes_stay_within_their_radius(void **state)
{
	struct arena arena = ARENA_INIT;
	struct page page;
	static const unsigned petals[] = { 24, 30, 31 };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		page_init(&arena, &page, 600, 600);
		page_rosette(&page, &(struct page_rosette){ .x = 300,
					.y = 300,
					.inner = 50,
					.outer = 100,
					.petals = petals[i],
					.strands = 6,
					.twist = 0.5,
					.pen = { .rgb = 0, .thickness = 0.3 } });
		check_points(&page, 112); /* control points may lie a little outside */
		page_done(&page);
	}
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_script_is_drawn_and_its_text_found),
		cmocka_unit_test(what_cannot_be_drawn_is_refused_by_code_point_and_position),
		cmocka_unit_test(too_long_a_text_shrinks_then_breaks_then_is_refused),
		cmocka_unit_test(lines_are_broken_as_each_script_does),
		cmocka_unit_test(towers_of_marks_do_not_reach_into_other_lines),
		cmocka_unit_test(deep_and_tall_names_keep_out_of_the_lines_around),
		cmocka_unit_test(a_name_keeps_to_one_font_if_one_has_it_all),
		cmocka_unit_test(direction_decides_what_start_means),
		cmocka_unit_test(outlines_look_as_an_independent_program_draws_them),
		cmocka_unit_test(words_from_right_to_left_stand_in_reading_order),
		cmocka_unit_test(tracking_spaces_letters_but_not_joined_scripts),
		cmocka_unit_test(numbers_are_short_and_exact),
		cmocka_unit_test(more_texts_than_one_font_holds_go_into_several),
		cmocka_unit_test(sheets_say_file_and_line),
		cmocka_unit_test(shapes_are_read_or_refused),
		cmocka_unit_test(a_page_without_marks_is_archived_without_claims),
		cmocka_unit_test(groups_of_marks_make_a_tree),
		cmocka_unit_test(rosettes_stay_within_their_radius),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
