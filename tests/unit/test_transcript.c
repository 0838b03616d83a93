/* Transcripts: tables over several pages, in both directions; what does not fit; and that they travel whole to who draws them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "certificate/press.h"
#include "expect.h"
#include "shell.h"

#define DAY_S 86400

#define PAGE "[page]\nwidth = 100\nheight = 60\n[font f]\nfallback = serif\n"
#define TABLE(more) "[table t]\nx = 10\ny = 10\nfont = f\nsize = 10\ncolour = #000000\n" more
#define COLUMN "[column c]\ntitle = T\ntext = {{row.course}}\nwidth = 50\n"

static char folder[] = "/tmp/test_transcript.XXXXXX";

static int
set_up(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	shell(arena_printf(&arena,
	    "cp -r templates/fonts.conf templates/locales templates/transcripts %s/ && mkdir -p %s/transcripts/own "
	    "%s/certificates/own",
	    folder, folder, folder));
	arena_done(&arena);
	return 0;
}

static int
tear_down(void **state)
{
	struct arena arena = ARENA_INIT;

	(void)state;
	shell(arena_printf(&arena, "rm -rf %s", folder));
	arena_done(&arena);
	return 0;
}

/* ${count} courses with names that tell them apart; every second one has a certificate. */
static struct certificate_facts
facts_of(struct arena *arena, size_t count)
{
	struct certificate_row *rows = ARENA_ARRAY(arena, count, struct certificate_row);
	size_t i;

	for (i = 0; i < count; i++) {
		rows[i].course = arena_printf(arena, "Course%zux of a school", i + 1);
		rows[i].completed_utc = 1785708000 + (int64_t)i * DAY_S;
		if (i % 2 == 0) {
			rows[i].serial = arena_printf(arena, "AAAAA-BBBBB-%05zu", i + 1);
			rows[i].valid_until_utc = 1848866400;
		}
	}
	return (struct certificate_facts){ .paper = TEMPLATE_TRANSCRIPT,
		.learner = "María Nguyễn Đức",
		.issuer = "Northbridge Academy",
		.signatory = "Elena Marín",
		.locale = "en",
		.timezone = "Europe/Madrid",
		.issued_utc = 1795514400,
		.rows = rows,
		.row_count = count };
}

static int
render(struct arena *arena, const char *template, const struct certificate_facts *facts, struct buf *ret_pdf, struct err *err)
{
	struct certificate_renderer *renderer = NULL;
	int rc;

	buf_init(ret_pdf, CERTIFICATE_MAX_BYTES);
	err_reset(err);
	if (certificate_open(arena, folder, TEMPLATE_TRANSCRIPT, template, &renderer, err) != 0)
		return -1;
	rc = certificate_render(renderer, facts, ret_pdf, err);
	certificate_close(renderer);
	return rc;
}

/* Draw with the template that comes along; the file's path without its ending. */
static const char *
draw(struct arena *arena, const struct certificate_facts *facts)
{
	struct err err = ERR_INIT;
	struct buf pdf;
	const char *path = arena_printf(arena, "%s/t", folder);

	expect_ok("render", render(arena, "plain", facts, &pdf, &err), &err);
	expect_ok("write", file_write(arena_printf(arena, "%s.pdf", path), pdf.data, pdf.len, &err), &err);
	buf_done(&pdf);
	return path;
}

static size_t
count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (text = strstr(text, what); text != NULL; text = strstr(text + 1, what))
		count++;
	return count;
}

static void
every_row_stands_there_once_and_every_page_says_which_it_is(void **state)
{
	static const size_t counts[] = { 1, 20, 21, 22, 26, 27, 28, 29, 90 };
	size_t i, k, page, pages;

	(void)state;
	for (i = 0; i < COUNT_OF(counts); i++) {
		struct arena arena = ARENA_INIT;
		struct certificate_facts facts = facts_of(&arena, counts[i]);
		const char *path = draw(&arena, &facts), *text, *at, *last = NULL;

		shell_output(&arena, arena_printf(&arena, "qpdf --check %s.pdf", path));
		text = shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s.pdf - | tr '\\n' ' '", path));
		/* In order, each once. */
		for (k = 0; k < counts[i]; k++) {
			at = strstr(text, arena_printf(&arena, " Course%zux of a school ", k + 1));
			if (at == NULL || count_of(text, arena_printf(&arena, " Course%zux ", k + 1)) != 1 ||
			    (last != NULL && at < last))
				fail_msg("%zu rows: row %zu: %s", counts[i], k + 1, text);
			last = at;
		}
		pages = count_of(text, "\f");
		for (page = 1; page <= pages; page++)
			if (strstr(text, arena_printf(&arena, "Page %zu of %zu", page, pages)) == NULL)
				fail_msg("%zu rows: page %zu of %zu: %s", counts[i], page, pages, text);
		/* The header is on every page; title and signature on the first and the last. */
		assert_int_equal(count_of(text, "Completed on Valid until Certificate no."), pages);
		assert_int_equal(count_of(text, "As of 24 November 2026"), 1);
		assert_int_equal(count_of(text, "Elena Marín"), 1);
		assert_int_equal(count_of(text, arena_printf(&arena, "Courses completed: %zu", counts[i])), 1);
		/* The totals do not stand alone: the last row is on their page, and so is the signature. */
		for (at = text; strchr(at, '\f') != NULL && strchr(strchr(at, '\f') + 1, '\f') != NULL;)
			at = strchr(at, '\f') + 1;
		assert_non_null(strstr(at, "Courses completed: "));
		assert_non_null(strstr(at, arena_printf(&arena, "Course%zux ", counts[i])));
		assert_non_null(strstr(at, "Elena Marín"));
		assert_int_equal(pages, counts[i] <= 21 ? 1 : counts[i] < 90 ? 2 : 4);
		arena_done(&arena);
	}
}

/* Where a word stands: the left edge, of the first one that is so. */
static double
left_of(struct arena *arena, const char *path, const char *word)
{
	const char *text = shell_output(arena, arena_printf(arena, "pdftotext -bbox %s.pdf -", path));
	const char *at = strstr(text, arena_printf(arena, ">%s<", word));
	double x = -1;

	if (at == NULL)
		fail_msg("no %s in %s", word, text);
	while (strncmp(at, "xMin=\"", 6) != 0)
		at--;
	assert_int_equal(sscanf(at, "xMin=\"%lf", &x), 1);
	return x;
}

static void
columns_begin_where_the_language_does(void **state)
{
	struct arena arena = ARENA_INIT;
	struct certificate_facts facts = facts_of(&arena, 3);
	const char *path = draw(&arena, &facts);

	(void)state;
	assert_true(left_of(&arena, path, "Course1x") < 100);
	assert_true(left_of(&arena, path, "AAAAA-BBBBB-00001") > 400);
	facts.locale = "he";
	path = draw(&arena, &facts);
	assert_true(left_of(&arena, path, "Course1x") > 350);
	assert_true(left_of(&arena, path, "AAAAA-BBBBB-00001") < 150);
	assert_true(left_of(&arena, path, "Northbridge") > 400);
	arena_done(&arena);
}

static void
dates_and_numbers_are_the_languages(void **state)
{
	struct arena arena = ARENA_INIT;
	static const char paid[] = PAGE TABLE("bottom = 50\n") "[column c]\ntitle = P\ntext = {{row.paid}}\nwidth = 50\n";
	struct certificate_facts facts = facts_of(&arena, 3);
	struct err err = ERR_INIT;
	struct buf pdf;
	const char *text;

	(void)state;
	facts.locale = "ja";
	text = shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s.pdf -", draw(&arena, &facts)));
	assert_non_null(strstr(text, "2026年8月3日"));
	facts.locale = "de";
	expect_ok("write",
	    file_write(arena_printf(&arena, "%s/transcripts/own/template.conf", folder), paid, sizeof(paid) - 1, &err), &err);
	((struct certificate_row *)(uintptr_t)facts.rows)[1].paid = (struct money){ .minor = 123450, .currency = "EUR" };
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	expect_ok("render", press_render(folder, "own", &facts, &pdf, &err), &err);
	expect_ok("write", file_write(arena_printf(&arena, "%s/o.pdf", folder), pdf.data, pdf.len, &err), &err);
	buf_done(&pdf);
	assert_string_equal(
	    shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s/o.pdf - | tr '\\n' ' '", folder)), "P 1.234,50 € \f");
	facts.locale = "ar";
	text = shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s.pdf -", draw(&arena, &facts)));
	assert_true(strstr(text, "أغسطس") != NULL && strstr(text, "٢٠٢٦") != NULL);
	arena_done(&arena);
}

/* For those who have it read to them: a heading, and on each page a table whose rows have all cells; nothing of it stands outside. */
static void
it_is_a_table_to_those_who_do_not_see_it(void **state)
{
	struct arena arena = ARENA_INIT;
	struct certificate_facts facts = facts_of(&arena, 40);
	const char *path = draw(&arena, &facts), *text;

	(void)state;
	text = shell_output(&arena, arena_printf(&arena, "pdfinfo %s.pdf; pdfinfo -struct-text %s.pdf", path, path));
	assert_non_null(strstr(text, "Tagged:          yes"));
	assert_int_equal(count_of(text, "\n  H1"), 1);
	assert_int_equal(count_of(text, "\n  Table"), 2);
	assert_int_equal(count_of(text, "\n    TR"), 2 + 40 + 1);
	assert_int_equal(count_of(text, "\n      TH"), 2 * 5);
	assert_int_equal(count_of(text, "\n      TD"), 41 * 5);
	assert_int_equal(count_of(text, "\"Page "), 0);
	arena_done(&arena);
}

static void
the_same_facts_give_the_same_bytes_there_as_here(void **state)
{
	struct arena arena = ARENA_INIT;
	struct certificate_facts facts = facts_of(&arena, 40);
	struct err err = ERR_INIT;
	struct buf here, again, there;

	(void)state;
	expect_ok("here", render(&arena, "plain", &facts, &here, &err), &err);
	expect_ok("again", render(&arena, "plain", &facts, &again, &err), &err);
	buf_init(&there, CERTIFICATE_MAX_BYTES);
	expect_ok("there", press_render(folder, "plain", &facts, &there, &err), &err);
	assert_int_equal(here.len, again.len);
	assert_memory_equal(here.data, again.data, here.len);
	assert_int_equal(here.len, there.len);
	assert_memory_equal(here.data, there.data, here.len);
	buf_done(&here);
	buf_done(&again);
	buf_done(&there);
	arena_done(&arena);
}

static void
a_long_title_is_wrapped_and_what_does_not_fit_is_refused_by_name(void **state)
{
	struct arena arena = ARENA_INIT;
	struct certificate_facts facts = facts_of(&arena, 5);
	struct certificate_row *rows = ARENA_ARRAY(&arena, 5, struct certificate_row);
	struct err err = ERR_INIT;
	struct buf pdf;
	const char *text;

	(void)state;
	memcpy(rows, facts.rows, 5 * sizeof(*rows));
	facts.rows = rows;
	rows[1].course =
	    "Emergency response and advanced cardiovascular life support for health professionals in rural areas, with practice";
	rows[2].course = "การปฐมพยาบาลเบื้องต้นและการช่วยชีวิตขั้นพื้นฐานสำหรับพนักงานในสถานประกอบการ";
	text = shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s.pdf - | tr '\\n' ' '", draw(&arena, &facts)));
	assert_non_null(strstr(text, rows[1].course));
	rows[3].course = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
	assert_int_equal(render(&arena, "plain", &facts, &pdf, &err), -1);
	expect_err("too wide", &err, ERR_DATA,
	    "row 4, column \"course\" does not fit: at the smallest size of 6.5 points it is wider than 60 mm");
	buf_done(&pdf);
	rows[3].course = "Ana \xf0\x9f\x98\x80";
	assert_int_equal(render(&arena, "plain", &facts, &pdf, &err), -1);
	expect_err("no font", &err, ERR_DATA, "no font has a character of row 4, column \"course\": U+1F600 at position 1");
	buf_done(&pdf);
	rows[3].course = "Ana";
	rows[3].serial = "\xe9";
	assert_int_equal(render(&arena, "plain", &facts, &pdf, &err), -1);
	expect_err("no text", &err, ERR_DATA, "row 4 is not UTF-8 text");
	buf_done(&pdf);
	facts.learner = "";
	assert_int_equal(render(&arena, "plain", &facts, &pdf, &err), -1);
	expect_err("no name", &err, ERR_DATA, "learner is empty");
	buf_done(&pdf);
	arena_done(&arena);
}

static void
mistakes_in_templates_are_named_with_file_and_line(void **state)
{
	static const struct {
		enum template_paper paper;
		const char *content, *message;
	} cases[] = {
		{ TEMPLATE_TRANSCRIPT, PAGE TABLE(""), ":6: key \"bottom\" is missing in this \"table\"" },
		{ TEMPLATE_TRANSCRIPT, PAGE TABLE("bottom = 9\n"), ":6: the \"table\" has no room above its \"bottom\"" },
		{ TEMPLATE_TRANSCRIPT, PAGE COLUMN, ":6: a \"column\" stands behind its \"table\"" },
		{ TEMPLATE_TRANSCRIPT, PAGE TABLE("bottom = 50\n") TABLE("bottom = 50\n"), ":13: there is a \"table\" already" },
		{ TEMPLATE_TRANSCRIPT, PAGE TABLE("bottom = 50\n") "[column c]\ntitle = {{row.course}}\n",
		    ":14: unknown placeholder \"{{row.course}}\"" },
		{ TEMPLATE_TRANSCRIPT, PAGE TABLE("bottom = 50\n") "[column c]\ntext = {{row.price}}\n",
		    ":14: unknown placeholder \"{{row.price}}\"" },
		{ TEMPLATE_TRANSCRIPT, PAGE TABLE("bottom = 50\n") "[column c]\ntext = a\nwidth = 3\n",
		    ":13: key \"title\" is missing in this \"column\"" },
		{ TEMPLATE_TRANSCRIPT,
		    PAGE TABLE("bottom = 50\n")
			COLUMN COLUMN COLUMN COLUMN COLUMN COLUMN COLUMN COLUMN COLUMN COLUMN COLUMN COLUMN COLUMN,
		    ":61: a \"table\" has at most 12 columns" },
		{ TEMPLATE_TRANSCRIPT, PAGE "[rule r]\nwhen = course\n",
		    ":7: \"when\" names \"course\", which no transcript states" },
		{ TEMPLATE_TRANSCRIPT, PAGE "[rule r]\non = second\n",
		    ":7: value \"second\" of \"on\" is none of: every, first, rest, last" },
		{ TEMPLATE_CERTIFICATE, PAGE TABLE("bottom = 50\n"),
		    ":6: a certificate has no rows: a \"table\" is for transcripts" },
		{ TEMPLATE_CERTIFICATE, PAGE "[rule r]\nx = 1\ny = 1\nwidth = 1\nthickness = 1\ncolour = #000000\non = last\n",
		    ":6: a certificate has one page: \"on\" is for transcripts" },
		{ TEMPLATE_CERTIFICATE, PAGE "[qr q]\ntext = {{page}}\n", ":7: unknown placeholder \"{{page}}\"" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct template *template;
		const char *path = arena_printf(&arena, "%s/%ss/own/template.conf", folder, template_paper_name(cases[i].paper));

		expect_ok("write", file_write(path, cases[i].content, strlen(cases[i].content), &err), &err);
		assert_int_equal(template_open(&arena, folder, cases[i].paper, "own", &template, &err), -1);
		expect_err("template", &err, ERR_CONFIG, arena_printf(&arena, "%s%s", path, cases[i].message));
		arena_done(&arena);
	}
}

/* A page with room for two rows. */
static void
a_row_that_is_higher_than_a_page_is_refused(void **state)
{
	static const char content[] = PAGE TABLE("bottom = 23\nhead_rule = 1\nrule = 0.5\n") COLUMN;
	struct arena arena = ARENA_INIT;
	struct certificate_facts facts = facts_of(&arena, 3);
	struct certificate_row *rows = ARENA_ARRAY(&arena, 3, struct certificate_row);
	struct err err = ERR_INIT;
	struct buf pdf;

	(void)state;
	memcpy(rows, facts.rows, 3 * sizeof(*rows));
	facts.rows = rows;
	expect_ok("write",
	    file_write(arena_printf(&arena, "%s/transcripts/own/template.conf", folder), content, sizeof(content) - 1, &err), &err);
	expect_ok("two pages", render(&arena, "own", &facts, &pdf, &err), &err);
	expect_ok("write", file_write(arena_printf(&arena, "%s/o.pdf", folder), pdf.data, pdf.len, &err), &err);
	assert_string_equal(shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s/o.pdf -", folder)),
	    "T\nCourse1x of a school\nCourse2x of a school\n\fT\nCourse3x of a school\n\f");
	buf_done(&pdf);
	rows[1].course =
	    "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen";
	assert_int_equal(render(&arena, "own", &facts, &pdf, &err), -1);
	expect_err("too high", &err, ERR_DATA, "row 2 does not fit on a page");
	buf_done(&pdf);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_stands_there_once_and_every_page_says_which_it_is),
		cmocka_unit_test(columns_begin_where_the_language_does),
		cmocka_unit_test(dates_and_numbers_are_the_languages),
		cmocka_unit_test(it_is_a_table_to_those_who_do_not_see_it),
		cmocka_unit_test(the_same_facts_give_the_same_bytes_there_as_here),
		cmocka_unit_test(a_long_title_is_wrapped_and_what_does_not_fit_is_refused_by_name),
		cmocka_unit_test(mistakes_in_templates_are_named_with_file_and_line),
		cmocka_unit_test(a_row_that_is_higher_than_a_page_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
