/* Mail templates: one text becomes two renderings, values stay data in both, and a mistake is named with file and line. */
#define _XOPEN_SOURCE 700 /* nftw */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/unicode.h"
#include "base/text.h"
#include "outbox/catalogue.h"
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

/* A folder of templates of our own, with the locales and the layout that ship. */
struct folder {
	struct arena arena;
	char dir[32];
};

static void
folder_make(struct folder *folder)
{
	char *cwd;

	*folder = (struct folder){ .arena = ARENA_INIT, .dir = "/tmp/ctok-template-XXXXXX" };
	assert_non_null(mkdtemp(folder->dir));
	cwd = getcwd(arena_alloc(&folder->arena, 4096), 4096);
	assert_int_equal(mkdir(arena_printf(&folder->arena, "%s/mail", folder->dir), 0700), 0);
	assert_int_equal(symlink(arena_printf(&folder->arena, "%s/templates/mail/layout.html", cwd),
			     arena_printf(&folder->arena, "%s/mail/layout.html", folder->dir)),
	    0);
	assert_int_equal(symlink(arena_printf(&folder->arena, "%s/templates/locales", cwd),
			     arena_printf(&folder->arena, "%s/locales", folder->dir)),
	    0);
}

static char *
folder_write(struct folder *folder, const char *locale, const char *name, const char *content)
{
	char *path = arena_printf(&folder->arena, "%s/mail/%s", folder->dir, locale);
	FILE *file;

	(void)mkdir(path, 0700);
	path = arena_printf(&folder->arena, "%s/%s", path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return path;
}

static int
drop(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info, (void)type, (void)at;
	return remove(path);
}

static void
folder_drop(struct folder *folder)
{
	assert_int_equal(nftw(folder->dir, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
	arena_done(&folder->arena);
}

static struct mail_letter
letter_of(struct arena *arena, const char *dir, const char *name, const char *locale, const struct mail_value *given, size_t count)
{
	struct err err = ERR_INIT;
	struct mail_template *template;
	struct mail_letter letter = { 0 };

	if (mail_template_open(arena, dir, name, locale, &template, &err) != 0 ||
	    mail_template_fill(arena, template, given, count, &letter, &err) != 0)
		fail_msg("%s", err.message);
	return letter;
}

/* A letter without what stands below each. */
static struct mail_letter
without_foot(struct arena *arena, struct mail_letter letter)
{
	const char *foot = strstr(letter.text, "\n-- \n"), *below = strstr(letter.html, "</div>\n<div class=\"foot\"");

	assert_non_null(foot);
	letter.text = arena_strndup(arena, letter.text, (size_t)(foot - letter.text));
	if (below != NULL)
		letter.html = arena_strndup(arena, letter.html, (size_t)(below - letter.html));
	return letter;
}

/* One body in a template of mail "seats-changed", as its recipient gets it. */
static struct mail_letter
rendered(struct folder *folder, const char *locale, const char *body, const struct mail_value *given, size_t count)
{
	(void)folder_write(folder, locale, "seats-changed.txt", arena_printf(&folder->arena, "Subject: x\n\n%s", body));
	return without_foot(&folder->arena, letter_of(&folder->arena, folder->dir, "seats-changed", locale, given, count));
}

/* What a reader that knows format=flowed makes of a text (RFC 3676 section 4.2). */
static char *
unflowed(struct arena *arena, const struct mail_letter *letter)
{
	char *whole = arena_alloc(arena, strlen(letter->text) + 1), *out = whole;
	const char *line, *end;

	for (line = letter->text; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		line += *line == ' ';
		memcpy(out, line, (size_t)(end - line));
		out += end - line;
		if (end > line && end[-1] == ' ')
			out -= letter->delsp;
		else
			*out++ = '\n';
	}
	return whole;
}

static void
what_ships_reads_well_in_both_languages(void **state)
{
	static const struct {
		const char *name, *locale, *subject;
		const char *in_text, *in_html;
	} cases[] = {
		{ "certificate", "en", "Your certificate for First aid", "You completed *First aid* on 3 August 2026. Your \n",
		    "<strong><bdi>First aid</bdi></strong> on 3&nbsp;August&nbsp;2026." },
		{ "certificate", "es", "Tu certificado de First aid", "Completaste *First aid* el 3 de agosto de 2026. \n",
		    "<strong><bdi>First aid</bdi></strong> el 3&nbsp;de&nbsp;agosto&nbsp;de&nbsp;2026." },
		{ "access-ended", "en", "Your access to First aid has ended", "so your access ended on *3 August \n2026*.\n",
		    "so your access ended on <strong>3&nbsp;August&nbsp;2026</strong>." },
		{ "access-ended", "es", "Tu acceso a First aid ha terminado", "por lo que tu acceso \nterminó el *3 de",
		    "por lo que tu acceso terminó el <strong>3&nbsp;de&nbsp;agosto&nbsp;de&nbsp;2026</strong>." },
		{ "access-revoked", "en", "Your access to First aid has ended",
		    "its \npayment was returned. Your access therefore ended", "<bdi>First aid</bdi></strong> was cancelled" },
		{ "access-revoked", "es", "Tu acceso a First aid ha terminado", "se devolvió su \nimporte.",
		    "<bdi>First aid</bdi></strong> se canceló" },
		{ "grace-notice", "en-GB", "Your access to First aid ends on 3 August 2026", "Dear Ana Núñez,\n",
		    "<p>Dear <bdi>Ana Núñez</bdi>,</p>" },
		{ "grace-notice", "en-US", "Your access to First aid ends on August 3, 2026", "Dear Ana Núñez,\n",
		    "<p>Dear <bdi>Ana Núñez</bdi>,</p>" },
		{ "grace-notice", "es-MX", "Tu acceso a First aid termina el 3 de agosto de 2026", "Hola, Ana Núñez:\n",
		    "<a href=\"mailto:help@example.org\"><bdi>help@example.org</bdi></a>" },
	};
	struct arena arena = ARENA_INIT;
	struct mail_letter letter;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		letter = letter_of(&arena, "templates", cases[i].name, cases[i].locale, VALUES);
		assert_string_equal(letter.subject, cases[i].subject);
		assert_non_null(strstr(letter.text, cases[i].in_text));
		assert_non_null(strstr(letter.text, "\nAcme Academy\n\n-- \nAcme Academy · help@example.org\n"));
		assert_non_null(strstr(letter.html, cases[i].in_html));
		assert_false(letter.delsp);
		/* What is not there is left out with its paragraph. */
		assert_null(strstr(letter.html, "class=\"button\""));
		/* Nothing is fetched when the mail is read, and nothing runs. */
		assert_null(strstr(letter.html, "<img"));
		assert_null(strstr(letter.html, "http"));
		assert_null(strstr(letter.html, "script"));
	}
	arena_done(&arena);
}

static void
every_mail_of_the_catalogue_is_there(void **state)
{
	static const char *const locales[] = { "en", "es" };
	struct arena arena = ARENA_INIT;
	const struct catalogue_message *message;
	const struct catalogue_value *value;
	struct mail_value samples[CATALOGUE_VALUES + 2];
	struct mail_letter letter;
	size_t i, k, messages, count;

	(void)state;
	message = catalogue_messages(&messages);
	for (i = 0; i < messages; i++, message++) {
		for (count = 0, value = message->values; value->name != NULL; value++)
			samples[count++] = (struct mail_value){ value->name, value->sample };
		samples[count++] = (struct mail_value){ "issuer", "Acme Academy" };
		samples[count++] = (struct mail_value){ "reply_to", "help@example.org" };
		assert_non_null(catalogue_value(message, message->to));
		assert_ptr_equal(catalogue_find(message->name), message);
		for (k = 0; k < 2; k++) {
			letter = letter_of(&arena, "templates", message->name, locales[k], samples, count);
			assert_null(strstr(letter.subject, "{{"));
			assert_null(strstr(letter.text, "{{"));
			assert_null(strstr(letter.html, "{{"));
			letter = without_foot(&arena, letter);
			assert_true(text_ends(letter.text, "\nAcme Academy\n"));
		}
	}
	arena_done(&arena);
}

static void
one_text_becomes_text_and_html(void **state)
{
	static const struct mail_value given[] = { { "buyer", "Ada" }, { "course", "CPR" }, { "added", "Ana\n\n  Bo \n" },
		{ "used", "1" }, { "seats", "1200" }, { "issuer", "A" }, { "reply_to", "a+b?c@d.org" } };
	static const struct {
		const char *body, *text, *html;
	} cases[] = {
		{ "One\nTwo\n\nThree\n", "One\nTwo\n\nThree\n", "<p>One<br>\nTwo</p>\n<p>Three</p>\n" },
		{ "**{{course}}** is <b>", "*CPR* is <b>\n", "<p><strong><bdi>CPR</bdi></strong> is &lt;b&gt;</p>\n" },
		{ "Two:\n- {{buyer}}\n- b\n\nEnd", "Two:\n\n- Ada\n- b\n\nEnd\n",
		    "<p>Two:</p>\n<ul>\n<li><bdi>Ada</bdi></li>\n<li>b</li>\n</ul>\n<p>End</p>\n" },
		{ "New:\n- {{added}}\nGone:\n- {{removed}}\n", "New:\n\n- Ana\n- Bo\n",
		    "<p>New:</p>\n<ul>\n<li><bdi>Ana</bdi></li>\n<li><bdi>Bo</bdi></li>\n</ul>\n" },
		{ "[Go on](https://a.org/?b=c&d)", "Go on\nhttps://a.org/?b=c&d\n",
		    "<p><a class=\"button\" href=\"https://a.org/?b=c&amp;d\">Go on</a></p>\n" },
		{ "See [our page](https://a.org) [1].", "See our page (https://a.org) [1].\n",
		    "<p>See <a href=\"https://a.org\">our page</a> [1].</p>\n" },
		{ "{{used|plural one: # seat | other: # seats}}, {{seats|plural one: # seat | other: # seats}}, {{seats|number}}",
		    "1 seat, 1,200 seats, 1,200\n", "<p>1 seat, 1,200 seats, 1,200</p>\n" },
		{ "{{reply_to}}", "a+b?c@d.org\n", "<p><a href=\"mailto:a+b%3Fc@d.org\"><bdi>a+b?c@d.org</bdi></a></p>\n" },
	};
	struct folder folder;
	struct mail_letter letter;
	const char *body;
	size_t i;

	(void)state;
	folder_make(&folder);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		letter = rendered(&folder, "en", cases[i].body, given, sizeof(given) / sizeof(given[0]));
		assert_string_equal(letter.text, cases[i].text);
		body = strstr(letter.html, "</h1>\n");
		assert_non_null(body);
		assert_string_equal(body + strlen("</h1>\n"), cases[i].html);
	}
	folder_drop(&folder);
}

/* The text is found again, no line is wider than 72 columns unless it cannot be cut, and none begins as a quotation. */
static void
check_flowed(struct arena *arena, const struct mail_letter *letter, const char *whole)
{
	const char *line, *p, *end;
	size_t columns;
	uint32_t c;

	assert_string_equal(unflowed(arena, letter), whole);
	for (line = letter->text; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		for (columns = 0, p = line; p < end && !(*p == ' ' && p[strspn(p, " ")] == '\n');) {
			p = text_next(p, &c);
			columns += (size_t)unicode_columns(c);
		}
		assert_true(columns <= 72 || strstr(line, "http") != NULL);
		assert_true(*line != '>' && !text_starts(line, "From "));
	}
}

static void
long_lines_flow(void **state)
{
	static const struct mail_value given[] = { { "buyer", "From here > there" }, { "course", "日本語の講座" },
		{ "issuer", "A" }, { "reply_to", "help-desk@example.org" } };
	static const struct {
		const char *locale, *body, *whole;
		bool delsp;
	} cases[] = {
		{ "en", "Aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccc write to {{reply_to}} or well-known",
		    "Aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccc write to help-desk@example.org or "
		    "well-known\n",
		    false },
		{ "en", "{{buyer}}\n> quoted?", "From here > there\n> quoted?\n", false },
		{ "en", "[x](https://a.org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-aaaaaaaaaaaaaaa/aaaaaaa)",
		    "x\nhttps://a.org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-aaaaaaaaaaaaaaa/aaaaaaa\n",
		    false },
		/* Eighty columns in forty letters: the line is cut between them, and no blank stays behind. */
		{ "en", "{{course}}{{course}}{{course}}{{course}}{{course}}{{course}}{{course}} and so on",
		    "日本語の講座日本語の講座日本語の講座日本語の講座日本語の講座日本語の講座日本語の講座 and so on\n", true },
	};
	struct folder folder;
	struct mail_letter letter;
	size_t i;

	(void)state;
	folder_make(&folder);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		letter = rendered(&folder, cases[i].locale, cases[i].body, given, sizeof(given) / sizeof(given[0]));
		assert_int_equal(letter.delsp, cases[i].delsp);
		check_flowed(&folder.arena, &letter, cases[i].whole);
	}
	folder_drop(&folder);
}

static void
the_other_direction_is_set_apart(void **state)
{
	static const struct mail_value given[] = { { "buyer", "دانا" }, { "course", "CPR 2" }, { "used", "3" }, { "seats", "5" },
		{ "issuer", "A" }, { "reply_to", "help@example.org" } };
	struct folder folder;
	struct mail_letter letter;

	(void)state;
	folder_make(&folder);
	letter = rendered(&folder, "en", "Dear {{buyer}}, {{course}}", given, sizeof(given) / sizeof(given[0]));
	assert_string_equal(letter.text, "Dear \u2068دانا\u2069, CPR 2\n");
	/* A language of the other direction, with words of its own. */
	assert_int_equal(unlink(arena_printf(&folder.arena, "%s/locales", folder.dir)), 0);
	assert_int_equal(mkdir(arena_printf(&folder.arena, "%s/locales", folder.dir), 0700), 0);
	(void)folder_write(&folder, "../locales", "ar.txt", "mail.greeting = مرحبا {{recipient}}\n");
	letter = rendered(&folder, "ar",
	    "{{word.greeting}}\n\n{{course}} مرحبا\n\n[مرحبا](https://a.org)\n\n"
	    "{{seats|plural zero: z | one: o | two: t | few: # f | many: m | other: x}}",
	    given, sizeof(given) / sizeof(given[0]));
	assert_string_equal(letter.text, "مرحبا دانا\n\n\u200f\u2068CPR 2\u2069 مرحبا\n\nمرحبا\nhttps://a.org\n\n\u200f٥ f\n");
	assert_non_null(strstr(letter.html, "<html lang=\"ar\" dir=\"rtl\">"));
	assert_non_null(strstr(letter.html, "<p><bdi>CPR 2</bdi> مرحبا</p>"));
	folder_drop(&folder);
}

static void
values_stay_data(void **state)
{
	static const struct mail_value odd[] = {
		{ "learner", "<script>alert('x')</script> & \"Co\" {{serial}} **b** [c](https://d.org)" },
		{ "course", "  First\r\n\t\u202eaid\u2069 \xc2\x85 \xe2\x80\xa8 now  " },
		{ "date", "2026-08-03" },
		{ "serial", "1" },
		{ "issuer", "A & Sons Inc." },
		{ "reply_to", "a@b" },
	};
	struct arena arena = ARENA_INIT;
	struct mail_letter letter;
	struct folder folder;

	(void)state;
	letter = letter_of(&arena, "templates", "certificate", "en", odd, sizeof(odd) / sizeof(odd[0]));
	assert_string_equal(letter.subject, "Your certificate for First aid now");
	assert_non_null(
	    strstr(unflowed(&arena, &letter), "Dear <script>alert('x')</script> & \"Co\" {{serial}} **b** [c](https://d.org),\n"));
	assert_non_null(strstr(letter.html, "<p>Dear <bdi>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot; "
					    "{{serial}} **b** [c](https://d.org)</bdi>,"
					    "</p>"));
	folder_make(&folder);
	/* In a user's own HTML too; and a sentence ends in one full stop. */
	(void)folder_write(&folder, "en", "certificate.txt", "Subject: {{learner}}\n\nFrom **{{issuer}}**. Bye.\n");
	(void)folder_write(&folder, "en", "certificate.html",
	    "<i lang=\"{{language}}\" title=\"{{subject}}\">{{learner}}\n{{date|date}}{{verify_url}}</i> **x**");
	letter = without_foot(&arena, letter_of(&arena, folder.dir, "certificate", "en", odd, sizeof(odd) / sizeof(odd[0])));
	assert_string_equal(letter.text, " From *A & Sons Inc.* Bye.\n");
	assert_string_equal(letter.html,
	    "<i lang=\"en\" title=\"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot; {{serial}} **b** "
	    "[c](https://d.org)\">&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot; {{serial}} **b** "
	    "[c](https://d.org)\n3 August 2026</i> **x**");
	folder_drop(&folder);
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
		{ { "learner", " \n " },
		    "templates/mail/en/certificate.txt:3: word \"mail.greeting\": the value of {{recipient}} is empty" },
		{ { "course", "\xff" }, "templates/mail/en/certificate.txt:1: the value of {{course}} is not UTF-8" },
		{ { "date", "3.8.2026" }, "templates/mail/en/certificate.txt:5: the value of {{date}}: \"3.8.2026\" is not a date "
					  "of the form YYYY-MM-DD" },
		{ { "verify_url", "javascript:alert(1)" },
		    "templates/mail/en/certificate.txt:11: the value of {{verify_url}} is not a web address" },
		{ { "verify_url", "https://a.org/\" onclick=\"x" },
		    "templates/mail/en/certificate.txt:11: the value of {{verify_url}} is not a web address" },
	};
	struct arena arena = ARENA_INIT;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mail_value changed[sizeof(values) / sizeof(values[0])];
		struct err err = ERR_INIT;
		struct mail_template *template;
		struct mail_letter letter = { 0 };

		memcpy(changed, values, sizeof(values));
		for (k = 0; k < sizeof(values) / sizeof(values[0]); k++)
			if (strcmp(changed[k].name, cases[i].change.name) == 0)
				changed[k] = cases[i].change.text != NULL ? cases[i].change : (struct mail_value){ "gone", "" };
		if (strcmp(cases[i].change.name, "verify_url") == 0)
			changed[k - 1] = cases[i].change;
		assert_int_equal(mail_template_open(&arena, "templates", "certificate", "en", &template, &err), 0);
		assert_int_equal(
		    mail_template_fill(&arena, template, changed, sizeof(changed) / sizeof(changed[0]), &letter, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_string_equal(err.message, cases[i].message);
		assert_null(letter.subject);
		assert_null(letter.text);
		assert_null(letter.html);
	}
	arena_done(&arena);
}

static void
a_template_that_is_wrong_is_named_with_its_line(void **state)
{
	static const char good[] = "Subject: x\n\nHello\n";
	static const struct {
		const char *text, *html;
		const char *message; /* after the folder */
	} cases[] = {
		{ "Hello\n", NULL, "txt:1: expected \"Subject: …\" and an empty line" },
		{ "Subject: x\nHello\n\nHello\n", NULL, "txt:1: expected \"Subject: …\" and an empty line" },
		{ "Subject: x\n\n\n", NULL, "txt: there is nothing below the subject" },
		{ "Subject: {{nobody}}\n\nHello\n", NULL, "txt:1: unknown placeholder {{nobody}}" },
		{ "Subject: x {{removed}}\n\nHello\n", NULL,
		    "txt:1: {{removed}} may be missing, so it cannot stand in the subject" },
		{ "Subject: x\n\nHello\n\n{{ buyer }} {{ends}}\n", NULL, "txt:5: unknown placeholder {{ends}}" },
		{ "Subject: x\n\n{{used|time}}\n", NULL, "txt:3: unknown filter in {{used|time}}" },
		{ "Subject: x\n\n{{used|date}}\n", NULL,
		    "txt:3: \"used\" is a number, so \"date\" does not fit, in {{used|date}}" },
		{ "Subject: x\n\n{{used}}\n", NULL, "txt:3: \"used\" is a number: write {{used|number}}" },
		{ "Subject: x\n\n{{used|plural other: #}}\n", NULL,
		    "txt:3: language \"en\" needs form \"one\" in {{used|plural other: #}}" },
		{ "Subject: x\n\n{{used|plural one: a | some: #}}\n", NULL,
		    "txt:3: no language has a form \"some\", in {{used|plural one: a | some: #}}" },
		{ "Subject: x\n\n{{used|plural one: a | one: b}}\n", NULL,
		    "txt:3: form \"one\" is there twice, in {{used|plural one: a | one: b}}" },
		{ "Subject: x\n\n{{used|plural #}}\n", NULL, "txt:3: expected \"form: words | form: words\" in {{used|plural #}}" },
		{ "Subject: x\n\nAdded {{added}}\n", NULL,
		    "txt:3: {{added}} is a list: write \"- {{added}}\" on a line of its own" },
		{ "Subject: x\n\n\n{{buyer\n}}\n", NULL, "txt:4: \"{{\" without \"}}\" on the same line" },
		{ "Subject: x\n\nThis is **bold\n\nagain**\n", NULL, "txt:3: \"**\" without its end" },
		{ "Subject: x\n\n[a](b)\n", NULL, "txt:3: \"b\" is not a web address" },
		{ "Subject: x\n\n[a]({{buyer}})\n", NULL, "txt:3: \"buyer\" is a text, so nothing can be linked to it" },
		{ "Subject: x\n\n{{word.nothing}}\n", NULL, NULL },
		{ good, "<p>\n{{buyer", "html:2: \"{{\" without \"}}\" on the same line" },
		{ good, "{{nobody}}", "html:1: unknown placeholder {{nobody}}" },
		{ good, "\xff", "html: not UTF-8 text" },
	};
	static const struct {
		const char *name, *locale, *message;
	} missing[] = {
		{ "birthday", "en", "there is no mail \"birthday\"" },
		{ "certificate", "../en", "\"../en\" is not a locale" },
		{ "certificate", "es-MX",
		    "could not read mail template \"%s/mail/es-MX/certificate.txt\": No such file or directory" },
	};
	struct folder folder;
	struct mail_template *template;
	char *html;
	size_t i;

	(void)state;
	folder_make(&folder);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;

		(void)folder_write(&folder, "en", "seats-changed.txt", cases[i].text);
		html = folder_write(&folder, "en", "seats-changed.html", cases[i].html != NULL ? cases[i].html : "");
		if (cases[i].html == NULL)
			assert_int_equal(unlink(html), 0);
		assert_int_equal(mail_template_open(&folder.arena, folder.dir, "seats-changed", "en", &template, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_string_equal(
		    err.message, cases[i].message != NULL
				     ? arena_printf(&folder.arena, "%s/mail/en/seats-changed.%s", folder.dir, cases[i].message)
				     : arena_printf(&folder.arena,
					   "%s/mail/en/seats-changed.txt:3: %s/locales/en.txt: there is no \"mail.nothing\"",
					   folder.dir, folder.dir));
	}
	for (i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(
		    mail_template_open(&folder.arena, folder.dir, missing[i].name, missing[i].locale, &template, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_string_equal(err.message,
		    i < 2 ? missing[i].message
			  : arena_printf(&folder.arena,
				"could not read mail template \"%s/mail/es-MX/certificate.txt\": No such file or directory",
				folder.dir));
	}
	folder_drop(&folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ships_reads_well_in_both_languages),
		cmocka_unit_test(every_mail_of_the_catalogue_is_there),
		cmocka_unit_test(one_text_becomes_text_and_html),
		cmocka_unit_test(long_lines_flow),
		cmocka_unit_test(the_other_direction_is_set_apart),
		cmocka_unit_test(values_stay_data),
		cmocka_unit_test(a_value_that_is_missing_is_named_with_its_place),
		cmocka_unit_test(a_template_that_is_wrong_is_named_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
