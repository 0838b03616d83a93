/* Mail templates: what ships is complete in every language, values stay data, and a mistake is named with file and line. */
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

#include "outbox/mail_template.h"

static const struct mail_value values[] = {
	{ "learner", "Ana Núñez" },
	{ "course", "First aid" },
	{ "date", "2026-08-03" },
	{ "serial", "ACME-7Q4K-2M9X" },
	{ "issuer", "Acme Academy" },
	{ "reply_to", "help@example.org" },
	{ "unused", "" },
};
#define VALUES values, sizeof(values) / sizeof(values[0])

static void
what_ships_reads_well_in_both_languages(void **state)
{
	static const struct {
		const char *name, *locale, *subject;
		const char *in_text, *in_html;
	} cases[] = {
		{ "certificate", "en", "Your certificate for First aid", "You completed \"First aid\" on 3 August 2026.\n",
		    "<strong><bdi>First aid</bdi></strong> on 3 August 2026." },
		{ "certificate", "es", "Tu certificado de First aid", "Completaste «First aid» el 3 de agosto de 2026.\n",
		    "<strong><bdi>First aid</bdi></strong> el 3 de agosto de 2026." },
		{ "access-ended", "en", "Your access to First aid has ended", "ended on 3 August 2026.\n",
		    "so your access ended on <strong>3 August 2026</strong>." },
		{ "access-ended", "es", "Tu acceso a First aid ha terminado", "tu acceso terminó el 3 de agosto de 2026.\n",
		    "por lo que tu acceso terminó el <strong>3 de agosto de 2026</strong>." },
		{ "access-revoked", "en", "Your access to First aid has ended",
		    "its payment was returned. Your access therefore ended", "<bdi>First aid</bdi></strong> was cancelled" },
		{ "access-revoked", "es", "Tu acceso a First aid ha terminado", "se devolvió su importe.",
		    "<bdi>First aid</bdi></strong> se canceló" },
		{ "grace-notice", "en-GB", "Your access to First aid ends on 3 August 2026", "Dear Ana Núñez,\n",
		    "<p>Dear <bdi>Ana Núñez</bdi>,</p>" },
		{ "grace-notice", "es-MX", "Tu acceso a First aid termina el 3 de agosto de 2026", "Hola, Ana Núñez:\n",
		    "<a href=\"mailto:help@example.org\">help@example.org</a>" },
	};
	struct arena arena = ARENA_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct mail_template *template;
		char *subject, *text, *html;

		if (mail_template_open(&arena, "templates", cases[i].name, cases[i].locale, &template, &err) != 0 ||
		    mail_template_fill(&arena, template, VALUES, &subject, &text, &html, &err) != 0)
			fail_msg("%s", err.message);
		assert_string_equal(subject, cases[i].subject);
		assert_non_null(strstr(text, cases[i].in_text));
		assert_non_null(strstr(text, "\nAcme Academy\n"));
		assert_non_null(strstr(html, cases[i].in_html));
		assert_memory_equal(mail_template_language(template), cases[i].locale, 2);
		/* Nothing is fetched when the mail is read, and nothing runs. */
		assert_null(strstr(html, "<img"));
		assert_null(strstr(html, "http"));
		assert_null(strstr(html, "script"));
		assert_null(strstr(text, "{{"));
		assert_null(strstr(html, "{{"));
	}
	arena_done(&arena);
}

static void
values_stay_data(void **state)
{
	static const struct mail_value odd[] = {
		{ "learner", "<script>alert('x')</script> & \"Co\" {{serial}}" },
		{ "course", "  First\r\n\taid \xc2\x85 \xe2\x80\xa8 now  " },
		{ "date", "2026-08-03" },
		{ "serial", "1" },
		{ "issuer", "A" },
		{ "reply_to", "a@b" },
	};
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct mail_template *template;
	char *subject, *text, *html;

	(void)state;
	assert_int_equal(mail_template_open(&arena, "templates", "certificate", "en", &template, &err), 0);
	assert_int_equal(mail_template_fill(&arena, template, odd, sizeof(odd) / sizeof(odd[0]), &subject, &text, &html, &err), 0);
	assert_string_equal(subject, "Your certificate for First aid now");
	assert_non_null(strstr(text, "Dear <script>alert('x')</script> & \"Co\" {{serial}},\n"));
	assert_non_null(strstr(
	    html, "<p>Dear <bdi>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot; {{serial}}</bdi>,</p>"));
	arena_done(&arena);
}

static void
a_value_that_is_missing_is_named_with_its_place(void **state)
{
	static const struct {
		struct mail_value change; /* text NULL: taken away */
		const char *message;
	} cases[] = {
		{ { "serial", NULL }, "templates/mail/en/certificate.txt:9: there is no value for {{serial}}" },
		{ { "course", NULL }, "templates/mail/en/certificate.txt:1: there is no value for {{course}}" },
		{ { "learner", " \n " }, "templates/mail/en/certificate.txt:3: the value of {{learner}} is empty" },
		{ { "learner", "\xff" }, "templates/mail/en/certificate.txt:3: the value of {{learner}} is not UTF-8" },
		{ { "date", "3.8.2026" }, "templates/mail/en/certificate.txt:5: the value of {{date}}: \"3.8.2026\" is not a date "
					  "of the form YYYY-MM-DD" },
	};
	struct arena arena = ARENA_INIT;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mail_value changed[sizeof(values) / sizeof(values[0])];
		struct err err = ERR_INIT;
		struct mail_template *template;
		char *subject = NULL, *text = NULL, *html = NULL;

		memcpy(changed, values, sizeof(values));
		for (k = 0; k < sizeof(values) / sizeof(values[0]); k++)
			if (strcmp(changed[k].name, cases[i].change.name) == 0)
				changed[k] = cases[i].change.text != NULL ? cases[i].change : (struct mail_value){ "gone", "" };
		assert_int_equal(mail_template_open(&arena, "templates", "certificate", "en", &template, &err), 0);
		assert_int_equal(mail_template_fill(
				     &arena, template, changed, sizeof(changed) / sizeof(changed[0]), &subject, &text, &html, &err),
		    -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_string_equal(err.message, cases[i].message);
		assert_null(subject);
		assert_null(text);
		assert_null(html);
	}
	arena_done(&arena);
}

static void
write_file(const char *path, const char *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
a_template_that_is_wrong_is_named_with_its_line(void **state)
{
	static const char good_text[] = "Subject: x\n\nHello\n", good_html[] = "<p>Hello</p>\n";
	static const struct {
		const char *text, *html;
		const char *message; /* after the folder */
	} cases[] = {
		{ "Hello\n", good_html, "certificate.txt:1: expected \"Subject: …\" and an empty line" },
		{ "Subject: x\nHello\n\nHello\n", good_html, "certificate.txt:1: expected \"Subject: …\" and an empty line" },
		{ "Subject: {{nobody}}\n\nHello\n", good_html, "certificate.txt:1: unknown placeholder {{nobody}}" },
		{ "Subject: x\n\nHello\n\n{{ learner }} {{ends}}\n", good_html, "certificate.txt:5: unknown placeholder {{ends}}" },
		{ "Subject: x\n\n{{date|time}}\n", good_html,
		    "certificate.txt:3: unknown filter in {{date|time}}: there is only \"date\"" },
		{ "Subject: x\n\n\n{{learner\n}}\n", good_html, "certificate.txt:4: \"{{\" without \"}}\" on the same line" },
		{ good_text, "<p>\n{{learner", "certificate.html:2: \"{{\" without \"}}\" on the same line" },
		{ good_text, "\xff", "certificate.html: not UTF-8 text" },
	};
	char dir[] = "/tmp/ctok-template-XXXXXX";
	struct arena arena = ARENA_INIT;
	char *folder, *text, *html, *locale;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	folder = arena_printf(&arena, "%s/mail", dir);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(mkdir(arena_printf(&arena, "%s/en", folder), 0700), 0);
	assert_int_equal(symlink(arena_printf(&arena, "%s/templates/locales", getcwd(arena_alloc(&arena, 4096), 4096)),
			     arena_printf(&arena, "%s/locales", dir)),
	    0);
	text = arena_printf(&arena, "%s/en/certificate.txt", folder);
	html = arena_printf(&arena, "%s/en/certificate.html", folder);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct mail_template *template;

		write_file(text, cases[i].text);
		write_file(html, cases[i].html);
		assert_int_equal(mail_template_open(&arena, dir, "certificate", "en", &template, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_string_equal(err.message, arena_printf(&arena, "%s/en/%s", folder, cases[i].message));
	}
	for (i = 0; i < 3; i++) {
		static const struct {
			const char *name, *locale, *message;
		} missing[] = {
			{ "birthday", "en", "there is no mail \"birthday\"" },
			{ "certificate", "../en", "\"../en\" is not a locale" },
			{ "certificate", "es", NULL },
		};
		struct err err = ERR_INIT;
		struct mail_template *template;

		assert_int_equal(mail_template_open(&arena, dir, missing[i].name, missing[i].locale, &template, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_string_equal(err.message,
		    missing[i].message != NULL
			? missing[i].message
			: arena_printf(
			      &arena, "could not read mail template \"%s/es/certificate.txt\": No such file or directory", folder));
	}
	locale = arena_printf(&arena, "%s/locales", dir);
	assert_int_equal(unlink(text) | unlink(html) | unlink(locale), 0);
	assert_int_equal(rmdir(arena_printf(&arena, "%s/en", folder)) | rmdir(folder) | rmdir(dir), 0);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ships_reads_well_in_both_languages),
		cmocka_unit_test(values_stay_data),
		cmocka_unit_test(a_value_that_is_missing_is_named_with_its_place),
		cmocka_unit_test(a_template_that_is_wrong_is_named_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
