/* Names of a hundred scripts (tests/fixtures/names.tsv): each is drawn, drawn as it was when a person last looked, and read back
 * from its certificate by an independent program.
 *
 *     test_names               the tests
 *     test_names --renew       draw anew what tests/fixtures/names.golden holds: after looking at the sheet
 *     test_names --sheet FILE  all names on the pages of one PDF, to look at
 *
 * names.golden has a digest of each name's outlines: which shapes stand where, in units of their fonts. It says nothing of how
 * a PDF writes them. Shapes belong to the fonts: where the packages are not those that the file names, digests are not
 * compared, and a line says so. */
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

#include "adapter/pdf.h"
#include "adapter/unicode.h"
#include "base/file.h"
#include "base/text.h"
#include "certificate/render.h"
#include "page/font.h"
#include "page/page.h"
#include "page/sheet.h"
#include "page/text.h"

#include "shell.h"

#define NAMES "tests/fixtures/names.tsv"
#define GOLDEN "tests/fixtures/names.golden"
#define PACKAGES "fonts-ebgaramond fonts-noto-cjk fonts-noto-core libfribidi0 libharfbuzz0b"
#define MAX_NAMES 1000

struct name {
	const char *script, *language, *text, *note;
};

static struct {
	struct arena arena;
	struct name names[MAX_NAMES];
	size_t count;
	struct page_fonts *fonts;
	const struct page_stack *stack;
} all;

/* The text up to ${end}, which is taken off; NULL when nothing is left. */
static char *
cut(char **rest, const char *end)
{
	char *text = *rest, *stop;

	if (text == NULL)
		return NULL;
	stop = strstr(text, end);
	*rest = stop == NULL ? NULL : stop + 1;
	if (stop != NULL)
		*stop = '\0';
	return text;
}

/* "\u{200D}" is that character. */
static char *
unescape(const char *text)
{
	char *out = arena_alloc(&all.arena, strlen(text) + 1), *at = out, *end;

	while (*text != '\0') {
		if (strncmp(text, "\\u{", 3) != 0) {
			*at++ = *text++;
			continue;
		}
		at += text_put((uint32_t)strtoul(text + 3, &end, 16), at);
		assert_true(*end == '}');
		text = end + 1;
	}
	*at = '\0';
	return out;
}

static char *
read_file(const char *path)
{
	struct err err = ERR_INIT;
	char *text;
	size_t len;

	if (file_read(&all.arena, "fixture", path, 1 << 20, &text, &len, &err) != 0)
		fail_msg("%s", err.message);
	return text;
}

static void
read_names(void)
{
	char *line, *rest = read_file(NAMES);
	struct name *name;

	while ((line = cut(&rest, "\n")) != NULL) {
		if (line[0] == '#' || line[0] == '\0')
			continue;
		assert_true(all.count < MAX_NAMES);
		name = &all.names[all.count++];
		name->script = cut(&line, "\t");
		name->language = cut(&line, "\t");
		name->text = unescape(cut(&line, "\t"));
		name->note = line;
		assert_non_null(name->note);
	}
}

/* The fonts of the classic template's names. */
static int
prepare(void **state)
{
	static const char text[] = "[font name]\nfaces = opentype/ebgaramond/EBGaramond12-Regular.otf\nfallback = serif\n";
	struct err err = ERR_INIT;
	struct sheet *sheet, *fallbacks;

	(void)state;
	read_names();
	assert_int_equal(sheet_load(&all.arena, "templates/fonts.conf", &fallbacks, &err), 0);
	assert_int_equal(sheet_parse(&all.arena, "test", text, sizeof(text) - 1, &sheet, &err), 0);
	all.fonts = page_fonts_new(&all.arena, "/nowhere", fallbacks);
	assert_int_equal(page_fonts_add(all.fonts, "test", sheet_find(sheet, "font", "name"), &err), 0);
	all.stack = page_fonts_stack(all.fonts, "name");
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	page_fonts_done(all.fonts);
	arena_done(&all.arena);
	return 0;
}

static int
shape(const struct name *name, struct page_line **ret_line, struct err *err)
{
	return page_line_shape(
	    &all.arena, &(struct page_style){ .stack = all.stack, .language = name->language }, "name", name->text, ret_line, err);
}

static const char *
packages(void)
{
	return shell_output(&all.arena, "dpkg-query -W -f '# ${Package} ${Version}\\n' " PACKAGES " 2>&1 || true");
}

static uint64_t
digest_bytes(uint64_t digest, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len-- > 0)
		digest = (digest ^ *at++) * UINT64_C(0x100000001b3); /* FNV-1a */
	return digest;
}

static uint64_t
digest_line(const struct page_line *line)
{
	const struct page_piece *piece;
	uint64_t digest = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (piece = line->pieces; piece != NULL; piece = piece->next) {
		for (i = 0; i < piece->count; i++) {
			int64_t place[3] = { llround(piece->x[i] / piece->em_per_unit), llround(piece->y[i] / piece->em_per_unit),
				llround(piece->em_per_unit * 1e7) };

			if (piece->glyphs[i]->path_len == 0)
				continue;
			digest = digest_bytes(digest, place, sizeof(place));
			digest = digest_bytes(digest, piece->glyphs[i]->path, piece->glyphs[i]->path_len);
		}
	}
	return digest;
}

/* What names.golden has to be. */
static void
make_golden(struct buf *out)
{
	struct err err = ERR_INIT;
	struct page_line *line;
	size_t i;

	buf_printf(out,
	    "# Outlines of the names in names.tsv, line by line, drawn with the packages below. After a change that is meant: look "
	    "at the\n"
	    "# sheet (build/tests/test_names --sheet names.pdf), then build/tests/test_names --renew.\n%s",
	    packages());
	for (i = 0; i < all.count; i++) {
		if (shape(&all.names[i], &line, &err) != 0)
			fail_msg("%s: %s", all.names[i].text, err.message);
		buf_printf(out, "%016llx %s\n", (unsigned long long)digest_line(line), all.names[i].text);
	}
}

static void
there_are_enough_of_them(void **state)
{
	size_t i, k, scripts = 0;

	(void)state;
	for (i = 0; i < all.count; i++) {
		for (k = 0; k < i && strcmp(all.names[k].script, all.names[i].script) != 0; k++)
			;
		scripts += k == i;
		assert_true(shape_script_tag(all.names[i].script) != 0);
	}
	assert_true(scripts >= 90);
	assert_true(all.count >= 450);
}

/* No box, nothing lost: page_line_shape() refuses glyph 0, and what is drawn has shapes for every word. */
static void
every_name_has_all_its_letters(void **state)
{
	size_t i, bad = 0;

	(void)state;
	for (i = 0; i < all.count; i++) {
		struct err err = ERR_INIT;
		struct page_line *line;
		const struct page_piece *piece;
		size_t k, seen = 0;

		if (shape(&all.names[i], &line, &err) != 0) {
			print_error("%s %s: %s\n", all.names[i].script, all.names[i].text, err.message);
			bad++;
			continue;
		}
		for (piece = line->pieces; piece != NULL; piece = piece->next)
			for (k = 0; k < piece->count; k++)
				seen += piece->glyphs[k]->path_len > 0;
		assert_true(seen > 0 && line->width > 0 && line->top > line->bottom);
	}
	assert_int_equal(bad, 0);
}

static int
compare_characters(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The characters of a text but its blanks, sorted, after those in ${sorted}. */
static void
collect(const char *text, uint32_t *sorted, size_t *count)
{
	uint32_t character;

	while (*text != '\0') {
		text = text_next(text, &character);
		if (shape_kind(character) != SHAPE_SPACE)
			sorted[(*count)++] = character;
	}
	qsort(sorted, *count, sizeof(*sorted), compare_characters);
}

/* The text behind a line has every character of it, once. */
static void
expect_all_there(const char *text, const struct page_line *line)
{
	uint32_t given[2048], there[4096];
	size_t given_count = 0, there_count = 0, i;
	const struct page_word *word;

	collect(text, given, &given_count);
	for (word = line->words; word != NULL; word = word->next)
		for (i = 0; i < word->count; i++)
			collect(word->texts[i], there, &there_count);
	if (there_count != given_count || memcmp(given, there, given_count * sizeof(*given)) != 0)
		fail_msg("of %s are %zu characters there instead of %zu, or others", text, there_count, given_count);
}

/* Lines of letters out of all names, in any order: most make no sense, and many are refused; what is drawn is all there. */
static void
nothing_is_lost_however_scripts_are_mixed(void **state)
{
	struct arena pool = ARENA_INIT;
	struct page_line *line;
	struct err err = ERR_INIT;
	uint32_t seed = 20261122, letters[20000];
	size_t count = 0, drawn = 0, turn, i, len;
	char text[256], *at;

	(void)state;
	for (i = 0; i < all.count; i++) {
		assert_int_equal(shape(&all.names[i], &line, &err), 0);
		expect_all_there(all.names[i].text, line);
		for (const char *c = all.names[i].text; *c != '\0';) {
			assert_true(count < sizeof(letters) / sizeof(letters[0]));
			c = text_next(c, &letters[count++]);
		}
	}
	for (turn = 0; turn < 2500; turn++) {
		at = text;
		len = 1 + (seed = seed * 1664525 + 1013904223) / 65536 % 24;
		for (i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			/* Now from anywhere, now from where the last one was: neighbours are of one script. */
			at += text_put(letters[turn % 3 == 0 ? (seed >> 8) % count : (turn * 37 + (seed >> 8) % 40) % count], at);
		}
		*at = '\0';
		err_reset(&err);
		arena_reset(&pool);
		if (page_line_shape(
			&pool, &(struct page_style){ .stack = all.stack, .language = "en" }, "name", text, &line, &err) != 0) {
			assert_int_equal(err.code, ERR_DATA);
			continue;
		}
		drawn++;
		expect_all_there(text, line);
	}
	assert_true(drawn > 1000);
	arena_done(&pool);
}

/* How a name came here, whole or taken apart, is not seen on it. */
static void
composed_and_decomposed_look_the_same(void **state)
{
	struct err err = ERR_INIT;
	struct page_line *line;
	size_t i, differ = 0;

	(void)state;
	for (i = 0; i < all.count; i++) {
		struct name composed = all.names[i];
		uint64_t digest;

		composed.text = unicode_nfc(&all.arena, composed.text);
		if (strcmp(composed.text, all.names[i].text) == 0)
			continue;
		differ++;
		assert_int_equal(shape(&all.names[i], &line, &err), 0);
		digest = digest_line(line);
		assert_int_equal(shape(&composed, &line, &err), 0);
		if (digest_line(line) != digest)
			fail_msg("%s looks other than in form C", composed.text);
	}
	assert_true(differ >= 8);
}

static void
every_name_looks_as_when_it_was_last_looked_at(void **state)
{
	struct buf made;
	char *golden = read_file(GOLDEN), *ours, *a, *b;
	size_t bad = 0;

	(void)state;
	buf_init(&made, 1 << 20);
	make_golden(&made);
	ours = arena_strdup(&all.arena, made.data);
	buf_done(&made);
	if (strstr(golden, packages()) == NULL) {
		print_message("shapes are not compared: %s was made with other packages than those here:\n%s", GOLDEN, packages());
		return;
	}
	while (golden != NULL && ours != NULL) {
		a = cut(&golden, "\n");
		b = cut(&ours, "\n");
		if (strcmp(a, b) == 0)
			continue;
		print_error("was \"%s\", is \"%s\"\n", a, b);
		bad++;
	}
	assert_null(golden);
	assert_null(ours);
	assert_int_equal(bad, 0);
}

/* Blanks of every kind are one blank; the signs that pdftotext puts around words against the direction are not the name's. */
static const char *
plain(const char *text)
{
	char *out = arena_alloc(&all.arena, strlen(text) + 1), *at = out;
	uint32_t character;

	while (*text != '\0') {
		text = text_next(text, &character);
		if (character >= 0x202a && character <= 0x202e)
			continue;
		if (character == '\n')
			*at++ = '\n';
		else if (shape_kind(character) == SHAPE_SPACE)
			*at++ = ' ';
		else
			at += text_put(character, at);
	}
	*at = '\0';
	return unicode_nfc(&all.arena, text_trim(&all.arena, out));
}

/* Is ${read} ${text}? Equal in form C; a line end stands for the blank, or the place without one, where the line was broken. */
static bool
says(const char *read, const char *text)
{
	while (*read != '\0') {
		if (*read == '\n') {
			read++;
			if (*text == ' ')
				text++;
			continue;
		}
		if (*read++ != *text++)
			return false;
	}
	return *text == '\0';
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The words of ${text} (letters of one direction, marks, digits), or what else is in it but blanks, sorted, one on a line. */
static const char *
sorted(const char *text, bool words)
{
	char *lines[256];
	const char *out = "", *from = NULL, *next;
	uint32_t character;
	size_t count = 0, i;
	bool letter, in_word = false;
	int direction, last = 0;

	for (; *text != '\0'; text = next) {
		next = text_next(text, &character);
		letter =
		    shape_kind(character) == SHAPE_MARK || shape_script(character) != 0 || (character >= '0' && character <= '9');
		if (shape_kind(character) == SHAPE_SPACE || character == '\n' || letter != words) {
			in_word = false;
			continue;
		}
		assert_true(count < 256);
		direction = unicode_direction(character);
		if (!in_word || direction * last < 0) {
			from = text;
			count++;
		}
		last = direction != 0 ? direction : last;
		in_word = words;
		lines[count - 1] = arena_strndup(&all.arena, from, (size_t)(next - from));
	}
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (i = 0; i < count; i++)
		out = arena_printf(&all.arena, "%s%s\n", out, lines[i]);
	return out;
}

/* Where both directions meet, pdftotext puts words and signs into an order of its own (its dumpFragment), which is not that of
 * Unicode (UAX 9). Of names that say so, the words and the signs must be there, each as it is, in whatever order. */
static bool
says_in_some_order(const char *read, const char *text)
{
	return strcmp(sorted(read, true), sorted(text, true)) == 0 && strcmp(sorted(read, false), sorted(text, false)) == 0;
}

/* One certificate for each, of the classic template without its ornaments, which take readers long; the box around the name is read. */
static void
certificates_give_every_name_back(void **state)
{
	struct certificate_facts facts = { .course = "First Aid",
		.serial = "A-1",
		.issuer = "Northbridge Academy",
		.locale = "en",
		.timezone = "UTC",
		.completed_utc = 1785708000,
		.issued_utc = 1785708000 };
	struct certificate_renderer *renderer;
	char folder[] = "/tmp/test_names.XXXXXX", *pages, *page;
	struct err err = ERR_INIT;
	size_t i, bad = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	shell_output(
	    &all.arena, arena_printf(&all.arena,
			    "cd templates && mkdir -p %s/certificates/plain && cp -r fonts.conf locales %s && "
			    "awk '/^\\[/ { drawn = /^\\[(rosette|band|path|disc)/ } !drawn' certificates/classic/template.conf "
			    ">%s/certificates/plain/template.conf",
			    folder, folder, folder));
	assert_int_equal(certificate_open(&all.arena, folder, TEMPLATE_CERTIFICATE, "plain", &renderer, &err), 0);
	for (i = 0; i < all.count; i++) {
		struct buf pdf;
		FILE *file = fopen(arena_printf(&all.arena, "%s/%04zu.pdf", folder, i), "w");

		assert_non_null(file);
		buf_init(&pdf, CERTIFICATE_MAX_BYTES);
		facts.learner = all.names[i].text;
		if (certificate_render(renderer, &facts, &pdf, &err) != 0)
			fail_msg("%s: %s", all.names[i].text, err.message);
		assert_int_equal(fwrite(pdf.data, 1, pdf.len, file), pdf.len);
		assert_int_equal(fclose(file), 0);
		buf_done(&pdf);
	}
	certificate_close(renderer);
	pages = arena_strdup(
	    &all.arena, shell_output(&all.arena,
			    arena_printf(&all.arena,
				"cd %s && pdfunite *.pdf all && pdftotext -r 72 -x 60 -y 222 -W 720 -H 80 all - 2>&1; rm -r %s",
				folder, folder)));
	for (i = 0; i < all.count; i++) {
		page = cut(&pages, "\f");
		assert_non_null(page);
		if (!(strstr(all.names[i].note, "by words") != NULL ? says_in_some_order : says)(
			plain(page), plain(all.names[i].text))) {
			print_error(
			    "%s %s (%s) was read as: %s\n", all.names[i].script, all.names[i].text, all.names[i].note, plain(page));
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

/* A page of names, two columns, each with its script before and Latin letters behind it to compare sizes. */
static int
write_sheet(const char *path)
{
	enum { ROWS = 16, COLUMNS = 2 };
	struct err err = ERR_INIT;
	size_t pages = (all.count + ROWS * COLUMNS - 1) / (ROWS * COLUMNS), i, k;
	struct page *page = ARENA_ARRAY(&all.arena, pages, struct page);
	struct pdf_page *pdf_pages = ARENA_ARRAY(&all.arena, pages, struct pdf_page);
	struct page_set *set;
	struct buf pdf;

	for (i = 0; i < pages; i++)
		page_init(&all.arena, &page[i], 842, 595);
	for (i = 0; i < all.count; i++) {
		const struct name *name = &all.names[i];
		size_t at = i % (ROWS * COLUMNS);
		double left = 20 + 410 * (double)(at / ROWS), y = 562 - 35.5 * (double)(at % ROWS);
		struct page_slot slots[] = {
			{ .x = left, .y = y, .width = 60, .size = 8, .min_size = 4, .align = PAGE_LEFT, .rgb = 0x808080 },
			{ .x = left + 36,
			    .y = y,
			    .width = 290,
			    .size = 20,
			    .min_size = 6,
			    .max_lines = 1,
			    .rise = 2,
			    .drop = 2,
			    .align = PAGE_LEFT },
			{ .x = left + 332, .y = y, .width = 72, .size = 20, .min_size = 6, .align = PAGE_LEFT, .rgb = 0x808080 }
		};
		const char *texts[] = { arena_printf(&all.arena, "%zu %s", i + 1, name->script), name->text, "Anhßgl" };

		for (k = 0; k < 3; k++) {
			if (page_fit(&all.arena, &(struct page_style){ .stack = all.stack, .language = name->language }, &slots[k],
				"name", texts[k], &set, &err) != 0) {
				fprintf(stderr, "%s: %s\n", name->text, err.message);
				err_reset(&err);
				continue;
			}
			page_set_draw(&page[i / (ROWS * COLUMNS)], &slots[k], set);
			page_set_text(&page[i / (ROWS * COLUMNS)], &slots[k], set);
		}
	}
	for (i = 0; i < pages; i++)
		pdf_pages[i] = page_as_pdf(&page[i]);
	buf_init(&pdf, (size_t)64 << 20);
	if (pdf_write(&(struct pdf_document){ .language = "en", .pages = pdf_pages, .page_count = pages }, &pdf, &err) != 0 ||
	    file_write(path, pdf.data, pdf.len, &err) != 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	return 0;
}

static int
renew(void)
{
	struct err err = ERR_INIT;
	struct buf made;

	buf_init(&made, 1 << 20);
	make_golden(&made);
	if (file_write(GOLDEN, made.data, made.len, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.message);
	return 1;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_are_enough_of_them),
		cmocka_unit_test(every_name_has_all_its_letters),
		cmocka_unit_test(nothing_is_lost_however_scripts_are_mixed),
		cmocka_unit_test(composed_and_decomposed_look_the_same),
		cmocka_unit_test(every_name_looks_as_when_it_was_last_looked_at),
		cmocka_unit_test(certificates_give_every_name_back),
	};

	if (argc > 1)
		prepare(NULL);
	if (argc == 2 && strcmp(argv[1], "--renew") == 0)
		return renew();
	if (argc == 3 && strcmp(argv[1], "--sheet") == 0)
		return write_sheet(argv[2]);
	return cmocka_run_group_tests(tests, prepare, finish);
}
