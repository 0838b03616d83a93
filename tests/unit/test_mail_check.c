/* The checker of translations: what ships is in order, and whatever is missing or wrong in a language is named. */
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

#include "base/file.h"
#include "base/text.h"
#include "outbox/catalogue.h"
#include "outbox/mail_check.h"

/* Templates of our own: a copy of English, and Spanish under another name, to be spoilt. */
struct world {
	struct arena arena;
	char dir[32];
};

static void
copy(struct world *w, const char *from, const char *to)
{
	struct err err = ERR_INIT;
	char *text;
	size_t len;

	if (file_read(&w->arena, "file", from, 1 << 20, &text, &len, &err) != 0 || file_write(to, text, len, &err) != 0)
		fail_msg("%s", err.message);
}

static int
setup(void **state)
{
	static struct world world;
	struct world *w = &world;
	const struct catalogue_message *message;
	size_t count, i, k;
	static const char *const languages[] = { "en", "es" };

	*w = (struct world){ .arena = ARENA_INIT, .dir = "/tmp/ctok-mailcheck-XXXXXX" };
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(mkdir(arena_printf(&w->arena, "%s/locales", w->dir), 0700), 0);
	assert_int_equal(mkdir(arena_printf(&w->arena, "%s/mail", w->dir), 0700), 0);
	copy(w, "templates/mail/layout.html", arena_printf(&w->arena, "%s/mail/layout.html", w->dir));
	message = catalogue_messages(&count);
	for (k = 0; k < 2; k++) {
		copy(w, arena_printf(&w->arena, "templates/locales/%s.txt", languages[k]),
		    arena_printf(&w->arena, "%s/locales/%s.txt", w->dir, languages[k]));
		assert_int_equal(mkdir(arena_printf(&w->arena, "%s/mail/%s", w->dir, languages[k]), 0700), 0);
		for (i = 0; i < count; i++)
			copy(w, arena_printf(&w->arena, "templates/mail/%s/%s.txt", languages[k], message[i].name),
			    arena_printf(&w->arena, "%s/mail/%s/%s.txt", w->dir, languages[k], message[i].name));
	}
	*state = w;
	return 0;
}

static int
drop(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info, (void)type, (void)at;
	return remove(path);
}

static int
teardown(void **state)
{
	struct world *w = *state;

	arena_done(&w->arena);
	return nftw(w->dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static struct mail_checked
checked(struct world *w, const char *only)
{
	struct err err = ERR_INIT;
	struct mail_checked out = { 0 };

	if (mail_check(&w->arena, w->dir, only, &out, &err) != 0)
		fail_msg("%s", err.message);
	return out;
}

/* Put ${to} in the place of ${from} in a file of Spanish, both being whole lines or parts of one. */
static void
spoil(struct world *w, const char *file, const char *from, const char *to)
{
	char *path = arena_printf(&w->arena, "%s/%s", w->dir, file), *text, *at;
	struct err err = ERR_INIT;
	size_t len;

	if (file_read(&w->arena, "file", path, 1 << 20, &text, &len, &err) != 0)
		fail_msg("%s", err.message);
	at = strstr(text, from);
	assert_non_null(at);
	*at = '\0';
	text = arena_printf(&w->arena, "%s%s%s", text, to, at + strlen(from));
	if (file_write(path, text, strlen(text), &err) != 0)
		fail_msg("%s", err.message);
}

static void
what_ships_is_in_order(void **state)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct mail_checked all = { 0 };
	size_t i, mails;

	(void)state;
	(void)catalogue_messages(&mails);
	if (mail_check(&arena, "templates", NULL, &all, &err) != 0)
		fail_msg("%s", err.message);
	for (i = 0; i < all.finding_count; i++)
		print_message("%s\n", all.findings[i]);
	assert_int_equal(all.finding_count, 0);
	assert_true(all.count >= 2);
	for (i = 0; i < all.count; i++) {
		assert_int_equal(all.languages[i].mails, mails);
		assert_string_not_equal(all.languages[i].translation, "");
	}
	arena_done(&arena);
}

static void
what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *file, *from, *to;
		const char *finding; /* after the folder */
	} cases[] = {
		{ "locales/es.txt", "translation = machine-translated\n", "",
		    "locales/es.txt: says neither \"reviewed-by = NAME, DATE\" nor \"translation = machine-translated\"" },
		{ "locales/es.txt", "translation = machine-translated\n", "translation = original\n",
		    "locales/es.txt: says neither \"reviewed-by = NAME, DATE\" nor \"translation = machine-translated\"" },
		{ "locales/es.txt", "translation = machine-translated\n", "reviewed-by = Ana, yesterday\n",
		    "locales/es.txt: \"reviewed-by\" is not of the form NAME, YYYY-MM-DD" },
		{ "locales/es.txt", "mail.course = Ir al curso\n", "mail.course = Go to the course\n",
		    "locales/es.txt: \"mail.course\" is English still" },
		{ "locales/es.txt", "certificate.on = el {{completed}}", "certificate.on = el {{date}}",
		    "locales/es.txt: \"certificate.on\" must hold {{completed}}" },
		{ "locales/es.txt",
		    "certificate.title =", "certificate.titel =", "locales/es.txt: there is no \"certificate.title\"" },
		{ "mail/es/suspended.txt", "{{word.closing}}", "Adiós", NULL },
		{ "mail/es/suspended.txt", "**{{date|date}}**", "hoy", "mail/es/suspended.txt: {{date}} is not in it" },
		{ "mail/es/renewed.txt", "[{{word.course}}]({{course_url}})\n\n", "",
		    "mail/es/renewed.txt: {{course_url}} is not in it" },
		{ "mail/es/suspended.txt", "{{issuer}}", "Hasta pronto", "mail/es/suspended.txt: {{issuer}} is not in it" },
		{ "mail/es/statement.txt", "{{balance|money}}", "{{balance}}",
		    "mail/es/statement.txt:7: \"balance\" is an amount: write {{balance|money}}" },
		{ "mail/es/token-used.txt", "one: queda # código | ", "",
		    "mail/es/token-used.txt:7: language \"es\" needs form \"one\" in {{left|plural other: quedan # códigos}}" },
		{ "mail/es/suspended.txt", "Subject: Tu acceso a {{course}} está en pausa",
		    "Subject: Tu acceso a {{course}} está en pausa porque se ha terminado el tiempo que habías pagado por él",
		    "mail/es/suspended.txt:1: the subject is 93 columns wide with samples, more than 78" },
		{ "mail/es/suspended.txt",
		    "No pierdes nada de lo que has logrado: tu progreso se conserva. Renueva y en el plazo de un día podrás "
		    "continuar donde lo dejaste.",
		    "Nothing that you have achieved is lost: your progress is kept. Renew, and within a day you can go on where "
		    "you left off.",
		    "mail/es/suspended.txt:7: is English still" },
	};
	struct world *w = *state;
	struct mail_checked out;
	const char *copy_of, *path;
	size_t i;

	assert_int_equal(checked(w, NULL).finding_count, 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path = arena_printf(&w->arena, "%s/%s", w->dir, cases[i].file);
		copy_of = arena_printf(&w->arena, "templates/%s", cases[i].file);
		spoil(w, cases[i].file, cases[i].from, cases[i].to);
		out = checked(w, "es");
		if (cases[i].finding == NULL) {
			assert_int_equal(out.finding_count, 0);
		} else {
			assert_true(out.finding_count >= 1);
			assert_string_equal(out.findings[0], arena_printf(&w->arena, "%s/%s", w->dir, cases[i].finding));
			assert_int_equal(out.languages[0].findings, out.finding_count);
		}
		copy(w, copy_of, path);
	}
}

static void
a_mail_that_is_missing_or_unknown_is_named(void **state)
{
	struct world *w = *state;
	struct mail_checked out;
	struct err err = ERR_INIT;
	char *path = arena_printf(&w->arena, "%s/mail/es/welcome.txt", w->dir);

	assert_int_equal(rename(path, arena_printf(&w->arena, "%s/mail/es/welcom.txt", w->dir)), 0);
	out = checked(w, NULL);
	assert_int_equal(out.count, 2);
	assert_int_equal(out.finding_count, 2);
	assert_string_equal(out.findings[0], arena_printf(&w->arena, "%s/mail/es/welcom.txt: there is no mail \"welcom\"", w->dir));
	assert_string_equal(
	    out.findings[1], arena_printf(&w->arena, "could not read mail template \"%s\": No such file or directory", path));
	assert_int_equal(out.languages[0].findings, 0);
	assert_int_equal(out.languages[1].mails + 1, out.languages[0].mails);
	assert_int_equal(mail_check(&w->arena, w->dir, "fr", &out, &err), -1);
	assert_string_equal(err.message, arena_printf(&w->arena, "there is no language \"fr\" in \"%s/locales\"", w->dir));
}

/* A region has the rest from its language, and its file still says who answers for it. */
static void
a_region_needs_what_differs_only(void **state)
{
	struct world *w = *state;
	struct mail_checked out;
	struct err err = ERR_INIT;
	static const char words[] = "reviewed-by = Ana, 2026-11-30\nmail.course = Andá al curso\n";

	if (file_write(arena_printf(&w->arena, "%s/locales/es-AR.txt", w->dir), words, strlen(words), &err) != 0)
		fail_msg("%s", err.message);
	out = checked(w, "es-AR");
	assert_int_equal(out.finding_count, 0);
	assert_string_equal(out.languages[0].translation, "reviewed by Ana, 2026-11-30");
	assert_int_equal(out.languages[0].own, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ships_is_in_order),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(a_mail_that_is_missing_or_unknown_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(a_region_needs_what_differs_only, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
