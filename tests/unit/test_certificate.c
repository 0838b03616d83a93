/* Certificates: the same bytes every time, what independent readers find in them, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/png.h"
#include "base/file.h"
#include "certificate/file.h"
#include "certificate/render.h"
#include "certificate/template.h"

#include "shell.h"

static char folder[] = "/tmp/test_certificate.XXXXXX";

static const struct certificate_facts plain = {
	.learner = "María Nguyễn Đức",
	.course = "Advanced Cardiac Care",
	.serial = "AB-2026-7K4M",
	.issuer = "Northbridge Academy",
	.signatory = "Elena Marín",
	.signatory_title = "Director of Studies",
	.verify_url = "https://verify.example.org/c/AB-2026-7K4M",
	.locale = "en",
	.timezone = "Europe/Madrid",
	.completed_utc = 1785708000,   /* 2026-08-03 00:00 in Madrid, still the 2nd in UTC */
	.valid_until_utc = 1848866400, /* 2028-08-03 00:00 in Madrid */
	.issued_utc = 1785800000,
};

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void
render(struct arena *arena, const struct certificate_facts *facts, struct buf *ret_pdf)
{
	struct certificate_renderer *renderer;
	struct err err = ERR_INIT;

	buf_init(ret_pdf, CERTIFICATE_MAX_BYTES);
	if (certificate_open(arena, "templates", TEMPLATE_CERTIFICATE, "classic", &renderer, &err) != 0)
		fail_msg("%s", err.message);
	if (certificate_render(renderer, facts, ret_pdf, &err) != 0)
		fail_msg("%s", err.message);
	certificate_close(renderer);
}

static const char *
put_file(struct arena *arena, const char *name, const struct buf *content)
{
	struct err err = ERR_INIT;
	const char *path = arena_printf(arena, "%s/%s", folder, name);

	assert_int_equal(file_write(path, content->data, content->len, &err), 0);
	return path;
}

static void
independent_readers_find_every_fact(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct buf pdf, png;
	const char *path, *text, *info;

	(void)state;
	render(&arena, &plain, &pdf);
	path = put_file(&arena, "plain.pdf", &pdf);
	shell_output(&arena, arena_printf(&arena, "qpdf --check %s", path));
	text = shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s -", path));
	/* In this order: as it looks, so it reads. */
	assert_string_equal(text,
	    "Northbridge Academy\nCertificate of Completion\nThis is to certify that\nMaría Nguyễn Đức\nhas successfully completed "
	    "the course\n"
	    "Advanced Cardiac Care\non 3 August 2026\nValid until 2 August 2028\nElena Marín\nDirector of Studies\n"
	    "Verify this certificate\nAB-2026-7K4M\n\f");
	info = shell_output(&arena, arena_printf(&arena, "TZ=UTC pdfinfo -isodates %s", path));
	assert_non_null(strstr(info, "Title:           Advanced Cardiac Care – María Nguyễn Đức\n"));
	assert_non_null(strstr(info, "Author:          Northbridge Academy\n"));
	assert_non_null(strstr(info, "CreationDate:    2026-08-03T23:33:20Z\n"));
	assert_non_null(strstr(info, "Page size:       841.89 x 595.276 pts (A4)\n"));
	assert_non_null(strstr(
	    shell_output(&arena, arena_printf(&arena, "pdfinfo -url %s", path)), "https://verify.example.org/c/AB-2026-7K4M\n"));
	buf_init(&png, (size_t)64 << 20);
	assert_int_equal(png_of_pdf(pdf.data, pdf.len, 120, &png, &err), 0);
	path = put_file(&arena, "plain.png", &png);
	assert_string_equal(shell_output(&arena, arena_printf(&arena, "zbarimg --raw -q %s 2>/dev/null", path)),
	    "https://verify.example.org/c/AB-2026-7K4M\n");
	buf_done(&png);
	buf_done(&pdf);
	arena_done(&arena);
}

/* Everything that a content stream shows stands between a mark's begin and end, and these are not nested. */
static void
expect_all_marked(const char *content)
{
	static const char *const shows[] = { "f", "S", "Tj", "Do" };
	char *lines = strdup(content), *rest = lines, *line, *word;
	size_t i, shown = 0;
	int depth = 0;

	while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
		word = strrchr(line, ' ');
		word = word == NULL ? line : word + 1;
		if (strcmp(word, "BDC") == 0 || strcmp(word, "BMC") == 0)
			assert_int_equal(++depth, 1);
		else if (strcmp(word, "EMC") == 0)
			assert_int_equal(--depth, 0);
		for (i = 0; i < sizeof(shows) / sizeof(shows[0]); i++) {
			if (strcmp(word, shows[i]) != 0)
				continue;
			shown++;
			if (depth != 1)
				fail_msg("is neither text nor artifact: %s", line);
		}
	}
	assert_int_equal(depth, 0);
	assert_true(shown > 20);
	free(lines);
}

/* The page's own operators, by qpdf. */
static const char *
content_of(struct arena *arena, const char *path)
{
	const char *page =
	    shell_output(arena, arena_printf(arena, "qpdf --show-pages %s | awk '/content:/ { getline; print $1 }'", path));

	return shell_output(arena, arena_printf(arena, "qpdf --show-object=%d --filtered-stream-data %s", atoi(page), path));
}

static void
those_who_do_not_see_it_are_told_all_of_it_in_order(void **state)
{
	struct arena arena = ARENA_INIT;
	struct certificate_facts facts = plain;
	struct buf pdf;
	const char *path, *text;
	static const char *const expected[] = { "Document", "P (block)", "\"Northbridge Academy\"", "H1 (block)",
		"\"Certificate of Completion\"", "P (block)", "\"This is to certify that\"", "P (block)", "\"María Nguyễn Đức\"",
		"P (block)", "\"has successfully completed the course\"", "P (block)", "\"Advanced Cardiac Care\"", "P (block)",
		"\"on 3 August 2026\"", "P (block)", "\"Valid until 2 August 2028\"", "P (block)", "\"Elena Marín\"", "P (block)",
		"\"Director of Studies\"", "Link (inline)", "Object", "Figure:", "/Placement /Block", "/BBox", "P (block)",
		"\"Verify this certificate\"", "P (block)", "\"AB-2026-7K4M\"" };
	size_t i;

	(void)state;
	render(&arena, &plain, &pdf);
	path = put_file(&arena, "tagged.pdf", &pdf);
	text = shell_output(&arena, arena_printf(&arena, "pdfinfo -struct-text %s", path));
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		text = strstr(text, expected[i]);
		if (text == NULL)
			fail_msg("\"%s\" is not there, or not in its place", expected[i]);
		text += strlen(expected[i]);
	}
	expect_all_marked(content_of(&arena, path));
	text = shell_output(&arena, arena_printf(&arena, "qpdf --qdf --object-streams=disable %s - | strings | grep /", path));
	assert_non_null(strstr(text, "/Marked true"));
	assert_non_null(strstr(text, "/DisplayDocTitle true"));
	assert_non_null(strstr(text, "/Lang <feff0065006e>"));           /* en */
	assert_non_null(strstr(text, "/Alt <feff00510052003a00200068")); /* QR: h… */
	assert_non_null(strstr(text, "/Contents <feff0068"));
	assert_non_null(strstr(text, "/StructParent 1"));
	assert_non_null(strstr(text, "/StructParents 0"));
	assert_non_null(strstr(text, "/Tabs /S"));
	assert_null(strstr(text, "/ActualText"));
	assert_null(strstr(text, "/Lang <feff0075006e0064"));
	buf_done(&pdf);

	/* In every template. */
	for (i = 0; i < 3; i++) {
		struct certificate_renderer *renderer;
		struct err err = ERR_INIT;

		assert_int_equal(certificate_open(&arena, "templates", TEMPLATE_CERTIFICATE,
				     (const char *const[]){ "classic", "modern", "letter" }[i], &renderer, &err),
		    0);
		buf_init(&pdf, CERTIFICATE_MAX_BYTES);
		assert_int_equal(certificate_render(renderer, &plain, &pdf, &err), 0);
		certificate_close(renderer);
		path = put_file(&arena, "tagged.pdf", &pdf);
		expect_all_marked(content_of(&arena, path));
		text = strstr(shell_output(&arena, arena_printf(&arena, "pdfinfo -struct-text %s", path)), "H1 (block)");
		assert_non_null(text);
		assert_memory_equal(text, "H1 (block)\n    \"Certificate of Completion\"\n", 42);
		buf_done(&pdf);
	}

	/* Of another script it is said which, and what is read from right to left is there as it is read. */
	facts.learner = "محمد علي";
	render(&arena, &facts, &pdf);
	path = put_file(&arena, "tagged.pdf", &pdf);
	text = shell_output(&arena, arena_printf(&arena, "qpdf --qdf --object-streams=disable %s - | strings | grep /", path));
	assert_non_null(strstr(text, "/Lang <feff0075006e0064002d0041007200610062>")); /* und-Arab */
	assert_non_null(strstr(text, "/ActualText <feff0645062d0645062f002006390644064a>"));
	buf_done(&pdf);
	facts.learner = "さくら";
	render(&arena, &facts, &pdf);
	path = put_file(&arena, "tagged.pdf", &pdf);
	text = shell_output(&arena, arena_printf(&arena, "qpdf --qdf --object-streams=disable %s - | strings | grep /", path));
	assert_non_null(strstr(text, "/Lang <feff006a0061>")); /* ja */
	buf_done(&pdf);
	facts.locale = "ja";
	facts.learner = "山田 さくら";
	render(&arena, &facts, &pdf);
	path = put_file(&arena, "tagged.pdf", &pdf);
	text =
	    strstr(shell_output(&arena, arena_printf(&arena, "qpdf --qdf --object-streams=disable %s - | strings | grep /", path)),
		"/Lang <");
	assert_non_null(text);
	assert_memory_equal(text, "/Lang <feff006a0061>", 20); /* the document's */
	assert_null(strstr(text + 20, "/Lang <feff006a0061>"));
	buf_done(&pdf);
	arena_done(&arena);
}

static void
archives_find_what_they_ask_for(void **state)
{
	struct arena arena = ARENA_INIT;
	struct certificate_facts facts = plain;
	struct buf pdf, other;
	const char *path, *text, *profile, *id;
	size_t i;

	(void)state;
	facts.course = "Höhere <Kunst> & \"Form\"";
	render(&arena, &facts, &pdf);
	path = put_file(&arena, "archive.pdf", &pdf);
	assert_memory_equal(pdf.data, "%PDF-1.7\n%", 10);
	text = shell_output(&arena, arena_printf(&arena, "pdfinfo -meta %s", path));
	assert_non_null(strstr(text, "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"));
	assert_non_null(strstr(text, "<pdfuaid:part>1</pdfuaid:part>"));
	assert_non_null(
	    strstr(text, "<rdf:li xml:lang=\"x-default\">Höhere &lt;Kunst&gt; &amp; \"Form\" – María Nguyễn Đức</rdf:li>"));
	assert_non_null(
	    strstr(text, "<xmp:CreateDate>2026-08-03T23:33:20Z</xmp:CreateDate>")); /* as in the older place, see pdfinfo */
	shell_output(&arena,
	    arena_printf(&arena, "pdfinfo -meta %s | python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.stdin)'", path));
	text = shell_output(&arena, arena_printf(&arena, "qpdf --qdf --object-streams=disable %s - | strings | grep /", path));
	assert_non_null(strstr(text, "/S /GTS_PDFA1"));
	assert_non_null(strstr(text, "/F 4"));
	assert_null(strstr(text, "/DeviceCMYK"));
	/* The profile says how long it is, and what it is of. */
	profile = shell_output(&arena, arena_printf(&arena,
					   "o=$(qpdf --json=1 --json-key=objects %s | python3 -c 'import sys, json\n"
					   "for k, v in json.load(sys.stdin)[\"objects\"].items():\n  if isinstance(v, dict) and "
					   "v.get(\"/N\") == 3: print(k.split()[0])'); "
					   "qpdf --show-object=$o --filtered-stream-data %s | od -An -v -tu1 | tr -s ' \\n' ' '",
					   path, path));
	assert_non_null(strstr(profile, " 109 110 116 114 82 71 66 32 88 89 90 32 ")); /* mntrRGB XYZ */
	assert_memory_equal(profile, " 0 0 1 252 ", 11);
	for (i = 0; *profile != '\0'; profile++)
		i += *profile == ' ' && profile[1] != '\0';
	assert_int_equal(i, 508);
	id = strstr(pdf.data + pdf.len - 200, "/ID [");
	assert_non_null(id);
	/* The same has the same name, something else another one. */
	render(&arena, &facts, &other);
	assert_int_equal(other.len, pdf.len);
	assert_memory_equal(other.data, pdf.data, pdf.len);
	buf_done(&other);
	facts.serial = "AB-2026-7K4N";
	render(&arena, &facts, &other);
	text = strstr(other.data + other.len - 200, "/ID [");
	assert_non_null(text);
	assert_memory_not_equal(text, id, 40);
	buf_done(&other);
	buf_done(&pdf);
	arena_done(&arena);
}

static void
the_same_facts_give_the_same_bytes(void **state)
{
	struct arena arena = ARENA_INIT, other = ARENA_INIT;
	struct err err = ERR_INIT;
	struct certificate_renderer *renderer;
	struct certificate_facts facts = plain;
	struct buf first, second, third;

	(void)state;
	render(&arena, &plain, &first);
	/* Also from a renderer that has drawn others before, in another language and script. */
	buf_init(&second, CERTIFICATE_MAX_BYTES);
	buf_init(&third, CERTIFICATE_MAX_BYTES);
	assert_int_equal(certificate_open(&other, "templates", TEMPLATE_CERTIFICATE, "classic", &renderer, &err), 0);
	facts.learner = "王小明";
	facts.locale = "es";
	assert_int_equal(certificate_render(renderer, &facts, &second, &err), 0);
	buf_reset(&second);
	facts.learner = "😀";
	assert_int_equal(certificate_render(renderer, &facts, &second, &err), -1);
	err_reset(&err);
	buf_reset(&second);
	assert_int_equal(certificate_render(renderer, &plain, &second, &err), 0);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.data, second.data, first.len);
	facts = plain;
	facts.serial = "AB-2026-7K4N";
	assert_int_equal(certificate_render(renderer, &facts, &third, &err), 0);
	assert_false(third.len == first.len && memcmp(third.data, first.data, first.len) == 0);
	certificate_close(renderer);
	buf_done(&first);
	buf_done(&second);
	buf_done(&third);
	arena_done(&arena);
	arena_done(&other);
}

static void
what_is_not_stated_is_left_out(void **state)
{
	struct arena arena = ARENA_INIT;
	struct certificate_facts facts = plain;
	struct buf pdf;
	const char *text;

	(void)state;
	facts.valid_until_utc = 0;
	facts.signatory = facts.signatory_title = "";
	facts.verify_url = NULL;
	facts.locale = "es";
	render(&arena, &facts, &pdf);
	text = shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s -", put_file(&arena, "bare.pdf", &pdf)));
	assert_string_equal(text, "Northbridge Academy\nCertificado de finalización\nSe certifica que\nMaría Nguyễn Đức\nha "
				  "completado con éxito el curso\n"
				  "Advanced Cardiac Care\nel 3 de agosto de 2026\nAB-2026-7K4M\n\f");
	buf_done(&pdf);
	arena_done(&arena);
}

static void
names_of_all_scripts_are_found_in_certificates(void **state)
{
	static const char *const names[] = { "Ἀλέξανδρος", "n\xcc\x88 Nguye\xcc\x82\xcc\x83n", "محمد العربي", "דָּוִד", "सीता शर्मा",
		"สมชาย ใจดี", "王小明", "山田さくら" };
	struct arena arena = ARENA_INIT;
	struct certificate_facts facts = plain;
	struct buf pdf;
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		facts.learner = names[i];
		render(&arena, &facts, &pdf);
		text = shell_output(&arena, arena_printf(&arena, "pdftotext %s -", put_file(&arena, "name.pdf", &pdf)));
		if (strstr(text, names[i]) == NULL)
			fail_msg("%s was read as: %s", names[i], text);
		buf_done(&pdf);
	}
	arena_done(&arena);
}

static void
bad_facts_are_refused(void **state)
{
	static const struct {
		const char *learner, *course, *serial, *url, *locale, *zone;
		enum err_code code;
		const char *message;
	} cases[] = {
		{ "", "c", "s", NULL, "en", "UTC", ERR_DATA, "learner is empty" },
		{ NULL, "c", "s", NULL, "en", "UTC", ERR_DATA, "learner is empty" },
		{ " \u00a0 ", "c", "s", NULL, "en", "UTC", ERR_DATA, "learner is empty" },
		{ "l", "\xe9", "s", NULL, "en", "UTC", ERR_DATA, "course is not UTF-8 text" },
		{ "l", "", "s", NULL, "en", "UTC", ERR_DATA, "course is empty" },
		{ "l", "c", NULL, NULL, "en", "UTC", ERR_DATA, "serial is empty" },
		{ "Ana 😀", "c", "s", NULL, "en", "UTC", ERR_DATA, "no font has a character of learner: U+1F600 at position 5" },
		{ "l\nm", "c", "s", NULL, "en", "UTC", ERR_DATA,
		    "learner has a character that cannot be drawn: U+000A at position 2" },
		{ "l", "c", "s", "javascript:x", "en", "UTC", ERR_DATA, "verify_url is no web address" },
		{ "l", "c", "s", "https://x/ y", "en", "UTC", ERR_DATA,
		    "verify_url has a character that no web address has, at position 11" },
		{ "l", "c", "s", NULL, "xx", "UTC", ERR_CONFIG, NULL },
		{ "l", "c", "s", NULL, "en", "Mars/Base", ERR_CONFIG, NULL },
	};
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct certificate_renderer *renderer;
	struct buf pdf;
	size_t i;

	(void)state;
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	assert_int_equal(certificate_open(&arena, "templates", TEMPLATE_CERTIFICATE, "classic", &renderer, &err), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct certificate_facts facts = plain;

		facts.learner = cases[i].learner;
		facts.course = cases[i].course;
		facts.serial = cases[i].serial;
		facts.verify_url = cases[i].url;
		facts.locale = cases[i].locale;
		facts.timezone = cases[i].zone;
		err_reset(&err);
		if (certificate_render(renderer, &facts, &pdf, &err) == 0)
			fail_msg("case %zu was accepted", i);
		assert_int_equal(err.code, cases[i].code);
		if (cases[i].message != NULL)
			assert_string_equal(err.message, cases[i].message);
		assert_int_equal(pdf.len, 0);
	}
	/* What is the same for all is the operator's to put right. */
	{
		struct certificate_facts facts = plain;

		facts.issuer = "Acme \xf0\x9f\x98\x80";
		err_reset(&err);
		assert_int_equal(certificate_render(renderer, &facts, &pdf, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_non_null(strstr(err.message, "template.conf:"));
		assert_non_null(strstr(err.message, ": no font has a character of issuer: U+1F600 at position 6"));
	}
	certificate_close(renderer);
	buf_done(&pdf);
	arena_done(&arena);
}

/* Write a template of one's own and open it. */
static int
open_own(struct arena *arena, const char *content, struct template **ret_template, struct err *err)
{
	static bool made;
	char command[300];
	struct buf text;

	if (!made) {
		snprintf(command, sizeof(command),
		    "mkdir -p %s/certificates/own && cp -r templates/fonts.conf templates/locales %s/", folder, folder);
		assert_int_equal(system(command), 0);
		made = true;
	}
	buf_init(&text, 65536);
	buf_text(&text, content);
	put_file(arena, "certificates/own/template.conf", &text);
	buf_done(&text);
	return template_open(arena, folder, TEMPLATE_CERTIFICATE, "own", ret_template, err);
}

#define PAGE "[page]\nwidth = 297\nheight = 210\n[font f]\nfallback = serif\n"
#define TEXT "[text t]\nfont = f\nsize = 10\nx = 1\ny = 1\nwidth = 100\ncolour = #000000\n"

static void
mistakes_in_templates_are_named_with_file_and_line(void **state)
{
	static const struct {
		const char *content, *message; /* the message after the file's name */
	} cases[] = {
		{ "[page]\nwidth = 297\n", ":1: section [page] needs a \"paper\", or \"width\" and \"height\"" },
		{ "[font f]\nfallback = serif\n", ": template has no section [page]" },
		{ PAGE TEXT "text = {{learnr}}\n", ":13: unknown placeholder \"{{learnr}}\"" },
		{ PAGE TEXT "text = {{learner\n", ":13: placeholder \"{{learner\" is not closed with \"}}\"" },
		{ PAGE TEXT, ":6: key \"text\" is missing in this \"text\"" },
		{ PAGE TEXT "text = a\nsise = 3\n", ":14: unknown key \"sise\" in a \"text\"" },
		{ PAGE TEXT "text = a\nlines = 9\n", ":14: value 9 of \"lines\" is not between 1 and 3" },
		{ PAGE TEXT "text = a\nalign = middle\n",
		    ":14: value \"middle\" of \"align\" is none of: start, centre, end, left, right" },
		{ PAGE "[text t]\nfont = g\n", ":7: there is no font \"g\"" },
		{ PAGE "[frame f]\ncolour = blue\n", ":7: there is no colour \"blue\"" },
		{ PAGE "[sticker]\nx = 1\n", ":6: unknown section [sticker]" },
		{ PAGE "[rule r]\nwhen = signature\n", ":7: \"when\" names \"signature\", which no certificate states" },
		{ PAGE "[rule r]\nunless = logos\n", ":7: \"unless\" names \"logos\", which no certificate states" },
		{ PAGE TEXT "text = {{logo}}\n", ":13: unknown placeholder \"{{logo}}\"" },
		{ PAGE TEXT "text = a\ngrow = sideways\n", ":14: value \"sideways\" of \"grow\" is none of: both, down, up" },
		{ "[page]\npaper = A6\n", ":2: value \"A6\" of \"paper\" is none of: A3, A4, A5, letter, legal" },
		{ "[page]\npaper = A4\norientation = upright\n",
		    ":3: value \"upright\" of \"orientation\" is none of: portrait, landscape" },
		{ "[page]\npaper = A4\nwidth = 100\n", ":2: [page] has either a \"paper\" or \"width\" and \"height\"" },
		{ "[page]\nwidth = 100\nheight = 90\norientation = portrait\n",
		    ":4: \"orientation\" is for a \"paper\": swap width and height instead" },
		{ PAGE "[image i]\nx = 1\ny = 1\n", ":6: key \"file\" is missing in this \"image\"" },
		{ PAGE "[image i]\nx = 1\ny = 1\nwidth = 9\nfile = {{logo}}\n",
		    ":6: {{logo}} is for an \"image\" with \"width\" and \"height\"; its \"sha256\" stands in the settings" },
		{ PAGE "[background]\nfile = {{logo}}\n",
		    ":6: {{logo}} is for an \"image\" with \"width\" and \"height\"; its \"sha256\" stands in the settings" },
		{ PAGE "[font g]\nfallback = none\n", ":7: there is no fallback \"none\"" },
		{ PAGE "[font g]\nfallback = serif, none\n", ":7: there is no fallback \"none\"" },
		{ PAGE "[font g]\nLatinx = a.ttf\n", ":7: \"Latinx\" is neither \"faces\", \"fallback\" nor a script" },
		{ PAGE "[font g]\n", ":6: font \"g\" names no font files" },
		{ "x = 1\n" PAGE, ":1: key \"x\" stands before the first [section]" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct template *template;

		assert_int_equal(open_own(&arena, cases[i].content, &template, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_string_equal(
		    err.message, arena_printf(&arena, "%s/certificates/own/template.conf%s", folder, cases[i].message));
		arena_done(&arena);
	}
}

static void
names_of_templates_stay_in_their_folder(void **state)
{
	static const char *const names[] = { "", "../classic", "a/b", ".", "no such" };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct template *template;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		err_reset(&err);
		assert_int_equal(template_open(&arena, "templates", TEMPLATE_CERTIFICATE, names[i], &template, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
	}
	err_reset(&err);
	assert_int_equal(template_open(&arena, "templates", TEMPLATE_CERTIFICATE, "absent", &template, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	arena_done(&arena);
}

static void
a_template_may_bring_words_of_its_own(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct template *template;
	struct certificate_renderer *renderer;
	struct certificate_facts facts = plain;
	struct buf pdf;

	(void)state;
	assert_int_equal(
	    open_own(&arena,
		PAGE TEXT "align = left\ntext = {{word.hello}} {{ word.title }}\n[words es]\nhello = ¡Bravo, {{learner}}!\n",
		&template, &err),
	    0);
	template_close(template);
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	assert_int_equal(certificate_open(&arena, folder, TEMPLATE_CERTIFICATE, "own", &renderer, &err), 0);
	facts.locale = "es-MX";
	facts.learner = "Ana";
	assert_int_equal(certificate_render(renderer, &facts, &pdf, &err), 0);
	assert_string_equal(shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s -", put_file(&arena, "own.pdf", &pdf))),
	    "¡Bravo, Ana! Certificado de finalización\n\f");
	facts.locale = "en"; /* has no such word */
	assert_int_equal(certificate_render(renderer, &facts, &pdf, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.message, "certificate.hello"));
	certificate_close(renderer);
	buf_done(&pdf);
	arena_done(&arena);
}

/* Every template that comes with ctok-batch: its paper, its text in several languages and scripts, its code at the resolution of a cheap
 * printer, and a text too long for one line. */
static void
every_template_that_comes_along_is_drawn(void **state)
{
	static const struct {
		const char *name, *paper;
	} templates[] = { { "classic", "841.89 x 595.276 pts (A4)" }, { "modern", "595.276 x 841.89 pts (A4)" },
		{ "letter", "792 x 612 pts (letter)" } };
	static const struct {
		const char *locale, *learner, *title, *date;
	} people[] = { { "en", "María Nguyễn Đức", "Certificate of Completion", "on 3 August 2026" },
		{ "zh-CN", "王小明", "结业证书", "2026年8月3日" },
		{ "de", "Wolfeschlegelsteinhausenbergerdorff Maximiliana von und zu Hohenlohe", "Abschlusszertifikat",
		    "3. August 2026" } };
	struct arena arena = ARENA_INIT;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(templates) / sizeof(templates[0]); i++) {
		for (k = 0; k < sizeof(people) / sizeof(people[0]); k++) {
			struct err err = ERR_INIT;
			struct certificate_facts facts = plain;
			struct certificate_renderer *renderer;
			struct buf pdf, png;
			const char *path, *text;

			facts.learner = people[k].learner;
			facts.locale = people[k].locale;
			buf_init(&pdf, CERTIFICATE_MAX_BYTES);
			if (certificate_open(&arena, "templates", TEMPLATE_CERTIFICATE, templates[i].name, &renderer, &err) != 0 ||
			    certificate_render(renderer, &facts, &pdf, &err) != 0)
				fail_msg("%s, %s: %s", templates[i].name, people[k].locale, err.message);
			certificate_close(renderer);
			path = put_file(&arena, "each.pdf", &pdf);
			text = shell_output(&arena,
			    arena_printf(&arena, "qpdf --check %s >/dev/null && pdftotext -raw %s - | tr '\\n' ' '", path, path));
			if (strstr(text, people[k].learner) == NULL || strstr(text, people[k].title) == NULL ||
			    strstr(text, people[k].date) == NULL || strstr(text, "Advanced Cardiac Care") == NULL ||
			    strstr(text, "AB-2026-7K4M") == NULL)
				fail_msg("%s, %s: %s", templates[i].name, people[k].locale, text);
			if (strstr(shell_output(&arena, arena_printf(&arena, "pdfinfo %s", path)), templates[i].paper) == NULL)
				fail_msg("%s is not %s", templates[i].name, templates[i].paper);
			if (k == 0) {
				buf_init(&png, (size_t)64 << 20);
				assert_int_equal(png_of_pdf(pdf.data, pdf.len, 150, &png, &err), 0);
				path = put_file(&arena, "each.png", &png);
				assert_string_equal(
				    shell_output(&arena, arena_printf(&arena, "zbarimg --raw -q %s 2>/dev/null", path)),
				    "https://verify.example.org/c/AB-2026-7K4M\n");
				buf_done(&png);
			}
			buf_done(&pdf);
		}
	}
	arena_done(&arena);
}

/* The names and strings of a file that was put, one a line. */
static const char *
tags_of(struct arena *arena, const char *name)
{
	return shell_output(
	    arena, arena_printf(arena, "qpdf --qdf --object-streams=disable %s/%s - | strings | grep /", folder, name));
}

/* The logo is the settings'; a template says where it stands, and what stands there without one. */
static void
a_logo_takes_the_place_of_the_issuers_name(void **state)
{
	static const char *const picture = "templates/certificates/letter/hills.jpg";
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct template *template;
	struct certificate_renderer *renderer;
	struct certificate_facts facts = plain;
	struct buf pdf;

	(void)state;
	assert_int_equal(open_own(&arena,
			     PAGE "[image l]\nfile = {{logo}}\nx = 10\ny = 10\nwidth = 50\nheight = 20\n" TEXT
				  "text = {{issuer}}\nunless = logo\nalign = left\n",
			     &template, &err),
	    0);
	template_close(template);
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	assert_int_equal(certificate_open(&arena, folder, TEMPLATE_CERTIFICATE, "own", &renderer, &err), 0);
	assert_int_equal(certificate_render(renderer, &facts, &pdf, &err), 0);
	assert_string_equal(shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s -", put_file(&arena, "own.pdf", &pdf))),
	    "Northbridge Academy\n\f");
	assert_null(strstr(shell_output(&arena, arena_printf(&arena, "pdfimages -list %s/own.pdf", folder)), "jpeg"));
	buf_reset(&pdf);
	facts.logo = picture;
	assert_int_equal(certificate_render(renderer, &facts, &pdf, &err), 0);
	put_file(&arena, "own.pdf", &pdf);
	assert_string_equal(shell_output(&arena, arena_printf(&arena, "pdftotext -raw %s/own.pdf -", folder)), "\f");
	assert_non_null(strstr(
	    shell_output(&arena, arena_printf(&arena, "pdfimages -list %s/own.pdf", folder)), " 1375  1063  rgb     3   8  jpeg "));
	assert_non_null(strstr(tags_of(&arena, "own.pdf"),
	    "/Alt <feff004e006f007200740068006200720069006400670065002000410063")); /* Northbridge Ac… */
	facts.logo_sha256 = "0000000000000000000000000000000000000000000000000000000000000000";
	assert_int_equal(certificate_render(renderer, &facts, &pdf, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.message, "is not the one that is pinned"));
	certificate_close(renderer);
	buf_done(&pdf);
	arena_done(&arena);
}

/* What a picture is for those who do not see it may name any fact; without such words it is an ornament. */
#define IMAGE \
	"[image i]\nfile = hills.jpg\nsha256 = 128f0213314af79674ea3f83db5736c69a2855704b01a80df32d308dd680049b\nx = 10\ny = " \
	"10\nwidth = 50\n"
static void
a_picture_has_words_of_its_own(void **state)
{
	static const char *const images[] = { PAGE IMAGE TEXT "text = {{course}}\n",
		PAGE IMAGE "alt = To {{learner}}\n" TEXT "text = {{course}}\n" };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct template *template;
	struct certificate_renderer *renderer;
	struct buf pdf;
	size_t i;

	(void)state;
	buf_init(&pdf, CERTIFICATE_MAX_BYTES);
	shell(arena_printf(&arena, "mkdir -p %s/certificates/own && cp templates/certificates/letter/hills.jpg %s/certificates/own",
	    folder, folder));
	for (i = 0; i < 2; i++) {
		assert_int_equal(open_own(&arena, images[i], &template, &err), 0);
		template_close(template);
		assert_int_equal(certificate_open(&arena, folder, TEMPLATE_CERTIFICATE, "own", &renderer, &err), 0);
		buf_reset(&pdf);
		assert_int_equal(certificate_render(renderer, &plain, &pdf, &err), 0);
		put_file(&arena, "own.pdf", &pdf);
		assert_int_equal(strstr(tags_of(&arena, "own.pdf"), "/S /Figure") != NULL, i == 1);
		/* "To Elena …": the first of its letters. */
		assert_int_equal(strstr(tags_of(&arena, "own.pdf"), "/Alt <feff0054006f0020") != NULL, i == 1);
		assert_non_null(strstr(shell_output(&arena, arena_printf(&arena, "pdfimages -list %s/own.pdf", folder)), "jpeg"));
		certificate_close(renderer);
	}
	buf_done(&pdf);
	arena_done(&arena);
}

/* An image of the template's own is known by its pin. */
static void
an_image_that_was_changed_is_refused_by_line(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct template *template;
	const char *pin;

	(void)state;
	shell_output(&arena,
	    arena_printf(&arena, "mkdir -p %s/certificates/own && cp templates/certificates/letter/hills.jpg %s/certificates/own",
		folder, folder));
	pin = arena_strndup(
	    &arena, shell_output(&arena, arena_printf(&arena, "sha256sum %s/certificates/own/hills.jpg", folder)), 64);
	assert_int_equal(open_own(&arena, PAGE "[image i]\nfile = hills.jpg\nx = 1\ny = 1\nwidth = 55\n", &template, &err), -1);
	assert_string_equal(err.message,
	    arena_printf(&arena, "%s/certificates/own/template.conf:6: key \"sha256\" is missing in this \"image\"", folder));
	assert_non_null(strstr(err.hint, pin));
	err_reset(&err);
	assert_int_equal(
	    open_own(&arena, arena_printf(&arena, PAGE "[image i]\nfile = hills.jpg\nsha256 = %s\nx = 1\ny = 1\nwidth = 55\n", pin),
		&template, &err),
	    0);
	/* What of its size is not given follows from its shape. */
	assert_true(template->items[0].height > 120.4 && template->items[0].height < 120.6);
	template_close(template);
	shell_output(&arena, arena_printf(&arena, "printf x >>%s/certificates/own/hills.jpg", folder));
	assert_int_equal(
	    open_own(&arena, arena_printf(&arena, PAGE "[image i]\nfile = hills.jpg\nsha256 = %s\nx = 1\ny = 1\nwidth = 55\n", pin),
		&template, &err),
	    -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_memory_equal(err.message,
	    arena_printf(&arena,
		"%s/certificates/own/template.conf:6: image \"%s/certificates/own/hills.jpg\" is not the one that is pinned: ",
		folder, folder),
	    strlen(folder) * 2 + 98);
	err_reset(&err);
	assert_int_equal(open_own(&arena, PAGE "[background]\nfile = gone.jpg\nsha256 = 0\n", &template, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	arena_done(&arena);
}

static void
the_manual_names_every_key(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	char *source, *manual, *at, *end;
	size_t len, count = 0;

	(void)state;
	assert_int_equal(file_read(&arena, "file", "lib/certificate/template.c", 1 << 20, &source, &len, &err), 0);
	assert_int_equal(file_read(&arena, "file", "templates/certificates/README.md", 1 << 20, &manual, &len, &err), 0);
	at = strstr(source, "struct key keys[] = {");
	assert_non_null(at);
	for (at = strstr(at, "\n\t{ \""); at != NULL && strstr(at, "kind_names") != NULL; at = strstr(end, "\n\t{ \"")) {
		at += 5;
		end = strchr(at, '"');
		if (strstr(manual, arena_printf(&arena, "`%.*s`", (int)(end - at), at)) == NULL)
			fail_msg("README.md of the templates lacks the key %.*s", (int)(end - at), at);
		count++;
	}
	assert_true(count >= 25);
	arena_done(&arena);
}

static void
batches_are_there_whole_or_not_at_all(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct certificate_batch *batch;
	char *bytes;
	size_t len, i;

	(void)state;
	assert_int_equal(certificate_batch_open(&arena, folder, &batch, &err), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(certificate_batch_add(batch, arena_printf(&arena, "b%zu", i), "12345", i, &err), 0);
	assert_int_equal(access(arena_printf(&arena, "%s/b1", folder), F_OK), -1); /* not before the commit */
	assert_int_equal(certificate_batch_commit(batch, &err), 0);
	certificate_batch_close(batch);
	assert_int_equal(file_read(&arena, "file", arena_printf(&arena, "%s/b2", folder), 100, &bytes, &len, &err), 0);
	assert_string_equal(bytes, "12");
	/* Given up: nothing of it stays. */
	assert_int_equal(certificate_batch_open(&arena, folder, &batch, &err), 0);
	assert_int_equal(certificate_batch_add(batch, "c", "x", 1, &err), 0);
	assert_int_equal(access(arena_printf(&arena, "%s/.c.part", folder), F_OK), 0);
	certificate_batch_close(batch);
	assert_int_equal(access(arena_printf(&arena, "%s/.c.part", folder), F_OK), -1);
	assert_int_equal(access(arena_printf(&arena, "%s/c", folder), F_OK), -1);
	/* A killed run's leftover is taken over, and a link in its place is not followed. */
	assert_int_equal(symlink("b0", arena_printf(&arena, "%s/.d.part", folder)), 0);
	assert_int_equal(certificate_batch_open(&arena, folder, &batch, &err), 0);
	assert_int_equal(certificate_batch_add(batch, "d", "xyz", 3, &err), 0);
	assert_int_equal(certificate_batch_commit(batch, &err), 0);
	certificate_batch_close(batch);
	assert_int_equal(file_read(&arena, "file", arena_printf(&arena, "%s/b0", folder), 100, &bytes, &len, &err), 0);
	assert_int_equal(len, 0);
	assert_int_equal(certificate_batch_open(&arena, "/nowhere/at/all", &batch, &err), -1);
	assert_int_equal(err.code, ERR_CREATE);
	assert_string_equal(err.message, "could not open folder \"/nowhere/at/all\": No such file or directory");
	arena_done(&arena);
}

static void
a_picture_of_what_is_no_pdf_is_refused(void **state)
{
	struct err err = ERR_INIT;
	struct buf png;

	(void)state;
	buf_init(&png, 1000);
	assert_int_equal(png_of_pdf("no PDF", 6, 100, &png, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_memory_equal(err.message, "cannot read the PDF: ", 21);
	buf_done(&png);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(independent_readers_find_every_fact),
		cmocka_unit_test(those_who_do_not_see_it_are_told_all_of_it_in_order),
		cmocka_unit_test(archives_find_what_they_ask_for),
		cmocka_unit_test(the_same_facts_give_the_same_bytes),
		cmocka_unit_test(what_is_not_stated_is_left_out),
		cmocka_unit_test(names_of_all_scripts_are_found_in_certificates),
		cmocka_unit_test(bad_facts_are_refused),
		cmocka_unit_test(mistakes_in_templates_are_named_with_file_and_line),
		cmocka_unit_test(names_of_templates_stay_in_their_folder),
		cmocka_unit_test(a_template_may_bring_words_of_its_own),
		cmocka_unit_test(every_template_that_comes_along_is_drawn),
		cmocka_unit_test(a_logo_takes_the_place_of_the_issuers_name),
		cmocka_unit_test(a_picture_has_words_of_its_own),
		cmocka_unit_test(an_image_that_was_changed_is_refused_by_line),
		cmocka_unit_test(the_manual_names_every_key),
		cmocka_unit_test(batches_are_there_whole_or_not_at_all),
		cmocka_unit_test(a_picture_of_what_is_no_pdf_is_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
