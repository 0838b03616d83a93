/* Normal forms, case and domain names. */
#include "adapter/unicode.h"

#include <locale.h>
#include <stdio.h>

#include "expect.h"

static struct arena arena;

static void
text_gets_its_normal_form(void **state)
{
	static const struct {
		const char *title, *text, *nfc, *lower, *fold;
	} cases[] = {
		{ "ASCII", "Abc", "Abc", "abc", "abc" },
		{ "empty", "", "", "", "" },
		{ "an accent apart", "E\314\201", "\303\211", "\303\251", "\303\251" },
		{ "stacked marks in any order", "D\314\243\314\207 d\314\207\314\243", "\341\270\214\314\207 \341\270\215\314\207",
		    "\341\270\215\314\207 \341\270\215\314\207", "\341\270\215\314\207 \341\270\215\314\207" },
		{ "Vietnamese", "NGUYỄN Đức", "NGUYỄN Đức", "nguyễn đức", "nguyễn đức" },
		{ "sharp s", "STRAßE", "STRAßE", "straße", "strasse" },
		{ "Greek with its final s", "ΣΊΣΥΦΟς", "ΣΊΣΥΦΟς", "σίσυφος", "σίσυφοσ" },
		{ "Hangul by letters", "\341\204\222\341\205\241\341\206\253", "한", "한", "한" },
		{ "an Angstrom sign is a letter", "\342\204\253", "\303\205", "\303\245", "\303\245" },
		{ "a ligature stays", "\357\254\201", "\357\254\201", "\357\254\201", "fi" },
		{ "beyond the first plane", "\360\220\220\200", "\360\220\220\200", "\360\220\220\250", "\360\220\220\250" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		expect_text(cases[i].title, unicode_nfc(&arena, cases[i].text), cases[i].nfc);
		expect_text(cases[i].title, unicode_lower(&arena, cases[i].text), cases[i].lower);
		expect_text(cases[i].title, unicode_fold(&arena, cases[i].text), cases[i].fold);
	}
}

static void
visible_characters(void **state)
{
	static const uint32_t visible[] = { 'a', '~', 0xe9, 0x1ef5, 0x0e01, 0x20bb7, 0x301 };
	static const uint32_t invisible[] = { 0, '\n', ' ', 0x7f, 0x85, 0xa0, 0xad, 0x200b, 0x200d, 0x202e, 0x2028, 0x3000, 0xfeff,
		0xd800, 0x378 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(visible); i++)
		assert_true(unicode_visible(visible[i]));
	for (i = 0; i < COUNT_OF(invisible); i++)
		assert_false(unicode_visible(invisible[i]));
}

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
domains_get_the_form_of_the_dns(void **state)
{
	static const struct {
		const char *domain, *ascii, *reason;
	} cases[] = {
		{ "example.com", "example.com", NULL },
		{ "EXAMPLE.Com", "example.com", NULL },
		{ "localhost", "localhost", NULL },
		{ "Bücher.example", "xn--bcher-kva.example", NULL },
		{ "BU\314\210CHER.example", "xn--bcher-kva.example", NULL },
		{ "XN--BCHER-KVA.example", "xn--bcher-kva.example", NULL },
		{ "faß.de", "xn--fa-hia.de", NULL },
		{ "日本語。jp", "xn--wgv71a119e.jp", NULL },
		{ "ｅｘａｍｐｌｅ.com", "example.com", NULL },
		{ "r3---sn.example", "r3---sn.example", NULL },
		{ LABEL_63 ".com", LABEL_63 ".com", NULL },
		{ "", NULL, "it is empty" },
		{ ".example", NULL, "a part between dots is empty" },
		{ "a..example", NULL, "a part between dots is empty" },
		{ "example.", NULL, "a part between dots is empty" },
		{ "日本語。", NULL, "a part between dots is empty" },
		{ "-a.example", NULL, "a part between dots begins or ends with a hyphen" },
		{ "a-.example", NULL, "a part between dots begins or ends with a hyphen" },
		{ "a_b.example", NULL, "only letters, digits, hyphens and dots may stand in it" },
		{ "a b.example", NULL, "only letters, digits, hyphens and dots may stand in it" },
		{ "a@b.example", NULL, "only letters, digits, hyphens and dots may stand in it" },
		{ "[192.0.2.1]", NULL, "only letters, digits, hyphens and dots may stand in it" },
		{ "a＠b.example", NULL, "only letters, digits, hyphens and dots may stand in it" },
		{ LABEL_63 "a.com", NULL, "a part between dots is longer than 63 characters" },
		{ LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63 ".com", NULL, "it is longer than 253 characters" },
		{ "xn--zzzz.example", NULL, "string contains invalid punycode data" },
		{ "☃.example", NULL, "string contains a disallowed character" },
	};
	char message[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		char *ascii = NULL;

		if (cases[i].reason == NULL) {
			expect_ok(cases[i].domain, unicode_domain_ascii(&arena, cases[i].domain, &ascii, &err), &err);
			expect_text(cases[i].domain, ascii, cases[i].ascii);
			continue;
		}
		assert_int_equal(unicode_domain_ascii(&arena, cases[i].domain, &ascii, &err), -1);
		(void)snprintf(message, sizeof(message), "not a domain name: %s", cases[i].reason);
		expect_err(cases[i].domain, &err, ERR_DATA, message);
		assert_null(ascii);
	}
}

static void
the_locale_does_not_matter(void **state)
{
	struct err err = ERR_INIT;
	char *ascii;

	(void)state;
	assert_non_null(setlocale(LC_ALL, "C"));
	expect_ok("C", unicode_domain_ascii(&arena, "bücher.example", &ascii, &err), &err);
	expect_text("C", ascii, "xn--bcher-kva.example");
}

static int
tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_gets_its_normal_form),
		cmocka_unit_test(visible_characters),
		cmocka_unit_test(domains_get_the_form_of_the_dns),
		cmocka_unit_test(the_locale_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
