/* Images on pages: what a JPEG's head says, what is refused and why, and that the file comes out of the PDF as it went in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "page/image.h"
#include "page/page.h"

#include "shell.h"

#define PICTURE "templates/certificates/letter/hills.jpg"

static void
load(struct arena *arena, char **ret_bytes, size_t *ret_len)
{
	struct err err = ERR_INIT;

	assert_int_equal(file_read(arena, "image", PICTURE, 1 << 20, ret_bytes, ret_len, &err), 0);
}

static void
size_and_colours_are_read(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct pdf_image image;
	char *bytes;
	size_t len;

	(void)state;
	load(&arena, &bytes, &len);
	assert_int_equal(page_image_read("x", bytes, len, &image, &err), 0);
	assert_int_equal(image.width, 1375);
	assert_int_equal(image.height, 1063);
	assert_int_equal(image.components, 3);
	assert_false(image.inverted);
	arena_done(&arena);
}

/* A JPEG of as little as there can be: segments in hex, then a scan. */
static const struct {
	const char *hex, *message; /* NULL: taken */
} kinds[] = {
	{ "ffd8 ffc0000b080010001001011100 ffda0003001234 ffd9", NULL },
	{ "ffd8 ffff ffc0000b080010001001011100 ffda000300 12ff0034ffd056 ffd9 0000", NULL },
	{ "ffd8 ffc20014080010001004011100021100031100041100 ffda00030012 ffd9", NULL },
	{ "ffd8 ffc0000b080010001002011100 ffda00030012 ffd9", "image \"x\" has 2 colour channels: not 1, 3 or 4" },
	{ "ffd8 ffc0000b0c0010001001011100 ffda00030012 ffd9", "image \"x\" has 12 bits for each colour: only 8 can be shown" },
	{ "ffd8 ffc0000b080000001001011100 ffda00030012 ffd9", "image \"x\" has no pixels" },
	{ "ffd8 ffc0000b08ffffffff01011100 ffda00030012 ffd9", "image \"x\" has 65535 by 65535 pixels: more than 25 million" },
	{ "ffd8 ffc9000b080010001001011100 ffda00030012 ffd9",
	    "image \"x\" is a JPEG of a rare kind (lossless, hierarchical or arithmetic) that viewers do not show" },
	{ "ffd8 ffc0000b080010001001011100 ffc0000b080010001001011100 ffda00030012 ffd9",
	    "image \"x\" holds more than one picture" },
	{ "ffd8 ffda00030012 ffd9", "image \"x\" is a damaged JPEG" },
	{ "ffd8 ffc0000b080010001001011100 ffd9", "image \"x\" has no pixels" },
	{ "ffd8 ffc0000b080010001001011100 ffda00030012", "image \"x\" is cut short" },
	{ "ffd8 ffc0ff0b0800", "image \"x\" is cut short" },
	{ "ffd8 ffc00001", "image \"x\" is a damaged JPEG" },
	{ "ffd8 1234567890", "image \"x\" is a damaged JPEG" },
	{ "89504e470d0a1a0a0000", "image \"x\" is a PNG: only JPEG can be put on pages" },
	{ "474946383961", "image \"x\" is not a JPEG" },
	{ "", "image \"x\" is not a JPEG" },
	/* Exif, little and big end first: turned by 90 degrees. */
	{ "ffd8 ffe10022 457869660000 49492a0008000000 0100 1201 0300 01000000 06000000 00000000 ffc0000b080010001001011100 "
	  "ffda00030012 ffd9",
	    "image \"x\" is stored turned or mirrored (Exif orientation 6)" },
	{ "ffd8 ffe10022 457869660000 4d4d002a00000008 0001 0112 0003 00000001 00080000 00000000 ffc0000b080010001001011100 "
	  "ffda00030012 ffd9",
	    "image \"x\" is stored turned or mirrored (Exif orientation 8)" },
	{ "ffd8 ffe10022 457869660000 49492a0008000000 0100 1201 0300 01000000 01000000 00000000 ffc0000b080010001001011100 "
	  "ffda00030012 ffd9",
	    NULL },
	{ "ffd8 ffe10010 457869660000 49492a00ffffffff ffc0000b080010001001011100 ffda00030012 ffd9", NULL },
};

static size_t
from_hex(const char *hex, uint8_t *bytes)
{
	size_t len = 0;
	unsigned byte;

	for (; *hex != '\0'; hex += 2) {
		hex += *hex == ' ' ? 1 : 0;
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		bytes[len++] = (uint8_t)byte;
	}
	return len;
}

static void
what_viewers_do_not_show_is_refused_with_its_reason(void **state)
{
	uint8_t bytes[200], *exact;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct err err = ERR_INIT;
		struct pdf_image image;
		int rc;

		len = from_hex(kinds[i].hex, bytes);
		exact = test_malloc(len + 1); /* so that the sanitizer sees a byte read too far */
		memcpy(exact, bytes, len);
		rc = page_image_read("x", exact, len, &image, &err);
		if (rc != (kinds[i].message == NULL ? 0 : -1))
			fail_msg("case %zu: %d %s", i, rc, err.message);
		if (kinds[i].message != NULL) {
			assert_string_equal(err.message, kinds[i].message);
			assert_int_equal(err.code, ERR_CONFIG);
		}
		test_free(exact);
	}
}

static void
ink_is_turned_round_where_adobe_says_so(void **state)
{
	static const char *const adobe = "ffee000e41646f6265006400000000 00";
	struct arena arena = ARENA_INIT;
	uint8_t bytes[200];
	size_t components, len;

	(void)state;
	for (components = 3; components <= 4; components++) {
		struct err err = ERR_INIT;
		struct pdf_image image;

		len = from_hex(
		    arena_printf(&arena, "ffd8 %s ffc0000e08001000100%zu011100021100 ffda00030012 ffd9", adobe, components), bytes);
		if (page_image_read("x", bytes, len, &image, &err) != 0)
			fail_msg("%s", err.message);
		assert_int_equal(image.inverted, components == 4);
	}
	arena_done(&arena);
}

static void
a_file_that_was_cut_is_refused_wherever(void **state)
{
	struct arena arena = ARENA_INIT;
	char *bytes;
	size_t len, cut;

	(void)state;
	load(&arena, &bytes, &len);
	for (cut = 0; cut < len - 1; cut = cut < 2000 ? cut + 1 : cut + 97) {
		struct err err = ERR_INIT;
		struct pdf_image image;

		if (page_image_read("x", bytes, cut, &image, &err) == 0)
			fail_msg("accepted with %zu of %zu bytes", cut, len);
	}
	arena_done(&arena);
}

static void
another_file_than_the_pinned_one_is_refused(void **state)
{
	static const char wrong[] = "0000000000000000000000000000000000000000000000000000000000000000";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	const struct pdf_image *image;
	const char *pin;

	(void)state;
	assert_int_equal(page_image_load(&arena, PICTURE, wrong, &image, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.message, "image \"" PICTURE "\" is not the one that is pinned: its SHA-256 is "));
	pin = arena_strdup(&arena, err.message + strlen(err.message) - 64);
	err_reset(&err);
	assert_int_equal(page_image_load(&arena, PICTURE, pin, &image, &err), 0);
	assert_int_equal(page_image_load(&arena, PICTURE, NULL, &image, &err), 0);
	assert_int_equal(page_image_load(&arena, PICTURE, "abc", &image, &err), -1);
	assert_string_equal(err.message, "the pin of image \"" PICTURE "\" is not a SHA-256 of 64 digits 0-9, a-f");
	assert_non_null(strstr(err.hint, pin));
	err_reset(&err);
	assert_int_equal(page_image_load(&arena, "nowhere.jpg", pin, &image, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	arena_done(&arena);
}

static void
too_large_a_file_is_refused(void **state)
{
	char path[] = "/tmp/test_image.XXXXXX";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	const struct pdf_image *image;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)PAGE_IMAGE_MAX_BYTES + 1), 0);
	close(fd);
	assert_int_equal(page_image_load(&arena, path, NULL, &image, &err), -1);
	assert_string_equal(err.message,
	    arena_printf(&arena,
		"image \"%s\" has 1572865 bytes: more than 1572864, which every file that shows it would have to carry", path));
	unlink(path);
	arena_done(&arena);
}

/* On a layer and on the page itself, on two pages: the file stands in the document once. */
static void
it_comes_out_as_it_went_in_and_stands_there_once(void **state)
{
	char folder[] = "/tmp/test_image.XXXXXX";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct page page;
	struct pdf_page pages[2];
	const struct pdf_layer *layer;
	const struct pdf_image *image;
	struct page_box box = { .left = 10, .bottom = 10, .width = 300, .height = 100 };
	struct buf pdf;
	char *original, *copy, *list;
	size_t original_len, copy_len, i, images = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(page_image_load(&arena, PICTURE, NULL, &image, &err), 0);
	page_init(&arena, &page, 600, 400);
	page_cover(&page, &box, image);
	page_image(&page, &box, PAGE_CENTRE, image);
	/* As high as the box, in its middle: 1375:1063 of 100 points. */
	assert_non_null(strstr(page.content.data, "q 129.351 0 0 100 95.32 10 cm /I0 Do Q\n"));
	/* As wide as the box, what hangs over cut off. */
	assert_non_null(strstr(page.content.data, "q 10 10 300 100 re W n 300 0 0 231.927 10 -55.96 cm /I0 Do Q\n"));
	for (i = 0; i < 2; i++)
		pages[i] = page_as_pdf(&page);
	layer = pdf_layer_new(&arena, &pages[0]);
	for (i = 0; i < 2; i++) {
		pages[i].layers = &layer;
		pages[i].layer_count = 1;
	}
	buf_init(&pdf, 1 << 22);
	assert_int_equal(
	    pdf_write(&(struct pdf_document){ .title = "t", .language = "en", .pages = pages, .page_count = 2 }, &pdf, &err), 0);
	assert_int_equal(file_write(arena_printf(&arena, "%s/x.pdf", folder), pdf.data, pdf.len, &err), 0);
	shell_output(&arena, arena_printf(&arena, "qpdf --check %s/x.pdf", folder));
	list = shell_output(&arena, arena_printf(&arena, "pdfimages -list %s/x.pdf", folder));
	assert_non_null(strstr(list, " 1375  1063  rgb     3   8  jpeg "));
	for (i = 0; i + 11 < pdf.len; i++)
		images += memcmp(pdf.data + i, "/DCTDecode", 10) == 0 ? 1 : 0;
	assert_int_equal(images, 1);
	shell_output(&arena, arena_printf(&arena, "pdfimages -j -f 1 -l 1 %s/x.pdf %s/i", folder, folder));
	load(&arena, &original, &original_len);
	assert_int_equal(
	    file_read(&arena, "file", arena_printf(&arena, "%s/i-000.jpg", folder), 1 << 20, &copy, &copy_len, &err), 0);
	assert_int_equal(copy_len, original_len);
	assert_memory_equal(copy, original, original_len);
	shell_output(&arena, arena_printf(&arena, "rm -r %s", folder));
	page_done(&page);
	buf_done(&pdf);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_and_colours_are_read),
		cmocka_unit_test(what_viewers_do_not_show_is_refused_with_its_reason),
		cmocka_unit_test(ink_is_turned_round_where_adobe_says_so),
		cmocka_unit_test(a_file_that_was_cut_is_refused_wherever),
		cmocka_unit_test(another_file_than_the_pinned_one_is_refused),
		cmocka_unit_test(too_large_a_file_is_refused),
		cmocka_unit_test(it_comes_out_as_it_went_in_and_stands_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
